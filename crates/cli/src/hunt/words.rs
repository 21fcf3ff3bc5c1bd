//! What a hunt came to, as a person reads it.

use super::progress::grouped;
use super::tally::{Finding, Group, Totals};
use crate::record::RunOutcome;
use crate::terminal::{BAD, FAINT, GOOD, STRONG, styled};

/// A table: each test with what became of its runs.
pub fn totals_text(totals: &[Totals], groups: &[Group]) -> String {
    let width = totals.iter().map(|totals| totals.origin.words().chars().count()).max().unwrap_or(0);
    let line = |totals: &Totals| {
        let verdict = match () {
            () if groups.iter().any(|group| group.origin == totals.origin) => styled(BAD, "FAILED"),
            () if totals.runs == 0 => styled(FAINT, "none  "),
            () => styled(GOOD, "ok    "),
        };
        let counts = [
            (totals.failed, if totals.should_fail { "failed, as they should" } else { "failed" }),
            (totals.not_deterministic, "differed when made twice"),
            (totals.lost, if totals.lost == 1 { "ended its process" } else { "ended their process" }),
            (totals.cut_off, "were cut off by a limit"),
            (totals.orders, if totals.orders == 1 { "order" } else { "orders" }),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", grouped(*count)))
            .collect();
        let separator = if counts.is_empty() { "" } else { ", " };
        let runs = if totals.runs == 1 { "run" } else { "runs" };
        format!(
            "  {verdict}  {:width$}  {} {runs}{separator}{}\n",
            totals.origin.words(),
            grouped(totals.runs),
            counts.join(", ")
        )
    };
    totals.iter().map(line).collect()
}

/// Every group, with what was made of its first run.
pub fn groups_text(groups: &[Group], findings: &[Finding]) -> String {
    let text = |(n, group): (usize, &Group)| {
        let of = if group.count == 1 { "1 run".to_owned() } else { format!("{} runs", grouped(group.count)) };
        let which = match &*group.kind {
            "point" | "passed" => "of all together".to_owned(),
            _ => format!("the first is run {} (seed {})", group.first_run, group.seed),
        };
        let heading = format!("{} of {}: {}: {of}, {which}", n + 1, groups.len(), group.origin.words());
        format!("\n{}\n{}\n", styled(STRONG, heading), description(group, findings).trim_end())
    };
    groups.iter().enumerate().map(text).collect()
}

/// What is known of a group: the report of its smallest run, or what its runs said.
pub fn description(group: &Group, findings: &[Finding]) -> String {
    let same = |finding: &&Finding| {
        finding.group.origin == group.origin
            && finding.group.signature == group.signature
            && finding.group.outcome == group.outcome
            && finding.group.first_run == group.first_run
    };
    if let Some(finding) = findings.iter().find(same) {
        return finding.finding.report.clone();
    }
    let mut text = format!("  {}\n", group.failure);
    if group.outcome == RunOutcome::NotDeterministic {
        text = "  made twice, this run was not the same: something in the test is outside the seed\n".to_owned();
    }
    if !group.place.is_empty() && !group.failure.contains(&group.place) {
        text.push_str(&format!("  at {}\n", group.place));
    }
    if let Some(difference) = &group.difference {
        text.push_str(&indented(difference));
    }
    if let Some(output) = &group.output {
        text.push_str("  its process wrote last:\n");
        text.push_str(&indented(&indented(output)));
    }
    match (&group.replay, group.outcome) {
        (Some(line), RunOutcome::Failed) => text.push_str(&command("make it small", "shrink", line, group)),
        (Some(line), _) => text.push_str(&command("make the run again", "replay", line, group)),
        (None, _) => {}
    }
    text
}

fn command(what: &str, verb: &str, line: &str, group: &Group) -> String {
    let words = ["cargo", "seedbed", verb, line, "--test", &*group.origin.test].map(str::to_owned);
    format!("  {what}:\n    {}\n", command_line(&words))
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}\n")).collect()
}

/// Words as a shell reads them.
pub fn command_line(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    let quoted = |word: &String| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_survive_a_shell() {
        let words = ["cargo", "a b", "it's", "", "sb1:x-_9"].map(str::to_owned);
        assert_eq!(command_line(&words), "cargo 'a b' 'it'\\''s' '' sb1:x-_9");
    }
}
