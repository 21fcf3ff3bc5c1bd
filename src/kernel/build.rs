//! Making a kernel from the configuration of a run.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::arena::Arena;
use super::aside::Aside;
use super::cut_short::Cancelled;
use super::future::{Fut, Registered};
use super::idle::Idle;
use super::limits::{Heartbeat, Limits};
use super::machine::{Call, Counts, Errand, Kernel, PanicRecord};
use super::marks::Marks;
use super::outside::Outside;
use super::picker::Picker;
use super::resources::Resources;
use super::strikes::{Probe, Strikes};
use super::tasks::{RunTask, Tasks};
use super::wall::Wall;
use crate::choice::{ChoiceSource, SubjectKey};
use crate::policy::Policy;
use crate::seed::Seed;
use crate::trace::{Names, Recorder};

/// So many entries of each table a run leaves to the next: enough for most, and not a million for ever after one that was big.
const KEPT: usize = 1 << 14;

/// What decides a run, besides the program.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) seed: Seed,
    pub(crate) policy: Box<dyn Policy>,
    pub(crate) choices: ChoiceSource,
    pub(crate) limits: Limits,
    pub(crate) recorder: Recorder,
    pub(crate) default_workers: usize,
    pub(crate) manual_time: bool,
    pub(crate) stall: Duration,
    pub(crate) profile: bool,
    /// Nanoseconds since the Unix epoch that the wall clock shows at the beginning.
    pub(crate) wall: u64,
    /// Fault points that strike, or do not, whatever is drawn.
    pub(crate) forced: Vec<(String, bool)>,
    pub(crate) heartbeat: Option<Arc<Heartbeat>>,
    /// Whose await points are kept, and how they are shown.
    pub(crate) watched: Option<(SubjectKey, Probe)>,
}

impl Kernel {
    pub(crate) fn new(run: u32, config: Config) -> Self {
        let (limits, heartbeat) = limits_of(config.limits, config.heartbeat);
        let mut picker = Picker::new(
            config.seed,
            config.policy,
            config.choices,
            config.stall,
            config.profile,
            config.recorder.is_recording(),
        );
        picker.force(config.forced);
        let strikes = Strikes::new(picker.faults, config.watched);
        Self {
            plain_until: if picker.explores || strikes.is_on() { 0 } else { limits.steps },
            picker,
            strikes,
            run,
            now: 0,
            tasks: Tasks::default(),
            futures: Arena::new(),
            wakers: Arena::new(),
            alarms: BTreeMap::new(),
            closures: Arena::new(),
            loops: Vec::new(),
            spare_loop: None,
            current_loop: None,
            running_loop: None,
            batch: 0,
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
            heartbeat,
            limits,
            steps: 0,
            moved_at_step: 0,
            spins: 0,
            timer_sequence: 0,
            roots: 0,
            named_roots: Vec::new(),
            names: Names::new(),
            recorder: config.recorder,
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
            default_workers: config.default_workers,
            manual_time: config.manual_time,
            marks: Marks::default(),
            wall: Wall::starting_at(config.wall),
        }
    }

    /// Makes it the kernel of a new run, in the memory of the one before, of which nothing else may be left: see `retire`.
    pub(crate) fn renew(&mut self, run: u32, config: Config) {
        self.spare_loop = self.loops.drain(..).next().map(|event_loop| event_loop.renew(KEPT));
        self.tasks.renew(KEPT);
        self.futures.renew(KEPT);
        self.wakers.renew(KEPT);
        self.alarms.clear();
        self.closures.renew(KEPT);
        self.idle.clear();
        self.outside.renew();
        self.resources.clear();
        self.names.clear();
        self.named_roots.clear();
        self.expired_at_end.clear();
        let recording = config.recorder.is_recording();
        let Config { seed, policy, choices, stall, profile, forced, .. } = config;
        self.picker.renew(seed, policy, choices, stall, profile, recording);
        self.picker.force(forced);
        self.recorder = config.recorder;
        self.strikes = Strikes::new(self.picker.faults, config.watched);
        (self.limits, self.heartbeat) = limits_of(config.limits, config.heartbeat);
        let looks = self.picker.explores || self.strikes.is_on();
        self.plain_until = if looks { 0 } else { self.limits.steps };
        (self.default_workers, self.manual_time) = (config.default_workers, config.manual_time);
        self.run = run;
        (self.current_loop, self.running_loop) = (None, None);
        (self.current, self.stepping, self.frame) = (None, None, None);
        (self.woke_itself, self.asked, self.wraps_frames, self.thrown) = (false, false, false, 0);
        (self.now, self.steps, self.spins, self.blocked_for, self.batch) = (0, 0, 0, 0, 0);
        self.moved_at_step = 0;
        (self.timer_sequence, self.registrations, self.roots) = (0, 0, 0);
        self.aside.clear();
        (self.stop, self.counts) = (None, Counts::default());
        (self.hit_closed_loop, self.ending, self.hidden_run) = (false, false, false);
        (self.marks, self.wall) = (Marks::default(), Wall::starting_at(config.wall));
    }

    /// Takes out what is left of the user's values when a run is over, to be dropped outside the borrow.
    pub(crate) fn retire(&mut self) -> Retired {
        let Self {
            tasks,
            futures,
            wakers,
            closures,
            outside,
            loops,
            picker,
            errands,
            raised,
            panics,
            leftovers,
            leaked,
            ..
        } = self;
        let owned = loops.iter_mut().flat_map(|event_loop| {
            event_loop.default_executor.take().into_iter().chain(event_loop.incident_handler.take())
        });
        Retired {
            _owned: owned.collect(),
            _policy: picker.take_policy(),
            _tasks: (!tasks.is_empty()).then(|| std::mem::take(tasks)),
            _futures: (!futures.is_empty()).then(|| std::mem::replace(futures, Arena::new())),
            _wakers: (!wakers.is_empty()).then(|| std::mem::replace(wakers, Arena::new())),
            _closures: (!closures.is_empty()).then(|| std::mem::replace(closures, Arena::new())),
            _outside: (!outside.is_unused()).then(|| outside.retire()),
            _errands: std::mem::take(errands),
            _raised: raised.take(),
            _told: (std::mem::take(panics), std::mem::take(leftovers), std::mem::take(leaked)),
        }
    }
}

/// The limits as each step checks them. With a heartbeat the limit on steps is passed at every step; the real one stands
/// beside it.
fn limits_of(limits: Limits, heartbeat: Option<Arc<Heartbeat>>) -> (Limits, Option<(Arc<Heartbeat>, u64)>) {
    let bound = limits.steps;
    let steps = if heartbeat.is_some() { 0 } else { bound };
    (Limits { steps, ..limits }, heartbeat.map(|heartbeat| (heartbeat, bound)))
}

/// What a run leaves of the user's values: mostly nothing.
pub(crate) struct Retired {
    _owned: Vec<Rc<dyn Any>>,
    _policy: Box<dyn Policy>,
    _tasks: Option<Tasks>,
    _futures: Option<Arena<Fut>>,
    _wakers: Option<Arena<Registered>>,
    _closures: Option<Arena<Call>>,
    _outside: Option<Outside>,
    _errands: Vec<Errand>,
    _raised: Option<(Rc<dyn RunTask>, Cancelled)>,
    _told: (Vec<PanicRecord>, Vec<String>, Vec<String>),
}
