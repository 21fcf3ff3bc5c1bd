//! turmoil with ticks of one second. Timers inside a host are as exact as ever, and hosts meet once a second only: of no use to a network,
//! but the best that turmoil can do where there is none.

#[path = "../rt.rs"]
mod rt;

fn builder() -> turmoil::Builder {
    let mut b = turmoil::Builder::new();
    b.simulation_duration(std::time::Duration::from_secs(1_000_000)).tick_duration(std::time::Duration::from_secs(1));
    b
}

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("turmoil-1s", core_workload, timer_workload);
