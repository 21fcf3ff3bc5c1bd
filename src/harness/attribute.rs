//! What `#[seedbed::test]` expands to: one run with a seed of the test's own.

use std::future::Future;
use std::time::Duration;

use crate::policy::{Profile, by_name};
use crate::seed::Seed;
use crate::sim::Sim;

/// The settings of one test. Not for use by hand: the attribute writes the calls.
#[derive(Debug)]
pub struct TestSettings {
    seed: Seed,
    policy: &'static str,
    limits: Vec<fn(Sim, u64) -> Sim>,
    values: Vec<u64>,
}

impl TestSettings {
    /// A test of this path; its seed comes from the path, so that it runs the same way every time.
    #[must_use]
    pub fn new(path: &'static str) -> Self {
        Self { seed: Seed::of_path(path), policy: "fifo", limits: Vec::new(), values: Vec::new() }
    }

    /// Another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Seed::new(seed);
        self
    }

    /// Another policy; the attribute has checked the name.
    #[must_use]
    pub fn policy(mut self, name: &'static str) -> Self {
        self.policy = name;
        self
    }

    fn limit(mut self, set: fn(Sim, u64) -> Sim, value: u64) -> Self {
        self.limits.push(set);
        self.values.push(value);
        self
    }

    /// See [`Sim::steps`].
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        self.limit(Sim::steps, steps)
    }

    /// See [`Sim::tasks`].
    #[must_use]
    pub fn tasks(self, tasks: u32) -> Self {
        self.limit(|sim, tasks| sim.tasks(u32::try_from(tasks).unwrap_or(u32::MAX)), tasks.into())
    }

    /// See [`Sim::self_wakes`].
    #[must_use]
    pub fn self_wakes(self, steps: u64) -> Self {
        self.limit(Sim::self_wakes, steps)
    }

    /// See [`Sim::virtual_time`]; in nanoseconds.
    #[must_use]
    pub fn virtual_time(self, nanos: u64) -> Self {
        self.limit(|sim, nanos| sim.virtual_time(Duration::from_nanos(nanos)), nanos)
    }

    /// See [`Sim::blocked`]; in nanoseconds.
    #[must_use]
    pub fn blocked(self, nanos: u64) -> Self {
        self.limit(|sim, nanos| sim.blocked(Duration::from_nanos(nanos)), nanos)
    }

    fn into_sim(self) -> Sim {
        let policy = by_name(self.policy, self.seed, &Profile::default());
        let policy = policy.expect("seedbed bug: the attribute let an unknown policy through, please report");
        let sim = Sim::new(self.seed).policy(policy);
        self.limits.into_iter().zip(self.values).fold(sim, |sim, (set, value)| set(sim, value))
    }
}

/// Runs one test and returns what its function returned.
///
/// # Panics
///
/// If the run failed: with the failure's report, which contains the message of the panic that caused it.
#[track_caller]
pub fn run_test<F>(settings: TestSettings, test: fn() -> F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    match settings.into_sim().run(async move { test().await }).result {
        Ok(output) => output,
        Err(failure) => panic!("{failure}"),
    }
}
