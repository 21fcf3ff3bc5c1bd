//! Jobs in simulated thread pools.

use std::rc::Rc;

use seedbed::{Shutdown, blocking};

use crate::exceptions::Exc;
use crate::futures::Fut;
use crate::objects::Obj;
use crate::program::Job;
use crate::stmt::Stmt;
use crate::vars::Frame;
use crate::world::{World, duration};

impl World {
    /// Gives a job to its pool; it takes `ms` and then returns or raises.
    pub(crate) fn submit(self: &Rc<Self>, frame: &Frame, st: &Job) -> Result<Fut, Exc> {
        let pool = st.pool.as_ref().map(|pool| self.obj(frame, pool)?.pool()).transpose()?;
        let exc = st.exc.map(|kind| self.make_exc(frame, kind, st.msg.as_ref())).transpose()?;
        let ms = duration(self.int(frame, &st.ms)?);
        let value = self.value_or_none(frame, st.val.as_ref())?;
        let job = move || {
            blocking::sleep(ms);
            exc.map_or(Ok(value), Err)
        };
        let event_loop = self.event_loop();
        let submitted = event_loop.run_in_executor_fallible(pool.as_ref(), job);
        submitted.map(|job| Fut::new(job, &event_loop)).map_err(|error| Exc::runtime(&error.to_string()))
    }

    pub(crate) fn keep_job(self: &Rc<Self>, frame: &Frame, st: &Job) -> Result<(), Exc> {
        let job = self.submit(frame, st)?;
        self.bind(frame, st.bind.as_ref(), Obj::Future(job))
    }

    pub(crate) fn exec_pool(&self, frame: &Frame, st: &Stmt) -> Result<(), Exc> {
        let Stmt::PoolShutdown { on, wait, cancel_futures } = st else {
            return Err(Exc::invalid("not a statement on pools"));
        };
        let pool = self.obj(frame, on)?.pool()?;
        pool.shutdown(Shutdown { wait: wait.unwrap_or(false), cancel_futures: cancel_futures.unwrap_or(false) });
        Ok(())
    }
}
