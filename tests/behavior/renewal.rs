//! A run leaves its memory to the next one on its thread, and nothing else: whatever it was, the next is as on a thread of its own.
#![allow(clippy::disallowed_methods, reason = "a thread of its own is what each run is compared with")]

use std::future::pending;
use std::thread;

use rand::RngExt as _;

use seedbed::policy::{Policy, Profile, by_name};
use seedbed::sync::{Lock, Queue};
use seedbed::{
    EventLoop, Promise, Seed, Sim, ThreadPool, blocking, catch_cancel, note, rng, sleep, spawn, timeout, yield_now,
};

use crate::support::{millis, secs};

/// A run, and all that its report says.
type Program = fn() -> String;

fn policy(name: &str) -> Box<dyn Policy> {
    by_name(name, Seed::new(3), &Profile::default()).unwrap()
}

/// Tasks that yield, sleep, draw and hand each other messages.
async fn busy(tasks: u64) {
    let queue = Queue::new(2);
    let tasks: Vec<_> = (0..tasks)
        .map(|number| {
            let queue = queue.clone();
            spawn(async move {
                for round in 0..3 {
                    yield_now().await;
                    sleep(millis(rng().random_range(0..20) + round)).await;
                }
                queue.put(number).await.unwrap();
            })
        })
        .collect();
    for _ in 0..tasks.len() {
        note!("{}", queue.get().await.unwrap());
    }
    for task in tasks {
        task.await.unwrap();
    }
}

fn under(name: &str, tasks: u64) -> String {
    format!("{:?}", Sim::new(5).policy(policy(name)).run(busy(tasks)))
}

const PROGRAMS: &[Program] = &[
    || format!("{:?}", Sim::new(1).run(async {})),
    || format!("{:?}", Sim::new(1).trace(false).run(busy(5))),
    || format!("{:?}", Sim::new(2).run(busy(40))),
    || under("random", 3),
    // More than stand in one block of a lineup.
    || under("random", 300),
    || under("random+clock", 10),
    || under("pct:3", 10),
    || under("pos+clock", 150),
    || under("speeds+clock", 10),
    || format!("{:?}", Sim::new(5).policy(policy("urw")).record(true).run(busy(10))),
    || {
        let record = || Sim::new(5).policy(policy("random+clock")).record(true).run(busy(8));
        let again = Sim::new(6).replay(record().departures, seedbed::choice::ReplayMode::Strict).run(busy(8));
        format!("{again:?}")
    },
    || format!("{:?}", Sim::new(5).profile(true).run(busy(10))),
    || format!("{:?}", Sim::new(5).trace_events(10).run(busy(10))),
    // Ends of all sorts, with something of everything left.
    || {
        format!(
            "{:?}",
            Sim::new(1)
                .run(async {
                    drop(spawn(pending::<()>()));
                    drop(spawn(busy(10)));
                    sleep(millis(5)).await;
                    panic!("main is gone")
                })
                .result
        )
    },
    || {
        format!(
            "{:?}",
            Sim::new(1).run(async {
                drop(spawn(async { panic!("a task is gone") }));
                sleep(millis(5)).await;
            })
        )
    },
    || {
        format!(
            "{:?}",
            Sim::new(1).run(async {
                let lock = Lock::new().named("held");
                lock.acquire().await.unwrap();
                Promise::<()>::new().await
            })
        )
    },
    || format!("{:?}", Sim::new(1).steps(100).policy(policy("random")).run(busy(50))),
    || format!("{:?}", Sim::new(1).steps(100).run(busy(50))),
    || format!("{:?}", Sim::new(1).tasks(20).run(busy(50))),
    || format!("{:?}", Sim::new(1).virtual_time(millis(9)).run(busy(50))),
    || {
        let livelock = async {
            loop {
                yield_now().await;
            }
        };
        format!("{:?}", Sim::new(1).self_wakes(50).run(async { livelock.await }))
    },
    || {
        format!(
            "{:?}",
            Sim::new(1).run(async {
                let pool = ThreadPool::new(1).unwrap();
                let jobs = [10, 20].map(|ms| pool.submit(move || blocking::sleep(millis(ms))).unwrap());
                let caught = spawn(catch_cancel(async move {
                    for job in jobs {
                        job.await.unwrap();
                    }
                }));
                sleep(millis(15)).await;
                caught.cancel();
                EventLoop::current().call_later(millis(30), || note!("late")).unwrap();
                timeout(millis(3), pending::<()>()).await.unwrap_err();
                timeout(secs(3), sleep(millis(1))).await.unwrap();
            })
        )
    },
    || {
        format!(
            "{:?}",
            Sim::new(1).drive(|| {
                let loops = [EventLoop::new(), EventLoop::new(), EventLoop::new()];
                for event_loop in &loops {
                    event_loop.run_until_complete(busy(4)).unwrap();
                    drop(event_loop.spawn(sleep(secs(1))).unwrap());
                    event_loop.call_soon(|| note!("never")).unwrap();
                }
                loops[1].close().unwrap();
            })
        )
    },
    || {
        format!(
            "{:?}",
            Sim::new(1).manual_time(true).run(async {
                let nap = spawn(sleep(secs(2)));
                seedbed::advance(secs(1)).await;
                nap.is_done()
            })
        )
    },
    || format!("{:?}", Sim::new(1).run(async { Sim::new(2).run(async {}).steps })),
];

#[test]
fn a_run_is_the_same_after_any_other() {
    let alone: Vec<String> = PROGRAMS.iter().map(|program| thread::spawn(program).join().unwrap()).collect();
    for (before, first) in PROGRAMS.iter().enumerate() {
        for (after, second) in PROGRAMS.iter().enumerate() {
            first();
            assert!(second() == alone[after], "program {after} is another one after program {before}");
        }
    }
}

#[test]
fn a_thousand_runs_of_all_sorts_are_as_if_alone() {
    let alone: Vec<String> = PROGRAMS.iter().map(|program| thread::spawn(program).join().unwrap()).collect();
    let mut draw = seedbed::choice::Prng::new(Seed::new(1), "renewal");
    let count = u32::try_from(PROGRAMS.len()).unwrap();
    for _ in 0..1_000 {
        let drawn = draw.below(count) as usize;
        assert!(PROGRAMS[drawn]() == alone[drawn], "program {drawn}");
    }
}
