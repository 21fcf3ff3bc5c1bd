//! Very many, very long and very deep: no stack overflow, no hang, no slow-down that grows with the square.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use futures::future::{FutureExt, LocalBoxFuture, join, join_all};
use seedbed::{Promise, Sim, Task, TaskError, catch_cancel, gather, shield, sleep, spawn, timeout, yield_now};

use crate::support::secs;

const DEEP: usize = 10_000;

/// Futures inside futures are calls inside calls, and what they need of the stack is the program's to have.
fn on_a_big_stack<T: Send + 'static>(code: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(code).unwrap();
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// `wrap` around `wrap` around … a sleep of a second.
fn nested(wrap: fn(LocalBoxFuture<'static, ()>) -> LocalBoxFuture<'static, ()>) -> LocalBoxFuture<'static, ()> {
    (0..DEEP).fold(sleep(secs(1)).boxed_local(), |inner, _| wrap(inner))
}

#[test]
fn ten_thousand_futures_inside_each_other_run_and_are_cancelled() {
    let wraps: [fn(LocalBoxFuture<'static, ()>) -> LocalBoxFuture<'static, ()>; 3] = [
        |inner| async move { inner.await }.boxed_local(),
        |inner| timeout(secs(9), inner).map(|_| ()).boxed_local(),
        |inner| {
            async move {
                if let Err(cancelled) = catch_cancel(inner).await {
                    match cancelled.resume().await {}
                }
            }
            .boxed_local()
        },
    ];
    for wrap in wraps {
        let outcome = on_a_big_stack(move || {
            let report = Sim::new(0).trace(false).run(async move {
                let finished = spawn(nested(wrap)).await.is_ok();
                let cancelled = spawn(nested(wrap));
                yield_now().await;
                cancelled.cancel();
                (finished, cancelled.await.unwrap_err().is_cancelled())
            });
            (report.end.to_string(), report.unwrap())
        });
        assert_eq!(outcome, ("1.000".to_owned(), (true, true)));
    }
}

/// What is not a future in a future but an object of the loop's own needs no stack at all.
#[test]
fn ten_thousand_gathers_and_shields_inside_each_other_need_no_stack() {
    type Deep = Promise<Vec<Result<u32, TaskError>>>;
    fn gathers(inner: Promise<u32>) -> Deep {
        let mut outer = gather([inner]);
        for _ in 0..DEEP {
            // By its full name: `FutureExt` has a `map` too.
            outer = gather([Promise::map(&outer, |values| u32::try_from(values.len()).unwrap())]);
        }
        outer
    }
    let report = Sim::new(0).trace(false).run(async {
        let first = Promise::new();
        let all = gathers(first.clone());
        first.set_result(1).unwrap();
        let finished = all.await.is_ok();
        let second = Promise::new();
        let all = gathers(second.clone());
        let took = all.cancel();
        let cancelled = all.await.is_err();
        let third = Promise::<u32>::new();
        let shielded = (0..DEEP).fold(third.clone(), |inner, _| shield(inner));
        third.set_result(3).unwrap();
        (finished, took, second.is_cancelled(), cancelled, shielded.await)
    });
    assert_eq!(report.unwrap(), (true, true, true, true, Ok(3)));
}

/// A chain of tasks, each of which awaits the next; the last one sleeps.
fn chain(length: usize, link: fn(Task<usize>) -> LocalBoxFuture<'static, usize>) -> Task<usize> {
    let last = spawn(async {
        sleep(secs(60)).await;
        0
    });
    (1..length).fold(last, |next, _| spawn(link(next)))
}

fn plain(next: Task<usize>) -> LocalBoxFuture<'static, usize> {
    async move { next.await.map_or(usize::MAX, |n| n + 1) }.boxed_local()
}

fn beside_a_timer(next: Task<usize>) -> LocalBoxFuture<'static, usize> {
    async move { join(next, sleep(secs(30))).await.0.map_or(usize::MAX, |n| n + 1) }.boxed_local()
}

#[test]
fn a_chain_of_ten_thousand_tasks_passes_its_value_on() {
    for link in [plain, beside_a_timer] {
        let report = Sim::new(0).run(async move { chain(DEEP, link).await });
        assert_eq!(report.end.to_string(), "60.000");
        assert_eq!(report.unwrap(), Ok(DEEP - 1));
    }
}

#[test]
fn a_chain_of_ten_thousand_tasks_is_cancelled_at_its_head() {
    for link in [plain, beside_a_timer] {
        let report = Sim::new(0).run(async move {
            let head = chain(DEEP, link);
            sleep(secs(1)).await;
            head.cancel_with("all of it");
            head.await
        });
        assert_eq!(report.end.to_string(), "1.000");
        assert_eq!(report.tasks.cancelled, DEEP as u64);
        let Err(TaskError::Cancelled(cancelled)) = report.unwrap() else { panic!("it was cancelled") };
        assert_eq!(cancelled.message(), Some("all of it"));
    }
}

/// The end of the run finds the chain and takes it down: it asks every task, and each request travels to the last.
#[test]
fn a_chain_of_a_thousand_tasks_is_left_over() {
    let report = Sim::new(0).run(async {
        drop(chain(1_000, beside_a_timer));
        sleep(secs(1)).await;
    });
    assert_eq!((report.leftovers.len(), report.tasks.cancelled), (1_000, 1_000));
    assert!(report.is_ok());
}

/// Tasks that wait for each other in a circle, some of them for others too: nobody is asked for ever.
#[test]
fn a_circle_of_tasks_can_be_cancelled() {
    let report = Sim::new(0).run(async {
        let handles: Rc<std::cell::RefCell<Vec<Task<()>>>> = Rc::default();
        for n in 0..6_usize {
            let others = Rc::clone(&handles);
            let task = spawn(async move {
                yield_now().await;
                let next = [others.borrow()[(n + 1) % 6].join(), others.borrow()[(n + 2) % 6].join()];
                join_all(next).await;
            });
            handles.borrow_mut().push(task);
        }
        sleep(secs(1)).await;
        handles.borrow()[0].cancel();
        yield_now().await;
        let joins: Vec<_> = handles.borrow().iter().map(Task::join).collect();
        join_all(joins).await.iter().all(Result::is_err)
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert!(report.unwrap());
}

#[test]
fn a_hundred_thousand_tasks_run_meet_and_end() {
    const MANY: usize = 100_000;
    let run = || {
        let met = Rc::new(Cell::new(0));
        let count = Rc::clone(&met);
        let report = Sim::new(0).trace(false).run(async move {
            let tasks: Vec<_> = (0..MANY)
                .map(|n| {
                    let count = Rc::clone(&count);
                    spawn(async move {
                        sleep(secs(1 + n as u64 % 7)).await;
                        count.set(count.get() + 1);
                        yield_now().await;
                        n
                    })
                })
                .collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await.unwrap();
            }
            sum
        });
        assert_eq!((met.get(), report.end.to_string()), (MANY, "7.000".to_owned()));
        (report.digest, report.unwrap())
    };
    let first = run();
    assert_eq!(first.1, MANY * (MANY - 1) / 2);
    assert_eq!(run(), first);
}

#[test]
fn one_task_may_wait_for_ten_thousand_things_at_once() {
    let report = Sim::new(0).trace(false).run(async {
        let sleeps = (0..DEEP as u64).map(|n| sleep(secs(n % 10)));
        join_all(sleeps).await.len()
    });
    assert_eq!((report.end.to_string(), report.unwrap()), ("9.000".to_owned(), DEEP));
}

struct SpawnsWhenDropped(u32);

impl Drop for SpawnsWhenDropped {
    fn drop(&mut self) {
        if self.0 > 0 {
            let next = Self(self.0 - 1);
            drop(spawn(async move {
                let _next = next;
                std::future::pending::<()>().await;
            }));
        }
    }
}

/// Destructors that spawn tasks whose destructors spawn tasks: followed for a while, then a verdict.
#[test]
fn a_run_that_will_not_end_is_ended() {
    let drive = |depth| {
        Sim::new(0).drive(move || {
            let event_loop = seedbed::EventLoop::new();
            drop(event_loop.spawn(async move { drop(SpawnsWhenDropped(depth)) }));
            event_loop.run_until_complete(yield_now()).unwrap();
        })
    };
    let short = drive(10);
    assert_eq!((short.tasks.leaked, short.is_ok()), (10, true));
    let endless = drive(u32::MAX);
    let text = endless.result.unwrap_err().to_string();
    assert!(text.contains("limit `teardown` passed"), "{text}");
    assert!(text.contains("destructors keep spawning tasks while the run is taken down"), "{text}");
}

/// A pinned box per level, so that nothing here is on the stack but the calls of polling.
#[test]
fn a_deep_future_that_is_never_polled_is_only_dropped() {
    let dropped = on_a_big_stack(|| {
        let report = Sim::new(0).run(async {
            let deep: Pin<Box<dyn Future<Output = ()>>> = nested(|inner| async move { inner.await }.boxed_local());
            let task = spawn(deep);
            task.cancel();
            task.await.unwrap_err().is_cancelled()
        });
        report.unwrap()
    });
    assert!(dropped);
}
