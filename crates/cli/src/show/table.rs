//! A trace as a table for the terminal: `time  task  event  details`, as everywhere, in colour.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::choice::Choice;
use super::trace::{Event, Trace};
use super::words::{BAD, FAULTS};
use crate::terminal;

/// A departure from the plain order.
pub(super) const ODD: Style = AnsiColor::Magenta.on_default().bold();
/// What was done to the program.
const FAULT: Style = AnsiColor::Yellow.on_default();
/// Who waits, and what for.
const WAIT: Style = AnsiColor::Cyan.on_default();
/// A path is at most so wide; longer ones push their line to the right.
const WHO_MAX: usize = 32;

/// The style of an event's word and details.
pub(super) fn style_of(event: &Event) -> Style {
    match event.word.as_str() {
        word if BAD.contains(&word) => terminal::BAD,
        _ if event.departure.is_some() => ODD,
        "choose" => ODD,
        word if FAULTS.contains(&word) => FAULT,
        "sleep" | "wait" => WAIT,
        "finish" => terminal::GOOD,
        _ if event.summary => Style::new(),
        _ => terminal::FAINT,
    }
}

/// What an event's word leaves open; a departure is told in words.
pub(super) fn details_of(trace: &Trace, event: &Event) -> String {
    match event.departure.map(|k| (k, &trace.departures[k])) {
        Some((k, departure)) => format!("◆ {} {}", k + 1, departure.words),
        None => match (event.word.as_str(), event.by) {
            ("wake", Some(by)) if by != event.lane && event.text.is_empty() => format!("by {}", trace.path(by)),
            _ => event.text.clone(),
        },
    }
}

/// Pads to a width that counts characters.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text:width$}")
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// A trace as a table, with the verdict above it. Colours are part of it; who writes it takes them away where they are not wanted.
pub fn table(trace: &Trace, choice: &Choice) -> String {
    let mut out = head(trace);
    let chosen: Vec<&Event> =
        trace.events.iter().filter(|event| choice.is_in_view(event) && choice.has(trace, event)).collect();
    let widest = |width: fn(&Trace, &Event) -> usize| chosen.iter().map(|event| width(trace, event)).max().unwrap_or(0);
    let time_width = widest(|_, event| chars(&event.time()));
    let who_width = widest(|trace, event| chars(trace.path(event.lane))).min(WHO_MAX);
    let word_width = widest(|_, event| chars(&event.word));
    let mut expected = None;
    for event in &chosen {
        // A bounded trace leaves out events in the middle; filters leave out events that it has, which is no gap.
        if let Some(missing) = gap_before(trace, expected, event) {
            let _written =
                writeln!(out, "{}", terminal::styled(terminal::FAINT, format!("({missing} events left out)")));
        }
        expected = Some(event.number);
        let (faint, style) = (terminal::FAINT, style_of(event));
        let time = format!("{:>time_width$}s", event.time());
        let who = pad(trace.path(event.lane), who_width);
        let details = details_of(trace, event);
        let words = if details.is_empty() {
            event.word.clone()
        } else {
            format!("{}  {details}", pad(&event.word, word_width))
        };
        let _written = writeln!(out, "{faint}{time}{faint:#}  {who}  {style}{words}{style:#}");
    }
    if chosen.is_empty() {
        out.push_str("(no event of this run is in the view that was asked for)\n");
    }
    out
}

/// How many events the recorder left out between the last shown event and this one.
fn gap_before(trace: &Trace, last: Option<u64>, event: &Event) -> Option<u64> {
    let dropped = trace.head.total.checked_sub(trace.events.len() as u64).filter(|&dropped| dropped > 0)?;
    let edge = trace.events.windows(2).find(|pair| pair[1].number > pair[0].number + 1)?;
    (last? <= edge[0].number && event.number >= edge[1].number).then_some(dropped)
}

fn head(trace: &Trace) -> String {
    let mut out = String::new();
    let strong = terminal::STRONG;
    let _written = writeln!(out, "{strong}{}{strong:#}", trace.head.test);
    let style = if trace.head.ok { terminal::GOOD } else { terminal::BAD };
    let mut verdict = trace.verdict();
    if let Some(failure) = &trace.failure {
        let place = failure.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let task = failure.task.as_ref().map(|task| format!(" in {task}")).unwrap_or_default();
        let _written = write!(verdict, "{task}{place}, {}s", super::seconds(failure.nanos));
    }
    let _written = writeln!(out, "  {}", terminal::styled(style, verdict));
    for (k, departure) in trace.departures.iter().enumerate() {
        let _written = writeln!(out, "  {}", terminal::styled(ODD, format!("◆ {} {}", k + 1, departure.words)));
    }
    for wait in trace.waits() {
        let style = if wait.starts_with("cycle: ") { terminal::BAD } else { Style::new() };
        let _written = writeln!(out, "  {}", terminal::styled(style, wait));
    }
    if !trace.head.replay.is_empty() {
        let _written =
            writeln!(out, "  {}", terminal::styled(terminal::FAINT, format!("replay: {}", trace.head.replay)));
    }
    out.push('\n');
    out
}
