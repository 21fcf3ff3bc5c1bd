//! `TaskGroup`: children that end before their parent goes on, and fail together.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use super::awaitable::{Awaitable, on_done};
use super::incident::{Incident, IncidentKind, report_incident};
use super::region::region;
use crate::context;
use crate::ident::{LoopId, TaskId};
use crate::kernel::{Address, Cancelled, Key, Kind, PanicReport, Purpose};
use crate::task::{Builder, FutureRef, LoopClosed, Task, TaskRef, Waiter, catch_cancel};

/// A group of tasks, inside [`TaskGroup::scope`]. Handles are cheap to clone and all mean the same group.
///
/// The scope ends when its body and all children have ended. A child that returns an error (or panics) cancels the
/// other children and the body, and the scope returns all errors. Cancelling the scope cancels the children.
///
/// ```
/// use seedbed::{Sim, TaskGroup, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(TaskGroup::scope(|group: TaskGroup<&str>| async move {
///     let slow = group.spawn(async { sleep(Duration::from_secs(60)).await; Ok(1) });
///     let broken = group.spawn(async { sleep(Duration::from_secs(1)).await; Err::<u32, _>("no route") });
///     drop((slow, broken));
///     Ok(())
/// }));
/// assert_eq!(report.end.to_string(), "1.000");
/// assert_eq!(report.unwrap().unwrap_err().errors, ["no route"]);
/// ```
#[doc(alias = "asyncio.TaskGroup")]
#[doc(alias = "JoinSet")]
#[doc(alias = "nursery")]
pub struct TaskGroup<E> {
    state: Rc<State<E>>,
}

impl<E> Clone for TaskGroup<E> {
    fn clone(&self) -> Self {
        Self { state: Rc::clone(&self.state) }
    }
}

impl<E> std::fmt::Debug for TaskGroup<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskGroup").field("children", &self.state.children.borrow().len()).finish_non_exhaustive()
    }
}

/// What went wrong in a group: the errors of its children, in the order in which they ended, then the body's own.
#[doc(alias = "ExceptionGroup")]
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GroupError<E> {
    /// Errors that children or the body returned. An error that someone else read first is not among them.
    pub errors: Vec<E>,
    /// Panics of children.
    pub panics: Vec<Arc<PanicReport>>,
}

impl<E: std::fmt::Display> std::fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unhandled errors in a TaskGroup")?;
        let errors = self.errors.iter().map(|error| error as &dyn std::fmt::Display);
        let panics = self.panics.iter().map(|panic| panic as &dyn std::fmt::Display);
        for (at, error) in errors.chain(panics).enumerate() {
            f.write_str(if at == 0 { ": " } else { "; " })?;
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl<E: std::error::Error> std::error::Error for GroupError<E> {}

/// The group takes no more children.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum GroupClosed {
    /// A child failed, or the scope is being cancelled.
    ShuttingDown,
    /// The body and all children have ended.
    Finished,
    /// The group's loop is closed.
    LoopClosed,
}

impl std::fmt::Display for GroupClosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ShuttingDown => "TaskGroup is shutting down",
            Self::Finished => "TaskGroup is finished",
            Self::LoopClosed => "Event loop is closed",
        })
    }
}

impl std::error::Error for GroupClosed {}

impl From<LoopClosed> for GroupClosed {
    fn from(_: LoopClosed) -> Self {
        Self::LoopClosed
    }
}

/// The task that runs the scope, and the region of its code.
#[derive(Clone)]
struct Parent {
    task: TaskRef,
    id: TaskId,
    region: Option<u32>,
    loop_id: LoopId,
}

struct State<E> {
    parent: Parent,
    children: RefCell<Vec<FutureRef>>,
    errors: RefCell<Vec<E>>,
    panics: RefCell<Vec<Arc<PanicReport>>>,
    /// Some child failed; `errors` may be empty all the same, if another reader took the error.
    failed: Cell<bool>,
    exiting: Cell<bool>,
    aborting: Cell<bool>,
    cancelled_parent: Cell<bool>,
    /// Waits for the last child. Invariant: none unless `exiting`.
    completed: Cell<Option<Address>>,
}

impl<E: 'static> TaskGroup<E> {
    /// Runs `body` with a group, and waits for the body and all children.
    ///
    /// # Errors
    ///
    /// [`GroupError`]: some child or the body failed.
    ///
    /// # Panics
    ///
    /// When polled outside a task.
    #[doc(alias = "open_nursery")]
    pub async fn scope<T, F>(body: impl FnOnce(Self) -> F) -> Result<T, GroupError<E>>
    where
        F: Future<Output = Result<T, E>>,
    {
        region(async move {
            let state = Rc::new(State::enter());
            let outcome = catch_cancel(body(Self { state: Rc::clone(&state) })).await;
            state.exit(outcome).await
        })
        .await
    }

    /// Spawns a child. Its error, if it returns one, moves to the group.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`]; the coroutine is dropped.
    #[doc(alias = "asyncio.TaskGroup.create_task")]
    #[track_caller]
    pub fn spawn<F, V>(&self, future: F) -> Result<Task<Result<V, E>>, GroupClosed>
    where
        F: Future<Output = Result<V, E>> + 'static,
        V: 'static,
    {
        self.add(Builder::new(), future, |child| child.promise().read().ok()?.err())
    }

    /// As [`spawn`](Self::spawn), with a name.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`]; the coroutine is dropped.
    #[track_caller]
    pub fn spawn_named<F, V>(&self, name: &str, future: F) -> Result<Task<Result<V, E>>, GroupClosed>
    where
        F: Future<Output = Result<V, E>> + 'static,
        V: 'static,
    {
        self.add(Builder::new().name(name), future, |child| child.promise().read().ok()?.err())
    }

    /// Spawns a child whose error is copied to the group, so that it can still be read from the child.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`]; the coroutine is dropped.
    #[track_caller]
    pub fn spawn_shared<F, V>(&self, name: Option<&str>, future: F) -> Result<Task<Result<V, E>>, GroupClosed>
    where
        F: Future<Output = Result<V, E>> + 'static,
        V: Clone + 'static,
        E: Clone,
    {
        let builder = name.map_or_else(Builder::new, |name| Builder::new().name(name));
        self.add(builder, future, |child| child.peek(|output| output.as_ref().err().cloned()).flatten())
    }

    #[track_caller]
    fn add<F, V>(
        &self,
        builder: Builder<'_>,
        future: F,
        error_of: impl FnOnce(&Task<Result<V, E>>) -> Option<E> + 'static,
    ) -> Result<Task<Result<V, E>>, GroupClosed>
    where
        F: Future<Output = Result<V, E>> + 'static,
        V: 'static,
    {
        let state = &self.state;
        if state.exiting.get() && state.children.borrow().is_empty() {
            return Err(GroupClosed::Finished);
        }
        if state.aborting.get() {
            return Err(GroupClosed::ShuttingDown);
        }
        let task = builder.on(state.parent.loop_id).spawn_fallible(future)?;
        let child = Awaitable::future(&task);
        state.children.borrow_mut().push(child.clone());
        let (state, handle) = (Rc::clone(state), task.another());
        on_done(&child, move || state.child_done(&handle, error_of));
        Ok(task)
    }
}

impl<E: 'static> State<E> {
    fn enter() -> Self {
        let parent = crate::task::current_task().expect("a TaskGroup works inside a task only");
        let (region, loop_id) = context::with("TaskGroup", |kernel| {
            let loop_id = kernel.tasks.get(parent.id()).map(|task| task.loop_id());
            (kernel.frame, loop_id.expect("seedbed bug: the running task has no entry, please report"))
        });
        let parent = Parent { id: parent.id(), task: parent, region, loop_id };
        Self {
            parent,
            children: RefCell::default(),
            errors: RefCell::default(),
            panics: RefCell::default(),
            failed: Cell::new(false),
            exiting: Cell::new(false),
            aborting: Cell::new(false),
            cancelled_parent: Cell::new(false),
            completed: Cell::new(None),
        }
    }

    /// CPython's `__aexit__`.
    async fn exit<T>(&self, outcome: Result<Result<T, E>, Cancelled>) -> Result<T, GroupError<E>> {
        self.exiting.set(true);
        let (value, own_error, mut propagate) = match outcome {
            Ok(Ok(value)) => (Some(value), None, None),
            Ok(Err(error)) => (None, Some(error), None),
            Err(cancelled) => (None, None, Some(cancelled)),
        };
        if value.is_none() && !self.aborting.get() {
            self.abort();
        }
        while !self.children.borrow().is_empty() {
            let mut waiter = Waiter::new("TaskGroup", Kind::Other(Purpose::TaskGroup));
            self.completed.set(Some(waiter.address()));
            if let Err(cancelled) = catch_cancel(&mut waiter).await
                && !self.aborting.get()
            {
                propagate = Some(cancelled);
                self.abort();
            }
            self.completed.set(None);
        }
        if self.cancelled_parent.get() && self.parent.task.uncancel() == 0 {
            propagate = None;
        }
        if let Some(cancelled) = propagate
            && !self.failed.get()
        {
            let never = cancelled.resume().await;
            match never {}
        }
        match value {
            Some(value) if !self.failed.get() => Ok(value),
            _ => Err(self.fail(own_error)),
        }
    }

    fn fail(&self, own_error: Option<E>) -> GroupError<E> {
        self.errors.borrow_mut().extend(own_error);
        // The task is being cancelled from outside as well: the request is made again, so that their count stays.
        if self.parent.task.cancelling() > 0 {
            self.parent.task.uncancel();
            self.cancel_parent();
        }
        GroupError { errors: self.errors.take(), panics: self.panics.take() }
    }

    fn cancel_parent(&self) {
        let Parent { id, region, .. } = self.parent;
        context::with("TaskGroup", |kernel| {
            if kernel.tasks.get(id).is_some() {
                kernel.cancel_task(id, region, &None);
            }
        });
    }

    fn abort(&self) {
        self.aborting.set(true);
        let children = self.children.borrow().clone();
        for child in children.iter().filter(|child| !child.is_done()) {
            child.cancel();
        }
    }

    /// CPython's `_on_task_done`.
    fn child_done<V: 'static>(
        &self,
        child: &Task<Result<V, E>>,
        error_of: impl FnOnce(&Task<Result<V, E>>) -> Option<E>,
    ) {
        self.children.borrow_mut().retain(|other| *other != child.future());
        if self.children.borrow().is_empty()
            && let Some(completed) = self.completed.get()
        {
            Waiter::set(completed);
        }
        if !child.is_failed() {
            return;
        }
        self.failed.set(true);
        match panic_of(child.address().run, child.address().key) {
            Some(report) => self.panics.borrow_mut().push(report),
            None => {
                let error = error_of(child);
                self.errors.borrow_mut().extend(error);
            }
        }
        if self.parent.task.is_done() {
            let incident = Incident::new(IncidentKind::OrphanFailed, child.task_ref());
            report_incident(self.parent.loop_id, &incident);
            return;
        }
        if !self.aborting.get() && !self.cancelled_parent.get() {
            self.abort();
            self.cancelled_parent.set(true);
            self.cancel_parent();
        }
    }
}

/// The panic that a child ended with; the group has been told of it.
fn panic_of(run: u32, key: Key) -> Option<Arc<PanicReport>> {
    context::of(run, |kernel| {
        let report = kernel.future(key).extra.as_ref()?.panic.clone()?;
        kernel.observe_panic(&report);
        Some(report)
    })
}
