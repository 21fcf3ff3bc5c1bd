//! Bytes of a fuzzer: they choose orders and faults, and what they find is a replay line.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use rand::Rng;
use seedbed::choice::{Prng, Replay, ReplayMode};
use seedbed::{Fuzz, Report, Seed, Sim};
use serde_json::json;

use crate::bugs;
use crate::tool::Tool;

#[path = "../../examples/fuzz_target.rs"]
#[expect(dead_code, reason = "its `main` is for people")]
mod example;

/// Every sort of question: orders, the clock, branches, draws, and faults of each kind.
async fn asks_much() {
    use seedbed::{blocking, rng, select, sleep, spawn, sync::Lock, to_thread, yield_now};
    use std::time::Duration;
    let lock = Lock::new().named("till");
    let tasks = [3_u64, 1, 2].map(|millis| {
        let lock = lock.clone();
        spawn(async move {
            let _held = lock.lock().await;
            sleep(Duration::from_millis(millis)).await;
            select! {
                () = yield_now() => seedbed::note!("yielded"),
                () = yield_now() => seedbed::note!("the other way"),
            }
            if seedbed::fault!("power cut") {
                seedbed::note!("{}", rng().next_u64() % 7);
            }
        })
    });
    let job = to_thread(|| blocking::sleep(Duration::from_millis(2)));
    for task in tasks {
        drop(task.await);
    }
    drop(job.await);
}

fn replayed(report: &Report<()>) -> Report<()> {
    let sim = Sim::new(0).replay(report.departures.clone(), ReplayMode::Strict).record(true);
    sim.steps(1_000_000).self_wakes(100_000).run(asks_much())
}

proptest! {
    /// What bytes decided is in the departures, so the run comes back without them.
    #[test]
    fn any_bytes_are_a_run_that_its_line_brings_back(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let fuzz = Fuzz::new().faults("late+slow+stall+wake+spurious+cancel+point");
        let report = fuzz.run(&bytes, asks_much);
        prop_assert_eq!(report.digest, fuzz.run(&bytes, asks_much).digest);
        let again = replayed(&report);
        prop_assert_eq!(&again.mismatches, &[]);
        prop_assert_eq!(again.schedule, report.schedule);
        prop_assert_eq!(again.trace.summary(), report.trace.summary());
        prop_assert_eq!(again.departures, report.departures);
    }

    #[test]
    fn bytes_behind_the_last_question_change_nothing(bytes in prop::collection::vec(any::<u8>(), 300..301), more: Vec<u8>) {
        let longer = [&bytes[..], &more].concat();
        prop_assert_eq!(Fuzz::new().run(&bytes, bugs::lost_update).digest, Fuzz::new().run(&longer, bugs::lost_update).digest);
    }
}

#[test]
fn no_bytes_are_the_plain_run() {
    let plain = Sim::new(0).run(bugs::lost_update());
    for bytes in [&[][..], &[0; 5], &[0; 100]] {
        assert_eq!(Fuzz::new().faults("all").run(bytes, bugs::lost_update).trace.summary(), plain.trace.summary());
    }
}

#[test]
fn some_bytes_find_what_some_orders_break() {
    let mut prng = Prng::new(Seed::new(7), "fuzz");
    let mut bytes = || (0..4).flat_map(|_| prng.next_u64().to_le_bytes()).collect::<Vec<u8>>();
    let tried = (0..1_000).map(|_| bytes()).find_map(|bytes| Fuzz::new().line(&bytes, bugs::lost_update));
    assert!(tried.is_some());
}

/// Bytes that break the example, as a fuzzer would find them.
fn crash() -> Vec<u8> {
    let mut prng = Prng::new(Seed::new(0), "bytes");
    let mut bytes = || (0..4).flat_map(|_| prng.next_u64().to_le_bytes()).collect::<Vec<u8>>();
    let fuzz = Fuzz::new().faults("late");
    let fails = |bytes: &Vec<u8>| !fuzz.run(bytes, example::program).is_ok();
    (0..100_000).map(|_| bytes()).find(fails).expect("the example has a bug that late timers show")
}

/// The same program as a test: where a line of the fuzzer becomes small.
#[seedbed::test(faults = "late")]
#[ignore = "it fails on purpose, with the line of a crash file"]
async fn the_theatre() {
    example::program().await;
}

#[test]
#[ignore = "other tests give it a crash file"]
#[expect(clippy::disallowed_methods, reason = "other tests name the file so")]
fn the_fuzzer_is_given_a_file() {
    example::target(&std::fs::read(std::env::var_os("CRASH").unwrap()).unwrap());
}

#[test]
fn a_crash_file_becomes_a_line_that_replays_shrinks_and_is_explained() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    std::fs::write(&file, crash()).unwrap();
    let target = |replay: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["fuzz_targets::the_fuzzer_is_given_a_file", "--exact", "--nocapture", "--include-ignored"]);
        command.env("CRASH", &file).env("RUST_BACKTRACE", "0").env_remove("SEEDBED_REPLAY");
        replay.map(|line| command.env("SEEDBED_REPLAY", line));
        let output = command.output().unwrap();
        (
            output.status.success(),
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
        )
    };
    let (passed, said) = target(None);
    assert!(!passed && said.contains("seedbed: a run failed with 32 bytes\n"), "{said}");
    assert!(
        said.contains("one seat was sold twice")
            && said.contains(" from FIFO order, ")
            && said.contains("\n    let a timer of main"),
        "{said}"
    );
    let line = crate::child::replay_line(&said);
    assert!(said.contains("-- --exact --include-ignored"), "the command runs this test: {said}");

    // The target itself replays the line, whatever the file holds.
    std::fs::write(&file, "").unwrap();
    assert!(target(None).0, "no bytes are the plain run, which passes");
    let (passed, said) = target(Some(&line));
    assert!(!passed && said.contains("seedbed: a run failed with this replay line\n"), "{said}");
    assert!(said.contains("one seat was sold twice"), "{said}");
    let (passed, said) = target(Some("sb1:AO1e"));
    assert!(!passed && said.contains("SEEDBED_REPLAY: read \"sb1:AO1e\", which is not a replay line"), "{said}");
    let plain = Replay::Seeded { seed: Seed::new(0), policy: "fifo".to_owned() }.to_string();
    let (passed, said) = target(Some(&plain));
    assert!(passed && said.contains("the program passes with this replay line"), "{said}");

    // So does a test around the same program, which makes it small.
    let test = "fuzz_targets::the_theatre";
    let job = json!({ "do": "shrink", "line": line });
    let finding = Tool::asks_by_name(test, "fuzz/shrink", job).record("finding");
    assert_eq!(finding["verdict"], "failed", "{finding}");
    assert!(finding["failure"].as_str().unwrap().contains("one seat was sold twice"), "{finding}");
    assert_eq!(finding["proven"], true);
    let departures = finding["departures"].as_array().unwrap();
    assert!((1..=3).contains(&departures.len()), "{finding}");
}
