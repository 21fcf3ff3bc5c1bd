//! seedbed with the channels of the futures crate in place of its own, as a program that brings its channels along.

#[path = "../mpsc.rs"]
mod channels;
#[path = "../rt.rs"]
mod rt;

fn with_policy(sim: seedbed::Sim, _seed: u64) -> seedbed::Sim {
    sim
}

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("seedbed-mpsc", core_workload, timer_workload);
