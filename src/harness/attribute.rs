//! What `#[seedbed::test]` expands to: a hunt under the name of the test.

use std::future::Future;
use std::time::Duration;

use crate::hunt::{Hunt, TestPlace};
use crate::sim::{Outcome, Sim};

/// The settings of one test. Not for use by hand: the attribute writes the calls.
#[derive(Debug)]
pub struct TestSettings {
    pub(super) hunt: Hunt,
}

impl TestSettings {
    /// A test at this place; its seed comes from the path, so that it runs the same way every time.
    #[must_use]
    pub fn new(place: TestPlace) -> Self {
        Self { hunt: Hunt::of_test(place) }
    }

    /// See [`Hunt::runs`].
    #[must_use]
    pub fn runs(self, runs: u64) -> Self {
        Self { hunt: self.hunt.runs(runs) }
    }

    /// See [`Hunt::seed`].
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { hunt: self.hunt.seed(seed) }
    }

    /// See [`Hunt::policy`].
    #[must_use]
    pub fn policy(self, name: &'static str) -> Self {
        Self { hunt: self.hunt.policy(name) }
    }

    /// See [`Hunt::faults`].
    #[must_use]
    pub fn faults(self, faults: &'static str) -> Self {
        Self { hunt: self.hunt.faults(faults) }
    }

    /// See [`Sim::steps`].
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        self.sim(move |sim| sim.steps(steps))
    }

    /// See [`Sim::tasks`].
    #[must_use]
    pub fn tasks(self, tasks: u32) -> Self {
        self.sim(move |sim| sim.tasks(tasks))
    }

    /// See [`Sim::self_wakes`].
    #[must_use]
    pub fn self_wakes(self, steps: u64) -> Self {
        self.sim(move |sim| sim.self_wakes(steps))
    }

    /// See [`Sim::virtual_time`]; in nanoseconds.
    #[must_use]
    pub fn virtual_time(self, nanos: u64) -> Self {
        self.sim(move |sim| sim.virtual_time(Duration::from_nanos(nanos)))
    }

    /// See [`Sim::blocked`]; in nanoseconds.
    #[must_use]
    pub fn blocked(self, nanos: u64) -> Self {
        self.sim(move |sim| sim.blocked(Duration::from_nanos(nanos)))
    }

    /// See [`Sim::manual_time`].
    #[must_use]
    pub fn time(self, manual: bool) -> Self {
        self.sim(move |sim| sim.manual_time(manual))
    }

    /// See [`Hunt::points`]: modules, separated by commas; `off` for [`Hunt::points_off`].
    #[must_use]
    pub fn points(self, modules: &'static str) -> Self {
        let modules = modules.split(',').map(str::trim);
        let hunt = modules.fold(self.hunt, |hunt, module| match module {
            "off" => hunt.points_off(),
            module => hunt.points(module),
        });
        Self { hunt }
    }

    /// See [`Hunt::cancel`].
    #[must_use]
    pub fn cancel(self, path: &str) -> Self {
        Self { hunt: self.hunt.cancel(path) }
    }

    /// See [`Hunt::panic`].
    #[must_use]
    pub fn panic(self, path: &str) -> Self {
        Self { hunt: self.hunt.panic(path) }
    }

    /// The test is marked `#[should_panic]`: see [`Hunt::should_fail`].
    #[must_use]
    pub fn should_panic(self) -> Self {
        Self { hunt: self.hunt.should_fail() }
    }

    fn sim(self, configure: impl Fn(Sim) -> Sim + Send + Sync + 'static) -> Self {
        Self { hunt: self.hunt.sim(configure) }
    }
}

/// Makes the hunt of one test.
///
/// # Panics
///
/// If a run failed: with the hunt's report, which contains the message of the panic that caused it.
#[track_caller]
pub fn run_test<M>(settings: TestSettings, test: fn() -> M)
where
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    settings.hunt.check(test);
}
