//! Cancellation and timeouts that meet futures of other libraries.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use futures::channel::oneshot;
use futures::future::{self, FutureExt, join, join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use seedbed::{Promise, TaskError, TaskGroup, catch_cancel, gather, note, now, sleep, spawn, timeout, yield_now};
use tokio::sync::{Mutex, Notify, Semaphore, mpsc};

use crate::support::{in_every_order, notes, polls, secs, steady};

#[test]
fn a_task_that_waits_for_another_library_is_dropped_at_its_next_step() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::channel::<u32>(1);
        let task = spawn(async move { receiver.recv().await });
        sleep(secs(1)).await;
        task.cancel_with("enough");
        let closed_before = sender.is_closed();
        let error = task.await.unwrap_err();
        (closed_before, sender.is_closed(), error.to_string())
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), (false, true, "cancelled: enough".to_owned()));
}

#[test]
fn catch_cancel_leaves_the_channel_usable() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::channel(1);
        let task = spawn(async move {
            let caught = catch_cancel(receiver.recv()).await.unwrap_err();
            note!("caught {caught}");
            receiver.recv().await
        });
        sleep(secs(1)).await;
        task.cancel_with("change of plan");
        sleep(secs(1)).await;
        sender.send(5).await.unwrap();
        task.await.unwrap()
    });
    assert_eq!(notes(&report), ["1.000 caught cancelled: change of plan"]);
    assert_eq!(report.end.to_string(), "2.000");
    assert_eq!(report.unwrap(), Some(5));
}

#[test]
fn a_timeout_cuts_off_what_never_wakes() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::channel::<u32>(1);
        let first = timeout(secs(2), receiver.recv()).await;
        let nested = timeout(secs(9), timeout(secs(1), pending::<()>())).await;
        sender.send(1).await.unwrap();
        let third = timeout(secs(2), receiver.recv()).await;
        (first.is_err(), nested.map(|inner| inner.is_err()), third)
    });
    assert_eq!(report.end.to_string(), "3.000");
    assert_eq!(report.unwrap(), (true, Ok(true), Ok(Some(1))));
}

/// Every child catches, beside others that do not: each way to wait is there once with a wake of our own and once
/// without any.
#[test]
fn a_cancellation_reaches_every_branch_of_an_unordered_set() {
    let report = steady(|| async {
        let (sender, receiver) = oneshot::channel::<()>();
        let promise = Promise::<()>::named("never");
        let task = spawn(async move {
            let children = FuturesUnordered::new();
            children.push(catch_cancel(sleep(secs(60))).map(|r| ("sleep", r.is_err())).boxed_local());
            children.push(catch_cancel(pending::<()>()).map(|r| ("pending", r.is_err())).boxed_local());
            children.push(catch_cancel(receiver).map(|r| ("oneshot", r.is_err())).boxed_local());
            children.push(catch_cancel(promise).map(|r| ("promise", r.is_err())).boxed_local());
            let mut caught: Vec<_> = children.collect().await;
            caught.sort_unstable();
            caught
        });
        sleep(secs(1)).await;
        task.cancel();
        let caught = task.await.unwrap();
        drop(sender);
        caught
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), [("oneshot", true), ("pending", true), ("promise", true), ("sleep", true)]);
}

#[test]
fn a_timeout_in_an_unordered_set_unwinds_only_its_own_branch() {
    let report = steady(|| async {
        let mut children: FuturesUnordered<_> = (1..=3_u64)
            .map(|n| {
                async move {
                    let inside = async {
                        let caught = catch_cancel(pending::<()>()).await;
                        note!("{n} caught {}", caught.is_err());
                    };
                    timeout(secs(n), inside).await.is_err()
                }
                .boxed_local()
            })
            .collect();
        while let Some(elapsed) = children.next().await {
            note!("elapsed {elapsed}");
        }
        seedbed::current_task().unwrap().cancelling()
    });
    let expected = [1, 2, 3].map(|n| [format!("{n}.000 {n} caught true"), format!("{n}.000 elapsed false")]);
    // A timeout whose deadline was caught inside ends with the value: asyncio's rule is that its own cancellation, once
    // swallowed, is gone.
    assert_eq!(notes(&report), expected.concat());
    assert_eq!(report.unwrap(), 0, "every request was taken back");
}

/// First polled under the task's own waker, then under the set's: the way to the frame changes.
#[test]
fn a_frame_that_moved_into_a_set_is_still_reached() {
    let report = steady(|| async {
        let task = spawn(async {
            let mut caught = catch_cancel(pending::<()>()).boxed_local();
            assert!(poll_fn(|cx| Poll::Ready(caught.poll_unpin(cx).is_pending())).await);
            let set: FuturesUnordered<_> = [caught, catch_cancel(pending()).boxed_local()].into_iter().collect();
            set.filter(|result| future::ready(result.is_err())).count().await
        });
        yield_now().await;
        task.cancel();
        task.await.unwrap()
    });
    assert_eq!(report.unwrap(), 2);
}

/// And the other way round: taken out of a set that has since been dropped.
#[test]
fn a_frame_that_left_a_set_is_still_reached() {
    let report = steady(|| async {
        let task = spawn(async {
            let caught = Rc::new(RefCell::new(catch_cancel(pending::<()>()).boxed_local()));
            let borrowed = Rc::clone(&caught);
            let mut set: FuturesUnordered<_> =
                [poll_fn(move |cx| borrowed.borrow_mut().poll_unpin(cx))].into_iter().collect();
            assert!(poll_fn(|cx| Poll::Ready(set.poll_next_unpin(cx).is_pending())).await);
            drop(set);
            let mut caught = Rc::into_inner(caught).unwrap().into_inner();
            caught.as_mut().await.is_err()
        });
        yield_now().await;
        task.cancel();
        task.await.unwrap()
    });
    assert!(report.unwrap());
}

/// A leaf that several tasks poll in turn belongs to none of them: the one that is cancelled goes, the others wait on.
#[test]
fn cancelling_one_reader_of_a_shared_future_leaves_it_to_the_others() {
    for victim in 0..3 {
        let report = steady(|| async move {
            let shared = async {
                sleep(secs(10)).await;
                now().to_string()
            };
            let shared = shared.boxed_local().shared();
            let tasks: Vec<_> = (0..3).map(|_| spawn(shared.clone())).collect();
            sleep(secs(1)).await;
            tasks[victim].cancel();
            join_all(tasks).await.into_iter().map(Result::ok).collect::<Vec<_>>()
        });
        let mut expected = vec![Some("10.000".to_owned()); 3];
        expected[victim] = None;
        assert_eq!(report.unwrap(), expected);
    }
}

/// A cancelled reader must not let the others believe that they hold the lock.
#[test]
fn a_shared_acquire_is_not_granted_by_a_cancellation() {
    let report = steady(|| async {
        let (lock, entered) = (seedbed::sync::Lock::new(), Rc::new(Cell::new(false)));
        let held = lock.lock().await;
        let (wanted, flag) = (lock.clone(), Rc::clone(&entered));
        let shared = async move {
            let _guard = wanted.lock().await;
            flag.set(true);
        };
        let shared = shared.boxed_local().shared();
        let tasks: Vec<_> = (0..2).map(|_| spawn(shared.clone())).collect();
        sleep(secs(1)).await;
        tasks[1].cancel();
        sleep(secs(1)).await;
        let too_early = entered.get();
        drop(held);
        let ends = join_all(tasks).await;
        (too_early, entered.get(), ends.into_iter().map(|end| end.is_ok()).collect::<Vec<_>>())
    });
    assert_eq!(report.unwrap(), (false, true, vec![true, false]));
}

#[test]
fn a_frame_polled_by_two_tasks_is_refused_by_name() {
    let report = steady(|| async {
        let shared = timeout(secs(5), pending::<()>()).boxed_local().shared();
        let (first, second) = (spawn(shared.clone()), spawn(shared));
        let second = second.await.unwrap_err();
        // What panicked in one poll, `Shared` never polls again.
        first.cancel();
        assert!(first.await.unwrap_err().is_panic());
        second.to_string()
    });
    let message = report.unwrap();
    assert!(message.contains("was moved to another task; await it where it was first polled"), "{message}");
}

#[test]
fn a_cancelled_waiter_hands_its_turn_on() {
    let program = || async {
        let (lock, places) = (Rc::new(Mutex::new(())), Rc::new(Semaphore::new(1)));
        let (held, permit) = (lock.lock().await, places.acquire().await.unwrap());
        let tasks = (0..4).map(|n| {
            let (lock, places) = (Rc::clone(&lock), Rc::clone(&places));
            spawn(async move {
                let _held = lock.lock().await;
                let _permit = places.acquire().await.unwrap();
                n
            })
        });
        let tasks: Vec<_> = tasks.collect();
        yield_now().await;
        drop((held, permit));
        // Task 0 may have been given the lock just now; wherever it stands, the rest must get their turn.
        tasks[0].cancel();
        tasks[2].cancel();
        let ends = join_all(tasks).await;
        (ends.into_iter().map(Result::ok).collect::<Vec<_>>(), lock.try_lock().is_ok(), places.available_permits())
    };
    in_every_order(program, |(ends, free, permits)| {
        assert_eq!((ends[1], ends[3]), (Some(1), Some(3)));
        assert_eq!((free, permits), (true, 1));
    });
}

/// `Notified` passes a notification on when it is dropped unread: a wake from a destructor, in a step of the runtime's own.
#[test]
fn a_notification_to_a_cancelled_task_reaches_the_next() {
    let report = steady(|| async {
        let notify = Rc::new(Notify::new());
        let tasks = [0, 1].map(|n| {
            let notify = Rc::clone(&notify);
            spawn(async move {
                notify.notified().await;
                n
            })
        });
        yield_now().await;
        notify.notify_one();
        tasks[0].cancel();
        join_all(tasks).await
    });
    let ends = report.unwrap();
    assert!(ends[0].as_ref().is_err_and(TaskError::is_cancelled));
    assert_eq!(ends[1], Ok(1));
}

#[test]
fn a_group_cancels_children_that_wait_for_channels() {
    let report = steady(|| async {
        let (_sender, receiver) = async_channel::bounded::<u32>(1);
        let outcome = TaskGroup::scope(|group: TaskGroup<&str>| async move {
            for _ in 0..3 {
                let receiver = receiver.clone();
                drop(group.spawn(async move { receiver.recv().await.map_err(|_| "closed") }));
            }
            drop(group.spawn(async {
                sleep(secs(1)).await;
                Err::<(), _>("broken")
            }));
            future::pending::<Result<(), &str>>().await
        });
        outcome.await.unwrap_err().errors
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!((report.tasks.cancelled, report.unwrap()), (3, vec!["broken"]));
}

#[test]
fn a_request_made_while_nothing_was_awaited_is_delivered_at_the_next_foreign_await() {
    let report = steady(|| async {
        let task = spawn(async {
            let before = seedbed::current_task().unwrap().cancel();
            let (_sender, receiver) = oneshot::channel::<()>();
            let caught = catch_cancel(receiver).await;
            (before, caught.is_err())
        });
        task.await.unwrap()
    });
    assert_eq!(report.end.to_string(), "0.000");
    assert_eq!(report.unwrap(), (true, true));
}

#[test]
fn cancelling_a_set_of_handles_cancels_the_tasks() {
    // Up to 30 futures `join_all` polls them all with the waker it was given; from 31 on it wraps each.
    for count in [3, 40] {
        let report = steady(|| async move {
            let tasks: Vec<_> = (0..count).map(|_| spawn(sleep(secs(60)))).collect();
            let watched: Vec<_> = tasks.iter().map(|task| task.promise()).collect();
            let parent = spawn(join_all(tasks));
            sleep(secs(1)).await;
            parent.cancel();
            let ended = parent.await.unwrap_err().is_cancelled();
            (ended, gather(watched).await.unwrap().iter().filter(|end| end.is_err()).count())
        });
        assert_eq!(report.end.to_string(), "1.000");
        assert_eq!(report.unwrap(), (true, count));
    }
}

#[test]
fn a_branch_that_catches_does_not_stop_its_sibling() {
    let report = steady(|| async {
        let task = spawn(async {
            let (ticks, ended) = join(
                async {
                    let mut ticks = 0;
                    while catch_cancel(sleep(secs(1))).await.is_ok() {
                        ticks += 1;
                    }
                    ticks
                },
                timeout(secs(3), pending::<()>()),
            )
            .await;
            (ticks, ended.is_err())
        });
        sleep(secs(5)).await;
        task.cancel();
        task.await.unwrap()
    });
    // The sibling's deadline at 3 s went unnoticed by the ticker, which the cancellation at 5 s then stopped.
    assert_eq!(report.unwrap(), (4, true));
}

#[test]
fn nothing_is_polled_in_the_step_that_drops_a_task() {
    struct Watched(Rc<Cell<u32>>, oneshot::Receiver<()>);
    impl Future for Watched {
        type Output = ();
        fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<()> {
            self.0.set(self.0.get() + 1);
            self.1.poll_unpin(cx).map(|_| ())
        }
    }
    let report = steady(|| async {
        let (count, (sender, receiver)) = (Rc::new(Cell::new(0)), oneshot::channel());
        let task = spawn(Watched(Rc::clone(&count), receiver));
        yield_now().await;
        // Ready and cancelled at once: the cancellation wins, as it does for futures of ours.
        sender.send(()).unwrap();
        task.cancel();
        (task.await.is_err(), count.get())
    });
    assert_eq!((polls(&report, "main/1"), report.unwrap()), (2, (true, 1)));
}
