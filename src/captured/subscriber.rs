//! The subscriber that makes events of the `tracing` library events of the run's trace.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_core::dispatcher::{DefaultGuard, Dispatch, set_default};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::{Interest, Metadata, Subscriber};

use crate::context;
use crate::trace::{Actor, Event};

/// Sends what this thread logs through `tracing` to the trace of its run, until the guard is dropped. A subscriber that
/// was there before is back then.
pub(crate) fn capture() -> Captured {
    let run = context::with("capture", |kernel| kernel.run);
    let made = || Dispatch::new(Capture { run, spans: Mutex::default() });
    let (second, first) = (made(), made());
    Captured { _default: set_default(&first), _second: second }
}

/// While it lives, events go to the trace.
pub(crate) struct Captured {
    _default: DefaultGuard,
    /// Hears nothing. While there is but one listener in the process, `tracing` asks the thread that first meets an event
    /// whether anybody wants it, and keeps the answer for all threads; with two it asks the listeners.
    _second: Dispatch,
}

/// The subscriber of one run. A span that outlives its run still belongs to it, and reaches no later one.
struct Capture {
    run: u32,
    /// Locked for single operations, never while user code formats a value.
    spans: Mutex<Spans>,
}

#[derive(Default)]
struct Spans {
    /// Number of the last span; the numbers reach no result.
    last: u64,
    open: BTreeMap<u64, Open>,
    /// Who is inside which span, the innermost last. Tasks take turns on one thread, and jobs stop in the middle, so one
    /// stack for all of them would mix them up.
    entered: Vec<(Actor, u64)>,
}

struct Open {
    metadata: &'static Metadata<'static>,
    fields: String,
    parent: Option<u64>,
    /// Handles, and spans and guards inside, that keep it open.
    users: u64,
}

impl Spans {
    /// The innermost span of whoever runs; the driver's spans are around everything it runs.
    fn current(&self, who: Actor) -> Option<u64> {
        let innermost = |who| self.entered.iter().rev().find(|(inside, _)| *inside == who).map(|&(_, span)| span);
        innermost(who).or_else(|| innermost(Actor::Outside))
    }

    /// A span and those around it, the outermost first: `transfer{from=1}: audit: `.
    fn path(&self, span: Option<u64>) -> String {
        let open = |span: Option<u64>| self.open.get(&span?);
        let around = std::iter::successors(open(span), |inner| open(inner.parent));
        let names = around.map(|span| match span.fields.trim_start() {
            "" => format!("{}: ", span.metadata.name()),
            fields => format!("{}{{{fields}}}: ", span.metadata.name()),
        });
        let mut names: Vec<String> = names.collect();
        names.reverse();
        names.concat()
    }

    fn keep(&mut self, span: u64) {
        if let Some(open) = self.open.get_mut(&span) {
            open.users += 1;
        }
    }

    /// One user less; true if the span was closed, and with it perhaps some of those around it.
    fn release(&mut self, span: u64) -> bool {
        let (mut next, mut closed) = (Some(span), false);
        while let Some(span) = next.take() {
            let Some(open) = self.open.get_mut(&span) else { break };
            open.users -= 1;
            if open.users == 0 {
                closed = true;
                next = open.parent;
                self.open.remove(&span);
            }
        }
        closed
    }
}

impl Capture {
    fn spans(&self) -> MutexGuard<'_, Spans> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who runs; nobody on a thread that is not in this run.
    fn who(&self) -> Option<Actor> {
        context::try_of(self.run, |kernel| kernel.actor())
    }
}

impl Subscriber for Capture {
    /// The answer is kept for the whole process, so it may depend neither on the thread nor on the run.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let who = self.who();
        let mut spans = self.spans();
        let parent = match span.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if span.is_contextual() => who.and_then(|who| spans.current(who)),
            None => None,
        };
        parent.into_iter().for_each(|parent| spans.keep(parent));
        spans.last += 1;
        let number = spans.last;
        spans.open.insert(number, Open { metadata: span.metadata(), fields: fields.in_one(), parent, users: 1 });
        Id::from_u64(number)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(open) = self.spans().open.get_mut(&span.into_u64()) {
            open.fields.push_str(&fields.in_one());
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing_core::Event<'_>) {
        // Formatting the fields runs user code, so it comes before the borrow.
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Some(who) = self.who() else { return };
        let path = {
            let spans = self.spans();
            spans.path(match event.parent() {
                Some(parent) => Some(parent.into_u64()),
                None if event.is_contextual() => spans.current(who),
                None => None,
            })
        };
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let words = format!("{}{}", fields.message, fields.others);
        let text = format!("{level} {target}: {path}{}", words.trim_start());
        context::try_of(self.run, |kernel| {
            let text = kernel.recorder.text(text.trim_end());
            kernel.emit(Event::Captured { who, text });
        });
    }

    fn enter(&self, span: &Id) {
        if let Some(who) = self.who() {
            let mut spans = self.spans();
            spans.keep(span.into_u64());
            spans.entered.push((who, span.into_u64()));
        }
    }

    fn exit(&self, span: &Id) {
        let (who, span) = (self.who(), span.into_u64());
        let mut spans = self.spans();
        let place = |own: bool| {
            let found = |&(inside, entered): &(Actor, u64)| entered == span && (!own || Some(inside) == who);
            spans.entered.iter().rposition(found)
        };
        // A guard may be dropped by another task than the one that entered.
        if let Some(at) = place(true).or_else(|| place(false)) {
            spans.entered.remove(at);
            spans.release(span);
        }
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.spans().keep(span.into_u64());
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        self.spans().release(span.into_u64())
    }

    fn current_span(&self) -> Current {
        let who = self.who();
        let spans = self.spans();
        let current = who.and_then(|who| spans.current(who));
        match current.and_then(|span| Some((span, spans.open.get(&span)?))) {
            Some((span, open)) => Current::new(Id::from_u64(span), open.metadata),
            None => Current::none(),
        }
    }
}

/// Fields in words: the message, and the others as ` name=value`.
#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Fields {
    fn in_one(self) -> String {
        match self.message.as_str() {
            "" => self.others,
            message => format!(" message={message:?}{}", self.others),
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.others, " {name}={value:?}"),
        };
        written.expect("writing to a string does not fail");
    }
}
