//! Two runs beside each other in the terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::compare::{Comparison, Pair};
use super::table::{ODD, details_of, pad, style_of};
use super::trace::Trace;
use crate::terminal;

/// How many rows before the parting are shown, and around each difference after it.
const AROUND: usize = 6;
const LEFT: Style = AnsiColor::Yellow.on_default();
const RIGHT: Style = AnsiColor::Cyan.on_default();

/// Two runs beside each other, `width` characters wide. Colours are part of it.
pub fn comparison_table(comparison: &Comparison, width: usize) -> String {
    let half = (width.saturating_sub(3) / 2).max(24);
    let mut out = heads(comparison, half);
    let Some(parted) = comparison.parted else {
        let _written = writeln!(out, "the two runs are the same, all {} events of them", comparison.left.events.len());
        return out;
    };
    let shown = |n: usize| is_near(comparison, n);
    let mut hidden = 0;
    for (n, pair) in comparison.pairs.iter().enumerate() {
        if n == comparison.before {
            flush(&mut out, &mut hidden);
            parting(&mut out, comparison, parted, width);
        }
        if shown(n) {
            flush(&mut out, &mut hidden);
            row(&mut out, comparison, pair, half);
        } else {
            hidden += 1;
        }
    }
    flush(&mut out, &mut hidden);
    if comparison.before == comparison.pairs.len() {
        parting(&mut out, comparison, parted, width);
        let _written = writeln!(out, "(what differs is not in this view: --view full shows it)");
    }
    if comparison.more != (0, 0) {
        let (left, right) = comparison.more;
        let _written = writeln!(out, "(and {left} more events of the first run, {right} of the second)");
    }
    out
}

/// Rows that differ, and those around them; before the parting the last few.
fn is_near(comparison: &Comparison, n: usize) -> bool {
    if n < comparison.before {
        return n + AROUND >= comparison.before;
    }
    let from = n.saturating_sub(AROUND).max(comparison.before);
    let to = (n + AROUND + 1).min(comparison.pairs.len());
    comparison.pairs[from..to].iter().any(|pair| !comparison.is_equal(pair)) || n < comparison.before + AROUND
}

fn flush(out: &mut String, hidden: &mut usize) {
    if *hidden > 0 {
        let words = if *hidden == 1 {
            "(1 event, the same in both)".to_owned()
        } else {
            format!("({hidden} events, the same in both)")
        };
        let _written = writeln!(out, "{}", terminal::styled(terminal::FAINT, words));
        *hidden = 0;
    }
}

fn parting(out: &mut String, comparison: &Comparison, parted: usize, width: usize) {
    let at = |trace: &Trace| trace.events.get(parted).map(|event| format!("{}s", event.time()));
    let when = at(&comparison.left).or_else(|| at(&comparison.right)).unwrap_or_default();
    let words = format!("── here they part: event {}, {when} ", parted + 1);
    let rest = width.saturating_sub(words.chars().count());
    let _written = writeln!(out, "{}", terminal::styled(ODD, format!("{words}{}", "─".repeat(rest))));
}

fn heads(comparison: &Comparison, half: usize) -> String {
    let mut out = String::new();
    let line = |style: Style, (left, right): (String, String), out: &mut String| {
        let left = pad(&cut(&left, half), half);
        let _written = writeln!(out, "{style}{left}{style:#} │ {style}{}{style:#}", cut(&right, half));
    };
    let both = |tell: fn(&Trace) -> String| (tell(&comparison.left), tell(&comparison.right));
    line(terminal::STRONG, both(|trace| trace.head.test.clone()), &mut out);
    for (trace, style) in [(&comparison.left, LEFT), (&comparison.right, RIGHT)] {
        let verdict = if trace.head.ok { terminal::GOOD } else { terminal::BAD };
        let name = if std::ptr::eq(trace, &comparison.left) { "first " } else { "second" };
        let replay = if trace.head.replay.is_empty() { "plain" } else { &trace.head.replay };
        let _written = writeln!(
            out,
            "{style}{name}{style:#}  {}  {}",
            terminal::styled(verdict, trace.verdict()),
            terminal::styled(terminal::FAINT, replay)
        );
        for (k, departure) in trace.departures.iter().enumerate() {
            let _written =
                writeln!(out, "        {}", terminal::styled(ODD, format!("◆ {} {}", k + 1, departure.words)));
        }
    }
    out.push('\n');
    out
}

fn row(out: &mut String, comparison: &Comparison, pair: &Pair, half: usize) {
    let text = |trace: &Trace, at: Option<usize>| {
        at.map(|at| {
            let event = &trace.events[at];
            let details = details_of(trace, event);
            let line = format!("{}s {} {} {details}", event.time(), trace.path(event.lane), event.word);
            (cut(line.trim_end(), half), style_of(event))
        })
    };
    let equal = comparison.is_equal(pair);
    let side = |text: Option<(String, Style)>, other: Style| {
        let (text, own) = text.unwrap_or_default();
        let style = if equal {
            terminal::FAINT
        } else if own == Style::new() || own == terminal::FAINT {
            other
        } else {
            own
        };
        (pad(&text, half), style)
    };
    let (left, left_style) = side(text(&comparison.left, pair.left), LEFT);
    let (right, right_style) = side(text(&comparison.right, pair.right), RIGHT);
    let middle = match (pair.left, pair.right) {
        _ if equal => "│",
        (Some(_), None) => "<",
        (None, Some(_)) => ">",
        _ if pair.same => "~",
        _ => "≠",
    };
    let line = format!("{left_style}{left}{left_style:#} {middle} {right_style}{}{right_style:#}", right.trim_end());
    let _written = writeln!(out, "{}", line.trim_end());
}

/// Cuts a text to a width, with a mark where something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_cut_shows_itself() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("äbcd", 3), "äb…");
    }
}
