//! The driver: loops made, run, stopped and closed from outside.

use std::cell::RefCell;
use std::rc::Rc;

use seedbed::{EventLoop, LoopError, Runner, shutdown_default_executor};

use crate::errors::{Res, loop_error};
use crate::exceptions::Exc;
use crate::futures::refuse_other_loop;
use crate::program::Run;
use crate::stmt::Stmt;
use crate::values::{Flow, Value};
use crate::vars::Frame;
use crate::world::{World, duration};

impl World {
    /// What a run of the loop gave, as the language sees it.
    fn outcome(&self, result: Result<Res, LoopError>) -> Res {
        match result {
            Ok(result) => result,
            Err(LoopError::Task(error)) => Err(error.into()),
            Err(LoopError::Ended) => Err(self.ended()),
            Err(error) => Err(loop_error(&error)),
        }
    }

    /// Runs a loop, and remembers which.
    fn driven(&self, event_loop: &EventLoop, run: impl FnOnce(&EventLoop) -> Result<Res, LoopError>) -> Res {
        if event_loop.check_runnable().is_ok() {
            *self.running.borrow_mut() = Some(event_loop.clone());
        }
        self.outcome(run(event_loop))
    }

    fn done(&self, result: Result<(), LoopError>) -> Result<(), Exc> {
        self.outcome(result.map(|()| Ok(Value::None))).map(drop)
    }

    fn keep_last(&self, frame: &Frame, st: &Run, result: Res) -> Result<(), Exc> {
        let value = result?;
        *self.last_value.borrow_mut() = value.clone();
        frame.store(st.to.as_ref(), value);
        Ok(())
    }

    fn new_runner(self: &Rc<Self>) -> Result<RefCell<Option<Runner>>, Exc> {
        let runner = Runner::new().map_err(|e| loop_error(&e))?;
        self.adopt(runner.event_loop().clone());
        Ok(RefCell::new(Some(runner)))
    }

    /// The end of a run or runner: what is left is cancelled and awaited.
    fn close_runner(&self, runner: &RefCell<Option<Runner>>) -> Result<(), Exc> {
        match runner.take() {
            Some(runner) if !self.is_over() => self.done(runner.close()),
            _ => Ok(()),
        }
    }

    /// Runs a coroutine as a task of the runner's loop; `what` names the call in an error.
    fn run_with(self: &Rc<Self>, runner: &RefCell<Option<Runner>>, frame: &Frame, st: &Run, what: &str) -> Res {
        let args = self.args(frame, &st.args)?;
        if running_loop().is_some() {
            return Err(Exc::runtime(&format!("{what} cannot be called from a running event loop")));
        }
        let coroutine = self.coroutine(st.coro.as_deref().unwrap_or_default(), args);
        let event_loop = runner.borrow().as_ref().map(|runner| runner.event_loop().clone());
        let event_loop = event_loop.ok_or_else(|| Exc::runtime("Runner is closed"))?;
        let main = self.spawn_unnamed(&event_loop, coroutine)?;
        self.driven(&event_loop, |event_loop| event_loop.run_until_done(main.promise.join()))
    }

    fn run(self: &Rc<Self>, frame: &Frame, st: &Run) -> Result<(), Exc> {
        if running_loop().is_some() {
            self.args(frame, &st.args)?;
            return Err(Exc::runtime("asyncio.run() cannot be called from a running event loop"));
        }
        let runner = self.new_runner()?;
        let result = self.run_with(&runner, frame, st, "asyncio.run()");
        self.close_runner(&runner)?;
        self.keep_last(frame, st, result)
    }

    /// `with asyncio.Runner() as r:`
    pub(crate) fn runner(self: &Rc<Self>, frame: &Frame, body: &[Stmt]) -> Result<Flow, Exc> {
        let runner = Rc::new(self.new_runner()?);
        *self.runner.borrow_mut() = Some(Rc::clone(&runner));
        let result = self.sync_block(frame, body);
        self.close_runner(&runner)?;
        result
    }

    fn runner_run(self: &Rc<Self>, frame: &Frame, st: &Run) -> Result<(), Exc> {
        let runner = self.runner.borrow().clone().ok_or_else(|| Exc::invalid("runner_run without a runner"))?;
        let result = self.run_with(&runner, frame, st, "Runner.run()");
        self.keep_last(frame, st, result)
    }

    fn run_until_complete(self: &Rc<Self>, frame: &Frame, st: &Run) -> Result<(), Exc> {
        let event_loop = self.event_loop();
        let future = match (&st.on, &st.coro) {
            (Some(on), _) => {
                let future = self.fut(frame, on)?;
                self.done(event_loop.check_runnable())?;
                refuse_other_loop(&future, &event_loop)?;
                future
            }
            (None, Some(coro)) => {
                let args = self.args(frame, &st.args)?;
                // asyncio looks whether it may run before it makes the task.
                self.done(event_loop.check_runnable())?;
                self.spawn_unnamed(&event_loop, self.coroutine(coro, args))?
            }
            (None, None) => return Err(Exc::invalid("run_until_complete of nothing")),
        };
        let result = self.driven(&event_loop, |event_loop| event_loop.run_until_done(future.promise.join()));
        self.keep_last(frame, st, result)
    }

    pub(crate) fn exec_loop(self: &Rc<Self>, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        match st {
            Stmt::Run(st) => self.run(frame, st),
            Stmt::RunnerRun(st) => self.runner_run(frame, st),
            Stmt::RunUntilComplete(st) => self.run_until_complete(frame, st),
            Stmt::RunForever => {
                let ran = |event_loop: &EventLoop| event_loop.run_forever().map(|()| Ok(Value::None));
                self.driven(&self.event_loop(), ran).map(drop)
            }
            Stmt::Stop => {
                self.event_loop().stop();
                Ok(())
            }
            Stmt::Close => self.done(self.event_loop().close()),
            Stmt::IsClosed(st) => {
                frame.store(st.to.as_ref(), Value::Bool(self.event_loop().is_closed()));
                Ok(())
            }
            Stmt::IsRunning(st) => {
                frame.store(st.to.as_ref(), Value::Bool(self.event_loop().is_running()));
                Ok(())
            }
            Stmt::NewLoop => {
                self.adopt(EventLoop::new());
                Ok(())
            }
            Stmt::LoopShutdownExecutor { timeout } => {
                let timeout = self.maybe_int(frame, timeout.as_ref())?.map(duration);
                let event_loop = self.event_loop();
                let shutdown = async move {
                    shutdown_default_executor(timeout).await;
                    Ok(Value::None)
                };
                self.driven(&event_loop, |event_loop| event_loop.run_until_complete(shutdown)).map(drop)
            }
            _ => Err(Exc::invalid("not a statement on loops")),
        }
    }
}

/// The loop that runs now.
pub(crate) fn running_loop() -> Option<EventLoop> {
    Some(EventLoop::current()).filter(EventLoop::is_running)
}
