//! The strategies: `any_sim`, `sim_with`, `with_schedule`.

use std::rc::Rc;

use proptest::prelude::{Just, any};
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::drawn::Drawn;
use super::inputs::Inputs;
use super::tree::ScheduledTree;
use crate::policy::{Profile, by_name, portfolio};
use crate::seed::Seed;
use crate::sim::Sim;

/// One run in so many is in plain order.
const PLAIN: u64 = 8;

/// A run in some order: mostly one of the [portfolio](crate::policy::portfolio())'s, now and then plain FIFO. A failing one shrinks to
/// few departures from FIFO order, which the value shows when proptest prints it.
///
/// Make the run in the test, once for each value. Where there are inputs too, [`with_schedule`] gives smaller counterexamples.
///
/// # Examples
///
/// ```
/// use proptest::prelude::*;
/// use seedbed::{any_sim, spawn, sync::Queue};
///
/// proptest! {
///     // In a test module, with `#[test]` here.
///     fn a_queue_is_first_in_first_out(items in proptest::collection::vec(any::<u8>(), 0..20), sim in any_sim()) {
///         let sent = items.clone();
///         let received = sim.run(async move {
///             let queue = Queue::new(2);
///             let (sink, count) = (queue.clone(), items.len());
///             let reader = spawn(async move {
///                 let mut received = Vec::new();
///                 for _ in 0..count {
///                     received.push(sink.get().await.unwrap());
///                 }
///                 received
///             });
///             for item in items {
///                 queue.put(item).await.unwrap();
///             }
///             reader.await.unwrap()
///         });
///         prop_assert_eq!(received.result?, sent);
///     }
/// }
/// # fn main() { a_queue_is_first_in_first_out() }
/// ```
pub fn any_sim() -> impl Strategy<Value = Sim> + use<> {
    with_schedule(Just(())).prop_map(|((), sim)| sim)
}

/// As [`any_sim`], with the policy of this name.
///
/// # Panics
///
/// If no policy has this name: see [`by_name`].
///
/// # Examples
///
/// ```
/// use proptest::prelude::*;
/// use seedbed::{Sim, harness::sim_with, yield_now};
///
/// prop_compose! {
///     fn patient_sim()(sim in sim_with("pct:3"), steps in 1_000..2_000_u64) -> Sim {
///         sim.steps(steps)
///     }
/// }
/// proptest! {
///     fn yields(sim in patient_sim()) {
///         sim.run(yield_now()).result?;
///     }
/// }
/// # fn main() { yields() }
/// ```
#[track_caller]
pub fn sim_with(policy: &str) -> impl Strategy<Value = Sim> + use<> {
    with_schedule(Just(())).policy(policy).prop_map(|((), sim)| sim)
}

/// Inputs and a run as one value. They shrink together: the schedule to few departures, the inputs under that schedule, and again, until neither
/// gets any simpler.
///
/// # Examples
///
/// ```
/// use proptest::prelude::*;
/// use seedbed::{spawn, with_schedule, yield_now};
/// use std::{cell::Cell, rc::Rc};
///
/// proptest! {
///     fn deposits_add_up((amounts, sim) in with_schedule(proptest::collection::vec(1..100_u32, 0..5))) {
///         let expected = amounts.iter().sum::<u32>();
///         let report = sim.run(async move {
///             let balance = Rc::new(Cell::new(0));
///             let deposits: Vec<_> = amounts.into_iter().map(|amount| {
///                 let balance = Rc::clone(&balance);
///                 spawn(async move {
///                     yield_now().await;
///                     balance.set(balance.get() + amount);
///                 })
///             }).collect();
///             for deposit in deposits {
///                 deposit.await.unwrap();
///             }
///             balance.get()
///         });
///         prop_assert_eq!(report.result?, expected);
///     }
/// }
/// # fn main() { deposits_add_up() }
/// ```
pub fn with_schedule<S: Strategy>(inputs: S) -> WithSchedule<S> {
    WithSchedule { inputs: Rc::new(inputs), policy: None }
}

/// See [`with_schedule`].
#[derive(Clone, Debug)]
#[must_use = "a strategy does nothing until values are drawn from it"]
pub struct WithSchedule<S> {
    inputs: Rc<S>,
    policy: Option<String>,
}

impl<S> WithSchedule<S> {
    /// Draws runs of this policy only.
    ///
    /// # Panics
    ///
    /// If no policy has this name: see [`by_name`].
    ///
    /// # Examples
    ///
    /// ```
    /// use proptest::strategy::{Strategy, ValueTree};
    ///
    /// let strategy = seedbed::with_schedule(0..9_u8).policy("urw");
    /// let drawn = strategy.new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap().current();
    /// assert!(format!("{drawn:?}").contains(r#"policy: "urw""#), "{drawn:?}");
    /// ```
    #[track_caller]
    pub fn policy(mut self, name: &str) -> Self {
        if let Err(error) = by_name(name, Seed::new(0), &Profile::default()) {
            panic!("{error}");
        }
        self.policy = Some(name.to_owned());
        self
    }
}

impl<S: Strategy> Strategy for WithSchedule<S> {
    type Tree = ScheduledTree<S>;
    type Value = (S::Value, Sim);

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let bits = any::<u64>().new_tree(runner)?.current();
        let seed = Seed::new(bits);
        let run = u64::from(!seed.derive("plain").get().is_multiple_of(PLAIN));
        let policy = self.policy.clone().unwrap_or_else(|| portfolio(run, seed, &Profile::default()).name());
        let inputs = Inputs::new(Rc::clone(&self.inputs), runner.config().clone(), seed)?;
        Ok(ScheduledTree::new(inputs, Drawn { seed, policy, fixed: self.policy.is_some() }))
    }
}
