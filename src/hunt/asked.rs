//! `Hunt::points`: which points of the program a hunt must meet.

use super::builder::Hunt;

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
