//! A store that writes behind, beside its model: proptest-state-machine draws the calls, seedbed the order, and both shrink together.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, atomic::AtomicUsize, atomic::Ordering};

use proptest::prelude::{BoxedStrategy, Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use seedbed::{spawn, with_schedule, yield_now};

#[derive(Clone, Copy, Debug)]
enum Call {
    Put(u8, u8),
    Evict(u8),
    Get(u8),
}

/// What the store should be: a map.
struct Model;

impl ReferenceStateMachine for Model {
    type State = BTreeMap<u8, u8>;
    type Transition = Call;
    fn init_state() -> BoxedStrategy<Self::State> {
        Just(BTreeMap::new()).boxed()
    }
    fn transitions(_: &Self::State) -> BoxedStrategy<Call> {
        let put = (0..3_u8, 1..99_u8).prop_map(|(key, value)| Call::Put(key, value));
        prop_oneof![put, (0..3_u8).prop_map(Call::Evict), (0..3_u8).prop_map(Call::Get)].boxed()
    }
    fn apply(mut model: Self::State, call: &Call) -> Self::State {
        model.extend(if let Call::Put(key, value) = *call { Some((key, value)) } else { None });
        model
    }
}

/// Makes the calls. Between two of them the disk is quick enough, in plain order. Who evicts what is not `careful`ly written forgets it.
async fn serve(calls: Vec<Call>, careful: bool, seen: Option<Arc<AtomicUsize>>) {
    let (mut cache, mut model) = (BTreeMap::new(), BTreeMap::new());
    let (disk, unwritten) = (Rc::new(RefCell::new(BTreeMap::new())), Rc::new(RefCell::new(BTreeSet::new())));
    for call in calls {
        seen.iter().for_each(|seen| _ = seen.fetch_add(1, Ordering::SeqCst));
        model = Model::apply(model, &call);
        match call {
            Call::Put(key, value) => {
                while !unwritten.borrow_mut().insert(key) {
                    yield_now().await;
                }
                cache.insert(key, value);
                let (disk, unwritten) = (disk.clone(), unwritten.clone());
                let _written = spawn(async move {
                    disk.borrow_mut().insert(key, value);
                    unwritten.borrow_mut().remove(&key);
                });
            }
            Call::Evict(key) if careful && unwritten.borrow().contains(&key) => {}
            Call::Evict(key) => _ = cache.remove(&key),
            Call::Get(key) => assert_eq!(cache.get(&key).or(disk.borrow().get(&key)), model.get(&key), "key {key}"),
        }
        yield_now().await;
    }
}

/// Looks for calls and an order in which store and model differ.
pub(crate) fn hunt(careful: bool) -> Result<(), String> {
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let strategy = with_schedule(Model::sequential_strategy(1..12));
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let found = runner.run(&strategy, |((_, calls, seen), sim)| Ok(sim.run(serve(calls, careful, seen)).result?));
    found.map_err(|failure| failure.to_string())
}

fn main() {
    for careful in [true, false] {
        println!("careful: {careful}: {:?}", hunt(careful));
    }
}
