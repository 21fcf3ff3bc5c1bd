//! `Profile`: what the plain run of a test taught, for policies that need to know how long a run is.

use std::collections::BTreeMap;

use super::propose::{Observation, Ready};
use crate::choice::SubjectKey;
use crate::ident::TaskId;

/// What one run of a program was like: how many turns there were, and whose.
///
/// Some policies place their draws by it ([`Pct`](super::Pct), [`Urw`](super::Urw), [`Delay`](super::Delay)). It belongs to what decides a
/// run: a seed alone brings a run back only with the same profile. So take it from one run that is always the same, the plain one
/// of the same test:
///
/// ```
/// use seedbed::policy::by_name;
/// use seedbed::{Seed, Sim, spawn, yield_now};
///
/// async fn test() {
///     let tasks = [1, 2].map(|_| spawn(yield_now()));
///     for task in tasks {
///         task.await.unwrap();
///     }
/// }
///
/// let profile = Sim::new(0).profile(true).run(test()).profile;
/// assert_eq!((profile.picks(), profile.choices(), profile.width()), (8, 4, 2));
///
/// let seed = Seed::new(1);
/// let policy = by_name("pct:3", seed, &profile).unwrap();
/// assert!(Sim::new(seed).policy(policy).run(test()).is_ok());
/// ```
///
/// The default is a profile of nothing: policies that get it guess.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    picks: u32,
    choices: u32,
    choices_with_clock: u32,
    width: u32,
    expiries: u32,
    /// Picks of each task and of all tasks below it, by path.
    below: BTreeMap<SubjectKey, u32>,
}

impl Profile {
    /// How many steps of tasks were taken.
    #[must_use]
    pub fn picks(&self) -> u32 {
        self.picks
    }

    /// How many of them were taken while another task was ready: there was a choice.
    #[must_use]
    pub fn choices(&self) -> u32 {
        self.choices
    }

    /// How many of them were taken while another task was ready or the clock could have moved.
    #[must_use]
    pub fn choices_with_clock(&self) -> u32 {
        self.choices_with_clock
    }

    /// How many tasks were ready at once, at most.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// How many timers expired.
    #[must_use]
    pub fn expiries(&self) -> u32 {
        self.expiries
    }

    /// How many steps were taken by the tasks of that path and by all that they spawned; none if there was no such task.
    #[must_use]
    pub fn steps_below(&self, subject: SubjectKey) -> Option<u32> {
        self.below.get(&subject).copied()
    }

    pub(super) fn below(&self) -> &BTreeMap<SubjectKey, u32> {
        &self.below
    }
}

/// Makes a profile while a run goes on.
#[derive(Debug, Default)]
pub(crate) struct Profiler {
    profile: Profile,
    /// Subject, parent and own picks of each task, by its number.
    tasks: Vec<(SubjectKey, Option<TaskId>, u32)>,
}

impl Profiler {
    pub(crate) fn observe(&mut self, event: Observation) {
        match event {
            // Numbers are given in the order of spawning.
            Observation::Spawned { parent, subject, .. } => self.tasks.push((subject, parent, 0)),
            Observation::Ran { task } => {
                self.profile.picks = self.profile.picks.saturating_add(1);
                if let Some((_, _, picks)) = self.tasks.get_mut(task.get() as usize) {
                    *picks = picks.saturating_add(1);
                }
            }
            Observation::Ready { .. } | Observation::Expired | Observation::Ended { .. } => {}
        }
    }

    /// A turn is to be taken.
    pub(crate) fn turn(&mut self, ready: &Ready<'_>) {
        let profile = &mut self.profile;
        let choice = ready.len() > 1;
        profile.choices = profile.choices.saturating_add(choice.into());
        profile.choices_with_clock = profile.choices_with_clock.saturating_add((choice || ready.may_expire()).into());
        profile.width = profile.width.max(ready.len());
    }

    pub(crate) fn timer_expired(&mut self) {
        self.profile.expiries = self.profile.expiries.saturating_add(1);
    }

    pub(crate) fn finish(mut self) -> Profile {
        // Children come after their parents, so that from the end each one is complete when it is added.
        for number in (0..self.tasks.len()).rev() {
            let (subject, parent, picks) = self.tasks[number];
            let total = self.profile.below.entry(subject).or_insert(0);
            *total = total.saturating_add(picks);
            if let Some((_, _, above)) = parent.and_then(|parent| self.tasks.get_mut(parent.get() as usize)) {
                *above = above.saturating_add(picks);
            }
        }
        self.profile
    }
}
