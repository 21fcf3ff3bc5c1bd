//! Faults: what strikes from outside, apart from the order of tasks; and proof that runs met them.

mod asked;
mod cancel_safety;
mod cancel_sweep;
mod fault_points;
mod panic_sweep;
mod pipes;
mod points;
mod primitives;
mod reports;
mod struck_tasks;
mod wall;
mod timing;
