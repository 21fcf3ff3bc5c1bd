//! Cancellation unwinds as in asyncio: to the innermost frame, with its message, and only where it was aimed.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{join, join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use seedbed::task::Cancelled;
use seedbed::{
    Promise, Sim, TaskError, TaskGroup, catch_cancel, current_task, gather, now, shield, sleep, spawn, timeout,
    yield_now,
};

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Runs `main` and returns its value.
fn check<F: Future + 'static>(main: F) -> F::Output
where
    F::Output: 'static,
{
    Sim::new(0).run(main).unwrap()
}

#[test]
fn without_a_frame_the_task_is_dropped() {
    struct Finally(Rc<Cell<bool>>);
    impl Drop for Finally {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (dropped, ending) = check(async {
        let flag = Rc::new(Cell::new(false));
        let guard = Finally(Rc::clone(&flag));
        let task = spawn(async move {
            let _guard = guard;
            sleep(seconds(60)).await;
        });
        yield_now().await;
        task.cancel_with("enough");
        (flag, task.await)
    });
    assert!(dropped.get());
    assert_eq!(ending, Err(TaskError::Cancelled(Cancelled::new(Some("enough")))));
}

#[test]
fn a_task_that_never_started_is_dropped_without_a_poll() {
    let polled = check(async {
        let polled = Rc::new(Cell::new(false));
        let seen = Rc::clone(&polled);
        let task = spawn(async move { seen.set(true) });
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        polled.get()
    });
    assert!(!polled);
}

#[test]
fn the_innermost_frame_catches_and_the_code_after_it_goes_on() {
    let story = check(async {
        let task = spawn(async {
            let outer = catch_cancel(async {
                let inner = catch_cancel(sleep(seconds(60))).await;
                sleep(seconds(1)).await;
                inner.unwrap_err().message().map(str::to_owned)
            })
            .await;
            (outer, now().to_string())
        });
        sleep(seconds(5)).await;
        task.cancel_with("first");
        task.await.unwrap()
    });
    assert_eq!(story, (Ok(Some("first".to_owned())), "6.000".to_owned()));
}

#[test]
fn a_resumed_cancellation_reaches_the_next_frame_outwards() {
    let (outer, done) = check(async {
        let task = spawn(async {
            catch_cancel(async {
                match catch_cancel(sleep(seconds(60))).await {
                    Ok(()) => unreachable!("it is cancelled"),
                    Err(cancelled) => cancelled.resume().await,
                }
            })
            .await
            .map(|never| match never {})
        });
        yield_now().await;
        task.cancel_with("on and on");
        let ended = task.await.unwrap();
        (ended, ())
    });
    assert_eq!(outer, Err(Cancelled::new(Some("on and on"))));
    assert_eq!(done, ());
}

#[test]
fn a_leaf_makes_no_progress_in_the_step_that_delivers() {
    // The sleep is over and the cancellation arrives before the task has run: the cancellation wins.
    let caught = check(async {
        let task = spawn(async { catch_cancel(sleep(seconds(1))).await.is_err() });
        sleep(seconds(1)).await;
        task.cancel();
        task.await.unwrap()
    });
    assert!(caught);
}

#[test]
fn a_request_while_running_is_delivered_at_the_next_await() {
    let (before, after) = check(async {
        let task = spawn(async {
            current_task().expect("in a task").cancel();
            let before = now();
            let caught = catch_cancel(sleep(seconds(9))).await.is_err();
            (before == now(), caught)
        });
        task.await.unwrap()
    });
    assert!(before && after);
}

#[test]
fn a_marked_task_that_returns_ends_cancelled() {
    let ending = check(async {
        spawn(async {
            current_task().expect("in a task").cancel_with("late");
            "value"
        })
        .await
    });
    assert_eq!(ending, Err(TaskError::Cancelled(Cancelled::new(Some("late")))));
}

#[test]
fn uncancel_down_to_zero_withdraws_what_was_not_delivered() {
    let slept = check(async {
        spawn(async {
            let me = current_task().expect("in a task");
            me.cancel();
            assert_eq!((me.cancelling(), me.uncancel()), (1, 0));
            catch_cancel(sleep(seconds(1))).await.is_ok()
        })
        .await
        .unwrap()
    });
    assert!(slept);
}

#[test]
fn a_chain_of_awaiting_tasks_ends_innermost_first() {
    let order = check(async {
        let log = Rc::new(std::cell::RefCell::new(Vec::new()));
        struct Say(&'static str, Rc<std::cell::RefCell<Vec<&'static str>>>);
        impl Drop for Say {
            fn drop(&mut self) {
                self.1.borrow_mut().push(self.0);
            }
        }
        let inner_says = Say("inner", Rc::clone(&log));
        let inner = spawn(async move {
            let _says = inner_says;
            sleep(seconds(60)).await;
        });
        let outer_says = Say("outer", Rc::clone(&log));
        let outer = spawn(async move {
            let _says = outer_says;
            inner.await
        });
        sleep(seconds(1)).await;
        outer.cancel();
        assert!(outer.await.unwrap_err().is_cancelled());
        log.take()
    });
    assert_eq!(order, ["inner", "outer"]);
}

#[test]
fn an_awaited_task_that_swallows_its_cancellation_saves_the_one_who_waits() {
    let value = check(async {
        let stubborn = spawn(async {
            let _caught = catch_cancel(sleep(seconds(60))).await;
            "kept on"
        });
        let waiting = spawn(async { stubborn.await.unwrap() });
        sleep(seconds(1)).await;
        waiting.cancel();
        waiting.await
    });
    assert_eq!(value, Ok("kept on"));
}

#[test]
fn someone_elses_cancellation_is_a_value_not_an_unwinding() {
    let seen = check(async {
        let victim = spawn(sleep(seconds(60)));
        let promise = victim.promise();
        let watcher = spawn(async move { victim.await.unwrap_err().is_cancelled() });
        yield_now().await;
        promise.cancel();
        watcher.await
    });
    assert_eq!(seen, Ok(true));
}

#[test]
fn a_shield_lets_the_inner_task_live() {
    let (outer, inner, end) = check(async {
        let inner = spawn(async {
            sleep(seconds(3)).await;
            "inner"
        });
        let shielded = inner.join();
        let outer = spawn(async move { shield(shielded).await });
        sleep(seconds(1)).await;
        outer.cancel();
        (outer.await.unwrap_err().is_cancelled(), inner.await, now().to_string())
    });
    assert_eq!((outer, inner, end.as_str()), (true, Ok("inner"), "3.000"));
}

#[test]
fn a_timeout_cancels_only_its_own_branch_of_a_join() {
    let (left, right) = check(async {
        let left = async { timeout(seconds(1), catch_cancel(sleep(seconds(60)))).await };
        let right = async { catch_cancel(sleep(seconds(2))).await };
        join(left, right).await
    });
    assert_eq!(left.map(|caught| caught.is_err()), Ok(true), "caught inside, so the timeout finds a value");
    assert_eq!(right, Ok(()), "a sibling branch must not notice");
}

#[test]
fn cancelling_the_task_reaches_every_branch_of_a_join() {
    let caught = check(async {
        let task = spawn(join_all((1..4).map(|n| async move { catch_cancel(sleep(seconds(n * 10))).await.is_err() })));
        sleep(seconds(1)).await;
        task.cancel();
        task.await.unwrap()
    });
    assert_eq!(caught, [true, true, true]);
}

#[test]
fn frames_inside_futures_unordered_are_woken_for_a_delivery() {
    let caught = check(async {
        let task = spawn(async {
            let mut branches: FuturesUnordered<_> =
                (1..4).map(|_| catch_cancel(std::future::pending::<()>())).collect();
            let mut caught = 0;
            while let Some(branch) = branches.next().await {
                caught += u32::from(branch.is_err());
            }
            caught
        });
        yield_now().await;
        task.cancel();
        task.await
    });
    assert_eq!(caught, Ok(3));
}

#[test]
fn a_timeout_that_expires_while_its_task_is_cancelled_lets_the_cancellation_go_on() {
    let ending = check(async {
        let task = spawn(async { timeout(seconds(1), sleep(seconds(60))).await });
        sleep(seconds(1)).await;
        // The deadline has just passed in this very pass; the task has not run yet.
        task.cancel_with("outer");
        task.await
    });
    assert!(ending.unwrap_err().is_cancelled(), "the outer request is not the timeout's to swallow");
}

#[test]
fn nested_timeouts_report_where_the_deadline_was() {
    let (inner, outer) = check(async {
        let outer = timeout(seconds(2), async {
            let inner = timeout(seconds(1), sleep(seconds(60))).await;
            sleep(seconds(60)).await;
            inner
        });
        let outer = outer.await;
        let inner = timeout(seconds(2), timeout(seconds(1), sleep(seconds(60)))).await;
        (inner, outer.is_err())
    });
    assert_eq!(inner.map(|inner| inner.is_err()), Ok(true));
    assert!(outer);
}

#[test]
fn cancelling_a_gather_cancels_all_its_children() {
    let (endings, end) = check(async {
        let tasks: Vec<_> = (1..4).map(|n| spawn(sleep(seconds(n * 10)))).collect();
        let whole = gather(tasks.iter().map(|task| task.join()));
        sleep(seconds(1)).await;
        whole.cancel();
        let ended = whole.await.unwrap_err().is_cancelled();
        assert!(ended);
        (tasks.iter().all(|task| task.is_cancelled()), now().to_string())
    });
    assert!(endings);
    assert_eq!(end, "1.000");
}

#[test]
fn a_group_waits_for_its_children_when_it_is_cancelled() {
    let end = check(async {
        let task = spawn(TaskGroup::<()>::scope(|group| async move {
            let child = group.spawn(async {
                let _caught = catch_cancel(sleep(seconds(60))).await;
                sleep(seconds(2)).await;
                Ok(())
            });
            child.unwrap().await.unwrap()
        }));
        sleep(seconds(1)).await;
        task.cancel();
        let _ending = task.await;
        now().to_string()
    });
    assert_eq!(end, "3.000");
}

/// A future that wants to be woken for nothing each time it is polled.
struct Restless(u32);

impl Future for Restless {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        self.0 += 1;
        cx.waker().wake_by_ref();
        if self.0 < 5 { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    }
}

#[test]
fn a_group_that_fails_repeats_the_request_it_met_without_a_message() {
    let report = Sim::new(0).run(async {
        let me = current_task().expect("in a task");
        me.cancel_with("first");
        let failed = TaskGroup::scope(|_: TaskGroup<&str>| async { Err::<(), _>("the body failed") }).await;
        assert_eq!(failed.map_err(|failed| failed.errors), Err(vec!["the body failed"]));
        me.cancel_with("second");
        let failed = TaskGroup::scope(|_: TaskGroup<&str>| async { Err::<(), _>("again") }).await;
        assert_eq!(failed.map_err(|failed| failed.errors), Err(vec!["again"]));
        catch_cancel(sleep(seconds(1))).await
    });
    // `TaskGroup.__aexit__` takes one request back and makes it again, so that their count stays; the last message wins.
    assert_eq!(report.unwrap(), Err(Cancelled::new(None)));
}

#[test]
fn a_foreign_leaf_is_cancelled_at_its_next_step() {
    let polls = check(async {
        let task = spawn(async { catch_cancel(Restless(0)).await.is_err() });
        yield_now().await;
        task.cancel();
        task.await
    });
    assert_eq!(polls, Ok(true));
}

#[test]
fn a_promise_tells_its_message_to_every_reader() {
    let messages = check(async {
        let promise = Promise::<()>::new();
        promise.cancel_with("no more");
        let read = |result: Result<(), TaskError>| result.unwrap_err().to_string();
        [read(promise.join().await), read(promise.join().await)]
    });
    assert_eq!(messages, ["cancelled: no more", "cancelled: no more"]);
}

#[test]
fn a_cancelled_task_tells_its_message_to_its_first_reader_only() {
    let messages = check(async {
        let task = spawn(sleep(seconds(60)));
        yield_now().await;
        task.cancel_with("once");
        let read = |result: Result<(), TaskError>| result.unwrap_err().to_string();
        [read(task.join().await), read(task.join().await)]
    });
    assert_eq!(messages, ["cancelled: once", "cancelled"]);
}
