//! A walk in proportion to the steps that are left: what [`Urw`](super::Urw) and [`Speeds`](super::Speeds) share.

use std::collections::BTreeMap;

use super::profile::Profile;
use super::propose::{Observation, Ready};
use super::weights::Weights;
use crate::choice::{Prng, SubjectKey, Turn};
use crate::ident::TaskId;

/// Draws the next task in proportion to the steps that it has left, times its speed.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    weights: Weights,
    /// Steps of each task and all tasks below it, by path; taken out by the first task of that path.
    expected: BTreeMap<SubjectKey, u32>,
    /// Steps left and speed, by the number of the task.
    tasks: Vec<(u32, u32)>,
    /// Speeds are drawn from `2^0` to `2^(speeds - 1)`.
    speeds: u32,
    /// Expiries left, if the clock takes part.
    clock: Option<u32>,
    expiries: u32,
}

/// No weight is larger, so that the weights of as many tasks as there can be have a sum.
const HEAVIEST: u32 = 1 << 24;

impl Walk {
    pub(super) fn new(profile: &Profile, speeds: u32) -> Self {
        Self {
            weights: Weights::default(),
            expected: profile.below().clone(),
            tasks: Vec::new(),
            speeds,
            clock: None,
            expiries: profile.expiries(),
        }
    }

    pub(super) fn take_clock(&mut self) {
        self.clock = Some(self.expiries);
    }

    pub(super) fn has_clock(&self) -> bool {
        self.clock.is_some()
    }

    fn task(&mut self, task: TaskId, prng: &mut Prng) -> &mut (u32, u32) {
        let number = task.get() as usize;
        while number >= self.tasks.len() {
            let speed = if self.speeds > 1 { 1 << prng.below(self.speeds) } else { 1 };
            self.tasks.push((0, speed));
        }
        &mut self.tasks[number]
    }

    pub(super) fn next(&mut self, ready: &Ready<'_>, prng: &mut Prng) -> Turn {
        if let Some(left) = self.clock
            && ready.may_expire()
        {
            let left = left.max(1);
            let whole = u32::try_from(self.weights.total().saturating_add(left.into())).unwrap_or(u32::MAX);
            if prng.below(whole) < left {
                return Turn::Clock;
            }
        }
        if ready.len() == 1 {
            return Turn::PLAIN;
        }
        // Tasks of loops that do not run now have their weights too. There is hardly ever more than one loop.
        let drawn = self.weights.draw(prng);
        let place = ready.place_of(drawn).unwrap_or_else(|| prng.below(ready.len()));
        Turn::Task(place)
    }

    pub(super) fn observe(&mut self, event: Observation, prng: &mut Prng) {
        match event {
            Observation::Spawned { task, parent, subject } => {
                let steps = self.expected.remove(&subject).unwrap_or(1);
                self.task(task, prng).0 = steps;
                if let Some(parent) = parent {
                    let above = &mut self.task(parent, prng).0;
                    *above = above.saturating_sub(steps);
                }
            }
            Observation::Ready { task } => {
                let (left, speed) = *self.task(task, prng);
                self.weights.set(task, left.max(1).saturating_mul(speed).min(HEAVIEST));
            }
            Observation::Ran { task } => {
                self.weights.set(task, 0);
                let left = &mut self.task(task, prng).0;
                *left = left.saturating_sub(1);
            }
            Observation::Expired => self.clock = self.clock.map(|left| left.saturating_sub(1)),
            Observation::Ended { .. } => {}
        }
    }
}
