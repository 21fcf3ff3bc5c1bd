//! One scenario's run: what its statements share, its log, its end.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use seedbed::{EventLoop, FutureRef, Incident, IncidentKind, Instant, Runner, TaskId};

use crate::callback::Registered;
use crate::exceptions::{Exc, Kind};
use crate::futures::Fut;
use crate::objects::Obj;
use crate::outcome::Outcome;
use crate::program::Program;
use crate::values::Value;

/// Where the scenario's clock starts on seedbed's, so that deadlines before the start can be written down.
pub(crate) const EPOCH: Duration = Duration::from_secs(1_000_000);

/// A task that the language knows of.
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) fut: Fut,
}

/// Why a scenario ended before its driver did.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    /// Budget: the outcome, and the states of the tasks at that moment.
    Halted(Outcome),
    /// seedbed ended the run: its report will say why.
    Ended(Outcome),
    /// The program is not one of the language, or seedbed ended the run for a reason the language does not know.
    Broken(String),
}

pub(crate) struct World {
    pub(crate) program: Program,
    pub(crate) globals: RefCell<BTreeMap<String, Value>>,
    pub(crate) objects: RefCell<BTreeMap<String, Obj>>,
    /// The tasks of `spawn` and `tg_spawn`, in creation order.
    pub(crate) spawned: RefCell<Vec<(String, Fut)>>,
    /// Every task that the language knows of.
    pub(crate) tasks: RefCell<BTreeMap<TaskId, Known>>,
    /// What seedbed calls a task; what the language does, and the loop of the task.
    pub(crate) paths: RefCell<BTreeMap<String, (String, EventLoop)>>,
    /// The loop that the driver runs, or ran last.
    pub(crate) running: RefCell<Option<EventLoop>>,
    pub(crate) callbacks: RefCell<Vec<Registered>>,
    /// Futures that an await was refused; see `World::awaited`.
    pub(crate) refused: RefCell<Vec<FutureRef>>,
    pub(crate) last_value: RefCell<Value>,
    /// The loop that statements use, running or not.
    pub(crate) current: RefCell<Option<EventLoop>>,
    /// The innermost runner that was entered; none when it was closed.
    pub(crate) runner: RefCell<Option<Rc<RefCell<Option<Runner>>>>>,
    pub(crate) stopped: RefCell<Option<Stopped>>,
    log: RefCell<Vec<String>>,
    task_counter: Cell<u32>,
    steps: Cell<u64>,
}

impl World {
    pub(crate) fn new(program: Program) -> World {
        World {
            program,
            globals: RefCell::default(),
            objects: RefCell::default(),
            spawned: RefCell::default(),
            tasks: RefCell::default(),
            paths: RefCell::default(),
            running: RefCell::default(),
            callbacks: RefCell::default(),
            refused: RefCell::default(),
            last_value: RefCell::new(Value::None),
            current: RefCell::default(),
            runner: RefCell::default(),
            stopped: RefCell::default(),
            log: RefCell::default(),
            task_counter: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// Counts a statement that is about to be executed.
    pub(crate) fn tick(&self) -> Result<(), Exc> {
        if self.stopped.borrow().is_some() {
            return Err(Exc::halt());
        }
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > self.program.budget.unwrap_or(2000) {
            return Err(self.stop("budget", Stopped::Halted));
        }
        Ok(())
    }

    /// Ends the scenario: from here on nothing is executed or logged.
    fn stop(&self, outcome: &str, stopped: impl FnOnce(Outcome) -> Stopped) -> Exc {
        if !self.is_over() {
            let outcome =
                Outcome { log: self.log.take(), outcome: outcome.to_owned(), end: None, tasks: self.task_states() };
            *self.stopped.borrow_mut() = Some(stopped(outcome));
        }
        Exc::halt()
    }

    /// seedbed ended the run, which only a deadlock does to a scenario.
    pub(crate) fn ended(&self) -> Exc {
        self.stop("deadlock", Stopped::Ended)
    }

    /// As `halt`, for what no valid program can bring about.
    pub(crate) fn broken(&self, why: String) -> Exc {
        let mut stopped = self.stopped.borrow_mut();
        if !matches!(&*stopped, Some(Stopped::Broken(_))) {
            *stopped = Some(Stopped::Broken(why));
        }
        Exc::halt()
    }

    /// The outcome of a scenario whose driver came to its end.
    pub(crate) fn finish(&self, outcome: String) -> Outcome {
        Outcome { log: self.log.take(), outcome, end: Some(now_ms()), tasks: self.task_states() }
    }

    fn task_states(&self) -> Vec<(String, String)> {
        self.spawned.borrow().iter().map(|(name, task)| (name.clone(), task.state())).collect()
    }

    /// Logs for whoever is being executed.
    pub(crate) fn emit(&self, text: &str) {
        self.emit_as(self.current_name().as_deref().unwrap_or("-"), text);
    }

    pub(crate) fn emit_as(&self, who: &str, text: &str) {
        if self.stopped.borrow().is_none() {
            self.log.borrow_mut().push(format!("{} {who} {text}", now_ms()));
        }
    }

    /// The name of the next task that asyncio makes by itself.
    pub(crate) fn next_task_name(&self) -> String {
        self.task_counter.set(self.task_counter.get() + 1);
        format!("Task-{}", self.task_counter.get())
    }

    /// The current loop, made when needed.
    pub(crate) fn event_loop(self: &Rc<Self>) -> EventLoop {
        let current = self.current.borrow().clone();
        current.unwrap_or_else(|| self.adopt(EventLoop::new()))
    }

    /// Makes a loop the current one, and listens to what it reports.
    pub(crate) fn adopt(self: &Rc<Self>, event_loop: EventLoop) -> EventLoop {
        let world = Rc::downgrade(self);
        event_loop.set_incident_handler(move |incident| {
            if let Some(world) = world.upgrade() {
                world.report(incident);
            }
        });
        *self.current.borrow_mut() = Some(event_loop.clone());
        event_loop
    }

    /// Logs what the loop reports by itself. Callbacks report their own exceptions.
    fn report(&self, incident: &Incident) {
        let known = self.tasks.borrow().get(&incident.task().id()).map(|known| (known.name.clone(), known.fut.state()));
        let what = match incident.kind() {
            IncidentKind::FailedAtShutdown => "!shutdown",
            IncidentKind::OrphanFailed => "!orphan",
            _ => return,
        };
        if let Some((name, state)) = known {
            self.emit_as("-", &format!("{what} {name} {}", state.strip_prefix("raised:").unwrap_or(&state)));
        }
    }

    pub(crate) fn object(&self, name: &str) -> Result<Obj, Exc> {
        let found = self.objects.borrow().get(name).cloned();
        found.ok_or_else(|| Exc::new(Kind::NameError, name))
    }

    /// Breaks the cycles between objects and tasks.
    pub(crate) fn clear(&self) {
        self.objects.take();
        self.tasks.take();
        self.spawned.take();
        self.callbacks.take();
        self.refused.take();
        self.runner.take();
        self.current.take();
    }
}

pub(crate) fn now_ms() -> i64 {
    to_ms(seedbed::now())
}

/// A moment in the scenario's milliseconds.
pub(crate) fn to_ms(instant: Instant) -> i64 {
    let millis = |d: Duration| i64::try_from(d.as_millis()).expect("the scenario's time fits an i64");
    millis(instant.saturating_duration_since(Instant::START)) - millis(EPOCH)
}

/// The moment `ms` of the scenario's clock; what is before any time seedbed knows counts as its first.
pub(crate) fn from_ms(ms: i64) -> Instant {
    let epoch = i64::try_from(EPOCH.as_millis()).expect("the epoch fits an i64");
    Instant::START + Duration::from_millis(u64::try_from(ms + epoch).unwrap_or(0))
}

/// A duration; below zero counts as zero.
pub(crate) fn duration(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
