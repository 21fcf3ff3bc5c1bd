//! LocalPool: the workloads that need no clock.

mod rt;
peers_common::core_workloads!();
peers_common::untimed_scale_workload!();
peers_common::main!("localpool", core_workload, scale_workload);
