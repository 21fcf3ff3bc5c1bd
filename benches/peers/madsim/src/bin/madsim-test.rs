//! The path `#[madsim::test]` takes: `runtime::Builder`, one OS thread per seed.
//! Only the start of a simulation differs from `madsim`, so only W5, W5n and W5e are here.
#[path = "../rt.rs"]
mod rt;

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("madsim-test", many);

fn builder(n: u64) -> madsim::runtime::Builder {
    madsim::runtime::Builder {
        seed: 0,
        count: n,
        jobs: 1,
        config: madsim::Config::default(),
        time_limit: None,
        check: false,
        allow_system_thread: false,
    }
}

fn seed() -> u64 {
    madsim::runtime::Handle::current().seed()
}

fn many(name: &str, n: u64) -> Option<u64> {
    match name {
        "W5" => builder(n).run(|| async { w5((), seed()).await }),
        "W5n" => builder(n).run(|| async { w5n((), seed()).await }),
        "W5e" => builder(n).run(|| async { w5e((), seed()).await }),
        _ => return None,
    };
    Some(n)
}
