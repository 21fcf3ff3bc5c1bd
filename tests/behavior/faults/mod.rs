//! Faults: what strikes from outside, apart from the order of tasks; and proof that runs met them.

mod asked;
mod fault_points;
mod points;
mod wall;
mod timing;
