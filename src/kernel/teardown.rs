//! Taking a run down: what is left, in the fixed order in which it is dropped.

use std::rc::Rc;

use super::machine::{Call, Kernel};
use super::outside::RunJob;
use super::tasks::RunTask;
use crate::ident::{LoopId, TaskId};
use crate::trace::Event;

/// What a run leaves behind, to be dropped outside the borrow: tasks in the order of their creation, then callbacks,
/// then jobs in the order of their start.
pub(crate) struct Remains {
    pub(crate) tasks: Vec<(TaskId, Rc<dyn RunTask>)>,
    pub(crate) closures: Vec<Call>,
    pub(crate) jobs: Vec<Rc<dyn RunJob>>,
}

impl Remains {
    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.closures.is_empty() && self.jobs.is_empty()
    }
}

impl Kernel {
    /// Begins to take the run down; true if nothing is left of it.
    pub(crate) fn ends_empty(&mut self) -> bool {
        self.ending = true;
        (self.current, self.stepping, self.frame) = (None, None, None);
        self.tasks.live() == 0 && self.closures.is_empty() && self.outside.is_unused()
    }

    /// Takes out what is left. Called until nothing is: destructors may leave more.
    pub(crate) fn take_remains(&mut self) -> Remains {
        self.ending = true;
        (self.current, self.stepping, self.frame) = (None, None, None);
        let mut tasks = Vec::new();
        for id in self.tasks.ids() {
            self.alarm_to_future(id);
            let Some(task) = self.tasks.get_mut(id) else { continue };
            let (hidden, extra) = (task.hidden, task.known_extra_mut().map(std::mem::take));
            extra.iter().for_each(|extra| self.keep_expired(id, extra));
            let runner = self.tasks.end(id);
            if !hidden {
                self.counts.leaked += 1;
                self.leaked.push(self.names.path(id));
                self.emit(Event::Leaked { task: id });
            }
            tasks.extend(runner.map(|runner| (id, runner)));
        }
        for event_loop in self.loops.iter_mut() {
            event_loop.clear();
        }
        let mut jobs = Vec::new();
        for (id, job) in self.outside.take_all() {
            self.leaked.push(format!("job {}", self.names.job(id)));
            jobs.push(job);
        }
        Remains { tasks, closures: self.closures.drain(), jobs }
    }

    /// Closes a loop: what is ready or scheduled is forgotten (returned to be dropped outside the borrow).
    pub(crate) fn close_loop(&mut self, id: LoopId) -> Vec<Call> {
        let event_loop = self.event_loop(id);
        event_loop.closed = true;
        event_loop.executor_closed = true;
        let (ready, timers) = event_loop.clear();
        self.emit(Event::LoopClosed { event_loop: id });
        let mut closures = Vec::new();
        for handle in ready {
            match handle {
                super::handle::Ready::Call(key) => closures.extend(self.closures.remove(key)),
                super::handle::Ready::Step(task) => {
                    if let Some(task) = self.tasks.get_mut(task) {
                        task.queued = false;
                    }
                }
                super::handle::Ready::Expiry(_) => {}
            }
        }
        for timer in timers {
            if let super::loops::Target::Call(key) = timer.target() {
                closures.extend(self.closures.remove(key));
            }
        }
        closures
    }
}
