//! `gather`: several futures as one, with all their results in the order in which they were given.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::awaitable::{Awaitable, on_done};
use crate::context;
use crate::kernel::{Address, Cancelled, Kind, PanicReport, State};
use crate::task::{FutureRef, Promise, TaskError};

/// Waits for all and collects what each came to, errors included (asyncio's `return_exceptions=True`).
///
/// The result is a future object of its own, in progress whether or not it is awaited. Cancelling it cancels all children;
/// a child that is cancelled by itself is just one of the results. A future given twice is waited for once.
///
/// ```
/// use seedbed::{Sim, gather, sleep, spawn};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let tasks = [3, 1, 2].map(|n| spawn(async move { sleep(Duration::from_secs(n)).await; n }));
///     gather(tasks).await.unwrap()
/// });
/// assert_eq!(report.end.to_string(), "3.000");
/// assert_eq!(report.unwrap(), [Ok(3), Ok(1), Ok(2)]);
/// ```
///
/// # Panics
///
/// Outside a run.
#[doc(alias = "asyncio.gather")]
#[doc(alias = "return_exceptions")]
#[doc(alias = "join_all")]
pub fn gather<A: Awaitable>(items: impl IntoIterator<Item = A>) -> Promise<Vec<Result<A::Value, TaskError>>> {
    Gathering::start(
        items.into_iter().collect(),
        |_| None,
        |gathering| {
            let results = gathering.items.iter().map(result_of).collect();
            (results, State::Finished)
        },
    )
}

/// Why a [`try_gather`] has no list of values.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TryGatherError<E> {
    /// The first child to fail returned this error.
    Failed(E),
    /// The first child to fail panicked.
    Panicked(Arc<PanicReport>),
    /// The value of a child was moved out by someone else.
    Taken,
}

impl<E: std::fmt::Display> std::fmt::Display for TryGatherError<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::Panicked(report) => report.fmt(f),
            Self::Taken => TaskError::Taken.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for TryGatherError<E> {}

/// The values of children that have finished, until all have.
type Taken<V> = Vec<(FutureRef, Option<V>)>;

/// What one child of a [`try_gather`] came to.
enum Child<V, E> {
    Value(V),
    Error(TryGatherError<E>),
    Cancelled(Cancelled),
}

/// Waits for all and collects their values; the first to fail fails the whole at once (asyncio's `gather` as it is by
/// default). The other children run on.
///
/// A child that is cancelled cancels the reader of the result, as its `CancelledError` does in asyncio.
///
/// ```
/// use seedbed::{Sim, TryGatherError, sleep, spawn_fallible, try_gather};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let tasks = [1, 2, 3].map(|n| {
///         spawn_fallible(async move {
///             sleep(Duration::from_secs(n)).await;
///             if n == 2 { Err("two is wrong") } else { Ok(n) }
///         })
///     });
///     try_gather(tasks).await.unwrap()
/// });
/// assert_eq!(report.end.to_string(), "2.000");
/// assert_eq!(report.unwrap(), Err(TryGatherError::Failed("two is wrong")));
/// ```
///
/// # Panics
///
/// Outside a run.
#[doc(alias = "asyncio.gather")]
#[doc(alias = "try_join_all")]
pub fn try_gather<A, V, E>(items: impl IntoIterator<Item = A>) -> Promise<Result<Vec<V>, TryGatherError<E>>>
where
    A: Awaitable<Value = Result<V, E>>,
    V: 'static,
    E: 'static,
{
    // Values are taken as the children finish: a failure can be told only from the value.
    let taken: Rc<RefCell<Taken<V>>> = Rc::default();
    let keep = Rc::clone(&taken);
    Gathering::start(
        items.into_iter().collect(),
        move |child: &A| match child_of(child) {
            Child::Value(value) => {
                keep.borrow_mut().push((child.future(), Some(value)));
                None
            }
            Child::Error(error) => Some(Early::Failed(Err(error))),
            Child::Cancelled(cancelled) => Some(Early::Cancelled(cancelled)),
        },
        move |gathering| {
            let mut values = Vec::with_capacity(gathering.items.len());
            for item in &gathering.items {
                let future = item.future();
                let kept =
                    taken.borrow_mut().iter_mut().find(|(known, _)| *known == future).and_then(|(_, v)| v.take());
                match kept.map_or_else(|| child_of(item), Child::Value) {
                    Child::Value(value) => values.push(value),
                    Child::Error(error) => return (Err(error), State::Failed),
                    Child::Cancelled(_) => return (Err(TryGatherError::Taken), State::Failed),
                }
            }
            (Ok(values), State::Finished)
        },
    )
}

fn child_of<A, V, E>(child: &A) -> Child<V, E>
where
    A: Awaitable<Value = Result<V, E>>,
{
    match child.read() {
        Ok(Ok(value)) => Child::Value(value),
        Ok(Err(error)) => Child::Error(TryGatherError::Failed(error)),
        Err(TaskError::Cancelled(cancelled)) => Child::Cancelled(cancelled),
        Err(TaskError::Panicked(report)) => Child::Error(TryGatherError::Panicked(report)),
        Err(_) => Child::Error(TryGatherError::Taken),
    }
}

/// A child's result for the list; a cancelled one is not read, so its first reader still gets its very cancellation.
fn result_of<A: Awaitable>(item: &A) -> Result<A::Value, TaskError> {
    let Address { run, key } = item.future().address();
    let cancelled = context::of(run, |kernel| {
        let future = kernel.future(key);
        (future.state() == State::Cancelled)
            .then(|| Cancelled::with(future.extra.as_ref().and_then(|extra| extra.message.clone())))
    });
    match cancelled {
        Some(cancelled) => Err(TaskError::Cancelled(cancelled)),
        None => item.read(),
    }
}

/// How one child may settle the whole before the others are done.
enum Early<R> {
    Failed(R),
    Cancelled(Cancelled),
}

type Judge<A, R> = Box<dyn Fn(&A) -> Option<Early<R>>>;
type Collect<A, R> = Box<dyn Fn(&Gathering<A, R>) -> (R, State)>;

/// A gather in progress, shared by the callbacks on its children.
struct Gathering<A, R> {
    items: Vec<A>,
    /// Number of distinct children.
    children: usize,
    finished: Cell<usize>,
    outer: Promise<R>,
    judge: Judge<A, R>,
    collect: Collect<A, R>,
}

impl<A: Awaitable, R: 'static> Gathering<A, R> {
    fn start(
        items: Vec<A>,
        judge: impl Fn(&A) -> Option<Early<R>> + 'static,
        collect: impl Fn(&Self) -> (R, State) + 'static,
    ) -> Promise<R> {
        let children: Vec<FutureRef> = items.iter().map(Awaitable::future).collect();
        let loop_id = children.first().map(|child| {
            let Address { run, key } = child.address();
            context::of(run, |kernel| kernel.future(key).loop_id())
        });
        let outer = Promise::<R>::of_kind(loop_id, Kind::Gather);
        let Address { run, key } = outer.address();
        let keys = children.iter().map(|child| child.address().key).collect();
        context::of(run, |kernel| kernel.future_mut(key).extra().children = keys);
        let mut distinct: Vec<(usize, FutureRef)> = Vec::with_capacity(children.len());
        let mut seen = std::collections::BTreeSet::new();
        for (at, child) in children.into_iter().enumerate() {
            if seen.insert(child.address().key) {
                distinct.push((at, child));
            }
        }
        let gathering = Rc::new(Self {
            items,
            children: distinct.len(),
            finished: Cell::new(0),
            outer: outer.clone(),
            judge: Box::new(judge),
            collect: Box::new(collect),
        });
        if gathering.items.is_empty() {
            gathering.complete();
        }
        let (done, pending): (Vec<_>, Vec<_>) = distinct.into_iter().partition(|(_, child)| child.is_done());
        for (at, child) in pending {
            let gathering = Rc::clone(&gathering);
            on_done(&child, move || gathering.child_done(at));
        }
        for (at, _) in done {
            gathering.child_done(at);
        }
        outer
    }

    /// CPython's `_done_callback`.
    fn child_done(&self, at: usize) {
        self.finished.set(self.finished.get() + 1);
        if self.outer.is_done() {
            return;
        }
        match (self.judge)(&self.items[at]) {
            Some(Early::Failed(result)) => return self.settle(result, State::Failed),
            Some(Early::Cancelled(cancelled)) => return self.cancelled(cancelled),
            None => {}
        }
        if self.finished.get() == self.children {
            self.complete();
        }
    }

    fn complete(&self) {
        let Address { run, key } = self.outer.address();
        let requested = context::of(run, |kernel| kernel.future_mut(key).extra().cancel_requested);
        match self.items.last() {
            // A gather that was cancelled itself ends so, whatever its children made of it.
            Some(last) if requested => {
                let last = last.future().address().key;
                let cancelled = context::of(run, |kernel| kernel.future_mut(last).make_cancelled());
                self.cancelled(cancelled);
            }
            _ => {
                let (result, state) = (self.collect)(self);
                self.settle(result, state);
            }
        }
    }

    fn settle(&self, result: R, state: State) {
        // A closed loop leaves nobody to be told.
        let _told = self.outer.settle_with(result, state);
    }

    fn cancelled(&self, cancelled: Cancelled) {
        let _told = self.outer.set_cancelled_error(cancelled);
    }
}
