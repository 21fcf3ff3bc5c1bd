//! Waiting for what arrives: one place for each thing that a handle may wait for.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::context;
use crate::ident::ResourceId;
use crate::kernel::{Address, Kind};
use crate::task::Waiter;
use crate::trace::Event;

/// What a poll of a handle found.
pub(super) enum Look<T> {
    Ready(T),
    /// Nothing yet: whoever waits waits for this.
    Wait(ResourceId),
}

/// The wait of a handle, from one poll to the next.
#[derive(Debug, Default)]
pub(super) struct Place {
    waiter: Option<Waiter>,
}

impl Place {
    /// Polls until `look` finds something. `join` is told where the waiter is to be found.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        what: &str,
        mut look: impl FnMut() -> Look<T>,
        mut join: impl FnMut(Address),
    ) -> Poll<T> {
        loop {
            let on = match look() {
                Look::Ready(found) => {
                    self.waiter = None;
                    return Poll::Ready(found);
                }
                Look::Wait(on) => on,
            };
            let waiter = match &mut self.waiter {
                Some(waiter) => waiter,
                None => {
                    let waiter = Waiter::new(what, Kind::Resource(on));
                    context::with(what, |kernel| {
                        let who = kernel.actor();
                        kernel.emit(Event::Waiting { who, on });
                    });
                    join(waiter.address());
                    self.waiter.insert(waiter)
                }
            };
            match Pin::new(waiter).poll(cx) {
                Poll::Pending => return Poll::Pending,
                // Called, or cancelled with code that has been unwound since: it is looked at anew.
                Poll::Ready(()) => self.waiter = None,
            }
        }
    }
}
