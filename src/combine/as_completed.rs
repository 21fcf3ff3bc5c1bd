//! `as_completed`: several futures in the order in which they finish.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use super::awaitable::{Awaitable, on_done, withdraw};
use super::wait::Alarm;
use crate::kernel::{Address, Key, Kind, Purpose};
use crate::task::{FutureRef, TaskError, Waiter};
use crate::time::Elapsed;

/// Hands out several futures as they finish.
///
/// Those that are done already come in the order given. Giving up early leaves the others alone. With a timeout, what is
/// not done by then comes as [`Elapsed`].
///
/// ```
/// use seedbed::{Sim, as_completed, sleep, spawn};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let tasks = [3, 1, 2].map(|n| spawn(async move { sleep(Duration::from_secs(n)).await; n }));
///     let mut finished = as_completed(tasks, None);
///     let mut order = Vec::new();
///     while let Some(task) = finished.next().await {
///         order.push(task.unwrap().await.unwrap());
///     }
///     order
/// });
/// assert_eq!(report.unwrap(), [1, 2, 3]);
/// ```
///
/// # Panics
///
/// Outside a run.
#[doc(alias = "asyncio.as_completed")]
#[doc(alias = "FuturesUnordered")]
pub fn as_completed<A: Awaitable>(items: impl IntoIterator<Item = A>, timeout: Option<Duration>) -> AsCompleted<A> {
    let state = Rc::new(RefCell::new(State::default()));
    let mut seen = std::collections::BTreeSet::new();
    let mut futures: Vec<FutureRef> = Vec::new();
    for item in items {
        let future = item.future();
        if seen.insert(future.address().key) {
            state.borrow_mut().todo.insert(futures.len(), item);
            futures.push(future);
        }
    }
    let left = futures.len();
    let register = |(at, future): (usize, FutureRef)| {
        let state = Rc::clone(&state);
        let key = on_done(&future, move || State::finished(&state, at));
        (future, key)
    };
    let callbacks: Vec<(FutureRef, Key)> = futures.into_iter().enumerate().map(register).collect();
    let timeout = if left == 0 { None } else { timeout };
    let late = Rc::clone(&state);
    let watched = callbacks.clone();
    let alarm = Rc::new(Alarm::set(timeout, move || State::elapsed(&late, &watched)));
    state.borrow_mut().alarm = Some(Rc::clone(&alarm));
    AsCompleted { state, left }
}

/// Made by [`as_completed`].
pub struct AsCompleted<A> {
    state: Rc<RefCell<State<A>>>,
    /// How many are still to be handed out.
    left: usize,
}

struct State<A> {
    todo: BTreeMap<usize, A>,
    /// asyncio's queue: what has finished, or `None` for what the timeout cut off.
    done: VecDeque<Option<A>>,
    getters: VecDeque<Address>,
    alarm: Option<Rc<Alarm>>,
}

impl<A> Default for State<A> {
    fn default() -> Self {
        Self { todo: BTreeMap::new(), done: VecDeque::new(), getters: VecDeque::new(), alarm: None }
    }
}

impl<A: Awaitable> State<A> {
    fn finished(this: &Rc<RefCell<Self>>, at: usize) {
        let (item, last) = {
            let mut state = this.borrow_mut();
            // The timeout was here first.
            let Some(item) = state.todo.remove(&at) else { return };
            (item, state.todo.is_empty())
        };
        Self::put(this, Some(item));
        let alarm = if last { this.borrow_mut().alarm.take() } else { None };
        if let Some(alarm) = alarm {
            alarm.withdraw();
        }
    }

    fn elapsed(this: &Rc<RefCell<Self>>, callbacks: &[(FutureRef, Key)]) {
        let todo = std::mem::take(&mut this.borrow_mut().todo);
        for (at, item) in todo {
            let (future, key) = &callbacks[at];
            withdraw(future, *key);
            Self::put(this, None);
            drop(item);
        }
    }

    fn put(this: &Rc<RefCell<Self>>, item: Option<A>) {
        let mut state = this.borrow_mut();
        state.done.push_back(item);
        while let Some(getter) = state.getters.pop_front() {
            if Waiter::set(getter) {
                break;
            }
        }
    }
}

impl<A: Awaitable> AsCompleted<A> {
    /// The next one to finish; `None` when all have been handed out.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] for each that the timeout cut off.
    #[allow(clippy::should_implement_trait, reason = "it is asynchronous; `Stream` would need pinning")]
    pub async fn next(&mut self) -> Option<Result<A, Elapsed>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(self.get().await.ok_or(Elapsed))
    }

    /// As [`next`](Self::next), reading the value at once.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] for each that the timeout cut off.
    pub async fn next_value(&mut self) -> Option<Result<Result<A::Value, TaskError>, Elapsed>> {
        self.next().await.map(|item| item.map(|item| item.read()))
    }

    /// asyncio's `Queue.get`.
    async fn get(&mut self) -> Option<A> {
        loop {
            let item = self.state.borrow_mut().done.pop_front();
            if let Some(item) = item {
                return item;
            }
            let mut waiter = Waiter::new("as_completed", Kind::Other(Purpose::AsCompleted));
            let address = waiter.address();
            self.state.borrow_mut().getters.push_back(address);
            let _getter = Getter { getters: &self.state, address };
            (&mut waiter).await;
        }
    }
}

/// A getter in the queue; dropping it takes it out.
struct Getter<'a, A> {
    getters: &'a RefCell<State<A>>,
    address: Address,
}

impl<A> Drop for Getter<'_, A> {
    fn drop(&mut self) {
        self.getters.borrow_mut().getters.retain(|getter| *getter != self.address);
    }
}

impl<A> std::fmt::Debug for AsCompleted<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish_non_exhaustive()
    }
}
