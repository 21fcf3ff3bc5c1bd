//! shuttle with its random scheduler.

#[path = "../rt.rs"]
mod rt;
fn scheduler(seed: u64, iterations: usize) -> shuttle::scheduler::RandomScheduler {
    shuttle::scheduler::RandomScheduler::new_from_seed(seed, iterations)
}
peers_common::core_workloads!();
peers_common::untimed_scale_workload!();
peers_common::main!("shuttle-random", core_workload, scale_workload);
