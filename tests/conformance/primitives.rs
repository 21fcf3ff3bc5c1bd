//! Statements on locks, events, conditions, semaphores, barriers and queues.

use std::rc::Rc;

use seedbed::sync::{
    BarrierError, ConditionError, GetError, GetNowaitError, NotAcquired, OtherLoop, PutError, PutNowaitError,
    ReleasedTooOften, TooManyDone,
};

use crate::errors::{Res, caught};
use crate::exceptions::{Exc, Kind};
use crate::objects::Obj;
use crate::program::{On, Scope};
use crate::stmt::{CondWaitFor, Put, Stmt};
use crate::values::{Flow, Ranked, Value};
use crate::vars::Frame;
use crate::world::World;

impl From<OtherLoop> for Exc {
    fn from(_: OtherLoop) -> Exc {
        Exc::runtime("object is bound to a different event loop")
    }
}

impl From<NotAcquired> for Exc {
    fn from(_: NotAcquired) -> Exc {
        Exc::runtime("Lock is not acquired.")
    }
}

impl From<ReleasedTooOften> for Exc {
    fn from(_: ReleasedTooOften) -> Exc {
        Exc::value("BoundedSemaphore released too many times")
    }
}

impl From<TooManyDone> for Exc {
    fn from(_: TooManyDone) -> Exc {
        Exc::value("task_done() called too many times")
    }
}

impl From<ConditionError> for Exc {
    fn from(error: ConditionError) -> Exc {
        match error {
            ConditionError::NotAcquired => Exc::runtime("cannot wait on un-acquired lock"),
            _ => OtherLoop.into(),
        }
    }
}

impl From<BarrierError> for Exc {
    fn from(error: BarrierError) -> Exc {
        match error {
            BarrierError::Aborted => Exc::new(Kind::BrokenBarrierError, "Barrier aborted"),
            BarrierError::Broken => Exc::new(Kind::BrokenBarrierError, "Abort or reset of barrier"),
            _ => OtherLoop.into(),
        }
    }
}

impl<T> From<PutError<T>> for Exc {
    fn from(error: PutError<T>) -> Exc {
        match error {
            PutError::ShutDown(_) => Exc::with(Kind::QueueShutDown, None),
            _ => OtherLoop.into(),
        }
    }
}

impl<T> From<PutNowaitError<T>> for Exc {
    fn from(error: PutNowaitError<T>) -> Exc {
        match error {
            PutNowaitError::Full(_) => Exc::with(Kind::QueueFull, None),
            _ => Exc::with(Kind::QueueShutDown, None),
        }
    }
}

impl From<GetError> for Exc {
    fn from(error: GetError) -> Exc {
        match error {
            GetError::ShutDown => Exc::with(Kind::QueueShutDown, None),
            _ => OtherLoop.into(),
        }
    }
}

impl From<GetNowaitError> for Exc {
    fn from(error: GetNowaitError) -> Exc {
        match error {
            GetNowaitError::Empty => Exc::with(Kind::QueueEmpty, None),
            _ => Exc::with(Kind::QueueShutDown, None),
        }
    }
}

/// The same expression for a queue of each kind; `$wrap` makes an item of a value, `$unwrap` a value of an item.
macro_rules! on_queue {
    ($object:expr, |$queue:ident, $wrap:ident, $unwrap:ident| $body:expr) => {
        match $object {
            Obj::Queue($queue) => {
                let ($wrap, $unwrap) = (|value: Value| value, |value: Value| value);
                let _ = (&$wrap, &$unwrap);
                $body
            }
            Obj::Lifo($queue) => {
                let ($wrap, $unwrap) = (|value: Value| value, |value: Value| value);
                let _ = (&$wrap, &$unwrap);
                $body
            }
            Obj::Priority($queue) => {
                let ($wrap, $unwrap) = (Ranked, |ranked: Ranked| ranked.0);
                let _ = (&$wrap, &$unwrap);
                $body
            }
            _ => return Err(Exc::invalid("not a queue")),
        }
    };
}

fn wrong(what: &str) -> Exc {
    Exc::invalid(format!("not an object to {what}"))
}

impl Obj {
    async fn acquire(&self) -> Res {
        match self {
            Obj::Lock(lock) => caught(lock.acquire()).await??,
            Obj::Semaphore(semaphore) => caught(semaphore.acquire()).await??,
            Obj::Bounded(semaphore) => caught(semaphore.acquire()).await??,
            Obj::Condition(condition) => caught(condition.acquire()).await??,
            _ => return Err(wrong("acquire")),
        }
        Ok(Value::Bool(true))
    }

    fn release(&self) -> Result<(), Exc> {
        match self {
            Obj::Lock(lock) => lock.release()?,
            Obj::Semaphore(semaphore) => semaphore.release(),
            Obj::Bounded(semaphore) => semaphore.release()?,
            Obj::Condition(condition) => condition.release()?,
            _ => return Err(wrong("release")),
        }
        Ok(())
    }

    fn locked(&self) -> Res {
        Ok(Value::Bool(match self {
            Obj::Lock(lock) => lock.locked(),
            Obj::Semaphore(semaphore) => semaphore.locked(),
            Obj::Bounded(semaphore) => semaphore.locked(),
            Obj::Condition(condition) => condition.locked(),
            _ => return Err(wrong("lock")),
        }))
    }

    /// The operations that wait and have no operand but the object.
    pub(crate) async fn operate(&self, st: &Stmt) -> Res {
        match (st, self) {
            (Stmt::Acquire(_), _) => return self.acquire().await,
            (Stmt::EventWait(_), Obj::Event(event)) => {
                if !event.is_set() {
                    event.check_loop()?;
                }
                caught(event.wait()).await?;
            }
            (Stmt::CondWait(_), Obj::Condition(condition)) => caught(condition.wait()).await??,
            (Stmt::BarrierWait(_), Obj::Barrier(barrier)) => return Ok(Value::count(caught(barrier.wait()).await??)),
            (Stmt::BarrierReset(_), Obj::Barrier(barrier)) => caught(barrier.reset()).await?,
            (Stmt::BarrierAbort(_), Obj::Barrier(barrier)) => caught(barrier.abort()).await?,
            (Stmt::Get(_), object) => {
                return on_queue!(object, |queue, wrap, unwrap| Ok(unwrap(caught(queue.get()).await??)));
            }
            (Stmt::Join(_), object) => on_queue!(object, |queue, wrap, unwrap| {
                queue.check_join_loop()?;
                caught(queue.join()).await?;
            }),
            _ => return Err(wrong("wait for")),
        }
        Ok(Value::Bool(true))
    }
}

impl Stmt {
    /// The object of a statement on a primitive that does not wait, and where its value goes.
    fn subject(&self) -> Option<(&String, Option<&String>)> {
        match self {
            Stmt::Release(on)
            | Stmt::Locked(on)
            | Stmt::EventSet(on)
            | Stmt::EventClear(on)
            | Stmt::EventIsSet(on)
            | Stmt::NotifyAll(on)
            | Stmt::NWaiting(on)
            | Stmt::Broken(on)
            | Stmt::GetNowait(on)
            | Stmt::TaskDone(on)
            | Stmt::Qsize(on)
            | Stmt::Empty(on)
            | Stmt::Full(on) => {
                let On { on, to } = on;
                Some((on, to.as_ref()))
            }
            Stmt::Notify { on, .. } | Stmt::QueueShutdown { on, .. } => Some((on, None)),
            Stmt::PutNowait(put) => Some((&put.on, None)),
            _ => None,
        }
    }

    pub(crate) fn is_on_object(&self) -> bool {
        self.subject().is_some() || matches!(self, Stmt::New(_))
    }
}

impl World {
    pub(crate) fn exec_object(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        if let Stmt::New(st) = st {
            return self.new_object(frame, st);
        }
        let (name, to) = st.subject().ok_or_else(|| wrong("use so"))?;
        let object = self.obj(frame, name)?;
        let value = match (st, &object) {
            (Stmt::Release(_), object) => object.release().map(|()| Value::None)?,
            (Stmt::Locked(_), object) => object.locked()?,
            (Stmt::EventSet(_), Obj::Event(event)) => {
                event.set();
                Value::None
            }
            (Stmt::EventClear(_), Obj::Event(event)) => {
                event.clear();
                Value::None
            }
            (Stmt::EventIsSet(_), Obj::Event(event)) => Value::Bool(event.is_set()),
            (Stmt::Notify { n, .. }, Obj::Condition(condition)) => {
                let notified = condition.notify(usize::try_from(n.unwrap_or(1)).unwrap_or(0));
                notified.map_err(|_| Exc::runtime("cannot notify on un-acquired lock"))?;
                Value::None
            }
            (Stmt::NotifyAll(_), Obj::Condition(condition)) => {
                condition.notify_all().map_err(|_| Exc::runtime("cannot notify on un-acquired lock"))?;
                Value::None
            }
            (Stmt::NWaiting(_), Obj::Barrier(barrier)) => Value::count(barrier.n_waiting()),
            (Stmt::Broken(_), Obj::Barrier(barrier)) => Value::Bool(barrier.broken()),
            (st, object) => self.exec_queue(frame, st, object)?,
        };
        frame.store(to, value);
        Ok(())
    }

    fn exec_queue(&self, frame: &Frame, st: &Stmt, object: &Obj) -> Res {
        on_queue!(object, |queue, wrap, unwrap| match st {
            Stmt::PutNowait(put) => {
                let value = self.value_or_none(frame, put.val.as_ref())?;
                queue.put_nowait(wrap(value))?;
                Ok(Value::None)
            }
            Stmt::GetNowait(_) => Ok(unwrap(queue.get_nowait()?)),
            Stmt::TaskDone(_) => Ok(queue.task_done().map(|()| Value::None)?),
            Stmt::Qsize(_) => Ok(Value::count(queue.qsize())),
            Stmt::Empty(_) => Ok(Value::Bool(queue.empty())),
            Stmt::Full(_) => Ok(Value::Bool(queue.full())),
            Stmt::QueueShutdown { immediate, .. } => {
                queue.shutdown(immediate.unwrap_or(false));
                Ok(Value::None)
            }
            _ => Err(wrong("use so")),
        })
    }

    pub(crate) async fn put(&self, frame: &Frame, st: &Put) -> Result<(), Exc> {
        let object = self.obj(frame, &st.on)?;
        let value = self.value_or_none(frame, st.val.as_ref())?;
        on_queue!(&object, |queue, wrap, unwrap| caught(queue.put(wrap(value))).await??);
        Ok(())
    }

    pub(crate) async fn cond_wait_for(&self, frame: &Frame, st: &CondWaitFor) -> Res {
        let condition = self.obj(frame, &st.on)?.condition()?;
        // A predicate that raises ends the wait, with the lock held.
        let mut raised = None;
        let holds = || {
            self.holds(frame, &st.cond).unwrap_or_else(|exc| {
                raised = Some(exc);
                true
            })
        };
        caught(condition.wait_for(holds)).await??;
        raised.map_or(Ok(Value::Bool(true)), Err)
    }

    /// `async with` a lock, semaphore or condition.
    pub(crate) async fn with(self: &Rc<Self>, frame: &Frame, st: &Scope) -> Result<Flow, Exc> {
        let on = st.on.as_ref().ok_or_else(|| Exc::invalid("with without `on`"))?;
        let object = self.obj(frame, on)?;
        object.acquire().await?;
        let result = self.block(frame, &st.body).await;
        if !self.is_over() {
            object.release()?;
        }
        result
    }
}
