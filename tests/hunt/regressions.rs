//! The file of saved replays: what is written there, what is read from it, and what happens when neither is possible.

use std::fs;
use std::num::NonZeroU32;

use seedbed::choice::Replay;

use crate::child::{Child, replay_line};

/// A replay of the plain run.
const PLAIN: &str = "sb1:AQC-I8JY";

/// The text of a file of saved replays, and the process that will read it.
fn with_file(test: &str, folder: &str, text: impl AsRef<[u8]>) -> Child {
    let child = Child::of(test, folder);
    let file = child.file(&format!("failing/{test}"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    child
}

#[test]
fn a_failure_is_kept_once_and_replayed_first() {
    let mut child = Child::of("lost_update", "regressions/once");
    let first = child.report();
    assert!(first.contains("saved: FOLDER/hunt/failing/lost_update.txt"), "{first}");
    let file = child.file("failing/lost_update");
    let kept = fs::read_to_string(&file).unwrap();
    let line = replay_line(&first);
    let at = kept.lines().position(|kept| kept == line).unwrap() + 1;
    assert!(kept.contains("# panicked at ") && kept.contains("#   main/1 overtaken 0 = 2"), "{kept}");

    let second = child.report();
    let headline =
        format!("seedbed: failing::lost_update failed with a saved replay, FOLDER/hunt/failing/lost_update.txt:{at}");
    assert_eq!(second.lines().next(), Some(&*headline));
    assert!(second.contains("replay (verified in a fresh process):"), "{second}");
    assert_eq!(fs::read_to_string(&file).unwrap(), kept);
    // What the departures did and why they are needed, as when it was found. The samples that follow are others.
    let told = |report: &str| {
        let (_, rest) = report.split_once("\n    1. ").unwrap_or_else(|| panic!("nothing is explained: {report}"));
        let (told, _) = rest.split_once("\n  with everything else").unwrap();
        told.to_owned()
    };
    assert_eq!(told(&second), told(&first));
    assert!(second.contains("fails after 1 departure from FIFO order:\n"), "{second}");
    assert!(second.contains("without it, the run passes") && second.contains("inevitable from choice"), "{second}");

    // Where the hunt finds it again by itself, it is not written twice.
    fs::write(&file, format!("# mine\n{PLAIN}\n\n{line} # too")).unwrap();
    let third = child.report();
    assert!(third.contains("saved before: FOLDER/hunt/failing/lost_update.txt:4"), "{third}");
    assert!(third.contains("lost_update.txt:2: this saved replay passes now"), "{third}");
}

#[test]
fn of_a_saved_run_that_is_not_minimal_no_departure_is_claimed_to_be_needed() {
    let line = replay_line(&Child::of("lost_update", "regressions/minimal").report());
    let Ok(Replay::Departures(mut departures)) = line.parse() else { panic!("{line}") };
    // One step more than it takes.
    departures.insert("main/1 overtaken 0".parse().unwrap(), NonZeroU32::MIN.saturating_add(2));
    let line = Replay::Departures(departures).to_string();
    let report = with_file("lost_update", "regressions/not_minimal", &line).report();
    assert!(report.contains("failed with a saved replay"), "{report}");
    assert!(
        report.contains("fails after 1 departure from FIFO order:\n    1. 0.000s  ran main/2 (3 steps)"),
        "{report}"
    );
    assert!(report.contains("not all of this may be needed: a simpler run may fail in the same way"), "{report}");
    assert!(!report.contains("needed: without") && !report.contains("inevitable"), "{report}");
    assert!(report.contains("replay (verified in a fresh process):") && report.contains(&line), "{report}");
}

#[test]
fn comments_stay_and_a_missing_end_of_line_is_made_up_for() {
    let mut child = with_file("lost_update", "regressions/comments", format!("# ours\n{PLAIN}"));
    let report = child.report();
    let kept = fs::read_to_string(child.file("failing/lost_update")).unwrap();
    assert!(kept.starts_with(&format!("# ours\n{PLAIN}\n\n# panicked at ")), "{kept}");
    assert!(kept.ends_with(&format!("\n{}\n", replay_line(&report))), "{kept}");
}

#[test]
fn what_passes_now_is_told_and_not_removed() {
    let text = format!("{PLAIN}\n");
    let mut child = with_file("harmless", "regressions/passes", &text);
    let ended = child.run();
    assert!(ended.passed, "{}", ended.output);
    assert!(ended.output.contains("harmless.txt:1: this saved replay passes now"), "{}", ended.output);
    assert_eq!(fs::read_to_string(child.file("failing/harmless")).unwrap(), text);
}

#[test]
fn lines_that_cannot_be_read_are_named_and_do_not_stop_the_others() {
    let line = replay_line(&Child::of("lost_update", "regressions/line").report());
    let text = format!("sb9:AAAA\nnonsense\n{PLAIN}\n{line}\n{line}\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"sb1:\xff\xfe\n");
    let report = with_file("lost_update", "regressions/unreadable", bytes).report();
    let expected = [
        "failed with a saved replay, FOLDER/hunt/failing/lost_update.txt:4",
        "lost_update.txt:1:3: not a replay line: version mark sb9",
        "lost_update.txt:2:1: not a replay line",
        "lost_update.txt:3: this saved replay passes now",
        "lost_update.txt:5: this saved replay fails, too",
        "lost_update.txt:6:5: not text in UTF-8",
    ];
    for part in expected {
        assert!(report.contains(part), "{part} is missing in {report}");
    }
}

#[test]
fn an_unreadable_line_is_heard_even_where_the_test_passes() {
    let mut child = with_file("harmless", "regressions/heard", "sb1:AQ\n");
    let ended = child.run();
    assert!(ended.passed && ended.output.contains("harmless.txt:1:7: not a replay line"), "{}", ended.output);
}

#[test]
fn a_line_that_fits_no_more_is_told() {
    let line = replay_line(&Child::of("two_bugs", "regressions/misfit").report());
    let ended = with_file("harmless", "regressions/misfit", line).run();
    assert!(ended.passed, "{}", ended.output);
    assert!(ended.output.contains("passes, but does not fit the code any more"), "{}", ended.output);
    assert!(
        ended.output.contains("overtaken 0 = 1: out of bounds, the largest possible answer was "),
        "{}",
        ended.output
    );
}

#[test]
fn where_nothing_can_be_written_the_report_still_comes() {
    // A file stands where the folder should be: no permission is needed for that to fail, so it fails for root too.
    let mut child = Child::of("lost_update", "regressions/blocked");
    fs::create_dir_all(child.folder().parent().unwrap()).unwrap();
    drop(fs::remove_file(child.folder()));
    fs::write(child.folder(), "in the way").unwrap();
    let report = child.report();
    assert!(report.contains("replay (verified in a fresh process):\n    SEEDBED_REPLAY=sb1:"), "{report}");
    assert!(report.contains("not saved: FOLDER/hunt/failing/lost_update.txt could not be written: "), "{report}");
    fs::remove_file(child.folder()).unwrap();
}

#[cfg(unix)]
#[test]
fn where_a_file_cannot_grow_the_report_still_comes() {
    // What a full disk does: the file can be made, and the bytes do not get there.
    let report = Child::of("lost_update", "regressions/full").with_full_disk().report();
    assert!(report.contains("replay (verified in a fresh process):\n    SEEDBED_REPLAY=sb1:"), "{report}");
    assert!(report.contains("not saved: FOLDER/hunt/failing/lost_update.txt could not be written: "), "{report}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let mut child = Child::of("lost_update", "regressions/device");
    let file = child.file("failing/lost_update");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    // It never ends.
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    let report = child.report();
    assert!(report.contains("could not be read: not a regular file"), "{report}");
    assert!(report.contains("could not be written: not a regular file"), "{report}");
}

#[test]
fn regressions_can_be_switched_off() {
    let report = Child::of("lost_update", "regressions/off").env("SEEDBED_REGRESSIONS", "off").report();
    assert!(!report.contains("saved"), "{report}");
}
