//! Small programs that several tests search.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use seedbed::sync::{Event, Lock, Queue};
use seedbed::{gather, select, sleep, spawn, timeout, yield_now};

use crate::support::millis;

/// Tasks of so many steps each, and nothing else: main waits for the last one to end. `body` is called before each step but the first,
/// and then once more, at the end.
pub(crate) async fn tasks_of_steps<B>(tasks: u32, steps: u32, body: B)
where
    B: Fn(u32, u32) + Clone + 'static,
{
    let (left, done) = (Rc::new(Cell::new(tasks)), Event::new());
    for task in 0..tasks {
        let (left, done, body) = (left.clone(), done.clone(), body.clone());
        let _detached = spawn(async move {
            for step in 1..steps {
                yield_now().await;
                body(task, step);
            }
            body(task, steps);
            left.set(left.get() - 1);
            if left.get() == 0 {
                done.set();
            }
        });
    }
    done.wait().await;
}

/// Two tasks that each add one in two steps, so that an update may be lost.
pub(crate) async fn lost_update() {
    let total = Rc::new(Cell::new(0));
    let add = |total: Rc<Cell<u32>>, pause: u32| async move {
        for _ in 0..pause {
            yield_now().await;
        }
        let read = total.get();
        yield_now().await;
        total.set(read + 1);
    };
    // In FIFO order, the second one begins after the first has ended.
    let tasks = [spawn(add(total.clone(), 0)), spawn(add(total.clone(), 3))];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(total.get(), 2, "an update was lost");
}

/// Two tasks that take two locks in opposite orders, the second one later.
pub(crate) async fn opposite_locks() {
    let (a, b) = (Lock::new().named("a"), Lock::new().named("b"));
    let take = |first: Lock, second: Lock, pause: u32| async move {
        for _ in 0..pause {
            yield_now().await;
        }
        let _first = first.lock().await;
        yield_now().await;
        let _second = second.lock().await;
    };
    let tasks = [spawn(take(a.clone(), b.clone(), 0)), spawn(take(b, a, 3))];
    for task in tasks {
        task.await.unwrap();
    }
}

/// A worker, a producer and a bounded queue; spawns inside tasks.
pub(crate) async fn pipeline() {
    let queue = Queue::new(1);
    let source = queue.clone();
    let producer = spawn(async move {
        for item in 0..2 {
            queue.put(item).await.unwrap();
        }
    });
    let worker = spawn(async move {
        let first = source.get().await.unwrap();
        let child = spawn(async move { source.get().await.unwrap() });
        first + child.await.unwrap()
    });
    assert_eq!(worker.await.unwrap(), 1);
    producer.await.unwrap();
}

/// Timers that fall due together, gathered.
pub(crate) async fn naps() {
    let tasks = [1, 1, 2].map(|delay| spawn(async move { sleep(millis(delay)).await }));
    assert!(gather(tasks).await.unwrap().iter().all(Result::is_ok));
}

/// Two tasks that each choose among branches that are ready at once.
pub(crate) async fn branches() {
    let choose = || async {
        select! {
            () = yield_now() => 1,
            () = async {} => 2,
            () = async {} => 3,
        }
    };
    let (one, other) = (spawn(choose()), spawn(choose()));
    assert!(one.await.unwrap() + other.await.unwrap() > 3);
}

/// A task that is slow in steps, not in time, under a timeout.
pub(crate) async fn slow_under_timeout() {
    let worker = spawn(timeout(millis(10), async {
        for _ in 0..2 {
            yield_now().await;
        }
    }));
    assert!(worker.await.unwrap().is_ok(), "the safety timeout fired");
}

pub(crate) type Named = (&'static str, fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>);

/// All of the above, by name.
pub(crate) const ALL: [Named; 7] = [
    ("tasks", || Box::pin(tasks_of_steps(2, 3, |_, _| ()))),
    ("lost update", || Box::pin(lost_update())),
    ("opposite locks", || Box::pin(opposite_locks())),
    ("pipeline", || Box::pin(pipeline())),
    ("naps", || Box::pin(naps())),
    ("branches", || Box::pin(branches())),
    ("slow under timeout", || Box::pin(slow_under_timeout())),
];
