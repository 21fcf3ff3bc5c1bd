//! A trace with what is drawn of it: the states of its lanes, the arrows between them.

use super::choice::Choice;
use super::segments::{Segment, segments};
use super::trace::{Event, Trace};

/// What an arrow tells. The order is known to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrowKind {
    /// One made another ready.
    Wake,
    /// One made another.
    Spawn,
    /// One asked for the end of another.
    Cancel,
}

impl ArrowKind {
    /// Its number in the data of a page.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// An arrow from one lane to another, at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// What it tells.
    pub kind: ArrowKind,
    /// At which event.
    pub at: usize,
    /// From which lane.
    pub from: usize,
    /// To which lane.
    pub to: usize,
}

/// A trace with what is drawn of it.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The trace, or what was chosen of it.
    pub trace: Trace,
    /// By lane and then in order.
    pub segments: Vec<Segment>,
    /// In the order of their events.
    pub arrows: Vec<Arrow>,
}

impl Picture {
    /// The whole picture of a trace.
    pub fn of(trace: Trace) -> Self {
        let segments = segments(&trace);
        let arrows = trace.events.iter().enumerate().filter_map(|(at, event)| arrow(at, event)).collect();
        Self { trace, segments, arrows }
    }

    /// The part of it that was chosen. States and arrows are those of the whole run: a row does not change because others are left out.
    #[must_use]
    pub fn only(self, choice: &Choice) -> Self {
        let Self { mut trace, segments, arrows } = self;
        // An event stands on the row of its lane: without that row it has no place.
        let stands = |event: &Event| choice.has_lane(&trace.lanes[event.lane]) && choice.has(&trace, event);
        let kept: Vec<bool> = trace.events.iter().map(stands).collect();
        let mut lanes_kept = vec![false; trace.lanes.len()];
        for (lane, keep) in lanes_kept.iter_mut().enumerate() {
            *keep = choice.has_lane(&trace.lanes[lane]);
        }
        // Where an event was left out, its edges go to the next that stays, if that is at the same instant, else behind the one before:
        // so no row takes time that it did not take.
        let mut before = Vec::with_capacity(kept.len() + 1);
        let mut count = 0;
        for &keep in &kept {
            before.push(count);
            count += usize::from(keep);
        }
        before.push(count);
        let instants: Vec<u64> =
            trace.events.iter().zip(&kept).filter(|(_, keep)| **keep).map(|(event, _)| event.nanos).collect();
        let edge = |edge: usize| {
            let at = (edge / 2).min(kept.len().saturating_sub(1));
            let place = 2 * before[at];
            match instants.get(before[at]) {
                _ if kept[at] => place + edge % 2,
                Some(&next) if next == trace.events[at].nanos => place,
                _ => place.saturating_sub(1),
            }
        };
        let mut place = vec![None; trace.lanes.len()];
        let mut lanes = Vec::new();
        for (lane, keep) in lanes_kept.iter().enumerate() {
            if *keep {
                place[lane] = Some(lanes.len());
                lanes.push(trace.lanes[lane].clone());
            }
        }
        let new_event = |at: usize| kept[at].then_some(before[at]);
        let segments = segments.into_iter().filter_map(|one| {
            let (lane, from, to) = (place[one.lane]?, edge(one.from), edge(one.to));
            (from < to).then(|| Segment { lane, from, to, event: one.event.and_then(new_event), ..one })
        });
        let segments = segments.collect();
        let arrows = arrows.into_iter().filter_map(|one| {
            Some(Arrow { at: new_event(one.at)?, from: place[one.from]?, to: place[one.to]?, ..one })
        });
        let arrows = arrows.collect();
        for departure in &mut trace.departures {
            departure.at = departure.at.and_then(new_event);
        }
        if let Some(failure) = &mut trace.failure {
            failure.at = failure.at.and_then(new_event);
        }
        let events = trace.events.into_iter().zip(&kept).filter(|(_, keep)| **keep).map(|(event, _)| Event {
            lane: place[event.lane].unwrap_or_default(),
            other: event.other.and_then(|lane| place[lane]),
            by: event.by.and_then(|lane| place[lane]),
            ..event
        });
        trace.events = events.collect();
        trace.lanes = lanes;
        Self { trace, segments, arrows }
    }
}

fn arrow(at: usize, event: &Event) -> Option<Arrow> {
    let (kind, from, to) = match event.word.as_str() {
        "wake" => (ArrowKind::Wake, event.by?, event.lane),
        "spawn" | "submit" => (ArrowKind::Spawn, event.lane, event.other?),
        "cancel" => (ArrowKind::Cancel, event.lane, event.other?),
        _ => return None,
    };
    (from != to).then_some(Arrow { kind, at, from, to })
}
