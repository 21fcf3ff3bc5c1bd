//! Is every failure that is found replayed in a fresh process? Hunts through the zoo, proven as they are at a user's.

use seedbed::Hunt;
use seedbed::hunt::{Found, Proof, Verdict};

use super::programs::{Entry, ZOO};
use super::{RARE, runs};

/// The hunt of one program: by the portfolio, or from a seed that is known where that would take too long.
fn hunt(entry: &Entry, name: String) -> Hunt {
    let hunt = Hunt::new(name).regressions_off();
    match RARE.iter().find(|rare| rare.program == entry.name) {
        None => hunt.runs(runs(entry)),
        Some(rare) => hunt.runs(rare.run + 1).policy(rare.policy).seed(rare.base),
    }
}

/// Hunts for every bug, and has what is left after so many runs of shrinking replayed in a process of its own. That process makes these
/// hunts too, and passes over all but one.
#[track_caller]
fn prove_all(shrink_runs: u64, name: fn(&Entry) -> String) {
    let (mut proven, mut longest) = (0, 0);
    for entry in ZOO {
        let report = hunt(entry, name(entry)).max_shrink_runs(shrink_runs).run(entry.main);
        if matches!(report.verdict, Verdict::PassedOver) {
            // This is the fresh process, and another hunt is asked for.
            continue;
        }
        let Verdict::Failed(finding) = &report.verdict else { panic!("{} was not found: {report}", entry.name) };
        assert!(matches!(finding.found, Found::Run { number, .. } if number > 0), "{report}");
        assert_eq!(finding.proof, Proof::Proven, "{report}");
        assert!(report.to_string().contains("replay (verified in a fresh process):"), "{report}");
        for other in &finding.others {
            assert_eq!(other.proof, Proof::Proven, "{report}");
        }
        proven += 1 + finding.others.len();
        longest = longest.max(finding.replay.to_string().len());
    }
    assert!(proven >= ZOO.len(), "{proven} hunts were made: SEEDBED_HUNT names one of them");
    println!("{proven} failures of {} programs, lines of up to {longest} characters", ZOO.len());
}

#[test]
fn each_failure_is_replayed_in_a_fresh_process_as_it_was_found() {
    prove_all(0, |entry| format!("{}, as found", entry.name));
}

#[test]
fn each_failure_is_replayed_in_a_fresh_process_when_it_is_shrunk() {
    // Explaining may take as many runs; in a hundred some explanations do not come to their end, which the line does not need.
    prove_all(100, |entry| entry.name.to_owned());
}
