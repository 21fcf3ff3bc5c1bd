//! `Frontier`: the schedules that wait to be run, those with the fewest departures first, the others in the order in which they came.

use std::collections::VecDeque;

use super::links::LinkId;

#[derive(Debug)]
pub(super) struct Frontier {
    /// By number of departures.
    lines: Vec<VecDeque<LinkId>>,
    /// How many may still be taken.
    room: u32,
    /// Whether something was turned away that would have come after the last one to be taken.
    cut: bool,
}

impl Frontier {
    /// An empty one, from which `room` schedules may be taken.
    pub(super) fn new(room: u32) -> Self {
        Self { lines: Vec::new(), room, cut: false }
    }

    /// How many schedules may still be taken.
    pub(super) fn room(&self) -> u32 {
        self.room
    }

    /// True if schedules were turned away, or wait and will not be taken.
    pub(super) fn is_cut(&self) -> bool {
        self.cut || self.lines.iter().any(|line| !line.is_empty())
    }

    /// Notes that schedules were turned away elsewhere.
    pub(super) fn note_cut(&mut self) {
        self.cut = true;
    }

    /// Whether a schedule of that many departures would ever be taken: those that stand before it may use up the room.
    pub(super) fn admits(&self, departures: u32) -> bool {
        let before: usize = self.lines.iter().take(departures as usize + 1).map(VecDeque::len).sum();
        before < self.room as usize
    }

    pub(super) fn push(&mut self, departures: u32, schedule: LinkId) {
        let line = departures as usize;
        if line >= self.lines.len() {
            self.lines.resize_with(line + 1, VecDeque::new);
        }
        self.lines[line].push_back(schedule);
    }

    /// Takes the first schedules, at most so many and all with the same number of departures. What they will add comes behind all of
    /// them, so it makes no difference how many are taken at once.
    pub(super) fn take(&mut self, most: u32) -> Option<(u32, Vec<LinkId>)> {
        let departures = self.lines.iter().position(|line| !line.is_empty())?;
        let line = &mut self.lines[departures];
        let count = line.len().min(most.min(self.room) as usize);
        let taken: Vec<_> = line.drain(..count).collect();
        self.room -= u32::try_from(taken.len()).unwrap_or(self.room);
        let departures = u32::try_from(departures).unwrap_or(u32::MAX);
        (!taken.is_empty()).then_some((departures, taken))
    }
}

#[cfg(test)]
mod tests {
    use super::super::links::{Answer, Links};
    use super::Frontier;

    #[test]
    fn fewest_departures_first_and_nothing_that_is_never_taken() {
        let mut links = Links::new();
        let mut next = |at| links.extend(Links::PLAIN, Answer { at, answer: 1 }).unwrap();
        let [a, b, c] = [0, 1, 2].map(&mut next);
        let mut frontier = Frontier::new(2);
        frontier.push(2, a);
        frontier.push(1, b);
        assert!(!frontier.admits(2), "two stand before it");
        assert!(frontier.admits(1));
        frontier.push(1, c);
        assert_eq!(frontier.take(1), Some((1, vec![b])));
        assert_eq!(frontier.take(9), Some((1, vec![c])));
        assert_eq!(frontier.take(9), None, "the room is used up");
        assert!(frontier.is_cut());
    }
}
