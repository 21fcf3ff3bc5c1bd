//! What is measured: each workload makes `n` operations of one sort, and is the same in every process.
//!
//! A run is one of a sweep, unless its name says otherwise: the digest is kept, the trace and the record of choices are not. Limits are
//! counted all the same; those on steps would end some of these.

mod exploring;
pub(crate) mod running;

use seedbed::policy::Random;
use seedbed::{Seed, Sim};

/// One of them.
#[derive(Clone, Copy)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// What one operation is.
    pub(crate) each: &'static str,
    /// How many of them are counted: enough that what happens once in a while has its share. A multiple of 1,000, or of nothing.
    pub(crate) count: u64,
    /// Makes so many operations.
    pub(crate) run: fn(u64),
}

macro_rules! workloads {
    ($($name:literal $count:literal $run:path, $each:literal;)*) => {
        /// All of them.
        pub(crate) const WORKLOADS: &[Workload] =
            &[$(Workload { name: $name, each: $each, count: $count, run: $run }),*];
    };
}

workloads! {
    "step" 40_000 running::step, "step of one of 100 tasks";
    "step/random" 40_000 running::step_random, "the same under the policy `random`";
    "step/traced" 40_000 running::step_traced, "the same with the full trace kept";
    "spawn" 8_000 running::spawn_and_join, "task spawned and joined";
    "sleep" 20_000 running::sleep, "sleep of one of 1,000 tasks";
    "timeout" 20_000 running::timeout, "timeout around a yield, not fired";
    "cancel" 8_000 running::cancel, "sleeping task cancelled and joined";
    "channel" 20_000 running::channel, "message through a queue, and its answer half of the time";
    "job" 4_000 running::job, "job of an executor, submitted and awaited";
    "switch" 20_000 running::switch, "switch into one of 100 simulated threads and out again";
    "empty" 400 running::empty, "simulation with nothing in it";
    "small" 100 running::small, "simulation of 10 tasks: 100 sleeps, 100 yields, 10 messages";
    "small/random" 100 running::small_random, "the same under the policy `random`";
    "small/traced" 100 running::small_traced, "the same with the full trace kept";
    "small/recorded" 100 running::small_recorded, "the same under `random`, with its choices recorded";
    "shrink" 4 exploring::shrink_lost_update, "shrinking of one given failure";
    "exhaust" 1_000 exploring::exhaust_lost_update, "schedule of an exhaustive search";
}

/// A run as a sweep makes it.
pub(crate) fn sim(seed: u64) -> Sim {
    Sim::new(seed).trace(false).steps(u64::MAX).self_wakes(u64::MAX)
}

/// One that draws its order.
pub(crate) fn random(seed: u64) -> Sim {
    sim(seed).policy(Random::new(Seed::new(seed)))
}
