//! The plan of a run: departures looked up without words, while the questions of each stream are counted.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use super::address::{Address, StreamKey};
use super::departures::Departures;
use super::ending::Mismatch;
use super::faults::FaultSet;
use super::names::{Names, SubjectCollision};

/// An answer that the plan gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) answer: u32,
    /// Which departure of the plan it is.
    pub(super) entry: usize,
}

/// What the plan says of one question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The number of the question in its stream; without meaning in a stream that is neither planned nor counted.
    pub(super) n: u32,
    pub(super) planned: Option<Planned>,
}

/// One stream of the run.
#[derive(Debug, Default)]
struct Stream {
    /// How many questions were asked so far.
    asked: u32,
    /// The event after which the last of them was asked.
    event: Option<NonZeroU64>,
    /// The entries that lie ahead: `next..end`. Invariant: none of them has an `n` below `asked`.
    next: usize,
    end: usize,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order of addresses, so that the entries of one stream stand together, with growing `n`.
    entries: Vec<(Address, NonZeroU32)>,
    /// Every planned stream from the start, and others from their first counted question on.
    streams: BTreeMap<StreamKey, Stream>,
    /// Whether mismatches are wanted.
    strict: bool,
    mismatches: Vec<Mismatch>,
    /// The event after which questions are asked now, where somebody tells.
    event: Option<NonZeroU64>,
}

impl Plan {
    pub(super) fn new(departures: &Departures, strict: bool) -> Result<Plan, SubjectCollision> {
        let entries: Vec<_> = departures.iter().map(|(address, answer)| (address.clone(), answer)).collect();
        let mut streams = BTreeMap::<StreamKey, Stream>::new();
        let mut names = Names::default();
        for (entry, (address, _)) in entries.iter().enumerate() {
            let stream = address.stream();
            names.introduce(stream.subject, || address.subject().into())?;
            let ahead = streams.entry(stream).or_insert(Stream { asked: 0, event: None, next: entry, end: entry });
            assert_eq!(ahead.end, entry, "seedbed bug: the entries of {stream:?} do not stand together, please report");
            ahead.end += 1;
        }
        Ok(Plan { entries, streams, strict, mismatches: Vec::new(), event: None })
    }

    /// Says after which event the questions are asked that follow; 0 where nobody counts.
    pub(super) fn after(&mut self, event: u64) {
        self.event = NonZeroU64::new(event);
    }

    /// The kinds of faults that it asks for.
    pub(super) fn faults(&self) -> FaultSet {
        self.entries.iter().map(|(address, _)| address.kind()).collect()
    }

    /// Counts one question, and answers it where the plan does. A stream that is not planned is counted only on request.
    pub(super) fn ask(&mut self, key: StreamKey, count: bool) -> Asked {
        let stream = match count {
            true => self.streams.entry(key).or_default(),
            false => match self.streams.get_mut(&key) {
                Some(stream) => stream,
                None => return Asked { n: 0, planned: None },
            },
        };
        let n = stream.asked;
        stream.event = self.event.filter(|_| !key.kind.is_of_turns());
        stream.asked = n.checked_add(1).expect("seedbed bug: more than 2^32 questions in one stream, please report");
        let mut planned = None;
        if stream.next < stream.end {
            let (address, answer) = &self.entries[stream.next];
            debug_assert!(address.n() >= n, "seedbed bug: {address} was passed over, please report");
            if address.n() == n {
                planned = Some(Planned { answer: answer.get(), entry: stream.next });
                stream.next += 1;
            }
        }
        Asked { n, planned }
    }

    /// Says that a planned answer was not possible, since only those below `bound` were.
    pub(super) fn out_of_bounds(&mut self, planned: Planned, bound: u32) {
        if self.strict {
            let (address, answer) = self.entries[planned.entry].clone();
            let event = self.event.filter(|_| !address.kind().is_of_turns());
            self.mismatches.push(Mismatch::OutOfBounds { address, answer, bound, event });
        }
    }

    /// Ends the run: the answers that were not possible, as they were met, and the departures that no question has met, in the order of
    /// addresses.
    pub(super) fn into_mismatches(mut self) -> Vec<Mismatch> {
        if self.strict {
            let rest = |stream: &Stream| {
                (stream.next..stream.end).map(|entry| (entry, stream.asked, stream.event)).collect::<Vec<_>>()
            };
            let mut rest: Vec<_> = self.streams.values().flat_map(rest).collect();
            rest.sort_unstable();
            self.mismatches.extend(rest.into_iter().map(|(entry, asked, event)| {
                let (address, answer) = self.entries[entry].clone();
                Mismatch::NeverAsked { address, answer, asked, event }
            }));
        }
        self.mismatches
    }
}

#[cfg(test)]
mod tests {
    use super::{Departures, Plan, StreamKey};

    #[test]
    fn answers_come_at_their_number_and_the_rest_is_told() {
        let departures: Departures =
            ["main/b lost 1 = 5", "main/b lost 3 = 6", "main/b lost 9 = 7", "main/a lost 0 = 8"]
                .map(|line| line.split_once(" = ").map(|(a, v)| (a.parse().unwrap(), v.parse().unwrap())).unwrap())
                .into_iter()
                .collect();
        let mut plan = Plan::new(&departures, true).unwrap();
        let stream = |text: &str| -> StreamKey { text.parse::<super::Address>().unwrap().stream() };

        let b = stream("main/b lost 0");
        let answers = [(); 5].map(|()| plan.ask(b, false).planned.map(|planned| planned.answer));
        assert_eq!(answers, [None, Some(5), None, Some(6), None]);
        // A stream of its own, counted on request only.
        let c = stream("main/c lost 0");
        assert_eq!([true, true, false].map(|count| plan.ask(c, count).n), [0, 1, 2]);

        let never = plan.into_mismatches().iter().map(ToString::to_string).collect::<Vec<_>>();
        let [nothing, last] =
            ["nothing of that subject and kind was asked", "the last question of that subject and kind was number 4"];
        let expected = [("main/a lost 0 = 8", format!("because {nothing}")), ("main/b lost 9 = 7", last.to_owned())];
        assert_eq!(never, expected.map(|(departure, reason)| format!("{departure}: never asked, {reason}")));
    }
}
