//! `Links`: schedules as chains of answers, each sharing its beginning with the schedule that it was found in.

/// An answer that is not plain, and which question of the run it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    /// Counted from 0, among questions with more than one answer.
    pub(super) at: u32,
    pub(super) answer: u32,
}

/// A schedule, by its last link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LinkId(u32);

#[derive(Debug)]
struct Link {
    /// The schedule without its last answer; itself for the first link, which answers nothing.
    before: LinkId,
    last: Answer,
}

/// All schedules of a search that were ever put in line. They are never freed: a link is smaller than what its run allocates.
#[derive(Debug)]
pub(super) struct Links {
    /// Invariant: a link stands behind the one before it.
    links: Vec<Link>,
}

impl Links {
    /// The schedule that is plain throughout.
    pub(super) const PLAIN: LinkId = LinkId(0);

    pub(super) fn new() -> Self {
        Self { links: vec![Link { before: Self::PLAIN, last: Answer { at: 0, answer: 0 } }] }
    }

    /// The schedule that has one answer more; none when there are more than can be counted.
    pub(super) fn extend(&mut self, before: LinkId, last: Answer) -> Option<LinkId> {
        let id = LinkId(u32::try_from(self.links.len()).ok()?);
        self.links.push(Link { before, last });
        Some(id)
    }

    /// The answers of a schedule, in the order of their questions.
    pub(super) fn answers(&self, schedule: LinkId) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut at = schedule;
        while at != Self::PLAIN {
            let link = &self.links[at.0 as usize];
            answers.push(link.last);
            at = link.before;
        }
        answers.reverse();
        debug_assert!(
            answers.windows(2).all(|pair| pair[0].at < pair[1].at),
            "seedbed bug: a schedule out of order, please report"
        );
        answers
    }
}
