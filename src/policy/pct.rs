//! Probabilistic concurrency testing: random priorities, lowered at a few random steps.

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use super::ranking::{Ranking, Top};
use crate::choice::{Kind, Prng, Turn};
use crate::ident::TaskId;
use crate::seed::Seed;

/// PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte: *A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, ASPLOS 2010).
///
/// Every task has a random priority, and the highest that is ready runs. At `depth - 1` steps, drawn beforehand, the one that would run
/// is put below all others, for good. A bug that needs `depth` orderings among `n` tasks and `k` steps is found with a chance of
/// at least 1 in `n · k^(depth - 1)` a run.
///
/// Where it departs from the paper:
///
/// - Steps are counted where there is a choice, because elsewhere a change changes nothing; how many there will be is taken from the
///   [`Profile`].
/// - A task may yield explicitly like at any other await: it keeps its priority.
/// - With the clock as a candidate ([`with_clock`](Self::with_clock)), each expiry has a priority of its own, because every timer is a task
///   that nobody wrote. With one priority for all, the clock would be first or last throughout a run.
///
/// ```
/// use seedbed::policy::{Pct, Policy as _, Profile};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Pct::new(3, seed, &Profile::default());
/// assert_eq!(policy.name(), "pct:3");
/// let report = Sim::new(seed).policy(policy).run(async {
///     let (a, b) = (spawn(async { 1 }), spawn(async { 2 }));
///     a.await.unwrap() + b.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Pct {
    depth: u32,
    prng: Prng,
    ranking: Ranking,
    /// By the number of the task, drawn when it is first ready. Those above `LOWERED` are as drawn.
    priorities: Vec<u64>,
    clock: bool,
    /// How many steps are expected with the clock.
    steps_with_clock: u32,
    /// Steps at which a priority is lowered, and to what; the next one last.
    changes: Vec<(u32, u64)>,
    /// Steps so far at which there was a choice.
    step: u32,
}

/// Priorities that were lowered lie below this, drawn ones above.
const LOWERED: u64 = 1 << 32;

/// How many steps are expected where nothing is known.
const STEPS: u32 = 50;

impl Pct {
    /// For bugs of that depth (at least 1), with draws decided by `seed`.
    #[must_use]
    pub fn new(depth: u32, seed: Seed, profile: &Profile) -> Self {
        let (depth, prng, ranking) = (depth.max(1), Prng::new(seed, "pct"), Ranking::default());
        let (priorities, changes) = (Vec::new(), Vec::new());
        let steps_with_clock = profile.choices_with_clock();
        let mut pct = Self { depth, prng, ranking, priorities, clock: false, steps_with_clock, changes, step: 0 };
        pct.draw_changes(profile.choices());
        pct
    }

    fn draw_changes(&mut self, steps: u32) {
        let steps = if steps == 0 { STEPS } else { steps };
        self.changes = (1..self.depth).map(|change| (self.prng.below(steps), u64::from(change))).collect();
        self.changes.sort_unstable_by(|one, other| other.cmp(one));
    }

    /// The clock takes part: each expiry draws a priority.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = true;
        self.draw_changes(self.steps_with_clock);
        let priority = self.draw();
        self.ranking.rank_clock(priority);
        self
    }

    fn draw(&mut self) -> u64 {
        self.prng.next_u64() | LOWERED
    }

    fn priority(&mut self, task: TaskId) -> u64 {
        let number = task.get() as usize;
        while self.priorities.len() <= number {
            let priority = self.draw();
            self.priorities.push(priority);
        }
        self.priorities[number]
    }

    fn lower(&mut self, top: Top, priority: u64) {
        match top {
            Top::Task(task) => {
                self.priorities[task.get() as usize] = priority;
                self.ranking.rank(task, priority);
            }
            Top::Clock => self.ranking.rank_clock(priority),
        }
    }
}

impl Policy for Pct {
    fn name(&self) -> String {
        let clock = if self.clock { "+clock" } else { "" };
        format!("pct:{}{clock}", self.depth)
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        let clock = self.clock && ready.may_expire();
        if ready.len() == 1 && !clock {
            return Turn::PLAIN;
        }
        while let Some(&(step, priority)) = self.changes.last()
            && step <= self.step
        {
            self.changes.pop();
            let (top, _) = self.ranking.top(ready);
            self.lower(top, priority);
        }
        self.step = self.step.saturating_add(1);
        self.ranking.top(ready).1
    }

    fn observe(&mut self, event: Observation) {
        match event {
            Observation::Ready { task } => {
                let priority = self.priority(task);
                self.ranking.rank(task, priority);
            }
            Observation::Ran { task } => self.ranking.forget(task),
            Observation::Expired if self.clock => {
                let priority = self.draw();
                self.ranking.rank_clock(priority);
            }
            Observation::Spawned { .. } | Observation::Expired | Observation::Ended { .. } => {}
        }
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
