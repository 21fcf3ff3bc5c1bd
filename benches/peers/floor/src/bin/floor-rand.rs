//! The floor that takes tasks at random.

#[path = "../channel.rs"]
mod channels;
#[path = "../rt.rs"]
mod rt;
/// Pick the next task at random instead of first in, first out.
const RANDOM: bool = true;
peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("floor-rand", core_workload, timer_workload);
