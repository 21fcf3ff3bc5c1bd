//! Runs as values of proptest strategies.

use proptest::prelude::{Strategy, any};
use proptest::strategy::Union;

use crate::policy::Random;
use crate::seed::Seed;
use crate::sim::Sim;

/// A run in some order: mostly a seeded random one, now and then plain FIFO, to which a failure shrinks if it fails there
/// too.
///
/// Use it beside strategies for inputs, so that proptest varies both; a seed is printed with the failing case.
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
pub fn any_sim() -> impl Strategy<Value = Sim> {
    let plain = any::<u64>().no_shrink().prop_map(Sim::new).boxed();
    let random = any::<u64>().no_shrink().prop_map(|seed| Sim::new(seed).policy(Random::new(Seed::new(seed)))).boxed();
    Union::new_weighted(vec![(1, plain), (7, random)])
}
