//! A signal is given when nobody hears it, or to the wrong one.

use std::rc::Rc;

use seedbed::sync::{Condition, Event, Lock};
use seedbed::{Promise, spawn};

use super::{Shared, list, work};

/// An event is set and cleared at once; whoever comes later waits for ever. Fixed: it stays set.
pub(super) async fn pulse_before_the_wait(fixed: bool) {
    let event = Event::new();
    let waiter = {
        let event = event.clone();
        spawn(async move {
            work(1).await;
            event.wait().await;
        })
    };
    let setter = spawn(async move {
        work(3).await;
        event.set();
        if !fixed {
            event.clear();
        }
    });
    waiter.await.unwrap();
    setter.await.unwrap();
}

/// Producers and consumers of a buffer for one wait on one condition, and `notify(1)` wakes one of the same sort, who waits
/// again. Fixed: all are notified.
pub(super) async fn wrong_one_notified(fixed: bool) {
    let (lock, items) = (Lock::new(), Shared::new(0));
    let condition = Condition::with_lock(&lock);
    let worker = |delay, wanted: i32, change: i32| {
        let (condition, items) = (condition.clone(), items.clone());
        spawn(async move {
            work(delay).await;
            let mut guard = condition.lock().await;
            while items.get() != wanted {
                guard.wait().await;
            }
            items.set(items.get() + change);
            if fixed { guard.notify_all() } else { guard.notify(1) }
        })
    };
    let tasks = [worker(0, 1, -1), worker(1, 0, 1), worker(6, 1, -1), worker(9, 0, 1)];
    for task in tasks {
        task.await.unwrap();
    }
}

/// A mailbox made by hand: the reader looks, then leaves its bell; a letter in between rings nothing. Fixed: it looks again.
pub(super) async fn registered_too_late(fixed: bool) {
    let letters = list::<u32>();
    let bell = Rc::new(std::cell::RefCell::new(None::<Promise<()>>));
    let reader = {
        let (letters, bell) = (Rc::clone(&letters), Rc::clone(&bell));
        spawn(async move {
            work(1).await;
            let empty = letters.borrow().is_empty();
            if empty {
                work(1).await;
                let mine = Promise::new();
                *bell.borrow_mut() = Some(mine.clone());
                if !fixed || letters.borrow().is_empty() {
                    mine.await.unwrap();
                }
            }
        })
    };
    let writer = spawn(async move {
        work(4).await;
        letters.borrow_mut().push(1);
        if let Some(bell) = bell.borrow_mut().take() {
            bell.set_result(()).unwrap();
        }
    });
    reader.await.unwrap();
    writer.await.unwrap();
}

/// Two items come before the consumer wakes, and it takes one for each signal. Fixed: it takes all that are there.
pub(super) async fn two_items_one_signal(fixed: bool) {
    let (items, event) = (Shared::new(0), Event::new());
    let consumer = {
        let (items, event) = (items.clone(), event.clone());
        spawn(async move {
            let mut taken = 0;
            while taken < 2 {
                event.wait().await;
                event.clear();
                let take = if fixed { items.get() } else { 1 };
                items.set(items.get() - take);
                taken += take;
            }
        })
    };
    let producer = spawn(async move {
        for _ in 0..2 {
            work(3).await;
            items.set(items.get() + 1);
            event.set();
        }
    });
    consumer.await.unwrap();
    producer.await.unwrap();
}
