//! What happens outside every loop: jobs that resume at an instant, and calls from other threads.
//!
//! asyncio's executors run beside the loop. Here their jobs are events on the same virtual clock, in the order of
//! (instant, sequence); a job keeps its sequence for its whole life, so that jobs that end together end in the order in
//! which they were started.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use crate::ident::JobId;

/// A job on its own stack; never resumed while the kernel is borrowed, because it runs user code.
pub(crate) trait RunJob {
    /// Runs the job until it blocks or ends.
    fn resume(&self);
    /// Unwinds a job that will never run again.
    fn abandon(&self);
}

/// Something outside the loops that falls due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Event {
    /// Virtual nanoseconds.
    at: u64,
    sequence: u64,
    job: JobId,
}

/// The jobs of a run and when each goes on.
#[derive(Default)]
pub(crate) struct Outside {
    events: BinaryHeap<Reverse<Event>>,
    jobs: Vec<Option<Rc<dyn RunJob>>>,
    sequence: u64,
    /// The job whose code runs at this moment.
    pub(crate) current: Option<JobId>,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").field("events", &self.events.len()).finish_non_exhaustive()
    }
}

impl Outside {
    /// The id that the next job gets.
    pub(crate) fn next_id(&self) -> JobId {
        JobId::new(u32::try_from(self.jobs.len()).expect("seedbed bug: job ids ran out, please report"))
    }

    pub(crate) fn add(&mut self, job: Rc<dyn RunJob>) -> JobId {
        let id = self.next_id();
        self.jobs.push(Some(job));
        id
    }

    /// A place in the order of events, for a job that starts now.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    pub(crate) fn schedule(&mut self, at: u64, sequence: u64, job: JobId) {
        self.events.push(Reverse(Event { at, sequence, job }));
    }

    /// When the next event falls due.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.events.peek().map(|Reverse(event)| event.at)
    }

    /// Takes the next event that is due at `limit` or before: when, and which job goes on.
    pub(crate) fn pop_due(&mut self, limit: u64) -> Option<(u64, JobId)> {
        let &Reverse(event) = self.events.peek()?;
        if event.at > limit {
            return None;
        }
        self.events.pop();
        Some((event.at, event.job))
    }

    pub(crate) fn job(&self, id: JobId) -> Option<Rc<dyn RunJob>> {
        self.jobs.get(id.get() as usize)?.clone()
    }

    /// Forgets a job that has ended.
    pub(crate) fn finish(&mut self, id: JobId) -> Option<Rc<dyn RunJob>> {
        self.jobs.get_mut(id.get() as usize)?.take()
    }

    /// Takes all jobs that have not ended, in the order of their start, and forgets the events.
    pub(crate) fn take_all(&mut self) -> Vec<Rc<dyn RunJob>> {
        self.events.clear();
        self.jobs.iter_mut().filter_map(Option::take).collect()
    }

    /// True if some job has not ended.
    pub(crate) fn any(&self) -> bool {
        self.jobs.iter().any(Option::is_some)
    }
}
