//! Where two traces first differ, with what stands around it.

use std::fmt::{self, Display, Write};
use std::ops::Range;

use super::entries::{Entry, Trace};
use super::render::{Columns, Widths};

/// The first difference of two traces; made by [`first_difference`].
///
/// Its `Display` shows it as a patch would: the common events before it, those of the first run marked `-`, those of the
/// second marked `+`.
///
/// ```
/// use seedbed::Instant;
/// use seedbed::trace::{Event, Names, Recorder, first_difference};
/// let run = |counts: &[u32]| {
///     let mut recorder = Recorder::on();
///     for &count in counts {
///         recorder.event(Instant::START, Event::TasksShutDown { count });
///     }
///     recorder.finish(&mut Names::new())
/// };
/// let difference = first_difference(&run(&[1, 2, 3]), &run(&[1, 2, 4]), 2);
/// let text = difference.map(|difference| difference.to_string()).unwrap_or_default();
/// let expected = "\
/// the two runs (- first, + second) differ at event 3, 0.000s:
///     1  0.000s  -  shut down  1 task
///     2  0.000s  -  shut down  2 tasks
///   - 3  0.000s  -  shut down  3 tasks
///   + 3  0.000s  -  shut down  4 tasks";
/// assert_eq!(text, expected);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    first: Trace,
    second: Trace,
    index: u64,
    context: u64,
}

/// Finds where two traces first differ, and shows up to so many events before and after it. `None` if the runs were the
/// same.
///
/// Events are compared by what they say, tasks by their paths; so traces of two schedules can be compared, too. Where
/// either trace kept no event, nothing can be compared there; if the digests show that the runs differ all the same, the
/// difference is [hidden](Difference::is_hidden).
///
/// ```
/// use seedbed::trace::{Names, Recorder, first_difference};
/// let trace = Recorder::on().finish(&mut Names::new());
/// assert_eq!(first_difference(&trace, &trace, 3), None);
/// ```
#[must_use]
pub fn first_difference(first: &Trace, second: &Trace, context: usize) -> Option<Difference> {
    let found = |index| Difference { first: first.clone(), second: second.clone(), index, context: context as u64 };
    if first == second {
        return None;
    }
    let (short, long) = (first.total().min(second.total()), first.total().max(second.total()));
    if let Some(index) = positions(first, second, short).find(|&index| first.get(index) != second.get(index)) {
        return Some(found(index));
    }
    if short < long && first.is_recorded() && second.is_recorded() {
        return Some(found(short));
    }
    (first.digest() != second.digest()).then(|| found(long))
}

/// The positions below `end` at which both traces kept an event.
fn positions(first: &Trace, second: &Trace, end: u64) -> impl Iterator<Item = u64> {
    let gaps = [first.left_out(), second.left_out()];
    let mut next = 0;
    std::iter::from_fn(move || {
        // A gap is jumped over as a whole, because it may be a billion events long; behind it the other one may begin.
        while let Some(gap) = gaps.iter().find(|gap| gap.contains(&next)) {
            next = gap.end;
        }
        let position = next;
        next += 1;
        (position < end).then_some(position)
    })
}

impl Difference {
    /// The position of the first event that differs, counted from 0; where it is [hidden](Self::is_hidden), a position at
    /// which neither run kept an event.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let mut recorder = Recorder::on();
    /// let empty = recorder.finish(&mut Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// let other = recorder.finish(&mut Names::new());
    /// assert_eq!(first_difference(&empty, &other, 3).map(|difference| difference.index()), Some(0));
    /// ```
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The first run's event at that position; `None` if the run had ended.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let mut recorder = Recorder::on();
    /// let empty = recorder.finish(&mut Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// let other = recorder.finish(&mut Names::new());
    /// let difference = first_difference(&empty, &other, 3).ok_or("they differ")?;
    /// assert_eq!(difference.first(), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<Entry<'_>> {
        self.first.get(self.index)
    }

    /// The second run's event at that position; `None` if the run had ended.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let mut recorder = Recorder::on();
    /// let empty = recorder.finish(&mut Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// let other = recorder.finish(&mut Names::new());
    /// let difference = first_difference(&empty, &other, 3).ok_or("they differ")?;
    /// assert_eq!(difference.second(), other.get(0));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn second(&self) -> Option<Entry<'_>> {
        self.second.get(self.index)
    }

    /// True if the digests differ and the events that both traces kept do not: the difference is among events that were
    /// left out, or in a run that kept none.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let mut recorder = Recorder::off();
    /// let empty = recorder.finish(&mut Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// let other = recorder.finish(&mut Names::new());
    /// assert_eq!(first_difference(&empty, &other, 3).map(|difference| difference.is_hidden()), Some(true));
    /// ```
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.first().is_none() && self.second().is_none()
    }

    /// The common events right before, at most as many as were asked for.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let mut recorder = Recorder::on();
    /// let empty = recorder.finish(&mut Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// let other = recorder.finish(&mut Names::new());
    /// let difference = first_difference(&empty, &other, 3).ok_or("they differ")?;
    /// assert_eq!(difference.before().count(), 0);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn before(&self) -> impl Iterator<Item = Entry<'_>> {
        let start = self.index.saturating_sub(self.context);
        kept(&self.first, start..self.index).filter(|entry| self.second.get(entry.index()).is_some())
    }

    /// The events right after, of the first run and of the second, at most as many as were asked for.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder, first_difference};
    /// let run = |count| {
    ///     let mut recorder = Recorder::on();
    ///     recorder.event(Instant::START, Event::TasksShutDown { count });
    ///     recorder.event(Instant::START, Event::TasksShutDown { count: 0 });
    ///     recorder.finish(&mut Names::new())
    /// };
    /// let difference = first_difference(&run(1), &run(2), 3).ok_or("they differ")?;
    /// assert_eq!(difference.after().map(|events| events.len()), [1, 1]);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn after(&self) -> [Vec<Entry<'_>>; 2] {
        let start = self.index.saturating_add(1);
        let positions = start..start.saturating_add(self.context);
        [&self.first, &self.second].map(|trace| kept(trace, positions.clone()).collect())
    }

    fn write_hidden(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the two runs differ (digests {} and {}),", self.first.digest(), self.second.digest())?;
        if !self.first.is_recorded() || !self.second.is_recorded() {
            return f.write_str("but not both kept their events; switch the trace on to see the first difference");
        }
        f.write_str(
            "but not in the events that both kept; let the recorder keep more of them to see the first difference",
        )
    }
}

fn kept(trace: &Trace, positions: Range<u64>) -> impl Iterator<Item = Entry<'_>> {
    positions.take_while(|&position| position < trace.total()).filter_map(|position| trace.get(position))
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hidden() {
            return self.write_hidden(f);
        }
        let row = |mark, entry: Entry<'_>| (mark, entry.index() + 1, Columns::of(&entry, false));
        let side = |mark, first: Option<Entry<'_>>, after: Vec<Entry<'_>>| -> Vec<_> {
            first.into_iter().chain(after).map(|entry| row(mark, entry)).collect()
        };
        let [first_after, second_after] = self.after();
        let before: Vec<_> = self.before().map(|entry| row(' ', entry)).collect();
        let first = side('-', self.first(), first_after);
        let second = side('+', self.second(), second_after);
        let mut widths = Widths::default();
        let mut digits = 0;
        for (_, number, columns) in before.iter().chain(&first).chain(&second) {
            widths.admit(columns);
            digits = digits.max(number.to_string().len());
        }

        let number = self.index + 1;
        write!(f, "the two runs (- first, + second) differ at event {number}")?;
        let time = self.first().into_iter().chain(self.second()).map(|entry| entry.time()).min();
        time.map_or(Ok(()), |time| write!(f, ", {time}s"))?;
        f.write_char(':')?;
        for (side, rows) in [(None, before), (Some('-'), first), (Some('+'), second)] {
            for (mark, number, columns) in &rows {
                write!(f, "\n  {mark} {number:>digits$}  ")?;
                columns.write(f, widths)?;
            }
            if let Some(mark) = side.filter(|_| rows.is_empty()) {
                write!(f, "\n  {mark} (ended after {} events)", self.index)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use proptest::prelude::*;

    use super::first_difference;
    use crate::instant::Instant;
    use crate::trace::strategies::{deeds, record};
    use crate::trace::{Actor, Event, Label, Names, Recorder, Trace};

    #[test]
    fn a_run_that_ended_early_is_marked() {
        let run = |events: u32| {
            let mut recorder = Recorder::on();
            (0..events).for_each(|count| recorder.event(Instant::START, Event::TasksShutDown { count }));
            recorder.finish(&mut Names::new())
        };
        let difference = first_difference(&run(12), &run(10), 1).unwrap();
        let expected = "\
the two runs (- first, + second) differ at event 11, 0.000s:
    10  0.000s  -  shut down  9 tasks
  - 11  0.000s  -  shut down  10 tasks
  - 12  0.000s  -  shut down  11 tasks
  + (ended after 10 events)";
        assert_eq!(difference.to_string(), expected);
    }

    /// The numbers of tasks depend on the schedule, their paths do not.
    #[test]
    fn tasks_are_compared_by_path() {
        let run = |labels: [&str; 2]| {
            let (mut names, mut recorder) = (Names::new(), Recorder::on());
            let tasks = labels.map(|label| names.add_task(None, Label::Text(label), Location::caller()));
            let [a, b] = if labels[0] == "a" { tasks } else { [tasks[1], tasks[0]] };
            recorder.event(Instant::START, Event::Finished { task: a });
            recorder.event(Instant::START, Event::Finished { task: b });
            recorder.finish(&mut names)
        };
        let difference = first_difference(&run(["a", "b"]), &run(["b", "a"]), 1);
        assert!(difference.is_some_and(|difference| difference.is_hidden()), "only the order of the names differs");
    }

    #[test]
    fn a_difference_among_left_out_events_is_told() {
        let run = |count: u32, capacity| {
            let mut recorder = Recorder::on().capacity(capacity);
            for middle in [0, count, 0] {
                recorder.event(Instant::START, Event::TasksShutDown { count: middle });
            }
            recorder.finish(&mut Names::new())
        };
        let hidden = first_difference(&run(1, 2), &run(2, 3), 1).unwrap();
        assert!(hidden.is_hidden());
        assert!(
            hidden.to_string().ends_with("let the recorder keep more of them to see the first difference"),
            "{hidden}"
        );
        assert!(!first_difference(&run(1, 3), &run(2, 3), 1).unwrap().is_hidden());
    }

    fn lines(trace: &Trace) -> Vec<String> {
        trace.events().map(|entry| entry.to_string()).collect()
    }

    proptest! {
        #[test]
        fn the_first_difference_is_where_the_lines_differ(
            common in deeds(10), one in deeds(3), two in deeds(3), context in 0..4usize,
        ) {
            let run = |end: &[_]| record(&[&common[..], end].concat(), Recorder::on());
            let (first, second) = (run(&one), run(&two));
            let (left, right) = (lines(&first), lines(&second));
            let same = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
            match first_difference(&first, &second, context) {
                None => prop_assert_eq!(one, two),
                Some(difference) if difference.is_hidden() => prop_assert_eq!(left, right),
                Some(difference) => {
                    prop_assert_eq!(difference.index(), same as u64);
                    prop_assert_eq!(difference.first().map(|entry| entry.to_string()), left.get(same).cloned());
                    prop_assert_eq!(difference.second().map(|entry| entry.to_string()), right.get(same).cloned());
                    prop_assert_eq!(difference.before().count(), same.min(context));
                    let shown = difference.to_string().lines().count();
                    let ended = usize::from(left.len() == same) + usize::from(right.len() == same);
                    let after = |length: usize| length.saturating_sub(same).min(context + 1);
                    prop_assert_eq!(shown, 1 + same.min(context) + after(left.len()) + after(right.len()) + ended);
                }
            }
        }

        #[test]
        fn left_out_events_make_no_difference(run in deeds(20), one in 0..30usize, two in 0..30usize) {
            let of = |capacity| record(&run, Recorder::on().capacity(capacity));
            prop_assert_eq!(first_difference(&of(one), &of(two), 3), None);
        }
    }

    #[test]
    fn a_note_is_compared_by_its_text() {
        let run = |note: &str| {
            let mut recorder = Recorder::on();
            let text = recorder.text(note);
            recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
            recorder.finish(&mut Names::new())
        };
        assert_eq!(first_difference(&run("a"), &run("b"), 0).map(|difference| difference.index()), Some(0));
    }
}
