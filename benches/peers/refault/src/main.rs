//! refault: the workloads.

mod rt;
peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("refault", core_workload, timer_workload);
