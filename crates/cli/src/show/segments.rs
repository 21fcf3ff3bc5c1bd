//! What each lane is doing between its events: ready, running, asleep, waiting.

use std::collections::BTreeMap;

use super::lanes::LaneKind;
use super::trace::Trace;
use super::words::ENDS;

/// What a lane is doing. The order is known to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It may run, and waits for its turn.
    Ready,
    /// It takes a step.
    Run,
    /// It sleeps.
    Sleep,
    /// It waits for something that has a name.
    Wait,
    /// It waits for something that has none.
    Idle,
    /// It keeps the loop from going on while time passes.
    Block,
    /// It is a worker, and has a job.
    Busy,
}

impl State {
    /// Its number in the data of a page.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// A stretch of a lane in one state.
///
/// Its ends are *edges*: edge `2 * n` lies just before event `n`, edge `2 * n + 1` just after it. They differ where time passes
/// between two events: a step ends after its last event, the sleep that follows lasts until just before the wake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose it is.
    pub lane: usize,
    /// The edge where it begins.
    pub from: usize,
    /// The edge where it ends.
    pub to: usize,
    /// What the lane does meanwhile.
    pub state: State,
    /// Until when, for what.
    pub about: Option<String>,
    /// Who holds what it waits for, as it was when the wait began.
    pub held: Option<String>,
    /// The event that it comes of.
    pub event: Option<usize>,
}

/// A state that a lane is in, or will be in when its step ends.
#[derive(Clone, Debug)]
struct Open {
    from: usize,
    state: State,
    about: Option<String>,
    held: Option<String>,
    event: Option<usize>,
}

impl Open {
    fn new(from: usize, state: State, event: usize) -> Self {
        Self { from, state, about: None, held: None, event: Some(event) }
    }
}

/// Follows a trace, event by event.
struct Follower<'a> {
    trace: &'a Trace,
    segments: Vec<Segment>,
    open: Vec<Option<Open>>,
    /// What each lane will be doing once its step ends.
    next: Vec<Option<Open>>,
    /// Which worker has a job, by the job's lane.
    worker: Vec<Option<usize>>,
    /// Who runs: at most one does.
    runner: Option<usize>,
    /// Who holds what, by the resource's key; as often as it holds it. A task that ended without giving it back still does.
    held: BTreeMap<&'a str, Vec<usize>>,
}

/// All segments of a trace, by lane and then in order. Those of one lane do not overlap.
pub(super) fn segments(trace: &Trace) -> Vec<Segment> {
    let count = trace.lanes.len();
    let mut follower = Follower {
        trace,
        segments: Vec::new(),
        open: vec![None; count],
        next: vec![None; count],
        worker: vec![None; count],
        runner: None,
        held: BTreeMap::new(),
    };
    for at in 0..trace.events.len() {
        follower.event(at);
    }
    let end = (2 * trace.events.len()).saturating_sub(1);
    follower.end_step(end);
    for lane in 0..count {
        follower.close(lane, end);
    }
    let mut segments = follower.segments;
    segments.sort_by_key(|segment| (segment.lane, segment.from, segment.to));
    segments
}

impl<'a> Follower<'a> {
    fn event(&mut self, at: usize) {
        let trace: &'a Trace = self.trace;
        let event = &trace.events[at];
        let (lane, before) = (event.lane, 2 * at);
        if self.runner.is_some_and(|runner| self.leaves(at, runner)) {
            self.end_step(before.saturating_sub(1));
        }
        match event.word.as_str() {
            "spawn" | "submit" => {
                if let Some(child) = event.other {
                    self.change(child, Open::new(before, State::Ready, at));
                }
            }
            "poll" => self.begin_step(lane, at),
            "start" => {
                self.begin_step(lane, at);
                if let Some(worker) = event.other {
                    let about = Some(trace.path(lane).to_owned());
                    self.change(worker, Open { about, ..Open::new(before, State::Busy, at) });
                    self.worker[lane] = Some(worker);
                }
            }
            "wake" if self.runner == Some(lane) => self.next[lane] = Some(Open::new(0, State::Ready, at)),
            "wake" if self.open[lane].as_ref().is_some_and(|open| open.state != State::Ready) => {
                self.change(lane, Open::new(before, State::Ready, at));
            }
            "wake" => {}
            "block" => self.block(lane, at),
            word if ENDS.contains(&word) => self.end(lane, at),
            _ => self.deed(lane, at),
        }
    }

    /// Something that a lane does within its step, or begins one with: a job is not polled, its deeds are its steps.
    fn deed(&mut self, lane: usize, at: usize) {
        let event = &self.trace.events[at];
        if self.is_job(lane) && self.runner != Some(lane) && self.open[lane].is_some() {
            self.begin_step(lane, at);
        }
        let resource = event.resource.as_deref().unwrap_or(&event.text);
        match event.word.as_str() {
            "sleep" => self.follow_with(lane, at, State::Sleep, None),
            "wait" => {
                let held = self.held.get(resource).filter(|holders| !holders.is_empty()).map(|holders| {
                    let mut paths: Vec<&str> = holders.iter().map(|&holder| self.trace.path(holder)).collect();
                    paths.dedup();
                    paths.join(", ")
                });
                self.follow_with(lane, at, State::Wait, held);
            }
            "acquire" => {
                self.held.entry(resource).or_default().push(lane);
                self.next[lane] = None;
            }
            "release" => {
                let holders = self.held.entry(resource).or_default();
                if let Some(place) = holders.iter().position(|&holder| holder == lane) {
                    holders.remove(place);
                }
            }
            _ => {}
        }
    }

    fn is_job(&self, lane: usize) -> bool {
        matches!(self.trace.lanes[lane].kind, LaneKind::Thread | LaneKind::Process)
    }

    fn follow_with(&mut self, lane: usize, at: usize, state: State, held: Option<String>) {
        let about = Some(self.trace.events[at].text.clone());
        self.next[lane] = Some(Open { from: 0, state, about, held, event: Some(at) });
    }

    /// Whether the step of `runner` is over before an event.
    fn leaves(&self, at: usize, runner: usize) -> bool {
        let event = &self.trace.events[at];
        let passed = at > 0 && event.nanos > self.trace.events[at - 1].nanos;
        match event.word.as_str() {
            // Time that passes inside a step is told by the word, before it passes or after.
            "block" | "advance" | "late" if event.lane == runner => false,
            "wake" if passed => true,
            _ if passed => !(event.lane == runner && self.is_told(at - 1, runner)),
            "wake" => event.by.is_none_or(|by| by != runner),
            _ => event.lane != runner,
        }
    }

    fn begin_step(&mut self, lane: usize, at: usize) {
        self.end_step((2 * at).saturating_sub(1));
        self.change(lane, Open::new(2 * at, State::Run, at));
        self.next[lane] = None;
        self.runner = Some(lane);
    }

    fn end_step(&mut self, edge: usize) {
        let Some(lane) = self.runner.take() else { return };
        let Some(open) = &self.open[lane] else { return };
        let edge = edge.max(open.from);
        let idle = Open { from: 0, state: State::Idle, about: None, held: None, event: None };
        let next = self.next[lane].take().unwrap_or(idle);
        self.change(lane, Open { from: edge, ..next });
    }

    /// The loop was blocked: between two events, or from this one on.
    fn block(&mut self, lane: usize, at: usize) {
        if self.open[lane].is_none() {
            return;
        }
        let passes = |at: usize| {
            let nanos = |at: usize| self.trace.events.get(at).map(|event| event.nanos);
            nanos(at + 1) > nanos(at)
        };
        // Code that sleeps says so before time passes, code that waits for a condition says so after.
        let (from, to) = match at.checked_sub(1) {
            Some(before) if passes(before) && !self.is_told(before, lane) => (2 * at - 1, 2 * at),
            _ if passes(at) => (2 * at, 2 * at + 2),
            _ => (2 * at, 2 * at + 1),
        };
        let about = Some(self.trace.events[at].text.clone());
        self.change(lane, Open { from, state: State::Block, about, held: None, event: Some(at) });
        self.change(lane, Open { from: to, state: State::Run, about: None, held: None, event: None });
    }

    /// Whether an event says that a lane lets time pass in its step.
    fn is_told(&self, at: usize, lane: usize) -> bool {
        let event = &self.trace.events[at];
        event.lane == lane && ["block", "advance"].contains(&event.word.as_str())
    }

    fn end(&mut self, lane: usize, at: usize) {
        if let Some(worker) = self.worker[lane].take() {
            self.close(worker, 2 * at + 1);
        }
        if self.is_job(lane) && self.runner != Some(lane) && self.open[lane].is_some() {
            self.begin_step(lane, at);
        }
        if self.runner == Some(lane) {
            self.runner = None;
        }
        self.close(lane, 2 * at + 1);
    }

    fn change(&mut self, lane: usize, to: Open) {
        self.close(lane, to.from);
        self.open[lane] = Some(to);
    }

    fn close(&mut self, lane: usize, to: usize) {
        let Some(open) = self.open[lane].take() else { return };
        let Open { from, state, about, held, event } = open;
        if from < to {
            self.segments.push(Segment { lane, from, to, state, about, held, event });
        }
    }
}
