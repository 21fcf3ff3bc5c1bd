//! gather, wait, as_completed, wait_for, shield, timeouts and task groups.

use std::cell::OnceCell;
use std::rc::Rc;

use seedbed::{
    EventLoop, FutureRef, Promise, ReturnWhen, TaskGroup, Timeout, TimeoutHandle, as_completed, gather, shield,
    timeout, timeout_at, try_gather, wait, wait_for,
};

use crate::errors::{Res, caught, read, resumed};
use crate::exceptions::{Exc, Kind};
use crate::futures::{Fut, refuse_lost_call, refuse_lost_cancel, refuse_other_loop};
use crate::loops::running_loop;
use crate::objects::Obj;
use crate::program::{AsCompleted, Gather, Item, OnItem, Scope, Wait};
use crate::stmt::{Reschedule, Stmt};
use crate::values::{Flow, Value};
use crate::vars::Frame;
use crate::world::{World, duration, from_ms, now_ms, to_ms};

/// An evaluated item: a future, or a coroutine with its arguments.
enum Ready {
    Future(Fut),
    Call(String, Vec<(String, Value)>),
}

impl World {
    fn item(&self, frame: &Frame, item: &Item) -> Result<Ready, Exc> {
        Ok(match item {
            Item::Name(name) => Ready::Future(self.fut(frame, name)?),
            Item::Call(call) => Ready::Call(call.coro.clone(), self.args(frame, &call.args)?),
        })
    }

    /// As `ensure_future`: a coroutine call becomes a task, of `event_loop` or else of the running one; a future has to
    /// be one of `event_loop`, if there is one.
    fn ensure_future(self: &Rc<Self>, ready: Ready, event_loop: Option<&EventLoop>) -> Result<Fut, Exc> {
        match ready {
            Ready::Future(fut) => match event_loop {
                Some(event_loop) => refuse_other_loop(&fut, event_loop).map(|()| fut),
                None => Ok(fut),
            },
            Ready::Call(coro, args) => {
                let event_loop = event_loop.cloned().or_else(running_loop).unwrap_or_else(|| self.event_loop());
                self.spawn_unnamed(&event_loop, self.coroutine(&coro, args))
            }
        }
    }

    fn start_gather(self: &Rc<Self>, frame: &Frame, st: &Gather) -> Result<Fut, Exc> {
        let ready: Vec<_> = st.items.iter().map(|item| self.item(frame, item)).collect::<Result<_, _>>()?;
        let mut event_loop = None;
        let mut joins = Vec::new();
        for item in ready {
            let fut = self.ensure_future(item, event_loop.as_ref())?;
            joins.push(fut.promise.join());
            event_loop.get_or_insert(fut.event_loop);
        }
        let event_loop = event_loop.or_else(running_loop).unwrap_or_else(|| self.event_loop());
        let outer: Promise<Res> = if st.return_exceptions {
            gather(joins).map(|results| {
                let shown = results.iter().cloned().map(|result| read(result).unwrap_or_else(Value::Exc));
                Ok(Value::list(shown))
            })
        } else {
            try_gather(joins).map(|result| match result {
                Ok(values) => Ok(Value::list(values.iter().cloned())),
                Err(error) => Err(error.clone().into()),
            })
        };
        Ok(Fut::new(outer, &event_loop))
    }

    pub(crate) async fn gather(self: &Rc<Self>, frame: &Frame, st: &Gather) -> Res {
        let outer = self.start_gather(frame, st)?;
        self.awaited(&outer).await
    }

    pub(crate) fn keep_gather(self: &Rc<Self>, frame: &Frame, st: &Gather) -> Result<(), Exc> {
        let outer = self.start_gather(frame, st)?;
        self.bind(frame, st.bind.as_ref(), Obj::Future(outer))
    }

    pub(crate) fn shield(self: &Rc<Self>, frame: &Frame, item: &Item) -> Result<Fut, Exc> {
        let inner = self.ensure_future(self.item(frame, item)?, None)?;
        if inner.promise.is_done() {
            return Ok(inner);
        }
        let outer = self.shielded(&inner);
        Ok(Fut::new(outer, &inner.event_loop))
    }

    /// A shield that was settled by hand is told so when its inner future ends: asyncio's callback raises there.
    fn shielded(self: &Rc<Self>, inner: &Fut) -> Promise<Res> {
        let settled: Rc<OnceCell<FutureRef>> = Rc::default();
        let (outer, watched, world) = (Rc::clone(&settled), inner.promise.clone(), Rc::clone(self));
        // Registered before the shield's own callback, which runs right after it.
        let id = inner.promise.add_done_callback(move || {
            let by_hand = outer.get().is_some_and(|outer| outer.is_done() && !outer.is_cancelled());
            if by_hand && !watched.is_cancelled() {
                let exc = Exc::new(Kind::InvalidStateError, "invalid state");
                world.unhandled(&exc, &format!("!callback {exc}"));
            }
        });
        let (promise, inner) = (shield(inner.promise.join()), inner.promise.clone());
        let _first = settled.set(FutureRef::clone(&promise));
        // With the shield's own callback goes this one.
        promise.add_done_callback(move || {
            inner.remove_done_callback(id);
        });
        promise
    }

    pub(crate) fn keep_shield(self: &Rc<Self>, frame: &Frame, st: &OnItem) -> Result<(), Exc> {
        let outer = self.shield(frame, &st.item)?;
        self.bind(frame, st.bind.as_ref(), Obj::Future(outer))
    }

    /// The futures of `names`, each once, with the first name it has there.
    fn named(&self, frame: &Frame, names: &[String]) -> Result<Vec<(String, Fut)>, Exc> {
        let mut named: Vec<(String, Fut)> = Vec::new();
        for name in names {
            let name = self.interpolate(frame, name)?;
            let fut = self.fut(frame, &name)?;
            if named.iter().all(|(_, known)| known.id() != fut.id()) {
                named.push((name, fut));
            }
        }
        Ok(named)
    }

    pub(crate) async fn wait(&self, frame: &Frame, st: &Wait) -> Res {
        let named = self.named(frame, &st.items)?;
        let time = self.maybe_int(frame, st.timeout.as_ref())?.map(duration);
        let when = match st.return_when.as_deref() {
            Some("FIRST_COMPLETED") => ReturnWhen::FirstCompleted,
            Some("FIRST_EXCEPTION") => ReturnWhen::FirstException,
            _ => ReturnWhen::AllCompleted,
        };
        named.iter().try_for_each(|(_, fut)| refuse_lost_call(fut))?;
        let futs = named.iter().map(|(_, fut)| fut.promise.clone()).collect();
        let waited = caught(wait(futs, when, time)).await?;
        let (done, pending) = waited.map_err(|_| Exc::value("Set of Tasks/Futures is empty."))?;
        let names = |futs: Vec<Promise<Res>>| {
            let found = named.iter().filter(move |(_, fut)| futs.iter().any(|f| **f == *fut.id()));
            Value::list(found.map(|(name, _)| Value::str(name)))
        };
        Ok(Value::list([names(done), names(pending)]))
    }

    pub(crate) async fn as_completed(self: &Rc<Self>, frame: &Frame, st: &AsCompleted) -> Result<Flow, Exc> {
        let named = self.named(frame, &st.items)?;
        let time = self.maybe_int(frame, st.timeout.as_ref())?.map(duration);
        let event_loop = running_loop().unwrap_or_else(|| self.event_loop());
        named.iter().try_for_each(|(_, fut)| refuse_other_loop(fut, &event_loop))?;
        let mut completed = as_completed(named.iter().map(|(_, fut)| fut.promise.clone()).collect::<Vec<_>>(), time);
        let name_of = |id: &FutureRef| named.iter().find(|(_, fut)| fut.id() == id).map_or("", |(name, _)| name);
        while let Some(next) = caught(completed.next()).await? {
            let promise = next.map_err(|_| Exc::with(Kind::TimeoutError, None))?;
            let value = match st.mode.as_deref() {
                Some("values") => read(promise.result())?,
                _ => Value::str(name_of(&promise)),
            };
            frame.set(&st.var, value);
            match self.block(frame, &st.body).await? {
                Flow::Break => break,
                Flow::Normal | Flow::Continue => {}
                over => return Ok(over),
            }
        }
        Ok(Flow::Normal)
    }

    pub(crate) async fn wait_for(self: &Rc<Self>, frame: &Frame, st: &OnItem) -> Res {
        let ms = self.maybe_int(frame, st.ms.as_ref())?;
        let late = |_| Err(Exc::with(Kind::TimeoutError, None));
        match self.item(frame, &st.item)? {
            // A coroutine is awaited in the current task, under a timeout.
            Ready::Call(coro, args) if ms.is_none_or(|ms| ms > 0) => {
                let body = async { resumed(Box::pin(self.coroutine(&coro, args)).await).await };
                let timed = match ms {
                    Some(ms) => timeout(duration(ms), body),
                    None => Timeout::never(body),
                };
                caught(timed).await?.unwrap_or_else(late)
            }
            item => {
                let fut = self.ensure_future(item, None)?;
                match ms {
                    Some(..=0) => refuse_lost_cancel(&fut)?,
                    _ => self.note_refusal(&fut)?,
                }
                let waited = caught(wait_for(fut.promise.join(), ms.map(duration))).await?;
                waited.map_or_else(late, read)
            }
        }
    }

    pub(crate) async fn timeout(self: &Rc<Self>, frame: &Frame, st: &Scope) -> Result<Flow, Exc> {
        let at = self.maybe_int(frame, st.at.as_ref())?;
        let ms = self.maybe_int(frame, st.ms.as_ref())?;
        let entered = OnceCell::<TimeoutHandle>::new();
        let body = async {
            let handle = entered.get().expect("the handle is there before the body runs").clone();
            self.bind(frame, st.bind.as_ref(), Obj::Timeout(handle))?;
            resumed(self.block(frame, &st.body).await).await
        };
        let timed = match (at, ms) {
            (Some(at), _) => timeout_at(from_ms(at), body),
            (None, Some(ms)) if ms < 0 => timeout_at(from_ms(now_ms() + ms), body),
            (None, Some(ms)) => timeout(duration(ms), body),
            (None, None) => Timeout::never(body),
        };
        entered.set(timed.handle()).expect("nobody else sets it");
        caught(timed).await?.unwrap_or_else(|_| Err(Exc::with(Kind::TimeoutError, None)))
    }

    fn reschedule(&self, frame: &Frame, st: &Reschedule) -> Result<(), Exc> {
        let handle = self.obj(frame, &st.on)?.timeout()?;
        let at = self.maybe_int(frame, st.at.as_ref())?;
        let ms = self.maybe_int(frame, st.ms.as_ref())?;
        let when = at.or_else(|| ms.map(|ms| now_ms() + ms)).map(from_ms);
        Ok(handle.reschedule(when)?)
    }

    pub(crate) fn exec_timeout(&self, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        match st {
            Stmt::Reschedule(st) => self.reschedule(frame, st),
            Stmt::Expired(st) => {
                let expired = self.obj(frame, &st.on)?.timeout()?.expired();
                frame.store(st.to.as_ref(), Value::Bool(expired));
                Ok(())
            }
            Stmt::TimeoutWhen(st) => {
                let when = self.obj(frame, &st.on)?.timeout()?.when();
                frame.store(st.to.as_ref(), when.map_or(Value::None, |when| Value::Int(to_ms(when))));
                Ok(())
            }
            _ => Err(Exc::invalid("not a statement on timeouts")),
        }
    }

    pub(crate) async fn taskgroup(self: &Rc<Self>, frame: &Frame, st: &Scope) -> Result<Flow, Exc> {
        let scope = TaskGroup::scope(|group: TaskGroup<Exc>| async move {
            let event_loop = running_loop().ok_or_else(|| Exc::invalid("a group outside every loop"))?;
            self.bind(frame, st.bind.as_ref(), Obj::Group(group, event_loop))?;
            resumed(self.block(frame, &st.body).await).await
        });
        caught(scope).await?.map_err(|error| Exc::group(error.errors))
    }
}
