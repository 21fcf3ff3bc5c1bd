//! Jobs about one line: it is replayed, shrunk or explained, and told in one record.

use serde_json::{Value, json};

use crate::tool::{Tool, and, of_kind, sweep};

/// The line of the first run of a test that fails.
fn failing_line(test: &str, folder: &str) -> String {
    let job = and(sweep(0, 1, 256), json!({ "fail_fast": true }));
    let records = Tool::asks(test, &format!("{folder}/sweep"), job).records();
    of_kind(&records, "run").last().unwrap()["replay"].as_str().unwrap().to_owned()
}

fn text<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_else(|| panic!("{field} is no text: {record}"))
}

#[test]
fn a_line_is_made_small_proven_and_kept() {
    let line = failing_line("lost_update", "shrink");
    let shrink = Tool::asks("lost_update", "shrink/one", json!({ "do": "shrink", "line": line }));
    let kept = shrink.folder().join("hunt/failing/lost_update.txt");
    let finding = shrink.record("finding");
    assert_eq!((&finding["verdict"], &finding["kind"]), (&json!("failed"), &json!("panic")), "{finding}");
    assert_eq!((&finding["proven"], &finding["why_not"]), (&json!(true), &json!(null)), "{finding}");
    let departures = finding["departures"].as_array().unwrap();
    assert_eq!(departures.len(), 1, "{finding}");
    assert!(text(&departures[0], "words").starts_with("ran main"), "{finding}");
    assert!(text(&departures[0], "address").contains(" overtaken "), "{finding}");
    assert!(finding["choices"].as_u64() >= Some(1) && finding["shrink_runs"].as_u64() > Some(0), "{finding}");
    assert!(text(&finding, "command").contains(text(&finding, "replay")), "{finding}");
    let report = text(&finding, "report");
    assert!(report.starts_with("seedbed: failing::lost_update fails with the line that was given\n"), "{report}");
    assert!(report.contains("replay (verified in a fresh process):"), "{report}");
    assert_eq!(text(&finding, "saved"), kept.to_str().unwrap());
    assert!(std::fs::read_to_string(kept).unwrap().contains(text(&finding, "replay")));

    // What is small fails, and stays as it is.
    let small = text(&finding, "replay");
    let again = Tool::asks("lost_update", "shrink/again", json!({ "do": "shrink", "line": small })).record("finding");
    assert_eq!(again["replay"], finding["replay"]);
    let off = Tool::asks("lost_update", "shrink/off", json!({ "do": "shrink", "line": small }));
    let finding = off.env("SEEDBED_REGRESSIONS", "off").env("SEEDBED_PROVE", "off").record("finding");
    assert_eq!((&finding["saved"], &finding["proven"]), (&json!(null), &json!(false)));
    assert_eq!(finding["why_not"], "that is switched off");
}

#[test]
fn failures_met_on_the_way_are_told() {
    let line = failing_line("two_bugs", "others");
    let finding = Tool::asks("two_bugs", "others/shrink", json!({ "do": "shrink", "line": line })).record("finding");
    let others = finding["others"].as_array().unwrap();
    for other in others {
        assert!(text(other, "command").contains(text(other, "replay")), "{other}");
        assert_ne!(other["signature"], finding["signature"]);
    }
}

#[test]
fn inputs_shrink_with_the_schedule() {
    let line = failing_line("arguments::too_much", "inputs");
    let job = json!({ "do": "shrink", "line": line });
    let finding = Tool::asks("arguments::too_much", "inputs/shrink", job).record("finding");
    assert_eq!(finding["inputs"], json!(["left = 20", "right = false", "text = \"aaa\""]), "{finding}");
    assert_eq!(finding["proven"], true);
}

#[test]
fn a_line_is_explained_as_it_stands_and_not_kept() {
    let line = failing_line("lock_order", "explain");
    let job = json!({ "do": "explain", "line": line });
    let tool = Tool::asks("lock_order", "explain/one", job);
    let kept = tool.folder().join("hunt");
    let finding = tool.record("finding");
    assert_eq!((text(&finding, "verdict"), text(&finding, "kind")), ("failed", "deadlock"), "{finding}");
    assert_eq!((text(&finding, "replay"), text(&finding, "place")), (line.as_str(), ""));
    assert!(!finding["departures"].as_array().unwrap().is_empty(), "{finding}");
    assert!(finding.get("shrink_runs").is_none() && finding["saved"].is_null(), "{finding}");
    assert!(text(&finding, "report").contains(" from FIFO order:"), "{finding}");
    assert!(!kept.exists());
}

#[test]
fn a_replay_is_told_as_the_variable_tells_it() {
    let line = failing_line("lost_update", "replay");
    let ask = |detail: &str| {
        let job = json!({ "do": "replay", "line": line, "detail": detail });
        Tool::asks("lost_update", &format!("replay/{detail}"), job).record("finding")
    };
    let (summary, full, none) = (ask("summary"), ask("full"), ask("none"));
    assert_eq!(text(&summary, "verdict"), "failed");
    assert!(text(&summary, "report").starts_with("seedbed: failing::lost_update failed with this replay line\n"));
    let lines = |finding: &Value| text(finding, "report").lines().count();
    assert!(lines(&none) < lines(&summary) && lines(&summary) < lines(&full));
    assert_eq!((&summary["signature"], &summary["failure"]), (&full["signature"], &none["failure"]));
    assert_eq!((&summary["proven"], &summary["why_not"]), (&json!(false), &json!("it was asked for")));
}

#[test]
fn a_line_that_passes_or_does_not_fit_or_is_of_another_test_is_told_so() {
    let plain = "sb1:AO1eAAAAAAAAcGN0OjMjqIT0";
    for job in ["replay", "shrink", "explain"] {
        let asked = json!({ "do": job, "line": plain });
        let passed = Tool::asks("harmless", &format!("verdicts/passed_{job}"), asked).record("finding");
        assert_eq!(text(&passed, "verdict"), "passed");
    }
    let line = failing_line("lost_update", "verdicts");
    let shrink = Tool::asks("lost_update", "verdicts/shrink", json!({ "do": "shrink", "line": line }));
    let small = shrink.record("finding")["replay"].clone();
    for job in ["replay", "shrink", "explain"] {
        let asked = json!({ "do": job, "line": small });
        let misfit = Tool::asks("points::may_get_nowhere", &format!("verdicts/misfit_{job}"), asked).record("finding");
        assert_eq!(text(&misfit, "verdict"), "misfit", "{misfit}");
        let misfits = misfit["misfits"].as_array().unwrap();
        assert!(misfits[0].as_str().unwrap().contains(" overtaken "), "{misfit}");
    }
}

#[test]
fn what_differs_in_a_fresh_process_is_not_deterministic() {
    let mark = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tool_mark");
    drop(std::fs::remove_file(&mark));
    let plain = "sb1:AO1eAAAAAAAAcGN0OjMjqIT0";
    let tool = Tool::asks("differs_in_every_process", "verdicts/differs", json!({ "do": "shrink", "line": plain }));
    let finding = tool.env("MARK", mark.to_str().unwrap()).record("finding");
    assert_eq!(text(&finding, "verdict"), "not deterministic");
    assert!(text(&finding, "difference").contains("for the first time"), "{finding}");
    assert!(text(&finding, "failure").contains("as always"), "{finding}");
}

#[test]
fn a_line_with_inputs_of_another_test_is_refused() {
    let line = failing_line("arguments::too_much", "refused");
    let small = Tool::asks("arguments::too_much", "refused/shrink", json!({ "do": "shrink", "line": line }));
    let small = small.record("finding")["replay"].clone();
    let answer = Tool::asks("lost_update", "refused/other", json!({ "do": "replay", "line": small })).answer();
    assert!(!answer.passed, "the job could not be done");
    assert_eq!(answer.records[0]["verdict"], "misconfigured");
    assert!(text(&answer.records[0], "report").contains("which takes no arguments"), "{:?}", answer.records);
}
