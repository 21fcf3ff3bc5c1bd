//! Is there an order of reads and writes of one register that explains what the clients saw?
//!
//! The search of Wing and Gong (*Testing and Verifying Concurrent Objects*, 1993), with the states that were tried remembered, as Lowe does
//! (*Testing for linearizability*, 2017): whatever began before the first answer may have come first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// What a client asked of the register, and with which result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    Write(u64),
    Read(u64),
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    deed: Deed,
    began: u64,
    /// `None` where no answer came: it may take effect at any time after it began, or never.
    ended: Option<u64>,
}

/// What the clients of a run did and saw.
#[derive(Default)]
pub(crate) struct History {
    operations: RefCell<Vec<Operation>>,
    clock: RefCell<u64>,
}

/// An operation that goes on.
pub(crate) struct Begun(u64);

impl History {
    /// Moments are counted, because many operations begin and end in one instant of virtual time.
    fn tick(&self) -> u64 {
        let mut clock = self.clock.borrow_mut();
        *clock += 1;
        *clock
    }

    pub(crate) fn begin(&self) -> Begun {
        Begun(self.tick())
    }

    pub(crate) fn answered(&self, begun: Begun, deed: Deed) {
        let ended = Some(self.tick());
        self.operations.borrow_mut().push(Operation { deed, began: begun.0, ended });
    }

    /// A write of which nobody knows whether it took place. (A read without an answer says nothing.)
    pub(crate) fn unknown(&self, begun: Begun, value: u64) {
        self.operations.borrow_mut().push(Operation { deed: Deed::Write(value), began: begun.0, ended: None });
    }

    pub(crate) fn len(&self) -> usize {
        self.operations.borrow().len()
    }

    /// Whether some order of the operations, each between its beginning and its end, is one of a register that holds 0 at first.
    pub(crate) fn is_linearizable(&self) -> bool {
        let operations = self.operations.borrow();
        assert!(operations.len() <= 64, "a history of {} operations is too long for this search", operations.len());
        Search { operations: &operations, tried: BTreeSet::new() }.from(0, 0)
    }
}

struct Search<'a> {
    operations: &'a [Operation],
    /// (operations that took place, value) from which no order was found.
    tried: BTreeSet<(u64, u64)>,
}

impl Search<'_> {
    fn from(&mut self, done: u64, value: u64) -> bool {
        let left = |index: &usize| done & (1 << index) == 0;
        let first_answer =
            (0..self.operations.len()).filter(left).filter_map(|index| self.operations[index].ended).min();
        let Some(first_answer) = first_answer else {
            // What is left has no answer, and need not have taken place.
            return true;
        };
        if !self.tried.insert((done, value)) {
            return false;
        }
        let candidates: Vec<usize> = (0..self.operations.len()).filter(left).collect();
        candidates.into_iter().filter(|&index| self.operations[index].began < first_answer).any(|index| {
            match self.operations[index].deed {
                Deed::Write(written) => self.from(done | (1 << index), written),
                Deed::Read(seen) => seen == value && self.from(done | (1 << index), value),
            }
        })
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut operations = self.operations.borrow().clone();
        operations.sort_by_key(|operation| operation.began);
        for Operation { deed, began, ended } in operations {
            let ended = ended.map_or("no answer".to_owned(), |ended| ended.to_string());
            writeln!(f, "{began}..{ended}: {deed:?}")?;
        }
        write!(f, "at {}s", seedbed::now())
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, History, Operation};

    fn of(operations: &[(Deed, u64, Option<u64>)]) -> bool {
        let history = History::default();
        for &(deed, began, ended) in operations {
            history.operations.borrow_mut().push(Operation { deed, began, ended });
        }
        history.is_linearizable()
    }

    #[test]
    fn histories_of_a_register_are_told_from_others() {
        use Deed::{Read, Write};
        assert!(of(&[]));
        assert!(of(&[(Read(0), 1, Some(2))]));
        assert!(!of(&[(Read(1), 1, Some(2))]));
        assert!(of(&[(Write(1), 1, Some(4)), (Read(0), 2, Some(3))]), "the read may come first");
        assert!(of(&[(Write(1), 1, Some(4)), (Read(1), 2, Some(3))]), "or second");
        assert!(!of(&[(Write(1), 1, Some(2)), (Read(0), 3, Some(4))]), "a read that is stale");
        assert!(of(&[(Write(1), 1, None), (Read(0), 3, Some(4)), (Read(1), 5, Some(6))]), "a write that is late");
        assert!(!of(&[(Write(1), 1, None), (Read(1), 3, Some(4)), (Read(0), 5, Some(6))]), "and undone");
        assert!(!of(&[(Write(1), 5, None), (Read(1), 3, Some(4))]), "read before it was written");
    }
}
