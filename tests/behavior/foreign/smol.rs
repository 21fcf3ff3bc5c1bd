//! `async-lock`, `async-channel` and `event-listener`.

use std::rc::Rc;

use async_lock::{Barrier, Mutex, OnceCell, RwLock, Semaphore};
use event_listener::{Event, Listener};
use futures::StreamExt;
use futures::future::join_all;
use seedbed::{catch_cancel, note, now, sleep, spawn, timeout, yield_now};

use crate::support::{in_every_order, notes, secs, steady};

#[test]
fn a_bounded_channel_holds_its_senders_back_and_closes() {
    let report = steady(|| async {
        let (sender, receiver) = async_channel::bounded(1);
        let producers = [0, 10].map(|base| {
            let sender = sender.clone();
            spawn(async move {
                for n in base..base + 3 {
                    if sender.send(n).await.is_err() {
                        return n;
                    }
                    note!("sent {n}");
                }
                base + 3
            })
        });
        let mut got = Vec::new();
        for _ in 0..4 {
            sleep(secs(1)).await;
            got.push(receiver.recv().await.unwrap());
        }
        receiver.close();
        (got, join_all(producers).await)
    });
    assert_eq!(report.end.to_string(), "4.000");
    let (got, ends) = report.unwrap();
    // The first sender is woken and sends on before the second, which has waited since 0 s, gets its turn.
    assert_eq!(got, [0, 1, 2, 10]);
    assert_eq!(ends, [Ok(3), Ok(11)], "11 found no place before the end");
}

#[test]
fn receivers_share_the_items_under_every_order() {
    let program = || async {
        let (sender, receiver) = async_channel::unbounded();
        let workers = (0..3).map(|_| {
            let receiver = receiver.clone();
            spawn(async move {
                let mut sum = 0;
                let mut items = std::pin::pin!(receiver);
                while let Some(n) = items.next().await {
                    sum += n;
                    yield_now().await;
                }
                sum
            })
        });
        let workers: Vec<_> = workers.collect();
        for n in 1..=100_u32 {
            sender.send(n).await.unwrap();
        }
        drop((sender, receiver));
        join_all(workers).await.into_iter().map(Result::unwrap).sum::<u32>()
    };
    in_every_order(program, |sum| assert_eq!(sum, 5050));
}

/// Short of waiting for longer than 500 µs of real time, which nothing here does, the mutex is a plain one.
#[test]
fn the_mutex_excludes_under_every_order() {
    let program = || async {
        let mutex = Rc::new(Mutex::new(0_u32));
        let tasks = (0..6).map(|_| {
            let mutex = Rc::clone(&mutex);
            spawn(async move {
                let mut value = mutex.lock().await;
                let before = *value;
                sleep(secs(1)).await;
                *value = before + 1;
            })
        });
        join_all(tasks.collect::<Vec<_>>()).await;
        (*mutex.lock().await, now().to_string())
    };
    in_every_order(program, |outcome| assert_eq!(outcome, (6, "6.000".to_owned())));
}

#[test]
fn semaphore_lock_and_cell_work_beside_timers() {
    let report = steady(|| async {
        let (places, lock, cell) = (Rc::new(Semaphore::new(2)), Rc::new(RwLock::new(0)), Rc::new(OnceCell::new()));
        let tasks = (0..4_u32).map(|n| {
            let (places, lock, cell) = (Rc::clone(&places), Rc::clone(&lock), Rc::clone(&cell));
            spawn(async move {
                let _place = places.acquire().await;
                sleep(secs(1)).await;
                *lock.write().await += 1;
                let first = *cell.get_or_init(|| async { n }).await;
                (first, now().to_string())
            })
        });
        let ends = join_all(tasks.collect::<Vec<_>>()).await;
        let total = *lock.read().await;
        (ends.into_iter().map(Result::unwrap).collect::<Vec<_>>(), total)
    });
    let at = |time: &str| (0, time.to_owned());
    assert_eq!(report.unwrap(), (vec![at("1.000"), at("1.000"), at("2.000"), at("2.000")], 4));
}

#[test]
fn a_barrier_waits_for_the_last() {
    let report = steady(|| async {
        let barrier = Rc::new(Barrier::new(3));
        let tasks = [1, 2, 4].map(|n| {
            let barrier = Rc::clone(&barrier);
            spawn(async move {
                sleep(secs(n)).await;
                let leader = barrier.wait().await.is_leader();
                (leader, now().to_string())
            })
        });
        join_all(tasks).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    });
    let all = report.unwrap();
    assert!(all.iter().all(|(_, time)| time == "4.000"));
    assert_eq!(all.iter().filter(|(leader, _)| *leader).count(), 1);
}

#[test]
fn listeners_are_told_in_the_order_in_which_they_listened() {
    let report = steady(|| async {
        let event = Rc::new(Event::new());
        let tasks = (0..5).map(|n| {
            let listener = event.listen();
            spawn(async move {
                listener.await;
                note!("{n}");
            })
        });
        let tasks: Vec<_> = tasks.collect();
        sleep(secs(1)).await;
        event.notify(2);
        sleep(secs(1)).await;
        tasks[2].cancel();
        event.notify_additional(1);
        sleep(secs(1)).await;
        event.notify(usize::MAX);
        join_all(tasks).await.iter().map(Result::is_ok).collect::<Vec<_>>()
    });
    // Task 2 was cancelled before the second notification, which it hands on when it is dropped.
    assert_eq!(notes(&report), ["1.000 0", "1.000 1", "2.000 3", "3.000 4"]);
    assert_eq!(report.unwrap(), [true, true, false, true, true]);
}

#[test]
fn timeouts_and_frames_cut_off_a_wait_and_leave_the_rest_usable() {
    let report = steady(|| async {
        let (sender, receiver) = async_channel::bounded::<u32>(1);
        let mutex = Rc::new(Mutex::new(()));
        let held = mutex.lock().await;
        let waiter = {
            let mutex = Rc::clone(&mutex);
            spawn(async move {
                let caught = catch_cancel(mutex.lock()).await.is_err();
                let _held = mutex.lock().await;
                (caught, now().to_string())
            })
        };
        let elapsed = timeout(secs(1), receiver.recv()).await.is_err();
        waiter.cancel();
        sleep(secs(1)).await;
        drop(held);
        sender.send(1).await.unwrap();
        (elapsed, receiver.recv().await, waiter.await.unwrap())
    });
    assert_eq!(report.unwrap(), (true, Ok(1), (true, "2.000".to_owned())));
}

#[test]
fn a_listener_that_would_block_the_thread_is_not_needed() {
    let report = steady(|| async {
        let event = Event::new();
        let listener = event.listen();
        event.notify(1);
        // Notified already, so it returns at once; waiting here for a task would stop the whole run.
        listener.wait();
        now().to_string()
    });
    assert_eq!(report.unwrap(), "0.000");
}
