//! Fault points at run time, and those that are forced.

use std::borrow::Cow;
use std::fmt;

use super::catalogue::points;
use super::marks::number_of;
use super::point::Point;
use crate::choice::Kind;
use crate::context;

/// So often of so many times; checked where the macro stands.
///
/// # Panics
///
/// If that is never, or always.
#[doc(hidden)]
#[must_use]
pub const fn odds(times: u32, of: u32) -> (u32, u32) {
    assert!(0 < times && times < of, "a fault point strikes now and then: write odds such as 1 in 20");
    (times, of)
}

/// Whether a fault point strikes. Never outside a run.
#[doc(hidden)]
#[must_use]
pub fn strikes(point: &'static Point, odds: (u32, u32)) -> bool {
    if !context::is_inside() {
        return false;
    }
    let Some(number) = number_of(point) else { return false };
    context::with(point.kind().name(), |kernel| {
        let struck = kernel.picker.asks(Kind::Point) && kernel.strikes(&name_of(point), odds);
        kernel.marks.mark(number, struck);
        struck
    })
}

/// The name by which a point is known in departures and can be forced: its own, else its place.
fn name_of(point: &'static Point) -> Cow<'static, str> {
    let (file, line) = point.place();
    if point.name().is_empty() { Cow::Owned(format!("{file}:{line}")) } else { Cow::Borrowed(point.name()) }
}

/// Every fault point has been looked through for this name.
pub(crate) fn check_fault(name: &str) -> Result<(), UnknownFaultPoint> {
    let mut known: Vec<_> =
        points().iter().filter(|point| point.kind().is_fault()).map(|point| name_of(point)).collect();
    if known.iter().any(|known| known == name) {
        return Ok(());
    }
    known.sort_unstable();
    known.dedup();
    Err(UnknownFaultPoint { name: name.to_owned(), known })
}

/// The program has no fault point of that name; the text lists those that it has.
///
/// ```
/// use seedbed::{Hunt, fault};
/// async fn save() {
///     if fault!("disk full") {}
/// }
/// let text = Hunt::new("saves").force_fault("disk fell", true).run(save).to_string();
/// assert!(text.contains("\"disk fell\" is no fault point of this program: use one of \"disk full\""));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownFaultPoint {
    name: String,
    known: Vec<Cow<'static, str>>,
}

impl fmt::Display for UnknownFaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no fault point of this program: ", self.name)?;
        match &self.known[..] {
            [] => f.write_str("it has none, as far as it is linked"),
            known => {
                let known: Vec<_> = known.iter().map(|name| format!("{name:?}")).collect();
                write!(f, "use one of {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for UnknownFaultPoint {}
