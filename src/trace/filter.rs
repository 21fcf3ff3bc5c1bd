//! A part of a trace, chosen by task, by event, by time or by place, and how much of it is shown.

use std::fmt::{self, Display};
use std::ops::{Bound, RangeBounds};

use super::entries::{Entry, Trace};
use super::event::{EventKind, Level};
use super::render::write_table;
use crate::ident::{JobId, TaskId};
use crate::instant::Instant;

/// The events of a [`Trace`] that fit some conditions; made by [`Trace::filter`].
///
/// An event must fit all conditions that are set: one of the tasks, one of the kinds, the time. Its `Display` is the
/// [`summary`](Self::summary).
///
/// ```
/// use std::panic::Location;
/// use seedbed::Instant;
/// use seedbed::trace::{Actor, Event, Label, Names, Recorder};
/// let (mut names, mut recorder) = (Names::new(), Recorder::on());
/// let main = names.add_task(None, Label::Text("main"), Location::caller());
/// let child = names.add_task(Some(main), Label::Number(1), Location::caller());
/// recorder.event(Instant::START, Event::Spawned { task: main, by: Actor::Outside });
/// recorder.event(Instant::START, Event::Spawned { task: child, by: main.into() });
/// recorder.event(Instant::from_nanos(7_000), Event::Finished { task: child });
/// let trace = recorder.finish(&mut names);
/// let late = trace.filter().task("main/1").time(Instant::from_nanos(1)..);
/// assert_eq!(late.summary(), "0.000007s  main/1  finish");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a view shows nothing until it is rendered or iterated"]
pub struct View<'a> {
    trace: &'a Trace,
    who: Option<Who>,
    /// By code of the kind, a bit each.
    kinds: Option<u128>,
    level: Level,
    time: (Bound<Instant>, Bound<Instant>),
    /// Events before this position are not shown.
    first: u64,
    locations: bool,
}

/// Tasks and jobs by number; those beyond the end are not meant.
#[derive(Clone, Debug)]
struct Who {
    tasks: Vec<bool>,
    jobs: Vec<bool>,
}

impl Who {
    fn has_task(&self, task: TaskId) -> bool {
        self.tasks.get(task.get() as usize).copied().unwrap_or_default()
    }

    fn has_job(&self, job: JobId) -> bool {
        self.jobs.get(job.get() as usize).copied().unwrap_or_default()
    }

    fn add(&mut self, (tasks, jobs): (Vec<bool>, Vec<bool>)) {
        self.tasks.iter_mut().zip(tasks).for_each(|(old, new)| *old |= new);
        self.jobs.iter_mut().zip(jobs).for_each(|(old, new)| *old |= new);
    }
}

impl<'a> View<'a> {
    /// Shows events of this task and of all that it spawned, directly or not: those that they did, and those that were
    /// done to them. A star at the end of a label stands for any rest: `main/transfer-*`. Jobs are found by their labels
    /// in the same way. Called again, it adds others.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Actor, Event, Names, Recorder};
    /// let (mut names, mut recorder) = (Names::new(), Recorder::on());
    /// let job = names.add_job("pool/1");
    /// recorder.event(Instant::START, Event::JobFinished { job });
    /// let trace = recorder.finish(&mut names);
    /// assert_eq!(trace.filter().task("pool").events().count(), 1);
    /// assert_eq!(trace.filter().task("main").events().count(), 0);
    /// ```
    pub fn task(mut self, path: &str) -> Self {
        let matching = self.trace.names().matching(path);
        match &mut self.who {
            Some(who) => who.add(matching),
            None => self.who = Some(Who { tasks: matching.0, jobs: matching.1 }),
        }
        self
    }

    /// Shows events of this kind. Called again, it adds others.
    ///
    /// ```
    /// use seedbed::trace::{EventKind, Names, Recorder};
    /// let trace = Recorder::on().finish(&mut Names::new());
    /// let ends = trace.filter().kind(EventKind::Finished).kind(EventKind::Failed);
    /// assert_eq!(ends.events().count(), 0);
    /// ```
    pub fn kind(mut self, kind: EventKind) -> Self {
        self.kinds = Some(self.kinds.unwrap_or_default() | bit(kind));
        self
    }

    /// Shows events of this level and below; everything, if it is not called.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Label, Level, Names, Recorder};
    /// let (mut names, mut recorder) = (Names::new(), Recorder::on());
    /// let task = names.add_task(None, Label::Text("main"), Location::caller());
    /// recorder.event(Instant::START, Event::Polled { task });
    /// recorder.event(Instant::START, Event::Finished { task });
    /// let trace = recorder.finish(&mut names);
    /// assert_eq!(trace.filter().level(Level::Summary).events().count(), 1);
    /// ```
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Shows events of these times; the bounds are those of the range.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// for second in 0..10 {
    ///     recorder.event(Instant::from_nanos(second * 1_000_000_000), Event::TasksShutDown { count: 1 });
    /// }
    /// let trace = recorder.finish(&mut Names::new());
    /// let (from, to) = (Instant::from_nanos(2_000_000_000), Instant::from_nanos(5_000_000_000));
    /// assert_eq!(trace.filter().time(from..to).events().count(), 3);
    /// assert_eq!(trace.filter().time(from..=to).events().count(), 4);
    /// ```
    pub fn time(mut self, range: impl RangeBounds<Instant>) -> Self {
        self.time = (range.start_bound().cloned(), range.end_bound().cloned());
        self
    }

    /// Of the events that fit what was set before, shows only the last ones.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// for count in 1..=3 {
    ///     recorder.event(Instant::START, Event::TasksShutDown { count });
    /// }
    /// let trace = recorder.finish(&mut Names::new());
    /// assert_eq!(trace.filter().last(1).summary(), "0.000s  -  shut down  3 tasks");
    /// ```
    pub fn last(mut self, events: usize) -> Self {
        let first = self.events().rev().take(events).last().map_or(u64::MAX, |entry| entry.index());
        self.first = first;
        self
    }

    /// Adds a column that says where each task was spawned, `file:line`. Without it, edits elsewhere in a file leave the
    /// text as it is.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::Instant;
    /// use seedbed::trace::{Actor, Event, Label, Names, Recorder};
    /// let (mut names, mut recorder) = (Names::new(), Recorder::on());
    /// let here = Location::caller();
    /// let task = names.add_task(None, Label::Text("main"), here);
    /// recorder.event(Instant::START, Event::Spawned { task, by: Actor::Outside });
    /// let trace = recorder.finish(&mut names);
    /// let expected = format!("0.000s  -  spawn  main  {}:{}", here.file(), here.line());
    /// assert_eq!(trace.filter().locations(true).summary(), expected);
    /// ```
    pub fn locations(mut self, shown: bool) -> Self {
        self.locations = shown;
        self
    }

    /// The events that are shown, in order.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let trace = Recorder::on().finish(&mut Names::new());
    /// assert_eq!(trace.filter().events().next(), None);
    /// ```
    pub fn events(&self) -> impl DoubleEndedIterator<Item = Entry<'a>> + Clone {
        self.trace.events().filter(|entry| self.fits(entry))
    }

    fn fits(&self, entry: &Entry<'_>) -> bool {
        let kind = entry.event().kind();
        entry.index() >= self.first
            && kind.level() <= self.level
            && self.kinds.is_none_or(|kinds| kinds & bit(kind) != 0)
            && self.time.contains(&entry.time())
            && self.who.as_ref().is_none_or(|who| {
                let mentions = entry.event().mentions();
                mentions.tasks.iter().flatten().any(|&task| who.has_task(task))
                    || mentions.job.is_some_and(|job| who.has_job(job))
            })
    }

    /// The text of what the program did: the events of [`Level::Summary`], one a line.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let trace = Recorder::on().finish(&mut Names::new());
    /// assert_eq!(trace.filter().summary(), "(no events)");
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        self.to_string()
    }

    /// The text of all events, one a line; of those of one level, if one was set.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let trace = Recorder::off().finish(&mut Names::new());
    /// assert_eq!(trace.filter().full(), "(this run kept no events)");
    /// ```
    #[must_use]
    pub fn full(&self) -> String {
        Whole(self).to_string()
    }

    fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.events().next().is_some() {
            write_table(out, self.trace, self.events(), self.locations)
        } else if !self.trace.is_recorded() {
            out.write_str("(this run kept no events)")
        } else if self.trace.total() == 0 {
            out.write_str("(no events)")
        } else {
            write!(out, "(none of {} events is shown)", self.trace.total())
        }
    }
}

/// A view as it is, and not only its summary.
struct Whole<'v, 'a>(&'v View<'a>);

impl Display for Whole<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

fn bit(kind: EventKind) -> u128 {
    1 << kind.code()
}

impl Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clone().level(self.level.min(Level::Summary)).write(f)
    }
}

impl Trace {
    /// A view of the whole trace, to be narrowed down.
    ///
    /// ```
    /// use seedbed::trace::{EventKind, Names, Recorder};
    /// let trace = Recorder::on().finish(&mut Names::new());
    /// let notes = trace.filter().kind(EventKind::Note);
    /// assert_eq!(notes.to_string(), "(no events)");
    /// ```
    pub fn filter(&self) -> View<'_> {
        View {
            trace: self,
            who: None,
            kinds: None,
            level: Level::Full,
            time: (Bound::Unbounded, Bound::Unbounded),
            first: 0,
            locations: false,
        }
    }

    /// The text of what the program did, one event a line.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let trace = Recorder::on().finish(&mut Names::new());
    /// assert_eq!(trace.summary(), trace.to_string());
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        self.filter().summary()
    }

    /// The text of all events, one a line: the summary, and polls, wakes, timers, callbacks and choices.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// assert_eq!(Recorder::on().finish(&mut Names::new()).full(), "(no events)");
    /// ```
    #[must_use]
    pub fn full(&self) -> String {
        self.filter().full()
    }
}

impl Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filter().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::instant::Instant;
    use crate::trace::strategies::{deeds, names, record};
    use crate::trace::{Entry, EventKind, Level, Recorder};

    #[test]
    fn nothing_left_says_so() {
        let run = record(&[], Recorder::on());
        assert_eq!(run.filter().task("main").summary(), "(no events)");
        let mut recorder = Recorder::on();
        recorder.event(Instant::START, crate::trace::Event::TasksShutDown { count: 1 });
        let run = recorder.finish(&mut names());
        assert_eq!(run.filter().task("main").full(), "(none of 1 events is shown)");
        assert_eq!(run.filter().last(0).full(), "(none of 1 events is shown)");
    }

    proptest! {
        #[test]
        fn a_view_shows_just_what_fits(
            run in deeds(30),
            capacity in 0..40usize,
            kinds in prop::collection::vec(prop::sample::select(EventKind::ALL), 0..3),
            (from, to) in (0..8u64, 0..8u64),
            pattern in prop_oneof![Just("main/2"), Just("main"), Just("pool/*"), Just("m*"), Just("x"), Just("")],
            last in 0..40usize,
        ) {
            let trace = record(&run, Recorder::on().capacity(capacity));
            let mut view = trace.filter().task(pattern).time(Instant::from_nanos(from)..Instant::from_nanos(to));
            for &kind in &kinds {
                view = view.kind(kind);
            }
            let fits = |entry: &Entry<'_>| {
                let mentions = entry.event().mentions();
                let paths = entry.tasks().map(|task| trace.names().path(task));
                let mut named = paths.chain(mentions.job.map(|job| trace.names().job(job)));
                let start = pattern.trim_end_matches('*');
                (kinds.is_empty() || kinds.contains(&entry.event().kind()))
                    && (from..to).contains(&entry.time().as_nanos())
                    && named.any(|name| if start == pattern { name == start || name.starts_with(&format!("{start}/")) } else { name.starts_with(start) })
            };
            let expected: Vec<Entry<'_>> = trace.events().filter(fits).collect();
            prop_assert_eq!(&view.events().collect::<Vec<_>>(), &expected);
            let lasting = expected[expected.len().saturating_sub(last)..].to_vec();
            prop_assert_eq!(view.clone().last(last).events().collect::<Vec<_>>(), lasting);
            let summary = expected.iter().filter(|entry| entry.event().kind().level() == Level::Summary).count();
            prop_assert_eq!(view.clone().level(Level::Summary).events().count(), summary);
            prop_assert_eq!(view.to_string(), view.clone().level(Level::Summary).full());
        }
    }
}
