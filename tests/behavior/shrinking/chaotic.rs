//! Programs made from a number, whose failure depends on everything that happened: no structure helps to shrink them.

use std::cell::Cell;
use std::rc::Rc;

use rand::Rng;
use seedbed::choice::Prng;
use seedbed::policy::Random;
use seedbed::{Report, Seed, Sim, rng, select, sleep, spawn, yield_now};

use super::planted::Wild;
use crate::support::millis;

/// A small program, and how rarely it fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chaotic {
    pub(crate) program: u64,
    pub(crate) tasks: u32,
    pub(crate) one_in: u64,
}

impl Chaotic {
    pub(crate) fn run(self, sim: Sim) -> Report<()> {
        sim.run(async move {
            let history = Rc::new(Cell::new(Seed::new(self.program)));
            let tasks: Vec<_> = (0..self.tasks).map(|task| spawn(self.task(task, Rc::clone(&history)))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert!(!history.get().get().is_multiple_of(self.one_in), "it came out wrong");
        })
    }

    /// Does a few things, and mixes what it is and what it saw into what all tasks did so far.
    async fn task(self, task: u32, history: Rc<Cell<Seed>>) {
        let mut prng = Prng::new(Seed::new(self.program).nth(u64::from(task)), "chaotic");
        for step in 0..2 + prng.below(4) {
            let seen = match prng.below(8) {
                0..3 => {
                    yield_now().await;
                    0
                }
                3 => {
                    sleep(millis(u64::from(prng.below(3)))).await;
                    0
                }
                4 => select! {
                    () = async {} => 1,
                    () = yield_now() => 2,
                    () = async {} => 3,
                },
                5 => rng().next_u32() % 2,
                _ => 0,
            };
            let so_far = history.get();
            history.set(so_far.nth(u64::from(1_000 * task + 10 * step + seen)));
            if prng.chance(1, 2) {
                yield_now().await;
            }
        }
    }

    /// Its first failing run, recorded.
    pub(crate) fn failing(self, seeds: u64) -> Option<Report<()>> {
        let run = |seed: u64| {
            let sim = Sim::new(seed).record(true);
            self.run(if seed.is_multiple_of(2) {
                sim.policy(Random::new(Seed::new(seed)))
            } else {
                sim.policy(Wild::new(seed))
            })
        };
        (0..seeds).map(run).find(|report| !report.is_ok())
    }
}
