//! Turns: the order of ready tasks as an inversion table, recorded and replayed.
//!
//! Tasks become ready in some order, and somebody picks. Each time a task becomes ready is one *activation* of it. For each activation
//! the table holds how many picks overtook it: took one that became ready later, while it waited. That number determines the order
//! (a Lehmer code): to replay, scan from the longest waiting; the first one that was overtaken as often as the table says runs, and
//! each one passed over was overtaken once more. All numbers 0 is wake order.
//!
//! *Why it is exact.* Say the table's pick is at place `i`. Each one before it was passed over by this very pick, so its final number is
//! larger than its present one: not due. The one at `i` is never overtaken again: due. Those still waiting at the end count as well,
//! or they would be due too early.
//!
//! Nobody is touched while others go by: a task was overtaken by those that came after it and wait no longer, and how many these are
//! follows from when it came and where it stands.
//!
//! The clock is the last candidate. How often it was chosen between two picks is counted for the activation that was picked first of the
//! two: it is already known when the clock is asked, while the second may become ready by this very expiry. What came before the
//! first pick of a loop is counted for the loop itself, as a subject of its name (`l0`).

use std::collections::BTreeMap;

use super::address::StreamKey;
use super::kind::Kind;
use super::plan::{Plan, Planned};
use super::subject::SubjectKey;
use super::waiting::Waiting;
use crate::ident::LoopId;

/// What happens next while tasks are ready.
///
/// # Examples
///
/// ```
/// use seedbed::choice::Turn;
///
/// assert_eq!(Turn::PLAIN, Turn::Task(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The ready task at that place runs; the one at 0 has been ready for the longest time.
    Task(u32),
    /// The clock moves, and the next timer expires while the ready tasks wait.
    Clock,
}

impl Turn {
    /// Wake order.
    pub const PLAIN: Turn = Turn::Task(0);
}

/// One activation of a task: it became ready, and takes its turn.
#[derive(Debug)]
pub(super) struct Activation {
    pub(super) subject: SubjectKey,
    /// Which activation of its subject it is.
    pub(super) n: u32,
    /// How many became ready on its loop before it.
    arrival: u64,
    /// How many picks have overtaken it; known when it is picked, or when nobody is picked any more.
    overtaken: u32,
    /// How many should, where the plan says so.
    overtaken_plan: Option<Planned>,
    /// How many timers expired after its turn, while someone waited; final when the next one is picked.
    expired: u32,
    /// How many should, where the plan says so.
    expired_plan: Option<Planned>,
}

impl Activation {
    /// Both streams have one question an activation, so the number of one is the number of both.
    fn new(subject: SubjectKey, arrival: u64, plan: &mut Plan, count: bool) -> Activation {
        let overtaken = plan.ask(StreamKey { subject, kind: Kind::Overtaken }, count);
        let expired = plan.ask(StreamKey { subject, kind: Kind::Clock }, false);
        Activation {
            subject,
            n: overtaken.n,
            arrival,
            overtaken: 0,
            overtaken_plan: overtaken.planned,
            expired: 0,
            expired_plan: expired.planned,
        }
    }

    /// Its numbers and what the plan says of each.
    pub(super) fn answers(&self) -> [(Kind, u32, Option<Planned>); 2] {
        [(Kind::Overtaken, self.overtaken, self.overtaken_plan), (Kind::Clock, self.expired, self.expired_plan)]
    }
}

/// The ready tasks of one loop.
#[derive(Debug)]
struct Line {
    /// The longest waiting first.
    waiting: Waiting<Activation>,
    /// How many became ready so far.
    arrivals: u64,
    /// The one that was picked last; at first the loop.
    last: Activation,
}

impl Line {
    /// Whether the plan wants a timer to expire before the next pick.
    fn awaits_expiry(&self) -> bool {
        self.last.expired_plan.is_some_and(|planned| self.last.expired < planned.answer)
    }

    /// How many picks have overtaken the one that waits at that place.
    fn overtaken(&self, place: usize, waiting: &Activation) -> u32 {
        let behind = self.waiting.len() - 1 - place;
        let gone = self.arrivals - 1 - waiting.arrival - behind as u64;
        u32::try_from(gone).expect("seedbed bug: overtaken 2^32 times, please report")
    }

    /// Whether the one at that place has been overtaken as often as it should; one that the plan leaves open always has.
    fn is_due(&self, place: usize, waiting: &Activation) -> bool {
        waiting.overtaken_plan.is_none_or(|planned| self.overtaken(place, waiting) >= planned.answer)
    }

    /// The turn of a table that is the whole truth: the first one that is due. In a plan that was edited there may be none; then the
    /// longest waiting runs, since there is nobody left to overtake it.
    fn planned_place(&self) -> usize {
        let due = self.waiting.iter().enumerate().find(|(place, waiting)| self.is_due(*place, waiting));
        due.map_or(0, |(place, _)| place)
    }

    /// The turn nearest to `wish`, toward the tail first, that keeps what a table says of some activations, where all others are free.
    ///
    /// Nobody may run who must be overtaken yet, and no pick may go beyond one that may not be overtaken again.
    fn nearest_place(&self, wish: usize) -> usize {
        let mut planned = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.overtaken_plan.is_some());
        let barrier = planned.find(|(place, waiting)| self.is_due(*place, waiting));
        let last = barrier.map_or(self.waiting.len() - 1, |(place, _)| place);
        let wish = wish.min(last);
        let may_run = |place: &usize| self.waiting.get(*place).is_some_and(|waiting| self.is_due(*place, waiting));
        (wish..=last).find(may_run).or_else(|| (0..wish).rev().find(may_run)).unwrap_or(0)
    }

    /// Picks the one at that place, and returns the pick before it, whose numbers are now final.
    fn pick(&mut self, place: usize) -> Activation {
        let waiting = self.waiting.get(place).expect("seedbed bug: a turn for nobody, please report");
        let overtaken = self.overtaken(place, waiting);
        let picked = self.waiting.remove(place).expect("seedbed bug: a turn for nobody, please report");
        std::mem::replace(&mut self.last, Activation { overtaken, ..picked })
    }

    /// The last pick and those that wait still: nobody is picked any more.
    fn end(self) -> impl Iterator<Item = Activation> {
        let overtaken: Vec<u32> =
            self.waiting.iter().enumerate().map(|(place, waiting)| self.overtaken(place, waiting)).collect();
        let ended = |(waiting, overtaken)| Activation { overtaken, ..waiting };
        std::iter::once(self.last).chain(self.waiting.into_all().zip(overtaken).map(ended))
    }
}

/// The ready tasks of all loops of a run.
#[derive(Debug, Default)]
pub(super) struct Turns {
    lines: BTreeMap<LoopId, Line>,
}

impl Turns {
    /// Puts one who became ready behind all that are ready; returns whether it is the first one ever on that loop.
    pub(super) fn join(&mut self, queue: LoopId, subject: SubjectKey, plan: &mut Plan, count: bool) -> bool {
        if let Some(line) = self.lines.get_mut(&queue) {
            line.waiting.push_back(Activation::new(subject, line.arrivals, plan, count));
            line.arrivals += 1;
            return false;
        }
        let ready = Activation::new(subject, 0, plan, count);
        let queue_itself = Activation::new(queue_key(queue), 0, plan, count);
        let mut waiting = Waiting::default();
        waiting.push_back(ready);
        self.lines.insert(queue, Line { waiting, arrivals: 1, last: queue_itself });
        true
    }

    /// Takes a turn: the proposed one bent to the plan, or the planned one where nothing is proposed. Returns the pick before it, whose
    /// numbers are now final, if this one is a pick.
    pub(super) fn next(
        &mut self,
        queue: LoopId,
        may_expire: bool,
        proposal: Option<Turn>,
        has_plan: bool,
    ) -> (Turn, Option<Activation>) {
        let line = self.lines.get_mut(&queue).filter(|line| line.waiting.len() > 0);
        let line = line.expect("seedbed bug: a turn was asked for while no task is ready, please report");
        let place = match proposal {
            None => line.planned_place(),
            Some(Turn::Clock) => {
                assert!(may_expire, "a policy proposed the clock, which cannot move now: propose a task");
                line.last.expired += 1;
                return (Turn::Clock, None);
            }
            Some(Turn::Task(place)) => {
                let (place, ready) = (place as usize, line.waiting.len());
                assert!(place < ready, "a policy proposed task {place} of {ready}: the first that is ready is task 0");
                if has_plan { line.nearest_place(place) } else { place }
            }
        };
        if has_plan && may_expire && line.awaits_expiry() {
            line.last.expired += 1;
            return (Turn::Clock, None);
        }
        let before = line.pick(place);
        let place = u32::try_from(place).expect("seedbed bug: more than 2^32 ready tasks, please report");
        (Turn::Task(place), Some(before))
    }

    /// Everyone whose numbers are still open: on each loop the last pick, and those that wait.
    pub(super) fn end(self) -> impl Iterator<Item = Activation> {
        self.lines.into_values().flat_map(Line::end)
    }
}

/// A loop as a subject: what the clock did before its first pick is told of the loop.
pub(super) fn queue_key(queue: LoopId) -> SubjectKey {
    SubjectKey::of_path(&queue.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Activation, Line, Planned, SubjectKey, Waiting};

    /// `planned` is the planned number for each one that waits, where there is one, and how often it was overtaken: as often at least as
    /// who came after it.
    fn line(planned: &[(Option<u32>, u32)]) -> Line {
        let activation = |arrival: u64, plan: Option<u32>| Activation {
            subject: SubjectKey::of_path("main"),
            n: 0,
            arrival,
            overtaken: 0,
            overtaken_plan: plan.map(|answer| Planned { answer, entry: 0 }),
            expired: 0,
            expired_plan: None,
        };
        let (arrivals, mut waiting) = (100, Waiting::default());
        for (behind, &(plan, overtaken)) in (0..planned.len()).rev().zip(planned) {
            waiting.push_back(activation(arrivals - 1 - u64::from(overtaken) - behind as u64, plan));
        }
        let line = Line { waiting, arrivals, last: activation(0, None) };
        for (place, waiting) in line.waiting.iter().enumerate() {
            assert_eq!(line.overtaken(place, waiting), planned[place].1);
        }
        line
    }

    #[test]
    fn the_first_that_is_due_runs() {
        assert_eq!(line(&[(Some(2), 1), (Some(1), 0), (None, 0), (None, 0)]).planned_place(), 2);
        assert_eq!(line(&[(Some(2), 2), (None, 0)]).planned_place(), 0);
        assert_eq!(line(&[(Some(2), 1), (Some(1), 0)]).planned_place(), 0, "nobody is due");
    }

    #[test]
    fn a_wish_is_bent_to_the_plan() {
        let free = line(&[(None, 3), (None, 3), (None, 0)]);
        assert_eq!([0, 1, 2].map(|wish| free.nearest_place(wish)), [0, 1, 2]);
        // The first must be overtaken twice more; the third may not be overtaken again.
        let bent = line(&[(Some(3), 1), (None, 1), (Some(1), 1), (None, 0)]);
        assert_eq!([0, 1, 2, 3].map(|wish| bent.nearest_place(wish)), [1, 1, 2, 2]);
        let toward_the_head = line(&[(None, 0), (Some(1), 0)]);
        assert_eq!(toward_the_head.nearest_place(1), 0);
        assert_eq!(line(&[(Some(1), 0), (Some(1), 0)]).nearest_place(1), 0, "nobody is due");
    }

    /// Each number as it was counted one by one.
    #[test]
    fn numbers_are_those_of_the_picks_that_went_by() {
        let mut line = line(&[(None, 0); 5]);
        // The fourth and the fifth, then the second, the first, the third.
        let before = [3, 3, 1, 0, 0].map(|place| line.pick(place).overtaken);
        assert_eq!((before, line.last.overtaken), ([0, 0, 0, 2, 3], 2));
    }
}
