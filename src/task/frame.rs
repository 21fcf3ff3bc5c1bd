//! A frame on a task's stack, as the futures that are frames use it.

use std::task::Context;

use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Cancelled, FrameIndex, Kernel};

/// A region of a task's code that catches a cancellation, or bounds one.
///
/// It is entered at the first poll. Polled by code that is no task (a job), it is inert: nothing cancels a job.
#[derive(Debug)]
pub(crate) struct Frame {
    catches: bool,
    place: Option<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    run: u32,
    task: TaskId,
    index: u32,
}

/// While it lives, awaits are inside the frame.
#[derive(Debug)]
pub(crate) struct Inside {
    /// The run, and the frame to return to.
    outer: Option<(u32, FrameIndex)>,
}

impl Inside {
    /// False in a job, where the frame is inert.
    pub(crate) fn is_in_task(&self) -> bool {
        self.outer.is_some()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        if let Some((run, outer)) = self.outer {
            context::try_of(run, |kernel| kernel.frame = outer);
        }
    }
}

impl Frame {
    pub(crate) fn new(catches: bool) -> Self {
        Self { catches, place: None }
    }

    /// Begins a poll inside the frame; `Err` is a cancellation that was thrown at it.
    pub(crate) fn enter(&mut self, cx: &Context<'_>) -> Result<Inside, Cancelled> {
        self.enter_with(cx, |_, _, _| ())
    }

    /// As `enter`; `begin` is told the task and the frame when it is entered for the first time.
    #[inline]
    pub(crate) fn enter_with(
        &mut self,
        cx: &Context<'_>,
        begin: impl FnOnce(&mut Kernel, TaskId, u32),
    ) -> Result<Inside, Cancelled> {
        let (catches, place) = (self.catches, &mut self.place);
        let entered = context::with("a `catch_cancel`, `timeout` or `TaskGroup`", |kernel| {
            let Some(task) = kernel.current else { return place.is_none().then_some(Ok(Inside { outer: None })) };
            // A combinator's waker is kept: it may poll only what was woken.
            let wrapped = Some(cx.waker()).filter(|waker| {
                !context::is_own(waker, kernel.run, task) && !context::is_probe(waker, kernel.run, task)
            });
            let outer = match *place {
                Some(Place { run, task: owner, index }) if run == kernel.run && owner == task => {
                    kernel.enter_again(task, index, wrapped)
                }
                Some(_) => return None,
                None => {
                    let index = kernel.enter_frame(task, catches, wrapped.cloned());
                    *place = Some(Place { run: kernel.run, task, index });
                    begin(kernel, task, index);
                    Ok(kernel.frame.replace(index))
                }
            };
            Some(outer.map(|outer| Inside { outer: Some((kernel.run, outer)) }))
        });
        entered.unwrap_or_else(|| self.misplaced())
    }

    /// The frame was entered in another task, or in another run.
    #[cold]
    fn misplaced(&self) -> ! {
        if let Some(Place { run, .. }) = self.place {
            context::of(run, |_| ());
        }
        panic!(
            "a future with a `catch_cancel`, `timeout` or `TaskGroup` in progress was moved to another task; \
             await it where it was first polled"
        )
    }

    /// Ends a poll inside the frame: a cancellation that the code inside raised meanwhile.
    #[inline]
    pub(crate) fn exit(&self, mut inside: Inside) -> Option<Cancelled> {
        let Place { run, task, index } = self.place?;
        // What its destructor would do is done here, in the borrow that looks into the inbox.
        let (_, outer) = inside.outer.take()?;
        context::of(run, |kernel| kernel.exit_frame(task, index, outer))
    }

    /// Ends the frame by `end`, which is to leave it.
    #[inline]
    pub(crate) fn leave_with<R>(&mut self, end: impl FnOnce(&mut Kernel, TaskId, u32) -> R) -> Option<R> {
        let Place { run, task, index } = self.place.take()?;
        context::try_of(run, |kernel| end(kernel, task, index))
    }

    /// Ends the frame: the code inside is done.
    pub(crate) fn leave(&mut self) {
        self.leave_with(Kernel::leave_frame);
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.leave();
    }
}
