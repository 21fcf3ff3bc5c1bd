//! One scenario is one simulation: set up, driven, and turned into an outcome.

use std::rc::Rc;
use std::time::Duration;

use seedbed::{Failure, FailureKind, Sim};

use crate::exceptions::Exc;
use crate::outcome::Outcome;
use crate::program::{Program, Run};
use crate::stmt::Stmt;
use crate::values::Flow;
use crate::vars::Frame;
use crate::world::{EPOCH, Stopped, World};

/// What stops a scenario that would never end; none of the language needs as many.
const STEPS: u64 = 2_000_000;

/// More virtual time than any of them takes.
const LONG: Duration = Duration::from_secs(100_000_000);

/// Runs a program from its beginning to its end, and prints seedbed's own trace of it if that is wanted.
///
/// # Errors
///
/// Says why the run did not end as a scenario does: an invalid program, or an end that only seedbed knows.
pub(crate) fn run(program: Program, traced: bool) -> Result<Outcome, String> {
    let workers = program.default_workers.unwrap_or(2);
    let sim = Sim::new(0).trace(traced).steps(STEPS).default_workers(workers).virtual_time(LONG).blocked(LONG);
    let world = Rc::new(World::new(program));
    let report = sim.drive(|| {
        seedbed::blocking::sleep(EPOCH);
        let result = world.start();
        let finished = world.finished(result);
        world.clear();
        finished
    });
    if traced {
        println!("{}", report.trace.full());
    }
    let stopped = world.stopped.take();
    match (stopped, report.result) {
        (Some(Stopped::Broken(why)), _) => Err(why),
        (Some(Stopped::Halted(outcome)), _) => Ok(outcome),
        (Some(Stopped::Ended(outcome)), Err(failure)) => deadlocked(&world, outcome, &failure),
        (_, Ok(Some(outcome))) => Ok(outcome),
        (_, Ok(None)) => Err("stopped for no reason".to_owned()),
        (_, Err(failure)) => Err(failure.to_string()),
    }
}

/// Names the tasks of the running loop that a deadlock blocks, as the language does.
fn deadlocked(world: &World, outcome: Outcome, failure: &Failure) -> Result<Outcome, String> {
    let FailureKind::Deadlock { blocked, .. } = &failure.kind else {
        return Err(failure.to_string());
    };
    let (paths, running) = (world.paths.borrow(), world.running.borrow());
    let known = blocked.iter().filter_map(|task| paths.get(&task.task));
    let here = known.filter(|(_, event_loop)| running.as_ref() == Some(event_loop));
    let mut names: Vec<_> = here.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    Ok(Outcome { outcome: format!("deadlock:[{}]", names.join(", ")), ..outcome })
}

impl World {
    /// Makes the objects and executes the driver; its value, as an outcome shows it.
    fn start(self: &Rc<Self>) -> Result<String, Exc> {
        let frame = Frame::default();
        for (name, expr) in &self.program.globals {
            let value = self.value(&frame, expr)?;
            self.globals.borrow_mut().insert(name.clone(), value);
        }
        self.make_objects()?;
        let flow = match &self.program.driver {
            Some(driver) => self.sync_block(&frame, driver)?,
            None => {
                let run = Run { coro: Some("main".to_owned()), args: Default::default(), on: None, to: None };
                self.sync_block(&frame, &[Stmt::Run(run)])?
            }
        };
        Ok(match flow {
            Flow::Return(value) => format!("ok:{value}"),
            Flow::Normal => format!("ok:{}", self.last_value.borrow()),
            Flow::Break | Flow::Continue => "ok:None".to_owned(),
        })
    }

    /// The outcome of a driver that came to its end by itself.
    fn finished(&self, result: Result<String, Exc>) -> Option<Outcome> {
        match result {
            _ if self.is_over() => None,
            Ok(shown) => Some(self.finish(shown)),
            Err(exc) if exc.is_halt() => {
                self.broken(exc.message().unwrap_or("halted for no reason").to_owned());
                None
            }
            Err(exc) => Some(self.finish(format!("raised:{exc}"))),
        }
    }
}
