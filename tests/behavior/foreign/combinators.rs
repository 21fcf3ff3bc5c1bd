//! The combinators and channels of `futures`, mixed with timers and tasks of ours.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use futures::channel::{mpsc, oneshot};
use futures::future::{self, AbortHandle, Abortable, Either, FutureExt, LocalBoxFuture};
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt, TryStreamExt};
use futures::{SinkExt, join, select_biased, try_join};
use seedbed::{Promise, note, now, sleep, spawn, yield_now};

use crate::support::{in_every_order, notes, polls, secs, steady};

#[test]
fn a_bounded_channel_holds_its_sender_back() {
    let report = steady(|| async {
        let (mut sender, mut receiver) = mpsc::channel(0);
        let producer = spawn(async move {
            for n in 0..4 {
                sender.send(n).await.unwrap();
                note!("sent {n}");
            }
        });
        while let Some(n) = receiver.next().await {
            note!("got {n}");
            sleep(secs(1)).await;
        }
        producer.await.unwrap();
    });
    assert_eq!(report.end.to_string(), "4.000");
    // `send` flushes: it returns when the item was taken.
    let expected = ["0.000 got 0", "0.000 sent 0", "1.000 got 1", "1.000 sent 1", "2.000 got 2", "2.000 sent 2"];
    assert_eq!(notes(&report)[..6], expected);
}

#[test]
fn every_item_arrives_under_every_order() {
    let program = || async {
        let (sender, receiver) = mpsc::channel(2);
        let producers = (0..3).map(|producer| {
            let mut sender = sender.clone();
            spawn(async move {
                for n in 0..5 {
                    sender.send(producer * 10 + n).await.unwrap();
                    if n % 2 == 0 {
                        yield_now().await;
                    }
                }
            })
        });
        let producers: Vec<_> = producers.collect();
        drop(sender);
        let mut items: Vec<u32> = receiver.collect().await;
        drop(producers);
        items.sort_unstable();
        items
    };
    in_every_order(program, |items| {
        assert_eq!(items, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24]);
    });
}

#[test]
fn join_waits_for_the_slowest() {
    let report = steady(|| async {
        let (sender, receiver) = oneshot::channel();
        let sender = spawn(async move {
            sleep(secs(2)).await;
            sender.send("sent").unwrap();
        });
        let (_, received, promised) = join!(sleep(secs(3)), receiver, async {
            sleep(secs(1)).await;
            now().to_string()
        });
        sender.await.unwrap();
        (received, promised)
    });
    assert_eq!(report.end.to_string(), "3.000");
    assert_eq!(report.unwrap(), (Ok("sent"), "1.000".to_owned()));
}

#[test]
fn try_join_gives_up_at_the_first_error_and_drops_the_rest() {
    let report = steady(|| async {
        let slow = async {
            sleep(secs(60)).await;
            Ok::<_, &str>(())
        };
        let broken = async {
            sleep(secs(1)).await;
            Err::<(), _>("no route")
        };
        try_join!(slow, broken)
    });
    // The sleep of a minute was dropped with its timer, so nothing is left that could move the clock.
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), Err("no route"));
}

#[test]
fn select_biased_takes_whichever_is_ready_and_leaves_the_other_usable() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::unbounded();
        let ticker = spawn(async move {
            for n in 0..3 {
                sleep(secs(2)).await;
                sender.unbounded_send(n).unwrap();
            }
        });
        let mut alarm = Box::pin(sleep(secs(3)).fuse());
        loop {
            select_biased! {
                () = alarm => note!("alarm"),
                item = receiver.next() => match item {
                    Some(n) => note!("item {n}"),
                    None => break,
                },
            }
        }
        ticker.await.unwrap();
    });
    assert_eq!(notes(&report), ["2.000 item 0", "3.000 alarm", "4.000 item 1", "6.000 item 2"]);
}

#[test]
fn select_returns_the_future_that_lost() {
    let report = steady(|| async {
        let (first, second) = (Box::pin(sleep(secs(1))), Box::pin(sleep(secs(3))));
        match future::select(first, second).await {
            Either::Left(((), rest)) => {
                note!("first");
                rest.await;
                note!("second");
            }
            Either::Right(_) => note!("the wrong one"),
        }
    });
    assert_eq!(notes(&report), ["1.000 first", "3.000 second"]);
}

#[test]
fn futures_unordered_polls_only_what_was_woken() {
    let report = steady(|| async {
        let count = Rc::new(Cell::new(0));
        let mut running: FuturesUnordered<_> = (1..=50_u64)
            .map(|n| {
                let (count, mut sleeping) = (Rc::clone(&count), Box::pin(sleep(secs(51 - n))));
                poll_fn(move |cx| {
                    count.set(count.get() + 1);
                    sleeping.as_mut().poll(cx).map(|()| n)
                })
            })
            .collect();
        let mut order = Vec::new();
        while let Some(n) = running.next().await {
            order.push(n);
        }
        (order, count.get())
    });
    assert_eq!(report.end.to_string(), "50.000");
    // Twice each: once to begin, once when its own timer fired. Woken all together they would be polled 1,325 times.
    assert_eq!(report.unwrap(), ((1..=50).rev().collect(), 100));
}

#[test]
fn buffered_streams_keep_so_many_in_flight() {
    let program = |ordered: bool| {
        let work = |n: u64| async move {
            sleep(secs(if n == 0 { 3 } else { 1 })).await;
            n
        };
        async move {
            let items = stream::iter(0..6).map(work);
            if ordered {
                items.buffered(2).collect::<Vec<_>>().await
            } else {
                items.buffer_unordered(2).collect().await
            }
        }
    };
    let ordered = steady(|| program(true));
    assert_eq!((ordered.end.to_string(), ordered.unwrap()), ("5.000".to_owned(), vec![0, 1, 2, 3, 4, 5]));
    let unordered = steady(|| program(false));
    assert_eq!((unordered.end.to_string(), unordered.unwrap()), ("4.000".to_owned(), vec![1, 2, 0, 3, 4, 5]));
}

#[test]
fn streams_of_tasks_and_promises_give_their_values() {
    let report = steady(|| async {
        let promise = Promise::new();
        let tasks: FuturesOrdered<_> = [3, 1, 2]
            .into_iter()
            .map(|n| {
                let task = spawn(async move {
                    sleep(secs(n)).await;
                    n
                });
                task.boxed_local()
            })
            .chain([promise.clone().boxed_local()])
            .collect();
        let setter = spawn(async move {
            sleep(secs(5)).await;
            promise.set_result(9).unwrap();
        });
        let values = tasks.try_collect::<Vec<u64>>().await;
        setter.await.unwrap();
        values
    });
    assert_eq!(report.end.to_string(), "5.000");
    assert_eq!(report.unwrap(), Ok(vec![3, 1, 2, 9]));
}

#[test]
fn a_shared_future_wakes_all_who_wait_for_it() {
    let report = steady(|| async {
        let shared = async {
            sleep(secs(1)).await;
            7
        };
        let shared = shared.boxed_local().shared();
        let tasks: Vec<_> = (0..3).map(|_| spawn(shared.clone())).collect();
        yield_now().await;
        // The task that set its timer goes away; the others must still be told.
        tasks[0].cancel();
        future::join_all(tasks).await.into_iter().map(Result::ok).collect::<Vec<_>>()
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), [None, Some(7), Some(7)]);
}

#[test]
fn abort_ends_a_future_and_its_timer() {
    let report = steady(|| async {
        let (handle, registration) = AbortHandle::new_pair();
        let task = spawn(Abortable::new(sleep(secs(60)), registration));
        sleep(secs(1)).await;
        handle.abort();
        task.await.unwrap()
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), Err(future::Aborted));
}

#[test]
fn a_remote_handle_follows_its_future_and_takes_it_along() {
    let report = steady(|| async {
        let (remote, handle) = async {
            sleep(secs(1)).await;
            "done"
        }
        .remote_handle();
        let finished = spawn(remote);
        let value = handle.await;
        let (remote, handle) = sleep(secs(60)).remote_handle();
        let dropped = spawn(remote);
        yield_now().await;
        drop(handle);
        (value, finished.await, dropped.await)
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), ("done", Ok(()), Ok(())));
}

#[test]
fn boxed_recursion_sleeps_at_every_level() {
    fn countdown(n: u64) -> LocalBoxFuture<'static, u64> {
        async move {
            if n == 0 {
                return 0;
            }
            sleep(secs(1)).await;
            countdown(n - 1).await + 1
        }
        .boxed_local()
    }
    let report = steady(|| countdown(20));
    assert_eq!(report.end.to_string(), "20.000");
    assert_eq!(report.unwrap(), 20);
}

#[test]
fn the_lock_of_futures_is_handed_on_under_every_order() {
    let program = || async {
        let lock = Rc::new(futures::lock::Mutex::new(0_u32));
        let tasks = (0..8).map(|_| {
            let lock = Rc::clone(&lock);
            spawn(async move {
                let mut value = lock.lock().await;
                let before = *value;
                yield_now().await;
                *value = before + 1;
            })
        });
        future::join_all(tasks.collect::<Vec<_>>()).await;
        *lock.lock().await
    };
    in_every_order(program, |value| assert_eq!(value, 8));
}

#[test]
fn a_waker_passed_between_two_futures_needs_no_step_too_many() {
    let report = steady(|| async {
        let (sender, receiver) = oneshot::channel();
        let waiting = spawn(async move {
            let mut receiver = receiver;
            let mut pending = 0;
            poll_fn(|cx| match receiver.poll_unpin(cx) {
                Poll::Pending => {
                    pending += 1;
                    Poll::Pending
                }
                Poll::Ready(value) => Poll::Ready(value.unwrap()),
            })
            .await;
            pending
        });
        sleep(secs(1)).await;
        sender.send(()).unwrap();
        waiting.await.unwrap()
    });
    assert_eq!(polls(&report, "main/1"), 2);
    assert_eq!(report.unwrap(), 1);
}
