//! Queues: in which order items go to whom, and what becomes of an item that nobody fetches.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use futures::future::join_all;
use seedbed::sync::{
    Event, GetError, GetNowaitError, LifoQueue, OtherLoop, PriorityQueue, PutError, PutNowaitError, Queue, TooManyDone,
};
use seedbed::{Sim, note, run, select, sleep, spawn, yield_now};

use super::said;
use crate::support::{in_every_order, secs, steady};

#[test]
fn items_go_to_those_who_wait_in_the_order_in_which_they_came() {
    let report = steady(|| async {
        let queue = Queue::new(0);
        let readers = ["a", "b", "c"].map(|who| {
            let queue = queue.clone();
            spawn(async move {
                let item: u32 = queue.get().await.unwrap();
                note!("{who}{item}");
            })
        });
        yield_now().await;
        for item in 1..=3 {
            queue.put(item).await.unwrap();
        }
        join_all(readers).await;
    });
    assert_eq!(said(&report), ["a1", "b2", "c3"]);
}

#[test]
fn who_finds_its_item_taken_waits_again_behind_the_others() {
    let report = steady(|| async {
        let queue = Queue::new(0);
        let readers = ["a", "b"].map(|who| {
            let queue = queue.clone();
            spawn(async move {
                let item: u32 = queue.get().await.unwrap();
                note!("{who}{item}");
            })
        });
        yield_now().await;
        queue.put_nowait(1).unwrap();
        let taken = queue.get_nowait();
        yield_now().await;
        queue.put_nowait(2).unwrap();
        queue.put_nowait(3).unwrap();
        join_all(readers).await;
        taken
    });
    assert_eq!(said(&report), ["b2", "a3"]);
    assert_eq!(report.unwrap(), Ok(1));
}

#[test]
fn room_goes_to_those_who_wait_in_the_order_in_which_they_came() {
    let report = steady(|| async {
        let queue = Queue::new(1);
        let writers: Vec<_> = (1..=4).map(|item| spawn(queue.put(item))).collect();
        yield_now().await;
        let full = queue.put_nowait(5);
        let mut got = Vec::new();
        for _ in 1..=4 {
            got.push(queue.get().await.unwrap());
            yield_now().await;
        }
        join_all(writers).await;
        (full, got)
    });
    assert_eq!(report.unwrap(), (Err(PutNowaitError::Full(5)), vec![1, 2, 3, 4]));
}

#[test]
fn an_item_goes_on_from_who_gives_up() {
    let report = steady(|| async {
        let (queue, stop) = (Queue::new(0), Event::new());
        let (theirs, stopped) = (queue.clone(), stop.clone());
        let dropped = spawn(async move {
            select! {
                biased;
                () = stopped.wait() => None,
                item = theirs.get() => item.ok(),
            }
        });
        let cancelled = spawn(queue.get());
        let readers = [spawn(queue.get()), spawn(queue.get())];
        yield_now().await;
        queue.put_nowait(1).unwrap();
        queue.put_nowait(2).unwrap();
        stop.set();
        cancelled.cancel();
        let got: Vec<_> = join_all(readers).await.into_iter().map(Result::unwrap).collect();
        (dropped.await.unwrap(), cancelled.await.is_err(), got)
    });
    assert_eq!(report.unwrap(), (None, true, vec![Ok(1), Ok(2)]));
}

#[test]
fn room_goes_on_from_who_gives_up() {
    let report = steady(|| async {
        let (queue, stop) = (Queue::new(2), Event::new());
        queue.put_nowait(0).unwrap();
        queue.put_nowait(0).unwrap();
        let (theirs, stopped) = (queue.clone(), stop.clone());
        let dropped = spawn(async move {
            select! {
                biased;
                () = stopped.wait() => false,
                put = theirs.put(1) => put.is_ok(),
            }
        });
        let cancelled = spawn(queue.put(2));
        let writers = [spawn(queue.put(3)), spawn(queue.put(4))];
        yield_now().await;
        queue.get_nowait().unwrap();
        queue.get_nowait().unwrap();
        stop.set();
        cancelled.cancel();
        join_all(writers).await;
        (dropped.await.unwrap(), cancelled.await.is_err(), queue.get_nowait(), queue.get_nowait(), queue.qsize())
    });
    assert_eq!(report.unwrap(), (false, true, Ok(3), Ok(4), 0));
}

#[test]
fn join_waits_until_everything_is_done() {
    let report = steady(|| async {
        let queue = Queue::new(0);
        queue.join().await;
        queue.put_nowait("a").unwrap();
        queue.put_nowait("b").unwrap();
        let joined = spawn(queue.join());
        queue.get_nowait().unwrap();
        queue.task_done().unwrap();
        sleep(secs(1)).await;
        let early = joined.is_done();
        queue.task_done().unwrap();
        joined.await.unwrap();
        (early, queue.task_done())
    });
    assert_eq!(report.unwrap(), (false, Err(TooManyDone)));
}

#[test]
fn a_shutdown_lets_the_rest_be_got_and_tells_everybody_else() {
    let report = steady(|| async {
        let (empty, full) = (Queue::<u32>::new(0), Queue::new(1));
        full.put_nowait(1).unwrap();
        let (reader, writer, joined) = (spawn(empty.get()), spawn(full.put(2)), spawn(full.join()));
        yield_now().await;
        empty.shutdown(false);
        full.shutdown(false);
        let told = (reader.await.unwrap(), writer.await.unwrap());
        let rest = (full.get().await, full.get().await, full.get_nowait(), full.put_nowait(3));
        let early = joined.is_done();
        full.task_done().unwrap();
        joined.await.unwrap();
        (told, rest, early)
    });
    let told = (Err(GetError::ShutDown), Err(PutError::ShutDown(2)));
    let rest = (Ok(1), Err(GetError::ShutDown), Err(GetNowaitError::ShutDown), Err(PutNowaitError::ShutDown(3)));
    assert_eq!(report.unwrap(), (told, rest, false));
}

#[test]
fn an_immediate_shutdown_drops_the_items_as_done() {
    let report = steady(|| async {
        let (queue, item) = (Queue::new(0), Rc::new(()));
        queue.put_nowait(Rc::clone(&item)).unwrap();
        let joined = spawn(queue.join());
        yield_now().await;
        queue.shutdown(true);
        joined.await.unwrap();
        (Rc::strong_count(&item), queue.qsize(), queue.get().await.is_err(), queue.task_done())
    });
    assert_eq!(report.unwrap(), (1, 0, true, Err(TooManyDone)));
}

/// An item's destructor is the user's, and may well use the queue.
#[test]
fn dropped_items_may_use_their_queue() {
    struct Item(Queue<Item>, Rc<RefCell<Vec<usize>>>);
    impl Drop for Item {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0.qsize());
        }
    }
    let report = steady(|| async {
        let (queue, seen) = (Queue::new(0), Rc::new(RefCell::new(Vec::new())));
        for _ in 0..2 {
            queue.put_nowait(Item(queue.clone(), Rc::clone(&seen))).unwrap();
        }
        queue.shutdown(true);
        seen.take()
    });
    assert_eq!(report.unwrap(), [0, 0]);
}

/// Ordered by a key, told apart by a number.
#[derive(Debug)]
struct Job {
    key: u32,
    number: u32,
}

impl Ord for Job {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Job {}

/// The order below is what CPython 3.13's `asyncio.PriorityQueue` gave for the same calls.
#[test]
fn equal_priorities_come_as_from_heapq() {
    let queue = PriorityQueue::new(0);
    for (number, key) in (0..).zip([1, 0, 1, 1, 0, 2, 1, 0, 1, 2, 0, 1]) {
        queue.put_nowait(Job { key, number }).unwrap();
    }
    let mut got = Vec::new();
    let get = |got: &mut Vec<_>| got.extend(queue.get_nowait().map(|job| (job.key, job.number)));
    for _ in 0..5 {
        get(&mut got);
    }
    queue.put_nowait(Job { key: 1, number: 12 }).unwrap();
    queue.put_nowait(Job { key: 0, number: 13 }).unwrap();
    while !queue.empty() {
        get(&mut got);
    }
    let zeros = [(0, 1), (0, 4), (0, 10), (0, 7)];
    let rest = [(1, 2), (0, 13), (1, 11), (1, 3), (1, 8), (1, 12), (1, 6), (1, 0), (2, 9), (2, 5)];
    assert_eq!(got, [&zeros[..], &rest].concat());
}

#[test]
fn a_lifo_queue_gives_the_newest_first() {
    let queue = LifoQueue::new(2);
    for item in [1, 2] {
        queue.put_nowait(item).unwrap();
    }
    assert_eq!(queue.put_nowait(3), Err(PutNowaitError::Full(3)));
    assert_eq!((queue.get_nowait(), queue.get_nowait()), (Ok(2), Ok(1)));
}

#[test]
fn a_queue_serves_one_loop_but_may_be_filled_for_another() {
    let report = Sim::new(0).drive(|| {
        let queue = Queue::new(1);
        queue.put_nowait(1).unwrap();
        let theirs = queue.clone();
        run(async move {
            drop(spawn(theirs.put(2)));
            yield_now().await;
        })
        .unwrap();
        let waits = queue.clone();
        let second = run(async move {
            let got = (waits.get().await, waits.get().await);
            waits.put_nowait(3).unwrap();
            (got, waits.put(4).await, waits.check_loop(), waits.check_join_loop())
        });
        (second.unwrap(), queue.qsize())
    });
    let refused = (Err(PutError::OtherLoop(4)), Err(OtherLoop), Ok(()));
    assert_eq!(report.unwrap(), (((Ok(1), Err(GetError::OtherLoop)), refused.0, refused.1, refused.2), 1));
}

/// Whoever loses which select when: every item is got once.
#[test]
fn in_every_order_items_are_neither_doubled_nor_lost() {
    let program = || async {
        let (queue, got) = (Queue::new(2), Rc::new(RefCell::new(Vec::new())));
        let readers: Vec<_> = (0..8u64)
            .map(|n| {
                let (queue, got) = (queue.clone(), Rc::clone(&got));
                spawn(async move {
                    loop {
                        select! {
                            item = queue.get() => match item {
                                Ok(item) => got.borrow_mut().push(item),
                                Err(_) => break,
                            },
                            () = sleep(secs(1 + n % 3)) => {
                                if n % 2 == 0 {
                                    break;
                                }
                            }
                        }
                    }
                })
            })
            .collect();
        for item in 0..20 {
            queue.put(item).await.unwrap();
            if item % 5 == 0 {
                sleep(secs(1)).await;
            }
        }
        queue.shutdown(false);
        join_all(readers).await;
        let mut got = got.take();
        got.sort_unstable();
        got
    };
    in_every_order(program, |got| assert_eq!(got, (0..20).collect::<Vec<_>>()));
}
