//! Counting: what a run does at a point, and what its report says of that.

use super::catalogue::points;
use super::point::Point;
use crate::context;
use crate::kernel::Mark;

/// How often one run was at a point.
///
/// ```
/// use seedbed::{Sim, sometimes};
/// let report = Sim::new(0).run(async {
///     for number in 0..10 {
///         sometimes!(number % 4 == 3, "every fourth");
///     }
/// });
/// let count = &report.points[0];
/// assert_eq!((count.point.name(), count.reached, count.held), ("every fourth", 10, 2));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PointCount {
    /// Which.
    pub point: &'static Point,
    /// How often the run got there.
    pub reached: u64,
    /// How often its condition held; where it has none, as often as it was reached.
    pub held: u64,
}

/// True where code runs in a simulation: there alone conditions of points are evaluated.
#[doc(hidden)]
#[must_use]
#[inline]
pub fn is_simulated() -> bool {
    context::is_inside()
}

/// Counts a point of the current run.
#[doc(hidden)]
pub fn mark(point: &'static Point, held: bool) {
    if let Some(number) = number_of(point) {
        context::with(point.kind().name(), |kernel| kernel.marks.mark(number, held));
    }
}

/// Its number in the catalogue; nothing is known of a point that was loaded after that was made.
pub(super) fn number_of(point: &'static Point) -> Option<u32> {
    point.number().or_else(|| {
        let _catalogue = points();
        point.number()
    })
}

/// Counts a point that no run may reach, and ends the code that did, if its condition holds.
///
/// # Panics
///
/// If it holds, unless the code is being unwound already.
#[doc(hidden)]
#[track_caller]
pub fn refuse(point: &'static Point, held: bool) {
    mark(point, held);
    // A panic in a destructor that an unwinding runs would end the process, and with it what is known of the first.
    if held && !std::thread::panicking() {
        panic!("what must never happen did: {}", point.name());
    }
}

/// What a run did at points, in the order of the catalogue.
pub(crate) fn counts(marks: Vec<Mark>) -> Vec<PointCount> {
    if marks.is_empty() {
        return Vec::new();
    }
    let counted = |(point, Mark { reached, held }): (&&'static Point, Mark)| PointCount { point, reached, held };
    points().iter().zip(marks).filter(|(_, mark)| mark.reached > 0).map(counted).collect()
}
