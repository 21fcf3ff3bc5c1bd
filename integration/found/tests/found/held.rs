//! What the same crates keep to: the laws by which the bugs here were found, under timeouts, in many orders and with faults.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Pool, RecycleError, RecycleResult};
use seedbed::{Hunt, sleep, spawn, timeout, yield_now};
use seedbed_trials::runs;

/// So many tasks want the same thing.
const TASKS: u64 = 6;

/// Hunts without faults, and with those that a program need not know of.
fn hunt<F: Future<Output = ()> + 'static>(name: &str, program: impl Fn() -> F + Copy + Send + Sync + 'static) {
    for faults in ["none", "late+stall+wake+spurious"] {
        Hunt::new(format!("{name}, {faults}")).regressions_off().runs(runs(1_500)).faults(faults).check(program);
    }
}

/// Counts who is inside, whatever takes them out.
struct Inside(Rc<Cell<usize>>);

impl Inside {
    /// # Panics
    ///
    /// Where there are more than `max`.
    fn enter(count: &Rc<Cell<usize>>, max: usize) -> Self {
        count.set(count.get() + 1);
        assert!(count.get() <= max, "{} are inside, {max} may be", count.get());
        Self(count.clone())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Every second task gives up after 0 to 2 ms; the others wait for as long as it takes. In the end, it must be there for `max` at once.
async fn at_most<T: 'static, G>(max: usize, what: T, take: impl AsyncFn(&T) -> G + Copy + 'static) {
    let (what, count) = (Rc::new(what), Rc::new(Cell::new(0)));
    let tasks = (0..TASKS).map(|task| {
        let (what, count) = (what.clone(), count.clone());
        spawn(async move {
            for round in task..task + 3 {
                let turn = async {
                    let _taken = take(&what).await;
                    let _inside = Inside::enter(&count, max);
                    if round % 2 == 0 { sleep(Duration::from_millis(1)).await } else { yield_now().await }
                };
                if task % 2 == 0 {
                    let _gave_up = timeout(Duration::from_millis(round % 3), turn).await.is_err();
                } else {
                    turn.await;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let mut all = Vec::new();
    for _ in 0..max {
        all.push(take(&what).await);
    }
}

/// What was accepted is received, and nothing twice, although senders and receivers give up.
async fn all_are_received_once(capacity: usize) {
    let (sender, receiver) = flume::bounded(capacity);
    let (sent, received) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
    let senders = (0..3).map(|task| {
        let (sender, sent) = (sender.clone(), sent.clone());
        spawn(async move {
            for message in task * 10..task * 10 + 4 {
                let send = sender.send_async(message);
                let accepted = match message % 2 {
                    0 => send.await.is_ok(),
                    _ => timeout(Duration::from_millis(1), send).await.is_ok(),
                };
                sent.borrow_mut().extend(accepted.then_some(message));
            }
        })
    });
    let receivers = (0..2).map(|task| {
        let (receiver, received) = (receiver.clone(), received.clone());
        spawn(async move {
            for round in task.. {
                let receive = receiver.recv_async();
                let message = match round % 3 {
                    0 => timeout(Duration::from_millis(1), receive).await,
                    _ => Ok(receive.await),
                };
                match message {
                    Ok(Ok(message)) => received.borrow_mut().push(message),
                    Ok(Err(flume::RecvError::Disconnected)) => break,
                    Err(_elapsed) => {}
                }
            }
        })
    });
    let tasks: Vec<_> = senders.chain(receivers).collect();
    drop((sender, receiver));
    for task in tasks {
        task.await.unwrap();
    }
    // A message whose sender gave up may have been received all the same.
    let (sent, received) = (sent.take(), received.take());
    for message in &sent {
        assert!(received.contains(message), "{message} was accepted and is lost: {received:?}");
    }
    let distinct: BTreeSet<_> = received.iter().collect();
    assert_eq!(distinct.len(), received.len(), "a message was received twice: {received:?}");
}

/// A manager whose objects take a step to make and to check, and do not last.
struct Units;

impl Manager for Units {
    type Type = u32;
    type Error = Infallible;

    async fn create(&self) -> Result<u32, Infallible> {
        yield_now().await;
        Ok(0)
    }

    async fn recycle(&self, used: &mut u32, _: &Metrics) -> RecycleResult<Infallible> {
        yield_now().await;
        *used += 1;
        if *used > 2 { Err(RecycleError::message("it is worn out")) } else { Ok(()) }
    }
}

#[test]
fn locks_let_in_one() {
    hunt("async-lock", || at_most(1, Arc::new(async_lock::Mutex::new(())), async |lock| lock.lock_arc().await));
    hunt("tokio", || at_most(1, Arc::new(tokio::sync::Mutex::new(())), async |lock| lock.clone().lock_owned().await));
}

#[test]
fn semaphores_let_in_as_many_as_there_are_permits() {
    hunt("async-lock", || {
        at_most(2, Arc::new(async_lock::Semaphore::new(2)), async |permits| permits.acquire_arc().await)
    });
    hunt("tokio", || {
        at_most(2, Arc::new(tokio::sync::Semaphore::new(2)), async |permits| {
            permits.clone().acquire_owned().await.unwrap()
        })
    });
}

#[test]
fn pools_lend_as_much_as_there_is() {
    hunt("managed", || {
        at_most(2, Pool::<Units>::builder(Units).max_size(2).build().unwrap(), async |pool| pool.get().await.unwrap())
    });
    hunt("unmanaged", || {
        at_most(2, deadpool::unmanaged::Pool::from(["one", "two"]), async |pool| pool.get().await.unwrap())
    });
}

#[test]
fn channels_lose_nothing() {
    hunt("with room for one", || all_are_received_once(1));
    hunt("without room", || all_are_received_once(0));
}
