//! The finished log of a run: its events in order, each with its time and the names that it mentions.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::digest::Digest;
use super::event::Event;
use super::names::Names;
use super::operand::Packed;
use super::text::TextId;
use crate::ident::TaskId;
use crate::instant::Instant;

/// One event as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stored {
    pub(super) nanos: u64,
    pub(super) packed: Packed,
}

const _: () = assert!(size_of::<Stored>() == 24, "a million events are to cost 24 MB");

/// The free texts of the events that are kept. Texts are numbered in the order of their events, so those of the oldest
/// events can be dropped with them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Texts {
    /// Texts from number 0 on.
    pub(super) head: Vec<Box<str>>,
    /// Texts from number `tail_start` on.
    pub(super) tail: VecDeque<Box<str>>,
    pub(super) tail_start: u32,
}

impl Texts {
    fn get(&self, id: TextId) -> Option<&str> {
        let number = id.get();
        // Numbers wrap after 2³² texts; from then on one of the first events may show a late text instead of its own.
        let late = self.tail.get(number.wrapping_sub(self.tail_start) as usize);
        late.or_else(|| self.head.get(number as usize)).map(|text| &**text)
    }
}

/// What a [`Trace`] holds; made by the recorder.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) names: Names,
    /// The first events.
    pub(super) head: Vec<Stored>,
    /// How many events followed `head` and were not kept.
    pub(super) left_out: u64,
    /// The last events.
    pub(super) tail: VecDeque<Stored>,
    pub(super) texts: Texts,
}

impl Log {
    const EMPTY: &Self = &Self {
        names: Names::new(),
        head: Vec::new(),
        left_out: 0,
        tail: VecDeque::new(),
        texts: Texts { head: Vec::new(), tail: VecDeque::new(), tail_start: 0 },
    };
}

/// What happened in a run, in order.
///
/// A trace is a value: it compares (where a task was spawned does not count), goes to other threads, and costs nothing to
/// clone. Its `Display` is the [`summary`](Self::summary). The same run has the same trace, byte for byte, wherever and
/// however often it runs.
///
/// ```
/// use std::panic::Location;
/// use seedbed::Instant;
/// use seedbed::trace::{Actor, Event, Label, Names, Recorder};
/// let (mut names, mut recorder) = (Names::new(), Recorder::on());
/// let main = names.add_task(None, Label::Text("main"), Location::caller());
/// recorder.event(Instant::START, Event::Spawned { task: main, by: Actor::Outside });
/// recorder.event(Instant::START, Event::Polled { task: main });
/// recorder.event(Instant::from_nanos(1_500_000_000), Event::Finished { task: main });
/// let trace = recorder.finish(&mut names);
/// assert_eq!(trace.summary(), "0.000s  -     spawn   main\n1.500s  main  finish");
/// assert_eq!(trace.full().lines().count(), 3);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Trace {
    digest: Digest,
    /// None if only the digest was kept.
    log: Option<Arc<Log>>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("digest", &format_args!("{}", self.digest()))
            .field("recorded", &self.is_recorded())
            .field("events", &self.total())
            .field("left_out", &self.left_out().count())
            .finish_non_exhaustive()
    }
}

impl Trace {
    pub(super) fn new(digest: Digest, log: Option<Log>) -> Self {
        Self { digest, log: log.map(Arc::new) }
    }

    fn log(&self) -> &Log {
        self.log.as_deref().unwrap_or(Log::EMPTY)
    }

    /// The fingerprint of all events of the run and of the names in them, kept or not.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let (on, off) = (Recorder::on().finish(&mut Names::new()), Recorder::off().finish(&mut Names::new()));
    /// assert_eq!(on.digest(), off.digest());
    /// ```
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// False if the run kept no events; then only the digest is known.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// assert!(!Recorder::off().finish(&mut Names::new()).is_recorded());
    /// ```
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.log.is_some()
    }

    /// How many events are kept.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// assert_eq!(Recorder::on().finish(&mut Names::new()).len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.log().head.len() + self.log().tail.len()
    }

    /// True if no events are kept.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// assert!(Recorder::on().finish(&mut Names::new()).is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events were recorded, the left-out ones included.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on().capacity(2);
    /// for count in 0..5 {
    ///     recorder.event(Instant::START, Event::TasksShutDown { count });
    /// }
    /// let trace = recorder.finish(&mut Names::new());
    /// assert_eq!((trace.total(), trace.len(), trace.left_out()), (5, 2, 1..4));
    /// ```
    #[must_use]
    pub fn total(&self) -> u64 {
        self.left_out().end + self.log().tail.len() as u64
    }

    /// The positions of the events that were not kept, because there were too many; empty as a rule.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// assert!(Recorder::on().finish(&mut Names::new()).left_out().is_empty());
    /// ```
    #[must_use]
    pub fn left_out(&self) -> Range<u64> {
        let start = self.log().head.len() as u64;
        start..start + self.log().left_out
    }

    /// The names of the tasks, jobs and resources of the run.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let mut names = Names::new();
    /// let job = names.add_job("pool/1");
    /// let trace = Recorder::on().finish(&mut names);
    /// assert_eq!(trace.names().job(job), "pool/1");
    /// ```
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.log().names
    }

    /// The event at a position, counted from 0 over all events of the run; `None` past the end and where events were left
    /// out.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 3 });
    /// let trace = recorder.finish(&mut Names::new());
    /// assert_eq!(trace.get(0).map(|entry| entry.event()), Some(Event::TasksShutDown { count: 3 }));
    /// assert_eq!(trace.get(1), None);
    /// ```
    #[must_use]
    pub fn get(&self, index: u64) -> Option<Entry<'_>> {
        let left_out = self.left_out();
        let stored = if index < left_out.start {
            self.log().head.get(usize::try_from(index).ok()?)
        } else {
            self.log().tail.get(usize::try_from(index.checked_sub(left_out.end)?).ok()?)
        };
        stored.map(|&stored| Entry { trace: self, index, stored })
    }

    /// The events that are kept, in order.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, EventKind, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 3 });
    /// let trace = recorder.finish(&mut Names::new());
    /// let kinds: Vec<EventKind> = trace.events().map(|entry| entry.event().kind()).collect();
    /// assert_eq!(kinds, [EventKind::TasksShutDown]);
    /// ```
    pub fn events(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> + Clone {
        let left_out = self.left_out();
        let kept = (0..left_out.start).chain(left_out.end..self.total());
        kept.filter_map(|index| self.get(index))
    }
}

/// One event of a [`Trace`], with its time and position.
///
/// Two entries are equal if they stand at the same time and position and say the same, be it in two traces: tasks are
/// compared by their paths, texts by their content. Its `Display` is its line.
///
/// ```
/// use seedbed::Instant;
/// use seedbed::trace::{Actor, Event, Names, Recorder};
/// let mut recorder = Recorder::on();
/// let text = recorder.text("ready");
/// recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
/// let trace = recorder.finish(&mut Names::new());
/// let lines: Vec<String> = trace.events().map(|entry| entry.to_string()).collect();
/// assert_eq!(lines, ["0.000s  -  note  ready"]);
/// ```
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    trace: &'a Trace,
    index: u64,
    stored: Stored,
}

impl<'a> Entry<'a> {
    /// Its position, counted from 0 over all events of the run.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 3 });
    /// let trace = recorder.finish(&mut Names::new());
    /// assert!(trace.events().all(|entry| entry.index() == 0));
    /// ```
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// When it happened.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::from_nanos(5), Event::TasksShutDown { count: 3 });
    /// let trace = recorder.finish(&mut Names::new());
    /// assert!(trace.events().all(|entry| entry.time() == Instant::from_nanos(5)));
    /// ```
    #[must_use]
    pub fn time(&self) -> Instant {
        Instant::from_nanos(self.stored.nanos)
    }

    /// What happened; [`Trace::names`] resolves the numbers in it.
    ///
    /// # Panics
    ///
    /// Never, but for a bug in seedbed.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let event = Event::TasksShutDown { count: 3 };
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::START, event);
    /// let trace = recorder.finish(&mut Names::new());
    /// assert!(trace.events().all(|entry| entry.event() == event));
    /// ```
    #[must_use]
    pub fn event(&self) -> Event {
        Event::unpack(self.stored.packed).expect("seedbed bug: an event of an unknown code, please report")
    }

    /// The note or message that it carries, if it carries one.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 3 });
    /// let trace = recorder.finish(&mut Names::new());
    /// assert!(trace.events().all(|entry| entry.text().is_none()));
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        self.trace.log().texts.get(self.event().mentions().text?)
    }

    /// The tasks that it mentions: who did it, and to whom.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Label, Names, Recorder};
    /// let (mut names, mut recorder) = (Names::new(), Recorder::on());
    /// let main = names.add_task(None, Label::Text("main"), Location::caller());
    /// recorder.event(Instant::START, Event::Finished { task: main });
    /// let trace = recorder.finish(&mut names);
    /// assert!(trace.events().all(|entry| entry.tasks().eq([main])));
    /// ```
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> + use<> {
        self.event().mentions().tasks.into_iter().flatten()
    }

    pub(super) fn names(&self) -> &'a Names {
        &self.trace.log().names
    }
}
