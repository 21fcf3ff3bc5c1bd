//! Random events and runs, for the property tests of this folder.

use std::panic::Location;

use proptest::prelude::*;

use super::actor::{Actor, Label};
use super::entries::Trace;
use super::event::{Event, EventKind};
use super::names::Names;
use super::operand::Packed;
use super::recorder::Recorder;
use crate::ident::TaskId;
use crate::instant::Instant;

/// Any event at all, with operands that may mean nothing.
pub(super) fn event() -> impl Strategy<Value = Event> {
    (prop::sample::select(EventKind::ALL), any::<u64>(), any::<u64>()).prop_map(|(kind, low, high)| {
        let packed = Packed { low: low & !0xff | u64::from(kind.code()), high };
        Event::unpack(packed).expect("a kind that is listed has events")
    })
}

/// One thing that a small run does: an event of small numbers, so that most of them mean something, or a note.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Deed {
    Event(Event),
    Note(String),
}

fn deed() -> impl Strategy<Value = Deed> {
    let task = (0..8u32).prop_map(TaskId::new);
    let small = prop_oneof![
        task.clone().prop_map(|task| Event::Spawned { task, by: Actor::Outside }),
        (task.clone(), task.clone()).prop_map(|(task, by)| Event::CancelRequested {
            task,
            by: by.into(),
            message: None
        }),
        task.clone().prop_map(|task| Event::Polled { task }),
        task.clone().prop_map(|task| Event::Woken { task }),
        (task.clone(), 0..4u64).prop_map(|(task, nanos)| Event::Late { task: Some(task), nanos }),
        task.prop_map(|task| Event::Finished { task }),
    ];
    prop_oneof![
        6 => small.prop_map(Deed::Event),
        1 => event().prop_map(Deed::Event),
        2 => "(?s).{0,6}".prop_map(Deed::Note),
    ]
}

/// A run in small steps of time; none is often zero.
pub(super) fn deeds(most: usize) -> impl Strategy<Value = Vec<(u64, Deed)>> {
    prop::collection::vec((prop_oneof![3 => Just(0), 1 => 0..3u64], deed()), 0..=most)
}

/// The names that the small numbers of a run stand for.
pub(super) fn names() -> Names {
    let mut names = Names::new();
    let mut parent = None;
    for number in 1..=6 {
        let label = if number % 2 == 1 { Label::Text("main") } else { Label::Number(number) };
        parent = Some(names.add_task(parent, label, Location::caller()));
        names.add_resource("lock", (number > 3).then_some("accounts"));
        names.add_job(format_args!("pool/{number}"));
    }
    names
}

/// Records a run.
pub(super) fn record(deeds: &[(u64, Deed)], mut recorder: Recorder) -> Trace {
    let mut now = 0;
    for (step, deed) in deeds {
        now += step;
        let event = match deed {
            Deed::Event(event) => *event,
            Deed::Note(text) => Event::Note { who: Actor::Outside, text: recorder.text(text) },
        };
        recorder.event(Instant::from_nanos(now), event);
    }
    recorder.finish(&mut names())
}
