//! A task is cancelled at a bad place.

use std::rc::Rc;

use seedbed::sync::Queue;
use seedbed::{catch_cancel, select, spawn};

use super::{Shared, list, work};

/// Whoever is cancelled with an item in hand drops it. Fixed: a guard puts it back.
pub(super) async fn item_in_hand(fixed: bool) {
    struct InHand(Option<u32>, Queue<u32>, bool);
    impl Drop for InHand {
        fn drop(&mut self) {
            if let Some(item) = self.0.take().filter(|_| self.2) {
                self.1.put_nowait(item).unwrap();
            }
        }
    }
    let (queue, done) = (Queue::new(0), list());
    queue.put_nowait(7).unwrap();
    let worker = {
        let (queue, done) = (queue.clone(), Rc::clone(&done));
        spawn(async move {
            work(1).await;
            let mut item = InHand(Some(queue.get().await.unwrap()), queue.clone(), fixed);
            work(2).await;
            done.borrow_mut().extend(item.0.take());
        })
    };
    work(6).await;
    worker.cancel();
    let _ended = worker.await;
    while let Ok(item) = queue.get_nowait() {
        done.borrow_mut().push(item);
    }
    assert_eq!(*done.borrow(), [7], "the item is lost");
}

/// A flag says that somebody is at work; cancelled at work, it stays up. Fixed: a guard takes it down.
pub(super) async fn busy_for_ever(fixed: bool) {
    struct Busy(Shared<bool>, bool);
    impl Drop for Busy {
        fn drop(&mut self) {
            if self.1 {
                self.0.set(false);
            }
        }
    }
    let (busy, done) = (Shared::new(false), Shared::new(0));
    let job = |delay| {
        let (busy, done) = (busy.clone(), done.clone());
        spawn(async move {
            work(delay).await;
            if !busy.get() {
                let mut guard = Busy(busy.clone(), fixed);
                busy.set(true);
                work(2).await;
                done.set(done.get() + 1);
                guard.1 = true;
            }
        })
    };
    let first = job(0);
    work(5).await;
    first.cancel();
    let _ended = first.await;
    let before = done.get();
    job(0).await.unwrap();
    assert_eq!(done.get(), before + 1, "nobody works, and everybody is told to wait");
}

/// A record of two parts, and a cancellation between them. Fixed: the writer takes no cancellation there.
pub(super) async fn half_a_record(fixed: bool) {
    let file = list();
    let writer = {
        let file = Rc::clone(&file);
        spawn(async move {
            for record in 0..2 {
                work(1).await;
                if fixed {
                    file.borrow_mut().extend([record; 2]);
                } else {
                    file.borrow_mut().push(record);
                    work(1).await;
                    file.borrow_mut().push(record);
                }
            }
        })
    };
    let stopper = spawn(async move {
        work(7).await;
        writer.cancel();
        let _ended = writer.await;
    });
    stopper.await.unwrap();
    assert!(file.borrow().len().is_multiple_of(2), "half a record was written");
}

/// One branch of a `select!` takes an item and then works; when the other branch is first, both are gone. Fixed: the work comes after.
pub(super) async fn branch_with_an_item(fixed: bool) {
    let (queue, ticks, done) = (Queue::new(0), Queue::new(0), Shared::new(0));
    let consumer = {
        let (queue, ticks, done) = (queue.clone(), ticks.clone(), done.clone());
        spawn(async move {
            let (mut taken, mut ticked) = (0, false);
            while taken < 1 || !ticked {
                let next = async {
                    let item: u32 = queue.get().await.unwrap();
                    if !fixed {
                        work(2).await;
                    }
                    item
                };
                select! {
                    item = next => {
                        taken += item;
                        work(2).await;
                        done.set(taken);
                    }
                    tick = ticks.get() => ticked = tick.unwrap(),
                }
            }
        })
    };
    let producer = spawn(async move {
        work(1).await;
        queue.put(1).await.unwrap();
    });
    let ticker = spawn(async move {
        work(8).await;
        ticks.put(true).await.unwrap();
    });
    producer.await.unwrap();
    ticker.await.unwrap();
    catch_cancel(consumer).await.unwrap().unwrap();
    assert_eq!(done.get(), 1);
}
