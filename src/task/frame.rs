//! A frame on a task's stack, as the futures that are frames use it.

use std::task::Context;

use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Cancelled, FrameIndex};

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

    /// The frame as a target of requests; none before it was entered, and outside tasks.
    pub(crate) fn target(&self) -> Option<(TaskId, u32)> {
        self.place.map(|place| (place.task, place.index))
    }

    /// Begins a poll inside the frame; `Err` is a cancellation that was thrown at it.
    pub(crate) fn enter(&mut self, cx: &Context<'_>) -> Result<Inside, Cancelled> {
        let (catches, place) = (self.catches, &mut self.place);
        let moved = context::with("a `catch_cancel`, `timeout` or `TaskGroup`", |kernel| {
            let Some(task) = kernel.current else { return place.is_some() };
            // A combinator's waker is kept: it may poll only what was woken.
            let wrapped = Some(cx.waker()).filter(|waker| !context::is_own(waker, kernel.run, task));
            match *place {
                // Of another run: said below.
                Some(Place { run, .. }) if run != kernel.run => false,
                Some(Place { task: owner, index, .. }) if owner == task => {
                    kernel.renew_frame(task, index, wrapped);
                    false
                }
                Some(_) => true,
                None => {
                    let index = kernel.enter_frame(task, catches, wrapped.cloned());
                    *place = Some(Place { run: kernel.run, task, index });
                    false
                }
            }
        });
        assert!(
            !moved,
            "a future with a `catch_cancel`, `timeout` or `TaskGroup` in progress was moved to another task; \
             await it where it was first polled"
        );
        let Some(Place { run, task, index }) = self.place else { return Ok(Inside { outer: None }) };
        context::of(run, |kernel| match kernel.take_inbox(task, index) {
            Some(cancelled) => Err(cancelled),
            None => {
                let outer = kernel.frame.replace(index);
                Ok(Inside { outer: Some((run, outer)) })
            }
        })
    }

    /// A cancellation that the code inside raised during the poll.
    pub(crate) fn take_inbox(&mut self) -> Option<Cancelled> {
        let Place { run, task, index } = self.place?;
        context::of(run, |kernel| kernel.take_inbox(task, index))
    }

    /// Ends the frame: the code inside is done.
    pub(crate) fn leave(&mut self) {
        if let Some(Place { run, task, index }) = self.place.take() {
            context::try_of(run, |kernel| kernel.leave_frame(task, index));
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.leave();
    }
}
