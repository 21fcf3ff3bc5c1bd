//! Faults: what strikes from outside, apart from the order of tasks.

mod asked;
