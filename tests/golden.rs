//! P1, same replay, same run: digests of generated programs, kept as a table that a changed schedule must change on
//! purpose, and computed again in another thread, in another process, and as the last of a thousand runs.

#[path = "../examples/alarm_clock.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod alarm_clock;
#[path = "../examples/blocking_executor.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod blocking_executor;
#[path = "../examples/cancel_and_timeout.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod cancel_and_timeout;
#[path = "../examples/event_loop.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod event_loop;
#[path = "golden/program.rs"]
mod program;
#[path = "../examples/promise.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod promise;
#[path = "../examples/ticker.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod ticker;

use std::process::Command;

use program::{Shared, generate, perform};
use seedbed::policy::{Profile, by_name};
use seedbed::{Report, Seed, Sim};

const PROGRAMS: u64 = 200;
const POLICIES: [&str; 2] = ["fifo", "random"];

fn run(number: u64, policy: &str, trace: bool) -> Report<()> {
    let seed = Seed::new(number);
    let policy = by_name(policy, seed, &Profile::default()).expect("a known policy");
    Sim::new(seed).policy(policy).trace(trace).run(async move { perform(generate(seed), Shared::new()).await })
}

/// One line for each example: digest and virtual end.
fn examples() -> Vec<String> {
    fn line<T>(name: &str, report: &Report<T>) -> String {
        format!("{name:30} {} {:>10}s", report.digest, report.end)
    }
    vec![
        line("alarm_clock", &alarm_clock::alarm_at_half_past_eight()),
        line("alarm_clock, fishing_rods", &alarm_clock::fishing_rods()),
        line("blocking_executor, beside", &blocking_executor::beside()),
        line("blocking_executor, outlives", &blocking_executor::outlives_main()),
        line("cancel_and_timeout, cancelled", &cancel_and_timeout::cancelled_at_the_next_await()),
        line("cancel_and_timeout, elapsed", &cancel_and_timeout::out_of_time()),
        line("cancel_and_timeout, shielded", &cancel_and_timeout::shielded()),
        line("event_loop", &event_loop::life_of_a_loop()),
        line("promise", &promise::awaited_by_two()),
        line("ticker, starved", &ticker::starved()),
        line("ticker, threads", &ticker::threads()),
        line("ticker, processes", &ticker::processes()),
    ]
}

/// One line for each generated program and policy: digest, virtual end, steps, verdict.
fn programs() -> Vec<String> {
    let mut lines = Vec::new();
    for number in 0..PROGRAMS {
        for policy in POLICIES {
            let report = run(number, policy, false);
            let verdict = match &report.result {
                Ok(()) => "ok".to_owned(),
                Err(failure) => failure.kind.to_string().lines().next().unwrap_or_default().to_owned(),
            };
            let Report { digest, end, steps, .. } = report;
            lines.push(format!("{number:3} {policy:6} {digest} {end:>8}s {steps:4} steps  {verdict}"));
        }
    }
    lines
}

/// Everything that must be the same everywhere.
fn table() -> String {
    [examples(), programs()].concat().join("\n")
}

#[test]
fn digests_are_the_golden_ones() {
    insta::with_settings!(
        { snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), omit_expression => true },
        { insta::assert_snapshot!("digests", table()) }
    );
}

/// Without this, the table could be golden and empty of meaning.
#[test]
fn the_programs_are_diverse() {
    let lines = programs();
    let ended = lines.iter().filter(|line| line.ends_with("ok")).count();
    assert!(ended * 3 > lines.len(), "only {ended} of {} programs end by themselves", lines.len());
    assert!(ended < lines.len(), "no program ends in a verdict");
    let digests: std::collections::BTreeSet<&str> = lines.iter().map(|line| &line[11..27]).collect();
    assert!(digests.len() * 10 > lines.len() * 5, "only {} different digests", digests.len());
}

#[test]
fn another_thread_gives_the_same_runs() {
    let here = table();
    let there = std::thread::Builder::new().spawn(table).expect("a thread").join().expect("the table is made");
    assert_eq!(here, there);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how the second process knows that it is the second")]
fn another_process_gives_the_same_runs() {
    const ASK: &str = "SEEDBED_GOLDEN_PRINT";
    if std::env::var_os(ASK).is_some() {
        println!("<<<\n{}\n>>>", table());
        return;
    }
    let executable = std::env::current_exe().expect("the test's own executable");
    let output = Command::new(executable)
        .args(["another_process_gives_the_same_runs", "--exact", "--nocapture"])
        .env(ASK, "1")
        .output()
        .expect("the executable starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let theirs = printed.split("<<<\n").nth(1).and_then(|rest| rest.split("\n>>>").next());
    assert_eq!(theirs, Some(table().as_str()), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_thousandth_run_is_like_the_first() {
    let first = run(7, "random", true);
    for number in 0..1_000 {
        let _report = run(number % PROGRAMS, "random", false);
    }
    let last = run(7, "random", true);
    assert_eq!(first.digest, last.digest);
    assert_eq!(first.trace, last.trace);
}

#[test]
fn recording_the_trace_does_not_change_the_run() {
    for number in 0..PROGRAMS {
        assert_eq!(run(number, "random", true).digest, run(number, "random", false).digest, "program {number}");
    }
}

/// The order of any policy is recorded as departures and replayed exactly.
#[test]
fn recorded_departures_replay_exactly() {
    use seedbed::choice::{Kind, ReplayMode};
    let every = [
        "fifo",
        "random+clock+late",
        "pct:1",
        "pct:3+clock",
        "pos",
        "pos+clock",
        "urw+clock",
        "speeds+clock",
        "sticky+clock",
        "delay:3+clock+late",
        "portfolio",
    ];
    let mut departed = [0; 11];
    for number in 0..PROGRAMS {
        let seed = Seed::new(number);
        let program = move || async move { perform(generate(seed), Shared::new()).await };
        let plain = Sim::new(seed).run(program());
        let profiled = Sim::new(seed).profile(true).run(program());
        assert_eq!(plain.digest, profiled.digest, "program {number}: the profile changed the run");
        for (name, departed) in every.into_iter().zip(&mut departed) {
            let run = |record| {
                let policy = by_name(name, seed, &profiled.profile).expect("a known policy");
                Sim::new(seed).policy(policy).record(record).run(program())
            };
            let (swept, recorded) = (run(false), run(true));
            assert_eq!(swept.digest, recorded.digest, "program {number}, {name}: the record changed the run");
            let replayed =
                Sim::new(Seed::new(0)).replay(recorded.departures.clone(), ReplayMode::Strict).run(program());
            assert_eq!(replayed.mismatches, [], "program {number}, {name}");
            assert_eq!(recorded.digest, replayed.digest, "program {number}, {name}");
            assert_eq!(recorded.trace.full(), replayed.trace.full(), "program {number}, {name}");
            // Which numbers a generator draws is the seed's, under every policy.
            *departed += u64::from(recorded.departures.iter().any(|(address, _)| address.kind() != Kind::Rng));
        }
    }
    let [fifo, others @ ..] = departed;
    assert_eq!(fifo, 0);
    // Many programs have hardly anything to choose.
    assert!(others.iter().all(|departed| departed * 3 > PROGRAMS), "{departed:?}");
}
