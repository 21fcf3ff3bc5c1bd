//! What grows: a number of tasks, of timers, of steps made before, of runs made before.

use std::time::Duration;

use seedbed::policy::Random;
use seedbed::{Seed, Sim, sleep, spawn, yield_now};

/// Operations of one sort, among a number of something.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) each: &'static str,
    /// Makes `rounds` rounds of operations at that size.
    pub(crate) run: fn(size: u64, rounds: u64),
    /// How many rounds are enough.
    pub(crate) rounds: fn(size: u64) -> u64,
    /// How many operations so many rounds are.
    pub(crate) operations: fn(size: u64, rounds: u64) -> u64,
}

/// Rounds in which everybody has a turn.
const fn all(name: &'static str, each: &'static str, run: fn(u64, u64)) -> Series {
    Series { name, each, run, rounds: |size| (20_000 / size).max(1), operations: |size, rounds| size * rounds }
}

/// Rounds after so many of them.
const fn after(name: &'static str, each: &'static str, run: fn(u64, u64)) -> Series {
    Series { name, each, run, rounds: |_| 1_000, operations: |_, rounds| rounds }
}

pub(crate) const SERIES: &[Series] = &[
    all("step", "step, of that many tasks", |size, rounds| steps(sim(), size, rounds)),
    all("step/random", "the same under the policy `random`", |size, rounds| steps(random(), size, rounds)),
    all("step/recorded", "the same, with the choices recorded", |size, rounds| {
        steps(random().record(true), size, rounds);
    }),
    all("sleep", "sleep, with that many timers", sleeps),
    after("step, later", "step of one of 100 tasks, after that many steps", |size, rounds| {
        steps(sim(), 100, (size + rounds) / 100);
    }),
    after("run, later", "empty simulation, after that many of them", |size, rounds| {
        (0..size + rounds).for_each(|_| sim().run(async {}).unwrap());
    }),
];

fn sim() -> Sim {
    Sim::new(1).trace(false).steps(u64::MAX).self_wakes(u64::MAX)
}

fn random() -> Sim {
    sim().policy(Random::new(Seed::new(1)))
}

/// Tasks that all are ready all the time.
fn steps(sim: Sim, tasks: u64, rounds: u64) {
    sim.run(async move {
        let ready: Vec<_> = (0..tasks)
            .map(|_| {
                spawn(async move {
                    for _ in 0..rounds {
                        yield_now().await;
                    }
                })
            })
            .collect();
        for task in ready {
            task.await.unwrap();
        }
    })
    .unwrap();
}

/// Tasks that all sleep all the time, each for a span of its own.
fn sleeps(tasks: u64, rounds: u64) {
    sim()
        .run(async move {
            let sleeper = |number: u64| async move {
                for round in 0..rounds {
                    let micros = (number * 7_919 + round * 104_729) % 1_000_003;
                    sleep(Duration::from_micros(1 + micros)).await;
                }
            };
            let asleep: Vec<_> = (0..tasks).map(|number| spawn(sleeper(number))).collect();
            for task in asleep {
                task.await.unwrap();
            }
        })
        .unwrap();
}
