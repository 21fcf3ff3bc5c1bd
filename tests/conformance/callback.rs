//! Callbacks: plain functions that the loop calls, and blocks that do not await.

use std::rc::Rc;

use seedbed::FutureRef;
use seedbed::task::CallbackId;

use crate::exceptions::Exc;
use crate::futures::Fut;
use crate::objects::Obj;
use crate::program::{Handler, Schedule, Try};
use crate::stmt::Stmt;
use crate::values::{Flow, Value};
use crate::vars::Frame;
use crate::world::{World, duration, from_ms, now_ms, to_ms};

/// A done callback of the program's, to be found again by its name.
pub(crate) struct Registered {
    pub(crate) future: FutureRef,
    pub(crate) cb: String,
    pub(crate) id: CallbackId,
}

impl World {
    /// A call of callback `cb`; of `fut`, if it is a done callback.
    pub(crate) fn callback(
        self: &Rc<Self>,
        frame: &Frame,
        st: &Schedule,
        fut: Option<Fut>,
    ) -> Result<impl FnOnce() + 'static, Exc> {
        let (world, cb, args) = (Rc::clone(self), st.cb.clone(), self.args(frame, &st.args)?);
        Ok(move || {
            let frame = Frame::new(args);
            if let Some(fut) = fut {
                frame.set("state", Value::str(&fut.state()));
            }
            let result = match world.program.callbacks.get(&cb) {
                Some(body) => world.sync_block(&frame, body),
                None => Err(Exc::invalid(format!("no callback {cb}"))),
            };
            if let Err(exc) = result {
                world.unhandled(&exc, &format!("!callback {exc}"));
            }
        })
    }

    /// An exception left whatever was executed: logged, or the end of the scenario.
    pub(crate) fn unhandled(&self, exc: &Exc, line: &str) {
        if !exc.is_halt() {
            self.emit_as("-", line);
        } else if let Some(why) = exc.message() {
            self.broken(why.to_owned());
        }
    }

    pub(crate) fn sync_block(self: &Rc<Self>, frame: &Frame, block: &[Stmt]) -> Result<Flow, Exc> {
        for st in block {
            self.tick()?;
            let flow = match st {
                Stmt::Try(st) => self.sync_try(frame, st)?,
                Stmt::If(st) => {
                    let holds = self.holds(frame, &st.cond)?;
                    self.sync_block(frame, if holds { &st.then } else { &st.otherwise })?
                }
                Stmt::Repeat(st) => {
                    let mut flow = Flow::Normal;
                    for i in 0..st.n {
                        frame.store(st.var.as_ref(), Value::Int(i));
                        match self.sync_block(frame, &st.body)? {
                            Flow::Break => break,
                            Flow::Normal | Flow::Continue => {}
                            over => {
                                flow = over;
                                break;
                            }
                        }
                    }
                    flow
                }
                _ => self.exec(frame, st)?,
            };
            if !matches!(flow, Flow::Normal) {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    fn sync_try(self: &Rc<Self>, frame: &Frame, st: &Try) -> Result<Flow, Exc> {
        let result = match self.sync_block(frame, &st.body) {
            Err(exc) => match handler_of(st, &exc) {
                None => Err(exc),
                Some(handler) => {
                    frame.store(handler.to.as_ref(), Value::Exc(exc.clone()));
                    frame.handling.borrow_mut().push(exc);
                    let result = self.sync_block(frame, &handler.body);
                    frame.handling.borrow_mut().pop();
                    result
                }
            },
            Ok(Flow::Normal) => self.sync_block(frame, st.otherwise.as_deref().unwrap_or_default()),
            left => left,
        };
        match &st.finally {
            Some(finally) if !self.is_over() => match self.sync_block(frame, finally)? {
                Flow::Normal => result,
                over => Ok(over),
            },
            _ => result,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stopped.borrow().is_some()
    }

    /// Executes a statement that neither awaits nor holds a block.
    pub(crate) fn exec(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<Flow, Exc> {
        match st {
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
            Stmt::Return { val } => return Ok(Flow::Return(self.value_or_none(frame, val.as_ref())?)),
            Stmt::Raise(st) => return Err(self.make_exc(frame, st.exc, st.msg.as_ref())?),
            Stmt::RaiseVar { var } => {
                return Err(match self.lookup(frame, var)? {
                    Value::Exc(exc) => exc,
                    value => Exc::invalid(format!("raise_var: {value} is no exception")),
                });
            }
            Stmt::Reraise => {
                let handled = frame.handling.borrow().last().cloned();
                return Err(handled.unwrap_or_else(|| Exc::invalid("reraise outside a handler")));
            }
            Stmt::Runner { body } => return self.runner(frame, body),
            _ => {}
        }
        self.exec_plain(frame, st).map(|()| Flow::Normal)
    }

    fn exec_plain(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        match st {
            Stmt::Pass => {}
            Stmt::Log { text } => self.emit(&self.interpolate(frame, text)?),
            Stmt::Set(st) => frame.set(&st.var, self.value(frame, &st.val)?),
            Stmt::Gset(st) => {
                let value = self.value(frame, &st.val)?;
                self.globals.borrow_mut().insert(st.var.clone(), value);
            }
            Stmt::Add(st) => {
                let sum = self.lookup(frame, &st.var)?.int()? + self.int(frame, &st.val)?;
                frame.set(&st.var, Value::Int(sum));
            }
            Stmt::Gadd(st) => {
                let sum = self.lookup(&Frame::default(), &st.var)?.int()? + self.int(frame, &st.val)?;
                self.globals.borrow_mut().insert(st.var.clone(), Value::Int(sum));
            }
            Stmt::Now(st) => frame.store(st.to.as_ref(), Value::Int(now_ms())),
            Stmt::Blocking { ms } => seedbed::blocking::sleep(duration(self.int(frame, ms)?)),
            Stmt::CallSoon(_)
            | Stmt::CallSoonThreadsafe(_)
            | Stmt::CallLater(_)
            | Stmt::CallAt(_)
            | Stmt::HandleCancel(_)
            | Stmt::HandleCancelled(_)
            | Stmt::HandleWhen(_) => self.exec_handle(frame, st)?,
            Stmt::Gather(st) if st.bind.is_some() => self.keep_gather(frame, st)?,
            Stmt::Shield(st) if st.bind.is_some() => self.keep_shield(frame, st)?,
            Stmt::RunInExecutor(st) if st.bind.is_some() => self.keep_job(frame, st)?,
            Stmt::Reschedule(_) | Stmt::Expired(_) | Stmt::TimeoutWhen(_) => self.exec_timeout(frame, st)?,
            Stmt::PoolShutdown { .. } => self.exec_pool(frame, st)?,
            Stmt::Run(_)
            | Stmt::RunUntilComplete(_)
            | Stmt::RunForever
            | Stmt::Stop
            | Stmt::Close
            | Stmt::IsClosed(_)
            | Stmt::IsRunning(_)
            | Stmt::NewLoop
            | Stmt::RunnerRun(_)
            | Stmt::LoopShutdownExecutor { .. } => self.exec_loop(frame, st)?,
            _ if st.is_on_object() => self.exec_object(frame, st)?,
            _ => self.exec_future(frame, st)?,
        }
        Ok(())
    }

    fn exec_handle(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        let event_loop = self.event_loop();
        let (handle, bind) = match st {
            Stmt::CallSoon(st) | Stmt::CallSoonThreadsafe(st) => {
                (event_loop.call_soon(self.callback(frame, st, None)?), &st.bind)
            }
            Stmt::CallLater(st) | Stmt::CallAt(st) => {
                let ms = self.maybe_int(frame, st.ms.as_ref())?;
                let at = self.maybe_int(frame, st.at.as_ref())?;
                let callback = self.callback(frame, st, None)?;
                match (ms, at) {
                    (Some(ms), _) if ms >= 0 => (event_loop.call_later(duration(ms), callback), &st.bind),
                    (Some(ms), _) => (event_loop.call_at(from_ms(now_ms() + ms), callback), &st.bind),
                    (None, Some(at)) => (event_loop.call_at(from_ms(at), callback), &st.bind),
                    (None, None) => return Err(Exc::invalid("a timer without a time")),
                }
            }
            Stmt::HandleCancel(st) => return self.obj(frame, &st.on)?.handle().map(|handle| handle.cancel()),
            Stmt::HandleCancelled(st) => {
                let cancelled = self.obj(frame, &st.on)?.handle()?.is_cancelled();
                frame.store(st.to.as_ref(), Value::Bool(cancelled));
                return Ok(());
            }
            Stmt::HandleWhen(st) => {
                let when = self.obj(frame, &st.on)?.handle()?.when();
                frame.store(st.to.as_ref(), when.map_or(Value::None, |when| Value::Int(to_ms(when))));
                return Ok(());
            }
            _ => return Err(Exc::invalid("not a statement on handles")),
        };
        let handle = handle.map_err(|e| crate::errors::loop_error(&e))?;
        self.bind(frame, bind.as_ref(), Obj::Handle(handle))
    }
}

/// The first handler that catches `exc`.
pub(crate) fn handler_of<'a>(st: &'a Try, exc: &Exc) -> Option<&'a Handler> {
    st.except.iter().find(|handler| handler.types.iter().any(|&class| exc.is_a(class)))
}
