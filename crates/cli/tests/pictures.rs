//! Is what is drawn of a run true of it?

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod support;

use cargo_seedbed::record::Record;
use cargo_seedbed::show::{
    ArrowKind, Choice, Comparison, Detail, Graph, LaneKind, NodeKind, Picture, Segment, State, Trace, comparison_page,
    comparison_table, dot, page, svg, table,
};
use proptest::prelude::*;
use support::bank::{bank, bank_from};
use support::synthetic::{More, Writer, lock_order, ten};

fn read(records: &[Record]) -> Trace {
    Trace::read(records).unwrap()
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// The states of one lane, each with the times at its ends.
fn states(picture: &Picture, path: &str) -> Vec<(State, u64, u64)> {
    let trace = &picture.trace;
    let lane = trace.lanes.iter().position(|lane| lane.path == path).unwrap();
    let nanos = |edge: usize| trace.events[(edge / 2).min(trace.events.len() - 1)].nanos / 1_000_000;
    let mine = picture.segments.iter().filter(|one| one.lane == lane);
    mine.map(|one| (one.state, nanos(one.from), nanos(one.to))).collect()
}

#[test]
fn a_row_tells_what_its_task_did_and_when() {
    let picture = Picture::of(read(&lock_order(true)));
    let expected = [
        (State::Ready, 0, 0),
        (State::Run, 0, 0),
        (State::Sleep, 0, 10),
        (State::Ready, 10, 10),
        (State::Run, 10, 10),
        (State::Wait, 10, 15),
    ];
    assert_eq!(states(&picture, "main/right-first"), expected);
    let wait = picture.segments.iter().find(|one| one.about.as_deref() == Some("lock left")).unwrap();
    assert_eq!(wait.held.as_deref(), Some("main/left-first"));
}

#[test]
fn a_wake_is_an_arrow_from_who_woke_and_a_timer_is_none() {
    let picture = Picture::of(read(&lock_order(true)));
    let wakes: Vec<_> = picture.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Wake).collect();
    let path = |lane: usize| picture.trace.lanes[lane].path.as_str();
    let told: Vec<_> = wakes.iter().map(|arrow| (path(arrow.from), path(arrow.to))).collect();
    assert_eq!(told, [("main", "main/left-first"), ("main", "main/right-first")]);
}

#[test]
fn who_woke_is_settled_from_what_stands_around() {
    let mut w = Writer::new();
    w.spawn("outside", "t0", "main");
    w.say("t0", "poll", "");
    w.spawn("t0", "t1", "main/1");
    w.say("t1", "poll", "");
    w.say("t1", "sleep", "until 0.005s");
    w.pass(5_000_000);
    // The recorder named who ran last, but it was the timer.
    w.wake("t1", Some("t0"));
    w.say("t1", "timer", "");
    w.say("t1", "poll", "");
    w.say("t1", "finish", "");
    w.wake("t0", None);
    w.say("t0", "poll", "");
    w.say("t0", "finish", "");
    let picture = Picture::of(read(&w.finish("a::b", "", None)));
    let wakes: Vec<_> = picture.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Wake && arrow.at > 4).collect();
    let path = |lane: usize| picture.trace.lanes[lane].path.as_str();
    assert_eq!(wakes.len(), 1);
    assert_eq!((path(wakes[0].from), path(wakes[0].to)), ("main/1", "main"));
}

#[test]
fn blocked_time_belongs_to_who_blocks() {
    // Said before time passes, and said after.
    for before in [true, false] {
        let mut w = Writer::new();
        w.spawn("outside", "t0", "main");
        w.say("t0", "poll", "");
        if before {
            w.say("t0", "block", "for 0.030s");
            w.pass(30_000_000);
        } else {
            w.say("t0", "note", "waits for a condition");
            w.pass(30_000_000);
            w.say("t0", "block", "for 0.030s");
        }
        w.say("t0", "note", "on");
        w.say("t0", "finish", "");
        let picture = Picture::of(read(&w.finish("a::b", "", None)));
        let told = states(&picture, "main");
        assert_eq!(told[2], (State::Block, 0, 30), "{told:?}");
        assert_eq!(told[3], (State::Run, 30, 30), "{told:?}");
        assert_eq!(told.len(), 4);
    }
}

#[test]
fn a_worker_has_a_row_while_it_has_a_job() {
    let mut w = Writer::new();
    w.spawn("outside", "t0", "main");
    w.say("t0", "poll", "");
    w.task("j0", "default/1", "thread");
    w.task("w0", "worker 1", "worker");
    w.event("t0", "submit", More { text: "default/1", other: Some("j0"), ..More::default() });
    w.event("j0", "start", More { text: "worker 1", other: Some("w0"), ..More::default() });
    w.say("j0", "sleep", "until 0.005s");
    w.pass(5_000_000);
    w.say("j0", "finish", "");
    let picture = Picture::of(read(&w.finish("a::b", "", None)));
    assert_eq!(states(&picture, "worker 1"), [(State::Busy, 0, 5)]);
    let job = states(&picture, "default/1");
    assert_eq!(job.iter().map(|one| one.0).collect::<Vec<_>>(), [State::Ready, State::Run, State::Sleep, State::Run]);
    assert!(picture.trace.lanes.iter().any(|lane| lane.kind == LaneKind::Thread));
}

#[test]
fn a_trace_without_head_or_end_is_refused() {
    let records = ten();
    let error = Trace::read(&records[1..]).unwrap_err().to_string();
    assert!(error.contains("the test wrote no trace"), "{error}");
    let error = Trace::read(&records[..records.len() - 1]).unwrap_err().to_string();
    assert!(error.contains("stops in the middle"), "{error}");
}

#[test]
fn who_ended_with_a_thing_in_hand_still_has_it() {
    let mut w = Writer::new();
    w.spawn("outside", "t0", "main");
    w.say("t0", "poll", "");
    w.spawn("t0", "t1", "main/1");
    w.say("t1", "poll", "");
    w.on_lock("t1", "acquire", "slots");
    w.say("t1", "finish", "");
    w.say("t0", "poll", "");
    w.on_lock("t0", "wait", "slots");
    w.say("outside", "deadlock", "1 task");
    let picture = Picture::of(read(&w.finish("a::b", "", None)));
    let wait = picture.segments.iter().find(|one| one.state == State::Wait).unwrap();
    assert_eq!(wait.held.as_deref(), Some("main/1"));
}

#[test]
fn of_several_traces_the_first_is_shown() {
    let both: Vec<Record> = ten().into_iter().chain(lock_order(true)).collect();
    let trace = read(&both);
    assert_eq!((trace.head.test.as_str(), trace.events.len()), ("bank::keeps_the_total", 10));
}

#[test]
fn the_table_shows_what_was_chosen() {
    let trace = read(&lock_order(true));
    let whole = plain(&table(&trace, &Choice::default()));
    assert!(whole.starts_with("bank::transfers_do_not_block\n  failed: deadlock: 3 tasks wait"), "{whole}");
    assert!(whole.contains("0.010s  main/right-first  wait      lock left\n"), "{whole}");
    assert!(whole.contains("choose    ◆ 1 0.000s  ran main/right-first before main/left-first"), "{whole}");
    assert!(whole.contains("cycle: main/left-first -> main/right-first -> main/left-first"));
    assert!(!whole.contains(" poll"));
    let full = plain(&table(&trace, &Choice { view: Detail::Full, ..Choice::default() }));
    assert!(full.contains("main/left-first   wake      by main\n"), "{full}");
    let chosen = Choice {
        tasks: vec!["main/left-first".to_owned()],
        events: vec!["wait".to_owned(), "spawn".to_owned()],
        ..Choice::default()
    };
    let rows = plain(&table(&trace, &chosen));
    let rows: Vec<&str> =
        rows.lines().filter(|line| line.contains("s  main")).filter(|line| line.starts_with('0')).collect();
    assert_eq!(rows, ["0.000s  main             spawn  main/left-first", "0.015s  main/left-first  wait   lock right"]);
}

#[test]
fn unknown_names_are_refused_with_those_that_there_are() {
    let trace = read(&lock_order(true));
    let error =
        Choice { tasks: vec!["main/left".to_owned()], ..Choice::default() }.check(&trace).unwrap_err().to_string();
    assert!(
        error.contains("no task of this run is called main/left")
            && error.contains("main/left-first, main/right-first"),
        "{error}"
    );
    let error = Choice { events: vec!["waits".to_owned()], ..Choice::default() }.check(&trace).unwrap_err().to_string();
    assert!(error.contains("no event of this run has the word waits") && error.contains("wait, wake"), "{error}");
    let known = Choice { tasks: vec!["main/l*".to_owned()], events: vec!["wait".to_owned()], ..Choice::default() };
    assert!(known.check(&trace).is_ok());
}

#[test]
fn events_that_were_not_recorded_are_a_line_of_their_own() {
    let mut records = ten();
    records.retain(|record| !matches!(record, Record::Event(event) if (4..8).contains(&event.i)));
    let shown = plain(&table(&read(&records), &Choice { view: Detail::Full, ..Choice::default() }));
    assert!(shown.contains("(4 events left out)\n1.000s  main  note"), "{shown}");
    let filtered = plain(&table(&read(&ten()), &Choice { events: vec!["panic".to_owned()], ..Choice::default() }));
    assert!(!filtered.contains("left out"), "{filtered}");
}

#[test]
fn the_graph_marks_the_circle_and_no_more() {
    let graph = Graph::of(&read(&lock_order(true))).unwrap();
    let names = |kind: NodeKind| {
        graph
            .nodes
            .iter()
            .filter(|node| node.kind == kind)
            .map(|node| (node.name.as_str(), node.in_cycle))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(NodeKind::Task), [("main", false), ("main/left-first", true), ("main/right-first", true)]);
    assert_eq!(names(NodeKind::Resource), [("lock right", true), ("lock left", true)]);
    assert_eq!(graph.edges.iter().filter(|edge| edge.in_cycle).count(), 4);
    assert_eq!(graph.edges.len(), 5);
    assert!(Graph::of(&read(&ten())).is_none());
}

#[test]
fn graphviz_reads_the_graph() {
    let graph = dot(&Graph::of(&read(&lock_order(true))).unwrap());
    let Ok(mut child) = std::process::Command::new("dot")
        .arg("-Tplain")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        eprintln!("passed over: graphviz is not installed: apt-get install graphviz");
        assert!(graph.starts_with("digraph deadlock {") && graph.ends_with("}\n"));
        return;
    };
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), graph.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let drawn = String::from_utf8(output.stdout).unwrap();
    assert_eq!(drawn.lines().filter(|line| line.starts_with("node ")).count(), 5, "{drawn}");
    assert_eq!(drawn.lines().filter(|line| line.starts_with("edge ")).count(), 5, "{drawn}");
}

#[test]
fn the_picture_of_a_graph_holds_its_words() {
    let drawn = svg(&Graph::of(&read(&lock_order(true))).unwrap());
    for words in ["main/left-first", "lock right", "held by", "since 0.015s", "deadlock-cycle-tip"] {
        assert!(drawn.contains(words), "{words} is not in {drawn}");
    }
    assert_eq!(drawn.matches("class=\"wait").count(), 5, "{drawn}");
}

#[test]
fn a_page_is_one_file_without_addresses() {
    let page = page(read(&ten()), &Choice::default());
    assert!(page.contains("default-src 'none'"));
    for address in ["http://", "https://", "src=", "@import", "url("] {
        let own = page.matches(address).count()
            - page.matches("http://www.w3.org/2000/svg").count() * usize::from(address == "http://");
        assert_eq!(own, 0, "{address}");
    }
    // What a program notes cannot end the element that it stands in.
    assert_eq!(page.matches("</script>").count(), 2);
}

#[test]
fn two_runs_part_at_the_first_event_that_differs() {
    let comparison = Comparison::of(read(&lock_order(false)), read(&lock_order(true)), &Choice::default());
    assert_eq!((comparison.parted, comparison.before), (Some(8), 4));
    let shown = plain(&comparison_table(&comparison, 100));
    assert!(shown.contains("── here they part: event 9, 0.000s ──"), "{shown}");
    assert!(shown.contains("≠ 0.000s main/right-first choose ◆ 1"), "{shown}");
    let same = Comparison::of(read(&ten()), read(&ten()), &Choice::default());
    assert!(
        plain(&comparison_table(&same, 100)).contains("the two runs are the same, all 10 events"),
        "{}",
        comparison_table(&same, 100)
    );
    assert!(comparison_page(&same).contains("The two runs are the same"));
}

#[test]
fn the_same_deed_at_another_time_is_told_apart() {
    let run = |pause: u64| {
        let mut w = Writer::new();
        w.spawn("outside", "t0", "main");
        w.say("t0", "poll", "");
        w.pass(pause);
        w.say("t0", "finish", "");
        read(&w.finish("a::b", "", None))
    };
    let comparison = Comparison::of(run(1_000_000), run(2_000_000), &Choice::default());
    assert!(
        plain(&comparison_table(&comparison, 80))
            .contains("0.001s main finish                     ~ 0.002s main finish")
    );
}

#[test]
fn what_differs_out_of_view_is_said_to() {
    let trace = read(&lock_order(true));
    let choice = Choice { events: vec!["spawn".to_owned()], ..Choice::default() };
    let shown = plain(&comparison_table(&Comparison::of(read(&lock_order(false)), trace, &choice), 100));
    assert!(shown.contains("what differs is not in this view"), "{shown}");
}

fn is_sound(picture: &Picture) -> Result<(), TestCaseError> {
    let end = 2 * picture.trace.events.len();
    for pair in picture.segments.windows(2) {
        let [one, next] = pair else { continue };
        prop_assert!(
            one.lane < next.lane || (one.lane == next.lane && one.to <= next.from),
            "{one:?} overlaps {next:?}"
        );
    }
    for Segment { lane, from, to, .. } in &picture.segments {
        prop_assert!(from < to && *to <= end && *lane < picture.trace.lanes.len());
    }
    // One task at a time: steps of different rows never overlap.
    let mut steps: Vec<_> =
        picture.segments.iter().filter(|one| one.state == State::Run).map(|one| (one.from, one.to)).collect();
    steps.sort_unstable();
    for pair in steps.windows(2) {
        prop_assert!(pair[0].1 <= pair[1].0, "{pair:?}");
    }
    for arrow in &picture.arrows {
        prop_assert!(arrow.at < picture.trace.events.len() && arrow.from.max(arrow.to) < picture.trace.lanes.len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_picture_is_sound(seed: u64, events in 1..800_u64, clients in 1..12_usize, task in 1..12_usize) {
        let whole = Picture::of(read(&bank_from(seed, events, clients)));
        is_sound(&whole)?;
        // With a part left out, too.
        let tasks = vec![format!("main/client-{}", 1 + task % clients), "main/client-1".to_owned()];
        let part = whole.clone().only(&Choice { tasks, ..Choice::default() });
        is_sound(&part)?;
        prop_assert!(part.trace.events.iter().all(|event| whole.trace.events.iter().any(|one| one.number == event.number)));
        let words = Choice { events: vec!["wait".to_owned()], ..Choice::default() };
        is_sound(&whole.only(&words))?;
    }

    #[test]
    fn a_run_compared_with_itself_is_the_same(seed: u64, events in 1..300_u64) {
        let trace = read(&bank_from(seed, events, 4));
        let comparison = Comparison::of(trace.clone(), trace, &Choice { view: Detail::Full, ..Choice::default() });
        prop_assert_eq!(comparison.parted, None);
        prop_assert!(comparison.pairs.iter().all(|pair| comparison.is_equal(pair)));
    }

    #[test]
    fn every_event_in_view_stands_in_one_row_of_a_comparison(one: u64, other: u64) {
        let (left, right) = (read(&bank_from(one, 200, 4)), read(&bank_from(other, 200, 4)));
        let choice = Choice { view: Detail::Full, ..Choice::default() };
        let comparison = Comparison::of(left.clone(), right.clone(), &choice);
        let rows = |side: fn(&cargo_seedbed::show::Pair) -> Option<usize>| comparison.pairs.iter().filter_map(side).collect::<Vec<_>>();
        prop_assert_eq!(rows(|pair| pair.left), (0..left.events.len()).collect::<Vec<_>>());
        prop_assert_eq!(rows(|pair| pair.right), (0..right.events.len()).collect::<Vec<_>>());
        comparison_page(&comparison);
    }
}

#[test]
fn a_long_comparison_is_cut_and_says_so() {
    let (left, right) = (read(&bank(30_000, 9)), read(&bank_from(7, 30_000, 9)));
    let comparison = Comparison::of(left, right, &Choice { view: Detail::Full, ..Choice::default() });
    assert!(comparison.more.0 > 10_000 && comparison.pairs.len() < 12_000);
    assert!(plain(&comparison_table(&comparison, 100)).contains("more events of the first run"));
}
