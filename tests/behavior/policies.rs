//! Promise: a policy is shown what is so, costs little, and moves the clock no further than it may.

#[path = "../golden/program.rs"]
mod program;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use program::{Shared, generate, perform};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use seedbed::choice::{Kind, Turn};
use seedbed::policy::{Late, Observation, Policy, Profile, Ready, by_name};
use seedbed::{EventLoop, Seed, Sim, TaskId, now, sleep, spawn, yield_now};

use crate::support::millis;

const NAMES: [&str; 8] = [
    "random+clock",
    "pct:3+clock",
    "pos+clock",
    "urw+clock",
    "speeds+clock",
    "sticky+clock",
    "delay:3+clock",
    "pos+clock+late",
];

fn policy(name: &str, seed: u64) -> Box<dyn Policy> {
    by_name(name, Seed::new(seed), &Profile::default()).unwrap()
}

/// Keeps its own list of who is ready, from what it is told, and compares it with what it is shown.
#[derive(Debug)]
struct Doubting {
    policy: Box<dyn Policy>,
    ready: Vec<TaskId>,
    proposed: Option<TaskId>,
    spawned: u32,
    turns: Rc<Cell<u32>>,
}

impl Policy for Doubting {
    fn name(&self) -> String {
        self.policy.name()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        assert_eq!(ready.tasks().collect::<Vec<_>>(), self.ready);
        assert_eq!(ready.len() as usize, self.ready.len());
        for (place, task) in (0..).zip(&self.ready) {
            assert_eq!((ready.task(place), ready.place_of(*task)), (Some(*task), Some(place)));
        }
        self.turns.set(self.turns.get() + 1);
        let turn = self.policy.next(ready);
        self.proposed = match turn {
            Turn::Task(place) => ready.task(place),
            Turn::Clock => None,
        };
        turn
    }

    fn observe(&mut self, event: Observation) {
        match event {
            Observation::Spawned { task, parent, .. } => {
                assert_eq!(task.get(), self.spawned, "numbers are given in order");
                assert!(parent.is_none_or(|parent| parent < task));
                self.spawned += 1;
            }
            Observation::Ready { task } => self.ready.push(task),
            Observation::Ran { task } => {
                assert_eq!(self.proposed.take(), Some(task), "without a plan, what was proposed comes");
                self.ready.retain(|waiting| *waiting != task);
            }
            Observation::Expired => assert_eq!(self.proposed, None),
            Observation::Ended { task } => assert!(!self.ready.contains(&task)),
            _ => {}
        }
        self.policy.observe(event);
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        self.policy.answer(kind, bound)
    }
}

#[test]
fn a_policy_is_shown_what_it_was_told() {
    let turns = Rc::new(Cell::new(0));
    for number in 0..60 {
        for name in NAMES {
            let seed = Seed::new(number);
            let (policy, turns) = (policy(name, number), Rc::clone(&turns));
            let doubting = Doubting { policy, ready: Vec::new(), proposed: None, spawned: 0, turns };
            let program = async move { perform(generate(seed), Shared::new()).await };
            // The programs may end in a deadlock; what may not happen is a panic of the policy.
            let _report = Sim::new(seed).policy(doubting).run(program);
        }
    }
    assert!(turns.get() > 4_000, "only {} turns", turns.get());
}

#[test]
fn a_policy_that_proposes_what_is_not_there_is_told_so() {
    #[derive(Debug)]
    struct Stubborn(Turn);

    impl Policy for Stubborn {
        fn name(&self) -> String {
            "stubborn".to_owned()
        }

        fn next(&mut self, _ready: &Ready<'_>) -> Turn {
            self.0
        }
    }

    for (turn, expected) in [
        (Turn::Task(7), "a policy proposed task 7 of 1: the first that is ready is task 0"),
        (Turn::Clock, "a policy proposed the clock, which cannot move now: propose a task"),
    ] {
        for record in [false, true] {
            let report = Sim::new(0).policy(Stubborn(turn)).record(record).run(async {});
            let text = report.result.unwrap_err().to_string();
            assert!(text.contains(expected), "{text}");
        }
    }
}

#[test]
fn policies_serve_several_loops() {
    for (name, seed) in NAMES.into_iter().zip(0..) {
        let report = Sim::new(seed).policy(policy(name, seed)).drive(|| {
            let steps = Rc::new(Cell::new(0));
            let loops = [(); 2].map(|()| EventLoop::new());
            let mut tasks = [(); 2].map(|()| Vec::new());
            for _ in 0..2 {
                for (event_loop, tasks) in loops.iter().zip(&mut tasks) {
                    let steps = Rc::clone(&steps);
                    let task = event_loop.spawn(async move {
                        for _ in 0..3 {
                            yield_now().await;
                            steps.set(steps.get() + 1);
                        }
                    });
                    tasks.push(task.unwrap());
                }
            }
            // While the first loop runs, tasks of the second are ready, and are not proposed.
            for (event_loop, tasks) in loops.iter().zip(tasks) {
                for task in tasks {
                    event_loop.run_until_done(task).unwrap();
                }
                event_loop.close().unwrap();
            }
            steps.get()
        });
        assert_eq!(report.unwrap(), 12, "{name}");
    }
}

/// How long a run with so many ready tasks takes.
#[expect(clippy::disallowed_types, reason = "real time is the question")]
fn takes(name: &str) -> Duration {
    let start = std::time::Instant::now();
    let report = Sim::new(1).policy(policy(name, 1)).trace(false).run(async move {
        let tasks: Vec<_> = (0..30_000).map(|_| spawn(yield_now())).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert!(report.is_ok());
    start.elapsed()
}

/// A walk through all that are ready, at each of the sixty thousand steps, would take hundreds of times as long as plain order.
#[test]
fn a_step_does_not_cost_more_the_more_are_ready() {
    // The machine may be busy with something else: the best of three, taken in turns.
    let names = ["fifo", "random", "pct:3", "pos", "urw", "speeds", "sticky"];
    let rounds = [(); 3].map(|()| names.map(takes));
    let best = |at: usize| rounds.iter().map(|round| round[at]).min().unwrap();
    for (at, name) in names.iter().enumerate() {
        assert!(best(at) < best(0) * 30, "{name}: {:?}, where plain order takes {:?}", best(at), best(0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A task that could run is kept waiting for no longer than was allowed, and a timer is not later than that either.
    #[test]
    fn the_clock_runs_ahead_no_further_than_it_may(seed: u64, stall in 0..40_u64) {
        for name in NAMES {
            let sim = Sim::new(seed).policy(policy(name, seed)).stall(millis(stall));
            let longest = sim.run(async {
                let longest = Rc::new(Cell::new(0));
                let tasks: Vec<_> = (0..4_u64)
                    .map(|number| {
                        let longest = Rc::clone(&longest);
                        spawn(async move {
                            for round in 1..6 {
                                let before = now().as_nanos();
                                yield_now().await;
                                longest.set(longest.get().max(now().as_nanos() - before));
                                sleep(millis(number * round)).await;
                            }
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
                longest.get()
            });
            let (longest, allowed) = (longest.unwrap(), stall * 1_000_000);
            prop_assert!(longest <= allowed, "{name}: waited for {longest} ns");
        }
    }
}

#[test]
fn late_timers_change_places() {
    let order = |seed: u64| {
        let policy = Late::new(seedbed::policy::Fifo, Seed::new(seed));
        let report = Sim::new(seed).policy(policy).run(async {
            let order = Rc::new(RefCell::new(Vec::new()));
            let tasks = [0, 1, 2].map(|number| {
                let order = Rc::clone(&order);
                spawn(async move {
                    sleep(millis(10)).await;
                    order.borrow_mut().push(number);
                })
            });
            for task in tasks {
                task.await.unwrap();
            }
            order.take()
        });
        report.unwrap()
    };
    let orders: std::collections::BTreeSet<Vec<u32>> = (0..200).map(order).collect();
    assert_eq!(orders.len(), 6, "{orders:?}");
}

#[test]
fn wrong_names_are_told() {
    let wrong = [
        "",
        "Fifo",
        "fifo ",
        "fifo:1",
        "fifo+clock",
        "portfolio+clock",
        "portfolio:2",
        "random:1",
        "pct",
        "pct:",
        "pct:0",
        "pct:03",
        "pct:+3",
        "pct:101",
        "pct:99999999999",
        "pos:1",
        "urw:1",
        "speeds:2",
        "delay",
        "delay:x",
        "delay:1001",
        "pos+",
        "pos+late+clock",
        "pos+clock+clock",
        "+clock",
        "pos+later",
    ];
    for name in wrong {
        let error = by_name(name, Seed::new(0), &Profile::default()).expect_err(name);
        assert!(error.to_string().starts_with(&format!("{name:?} is not a policy: ")), "{error}");
    }
}
