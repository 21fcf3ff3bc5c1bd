//! From a call on a loop to a job in a pool: asyncio's `loop.run_in_executor`, to the order of its checks.

use std::panic::Location;
use std::rc::Rc;

use super::default_executor::default_workers;
use super::error::ExecutorError;
use super::job::{Rules, submit};
use super::workers::Workers;
use crate::context;
use crate::ident::LoopId;
use crate::task::Promise;

/// What a call asks for, besides its code.
pub(super) struct Call<'a> {
    /// Its name, for the message of a call outside a run.
    pub(super) what: &'static str,
    /// The running loop, or the current one, if none.
    pub(super) loop_id: Option<LoopId>,
    /// The default executor, if none.
    pub(super) workers: Option<&'a Rc<Workers>>,
    pub(super) location: &'static Location<'static>,
}

impl Call<'_> {
    #[track_caller]
    pub(super) fn make<T: 'static>(
        self,
        code: Box<dyn FnOnce() -> T>,
        rules: Rules<T>,
    ) -> Result<Promise<T>, ExecutorError> {
        let open = context::with(self.what, |kernel| {
            let loop_id = self.loop_id.unwrap_or_else(|| kernel.loop_for_calls());
            if kernel.event_loop(loop_id).closed { None } else { Some(loop_id) }
        });
        let loop_id = open.ok_or(ExecutorError::LoopClosed)?;
        match self.workers {
            Some(workers) => submit(workers, loop_id, code, rules, self.location),
            None => submit(&default_workers(loop_id)?, loop_id, code, rules, self.location),
        }
    }
}
