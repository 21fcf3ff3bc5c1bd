//! Which lanes and which events of a trace are shown.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use super::lanes::Lane;
use super::trace::{Event, Trace};
use crate::status::Error;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// What the program did
    #[default]
    Summary,
    /// Polls, wakes, timers, callbacks and choices too
    Full,
}

/// Which lanes and which events of a trace are shown.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// How much is shown
    #[arg(long, value_name = "VIEW", default_value = "summary")]
    pub view: Detail,
    /// Only this task and those that it spawned; a star at the end stands for any rest; may be given again
    #[arg(long = "task", value_name = "PATH")]
    pub tasks: Vec<String>,
    /// Only events with this word: spawn, sleep, wait, …; may be given again
    #[arg(long = "event", value_name = "WORD")]
    pub events: Vec<String>,
}

impl Choice {
    /// Whether a lane is shown.
    pub fn has_lane(&self, lane: &Lane) -> bool {
        self.tasks.is_empty() || self.tasks.iter().any(|wanted| matches(wanted, &lane.path))
    }

    /// Whether an event is shown, whatever the view.
    pub fn has(&self, trace: &Trace, event: &Event) -> bool {
        let lane = self.has_lane(&trace.lanes[event.lane]);
        // What was done to a chosen task is told, too, where its row is all there is.
        let told = lane || event.other.is_some_and(|other| self.has_lane(&trace.lanes[other]));
        told && (self.events.is_empty() || self.events.contains(&event.word))
    }

    /// Whether the view shows an event. A departure is why a run is looked at: it is always shown. So is a word that was asked for.
    pub fn is_in_view(&self, event: &Event) -> bool {
        self.view == Detail::Full || event.summary || event.departure.is_some() || self.events.contains(&event.word)
    }

    /// Refuses names that nothing in the trace has.
    ///
    /// # Errors
    ///
    /// Which one, with those that there are.
    pub fn check(&self, trace: &Trace) -> Result<(), Error> {
        for wanted in &self.tasks {
            if !trace.lanes.iter().any(|lane| matches(wanted, &lane.path)) {
                let paths = trace.lanes.iter().map(|lane| lane.path.as_str());
                return Err(Error::usage(format!("no task of this run is called {wanted}"))
                    .cure(format!("there are: {}", some(paths, trace.lanes.len()))));
            }
        }
        let words: BTreeSet<&str> = trace.events.iter().map(|event| event.word.as_str()).collect();
        for wanted in &self.events {
            if !words.contains(wanted.as_str()) {
                return Err(Error::usage(format!("no event of this run has the word {wanted}"))
                    .cure(format!("there are: {}", some(words.iter().copied(), words.len()))));
            }
        }
        Ok(())
    }
}

/// A path means itself and all below it; a star at its end stands for any rest.
fn matches(wanted: &str, path: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

/// The first of many names.
fn some<'a>(names: impl Iterator<Item = &'a str>, count: usize) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<&str> = names.take(SHOWN).collect();
    match count.checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{}, and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, some};

    #[test]
    fn a_path_means_what_is_below_it() {
        assert!(matches("main", "main") && matches("main", "main/b/1") && matches("main/b*", "main/b2"));
        assert!(!matches("main/b", "main/b2") && !matches("main/b/1", "main/b"));
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..23).map(|n| n.to_string()).collect();
        assert!(some(names.iter().map(String::as_str), 23).ends_with("18, 19, and 3 more"));
        assert_eq!(some(["a", "b"].into_iter(), 2), "a, b");
    }
}
