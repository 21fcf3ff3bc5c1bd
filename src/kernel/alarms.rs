//! Alarms that have become futures.

use std::collections::BTreeMap;

use super::arena::Key;

/// Which alarm has become which future, found by either. Invariant: both maps say the same.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    futures: BTreeMap<Key, Key>,
    alarms: BTreeMap<Key, Key>,
}

impl Alarms {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.futures.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.futures.clear();
        self.alarms.clear();
    }

    pub(super) fn add(&mut self, alarm: Key, future: Key) {
        self.futures.insert(alarm, future);
        self.alarms.insert(future, alarm);
    }

    /// The future that an alarm has become, if it has.
    pub(super) fn future_of(&self, alarm: Key) -> Option<Key> {
        self.futures.get(&alarm).copied()
    }

    /// Forgets an alarm, and returns the future that it has become.
    pub(super) fn remove(&mut self, alarm: Key) -> Option<Key> {
        let future = self.futures.remove(&alarm)?;
        self.alarms.remove(&future);
        Some(future)
    }

    /// Forgets the alarm that has become this future, if one has.
    pub(super) fn remove_future(&mut self, future: Key) {
        if let Some(alarm) = self.alarms.remove(&future) {
            self.futures.remove(&alarm);
        }
    }
}
