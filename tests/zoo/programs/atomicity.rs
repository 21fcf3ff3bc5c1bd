//! Something that should be one step is two, and another task comes in between.

use std::rc::Rc;

use seedbed::spawn;
use seedbed::sync::Lock;

use super::{Shared, list, work};

/// Read, work, write: the second reader must come after the first writer. Fixed: a lock.
pub(super) async fn lost_update(fixed: bool) {
    let (count, lock) = (Shared::new(0), Lock::new());
    let add = |delay| {
        let (count, lock) = (count.clone(), lock.clone());
        spawn(async move {
            work(delay).await;
            let guard = if fixed { Some(lock.lock().await) } else { None };
            let read = count.get();
            work(1).await;
            count.set(read + 1);
            drop(guard);
        })
    };
    let (first, second) = (add(0), add(3));
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(count.get(), 2, "an update is lost");
}

/// One seat; looking and taking are two steps. Fixed: the seat is taken when it is seen.
pub(super) async fn oversold_seat(fixed: bool) {
    let (seats, sold) = (Shared::new(1), Shared::new(0));
    let buyer = |delay| {
        let (seats, sold) = (seats.clone(), sold.clone());
        spawn(async move {
            work(delay).await;
            if seats.get() > 0 {
                if fixed {
                    seats.set(seats.get() - 1);
                }
                work(2).await;
                if !fixed {
                    seats.set(seats.get() - 1);
                }
                sold.set(sold.get() + 1);
            }
        })
    };
    let buyers = [buyer(0), buyer(4), buyer(8)];
    for buyer in buyers {
        buyer.await.unwrap();
    }
    assert_eq!(sold.get(), 1, "a seat was sold more than once");
}

/// A value is loaded when it is first asked for; two may ask before it is there. Fixed: a lock around asking.
pub(super) async fn loaded_twice(fixed: bool) {
    let (value, loads, lock) = (Shared::new(None), Shared::new(0), Lock::new());
    let asker = |delay| {
        let (value, loads, lock) = (value.clone(), loads.clone(), lock.clone());
        spawn(async move {
            work(delay).await;
            let _guard = if fixed { Some(lock.lock().await) } else { None };
            if value.get().is_none() {
                loads.set(loads.get() + 1);
                work(1).await;
                value.set(Some(7));
            }
            assert_eq!(value.get(), Some(7));
        })
    };
    let (first, second) = (asker(0), asker(2));
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(loads.get(), 1, "loaded twice");
}

/// Money is on neither account for one step, and the audit looks just then. Fixed: a lock.
pub(super) async fn audit_amid_a_transfer(fixed: bool) {
    let (one, other, lock) = (Shared::new(50), Shared::new(50), Lock::new());
    let transfer = {
        let (one, other, lock) = (one.clone(), other.clone(), lock.clone());
        spawn(async move {
            work(2).await;
            let _guard = if fixed { Some(lock.lock().await) } else { None };
            one.set(one.get() - 30);
            work(1).await;
            other.set(other.get() + 30);
        })
    };
    let audit = spawn(async move {
        work(6).await;
        let _guard = if fixed { Some(lock.lock().await) } else { None };
        assert_eq!(one.get() + other.get(), 100, "money is missing");
    });
    transfer.await.unwrap();
    audit.await.unwrap();
}

/// A reader sees the first half of a new pair and the second half of the old one. Fixed: the pair is one value.
pub(super) async fn torn_pair(fixed: bool) {
    let (left, right, both) = (Shared::new(0), Shared::new(0), Shared::new((0, 0)));
    let writer = {
        let (left, right, both) = (left.clone(), right.clone(), both.clone());
        spawn(async move {
            for round in 1..4 {
                left.set(round);
                work(1).await;
                right.set(round);
                both.set((round, round));
                work(2).await;
            }
        })
    };
    let reader = spawn(async move {
        work(2).await;
        for _ in 0..2 {
            let pair = if fixed { both.get() } else { (left.get(), right.get()) };
            assert_eq!(pair.0, pair.1, "half of one pair and half of another");
            work(3).await;
        }
    });
    writer.await.unwrap();
    reader.await.unwrap();
}

/// A stack of nodes in an array: whoever pops compares the top with what it read, but the same top may stand on other nodes by then
/// (ABA). Fixed: the top carries a count.
pub(super) async fn top_of_stack_is_back(fixed: bool) {
    // Node 1 stands on node 2, that on node 3; 0 is the ground.
    let next = Rc::new([0, 2, 3, 0].map(Shared::new));
    let (top, taken) = (Shared::new((1_usize, 0_u32)), list());
    let pop = |steps: u32| {
        let (next, top) = (Rc::clone(&next), top.clone());
        async move {
            loop {
                let seen = top.get();
                let below = next[seen.0].get();
                work(steps).await;
                let same = if fixed { top.get() == seen } else { top.get().0 == seen.0 };
                if same {
                    top.set((below, seen.1 + 1));
                    return seen.0;
                }
            }
        }
    };
    let slow = {
        let (pop, taken) = (pop(1), Rc::clone(&taken));
        spawn(async move {
            let node = pop.await;
            taken.borrow_mut().push(node);
        })
    };
    let busy = {
        let (first, second, next, top, taken) = (pop(0), pop(0), Rc::clone(&next), top.clone(), Rc::clone(&taken));
        spawn(async move {
            work(3).await;
            let one = first.await;
            let other = second.await;
            taken.borrow_mut().push(other);
            next[one].set(top.get().0);
            top.set((one, top.get().1 + 1));
        })
    };
    slow.await.unwrap();
    busy.await.unwrap();
    let mut nodes = taken.borrow().clone();
    let mut at = top.get().0;
    while at != 0 && nodes.len() < 8 {
        nodes.push(at);
        at = next[at].get();
    }
    nodes.sort_unstable();
    assert_eq!(nodes, [1, 2, 3], "a node is lost or there twice");
}

/// A reader fills the cache with what it read before the writer changed it and cleared the cache. Fixed: the reader looks at the version.
pub(super) async fn stale_cache(fixed: bool) {
    let (store, cache) = (Shared::new((10, 0)), Shared::new(None));
    let reader = {
        let (store, cache) = (store.clone(), cache.clone());
        spawn(async move {
            let (value, version) = store.get();
            work(2).await;
            if !fixed || store.get().1 == version {
                cache.set(Some(value));
            }
        })
    };
    let writer = {
        let (store, cache) = (store.clone(), cache.clone());
        spawn(async move {
            work(5).await;
            store.set((11, 1));
            cache.set(None);
        })
    };
    reader.await.unwrap();
    writer.await.unwrap();
    assert!(cache.get().is_none_or(|value| value == store.get().0), "the cache is stale for ever");
}

/// Two take the lock, the third does not, and comes between reading and writing. Fixed: all three do.
pub(super) async fn one_writer_without_the_lock(fixed: bool) {
    let (sum, lock) = (Shared::new(0), Lock::new());
    let add = |delay, locks| {
        let (sum, lock) = (sum.clone(), lock.clone());
        spawn(async move {
            work(delay).await;
            let guard = if locks { Some(lock.lock().await) } else { None };
            let read = sum.get();
            work(1).await;
            sum.set(read + 1);
            drop(guard);
        })
    };
    let tasks = [add(0, true), add(0, true), add(8, fixed)];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(sum.get(), 3, "an update is lost");
}
