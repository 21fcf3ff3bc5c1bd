//! The one text form of events: a line each, in columns `time  task  event  details`.

use std::fmt::{self, Display, Write};

use super::doer::Doer;
use super::entries::{Entry, Trace};
use super::event::Event;
use super::names::Names;
use super::text::{write_line, write_quoted};
use crate::instant::Instant;

/// The columns of one line.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    time: String,
    who: String,
    word: &'static str,
    details: String,
    /// Where the task was spawned; the line of a spawn has it when asked.
    place: String,
}

/// How wide each column of a table is, in characters.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Widths {
    time: usize,
    who: usize,
    word: usize,
    /// Of the lines that have a place; behind the details of the others nothing stands.
    details: usize,
}

impl Columns {
    pub(super) fn of(entry: &Entry<'_>, locations: bool) -> Self {
        let mut columns = Self::default();
        columns.refill(entry, locations);
        columns
    }

    /// Becomes the line of another entry, in the memory of this one.
    pub(super) fn refill(&mut self, entry: &Entry<'_>, locations: bool) {
        for text in [&mut self.time, &mut self.who, &mut self.details, &mut self.place] {
            text.clear();
        }
        let event = entry.event();
        self.word = event.kind().word();
        let filled = write!(self.time, "{}s", entry.time())
            .and_then(|()| write_who(&mut self.who, entry.names(), event))
            .and_then(|()| write_details(&mut self.details, entry, event));
        filled.expect("seedbed bug: a trace line that cannot be written, please report");
        if locations
            && let Event::Spawned { task, .. } = event
            && let Some(location) = entry.names().location(task)
        {
            self.place.push_str(&format!("{}:{}", location.file(), location.line()));
        }
    }

    /// Writes the line, padded to the widths of its table; no space stands at the end.
    pub(super) fn write(&self, out: &mut impl Write, widths: Widths) -> fmt::Result {
        let Self { time, who, word, details, place } = self;
        let (time_width, who_width) = (widths.time, widths.who);
        write!(out, "{time:>time_width$}  {who:who_width$}  {word}")?;
        if details.is_empty() && place.is_empty() {
            return Ok(());
        }
        let gap = widths.word.saturating_sub(word.chars().count()) + 2;
        write!(out, "{:gap$}{details}", "")?;
        if place.is_empty() {
            return Ok(());
        }
        let gap = widths.details.saturating_sub(details.chars().count()) + 2;
        write!(out, "{:gap$}{place}", "")
    }
}

/// Writes the task column: who did it, or, where nobody did, to whom it happened.
fn write_who(out: &mut String, names: &Names, event: Event) -> fmt::Result {
    match event.doer() {
        // The first loop is *the* loop, as in most programs there is no other.
        Doer::Loop(event_loop) => match event_loop.get() {
            0 => out.write_str("(loop)"),
            before => write!(out, "(loop {})", u64::from(before) + 1),
        },
        Doer::Network => out.write_str("(net)"),
        Doer::Actor(who) => write_line(out, &names.actor(who)),
    }
}

/// Writes what the word of the event leaves open.
fn write_details(out: &mut String, entry: &Entry<'_>, event: Event) -> fmt::Result {
    let names = entry.names();
    match event {
        Event::TasksShutDown { count: 1 } | Event::Deadlocked { count: 1 } => out.write_str("1 task"),
        Event::TasksShutDown { count } | Event::Deadlocked { count } => write!(out, "{count} tasks"),
        Event::Spawned { task, .. } => write_line(out, &names.path(task)),
        Event::CancelRequested { task, .. } => {
            write_line(out, &names.path(task))?;
            let Some(message) = entry.text() else { return Ok(()) };
            out.push(' ');
            write_quoted(out, message)
        }
        Event::LimitReached { .. }
        | Event::Panicked { .. }
        | Event::Note { .. }
        | Event::Captured { .. }
        | Event::AwaitStruck { .. }
        | Event::Struck { .. }
        | Event::WallChanged { .. } => write_line(out, entry.text().unwrap_or_default()),
        Event::TimeoutArmed { until: None, .. } => out.write_str("never"),
        Event::Slept { until, .. } | Event::Advanced { until, .. } | Event::TimeoutArmed { until: Some(until), .. } => {
            write!(out, "until {until}s")
        }
        Event::Late { nanos, .. } => write!(out, "by {}s", Instant::from_nanos(nanos)),
        Event::Blocked { nanos, .. } => write!(out, "for {}s", Instant::from_nanos(nanos)),
        Event::Waiting { on, .. }
        | Event::Acquired { on, .. }
        | Event::Released { on, .. }
        | Event::Signalled { on, .. } => write_line(out, &names.resource(on)),
        Event::JobSubmitted { job, .. } => write_line(out, &names.job(job)),
        Event::JobStarted { worker, .. } => write!(out, "worker {}", worker.get()),
        Event::Sent { on, bytes, .. } | Event::Delivered { on, bytes } => {
            write_line(out, &names.resource(on))?;
            write!(out, ", {bytes} bytes")
        }
        Event::Disturbed { on, kind, value } => {
            write_line(out, bare(&names.resource(on)))?;
            write!(out, ", {kind}: {value}")
        }
        Event::Undelivered { on, .. }
        | Event::ConnectionChanged { on, .. }
        | Event::HostChanged { host: on, .. }
        | Event::LinkChanged { on, .. } => {
            let name = names.resource(on);
            // The word of the event says what it is, but for what is dropped.
            write_line(out, if matches!(event, Event::Undelivered { .. }) { &name } else { bare(&name) })?;
            let how = entry.text().unwrap_or_default();
            if !how.is_empty() {
                out.push_str(", ");
            }
            write_line(out, how)
        }
        Event::Chose { kind, nth, value, .. } => write!(out, "{kind} {nth}: {value}"),
        Event::LoopStarted { .. }
        | Event::LoopStopped { .. }
        | Event::LoopClosed { .. }
        | Event::CallbackRun { .. }
        | Event::Polled { .. }
        | Event::Woken { .. }
        | Event::Finished { .. }
        | Event::Failed { .. }
        | Event::Cancelled { .. }
        | Event::CancelCaught { .. }
        | Event::Leaked { .. }
        | Event::ForeignWake { .. }
        | Event::TimeoutExpired { .. }
        | Event::TimerFired { .. }
        | Event::JobFinished { .. }
        | Event::JobCancelled { .. }
        | Event::JobCrashed { .. } => Ok(()),
    }
}

/// The name of a resource without its kind.
fn bare(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, name)| name)
}

impl Widths {
    /// Makes room for a line.
    pub(super) fn admit(&mut self, columns: &Columns) {
        let widen = |width: &mut usize, text: &str| *width = (*width).max(text.chars().count());
        widen(&mut self.time, &columns.time);
        widen(&mut self.who, &columns.who);
        widen(&mut self.word, columns.word);
        if !columns.place.is_empty() {
            widen(&mut self.details, &columns.details);
        }
    }
}

/// Writes entries as a table. They are gone through twice, for the widths and for the text, so that no line is kept.
/// Where events were left out between two of them, a line says so.
pub(super) fn write_table<'a>(
    out: &mut impl Write,
    trace: &Trace,
    entries: impl Iterator<Item = Entry<'a>> + Clone,
    locations: bool,
) -> fmt::Result {
    let (mut widths, mut columns) = (Widths::default(), Columns::default());
    for entry in entries.clone() {
        columns.refill(&entry, locations);
        widths.admit(&columns);
    }
    let left_out = trace.left_out();
    let mut gap_ahead = false;
    for (nth, entry) in entries.enumerate() {
        if nth > 0 {
            out.write_char('\n')?;
        }
        if gap_ahead && entry.index() >= left_out.end {
            writeln!(out, "({} events left out)", left_out.end - left_out.start)?;
        }
        gap_ahead = entry.index() < left_out.start && !left_out.is_empty();
        columns.refill(&entry, locations);
        columns.write(out, widths)?;
    }
    Ok(())
}

impl Entry<'_> {
    /// What the word of its event leaves open, in one line.
    pub(crate) fn details(&self) -> String {
        let mut details = String::new();
        write_details(&mut details, self, self.event())
            .expect("seedbed bug: a trace line that cannot be written, please report");
        details
    }
}

impl Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Columns::of(self, false).write(f, Widths::default())
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}: {self})", self.index())
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        // The kind too: a job and a task may have the same label, and `finish` is a word of both.
        self.index() == other.index()
            && self.event().kind() == other.event().kind()
            && Columns::of(self, false) == Columns::of(other, false)
    }
}

impl Eq for Entry<'_> {}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use proptest::prelude::*;

    use crate::choice::Kind;
    use crate::ident::{LoopId, WorkerId};
    use crate::instant::Instant;
    use crate::trace::strategies::{deeds, record};
    use crate::trace::{Actor, Event, Label, Names, Recorder};

    #[test]
    fn columns_are_aligned_and_words_readable() {
        let (mut names, mut recorder) = (Names::new(), Recorder::on());
        let here = Location::caller();
        let main = names.add_task(None, Label::Text("main"), here);
        let worker = names.add_task(Some(main), Label::Text("worker"), here);
        let on = names.add_resource("lock", Some("accounts"));
        let job = names.add_job("pool/1");
        let (message, text) = (Some(recorder.text("too \"slow\"")), recorder.text("two\nlines "));
        let (by, late) = (Actor::Task(main), Instant::from_nanos(12_000_000_000));
        #[rustfmt::skip]
        let events = [
            Event::LoopStarted { event_loop: LoopId::new(0) },
            Event::Spawned { task: main, by: Actor::Outside },
            Event::Spawned { task: worker, by },
            Event::Waiting { who: worker.into(), on },
            Event::Chose { who: worker.into(), kind: Kind::Overtaken, nth: 3, value: 2 },
            Event::JobSubmitted { job, by },
            Event::JobStarted { job, worker: WorkerId::new(1) },
            Event::Slept { who: job.into(), until: late },
            Event::TimeoutArmed { who: by, until: None },
            Event::Blocked { who: Actor::Callback, nanos: 1_500 },
            Event::CancelRequested { task: worker, by, message },
            Event::Cancelled { task: worker },
            Event::Note { who: by, text },
            Event::LoopClosed { event_loop: LoopId::new(1) },
        ];
        for (nth, event) in events.into_iter().enumerate() {
            recorder.event(if nth < 9 { Instant::START } else { late }, event);
        }
        let expected = r#"
 0.000s  (loop)       run
 0.000s  -            spawn      main
 0.000s  main         spawn      main/worker
 0.000s  main/worker  wait       lock accounts
 0.000s  main/worker  choose     overtaken 3: 2
 0.000s  main         submit     pool/1
 0.000s  pool/1       start      worker 1
 0.000s  pool/1       sleep      until 12.000s
 0.000s  main         timeout    never
12.000s  (callback)   block      for 0.0000015s
12.000s  main         cancel     main/worker "too \"slow\""
12.000s  main/worker  cancelled
12.000s  main         note       two\nlines\u{20}
12.000s  (loop 2)     close"#;
        assert_eq!(recorder.finish(&mut names).full(), expected.trim_start_matches('\n'));
    }

    #[test]
    fn the_gap_is_a_line() {
        let mut recorder = Recorder::on().capacity(2);
        for count in 0..5 {
            recorder.event(Instant::START, Event::TasksShutDown { count });
        }
        let expected = "\
0.000s  -  shut down  0 tasks
(3 events left out)
0.000s  -  shut down  4 tasks";
        assert_eq!(recorder.finish(&mut Names::new()).summary(), expected);
    }

    proptest! {
        #[test]
        fn every_event_is_one_clean_line(run in deeds(20), capacity in 1..30usize, locations: bool) {
            let trace = record(&run, Recorder::on().capacity(capacity));
            let text = trace.filter().locations(locations).full();
            let gap = usize::from(trace.len() > 1 && !trace.left_out().is_empty() && capacity > 1);
            prop_assert_eq!(text.lines().count(), trace.len().max(1) + gap, "{}", text);
            for line in text.lines() {
                prop_assert!(!line.contains(char::is_control) && !line.ends_with(' '), "{line:?}");
            }
            // A line alone says what the line in the table says.
            for (entry, line) in trace.events().zip(text.lines().filter(|line| !line.ends_with("left out)"))) {
                let words = |line: &str| line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
                prop_assert!(words(line).starts_with(&words(&entry.to_string())), "{line} is not {entry}");
            }
        }
    }
}
