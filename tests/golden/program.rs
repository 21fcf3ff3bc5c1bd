//! Programs made from a seed: small trees of what tasks do, over shared locks and queues.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use seedbed::choice::Prng;
use seedbed::executor::{blocking, run_in_executor};
use seedbed::sync::{Event, Lock, Queue, Semaphore};
use seedbed::{Seed, Task, catch_cancel, gather, note, select, shield, sleep, spawn, timeout, yield_now};

/// Something that a task does.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Note(u32),
    Yield,
    Sleep(u64),
    Spawn(Vec<Op>),
    JoinLast,
    CancelLast,
    GatherAll,
    Catch(Vec<Op>),
    Timeout(u64, Vec<Op>),
    Locked(usize, Vec<Op>),
    Permitted(Vec<Op>),
    Put(u32),
    /// Waits for an item, for so many milliseconds or for ever.
    Get(Option<u64>),
    Set,
    Wait(Option<u64>),
    Race(u64, u64),
    Shield(u64),
    Job(u64),
    Block(u64),
    Draw,
}

/// A program of up to sixty operations.
pub(crate) fn generate(seed: Seed) -> Vec<Op> {
    let mut prng = Prng::new(seed, "golden program");
    let mut budget = 60;
    block(&mut prng, &mut budget, 0)
}

fn block(prng: &mut Prng, budget: &mut u32, depth: u32) -> Vec<Op> {
    let length = 3 + prng.below(8);
    let mut ops = Vec::new();
    for _ in 0..length {
        if *budget == 0 {
            break;
        }
        *budget -= 1;
        ops.push(op(prng, budget, depth));
    }
    ops
}

fn op(prng: &mut Prng, budget: &mut u32, depth: u32) -> Op {
    let plain = if depth < 4 { prng.below(20) } else { 6 + prng.below(14) };
    let ms = |prng: &mut Prng| u64::from(prng.below(30));
    match plain {
        0 | 1 => Op::Spawn(block(prng, budget, depth + 1)),
        2 => Op::Catch(block(prng, budget, depth + 1)),
        3 => Op::Timeout(ms(prng), block(prng, budget, depth + 1)),
        4 => Op::Locked(prng.below(2) as usize, block(prng, budget, depth + 1)),
        5 => Op::Permitted(block(prng, budget, depth + 1)),
        6 => Op::Note(prng.below(100)),
        7 => Op::Yield,
        8 | 9 => Op::Sleep(ms(prng)),
        10 => Op::JoinLast,
        11 => Op::CancelLast,
        12 => Op::GatherAll,
        13 => Op::Put(prng.below(100)),
        14 => Op::Get(patience(prng)),
        15 => {
            if prng.below(2) == 0 {
                Op::Set
            } else {
                Op::Wait(patience(prng))
            }
        }
        16 => Op::Race(ms(prng), ms(prng)),
        17 => Op::Shield(ms(prng)),
        18 => {
            if prng.below(3) == 0 {
                Op::Block(ms(prng))
            } else {
                Op::Job(ms(prng))
            }
        }
        _ => Op::Draw,
    }
}

/// Mostly a bound, so that few programs end in a deadlock.
fn patience(prng: &mut Prng) -> Option<u64> {
    let bounded = prng.below(8) > 0;
    bounded.then(|| u64::from(prng.below(60)))
}

/// Waits for a future, with a bound or without.
async fn within<F: Future>(patience: Option<u64>, future: F) -> Option<F::Output> {
    match patience {
        Some(span) => timeout(Duration::from_millis(span), future).await.ok(),
        None => Some(future.await),
    }
}

/// What the tasks of a program share.
pub(crate) struct Shared {
    locks: [Lock; 2],
    permits: Semaphore,
    queue: Queue<u32>,
    event: Event,
}

impl Shared {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self {
            locks: [Lock::new().named("first"), Lock::new().named("second")],
            permits: Semaphore::new(2),
            queue: Queue::new(2),
            event: Event::new(),
        })
    }
}

/// Runs a block of operations.
pub(crate) fn perform(ops: Vec<Op>, shared: Rc<Shared>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let mut children: Vec<Task<()>> = Vec::new();
        for op in ops {
            perform_one(op, &shared, &mut children).await;
        }
    })
}

async fn perform_one(op: Op, shared: &Rc<Shared>, children: &mut Vec<Task<()>>) {
    let ms = Duration::from_millis;
    match op {
        Op::Note(number) => note!("{number}"),
        Op::Yield => yield_now().await,
        Op::Sleep(span) => sleep(ms(span)).await,
        Op::Spawn(ops) => children.push(spawn(perform(ops, Rc::clone(shared)))),
        Op::JoinLast => {
            if let Some(child) = children.pop() {
                note!("joined {:?}", child.await);
            }
        }
        Op::CancelLast => {
            if let Some(child) = children.last() {
                note!("cancelled {}", child.cancel());
            }
        }
        Op::GatherAll => {
            let all = gather(children.iter().map(|child| child.join())).await;
            note!("gathered {all:?}");
        }
        Op::Catch(ops) => note!("{:?}", catch_cancel(perform(ops, Rc::clone(shared))).await),
        Op::Timeout(span, ops) => note!("{:?}", timeout(ms(span), perform(ops, Rc::clone(shared))).await),
        Op::Locked(which, ops) => {
            let _guard = shared.locks[which].lock().await;
            perform(ops, Rc::clone(shared)).await;
        }
        Op::Permitted(ops) => {
            let _permit = shared.permits.permit().await;
            perform(ops, Rc::clone(shared)).await;
        }
        Op::Put(number) => note!("{:?}", within(Some(50), shared.queue.put(number)).await),
        Op::Get(patience) => note!("{:?}", within(patience, shared.queue.get()).await),
        Op::Set => shared.event.set(),
        Op::Wait(patience) => note!("{:?}", within(patience, shared.event.wait()).await),
        Op::Race(one, other) => select! {
            () = sleep(ms(one)) => note!("one"),
            () = sleep(ms(other)) => note!("other"),
        },
        Op::Shield(span) => {
            let inner = spawn(sleep(ms(span)));
            note!("{:?}", shield(inner.join()).await);
        }
        Op::Job(span) => {
            let job = run_in_executor(None, move || blocking::sleep(ms(span)));
            note!("{:?}", job.expect("the loop is open").await);
        }
        Op::Block(span) => blocking::sleep(ms(span)),
        Op::Draw => {
            use rand::Rng;
            note!("{}", seedbed::rng().next_u32());
        }
    }
}
