//! seedbed under the policy `random`, a uniform random walk that the seed decides.

#[path = "../queue.rs"]
mod channels;
#[path = "../rt.rs"]
mod rt;

fn with_policy(sim: seedbed::Sim, seed: u64) -> seedbed::Sim {
    sim.policy(seedbed::policy::Random::new(seedbed::Seed::new(seed)))
}

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("seedbed-random", core_workload, timer_workload);
