//! Tasks and futures: spawning, cancelling, asking, settling.

use std::rc::Rc;

use seedbed::task::Cancelled;
use seedbed::{EventLoop, FutureRef, Promise, Task, TaskRef, all_tasks};

use crate::callback::Registered;
use crate::errors::{Res, closed, invalid_state, read, resumed};
use crate::exceptions::{Exc, Kind};
use crate::objects::Obj;
use crate::program::{On, Raise, Schedule, Spawn};
use crate::stmt::{Cancel, Put, Remove, Stmt};
use crate::values::Value;
use crate::vars::Frame;
use crate::world::{Known, World};

/// A task or a future, of whatever origin: all of them are read as futures of one type.
#[derive(Clone)]
pub(crate) struct Fut {
    pub(crate) promise: Promise<Res>,
    pub(crate) task: Option<TaskRef>,
    pub(crate) event_loop: EventLoop,
}

impl Fut {
    pub(crate) fn new(promise: Promise<Res>, event_loop: &EventLoop) -> Fut {
        Fut { promise, task: None, event_loop: event_loop.clone() }
    }

    pub(crate) fn id(&self) -> &FutureRef {
        &self.promise
    }

    /// As `tasks` of an outcome shows it. Reads nothing, so that a first reader stays the first.
    pub(crate) fn state(&self) -> String {
        if !self.promise.is_done() {
            return "pending".to_owned();
        }
        if self.promise.is_cancelled() {
            return "cancelled".to_owned();
        }
        let peeked = self.promise.peek(|outcome| match outcome {
            Ok(value) => format!("ok:{value}"),
            Err(exc) => format!("raised:{exc}"),
        });
        peeked.unwrap_or_else(|| match self.result() {
            Err(exc) => format!("raised:{exc}"),
            Ok(value) => format!("ok:{value}"),
        })
    }

    pub(crate) fn result(&self) -> Res {
        read(self.promise.result())
    }

    fn exception(&self) -> Res {
        if !self.promise.is_done() {
            return Err(Exc::new(Kind::InvalidStateError, "Exception is not set."));
        }
        let cancelled = self.promise.is_cancelled();
        match self.result() {
            Ok(_) => Ok(Value::None),
            Err(exc) if cancelled => Err(exc),
            Err(exc) => Ok(Value::Exc(exc)),
        }
    }

    fn task(&self) -> Result<&TaskRef, Exc> {
        self.task.as_ref().ok_or_else(|| Exc::invalid("a future is no task"))
    }
}

impl World {
    /// Starts a coroutine as a task that the language knows of.
    pub(crate) fn spawn_on(
        self: &Rc<Self>,
        event_loop: &EventLoop,
        name: &str,
        coroutine: impl Future<Output = Res> + 'static,
    ) -> Result<Fut, Exc> {
        let body = async move { resumed(coroutine.await).await };
        let task = event_loop.task_builder().name(name).spawn_fallible(body).map_err(|_| closed())?;
        Ok(self.know(name, task, event_loop))
    }

    /// As `spawn_on`, named as asyncio names its own.
    pub(crate) fn spawn_unnamed(
        self: &Rc<Self>,
        event_loop: &EventLoop,
        coroutine: impl Future<Output = Res> + 'static,
    ) -> Result<Fut, Exc> {
        if event_loop.is_closed() {
            return Err(closed());
        }
        let name = self.next_task_name();
        self.spawn_on(event_loop, &name, coroutine)
    }

    fn know(&self, name: &str, task: Task<Res>, event_loop: &EventLoop) -> Fut {
        let fut = Fut { promise: task.promise(), task: Some(task.task_ref()), event_loop: event_loop.clone() };
        let known = Known { name: name.to_owned(), fut: fut.clone() };
        self.tasks.borrow_mut().insert(task.id(), known);
        self.paths.borrow_mut().insert(task.name(), (name.to_owned(), event_loop.clone()));
        fut
    }

    /// What `@me` means.
    pub(crate) fn current_task(&self) -> Result<Obj, Exc> {
        let id = seedbed::current_task().map(|task| task.id());
        let known = id.and_then(|id| self.tasks.borrow().get(&id).map(|known| known.fut.clone()));
        known.map(Obj::Future).ok_or_else(|| Exc::invalid("@me outside every task"))
    }

    pub(crate) fn current_name(&self) -> Option<String> {
        let id = seedbed::current_task()?.id();
        self.tasks.borrow().get(&id).map(|known| known.name.clone())
    }

    fn spawn(self: &Rc<Self>, frame: &Frame, st: &Spawn) -> Result<(), Exc> {
        let group = st.on.as_ref().map(|on| self.obj(frame, on)?.group()).transpose()?;
        let args = self.args(frame, &st.args)?;
        let name = self.interpolate(frame, st.name.as_ref().unwrap_or(&st.bind))?;
        let coroutine = self.coroutine(&st.coro, args);
        let fut = match group {
            None => self.spawn_on(&self.event_loop(), &name, coroutine)?,
            Some((group, event_loop)) => {
                let task = group.spawn_shared(Some(&name), async move { resumed(coroutine.await).await })?;
                self.know(&name, task, &event_loop)
            }
        };
        self.spawned.borrow_mut().push((name, fut.clone()));
        self.bind(frame, Some(&st.bind), Obj::Future(fut))
    }

    fn cancel(&self, frame: &Frame, st: &Cancel) -> Result<(), Exc> {
        let fut = self.fut(frame, &st.on)?;
        let message = st.msg.as_ref().map(|msg| self.interpolate(frame, msg)).transpose()?;
        let hit = fut.promise.try_cancel(message.as_deref()).map_err(|_| closed())?;
        frame.store(st.to.as_ref(), Value::Bool(hit));
        Ok(())
    }

    fn set_result(&self, frame: &Frame, st: &Put) -> Result<(), Exc> {
        let fut = self.fut(frame, &st.on)?;
        let value = self.value_or_none(frame, st.val.as_ref())?;
        fut.promise.set_result(Ok(value)).map_err(|e| invalid_state(e, "set_result"))
    }

    fn set_exception(&self, frame: &Frame, st: &Raise) -> Result<(), Exc> {
        let on = st.on.as_ref().ok_or_else(|| Exc::invalid("set_exception without `on`"))?;
        let fut = self.fut(frame, on)?;
        let exc = self.make_exc(frame, st.exc, st.msg.as_ref())?;
        let set = match exc.is_cancelled() {
            true => fut.promise.set_cancelled_error(Cancelled::new(exc.message())),
            false => fut.promise.set_exception(exc),
        };
        set.map_err(|e| invalid_state(e, "set_exception"))
    }

    pub(crate) fn make_exc(&self, frame: &Frame, kind: Kind, msg: Option<&String>) -> Result<Exc, Exc> {
        let message = msg.map(|msg| self.interpolate(frame, msg)).transpose()?;
        Ok(Exc::with(kind, message))
    }

    fn add_done_callback(self: &Rc<Self>, frame: &Frame, st: &Schedule) -> Result<(), Exc> {
        let on = st.on.as_ref().ok_or_else(|| Exc::invalid("add_done_callback without `on`"))?;
        let fut = self.fut(frame, on)?;
        let call = self.callback(frame, st, Some(fut.clone()))?;
        refuse_lost_call(&fut)?;
        let id = fut.promise.add_done_callback(call);
        let registered = Registered { future: fut.id().clone(), cb: st.cb.clone(), id };
        self.callbacks.borrow_mut().push(registered);
        Ok(())
    }

    fn remove_done_callback(&self, frame: &Frame, st: &Remove) -> Result<(), Exc> {
        let fut = self.fut(frame, &st.on)?;
        let mut removed = 0;
        self.callbacks.borrow_mut().retain(|entry| {
            let ours = entry.future == *fut.id() && entry.cb == st.cb;
            removed += usize::from(ours && fut.promise.remove_done_callback(entry.id));
            !ours
        });
        frame.store(st.to.as_ref(), Value::count(removed));
        Ok(())
    }

    pub(crate) fn fut(&self, frame: &Frame, name: &str) -> Result<Fut, Exc> {
        self.obj(frame, name)?.future()
    }

    fn ask(&self, frame: &Frame, st: &On, question: impl FnOnce(&Fut) -> Res) -> Result<(), Exc> {
        let answer = question(&self.fut(frame, &st.on)?)?;
        frame.store(st.to.as_ref(), answer);
        Ok(())
    }

    /// The sorted names of the unfinished tasks of the current loop; asyncio's own are not among them.
    fn all_tasks(self: &Rc<Self>) -> Value {
        let event_loop = self.event_loop();
        let known = self.tasks.borrow();
        let mut names: Vec<&str> = if event_loop == EventLoop::current() {
            let tasks = all_tasks();
            tasks.iter().filter_map(|task| known.get(&task.id())).map(|known| known.name.as_str()).collect()
        } else {
            // The current loop of the language need not be the one that runs; seedbed tells of that one only.
            let unfinished =
                known.values().filter(|known| known.fut.event_loop == event_loop && !known.fut.promise.is_done());
            unfinished.map(|known| known.name.as_str()).collect()
        };
        names.sort_unstable();
        Value::list(names.into_iter().map(Value::str))
    }

    pub(crate) fn exec_future(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        match st {
            Stmt::Spawn(st) | Stmt::TgSpawn(st) => self.spawn(frame, st),
            Stmt::Cancel(st) => self.cancel(frame, st),
            Stmt::SetResult(st) => self.set_result(frame, st),
            Stmt::SetException(st) => self.set_exception(frame, st),
            Stmt::AddDoneCallback(st) => self.add_done_callback(frame, st),
            Stmt::RemoveDoneCallback(st) => self.remove_done_callback(frame, st),
            Stmt::NewFuture { bind } => {
                let event_loop = self.event_loop();
                let promise = event_loop.create_promise::<Res>();
                self.bind(frame, Some(bind), Obj::Future(Fut::new(promise, &event_loop)))
            }
            Stmt::Done(st) => self.ask(frame, st, |fut| Ok(Value::Bool(fut.promise.is_done()))),
            Stmt::Cancelled(st) => self.ask(frame, st, |fut| Ok(Value::Bool(fut.promise.is_cancelled()))),
            Stmt::Result(st) => self.ask(frame, st, Fut::result),
            Stmt::Exception(st) => self.ask(frame, st, Fut::exception),
            Stmt::State(st) => self.ask(frame, st, |fut| Ok(Value::str(&fut.state()))),
            Stmt::Cancelling(st) => self.ask(frame, st, |fut| Ok(Value::Int(fut.task()?.cancelling().into()))),
            Stmt::Uncancel(st) => self.ask(frame, st, |fut| Ok(Value::Int(fut.task()?.uncancel().into()))),
            Stmt::CurrentTask(st) => {
                let name = self.current_name().map_or(Value::None, |name| Value::str(&name));
                frame.store(st.to.as_ref(), name);
                Ok(())
            }
            Stmt::AllTasks(st) => {
                frame.store(st.to.as_ref(), self.all_tasks());
                Ok(())
            }
            _ => Err(Exc::invalid("not a statement on tasks and futures")),
        }
    }
}

/// asyncio schedules a callback on a future that is done at once, and cannot on a closed loop; seedbed drops the call.
pub(crate) fn refuse_lost_call(fut: &Fut) -> Result<(), Exc> {
    if fut.promise.is_done() && fut.event_loop.is_closed() { Err(closed()) } else { Ok(()) }
}

/// asyncio cannot tell anybody that a future of a closed loop was cancelled; seedbed would wait to be told.
pub(crate) fn refuse_lost_cancel(fut: &Fut) -> Result<(), Exc> {
    if fut.promise.is_done() || !fut.event_loop.is_closed() {
        return Ok(());
    }
    fut.promise.add_done_callback(|| ());
    fut.promise.try_cancel(None).map(drop).map_err(|_| closed())
}

/// asyncio refuses futures of another loop where it would make a task of a coroutine; seedbed watches them too.
pub(crate) fn refuse_other_loop(fut: &Fut, event_loop: &EventLoop) -> Result<(), Exc> {
    let other = "The future belongs to a different loop than the one specified as the loop argument";
    if fut.event_loop == *event_loop { Ok(()) } else { Err(Exc::value(other)) }
}
