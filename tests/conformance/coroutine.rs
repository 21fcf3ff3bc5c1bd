//! Coroutines: blocks that may await.

use std::pin::Pin;
use std::rc::Rc;

use crate::callback::handler_of;
use crate::errors::{Res, caught, read};
use crate::exceptions::Exc;
use crate::futures::Fut;
use crate::loops::running_loop;
use crate::program::Try;
use crate::stmt::{Sleep, Stmt};
use crate::values::{Flow, Value};
use crate::vars::Frame;
use crate::world::{World, duration};

/// A block under way. Blocks nest, so the future is boxed.
type Running<'a> = Pin<Box<dyn Future<Output = Result<Flow, Exc>> + 'a>>;

impl World {
    /// A coroutine that was called but not started.
    pub(crate) fn coroutine(
        self: &Rc<Self>,
        name: &str,
        args: Vec<(String, Value)>,
    ) -> impl Future<Output = Res> + use<> {
        let (world, name) = (Rc::clone(self), name.to_owned());
        async move {
            let frame = Frame::new(args);
            let result = match world.program.coros.get(&name) {
                Some(body) => world.block(&frame, body).await,
                None => Err(Exc::invalid(format!("no coroutine {name}"))),
            };
            match result {
                Ok(Flow::Return(value)) => Ok(value),
                Ok(_) => Ok(Value::None),
                Err(exc) => {
                    if let (true, Some(why)) = (exc.is_halt(), exc.message()) {
                        world.broken(why.to_owned());
                    }
                    Err(exc)
                }
            }
        }
    }

    pub(crate) fn block<'a>(self: &'a Rc<Self>, frame: &'a Frame, block: &'a [Stmt]) -> Running<'a> {
        Box::pin(async move {
            for st in block {
                self.tick()?;
                let flow = self.step(frame, st).await?;
                if !matches!(flow, Flow::Normal) {
                    return Ok(flow);
                }
            }
            Ok(Flow::Normal)
        })
    }

    /// One statement. What awaits is here or in `operate`, the rest is the same as in callbacks.
    async fn step(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<Flow, Exc> {
        match st {
            Stmt::Try(st) => self.try_block(frame, st).await,
            Stmt::If(st) => {
                let holds = self.holds(frame, &st.cond)?;
                self.block(frame, if holds { &st.then } else { &st.otherwise }).await
            }
            Stmt::Repeat(st) => {
                for i in 0..st.n {
                    frame.store(st.var.as_ref(), Value::Int(i));
                    match self.block(frame, &st.body).await? {
                        Flow::Break => break,
                        Flow::Normal | Flow::Continue => {}
                        over => return Ok(over),
                    }
                }
                Ok(Flow::Normal)
            }
            Stmt::AsCompleted(st) => self.as_completed(frame, st).await,
            Stmt::Timeout(st) => self.timeout(frame, st).await,
            Stmt::Taskgroup(st) => self.taskgroup(frame, st).await,
            Stmt::With(st) => self.with(frame, st).await,
            _ => match self.operate(frame, st).await? {
                true => Ok(Flow::Normal),
                false => self.exec(frame, st),
            },
        }
    }

    /// Statements that await one operation; false if `st` is none of them.
    async fn operate(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<bool, Exc> {
        let (to, value) = match st {
            Stmt::Sleep(st) => (&st.to, self.sleep(frame, st).await?),
            Stmt::Call(st) => {
                let args = self.args(frame, &st.args)?;
                (&st.to, Box::pin(self.coroutine(st.coro.as_deref().unwrap_or_default(), args)).await?)
            }
            Stmt::Await(st) => {
                let fut = self.fut(frame, &st.on)?;
                (&st.to, self.awaited(&fut).await?)
            }
            Stmt::Gather(st) if st.bind.is_none() => (&st.to, self.gather(frame, st).await?),
            Stmt::Wait(st) => (&st.to, self.wait(frame, st).await?),
            Stmt::WaitFor(st) => (&st.to, self.wait_for(frame, st).await?),
            Stmt::Shield(st) if st.bind.is_none() => {
                let shielded = self.shield(frame, &st.item)?;
                (&st.to, self.awaited(&shielded).await?)
            }
            Stmt::RunInExecutor(st) if st.bind.is_none() => {
                let job = self.submit(frame, st)?;
                (&st.to, self.awaited(&job).await?)
            }
            Stmt::ShutdownDefaultExecutor { timeout } => {
                let timeout = self.maybe_int(frame, timeout.as_ref())?.map(duration);
                caught(self.event_loop().shutdown_default_executor(timeout)).await?;
                (&None, Value::None)
            }
            Stmt::Put(st) => {
                self.put(frame, st).await?;
                (&None, Value::None)
            }
            Stmt::CondWaitFor(st) => (&st.to, self.cond_wait_for(frame, st).await?),
            Stmt::Acquire(on)
            | Stmt::EventWait(on)
            | Stmt::CondWait(on)
            | Stmt::BarrierWait(on)
            | Stmt::BarrierReset(on)
            | Stmt::BarrierAbort(on)
            | Stmt::Get(on)
            | Stmt::Join(on) => {
                let object = self.obj(frame, &on.on)?;
                (&on.to, object.operate(st).await?)
            }
            _ => return Ok(false),
        };
        frame.store(to.as_ref(), value);
        Ok(true)
    }

    /// `await fut`.
    pub(crate) async fn awaited(&self, fut: &Fut) -> Res {
        self.note_refusal(fut)?;
        read(caught(fut.promise.join()).await?)
    }

    /// A task that awaits itself, or a future of another loop, is refused. CPython forgets to take a mark back then,
    /// and refuses every later await of that future too, by whomever, at once and in other words; seedbed does not.
    pub(crate) fn note_refusal(&self, fut: &Fut) -> Result<(), Exc> {
        if fut.promise.is_done() {
            return Ok(());
        }
        if self.refused.borrow().contains(fut.id()) {
            return Err(Exc::runtime("await wasn't used with future"));
        }
        let itself = fut.task.as_ref().map(|task| task.id()) == seedbed::current_task().map(|task| task.id());
        if itself || running_loop().as_ref() != Some(&fut.event_loop) {
            self.refused.borrow_mut().push(fut.id().clone());
        }
        Ok(())
    }

    async fn sleep(&self, frame: &Frame, st: &Sleep) -> Res {
        let ms = self.int(frame, &st.ms)?;
        let value = self.value_or_none(frame, st.val.as_ref())?;
        caught(seedbed::sleep(duration(ms))).await?;
        Ok(value)
    }

    async fn try_block(self: &Rc<Self>, frame: &Frame, st: &Try) -> Result<Flow, Exc> {
        let result = match self.block(frame, &st.body).await {
            Err(exc) => match handler_of(st, &exc) {
                None => Err(exc),
                Some(handler) => {
                    frame.store(handler.to.as_ref(), Value::Exc(exc.clone()));
                    frame.handling.borrow_mut().push(exc);
                    let result = self.block(frame, &handler.body).await;
                    frame.handling.borrow_mut().pop();
                    result
                }
            },
            Ok(Flow::Normal) => self.block(frame, st.otherwise.as_deref().unwrap_or_default()).await,
            left => left,
        };
        match &st.finally {
            Some(finally) if !self.is_over() => match self.block(frame, finally).await? {
                Flow::Normal => result,
                over => Ok(over),
            },
            _ => result,
        }
    }
}
