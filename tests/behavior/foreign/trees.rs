//! Any tree of combinators, timers, frames and channels survives any cancellation: nothing hangs, nothing is lost.

use std::cell::Cell;
use std::future::{pending, ready};
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{FutureExt, LocalBoxFuture, join_all, select};
use futures::stream::{FuturesUnordered, StreamExt};
use proptest::prelude::*;
use seedbed::policy::{Policy, Profile, by_name};
use seedbed::sync::Lock;
use seedbed::{Promise, Report, Seed, Sim, catch_cancel, sleep, spawn, timeout, yield_now};

use crate::support::millis;

/// Part of a program, to be made into a future.
#[derive(Clone, Debug)]
enum Tree {
    Never,
    Yield,
    Sleep(u64),
    /// A channel of another library, served by a task of its own after so many milliseconds.
    Channel(u64),
    /// A promise, settled so.
    Promise(u64),
    /// A lock that is held for so long.
    Locked(u64),
    /// A task that is awaited.
    Task(Box<Tree>),
    Then(Box<Tree>, Box<Tree>),
    Join(Vec<Tree>),
    /// `FuturesUnordered`.
    Set(Vec<Tree>),
    /// The loser is dropped where it stands.
    Race(Box<Tree>, Box<Tree>),
    Timeout(u64, Box<Tree>),
    Catch(Box<Tree>),
    /// Caught, and raised again.
    Rethrow(Box<Tree>),
    /// Two handles of one `Shared` in a set.
    Shared(Box<Tree>),
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Never),
        Just(Tree::Yield),
        (0..9_u64).prop_map(Tree::Sleep),
        (0..9_u64).prop_map(Tree::Channel),
        (0..9_u64).prop_map(Tree::Promise),
        (0..9_u64).prop_map(Tree::Locked),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let several = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            boxed().prop_map(Tree::Task),
            (boxed(), boxed()).prop_map(|(first, second)| Tree::Then(first, second)),
            several().prop_map(Tree::Join),
            several().prop_map(Tree::Set),
            (boxed(), boxed()).prop_map(|(first, second)| Tree::Race(first, second)),
            (0..9_u64, boxed()).prop_map(|(limit, inner)| Tree::Timeout(limit, inner)),
            boxed().prop_map(Tree::Catch),
            boxed().prop_map(Tree::Rethrow),
            boxed().prop_map(Tree::Shared),
        ]
    })
}

impl Tree {
    /// How many frames it has that swallow a cancellation.
    fn swallows(&self) -> usize {
        match self {
            Self::Never | Self::Yield | Self::Sleep(_) | Self::Channel(_) | Self::Promise(_) | Self::Locked(_) => 0,
            // Whoever awaits a cancelled task goes on with an error.
            Self::Catch(inner) | Self::Task(inner) => 1 + inner.swallows(),
            Self::Timeout(_, inner) | Self::Rethrow(inner) | Self::Shared(inner) => 1 + inner.swallows(),
            Self::Then(first, second) | Self::Race(first, second) => first.swallows() + second.swallows(),
            Self::Join(all) | Self::Set(all) => all.iter().map(Self::swallows).sum(),
        }
    }

    fn run(self) -> LocalBoxFuture<'static, ()> {
        async move {
            match self {
                Self::Never => pending().await,
                Self::Yield => yield_now().await,
                Self::Sleep(after) => sleep(millis(after)).await,
                Self::Channel(after) => {
                    let (sender, receiver) = oneshot::channel::<()>();
                    drop(spawn(sleep(millis(after)).map(|()| drop(sender))));
                    receiver.await.unwrap_err();
                }
                Self::Promise(after) => {
                    let promise = Promise::<()>::new();
                    let setter = promise.clone();
                    // It may have been cancelled meanwhile, together with whoever awaited it.
                    drop(spawn(sleep(millis(after)).map(move |()| setter.set_result(()).is_ok())));
                    drop(promise.await);
                }
                Self::Locked(after) => {
                    let (lock, entered) = (Lock::new(), Rc::new(Cell::new(false)));
                    let (held, flag) = (lock.lock().await, Rc::clone(&entered));
                    drop(spawn(sleep(millis(after)).map(move |()| {
                        flag.set(true);
                        drop(held);
                    })));
                    drop(lock.lock().await);
                    assert!(entered.get(), "the lock was granted while another held it");
                }
                Self::Task(inner) => drop(spawn(inner.run()).await),
                Self::Then(first, second) => {
                    first.run().await;
                    second.run().await;
                }
                Self::Join(all) => drop(join_all(all.into_iter().map(Self::run)).await),
                Self::Set(all) => {
                    let set = all.into_iter().map(Self::run).collect::<FuturesUnordered<_>>();
                    set.for_each(|()| ready(())).await;
                }
                Self::Race(first, second) => drop(select(first.run(), second.run()).await),
                Self::Timeout(limit, inner) => drop(timeout(millis(limit), inner.run()).await),
                Self::Catch(inner) => drop(catch_cancel(inner.run()).await),
                Self::Rethrow(inner) => {
                    if let Err(cancelled) = catch_cancel(inner.run()).await {
                        match cancelled.resume().await {}
                    }
                }
                Self::Shared(inner) => {
                    let shared = inner.run().shared();
                    let handles = [shared.clone(), shared].into_iter().collect::<FuturesUnordered<_>>();
                    handles.for_each(|()| ready(())).await;
                }
            }
        }
        .boxed_local()
    }
}

/// Cancels the tree at an instant, and again until it has ended.
fn cancelled(tree: &Tree, at: u64, policy: Box<dyn Policy>) -> Report<bool> {
    let (tree, times) = (tree.clone(), tree.swallows() + 2);
    Sim::new(0).policy(policy).run(async move {
        let task = spawn(tree.run());
        sleep(millis(at)).await;
        for _ in 0..times {
            task.cancel();
            // Long enough for every timer of the tree.
            sleep(millis(1_000)).await;
        }
        task.is_done()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_tree_ends_when_it_is_cancelled_often_enough(tree in any_tree(), at in 0..12_u64, seed: u64) {
        for policy in ["fifo", "random"] {
            let run = || cancelled(&tree, at, by_name(policy, Seed::new(seed), &Profile::default()).unwrap());
            let (first, second) = (run(), run());
            prop_assert_eq!(first.digest, second.digest);
            prop_assert_eq!(first.leaked.len(), 0);
            prop_assert!(first.unwrap(), "it still waits");
        }
    }
}
