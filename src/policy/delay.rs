//! The plain order, with a few tasks held back.

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use crate::choice::{Kind, Prng, Turn};
use crate::ident::TaskId;
use crate::seed::Seed;

/// Delay bounding (Emmi, Qadeer, Rakamarić: *Delay-Bounded Scheduling*, POPL 2011), at random: the plain order with so many departures.
///
/// At a few steps, drawn beforehand, the task whose turn it is has to wait. Few departures are easy to understand, and most bugs need
/// few; but they must be the right ones.
///
/// Where it departs from the paper: a delay there lets one other task pass; here it lasts for 1, 2, 4, … or 64 steps, as drawn, because bugs
/// that need a task to stay behind for long would need as many delays. How many steps there are is taken from the [`Profile`].
///
/// ```
/// use seedbed::policy::{Delay, Policy as _, Profile};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Delay::new(2, seed, &Profile::default());
/// assert_eq!(policy.name(), "delay:2");
/// assert!(Sim::new(seed).policy(policy).run(async { spawn(async {}).await.unwrap() }).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Delay {
    delays: u32,
    prng: Prng,
    /// Steps at which somebody is held back; the next one last.
    at: Vec<u32>,
    /// Who is held back, and until which step. Invariant: at most `delays` of them.
    held: Vec<(TaskId, u32)>,
    /// Expiries that come before their time, at these steps; the next one last.
    expires_at: Vec<u32>,
    clock: bool,
    /// Steps so far at which there was a choice.
    step: u32,
    /// How many there will be with the clock.
    steps_with_clock: u32,
}

/// How many steps are expected where nothing is known.
const STEPS: u32 = 50;

impl Delay {
    /// With that many delays, and draws decided by `seed`.
    #[must_use]
    pub fn new(delays: u32, seed: Seed, profile: &Profile) -> Self {
        let mut prng = Prng::new(seed, "delay");
        let at = draw(&mut prng, delays, profile.choices());
        let steps_with_clock = profile.choices_with_clock();
        Self { delays, prng, at, held: Vec::new(), expires_at: Vec::new(), clock: false, step: 0, steps_with_clock }
    }

    /// As many timers expire while tasks are ready.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = true;
        self.at = draw(&mut self.prng, self.delays, self.steps_with_clock);
        self.expires_at = draw(&mut self.prng, self.delays, self.steps_with_clock);
        self
    }
}

fn draw(prng: &mut Prng, count: u32, steps: u32) -> Vec<u32> {
    let steps = if steps == 0 { STEPS } else { steps };
    let mut at: Vec<u32> = (0..count).map(|_| prng.below(steps)).collect();
    at.sort_unstable_by(|one, other| other.cmp(one));
    at
}

impl Policy for Delay {
    fn name(&self) -> String {
        let clock = if self.clock { "+clock" } else { "" };
        format!("delay:{}{clock}", self.delays)
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        let clock = self.clock && ready.may_expire();
        if ready.len() == 1 && !clock {
            return Turn::PLAIN;
        }
        let step = self.step;
        self.step = step.saturating_add(1);
        if clock && self.expires_at.last().is_some_and(|at| *at <= step) {
            self.expires_at.pop();
            return Turn::Clock;
        }
        self.held.retain(|(_, until)| *until > step);
        let mut candidates = ready.tasks().zip(0..);
        let is_free = |task: TaskId| self.held.iter().all(|(held, _)| *held != task);
        let mut free = candidates.find(|(task, _)| is_free(*task));
        if let Some((task, _)) = free
            && self.at.last().is_some_and(|at| *at <= step)
        {
            self.at.pop();
            free = candidates.find(|(task, _)| is_free(*task));
            self.held.push((task, step.saturating_add(1 << self.prng.below(7))));
        }
        Turn::Task(free.map_or(0, |(_, place)| place))
    }

    fn observe(&mut self, event: Observation) {
        if let Observation::Ran { task } = event {
            self.held.retain(|(held, _)| *held != task);
        }
    }

    fn answer(&mut self, _: Kind, _: u32) -> u32 {
        0
    }
}
