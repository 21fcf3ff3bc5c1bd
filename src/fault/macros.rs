//! The macros: each notes its place in the catalogue when the program is linked, and does nothing outside a run.

/// Says that this condition should hold in some run of a test: that the runs get into the states in which bugs would show.
///
/// A hunt counts in how many of its runs the condition was evaluated and held. If it was evaluated and held in none of them, and the point
/// stands in the module of the test, the test fails: see [`Hunt::points`](crate::Hunt::points). The condition is evaluated in a
/// simulation only; outside, nothing happens.
///
/// The idea is FoundationDB's `CODE_PROBE`; Antithesis calls it a *sometimes assertion*.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// use seedbed::{sometimes, spawn, yield_now};
///
/// let report = Hunt::new("order").run(|| async {
///     let first = spawn(yield_now());
///     let second = spawn(yield_now());
///     second.await.unwrap();
///     sometimes!(!first.is_done(), "the second task was through before the first");
///     first.await.unwrap();
/// });
/// assert!(matches!(report.verdict, Verdict::Passed));
/// let tally = &report.points[0];
/// assert_eq!(tally.runs_reached, 256);
/// assert!(tally.runs_held > 0 && tally.runs_held < 256);
/// ```
#[macro_export]
macro_rules! sometimes {
    ($condition:expr, $name:expr $(,)?) => {
        match $crate::__point!(Sometimes, $name) {
            point => {
                if $crate::__private::is_simulated() {
                    $crate::__private::mark(point, $condition);
                }
            }
        }
    };
}

/// Says that some run of a test should get here.
///
/// A hunt counts the runs that did, and tells those points, too, that no run reached; one in the function of the test itself, or in a
/// module that it [names](crate::Hunt::points), fails the test. Outside a simulation nothing happens.
///
/// # Examples
///
/// ```
/// use seedbed::{Sim, reachable};
///
/// let report = Sim::new(0).run(async {
///     for attempt in 0..3 {
///         if attempt > 0 {
///             reachable!("a retry");
///         }
///     }
/// });
/// assert_eq!(report.points[0].reached, 2);
/// ```
#[macro_export]
macro_rules! reachable {
    ($name:expr $(,)?) => {
        match $crate::__point!(Reachable, $name) {
            point => {
                if $crate::__private::is_simulated() {
                    $crate::__private::mark(point, true);
                }
            }
        }
    };
}

/// Says that no run may get here, or that this condition may hold in none: in a simulation the code panics with the name, outside
/// nothing happens.
///
/// Unlike `unreachable!` it may stand in code that goes into production, because there it does not panic and its condition is not
/// evaluated. The name is that of SQLite's `NEVER`, which makes the same difference between tests and production.
///
/// # Panics
///
/// In a simulation, if it is reached, or its condition holds; code that is being unwound already goes on with that.
///
/// # Examples
///
/// ```
/// use seedbed::{Sim, never};
///
/// let report = Sim::new(0).run(async {
///     let leaders = 2;
///     never!(leaders > 1, "two leaders");
/// });
/// assert!(report.result.unwrap_err().to_string().contains("what must never happen did: two leaders"));
/// never!("outside of every run"); // does nothing
/// ```
#[macro_export]
macro_rules! never {
    ($name:expr $(,)?) => {
        $crate::never!(true, $name)
    };
    ($condition:expr, $name:expr $(,)?) => {
        match $crate::__point!(Never, $name) {
            point => {
                if $crate::__private::is_simulated() {
                    $crate::__private::refuse(point, $condition);
                }
            }
        }
    };
}

/// A point at this place, noted in the catalogue.
#[doc(hidden)]
#[macro_export]
macro_rules! __point {
    ($kind:ident, $name:expr) => {{
        fn __here() {}
        static __POINT: $crate::fault::Point = $crate::fault::Point::new(
            $crate::fault::PointKind::$kind,
            $name,
            ::core::module_path!(),
            || ::core::any::type_name_of_val(&__here),
            (::core::file!(), ::core::line!(), ::core::column!()),
        );
        $crate::__private::inventory::submit! { $crate::fault::Registered(&__POINT) }
        &__POINT
    }};
}
