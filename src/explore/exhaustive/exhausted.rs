//! `Exhausted`: what an exhaustive search came to, as data, and as the text a person reads.

use std::fmt;

use crate::choice::Departures;
use crate::explore::Signature;
use crate::sim::Failure;

/// Why a search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SearchEnd {
    /// Every schedule was run, or every one within the bound of departures.
    Complete,
    /// [`schedules_max`](super::Exhaustive::schedules_max) were run, and there are more.
    SchedulesMax,
    /// [`failures_max`](super::Exhaustive::failures_max) schedules failed.
    FailuresMax,
    /// A schedule could not be followed where it was found: the program does not run the same way twice.
    NotDeterministic,
}

/// One way in which schedules fail.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct FoundFailure {
    /// What these failures have in common.
    pub signature: Signature,
    /// The first of them: no schedule that was run fails thus with fewer departures.
    pub failure: Failure,
    /// Its departures, which replay it, and which a shrinker can begin with.
    pub departures: Departures,
    /// Which schedule it was, counted from 1.
    pub schedule: u64,
    /// How many schedules fail thus.
    pub count: u64,
}

/// What an exhaustive search came to.
///
/// # Examples
///
/// ```
/// use seedbed::{exhaust, spawn, yield_now};
/// use std::{cell::Cell, rc::Rc};
///
/// let exhausted = exhaust(|| async {
///     let total = Rc::new(Cell::new(0));
///     let add = |total: Rc<Cell<u32>>| async move {
///         let read = total.get();
///         yield_now().await;
///         total.set(read + 1);
///     };
///     let tasks = [spawn(add(total.clone())), spawn(add(total.clone()))];
///     for task in tasks {
///         task.await.unwrap();
///     }
///     assert_eq!(total.get(), 2, "an update was lost");
/// });
/// assert!(exhausted.is_complete());
/// assert_eq!(exhausted.failures.len(), 1);
/// assert!(exhausted.to_string().contains("an update was lost"));
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
#[must_use = "the failures are in it: call `unwrap`, or look at `failures`"]
pub struct Exhausted {
    /// Schedules that were run, each once.
    pub schedules: u64,
    /// How many of them have no departure, one, two, …
    pub by_departures: Vec<u64>,
    /// How often an answer was left out, because what follows is the same but for the names of
    /// [interchangeable](super::Exhaustive::interchangeable) tasks.
    pub pruned: u64,
    /// How many failed.
    pub failed: u64,
    /// The ways in which they failed, in the order in which they were found; at most 32, the others are only counted.
    pub failures: Vec<FoundFailure>,
    /// The most questions with several answers that a run asked.
    pub depth: u32,
    /// The bound of departures, where it left something out.
    pub departures_max: Option<u32>,
    /// Why it ended.
    pub end: SearchEnd,
}

impl Exhausted {
    pub(super) const WAYS_MAX: usize = 32;

    /// True if every schedule was run; within the bound of departures, if one was set.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end == SearchEnd::Complete
    }

    /// Returns quietly if every schedule was run and passed.
    ///
    /// # Panics
    ///
    /// If a schedule failed, or not all were run: with what [`Display`](fmt::Display) writes.
    ///
    /// # Examples
    ///
    /// ```
    /// seedbed::exhaust(|| async { seedbed::yield_now().await }).unwrap();
    /// ```
    #[track_caller]
    pub fn unwrap(&self) {
        assert!(self.is_complete() && self.failed == 0, "{self}");
    }

    fn write_count(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = grouped(self.schedules);
        let bound = match self.departures_max {
            Some(0) => " without departures".to_owned(),
            Some(1) => " with at most 1 departure".to_owned(),
            Some(bound) => format!(" with at most {bound} departures"),
            None => String::new(),
        };
        let noun = if self.schedules == 1 { "schedule" } else { "schedules" };
        let all = if self.is_complete() { "all " } else { "" };
        match self.failed {
            0 if self.schedules == 1 => write!(f, "{all}1 schedule{bound} passes"),
            0 => write!(f, "{all}{count} {noun}{bound} pass"),
            failed => {
                let fail = if failed == 1 { "fails" } else { "fail" };
                write!(f, "{} of {all}{count} {noun}{bound} {fail}", grouped(failed))
            }
        }
    }
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_count(f)?;
        if self.pruned > 0 {
            let times = if self.pruned == 1 { "once".to_owned() } else { format!("{} times", grouped(self.pruned)) };
            write!(f, "; {times}, what differs in the names of tasks alone was left out")?;
        }
        match self.end {
            SearchEnd::Complete | SearchEnd::FailuresMax => {}
            SearchEnd::SchedulesMax => {
                f.write_str("; there are more: raise `schedules_max`, or set `departures_max`")?
            }
            SearchEnd::NotDeterministic => f.write_str(
                "; the search ended there, because the program did not run the same way twice: \
                 look for clocks, threads, statics and hash maps",
            )?,
        }
        for found in &self.failures {
            let times = if found.count == 1 { "once".to_owned() } else { format!("{} times", grouped(found.count)) };
            write!(f, "\n{times}, first as schedule {}", grouped(found.schedule))?;
            match found.departures.len() {
                0 => f.write_str(", which is the plain one:")?,
                1 => f.write_str(", with 1 departure:")?,
                count => write!(f, ", with {count} departures:")?,
            }
            for line in found.departures.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
            for line in found.failure.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
        }
        Ok(())
    }
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_stand_in_groups_of_three() {
        let numbers = [0, 12, 999, 1_000, 1_680, 1_234_567].map(super::grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "1,680", "1,234,567"]);
    }
}
