//! A line of waiters: who waits for one thing, in the order of arrival, and on which loop.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::resource::Resource;
use crate::context;
use crate::ident::LoopId;
use crate::kernel::{Kernel, Key, Kind, State};
use crate::task::Waiter;

/// Waiting was refused: the object serves another loop, the one on which somebody first waited for it.
///
/// ```
/// use seedbed::sync::{Event, OtherLoop};
/// use seedbed::{Sim, run, spawn, yield_now};
/// let report = Sim::new(0).drive(|| {
///     let event = Event::new();
///     let first = event.clone();
///     run(async move {
///         drop(spawn(first.wait()));
///         yield_now().await;
///     })
///     .unwrap();
///     run(async move { event.check_loop() }).unwrap()
/// });
/// assert_eq!(report.unwrap(), Err(OtherLoop));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OtherLoop;

impl std::fmt::Display for OtherLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("object is bound to a different event loop: make one for each loop that waits for it")
    }
}

impl std::error::Error for OtherLoop {}

#[derive(Debug)]
struct Place {
    /// Invariant: grows along the line.
    number: u64,
    /// None once the waiter has left.
    waiter: Option<Key>,
}

/// Places in the order of arrival. Joining, leaving and finding the next to be called take constant or logarithmic
/// time, however long the line is.
#[derive(Debug, Default)]
struct Places {
    /// Invariant: neither the first nor the last place is empty.
    places: VecDeque<Place>,
    arrivals: u64,
    empty: usize,
    /// All who came before this one have been called, or cancelled.
    called: u64,
}

/// A line is not tidied up for fewer empty places.
const TIDY_FROM: usize = 16;

impl Places {
    fn join(&mut self, waiter: Key) -> u64 {
        let number = self.arrivals;
        self.arrivals += 1;
        self.places.push_back(Place { number, waiter: Some(waiter) });
        number
    }

    fn leave(&mut self, number: u64) {
        // Whoever was called out of the line is in it no more.
        if self.places.is_empty() {
            return;
        }
        let Ok(at) = self.places.binary_search_by_key(&number, |place| place.number) else { return };
        if self.places[at].waiter.take().is_none() {
            return;
        }
        self.empty += 1;
        while self.places.back().is_some_and(|place| place.waiter.is_none()) {
            self.places.pop_back();
            self.empty -= 1;
        }
        self.trim_front();
        if self.empty > TIDY_FROM && self.empty * 2 > self.places.len() {
            self.places.retain(|place| place.waiter.is_some());
            self.empty = 0;
        }
    }

    fn trim_front(&mut self) {
        while self.places.front().is_some_and(|place| place.waiter.is_none()) {
            self.places.pop_front();
            self.empty -= 1;
        }
    }

    fn pop_front(&mut self) -> Option<Key> {
        let first = self.places.pop_front()?.waiter;
        self.trim_front();
        first
    }

    /// Takes waiters out until one of them could be called.
    #[inline]
    fn call_out(&mut self, kernel: &mut Kernel) -> bool {
        while let Some(key) = self.pop_front() {
            if kernel.settle_pending(key, State::Finished) {
                return true;
            }
        }
        false
    }

    fn first(&self) -> Option<Key> {
        self.places.front().and_then(|place| place.waiter)
    }

    fn iter(&self) -> impl Iterator<Item = Key> {
        self.places.iter().filter_map(|place| place.waiter)
    }

    fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn len(&self) -> usize {
        self.places.len() - self.empty
    }
}

/// Those who wait for one thing.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: RefCell<Places>,
    /// The run and the loop of all who wait: those of the first, for good.
    bound: Cell<Option<(u32, LoopId)>>,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.places.borrow().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.borrow().is_empty()
    }

    /// True if nobody waits but those who were cancelled and have not left yet.
    pub(super) fn is_clear(&self) -> bool {
        self.is_empty()
            || self.with_places(|kernel, places| places.iter().all(|key| kernel.state(key) == State::Cancelled))
    }

    /// Whether the code that runs now could wait here.
    pub(super) fn check(&self) -> Result<(), OtherLoop> {
        let Some(bound) = self.bound.get() else { return Ok(()) };
        let here = || context::with("check_loop", |kernel| (kernel.run, kernel.loop_for_calls()));
        if context::is_inside() && here() == bound { Ok(()) } else { Err(OtherLoop) }
    }

    /// Binds the line to the running loop, unless it is bound already (asyncio's `_get_loop`).
    pub(super) fn bind(&self, what: &str) -> Result<(), OtherLoop> {
        context::with(what, |kernel| self.bind_in(kernel)).map(drop)
    }

    #[inline]
    fn bind_in(&self, kernel: &mut Kernel) -> Result<LoopId, OtherLoop> {
        let here = (kernel.run, kernel.loop_for_calls());
        let bound = self.bound.get().unwrap_or(here);
        self.bound.set(Some(bound));
        if bound == here { Ok(here.1) } else { Err(OtherLoop) }
    }

    /// Joins the line at its end.
    pub(super) fn join(&self, what: &str, resource: &Resource) -> Result<Turn<'_>, OtherLoop> {
        let mut turn = self.turn();
        turn.join(what, resource, |_| Ok(()), |_, _| ())?;
        Ok(turn)
    }

    /// A turn for somebody who may join.
    pub(super) fn turn(&self) -> Turn<'_> {
        Turn { line: self, number: 0, waiter: None }
    }

    /// Calls up to `most` of those who have not been called, first come first served. Says how many.
    pub(super) fn call(&self, most: usize) -> usize {
        if most == 0 || self.is_empty() {
            return 0;
        }
        self.with_places(|kernel, places| {
            let start = places.places.partition_point(|place| place.number < places.called);
            let mut count = 0;
            for place in places.places.range(start..) {
                if count == most {
                    break;
                }
                if place.waiter.is_some_and(|key| kernel.settle_pending(key, State::Finished)) {
                    count += 1;
                }
                places.called = place.number + 1;
            }
            count
        })
    }

    /// Calls everybody.
    pub(super) fn call_all(&self) -> usize {
        self.call(usize::MAX)
    }

    /// Calls the first, who stays first until it leaves; nobody else in its stead.
    pub(super) fn call_first(&self) {
        if !self.is_empty() {
            self.with_places(|kernel, places| {
                places.first().is_some_and(|key| kernel.settle_pending(key, State::Finished))
            });
        }
    }

    /// Takes waiters out of the line until one of them could be called. Says whether one was.
    #[inline]
    pub(super) fn call_out(&self) -> bool {
        !self.is_empty() && self.with_places(|kernel, places| places.call_out(kernel))
    }

    /// The same, and tells of it in the same borrow.
    #[inline]
    pub(super) fn call_out_and_tell(&self, resource: &Resource) {
        let told = !self.is_empty()
            && self.with_places(|kernel, places| {
                let heard = places.call_out(kernel);
                resource.signalled_in(kernel, heard)
            });
        if !told {
            resource.signalled(false);
        }
    }

    /// Calls everybody, and empties the line.
    pub(super) fn call_all_out(&self) -> usize {
        let mut count = 0;
        while self.call_out() {
            count += 1;
        }
        count
    }

    /// Works on the places together with the kernel of their run. Nothing happens when that run is over. Wakers of
    /// other libraries are called after the line is no longer borrowed.
    #[inline]
    fn with_places<R: Default>(&self, work: impl FnOnce(&mut Kernel, &mut Places) -> R) -> R {
        let Some((run, _)) = self.bound.get() else { return R::default() };
        context::try_of(run, |kernel| work(kernel, &mut self.places.borrow_mut())).unwrap_or_default()
    }
}

/// One waiter's place in a line; awaiting it waits to be called. Dropping it leaves the line.
#[derive(Debug)]
#[must_use = "a place in a line is given up when it is dropped"]
pub(super) struct Turn<'a> {
    line: &'a Line,
    number: u64,
    /// None before it has joined.
    waiter: Option<Waiter>,
}

impl Turn<'_> {
    /// Joins the line in a poll and begins to wait there, in one borrow, if that has not been done; then waits. A line beside it
    /// is bound to the same loop.
    #[inline]
    pub(super) fn join_and_wait(
        &mut self,
        beside: &Line,
        what: &str,
        resource: &Resource,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), OtherLoop>> {
        if self.waiter.is_none() {
            let bind = |kernel: &mut Kernel| beside.bind_in(kernel).map(drop);
            if self.join(what, resource, bind, |kernel, waiter| waiter.begins(kernel, cx))? {
                return Poll::Pending;
            }
        }
        Pin::new(self).poll(cx).map(Ok)
    }

    /// Joins the line at its end, if nothing is against it.
    #[inline(always)]
    fn join<R>(
        &mut self,
        what: &str,
        resource: &Resource,
        before: impl FnOnce(&mut Kernel) -> Result<(), OtherLoop>,
        begin: impl FnOnce(&mut Kernel, &mut Waiter) -> R,
    ) -> Result<R, OtherLoop> {
        let joined = context::with(what, |kernel| {
            let here = self.line.bind_in(kernel)?;
            before(kernel)?;
            let Some(on) = resource.waiting(kernel) else { return Ok(None) };
            let waiter = self.waiter.insert(Waiter::at(kernel.new_future(here, Kind::Resource(on))));
            self.number = self.line.places.borrow_mut().join(waiter.address().key);
            Ok(Some(begin(kernel, waiter)))
        })?;
        // A panic inside the borrow would be our own.
        Ok(joined.unwrap_or_else(|| resource.refuse()))
    }

    /// Gives the wait up, and leaves the line, if it is still in it.
    #[inline]
    pub(super) fn leave(&mut self) {
        if let Some(waiter) = &mut self.waiter {
            waiter.withdraw();
            self.line.places.borrow_mut().leave(self.number);
        }
    }

    /// True if it was called, whether or not the call has been heard.
    pub(super) fn was_called(&self) -> bool {
        self.waiter.as_ref().is_some_and(Waiter::was_set)
    }
}

impl Future for Turn<'_> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.waiter {
            Some(waiter) => Pin::new(waiter).poll(cx),
            None => unreachable!("seedbed bug: a turn was awaited before it had joined, please report"),
        }
    }
}

impl Drop for Turn<'_> {
    /// The line forgets the waiter before its entry in the kernel is given back.
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Places;
    use crate::kernel::Key;

    fn key(number: u64) -> Key {
        Key { slot: u32::try_from(number).unwrap(), generation: 0 }
    }

    proptest! {
        /// A line acts as a plain list does, whoever leaves when.
        #[test]
        fn a_line_is_a_list(steps in prop::collection::vec((0u8..4, any::<prop::sample::Index>()), 0..200)) {
            let mut places = Places::default();
            let mut list: Vec<u64> = Vec::new();
            let mut gone = vec![0];
            for (step, index) in steps {
                match step {
                    0 | 1 => {
                        let number = places.join(key(places.arrivals));
                        list.push(number);
                    }
                    2 if !list.is_empty() => {
                        let number = list.remove(index.index(list.len()));
                        places.leave(number);
                        gone.push(number);
                    }
                    2 => places.leave(gone[index.index(gone.len())]),
                    _ => {
                        let first = (!list.is_empty()).then(|| list.remove(0));
                        prop_assert_eq!(places.pop_front(), first.map(key));
                    }
                }
                prop_assert_eq!(places.iter().collect::<Vec<_>>(), list.iter().copied().map(key).collect::<Vec<_>>());
                prop_assert_eq!(places.len(), list.len());
                prop_assert_eq!(places.is_empty(), list.is_empty());
                prop_assert_eq!(places.first(), list.first().copied().map(key));
                prop_assert!(places.empty <= super::TIDY_FROM.max(places.places.len() / 2));
            }
        }
    }
}
