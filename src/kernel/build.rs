//! Making a kernel from the configuration of a run.

use std::sync::Arc;
use std::time::Duration;

use super::arena::Arena;
use super::idle::Idle;
use super::limits::{Heartbeat, Limits};
use super::machine::{Counts, Kernel};
use super::outside::Outside;
use super::picker::Picker;
use super::resources::Resources;
use super::tasks::Tasks;
use crate::choice::ChoiceSource;
use crate::policy::Policy;
use crate::seed::Seed;
use crate::trace::{Names, Recorder};

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
    pub(crate) heartbeat: Option<Arc<Heartbeat>>,
}

impl Kernel {
    pub(crate) fn new(run: u32, config: Config) -> Self {
        // With a heartbeat it is passed at every step.
        let steps = if config.heartbeat.is_some() { 0 } else { config.limits.steps };
        let limits = Limits { steps, ..config.limits };
        Self {
            run,
            now: 0,
            tasks: Tasks::default(),
            futures: Arena::new(),
            closures: Arena::new(),
            loops: Vec::new(),
            current_loop: None,
            running_loop: None,
            current: None,
            frame: None,
            outside: Outside::default(),
            blocked_for: 0,
            idle: Idle::default(),
            resources: Resources::default(),
            picker: Picker::new(
                config.seed,
                config.policy,
                config.choices,
                config.stall,
                config.profile,
                config.recorder.is_recording(),
            ),
            heartbeat: config.heartbeat.map(|heartbeat| (heartbeat, config.limits.steps)),
            limits,
            steps: 0,
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
        }
    }
}
