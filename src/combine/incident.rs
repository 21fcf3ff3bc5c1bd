//! What goes wrong where nobody awaits it: asyncio's exception handler.

use std::rc::Rc;

use crate::context;
use crate::ident::LoopId;
use crate::task::TaskRef;

/// What sort of thing went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum IncidentKind {
    /// A task that was cancelled at the end of a run ended with an error instead.
    FailedAtShutdown,
    /// A child of a [`TaskGroup`](crate::TaskGroup) failed after the group's parent task had ended.
    OrphanFailed,
}

/// Something that went wrong where nobody awaits it. Handed to the loop's incident handler.
///
/// ```
/// use seedbed::{EventLoop, Sim, catch_cancel, sleep, spawn_fallible, yield_now};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     EventLoop::current().set_incident_handler(|incident| seedbed::note!("{incident}"));
///     drop(spawn_fallible(async {
///         let _ = catch_cancel(sleep(Duration::from_secs(9))).await;
///         Err::<(), _>("cleaning up failed")
///     }));
///     yield_now().await;
/// });
/// assert!(report.trace.summary().contains("main/1 failed while it was being cancelled at the end of the run"));
/// ```
#[doc(alias = "asyncio.loop.call_exception_handler")]
#[derive(Clone, Debug)]
pub struct Incident {
    kind: IncidentKind,
    task: TaskRef,
}

impl Incident {
    pub(crate) fn new(kind: IncidentKind, task: TaskRef) -> Self {
        Self { kind, task }
    }

    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> IncidentKind {
        self.kind
    }

    /// The task it happened to.
    #[must_use]
    pub fn task(&self) -> &TaskRef {
        &self.task
    }
}

impl std::fmt::Display for Incident {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let task = self.task.name();
        match self.kind {
            IncidentKind::FailedAtShutdown => {
                write!(f, "task {task} failed while it was being cancelled at the end of the run")
            }
            IncidentKind::OrphanFailed => {
                write!(f, "task {task} failed, but the parent of its group had ended already")
            }
        }
    }
}

type Handler = Rc<dyn Fn(&Incident)>;

pub(crate) fn set_incident_handler(run: u32, loop_id: LoopId, handler: impl Fn(&Incident) + 'static) {
    let handler: Handler = Rc::new(handler);
    let old = context::of(run, |kernel| kernel.event_loop(loop_id).incident_handler.replace(Rc::new(handler)));
    drop(old);
}

/// Tells the handler of a loop, if it has one.
pub(crate) fn report_incident(loop_id: LoopId, incident: &Incident) {
    let handler = context::with("report_incident", |kernel| kernel.event_loop(loop_id).incident_handler.clone());
    if let Some(handler) = handler.and_then(|handler| handler.downcast::<Handler>().ok()) {
        handler(incident);
    }
}
