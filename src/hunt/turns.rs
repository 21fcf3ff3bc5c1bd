//! Which of the hunts of the same name in one test this is.

use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    /// How often each name was hunted on this thread. A test harness gives every test a thread of its own, or runs them one after
    /// the other on the main thread, where they have different names; so the numbers are the same in a fresh process.
    static HUNTED: RefCell<BTreeMap<String, u32>> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts one more hunt of this name: 1 for the first.
pub(super) fn nth_of(name: &str) -> u32 {
    HUNTED.with_borrow_mut(|hunted| {
        let count = hunted.entry(name.to_owned()).or_insert(0);
        *count += 1;
        *count
    })
}
