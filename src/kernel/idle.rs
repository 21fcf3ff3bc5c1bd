//! Tasks that drive time by hand: they wait until everything else has come to rest.

use super::arena::Key;

/// What such a task waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Until {
    /// Nothing else is ready; the clock has not moved.
    Blocked,
    /// The clock stands at this instant, and all that was due up to and including it has run.
    Instant(u64),
    /// Nothing is ready, and neither timer nor job is left.
    Idle,
}

/// What the loop does when nothing is ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AtRest {
    /// Resume this waiter, at this instant if one is given.
    Resume { future: Key, at: Option<u64> },
    /// Move the clock to the next event, which lies no later than anybody waits for.
    Advance(u64),
    /// Nothing will ever happen.
    Deadlock,
}

/// The waiters, in the order of their arrival.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    waiters: Vec<(Key, Until)>,
}

impl Idle {
    pub(crate) fn add(&mut self, future: Key, until: Until) {
        self.waiters.push((future, until));
    }

    pub(crate) fn clear(&mut self) {
        self.waiters.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    pub(crate) fn remove(&mut self, future: Key) {
        self.waiters.retain(|&(key, _)| key != future);
    }

    /// Decides what happens at rest. `next` is the instant of the next timer or job; with `manual` time the clock
    /// moves only as far as somebody asked.
    pub(crate) fn at_rest(&mut self, next: Option<u64>, manual: bool) -> AtRest {
        if let Some(at) = self.waiters.iter().position(|&(_, until)| until == Until::Blocked) {
            return AtRest::Resume { future: self.waiters.remove(at).0, at: None };
        }
        let nearest = self
            .waiters
            .iter()
            .enumerate()
            .filter_map(|(at, &(_, until))| match until {
                Until::Instant(instant) => Some((instant, at)),
                Until::Blocked | Until::Idle => None,
            })
            .min();
        if let Some((instant, at)) = nearest {
            return match next {
                Some(next) if next <= instant => AtRest::Advance(next),
                _ => AtRest::Resume { future: self.waiters.remove(at).0, at: Some(instant) },
            };
        }
        let idle = self.waiters.iter().position(|&(_, until)| until == Until::Idle);
        match (next, idle) {
            (Some(next), Some(_)) => AtRest::Advance(next),
            (Some(next), None) if !manual => AtRest::Advance(next),
            (None, Some(at)) => AtRest::Resume { future: self.waiters.remove(at).0, at: None },
            (_, None) => AtRest::Deadlock,
        }
    }
}
