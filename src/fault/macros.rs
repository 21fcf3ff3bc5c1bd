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

/// True where a fault should strike now, in some runs of a hunt; `fault!("name", 1 in 20)` says how often.
///
/// Each run of a hunt but the plain one has each point on or off, by its seed; one that is on strikes once in four times where nothing
/// else is said. That is a choice of the run, of the kind [`point`](crate::choice::Kind::Point): it replays, and a failure is shrunk to the
/// strikes that it takes. A test whose plain run meets a fault point has this kind of fault without being asked for it; elsewhere
/// [`Hunt::faults`](crate::Hunt::faults) or a policy such as `random+point` allows it. [`Sim::force_fault`](crate::Sim::force_fault) switches
/// points on and off by name, and [`points`](crate::fault::points) lists them all.
///
/// In plain FIFO order, and outside a simulation, it is false. It costs a look at a thread-local there, so that it may stand in code that
/// goes into production.
///
/// The idea is that of the fail points of FreeBSD, `fail(9)`, and the `fail` crate: named places where a fault may be injected.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// use seedbed::fault;
///
/// fn save(text: &str, disk: &mut Vec<String>) -> Result<(), String> {
///     disk.clear();
///     if fault!("disk full") {
///         return Err("no space left".to_owned());
///     }
///     disk.push(text.to_owned());
///     Ok(())
/// }
///
/// let report = Hunt::new("saves").regressions_off().prove(false).run(|| async {
///     let mut disk = vec!["before".to_owned()];
///     let saved = save("after", &mut disk);
///     assert!(saved.is_ok() || disk == ["before"], "what was there is lost");
/// });
/// let Verdict::Failed(finding) = &report.verdict else { panic!("{report}") };
/// let departures = finding.shrunk.as_ref().unwrap().departures().to_string();
/// assert_eq!(departures, "main/disk full point 0 = 1");
/// ```
#[macro_export]
macro_rules! fault {
    ($name:expr $(,)?) => {
        $crate::fault!($name, 1 in 4)
    };
    ($name:expr, $times:literal in $of:literal $(,)?) => {
        match $crate::__point!(Fault, $name) {
            point => $crate::__private::strikes(point, const { $crate::__private::odds($times, $of) }),
        }
    };
}

/// True now and then in some runs of a hunt: to take a rare path more often than it would be taken.
///
/// As [`fault!`](crate::fault!), for what is no fault: a buffer of one byte, a batch that is cut short, a retry too early. It needs no name;
/// one without is known by its place, and a replay that holds it fits only as long as the line stays where it is.
///
/// The word is FoundationDB's, whose `BUGGIFY` is switched on for a run and then strikes now and then, in simulation only.
///
/// # Examples
///
/// ```
/// use seedbed::buggify;
///
/// fn buffer_size() -> usize {
///     if buggify!("tiny buffer", 1 in 2) { 1 } else { 4096 }
/// }
/// assert_eq!(buffer_size(), 4096); // outside a simulation
///
/// let sizes = |seed: u64| {
///     let policy = seedbed::policy::by_name("random+point", seed.into(), &Default::default()).unwrap();
///     seedbed::Sim::new(seed).policy(policy).run(async { [(); 8].map(|()| buffer_size()) }).unwrap()
/// };
/// assert!((0..20).any(|seed| sizes(seed).contains(&1)));
/// assert!((0..20).any(|seed| sizes(seed) == [4096; 8])); // switched off in this run
/// ```
#[macro_export]
macro_rules! buggify {
    () => {
        $crate::buggify!("")
    };
    ($name:expr $(,)?) => {
        $crate::buggify!($name, 1 in 4)
    };
    ($name:expr, $times:literal in $of:literal $(,)?) => {
        match $crate::__point!(Buggify, $name) {
            point => $crate::__private::strikes(point, const { $crate::__private::odds($times, $of) }),
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
