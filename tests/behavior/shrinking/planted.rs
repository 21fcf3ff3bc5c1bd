//! Programs with a planted bug each: right in plain order, wrong after a known number of departures.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use rand::Rng;
use seedbed::choice::{FaultSet, Kind, Prng, Turn};
use seedbed::policy::{Policy, Ready};
use seedbed::sync::{Condition, Lock, Queue};
use seedbed::{Promise, Report, Seed, Sim, rng, select, sleep, spawn, timeout, yield_now};

use crate::support::millis;

/// A program and what is known of its bug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    pub(crate) run: fn(Sim) -> Report<()>,
    /// The fewest departures that make it fail.
    pub(crate) depth: usize,
}

pub(crate) const PLANTED: [Planted; 16] = [
    Planted { name: "lost update", run: lost_update, depth: 1 },
    Planted { name: "lost wake-up", run: lost_wake_up, depth: 1 },
    Planted { name: "lock order", run: lock_order, depth: 1 },
    Planted { name: "wrong waiter notified", run: wrong_waiter, depth: 1 },
    Planted { name: "two orders", run: two_orders, depth: 2 },
    Planted { name: "three orders amid noise", run: three_orders, depth: 3 },
    Planted { name: "late reader", run: late_reader, depth: 1 },
    Planted { name: "jump to the front", run: jump_to_the_front, depth: 3 },
    Planted { name: "timeout against completion", run: timeout_against_completion, depth: 1 },
    Planted { name: "branch", run: branch, depth: 1 },
    Planted { name: "draw", run: draw, depth: 1 },
    Planted { name: "item lost in a cancellation", run: item_lost, depth: 1 },
    Planted { name: "order and branch", run: order_and_branch, depth: 2 },
    Planted { name: "phases", run: phases, depth: 2 },
    Planted { name: "three phases, long and noisy", run: long_and_noisy, depth: 3 },
    Planted { name: "late timer", run: late_timer, depth: 1 },
];

/// Proposes whatever is possible, the clock included.
#[derive(Debug)]
pub(crate) struct Wild {
    prng: Prng,
}

impl Wild {
    pub(crate) fn new(seed: impl Into<Seed>) -> Self {
        Self { prng: Prng::new(seed.into(), "wild") }
    }
}

impl Policy for Wild {
    fn name(&self) -> String {
        "wild".to_owned()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        match ready.may_expire() && self.prng.chance(1, 8) {
            true => Turn::Clock,
            false => Turn::Task(self.prng.below(ready.len())),
        }
    }

    fn faults(&self) -> FaultSet {
        FaultSet::of(&[Kind::Late])
    }

    fn answer(&mut self, _: Kind, bound: u32) -> u32 {
        self.prng.below(bound)
    }
}

impl Planted {
    /// Failing runs, recorded, of which every choice is drawn.
    pub(crate) fn failing(self) -> impl Iterator<Item = Report<()>> {
        self.failing_under(20_000, |seed| Box::new(Wild::new(seed)))
    }

    /// Failing runs, recorded, as a policy finds them from so many seeds.
    pub(crate) fn failing_under(
        self,
        seeds: u64,
        policy: impl Fn(u64) -> Box<dyn Policy>,
    ) -> impl Iterator<Item = Report<()>> {
        let run = move |seed| (self.run)(Sim::new(seed).policy(policy(seed)).record(true));
        (0..seeds).map(run).filter(|report| !report.is_ok())
    }
}

pub(crate) async fn pause(steps: u32) {
    for _ in 0..steps {
        yield_now().await;
    }
}

fn noise(tasks: u32, steps: u32) {
    for _ in 0..tasks {
        drop(spawn(pause(steps)));
    }
}

pub(crate) fn shared<T: Copy>(value: T) -> [Rc<Cell<T>>; 2] {
    let cell = Rc::new(Cell::new(value));
    [Rc::clone(&cell), cell]
}

async fn both(one: impl Future<Output = ()> + 'static, other: impl Future<Output = ()> + 'static) {
    let (one, other) = (spawn(one), spawn(other));
    one.await.unwrap();
    other.await.unwrap();
}

pub(crate) fn lost_update(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(4, 6);
        let [total, at_end] = shared(0);
        let copy = Rc::clone(&total);
        both(async move { total.set(total.get() + 1) }, async move {
            let read = copy.get();
            yield_now().await;
            copy.set(read + 1);
        })
        .await;
        assert_eq!(at_end.get(), 2, "an addition was lost");
    })
}

/// Looks, waits a step, then sleeps until it is told; what is told in that step is lost.
fn lost_wake_up(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(3, 5);
        let [is_set, to_set] = shared(false);
        let condition = Condition::new();
        let notify = condition.clone();
        both(
            async move {
                if !is_set.get() {
                    yield_now().await;
                    let mut guard = condition.lock().await;
                    guard.wait().await;
                }
            },
            async move {
                pause(4).await;
                to_set.set(true);
                notify.lock().await.notify(1);
            },
        )
        .await;
    })
}

fn lock_order(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(3, 5);
        let (left, right) = (Lock::new().named("left"), Lock::new().named("right"));
        let (left_too, right_too) = (left.clone(), right.clone());
        both(
            async move {
                let _left = left.lock().await;
                yield_now().await;
                let _right = right.lock().await;
            },
            async move {
                pause(4).await;
                let _right = right_too.lock().await;
                yield_now().await;
                let _left = left_too.lock().await;
            },
        )
        .await;
    })
}

/// One condition for two reasons to wait: the one notified may be the one who has none.
fn wrong_waiter(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(2, 4);
        let condition = Condition::new();
        let [full, to_fill] = shared(false);
        let (for_item, for_other, teller) = (condition.clone(), condition.clone(), condition);
        let taker = spawn(async move {
            let mut guard = for_item.lock().await;
            while !full.get() {
                guard.wait().await;
            }
        });
        let other = spawn(async move {
            let mut guard = for_other.lock().await;
            guard.wait().await;
        });
        let filler = spawn(async move {
            pause(3).await;
            let guard = teller.lock().await;
            to_fill.set(true);
            guard.notify(1);
        });
        filler.await.unwrap();
        taker.await.unwrap();
        other.cancel();
    })
}

/// Pairs of tasks that note who of the two came first; it fails if all pairs ran the other way round.
async fn reversed_pairs(pairs: usize) -> bool {
    let firsts = Rc::new(RefCell::new(vec![None; pairs]));
    let mut tasks = Vec::new();
    for pair in 0..pairs {
        for side in 0..2 {
            let firsts = Rc::clone(&firsts);
            tasks.push(spawn(async move {
                let mut firsts = firsts.borrow_mut();
                firsts[pair].get_or_insert(side);
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    firsts.borrow().iter().all(|first| *first == Some(1))
}

fn two_orders(sim: Sim) -> Report<()> {
    sim.run(async { assert!(!reversed_pairs(2).await, "both pairs ran the other way round") })
}

fn three_orders(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(5, 10);
        assert!(!reversed_pairs(3).await, "all pairs ran the other way round");
    })
}

/// Wrong only after three others came first: one departure, with a value of 3.
pub(crate) fn late_reader(sim: Sim) -> Report<()> {
    sim.run(async {
        let [count, reader] = shared(0);
        let late = spawn(async move { assert!(reader.get() < 3, "{} came before the reader", reader.get()) });
        for _ in 0..8 {
            let count = Rc::clone(&count);
            drop(spawn(async move { count.set(count.get() + 1) }));
        }
        late.await.unwrap();
    })
}

/// The last of four tasks must come first: each of the three others is overtaken once, and no fewer departures say so.
fn jump_to_the_front(sim: Sim) -> Report<()> {
    sim.run(async {
        let [order, _] = shared(0);
        let mut tasks = Vec::new();
        for task in 0..4 {
            let order = Rc::clone(&order);
            tasks.push(spawn(async move {
                assert!(task < 3 || order.get() > 0, "the last came first");
                order.set(order.get() + 1);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    })
}

fn timeout_against_completion(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(2, 6);
        let promise = Promise::new();
        let done = promise.clone();
        drop(spawn(async move {
            pause(4).await;
            done.set_result(()).ok();
        }));
        timeout(millis(10), promise).await.expect("it takes no time").unwrap();
    })
}

fn branch(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(3, 4);
        for _ in 0..5 {
            select! {
                () = async {} => {}
                () = yield_now() => {}
                () = async {} => panic!("the last branch won"),
            }
        }
    })
}

/// The fourth task's draw must be of a kind; whichever stream it follows decides.
fn draw(sim: Sim) -> Report<()> {
    sim.run(async {
        let mut tasks = Vec::new();
        for task in 0..6 {
            tasks.push(spawn(async move {
                let drawn = rng().next_u32() % 8;
                assert!(task != 3 || drawn != 5, "drawn: {drawn}");
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    })
}

/// A consumer that is cancelled after it took an item and before it handed it on.
fn item_lost(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(2, 3);
        let queue = Queue::new(0);
        let [got, at_end] = shared(0);
        let from = queue.clone();
        let consumer = spawn(async move {
            loop {
                from.get().await.unwrap();
                yield_now().await;
                got.set(got.get() + 1);
            }
        });
        queue.put(()).await.unwrap();
        pause(5).await;
        consumer.cancel();
        consumer.await.ok();
        let left = u32::try_from(queue.qsize()).unwrap();
        assert_eq!(at_end.get() + left, 1, "an item was lost");
    })
}

fn order_and_branch(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(3, 4);
        let reversed = reversed_pairs(1).await;
        let second = select! {
            () = async {} => false,
            () = async {} => true,
        };
        assert!(!(reversed && second), "the pair and the branch");
    })
}

/// Twice the same race, with time between: both must go wrong.
fn phases(sim: Sim) -> Report<()> {
    sim.run(async {
        noise(2, 8);
        let first = reversed_pairs(1).await;
        sleep(millis(20)).await;
        let second = reversed_pairs(1).await;
        assert!(!(first && second), "both phases");
    })
}

/// Over five hundred departures, of which three matter.
fn long_and_noisy(sim: Sim) -> Report<()> {
    sim.run(async {
        for _ in 0..12 {
            drop(spawn(async {
                for _ in 0..40 {
                    pause(2).await;
                    sleep(millis(1)).await;
                }
            }));
        }
        let mut reversed = true;
        for _ in 0..3 {
            sleep(millis(7)).await;
            reversed &= reversed_pairs(1).await;
        }
        assert!(!reversed, "all three phases");
    })
}

/// The answer takes 10 ms and is waited for until 12 ms: wrong from 2 ms of delay on.
fn late_timer(sim: Sim) -> Report<()> {
    sim.run(async {
        for _ in 0..3 {
            drop(spawn(sleep(millis(3))));
        }
        let answer = spawn(async {
            sleep(millis(5)).await;
            sleep(millis(5)).await;
        });
        sleep(millis(12)).await;
        assert!(answer.is_done(), "no answer");
    })
}
