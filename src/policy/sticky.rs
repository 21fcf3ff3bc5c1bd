//! Stay with the task that runs, mostly.

use super::propose::{Observation, Policy, Ready};
use crate::choice::{Kind, Prng, Turn};
use crate::ident::TaskId;
use crate::seed::Seed;

/// As [`Random`](super::Random), but the task that ran last goes on as long as it is ready, and is left only now and then.
///
/// How often is drawn for the whole run: one time in 2, 4, 8, 16 or 32. So there are runs with few changes of task, in which one gets far
/// ahead of the others, and runs with many.
///
/// ```
/// use seedbed::policy::{Policy as _, Sticky};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Sticky::new(seed);
/// assert_eq!(policy.name(), "sticky");
/// assert!(Sim::new(seed).policy(policy).run(async { spawn(async {}).await.unwrap() }).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Sticky {
    prng: Prng,
    last: Option<TaskId>,
    /// The current task is left one time in this.
    one_in: u32,
    clock: bool,
}

impl Sticky {
    /// With draws decided by `seed`.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        let mut prng = Prng::new(seed, "sticky");
        let one_in = 2 << prng.below(5);
        Self { prng, last: None, one_in, clock: false }
    }

    /// The clock takes part like a task.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = true;
        self
    }
}

impl Policy for Sticky {
    fn name(&self) -> String {
        if self.clock { "sticky+clock".to_owned() } else { "sticky".to_owned() }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        let clock = u32::from(self.clock && ready.may_expire());
        if ready.len() + clock == 1 {
            return Turn::PLAIN;
        }
        let place = self.last.and_then(|last| ready.place_of(last));
        if let Some(place) = place
            && !self.prng.chance(1, self.one_in)
        {
            return Turn::Task(place);
        }
        match self.prng.below(ready.len() + clock) {
            place if place < ready.len() => Turn::Task(place),
            _ => Turn::Clock,
        }
    }

    fn observe(&mut self, event: Observation) {
        if let Observation::Ran { task } = event {
            self.last = Some(task);
        }
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
