//! Promise: what is left out is the same as what is run, but for the names of tasks that could change them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use seedbed::explore::{Exhausted, Exhaustive};
use seedbed::sync::{Lock, Queue};
use seedbed::{Sim, gather, note, sleep, spawn, timeout, yield_now};

use super::programs::tasks_of_steps;
use crate::support::millis;

const WORKERS: [&str; 4] = ["main/1", "main/2", "main/3", "main/4"];

#[test]
fn of_n_that_could_change_names_one_order_in_n_factorial_is_run() {
    let factorial = |n: u32| (1..=u64::from(n)).product::<u64>();
    for (tasks, steps) in [(2, 1), (2, 4), (3, 1), (3, 3), (4, 1), (4, 2)] {
        let all = factorial(tasks * steps) / factorial(steps).pow(tasks);
        for alike in 0..=tasks {
            let search = Exhaustive::new().interchangeable(WORKERS.into_iter().take(alike as usize));
            let some = search.run(&|sim: Sim| sim.run(tasks_of_steps(tasks, steps, |_, _| ())));
            assert_eq!(some.schedules, all / factorial(alike), "{tasks} tasks of {steps} steps, {alike} of them alike");
            assert_eq!((some.is_complete(), some.pruned > 0), (true, alike > 1));
        }
    }
}

/// Four workers, of which two and two are alike.
#[test]
fn groups_do_not_mix() {
    let search = Exhaustive::new().interchangeable(["main/1", "main/4"]).interchangeable(["main/2", "main/3"]);
    let some = search.run(&|sim: Sim| sim.run(tasks_of_steps(4, 2, |_, _| ())));
    assert_eq!(some.schedules, 2_520 / 4);
    let text = some.to_string();
    assert!(text.starts_with("all 630 schedules pass; ") && text.contains("in the names of tasks alone"), "{text}");
}

/// What a run did, with names by the order in which tasks first did something.
fn nameless(summary: &str) -> String {
    let mut names = Vec::<&str>::new();
    let mut text = String::new();
    let separated = |c: char| c.is_whitespace();
    for line in summary.lines().filter(|line| !line.contains(" spawn ")) {
        for word in line.split(separated).filter(|word| !word.is_empty()) {
            match word.strip_prefix("main/") {
                Some(name) => {
                    let known = names.iter().position(|known| *known == name);
                    let place = known.unwrap_or_else(|| {
                        names.push(name);
                        names.len() - 1
                    });
                    text.push_str(&format!("task {place} "));
                }
                None => text.push_str(&format!("{word} ")),
            }
        }
        text.push('\n');
    }
    text
}

type Body = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// Programs of workers that could change names.
const PROGRAMS: [(&str, u32, Body); 4] = [
    ("lost update", 3, || {
        Box::pin(async {
            let total = std::rc::Rc::new(std::cell::Cell::new(0));
            let add = |total: std::rc::Rc<std::cell::Cell<u32>>| async move {
                let read = total.get();
                yield_now().await;
                total.set(read + 1);
                note!("wrote {}", read + 1);
            };
            gather([(); 3].map(|()| spawn(add(total.clone())))).await.unwrap();
            assert_eq!(total.get(), 3, "an update was lost");
        })
    }),
    ("first comes first", 3, || {
        Box::pin(async {
            let lock = Lock::new();
            let work = |lock: Lock| async move {
                yield_now().await;
                let _held = lock.lock().await;
                note!("inside");
                yield_now().await;
            };
            gather([(); 3].map(|()| spawn(work(lock.clone())))).await.unwrap();
        })
    }),
    ("one item short", 2, || {
        Box::pin(async {
            let queue = Queue::new(1);
            let take = |queue: Queue<u32>| async move {
                for _ in 0..2 {
                    note!("got {:?}", timeout(millis(5), queue.get()).await.map(Result::unwrap).ok());
                }
            };
            let workers = [(); 2].map(|()| spawn(take(queue.clone())));
            let source = spawn(async move {
                for item in 0..3 {
                    queue.put(item).await.unwrap();
                    sleep(millis(2)).await;
                }
            });
            gather(workers).await.unwrap();
            source.await.unwrap();
        })
    }),
    ("the last one fails", 3, || {
        Box::pin(async {
            let left = std::rc::Rc::new(std::cell::Cell::new(3));
            let work = |left: std::rc::Rc<std::cell::Cell<u32>>| async move {
                yield_now().await;
                left.set(left.get() - 1);
                yield_now().await;
                assert!(left.get() > 0, "all were here");
            };
            let failed = gather([(); 3].map(|()| spawn(work(left.clone())))).await.unwrap();
            assert_ne!(failed.iter().filter(|result| result.is_err()).count(), 3);
        })
    }),
];

#[test]
fn what_is_left_out_is_what_is_run_but_for_names() {
    for (name, workers, program) in PROGRAMS {
        let search = |search: Exhaustive| -> (Exhausted, BTreeMap<String, u64>) {
            let seen = Mutex::new(BTreeMap::new());
            let exhausted = search.run(&|sim: Sim| {
                // A search runs its first failures again, and those would be counted twice.
                let report = sim.trace(true).record(false).run(program());
                let mut seen = seen.lock().unwrap();
                *seen.entry(nameless(&report.trace.summary())).or_insert(0) += 1;
                report
            });
            assert!(exhausted.is_complete(), "{name}: {exhausted}");
            (exhausted, seen.into_inner().unwrap())
        };
        let (all, everything) = search(Exhaustive::new());
        let (some, kept) = search(Exhaustive::new().interchangeable(WORKERS.into_iter().take(workers as usize)));
        let fold = (1..=u64::from(workers)).product::<u64>();
        assert_eq!(all.schedules, some.schedules * fold, "{name}");
        assert_eq!(all.failed, some.failed * fold, "{name}");
        assert!(everything.keys().eq(kept.keys()), "{name}: not the same runs");
        let signatures = |exhausted: &Exhausted| {
            let mut ways: Vec<_> =
                exhausted.failures.iter().map(|found| (found.signature.clone(), found.count)).collect();
            ways.sort();
            ways
        };
        let folded = signatures(&some).into_iter().map(|(way, count)| (way, count * fold)).collect::<Vec<_>>();
        assert_eq!(signatures(&all), folded, "{name}");
    }
}

#[test]
fn with_a_bound_of_departures_nothing_is_left_out() {
    for bound in 0..=3 {
        let search = Exhaustive::new().departures_max(bound);
        let run = |search: Exhaustive| search.run(&|sim: Sim| sim.run(tasks_of_steps(3, 2, |_, _| ())));
        assert_eq!(run(search.clone().interchangeable(WORKERS)), run(search));
    }
}
