//! The floor that takes tasks in order, and its pieces.

#[path = "../channel.rs"]
mod channels;
#[path = "../parts.rs"]
mod parts;
#[path = "../rt.rs"]
mod rt;
/// Pick the next task at random instead of first in, first out.
const RANDOM: bool = false;
peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("floor", core_workload, timer_workload, parts::part);
