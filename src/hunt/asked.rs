//! How far the runs of a hunt must get: which points of the program they meet, which faults strike, and where they may end.

use super::builder::Hunt;
use super::settings::{self, Fault};
use crate::fault::check_fault;

impl Hunt {
    /// Makes the test answer for the points of this module, and of those in it: each must be reached in some run, and each
    /// [`sometimes!`](crate::sometimes) hold in one. May be called several times. The module is named with its crate, as in
    /// `"shop::ledger"`; one in which no point stands is a mistake that is told.
    ///
    /// Where nothing is said, a test answers for less, so that tests of one program do not ask for each other's points: a `sometimes!` in
    /// the test's own module that was evaluated must have held; and points that stand in the function of a
    /// [`#[seedbed::test]`](macro@crate::test) must have been reached. All that is asked only of a hunt that made all of its runs, at least
    /// two and no fewer than the code says.
    ///
    /// ```
    /// use seedbed::hunt::{Hunt, Verdict};
    ///
    /// mod ledger {
    ///     pub async fn write(full: bool) {
    ///         seedbed::sometimes!(full, "the ledger is full");
    ///     }
    /// }
    ///
    /// # fn main() {
    /// let report = Hunt::new("writes").points(concat!(module_path!(), "::ledger")).run(|| ledger::write(false));
    /// let Verdict::Unexplored(missed) = &report.verdict else { panic!("{report}") };
    /// assert_eq!((missed[0].point.name(), missed[0].runs_reached, missed[0].runs_held), ("the ledger is full", 256, 0));
    /// # }
    /// ```
    pub fn points(mut self, module: &str) -> Self {
        self.scope.add(module);
        self
    }

    /// Lets faults strike: each run but the plain one has some of these kinds, drawn for it (swarm testing). Joined by `+`, or `all`, or `none`;
    /// see [`FaultSet`](crate::choice::FaultSet) for what there is. Where nothing is said, the [fault points](macro@crate::fault) that the plain
    /// run meets may strike, and nothing else.
    ///
    /// ```
    /// use seedbed::{Hunt, now, sleep};
    /// use std::time::Duration;
    /// let report = Hunt::new("punctual").faults("late").regressions_off().prove(false).run(|| async {
    ///     sleep(Duration::from_millis(10)).await;
    ///     assert_eq!(now().as_nanos(), 10_000_000);
    /// });
    /// assert!(!report.is_ok(), "a timer may be late on a busy machine");
    /// ```
    pub fn faults(mut self, faults: &str) -> Self {
        match settings::faults(faults) {
            Ok(faults) => self.settings.faults = Some(faults),
            Err(fault) => self.refuse("faults", faults, fault),
        }
        self
    }

    /// Has the [fault points](macro@crate::fault) of this name strike in every run whenever they are asked, or never: see
    /// [`Sim::force_fault`](crate::Sim::force_fault).
    ///
    /// ```
    /// use seedbed::{Hunt, fault};
    /// async fn write() {
    ///     assert!(!fault!("disk full"), "cannot write");
    /// }
    /// let hunt = || Hunt::new("writes").regressions_off().prove(false);
    /// assert!(!hunt().run(write).is_ok());
    /// assert!(hunt().force_fault("disk full", false).run(write).is_ok());
    /// ```
    pub fn force_fault(mut self, name: &str, strikes: bool) -> Self {
        let name = name.to_owned();
        match check_fault(&name) {
            Ok(()) => self.sim(move |sim| sim.force_fault(&name, strikes)),
            Err(unknown) => {
                self.refuse("force_fault", &name, Fault::Point(unknown));
                self
            }
        }
    }

    /// Lets runs end, and pass, where they reach their limit of steps or of virtual time: for programs that never end by themselves, such as
    /// servers under a load. The report tells how many did. Without it such a run fails.
    ///
    /// ```
    /// use seedbed::{Hunt, sleep};
    /// use std::time::Duration;
    ///
    /// let hunt = Hunt::new("server").cut_off().sim(|sim| sim.virtual_time(Duration::from_secs(60))).runs(10);
    /// let report = hunt.run(|| async {
    ///     loop {
    ///         sleep(Duration::from_secs(1)).await;
    ///     }
    /// });
    /// assert_eq!(report.to_string(), "seedbed: server passed 10 runs (1 schedule), 10 of them (100 %) cut off by a limit");
    /// ```
    pub fn cut_off(mut self) -> Self {
        self.cut_off = true;
        self
    }

    /// Makes the test answer for no point; they are counted all the same.
    ///
    /// ```
    /// use seedbed::{Hunt, sometimes};
    /// let report = Hunt::new("calm").points_off().run(|| async { sometimes!(false, "no such luck") });
    /// assert!(report.is_ok());
    /// assert_eq!(report.points[0].runs_held, 0);
    /// ```
    pub fn points_off(mut self) -> Self {
        self.scope.switch_off();
        self
    }
}
