//! Replay lines: proven in a fresh process, brought back anywhere, and refused where they do not fit.

use crate::child::{Child, Ended, replay_line, report_in};

/// Every failing test whose failure is the same in every process.
const FAILING: [&str; 11] = [
    "lost_update",
    "lock_order",
    "in_plain_order",
    "returned_error",
    "goes_on_for_ever",
    "livelock",
    "a_task_nobody_awaits",
    "a_slow_task_misses_its_timeout",
    "cancels_its_main_task",
    "two_bugs",
    "checked",
];

/// The report of a test that is told to make one run.
#[track_caller]
fn replayed(test: &str, line: &str) -> Ended {
    Child::of(test, &format!("replays/{test}")).env("SEEDBED_REPLAY", line).run()
}

/// What is said of the failure, without the headline.
fn second_line(report: &str) -> &str {
    report.lines().nth(1).unwrap()
}

#[test]
fn every_line_that_is_printed_fails_the_same_way_again() {
    for test in FAILING {
        let report = Child::of(test, &format!("replays/found/{test}")).report();
        assert!(report.contains("replay (verified in a fresh process):"), "{report}");
        let ended = replayed(test, &replay_line(&report));
        assert!(!ended.passed, "{test}: {}", ended.output);
        let again = report_in(&ended.output);
        assert!(again.lines().next().unwrap().ends_with(" failed with this replay line"), "{again}");
        assert_eq!(second_line(&again), second_line(&report));
        // The line was given; it is not printed as if it were news, and nothing is kept.
        assert!(!again.contains("SEEDBED_REPLAY") && !again.contains("saved"), "{again}");
    }
}

#[test]
fn a_replay_prints_the_trace_as_it_is_asked() {
    let line = replay_line(&Child::of("lost_update", "replays/trace").report());
    let report = |detail: &str| {
        let child = Child::of("lost_update", "replays/trace").env("SEEDBED_REPLAY", &line);
        child.env("SEEDBED_TRACE", detail).report()
    };
    let (none, summary, full) = (report("none"), report("summary"), report("full"));
    assert!(!none.contains("trace ("), "{none}");
    assert!(summary.contains("main    spawn   main/1") && !summary.contains("  poll"), "{summary}");
    assert!(full.contains("main/1  poll"), "{full}");
    let line = Child::of("lost_update", "replays/trace").env("SEEDBED_REPLAY", &line).report();
    assert_eq!(line, summary, "the summary is what is shown if nothing was said");
}

#[test]
fn a_run_of_a_seed_is_brought_back_by_seed_and_policy() {
    use seedbed::{Seed, choice::Replay};
    let report = Child::of("lost_update", "replays/seeded").report();
    let headline = report.lines().next().unwrap();
    let (_, rest) = headline.split_once("(seed ").unwrap();
    let (seed, policy) = rest.trim_end_matches(')').split_once(", policy ").unwrap();
    let replay = Replay::Seeded { seed: seed.parse::<Seed>().unwrap(), policy: policy.to_owned() };
    let ended = replayed("lost_update", &replay.to_string());
    // Shrinking keeps the place and the words; their numbers may differ.
    let without_numbers = |report: &str| second_line(report).replace(|c: char| c.is_ascii_digit(), "");
    assert_eq!(without_numbers(&report_in(&ended.output)), without_numbers(&report));
}

#[test]
fn a_line_of_a_run_that_passes_passes() {
    let ended = replayed("lost_update", "sb1:AQC-I8JY");
    assert!(ended.passed, "{}", ended.output);
    assert!(ended.output.contains("seedbed: failing::lost_update passes with this replay line"), "{}", ended.output);
    assert!(ended.output.contains("main    finish"), "{}", ended.output);
}

#[test]
fn a_line_that_does_not_fit_is_refused_with_the_address() {
    // Three tasks are overtaken in that one; here there are two.
    let line = replay_line(&Child::of("two_bugs", "replays/misfit").report());
    let ended = replayed("lost_update", &line);
    assert!(!ended.passed, "{}", ended.output);
    let report = report_in(&ended.output);
    assert!(report.contains("the replay line does not fit"), "{report}");
    assert!(report.contains("main/3 overtaken 0 = 1: never asked"), "{report}");
}

#[test]
fn a_value_out_of_bounds_is_refused_with_the_address_and_the_bound() {
    use seedbed::choice::{Departures, Replay};
    let entry = ("main/1 overtaken 0".parse().unwrap(), 90.try_into().unwrap());
    let line = Replay::Departures(Departures::from_iter([entry])).to_string();
    let report = report_in(&replayed("lock_order", &line).output);
    assert!(report.contains("main/1 overtaken 0 = 90: out of bounds, the largest possible answer was "), "{report}");
    assert!(report.lines().any(|line| line.contains("= 90: ") && line.contains(" (event ")), "{report}");
}

#[test]
fn every_sort_of_choice_that_does_not_fit_is_told_with_its_event() {
    use seedbed::choice::{Departures, ReplayMode};
    use seedbed::{Sim, hunt::Misfit, sleep};
    let entries = [
        ("main branch 0", 9),
        ("main branch 5", 1),
        ("main late 0", 9_000_000),
        ("main rng 3", 1),
        ("main/7 late 0", 1),
        ("main/flaky point 4", 1),
    ];
    let plan = entries.map(|(address, answer): (&str, u32)| (address.parse().unwrap(), answer.try_into().unwrap()));
    let plan = Departures::from_iter(plan);
    let report = Sim::new(0).replay(plan, ReplayMode::Strict).run(async {
        sleep(std::time::Duration::from_millis(1)).await;
        let _rng = seedbed::rng();
        assert!(!seedbed::fault!("flaky"));
        seedbed::select! {
            () = std::future::ready(()) => {}
            () = std::future::ready(()) => {}
        }
    });
    let told = Misfit::all_of(&report).iter().map(ToString::to_string).collect::<Vec<_>>();
    // The first step of the main task is event 4 of the trace, the second one, after the sleep, event 8.
    let expected = [
        "main late 0 = 9000000: out of bounds, the largest possible answer was 1000000 (event 4, 0.000s)",
        "main branch 0 = 9: out of bounds, the largest possible answer was 1 (event 8, 0.001s)",
        "main branch 5 = 1: never asked, the last question of that subject and kind was number 0 (event 8, 0.001s)",
        "main rng 3 = 1: never asked, the last question of that subject and kind was number 0 (event 8, 0.001s)",
        "main/7 late 0 = 1: never asked, because nothing of that subject and kind was asked",
        "main/flaky point 4 = 1: never asked, the last question of that subject and kind was number 0 (event 8, 0.001s)",
    ];
    assert_eq!(told, expected, "{}", report.trace.full());
}

#[test]
fn what_is_no_replay_line_is_refused_before_anything_is_run() {
    let whole = "sb1:AQEABm1haW4vMQAAAthE7Dw";
    let flipped = whole.replace('h', "g");
    let cases = [
        (&whole[..21], "ends too early, at character 22"),
        (&flipped, "the checksum from character"),
        ("sb2:AQC-I8JY", "update seedbed"),
        ("AQC-I8JY", "does not begin with a version mark"),
        ("", "it is empty"),
    ];
    for (line, expected) in cases {
        let ended = replayed("lost_update", line);
        let report = report_in(&ended.output);
        assert!(!ended.passed && report.contains("was not run\n  SEEDBED_REPLAY: read "), "{report}");
        assert!(report.contains(expected), "{line}: {report}");
    }
}

#[test]
fn the_right_one_of_several_hunts_is_replayed() {
    let report = Child::of("second_of_two_hunts", "replays/several").report();
    let child = Child::of("second_of_two_hunts", "replays/several").env("SEEDBED_REPLAY", &replay_line(&report));
    let again = child.env("SEEDBED_HUNT", "stormy").report();
    assert_eq!(again.lines().next().unwrap(), "seedbed: stormy failed with this replay line");
}

#[test]
fn a_name_of_no_hunt_is_heard() {
    let mut child = Child::of("harmless", "replays/no_hunt").env("SEEDBED_HUNT", "stromy");
    let ended = child.run();
    assert!(ended.passed, "{}", ended.output);
    let said = "seedbed: failing::harmless was passed over: SEEDBED_HUNT names another hunt";
    assert!(ended.output.contains(said), "{}", ended.output);
}

#[test]
fn arguments_are_not_ignored() {
    let ended = replayed("lost_update", "sb1:AuAPkgwXnwwSG-_69wcBAAZtYWluLzEAAAHSR-GD");
    assert!(!ended.passed);
    assert!(ended.output.contains("was not run"), "{}", ended.output);
    assert!(
        ended.output.contains("which takes no arguments: this line holds those of another one"),
        "{}",
        ended.output
    );
}

#[test]
fn without_a_fresh_process_the_report_says_so() {
    let report = Child::of("lost_update", "replays/unproven").env("SEEDBED_PROVE", "off").report();
    assert!(report.contains("replay (not verified in a fresh process: that is switched off):"), "{report}");
}

#[test]
fn a_variable_that_does_not_exist_fails_the_test() {
    let report = Child::of("harmless", "replays/variable").env("SEEDBED_RUN", "7").report();
    assert!(report.contains("SEEDBED_RUN=7: there is no such variable"), "{report}");
}

#[test]
fn variables_go_before_what_the_code_says() {
    let ended = Child::of("a_slow_task_misses_its_timeout", "replays/runs").env("SEEDBED_RUNS", "1").run();
    assert!(ended.passed, "the plain run passes: {}", ended.output);
    let report = Child::of("lost_update", "replays/policy").env("SEEDBED_POLICY", "pct:3").report();
    assert!(report.contains("policy pct:3)"), "{report}");
    let report = Child::of("in_plain_order", "replays/seed").env("SEEDBED_SEED", "0x2a").report();
    assert!(report.contains("(seed 0x000000000000002a, policy fifo)"), "{report}");
    let fresh = || Child::of("in_plain_order", "replays/seed").env("SEEDBED_SEED", "fresh").report();
    let (one, two) = (fresh(), fresh());
    assert_ne!(one, two);
    assert!(one.contains("hunts from the fresh seed 0x"), "{one}");
}

#[test]
fn a_test_that_should_panic_is_neither_shrunk_nor_kept() {
    let mut child = Child::of("should_panic", "replays/should_panic");
    let ended = child.run();
    assert!(ended.passed, "{}", ended.output);
    assert!(!ended.output.contains("shrunk") && !child.folder().exists(), "{}", ended.output);
}
