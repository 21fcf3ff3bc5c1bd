//! Making a kernel from the configuration of a run.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use super::alarms::Alarms;
use super::arena::Arena;
use super::aside::Aside;
use super::cut_short::Cancelled;
use super::future::{Fut, Registered};
use super::idle::Idle;
use super::limits::{Heartbeat, Limits};
use super::loop_list::Loops;
use super::machine::{Call, Counts, Errand, Kernel, PanicRecord};
use super::marks::Marks;
use super::outside::Outside;
use super::picker::{Orders, Picker};
use super::resources::Resources;
use super::strikes::{Probe, Strikes};
use super::tasks::{RunTask, Tasks};
use super::wall::Wall;
use crate::choice::{Kind, SubjectKey};
use crate::policy::Policy;
use crate::trace::{Names, Recorder};

/// So many entries of each table a run leaves to the next: enough for most, and not a million for ever after one that was big.
const KEPT: usize = 1 << 14;

/// What decides a run, besides the program.
pub(crate) struct Config {
    pub(crate) orders: Orders,
    pub(crate) limits: Limits,
    /// How many events the trace keeps, if it keeps any.
    pub(crate) trace: Option<usize>,
    pub(crate) default_workers: usize,
    pub(crate) manual_time: bool,
    /// Nanoseconds since the Unix epoch that the wall clock shows at the beginning.
    pub(crate) wall: u64,
    pub(crate) heartbeat: Option<Arc<Heartbeat>>,
    /// Whose await points are kept, and how they are shown.
    pub(crate) watched: Option<(SubjectKey, Probe)>,
}

impl Kernel {
    /// The kernel of no run yet, to be renewed.
    pub(crate) fn unused() -> Self {
        Self {
            picker: Picker::unused(),
            strikes: Strikes::default(),
            run: 0,
            now: 0,
            tasks: Tasks::default(),
            futures: Arena::new(),
            wakers: Arena::new(),
            alarms: Alarms::default(),
            closures: Arena::new(),
            loops: Loops::default(),
            current_loop: None,
            running_loop: None,
            batch: 0,
            picked: None,
            current: None,
            stepping: None,
            woke_itself: false,
            asked: false,
            frame: None,
            expired_at_end: Vec::new(),
            thrown: 0,
            wraps_frames: false,
            raised: None,
            outside: Outside::default(),
            blocked_for: 0,
            aside: Aside::default(),
            idle: Idle::default(),
            resources: Resources::default(),
            heartbeat: None,
            limits: Limits::default(),
            plain_until: 0,
            last_instant: 0,
            steps: 0,
            moved_at_step: 0,
            spins: 0,
            timer_sequence: 0,
            roots: 0,
            named_roots: Vec::new(),
            names: Names::new(),
            recorder: Recorder::off(),
            stop: None,
            panics: Vec::new(),
            counts: Counts::default(),
            leftovers: Vec::new(),
            leaked: Vec::new(),
            errands: Vec::new(),
            registrations: 0,
            hit_closed_loop: false,
            ending: false,
            hidden_run: false,
            default_workers: 0,
            manual_time: false,
            marks: Marks::default(),
            wall: Wall::starting_at(0),
            net: None,
        }
    }

    /// Makes it the kernel of a new run, in the memory of the one before, of which nothing else may be left: see `retire`.
    ///
    /// Every field is named, so that nobody can add one without saying here what becomes of it.
    pub(crate) fn renew(&mut self, number: u32, config: Config) {
        #[rustfmt::skip]
        let Self {
            // What keeps its memory.
            tasks, futures, wakers, alarms, closures, loops, idle, resources, names, named_roots, expired_at_end, picker, recorder,
            // What is empty since `retire` took it, or since its own reader did.
            outside, raised, panics, leftovers, leaked, errands, stop, net,
            // What the run is told.
            run, limits, plain_until, last_instant, heartbeat, default_workers, manual_time,
            // What begins anew.
            now, steps, moved_at_step, spins, blocked_for, batch, picked, timer_sequence, registrations, roots, counts, aside, strikes,
            current_loop, running_loop, current, stepping, frame, woke_itself, asked, wraps_frames, thrown, hit_closed_loop, ending,
            hidden_run, marks, wall,
        } = self;
        tasks.renew(KEPT);
        futures.renew(KEPT);
        wakers.renew(KEPT);
        alarms.clear();
        closures.renew(KEPT);
        loops.renew(KEPT);
        idle.clear();
        outside.renew();
        resources.clear();
        names.clear();
        named_roots.clear();
        expired_at_end.clear();
        picker.renew(config.orders, config.trace.is_some());
        recorder.renew(config.trace);

        let is_told = panics.is_empty() && leftovers.is_empty() && leaked.is_empty();
        let is_empty = net.is_none() && is_told && outside.is_unused() && raised.is_none() && errands.is_empty();
        debug_assert!(is_empty, "seedbed bug: a run found what another had left, please report");
        *stop = None;

        *run = number;
        *last_instant = u64::try_from(config.limits.virtual_time.as_nanos()).unwrap_or(u64::MAX);
        (*limits, *heartbeat) = limits_of(config.limits, config.heartbeat);
        *strikes = Strikes::new(picker.faults, config.watched);
        let strikes_at_steps = picker.asks(Kind::Stall) || picker.asks(Kind::Spurious) || strikes.is_on();
        *plain_until = if strikes_at_steps { 0 } else { limits.steps };
        (*default_workers, *manual_time) = (config.default_workers, config.manual_time);

        aside.clear();
        (*now, *steps, *moved_at_step, *spins, *blocked_for, *batch) = (0, 0, 0, 0, 0, 0);
        (*timer_sequence, *registrations, *roots, *counts) = (0, 0, 0, Counts::default());
        (*picked, *current_loop, *running_loop, *current, *stepping, *frame) = (None, None, None, None, None, None);
        (*woke_itself, *asked, *wraps_frames, *thrown) = (false, false, false, 0);
        (*hit_closed_loop, *ending, *hidden_run) = (false, false, false);
        (*marks, *wall) = (Marks::default(), Wall::starting_at(config.wall));
    }

    /// Takes out what is left of the user's values when a run is over, to be dropped outside the borrow.
    pub(crate) fn retire(&mut self) -> Retired {
        let mut owned = Vec::new();
        for event_loop in self.loops.iter_mut() {
            owned.extend(event_loop.default_executor.take());
            owned.extend(event_loop.incident_handler.take());
        }
        Retired { _owned: owned, _net: self.net.take(), _policy: self.picker.take_policy(), _rest: self.retire_rest() }
    }

    fn retire_rest(&mut self) -> Option<Box<Rest>> {
        let Self { tasks, futures, wakers, closures, outside, errands, raised, panics, leftovers, leaked, .. } = self;
        let empty = tasks.is_empty()
            && futures.is_empty()
            && wakers.is_empty()
            && closures.is_empty()
            && outside.is_unused()
            && errands.is_empty()
            && raised.is_none()
            && panics.is_empty()
            && leftovers.is_empty()
            && leaked.is_empty();
        if empty {
            return None;
        }
        Some(Box::new(Rest {
            _tasks: std::mem::take(tasks),
            _futures: std::mem::replace(futures, Arena::new()),
            _wakers: std::mem::replace(wakers, Arena::new()),
            _closures: std::mem::replace(closures, Arena::new()),
            _outside: outside.retire(),
            _errands: std::mem::take(errands),
            _raised: raised.take(),
            _told: (std::mem::take(panics), std::mem::take(leftovers), std::mem::take(leaked)),
        }))
    }
}

/// The limits as each step checks them. With a heartbeat the limit on steps is passed at every step; the real one stands
/// beside it.
fn limits_of(limits: Limits, heartbeat: Option<Arc<Heartbeat>>) -> (Limits, Option<(Arc<Heartbeat>, u64)>) {
    let bound = limits.steps;
    let steps = if heartbeat.is_some() { 0 } else { bound };
    (Limits { steps, ..limits }, heartbeat.map(|heartbeat| (heartbeat, bound)))
}

/// What a run leaves of the user's values.
pub(crate) struct Retired {
    _owned: Vec<Rc<dyn Any>>,
    _net: Option<Box<dyn Any>>,
    _policy: Box<dyn Policy>,
    _rest: Option<Box<Rest>>,
}

/// What most runs leave none of.
struct Rest {
    _tasks: Tasks,
    _futures: Arena<Fut>,
    _wakers: Arena<Registered>,
    _closures: Arena<Call>,
    _outside: Outside,
    _errands: Vec<Errand>,
    _raised: Option<(Rc<dyn RunTask>, Cancelled)>,
    _told: (Vec<PanicRecord>, Vec<String>, Vec<String>),
}
