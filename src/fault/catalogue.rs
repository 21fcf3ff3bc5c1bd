//! The catalogue: every point of the program, in an order that no linker decides.

use std::sync::OnceLock;

use super::point::Point;

/// A point as the linker collects it. The macros submit it; not for use by hand.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered(pub &'static Point);

inventory::collect!(Registered);

/// Constant for the life of the process: what the linker collected, sorted.
static CATALOGUE: OnceLock<Vec<&'static Point>> = OnceLock::new();

/// Every point of the program: by module, then by place. Those of libraries are among them.
///
/// ```
/// use seedbed::{fault::points, sometimes};
///
/// async fn send(queue: &[u8]) {
///     sometimes!(queue.is_empty(), "sent while nothing was queued");
/// }
///
/// // Nothing was run, and the point is known.
/// assert!(points().iter().any(|point| point.name() == "sent while nothing was queued"));
/// ```
#[must_use]
pub fn points() -> &'static [&'static Point] {
    CATALOGUE.get_or_init(|| {
        let mut points: Vec<_> = inventory::iter::<Registered>.into_iter().map(|registered| registered.0).collect();
        points.sort_by_key(|point| point.key());
        number(&points);
        points.dedup();
        points
    })
}

/// Numbers points that stand in order. A crate that is linked twice, as its tests and as what they test, has each point twice; both
/// have one number.
fn number(points: &[&'static Point]) {
    let mut number = 0;
    for (nth, point) in points.iter().enumerate() {
        if nth > 0 && points[nth - 1] != *point {
            number += 1;
        }
        point.set_number(number);
    }
}
