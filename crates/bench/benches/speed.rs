//! How long does each workload take on a real clock, and did that change since the last time? Measured by criterion.
//!
//! `cargo bench -p seedbed-bench --bench speed` measures all, `-- switch` those whose names hold the word. Times of another day, or beside
//! other work, say little; `cargo bench --bench instructions` counts the same workloads exactly.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a tool; criterion's macros write functions without documentation"
)]

#[path = "../../../benches/workloads/mod.rs"]
mod workloads;

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use workloads::WORKLOADS;

fn each_workload(criterion: &mut Criterion) {
    for workload in WORKLOADS {
        let mut group = criterion.benchmark_group(workload.name);
        group.throughput(Throughput::Elements(workload.count));
        group.bench_function(workload.each, |bencher| bencher.iter(|| (workload.run)(workload.count)));
    }
}

criterion_group! {
    name = speed;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = each_workload
}
criterion_main!(speed);
