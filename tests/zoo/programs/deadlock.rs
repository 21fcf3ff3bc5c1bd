//! Tasks wait for each other.

use std::rc::Rc;

use seedbed::spawn;
use seedbed::sync::{Lock, Queue, Semaphore};

use super::work;

/// Two locks, taken in two orders. Fixed: in one.
pub(super) async fn locks_in_two_orders(fixed: bool) {
    let [one, other] = ["one", "other"].map(|name| Lock::new().named(name));
    let both = |delay, first: &Lock, second: &Lock| {
        let (first, second) = (first.clone(), second.clone());
        spawn(async move {
            work(delay).await;
            let _first = first.lock().await;
            work(1).await;
            let _second = second.lock().await;
            work(1).await;
        })
    };
    let forth = both(0, &one, &other);
    let back = if fixed { both(4, &one, &other) } else { both(4, &other, &one) };
    forth.await.unwrap();
    back.await.unwrap();
}

/// Three at a table, each with a fork at either side, and each takes the left one first. Fixed: the last one takes the right one first.
pub(super) async fn three_forks(fixed: bool) {
    let forks: Rc<[Lock]> = ["a", "b", "c"].map(|name| Lock::new().named(name)).into();
    let tasks = [(0, 0), (1, 3), (2, 6)].map(|(seat, delay)| {
        let forks = Rc::clone(&forks);
        let (left, right) = if fixed && seat == 2 { (0, 2) } else { (seat, (seat + 1) % 3) };
        spawn(async move {
            work(delay).await;
            let _left = forks[left].lock().await;
            work(1).await;
            let _right = forks[right].lock().await;
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
}

/// A pool of two workers, and jobs that wait for a job of their own in the same pool. Fixed: those go to another pool.
pub(super) async fn pool_of_waiting_jobs(fixed: bool) {
    let workers = Semaphore::new(2);
    let others = if fixed { Semaphore::new(2) } else { workers.clone() };
    let job = |delay| {
        let (workers, others) = (workers.clone(), others.clone());
        spawn(async move {
            work(delay).await;
            let _worker = workers.permit().await;
            work(1).await;
            let part = spawn(async move {
                let _worker = others.permit().await;
                work(1).await;
            });
            part.await.unwrap();
        })
    };
    let jobs = [job(0), job(6), job(12)];
    for job in jobs {
        job.await.unwrap();
    }
}

/// The receiver waits for an item under the lock that the sender needs. Fixed: it waits first.
pub(super) async fn lock_held_while_receiving(fixed: bool) {
    let (lock, queue) = (Lock::new().named("state"), Queue::new(0));
    let sender = {
        let (lock, queue) = (lock.clone(), queue.clone());
        spawn(async move {
            let _guard = lock.lock().await;
            work(1).await;
            queue.put(1).await.unwrap();
        })
    };
    let receiver = spawn(async move {
        work(1).await;
        let early = if fixed { Some(queue.get().await.unwrap()) } else { None };
        let _guard = lock.lock().await;
        if early.is_none() {
            queue.get().await.unwrap();
        }
    });
    sender.await.unwrap();
    receiver.await.unwrap();
}

/// Two permits, and each of three takes both, one by one. Fixed: only one at a time may start to.
pub(super) async fn permits_one_by_one(fixed: bool) {
    let (permits, gate) = (Semaphore::new(2), Lock::new());
    let taker = |delay| {
        let (permits, gate) = (permits.clone(), gate.clone());
        spawn(async move {
            work(delay).await;
            let gate = if fixed { Some(gate.lock().await) } else { None };
            let _one = permits.permit().await;
            work(2).await;
            let _other = permits.permit().await;
            drop(gate);
            work(1).await;
        })
    };
    let tasks = [taker(0), taker(5), taker(10)];
    for task in tasks {
        task.await.unwrap();
    }
}

/// A child needs the lock for its last words, and is awaited under it. Fixed: it is awaited outside.
pub(super) async fn joined_under_its_lock(fixed: bool) {
    let lock = Lock::new().named("log");
    let child = {
        let lock = lock.clone();
        spawn(async move {
            work(1).await;
            let _guard = lock.lock().await;
        })
    };
    work(3).await;
    let guard = lock.lock().await;
    if fixed {
        drop(guard);
        child.await.unwrap();
    } else {
        child.await.unwrap();
        drop(guard);
    }
}
