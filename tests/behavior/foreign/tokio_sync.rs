//! `tokio::sync`, outside every tokio runtime.

use std::rc::Rc;

use futures::future::join_all;
use seedbed::{note, now, sleep, spawn, timeout, yield_now};
use tokio::sync::{Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};

use crate::support::{in_every_order, millis, notes, polls, secs, steady};

#[test]
fn mpsc_holds_its_sender_back() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::channel(2);
        let producer = spawn(async move {
            for n in 0..5 {
                sender.send(n).await.unwrap();
                note!("sent {n}");
            }
        });
        while let Some(n) = receiver.recv().await {
            note!("got {n}");
            sleep(secs(1)).await;
        }
        producer.await.unwrap();
    });
    assert_eq!(
        notes(&report),
        [
            "0.000 sent 0",
            "0.000 sent 1",
            "0.000 got 0",
            "0.000 sent 2",
            "1.000 got 1",
            "1.000 sent 3",
            "2.000 got 2",
            "2.000 sent 4",
            "3.000 got 3",
            "4.000 got 4",
        ]
    );
    assert_eq!(report.end.to_string(), "5.000");
}

/// Tokio makes a task yield after 128 operations; that is a matter between its runtime and its tasks, not ours.
#[test]
fn no_budget_of_tokios_interrupts_a_step() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        (0..10_000).for_each(|n| sender.send(n).unwrap());
        drop(sender);
        let mut sum = 0_u64;
        while let Some(n) = receiver.recv().await {
            sum += n;
        }
        sum
    });
    assert_eq!((polls(&report, "main"), report.unwrap()), (1, 49_995_000));
}

#[test]
fn a_permit_kept_through_a_sleep_keeps_its_place() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::channel(1);
        let permit = sender.clone().reserve_owned().await.unwrap();
        let second = spawn(async move { sender.send("second").await.unwrap() });
        sleep(secs(1)).await;
        drop(permit.send("first"));
        let order = [receiver.recv().await, receiver.recv().await];
        second.await.unwrap();
        order
    });
    assert_eq!(report.unwrap(), [Some("first"), Some("second")]);
}

#[test]
fn oneshot_delivers_and_tells_of_a_dropped_sender() {
    let report = steady(|| async {
        let (sender, receiver) = oneshot::channel();
        let (mut dropped, gone) = oneshot::channel::<u32>();
        let waiting = spawn(async move { (receiver.await, gone.await.is_err()) });
        sleep(secs(1)).await;
        sender.send(now().to_string()).unwrap();
        // The other end is told of a receiver that goes away, too.
        let closed = timeout(secs(1), dropped.closed()).await.is_ok();
        drop(dropped);
        (waiting.await.unwrap(), closed)
    });
    assert_eq!(report.unwrap(), ((Ok("1.000".to_owned()), true), false));
}

#[test]
fn a_watch_with_one_reader_shows_the_latest_value() {
    let report = steady(|| async {
        let (sender, mut receiver) = watch::channel(0);
        let reader = spawn(async move {
            let mut seen = Vec::new();
            while receiver.changed().await.is_ok() {
                seen.push(*receiver.borrow_and_update());
                sleep(millis(2500)).await;
            }
            seen
        });
        for n in 1..=5 {
            sleep(secs(1)).await;
            sender.send(n).unwrap();
        }
        drop(sender);
        reader.await.unwrap()
    });
    // It slept through 2 and 4.
    assert_eq!(report.unwrap(), [1, 3, 5]);
}

#[test]
fn broadcast_reaches_all_and_tells_who_lagged() {
    let report = steady(|| async {
        let (sender, _) = broadcast::channel(2);
        let readers = [0, 1].map(|pause| {
            let mut receiver = sender.subscribe();
            spawn(async move {
                let mut seen = Vec::new();
                loop {
                    match receiver.recv().await {
                        Ok(n) => seen.push(n),
                        Err(broadcast::error::RecvError::Lagged(missed)) => seen.push(100 + missed),
                        Err(broadcast::error::RecvError::Closed) => return seen,
                    }
                    sleep(secs(pause)).await;
                }
            })
        });
        for n in 0..6_u64 {
            sender.send(n).unwrap();
            sleep(millis(300)).await;
        }
        drop(sender);
        join_all(readers).await
    });
    let seen: Vec<_> = report.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(seen, [vec![0, 1, 2, 3, 4, 5], vec![0, 101, 102, 4, 5]]);
}

#[test]
fn locks_are_granted_in_the_order_of_asking() {
    let report = steady(|| async {
        let (mutex, places, lock) = (Rc::new(Mutex::new(())), Rc::new(Semaphore::new(2)), Rc::new(RwLock::new(0)));
        let tasks = (0..4).map(|n| {
            let (mutex, places, lock) = (Rc::clone(&mutex), Rc::clone(&places), Rc::clone(&lock));
            spawn(async move {
                {
                    let _held = mutex.lock().await;
                    sleep(secs(1)).await;
                }
                {
                    let _permits = places.acquire_many(if n == 1 { 2 } else { 1 }).await.unwrap();
                    sleep(secs(5)).await;
                }
                if n == 0 {
                    *lock.write().await += 1;
                } else {
                    note!("{n} reads {}", *lock.read().await);
                }
                now().to_string()
            })
        });
        join_all(tasks.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    });
    // Task 0 holds one place until 6 s, so 1, who wants both, waits, and the others wait behind it.
    assert_eq!(notes(&report), ["11.000 1 reads 1", "16.000 2 reads 1", "16.000 3 reads 1"]);
    assert_eq!(report.unwrap(), ["6.000", "11.000", "16.000", "16.000"]);
}

#[test]
fn a_writer_is_not_starved_by_readers() {
    let report = steady(|| async {
        let lock = Rc::new(RwLock::new(0));
        let reading = lock.read().await;
        let writer = {
            let lock = Rc::clone(&lock);
            spawn(async move { *lock.write().await = 1 })
        };
        yield_now().await;
        let late = {
            let lock = Rc::clone(&lock);
            spawn(async move { *lock.read().await })
        };
        yield_now().await;
        let before = *reading;
        drop(reading);
        writer.await.unwrap();
        (before, late.await.unwrap())
    });
    assert_eq!(report.unwrap(), (0, 1));
}

#[test]
fn notify_wakes_in_order_and_keeps_one_permit() {
    let report = steady(|| async {
        let notify = Rc::new(Notify::new());
        notify.notify_one();
        notify.notify_one();
        let tasks = (0..6).map(|n| {
            let notify = Rc::clone(&notify);
            spawn(async move {
                notify.notified().await;
                note!("{n}");
            })
        });
        let tasks: Vec<_> = tasks.collect();
        sleep(secs(1)).await;
        notify.notify_one();
        sleep(secs(1)).await;
        notify.notify_last();
        sleep(secs(1)).await;
        notify.notify_waiters();
        join_all(tasks).await
    });
    assert_eq!(notes(&report), ["0.000 0", "1.000 1", "2.000 5", "3.000 2", "3.000 3", "3.000 4"]);
}

#[test]
fn a_cell_is_filled_once_though_two_ask() {
    let program = || async {
        let cell = Rc::new(OnceCell::new());
        let tasks = (0..3).map(|n| {
            let cell = Rc::clone(&cell);
            spawn(async move {
                *cell
                    .get_or_init(|| async move {
                        sleep(secs(1)).await;
                        n
                    })
                    .await
            })
        });
        join_all(tasks.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    in_every_order(program, |values| assert!(values.iter().all(|value| *value == values[0])));
    assert_eq!(steady(program).end.to_string(), "1.000");
}

/// `Barrier` waits on a `watch` of its own; of two parties only one ever waits, so its order cannot show.
#[test]
fn a_barrier_lets_both_go_and_names_one_leader() {
    let report = steady(|| async {
        let barrier = Rc::new(Barrier::new(2));
        let tasks = [1, 3].map(|n| {
            let barrier = Rc::clone(&barrier);
            spawn(async move {
                sleep(secs(n)).await;
                barrier.wait().await.is_leader()
            })
        });
        join_all(tasks).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    });
    assert_eq!(report.end.to_string(), "3.000");
    assert_eq!(report.unwrap(), [false, true]);
}

#[test]
fn select_over_a_channel_and_a_timer_loses_nothing() {
    let program = || async {
        let (sender, mut receiver) = mpsc::channel(1);
        let producer = spawn(async move {
            for n in 0..20_u32 {
                sleep(millis(70)).await;
                sender.send(n).await.unwrap();
            }
        });
        let (mut items, mut ticks) = (Vec::new(), 0);
        loop {
            seedbed::select! {
                item = receiver.recv() => match item {
                    Some(n) => items.push(n),
                    None => break,
                },
                () = sleep(millis(50)) => ticks += 1,
            }
        }
        producer.await.unwrap();
        (items, ticks)
    };
    in_every_order(program, |(items, ticks)| {
        assert_eq!(items, (0..20).collect::<Vec<_>>());
        assert_eq!(ticks, 20, "each pause of 70 ms has one tick");
    });
}
