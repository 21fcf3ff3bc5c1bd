//! Workloads of one run, or of many small ones: tasks, timers, queues, jobs.

use std::rc::Rc;
use std::time::Duration;

use seedbed::sync::Queue;
use seedbed::{Report, Sim, TaskError, ThreadPool, blocking, run_in_executor, spawn, yield_now};

use super::{random, sim};

/// The spans that tasks sleep: SplitMix64, so that they are no part of what the run draws.
struct Spans(u64);

impl Spans {
    /// A whole number of milliseconds, from 1 to `max`.
    fn next(&mut self, max: u64) -> Duration {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        Duration::from_millis(1 + (((mixed >> 33) * max) >> 31))
    }
}

fn steps_of(sim: Sim, steps: u64) {
    sim.run(async move {
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                spawn(async move {
                    for _ in 0..steps / 100 {
                        yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    })
    .unwrap();
}

pub(super) fn step(steps: u64) {
    steps_of(sim(1), steps);
}

pub(super) fn step_random(steps: u64) {
    steps_of(random(1), steps);
}

pub(super) fn step_traced(steps: u64) {
    steps_of(sim(1).trace(true), steps);
}

pub(super) fn spawn_and_join(tasks: u64) {
    sim(1)
        .run(async move {
            let mut spawned = Vec::with_capacity(1_000);
            for _ in 0..tasks / 1_000 {
                spawned.extend((0..1_000_u64).map(|number| spawn(async move { number })));
                for (number, task) in spawned.drain(..).enumerate() {
                    assert_eq!(task.await.unwrap(), number as u64);
                }
            }
        })
        .unwrap();
}

pub(super) fn sleep(sleeps: u64) {
    sim(1)
        .run(async move {
            let sleeper = |number| async move {
                let mut spans = Spans(number);
                for _ in 0..sleeps / 1_000 {
                    seedbed::sleep(spans.next(1_000)).await;
                }
            };
            let tasks: Vec<_> = (0..1_000).map(|number| spawn(sleeper(number))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        })
        .unwrap();
}

/// Every tenth is followed by a short sleep, as timeouts are in programs: nothing is won by never cleaning up.
pub(super) fn timeout(timeouts: u64) {
    sim(1)
        .run(async move {
            let worker = || async move {
                for number in 0..timeouts / 100 {
                    seedbed::timeout(Duration::from_secs(1), yield_now()).await.unwrap();
                    if number % 10 == 9 {
                        seedbed::sleep(Duration::from_millis(100)).await;
                    }
                }
            };
            let tasks: Vec<_> = (0..100).map(|_| spawn(worker())).collect();
            for task in tasks {
                task.await.unwrap();
            }
        })
        .unwrap();
}

pub(super) fn cancel(tasks: u64) {
    sim(1)
        .run(async move {
            for _ in 0..tasks / 1_000 {
                let sleepers: Vec<_> = (0..1_000).map(|_| spawn(seedbed::sleep(Duration::from_secs(1)))).collect();
                yield_now().await;
                for sleeper in &sleepers {
                    sleeper.cancel();
                }
                for sleeper in sleepers {
                    assert!(matches!(sleeper.await, Err(TaskError::Cancelled(_))));
                }
            }
        })
        .unwrap();
}

pub(super) fn channel(messages: u64) {
    sim(1)
        .run(async move {
            let (there, back) = (Queue::new(16), Queue::new(16));
            let (asked, answers) = (there.clone(), back.clone());
            let echo = spawn(async move {
                while let Ok(message) = asked.get().await {
                    answers.put(message).await.unwrap();
                }
            });
            for number in 0..messages / 2 {
                there.put(number).await.unwrap();
                assert_eq!(back.get().await.unwrap(), number);
            }
            there.shutdown(false);
            echo.await.unwrap();
        })
        .unwrap();
}

pub(super) fn job(jobs: u64) {
    sim(1)
        .run(async move {
            for number in 0..jobs {
                assert_eq!(run_in_executor(None, move || number).unwrap().await.unwrap(), number);
            }
        })
        .unwrap();
}

pub(super) fn switch(switches: u64) {
    sim(1)
        .run(async move {
            let pool = ThreadPool::new(100).unwrap();
            let thread = || {
                move || {
                    for _ in 0..switches / 100 {
                        blocking::sleep(Duration::from_millis(1));
                    }
                }
            };
            let jobs: Vec<_> = (0..100).map(|_| pool.submit(thread()).unwrap()).collect();
            for job in jobs {
                job.await.unwrap();
            }
        })
        .unwrap();
}

pub(super) fn empty(runs: u64) {
    (0..runs).for_each(|seed| sim(seed).run(async {}).unwrap());
}

/// One simulation as programs have them: see `small` in the table.
pub(crate) fn small_simulation(sim: Sim, seed: u64) -> Report<()> {
    sim.run(async move {
        let queue = Queue::new(16);
        let senders = Rc::new(());
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let (queue, senders) = (queue.clone(), Rc::clone(&senders));
                spawn(async move {
                    let mut spans = Spans(seed.wrapping_mul(10).wrapping_add(number));
                    for _ in 0..10 {
                        seedbed::sleep(spans.next(100)).await;
                        yield_now().await;
                    }
                    queue.put(number).await.unwrap();
                    if Rc::strong_count(&senders) == 1 {
                        queue.shutdown(false);
                    }
                })
            })
            .collect();
        drop(senders);
        let mut received = 0;
        while received < 10 && queue.get().await.is_ok() {
            received += 1;
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(received, 10);
    })
}

pub(super) fn small(runs: u64) {
    (0..runs).for_each(|seed| small_simulation(sim(seed), seed).unwrap());
}

pub(super) fn small_random(runs: u64) {
    (0..runs).for_each(|seed| small_simulation(random(seed), seed).unwrap());
}

pub(super) fn small_traced(runs: u64) {
    (0..runs).for_each(|seed| small_simulation(sim(seed).trace(true), seed).unwrap());
}

pub(super) fn small_recorded(runs: u64) {
    (0..runs).for_each(|seed| small_simulation(random(seed).record(true), seed).unwrap());
}
