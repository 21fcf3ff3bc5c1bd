//! Two runs beside each other as a page.

use std::fmt::Write;

use super::compare::{Comparison, Pair};
use super::page::{escaped, fill};
use super::table::details_of;
use super::trace::Trace;
use super::words::{BAD, FAULTS};

const SHELL: &str = include_str!("page/compare.html");
const STYLE: &str = include_str!("page/style.css");
const OWN_STYLE: &str = include_str!("page/compare.css");
const SCRIPT: &str = include_str!("page/compare.js");
/// How many rows stay in view before the parting, and around what differs; longer stretches of equal rows are folded.
const AROUND: usize = 8;

/// Longer paths are cut.
const PATH_MAX: usize = 24;

/// The page of a comparison. It asks no network for anything.
pub fn comparison_page(comparison: &Comparison) -> String {
    let title = format!("{}: two runs", comparison.left.head.test);
    let style = format!("{STYLE}\n{OWN_STYLE}");
    fill(
        SHELL,
        &[
            ("title", &escaped(&title)),
            ("style", &style),
            ("test", &escaped(&comparison.left.head.test)),
            ("parted", &parted(comparison)),
            ("left", &head(&comparison.left)),
            ("right", &head(&comparison.right)),
            ("who", &widest(comparison).to_string()),
            ("rows", &rows(comparison)),
            ("script", SCRIPT),
        ],
    )
}

/// How many characters the paths of tasks need.
fn widest(comparison: &Comparison) -> usize {
    let lanes = comparison.left.lanes.iter().chain(&comparison.right.lanes);
    lanes.map(|lane| lane.path.chars().count()).max().unwrap_or_default().min(PATH_MAX)
}

fn parted(comparison: &Comparison) -> String {
    let Some(at) = comparison.parted else {
        return format!("The two runs are the same, all {} events of them.", comparison.left.events.len());
    };
    let time = |trace: &Trace| trace.events.get(at).map(super::trace::Event::time);
    let time = time(&comparison.left).or_else(|| time(&comparison.right)).unwrap_or_default();
    format!("The first {at} events are the same in both. At event {}, {time}s, they part.", at + 1)
}

fn head(trace: &Trace) -> String {
    let class = if trace.head.ok { "good" } else { "bad" };
    let mut out = format!("<p class=\"{class}\"><b>{}</b></p>\n", escaped(&trace.verdict()));
    if !trace.departures.is_empty() {
        out.push_str("<ol>");
        for departure in &trace.departures {
            let _written = write!(out, "<li>{}</li>", escaped(&departure.words));
        }
        out.push_str("</ol>\n");
    }
    let line = if trace.head.replay.is_empty() { "plain" } else { &trace.head.replay };
    let _written = writeln!(out, "<p><code>{}</code></p>", escaped(line));
    out
}

fn rows(comparison: &Comparison) -> String {
    let mut out = String::new();
    let equal: Vec<bool> = comparison.pairs.iter().map(|pair| comparison.is_equal(pair)).collect();
    let before = comparison.before;
    let mut n = 0;
    while n < comparison.pairs.len() {
        if n == before {
            parting(&mut out);
        }
        let section = if n < before { before } else { comparison.pairs.len() };
        let run = equal[n..section].iter().take_while(|equal| **equal).count();
        // At the beginning nothing stands before the fold, so that nothing must be left in view there.
        let lead = if n == 0 || n == before { 0 } else { AROUND };
        if run > lead + AROUND + 4 {
            (n..n + lead).for_each(|n| row(&mut out, comparison, &comparison.pairs[n]));
            let folded = n + lead..n + run - AROUND;
            let _written = writeln!(out, "<details><summary>{} events, the same in both</summary>", folded.len());
            folded.clone().for_each(|n| row(&mut out, comparison, &comparison.pairs[n]));
            out.push_str("</details>\n");
            n = folded.end;
            for shown in n..n + AROUND {
                row(&mut out, comparison, &comparison.pairs[shown]);
            }
            n += AROUND;
        } else {
            let some = run.max(1);
            (n..n + some).for_each(|n| row(&mut out, comparison, &comparison.pairs[n]));
            n += some;
        }
    }
    if comparison.parted.is_some() && before == comparison.pairs.len() {
        parting(&mut out);
        out.push_str("<p class=\"note\">What differs is not in this view: <code>--view full</code> shows it.</p>\n");
    }
    if comparison.more != (0, 0) {
        let (left, right) = comparison.more;
        let _written = writeln!(
            out,
            "<p class=\"note\">{left} more events of the first run and {right} of the second follow.</p>"
        );
    }
    out
}

fn parting(out: &mut String) {
    out.push_str("<div class=\"parting\" id=\"parting\" tabindex=\"-1\"><span>here they part</span></div>\n");
}

fn row(out: &mut String, comparison: &Comparison, pair: &Pair) {
    let (class, mark, told) = match (pair.left, pair.right) {
        _ if comparison.is_equal(pair) => ("same", "", "the same"),
        (Some(_), None) => ("left", "<", "only in the first"),
        (None, Some(_)) => ("right", ">", "only in the second"),
        _ if pair.same => ("moved", "~", "the same at another time"),
        _ => ("other", "≠", "different"),
    };
    let _written = write!(out, "<div class=\"pair {class}\" role=\"row\">");
    cell(out, &comparison.left, pair.left);
    let _written =
        write!(out, "<span class=\"mark\" role=\"cell\" title=\"{told}\" aria-label=\"{told}\">{mark}</span>");
    cell(out, &comparison.right, pair.right);
    out.push_str("</div>\n");
}

fn cell(out: &mut String, trace: &Trace, at: Option<usize>) {
    out.push_str("<span class=\"side\" role=\"cell\">");
    if let Some(event) = at.map(|at| &trace.events[at]) {
        let kind = match event.word.as_str() {
            word if BAD.contains(&word) => " bad",
            _ if event.departure.is_some() => " odd",
            "choose" => " odd",
            word if FAULTS.contains(&word) => " fault",
            _ => "",
        };
        let _written = write!(
            out,
            "<i>{}s</i><b>{}</b><span class=\"word{kind}\">{}</span><span class=\"text{kind}\">{}</span>",
            escaped(&event.time()),
            escaped(trace.path(event.lane)),
            escaped(&event.word),
            escaped(&details_of(trace, event))
        );
    }
    out.push_str("</span>");
}
