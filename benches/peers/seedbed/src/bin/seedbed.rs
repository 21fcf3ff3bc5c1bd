//! seedbed in its plain order, which is asyncio's: first in, first out.

#[path = "../queue.rs"]
mod channels;
#[path = "../rt.rs"]
mod rt;

fn with_policy(sim: seedbed::Sim, _seed: u64) -> seedbed::Sim {
    sim
}

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("seedbed", core_workload, timer_workload);
