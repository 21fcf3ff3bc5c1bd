//! shuttle with its PCT scheduler, of depth 3.

#[path = "../rt.rs"]
mod rt;
fn scheduler(seed: u64, iterations: usize) -> shuttle::scheduler::PctScheduler {
    shuttle::scheduler::PctScheduler::new_from_seed(seed, 3, iterations)
}
peers_common::core_workloads!();
peers_common::untimed_scale_workload!();
peers_common::main!("shuttle-pct", core_workload, scale_workload);
