//! Tests with arguments: drawn for every run, shrunk with the schedule, told in the report, and brought back by the line.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use seedbed::choice::Replay;
use seedbed::yield_now;

use crate::child::{Child, replay_line, report_in};

static DRAWN: Mutex<BTreeSet<(u32, Option<u8>)>> = Mutex::new(BTreeSet::new());

#[seedbed::test(runs = 40)]
async fn every_run_has_inputs_of_its_own((number, other): (u32, Option<u8>)) -> Result<(), String> {
    yield_now().await;
    let mut drawn = DRAWN.lock().unwrap();
    drawn.insert((number, other));
    // The plain run is made twice, so the last of 40 is the 41st.
    let last = MADE.fetch_add(1, Ordering::Relaxed) == 40;
    if last && drawn.len() < 40 { Err(format!("{drawn:?}")) } else { Ok(()) }
}

static MADE: AtomicU32 = AtomicU32::new(0);

#[seedbed::test]
#[should_panic(expected = "three is reached")]
async fn a_test_that_should_panic_may_have_arguments(#[strategy = 0..9_u32] number: u32) {
    assert!(number < 3, "three is reached");
}

#[test]
fn inputs_and_schedule_are_shrunk_to_one_small_case() {
    let mut first = Child::of("arguments::deposits_add_up", "arguments/found");
    let report = first.report();
    let inputs =
        report.lines().find_map(|line| line.strip_prefix("  with amounts = ")).unwrap_or_else(|| panic!("{report}"));
    let amounts: Vec<u32> = inputs.trim_matches(['[', ']']).split(", ").map(|amount| amount.parse().unwrap()).collect();
    assert!(amounts.len() <= 3 && amounts.contains(&41) && amounts.iter().sum::<u32>() <= 42, "{report}");
    assert!(report.contains("replay (verified in a fresh process):"), "{report}");
    assert!(report.contains("→ 1 departure from FIFO order"), "{report}");

    // The line alone brings inputs and schedule back, and is short.
    let line = replay_line(&report);
    assert!(line.len() < 160, "{line}");
    let Ok(Replay::Departures(departures)) = line.parse() else { panic!("{line}") };
    assert!(departures.len() == 1 && departures.inputs().is_some(), "{departures}");
    let again = Child::of("arguments::deposits_add_up", "arguments/again").env("SEEDBED_REPLAY", &line).report();
    assert!(again.contains(&format!("  with amounts = {inputs}\n")), "{again}");
    assert!(again.contains(&format!("note    amounts: {inputs}")), "{again}");
    assert_eq!(again.lines().nth(1), report.lines().nth(1));

    // It is kept, and comes first the next time.
    let kept = Child::in_folder("arguments::deposits_add_up", first.folder().to_owned()).run();
    let kept = report_in(&kept.output);
    assert!(
        kept.contains("failed with a saved replay") && kept.contains(&format!("  with amounts = {inputs}\n")),
        "{kept}"
    );
}

#[test]
fn inputs_alone_are_shrunk_where_the_order_does_not_matter() {
    let report = Child::of("arguments::too_much", "arguments/inputs").report();
    for line in
        ["  with right = false\n", "  with left = 20\n", "  with text = \"aaa\"\n", "  it fails in plain FIFO order\n"]
    {
        assert!(report.contains(line), "{line}: {report}");
    }
    let line = replay_line(&report);
    let again = Child::of("arguments::too_much", "arguments/inputs_again").env("SEEDBED_REPLAY", &line).report();
    assert!(again.contains("  with left = 20\n") && again.contains("  with text = \"aaa\"\n"), "{again}");
}

#[test]
fn inputs_that_cannot_be_drawn_are_a_failure_that_says_so() {
    // proptest's own configuration holds.
    let child = Child::of("arguments::refused", "arguments/refused");
    let report = child.env("PROPTEST_MAX_LOCAL_REJECTS", "100").report();
    assert!(report.contains("no inputs could be drawn: Too many local rejects"), "{report}");
}
