//! Uniform random walk: tasks by the number of steps that they have left.

use std::collections::BTreeMap;

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use super::weights::Weights;
use crate::choice::{Kind, Prng, SubjectKey, Turn};
use crate::ident::TaskId;
use crate::seed::Seed;

/// URW (Zhao, Wolff, Mathur, Roychoudhury: *Selectively Uniform Concurrency Testing*, ASPLOS 2025, the walk without selection).
///
/// The next task is drawn in proportion to the steps that it has left. Among independent tasks every interleaving is then equally
/// likely, where a uniform choice of tasks prefers those in which they take turns. How many steps a task has left is what it took in
/// the run of the [`Profile`], its children that are yet to come included, less what it took here; at least 1.
///
/// Where it departs from the paper: a task that waits counts for nothing, because it cannot be chosen. With the clock as a candidate
/// ([`with_clock`](Self::with_clock)), the timers that are left are its steps.
///
/// ```
/// use seedbed::policy::{Policy as _, Profile, Urw};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Urw::new(seed, &Profile::default());
/// assert_eq!(policy.name(), "urw");
/// assert!(Sim::new(seed).policy(policy).run(async { spawn(async {}).await.unwrap() }).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Urw {
    prng: Prng,
    weights: Weights,
    /// Steps of each task and all tasks below it, by path; taken out by the first task of that path.
    expected: BTreeMap<SubjectKey, u32>,
    /// Steps left, by the number of the task.
    left: Vec<u32>,
    /// Expiries left, if the clock takes part.
    clock: Option<u32>,
    expiries: u32,
}

impl Urw {
    /// With draws decided by `seed`, for a program that is like this.
    #[must_use]
    pub fn new(seed: Seed, profile: &Profile) -> Self {
        Self {
            prng: Prng::new(seed, "urw"),
            weights: Weights::default(),
            expected: profile.below().clone(),
            left: Vec::new(),
            clock: None,
            expiries: profile.expiries(),
        }
    }

    /// The clock takes part.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = Some(self.expiries);
        self
    }

    fn left(&mut self, task: TaskId) -> &mut u32 {
        let number = task.get() as usize;
        if number >= self.left.len() {
            self.left.resize(number + 1, 0);
        }
        &mut self.left[number]
    }
}

impl Policy for Urw {
    fn name(&self) -> String {
        if self.clock.is_some() { "urw+clock".to_owned() } else { "urw".to_owned() }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        if let Some(left) = self.clock
            && ready.may_expire()
        {
            let whole = self.weights.total().saturating_add(left.max(1).into());
            let whole = u32::try_from(whole).unwrap_or(u32::MAX);
            if self.prng.below(whole) < left.max(1) {
                return Turn::Clock;
            }
        }
        if ready.len() == 1 {
            return Turn::PLAIN;
        }
        // Tasks of loops that do not run now have their weights too. There is hardly ever more than one loop.
        let drawn = self.weights.draw(&mut self.prng);
        let place = ready.place_of(drawn).unwrap_or_else(|| self.prng.below(ready.len()));
        Turn::Task(place)
    }

    fn observe(&mut self, event: Observation) {
        match event {
            Observation::Spawned { task, parent, subject } => {
                let steps = self.expected.remove(&subject).unwrap_or(1);
                *self.left(task) = steps;
                if let Some(parent) = parent {
                    let above = self.left(parent);
                    *above = above.saturating_sub(steps);
                }
            }
            Observation::Ready { task } => {
                let left = *self.left(task);
                self.weights.set(task, left.max(1));
            }
            Observation::Ran { task } => {
                self.weights.set(task, 0);
                let left = self.left(task);
                *left = left.saturating_sub(1);
            }
            Observation::Expired => self.clock = self.clock.map(|left| left.saturating_sub(1)),
            Observation::Ended { .. } => {}
        }
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
