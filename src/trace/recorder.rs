//! Takes in the events of a run: always into the digest, and, when asked to, into a bounded log.

use std::collections::VecDeque;
use std::mem;

use super::digest::{Digest, Digester};
use super::entries::{Log, Stored, Texts, Trace};
use super::event::Event;
use super::names::Names;
use super::text::TextId;
use crate::instant::Instant;

/// Bytes of text that the log may hold for each event that it may hold.
const TEXT_BYTES_PER_EVENT: usize = 128;

/// What a text costs besides its bytes.
const TEXT_OVERHEAD: usize = size_of::<Box<str>>();

/// Takes in the events of a run as they happen.
///
/// Switched off, it only folds each event into the digest, in a dozen instructions and without any memory. Switched on,
/// it also keeps them, 24 bytes each and a million at most: of a longer run the first half of a million and the last.
/// Either way the digest is the same.
///
/// ```
/// use seedbed::Instant;
/// use seedbed::trace::{Actor, Event, Names, Recorder};
/// let mut recorder = Recorder::on();
/// let text = recorder.text("hello");
/// recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
/// assert_eq!(recorder.finish(&mut Names::new()).summary(), "0.000s  -  note  hello");
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    digester: Digester,
    recording: bool,
    /// Number of the next text; wraps.
    next_text: u32,
    capacity: usize,
    head: Vec<Stored>,
    /// How many events the head takes: at most half of `capacity`, and no more than it has once its texts are within their bound
    /// no longer. So it says whether the next event belongs to the head, and once it does not, none does.
    head_max: usize,
    left_out: u64,
    /// Invariant between two calls: with the head, at most `capacity`, and its texts within their bound.
    tail: VecDeque<Stored>,
    texts: Texts,
    head_text_bytes: usize,
    tail_text_bytes: usize,
}

impl Recorder {
    /// How many events a recorder keeps, if not told otherwise.
    pub const CAPACITY: usize = 1_000_000;

    /// A recorder that keeps the events.
    ///
    /// ```
    /// use seedbed::trace::Recorder;
    /// assert!(Recorder::on().is_recording());
    /// ```
    #[must_use]
    pub fn on() -> Self {
        Self::new(true)
    }

    /// A recorder that keeps the digest only.
    ///
    /// ```
    /// use seedbed::trace::Recorder;
    /// assert!(!Recorder::off().is_recording());
    /// ```
    #[must_use]
    pub fn off() -> Self {
        Self::new(false)
    }

    fn new(recording: bool) -> Self {
        Self {
            digester: Digester::new(),
            recording,
            next_text: 0,
            capacity: Self::CAPACITY,
            head: Vec::new(),
            head_max: Self::CAPACITY / 2,
            left_out: 0,
            tail: VecDeque::new(),
            texts: Texts::default(),
            head_text_bytes: 0,
            tail_text_bytes: 0,
        }
    }

    /// Becomes that of another run, which keeps so many events, or none.
    pub(crate) fn renew(&mut self, events: Option<usize>) {
        match events {
            None if !self.recording => (self.digester, self.next_text) = (Digester::new(), 0),
            None => *self = Self::off(),
            Some(capacity) => *self = Self::on().capacity(capacity),
        }
    }

    /// Sets how many events are kept at most: half of them the first of the run, half of them the last. Their texts may
    /// take 128 bytes for each event; long texts leave room for fewer events.
    ///
    /// # Panics
    ///
    /// If events were recorded already.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on().capacity(4);
    /// for count in 0..10 {
    ///     recorder.event(Instant::START, Event::TasksShutDown { count });
    /// }
    /// let trace = recorder.finish(&mut Names::new());
    /// let kept: Vec<u64> = trace.events().map(|entry| entry.index()).collect();
    /// assert_eq!(kept, [0, 1, 8, 9]);
    /// ```
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        assert!(self.head.is_empty() && self.tail.is_empty(), "set the capacity of a recorder before its first event");
        (self.capacity, self.head_max) = (events, events / 2);
        self
    }

    /// True if events are kept.
    ///
    /// ```
    /// use seedbed::trace::Recorder;
    /// assert!(Recorder::on().is_recording());
    /// ```
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// How many events were kept so far, or left out for their number; 0 for a recorder that keeps none.
    pub(crate) fn total(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.left_out
    }

    /// Takes in an event.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::off();
    /// let before = recorder.digest(&Names::new());
    /// recorder.event(Instant::START, Event::TasksShutDown { count: 1 });
    /// assert_ne!(recorder.digest(&Names::new()), before);
    /// ```
    // `inline(always)`: see `Event::pack`.
    #[inline(always)]
    pub fn event(&mut self, now: Instant, event: Event) {
        let packed = event.pack();
        self.digester.feed_at(now.as_nanos(), packed.low, packed.high);
        let stored = Stored { nanos: now.as_nanos(), packed };
        if self.recording && !self.keep_in_place(stored) {
            self.keep(stored);
        }
    }

    /// Keeps an event for the reader without counting it in the digest: for what follows from the other events, such as
    /// a wake from the poll that comes of it, and would cost every step.
    ///
    /// ```
    /// use seedbed::{Instant, TaskId};
    /// use seedbed::trace::{Event, Names, Recorder};
    /// let mut recorder = Recorder::on();
    /// let before = recorder.digest(&Names::new());
    /// recorder.aside(Instant::START, Event::Woken { task: TaskId::new(0) });
    /// assert_eq!(recorder.digest(&Names::new()), before);
    /// assert_eq!(recorder.finish(&mut Names::new()).len(), 1);
    /// ```
    #[inline(always)]
    pub fn aside(&mut self, now: Instant, event: Event) {
        let stored = Stored { nanos: now.as_nanos(), packed: event.pack() };
        if self.recording && !self.keep_in_place(stored) {
            self.keep(stored);
        }
    }

    /// Takes in a text, for the event that follows. The digest counts it by its content.
    ///
    /// ```
    /// use seedbed::Instant;
    /// use seedbed::trace::{Actor, Event, Names, Recorder};
    /// let digest = |text| {
    ///     let mut recorder = Recorder::off();
    ///     let text = recorder.text(text);
    ///     recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
    ///     recorder.digest(&Names::new())
    /// };
    /// assert_eq!(digest("yes"), digest("yes"));
    /// assert_ne!(digest("yes"), digest("no"));
    /// ```
    pub fn text(&mut self, text: &str) -> TextId {
        self.digester.feed_text(text);
        let id = TextId::new(self.next_text);
        self.next_text = self.next_text.wrapping_add(1);
        if self.recording {
            let bytes = text.len() + TEXT_OVERHEAD;
            if self.head.len() < self.head_max {
                self.head_text_bytes += bytes;
                self.texts.head.push(text.into());
                self.texts.tail_start = self.next_text;
                if self.head_text_bytes >= self.text_bytes_max() {
                    // The event of this text is the last.
                    self.head_max = self.head.len() + 1;
                }
            } else {
                self.tail_text_bytes += bytes;
                self.texts.tail.push_back(text.into());
            }
        }
        id
    }

    /// The fingerprint of the run so far, with the names that were given in it.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let names = Names::new();
    /// assert_eq!(Recorder::on().digest(&names), Recorder::off().digest(&names));
    /// ```
    #[must_use]
    pub fn digest(&self, names: &Names) -> Digest {
        let mut digester = self.digester;
        digester.feed(names.digester().digest().get(), 0);
        digester.digest()
    }

    /// Ends the run: its trace. Recorder and names are empty afterwards and keep what memory they can for the next run.
    ///
    /// ```
    /// use seedbed::trace::{Names, Recorder};
    /// let (mut names, mut recorder) = (Names::new(), Recorder::on());
    /// let first = recorder.finish(&mut names);
    /// let second = recorder.finish(&mut names);
    /// assert_eq!(first, second);
    /// ```
    pub fn finish(&mut self, names: &mut Names) -> Trace {
        let digest = self.digest(names);
        if !self.recording {
            // Nothing was kept, and the names keep their memory.
            (self.digester, self.next_text) = (Digester::new(), 0);
            names.clear();
            return Trace::new(digest, None);
        }
        let next = Self::new(self.recording).capacity(self.capacity);
        let ended = mem::replace(self, next);
        let Self { head, left_out, tail, texts, .. } = ended;
        Trace::new(digest, Some(Log { names: mem::take(names), head, left_out, tail, texts }))
    }

    /// Keeps an event if the head has a place for it already: a few instructions that call nothing. False, with nothing done, if not.
    #[inline(always)]
    fn keep_in_place(&mut self, stored: Stored) -> bool {
        let held = self.head.len();
        // The second comparison is there for the compiler, which then leaves out what makes the vector grow.
        let fits = held < self.head_max && held < self.head.capacity();
        if fits {
            self.head.push(stored);
        }
        fits
    }

    #[cold]
    #[inline(never)]
    fn keep(&mut self, stored: Stored) {
        if self.head.len() < self.head_max {
            return self.head.push(stored);
        }
        self.tail.push_back(stored);
        let tail_max = self.capacity - self.capacity / 2;
        // The newest event stays, however long its text is.
        while self.tail.len() > tail_max || (self.tail_text_bytes > self.text_bytes_max() && self.tail.len() > 1) {
            self.leave_out_oldest();
        }
    }

    /// How many bytes of text either end may hold.
    fn text_bytes_max(&self) -> usize {
        self.capacity.saturating_mul(TEXT_BYTES_PER_EVENT) / 2
    }

    /// Drops the oldest event of the tail, and the texts up to its own.
    fn leave_out_oldest(&mut self) {
        let Some(oldest) = self.tail.pop_front() else { return };
        self.left_out += 1;
        if self.texts.tail.is_empty() {
            return;
        }
        let Some(text) = Event::unpack(oldest.packed).and_then(|event| event.mentions().text) else {
            return;
        };
        // Its text may be one of the head's; then the distance is huge.
        let with_it = text.get().wrapping_sub(self.texts.tail_start).wrapping_add(1);
        let with_it = if with_it as usize <= self.texts.tail.len() { with_it } else { 0 };
        for dropped in self.texts.tail.drain(..with_it as usize) {
            self.tail_text_bytes -= dropped.len() + TEXT_OVERHEAD;
        }
        self.texts.tail_start = self.texts.tail_start.wrapping_add(with_it);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Recorder;
    use crate::instant::Instant;
    use crate::trace::strategies::{Deed, deeds, names, record};
    use crate::trace::{Actor, Event};

    /// Committed: a change here changes the digest of every run.
    #[test]
    fn golden_digest_of_a_run() {
        let mut recorder = Recorder::off();
        let text = recorder.text("tick");
        recorder.event(Instant::from_nanos(1_500_000_000), Event::Note { who: Actor::Outside, text });
        recorder.event(Instant::from_nanos(1_500_000_000), Event::TasksShutDown { count: 2 });
        assert_eq!(recorder.digest(&names()).to_string(), "e48a6f5f6ed4f6cf");
    }

    #[test]
    fn long_texts_leave_out_events_too() {
        let mut recorder = Recorder::on().capacity(100);
        for _ in 0..1_000 {
            let text = recorder.text(&"long ".repeat(100));
            recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
        }
        let trace = recorder.finish(&mut names());
        assert_eq!(trace.total(), 1_000);
        let bytes: usize = trace.events().filter_map(|entry| entry.text()).map(str::len).sum();
        assert!((10_000..=14_000).contains(&bytes), "{bytes} bytes of text for a capacity of 100 events");
    }

    proptest! {
        #[test]
        fn digests_are_equal_just_for_equal_runs(one in deeds(4), two in deeds(4)) {
            let same = record(&one, Recorder::off()).digest() == record(&two, Recorder::off()).digest();
            prop_assert_eq!(same, one == two);
        }

        #[test]
        fn a_small_edit_changes_the_digest(run in deeds(30), at: prop::sample::Index, other in deeds(1)) {
            prop_assume!(!run.is_empty());
            let at = at.index(run.len());
            let mut removed = run.clone();
            removed.remove(at);
            let mut later = run.clone();
            later[at].0 += 1;
            let mut swapped = run.clone();
            swapped.swap(at, at / 2);
            let mut replaced = run.clone();
            replaced.splice(at..=at, other);
            for edited in [removed, later, swapped, replaced] {
                let same = record(&edited, Recorder::on()) == record(&run, Recorder::on());
                prop_assert_eq!(same, edited == run);
                let same = record(&edited, Recorder::off()).digest() == record(&run, Recorder::off()).digest();
                prop_assert_eq!(same, edited == run);
            }
        }

        #[test]
        fn what_is_kept_does_not_touch_the_digest(run in deeds(30), capacity in 0..40usize) {
            let (off, on) = (record(&run, Recorder::off()), record(&run, Recorder::on()));
            let bounded = record(&run, Recorder::on().capacity(capacity));
            prop_assert_eq!(off.digest(), on.digest());
            prop_assert_eq!(bounded.digest(), on.digest());
            prop_assert_eq!((off.len(), bounded.total(), on.len()), (0, run.len() as u64, run.len()));
        }

        /// The first half of the capacity and the last, each event with its own text.
        #[test]
        fn a_bounded_recorder_keeps_both_ends(run in deeds(30), capacity in 0..20usize) {
            // Invented text numbers would borrow the texts of others.
            let run: Vec<_> = run.into_iter().filter(|(_, deed)| is_honest(deed)).collect();
            let (whole, bounded) = (record(&run, Recorder::on()), record(&run, Recorder::on().capacity(capacity)));
            let total = run.len() as u64;
            let (first, last) = ((capacity / 2) as u64, (capacity - capacity / 2) as u64);
            let ends = |&index: &u64| index < first || index + last >= total;
            let expected: Vec<u64> = (0..total).filter(ends).collect();
            prop_assert_eq!(bounded.events().map(|entry| entry.index()).collect::<Vec<_>>(), expected);
            for entry in bounded.events() {
                prop_assert_eq!(Some(entry), whole.get(entry.index()));
            }
        }
    }

    fn is_honest(deed: &Deed) -> bool {
        match deed {
            Deed::Event(event) => event.mentions().text.is_none(),
            Deed::Note(_) => true,
        }
    }
}
