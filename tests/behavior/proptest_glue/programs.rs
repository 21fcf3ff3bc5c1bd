//! Programs with inputs, and ways to run them under proptest.

use std::cell::Cell;
use std::rc::Rc;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use seedbed::{spawn, yield_now};

/// Adds all amounts up in tasks of their own. Each task is through before the next one begins, in plain order; in another one, an amount above
/// `limit` may be lost.
pub(crate) async fn deposits(amounts: Vec<u32>, limit: u32) -> u32 {
    let balance = Rc::new(Cell::new(0));
    let deposit = |balance: Rc<Cell<u32>>, number: usize, amount: u32| async move {
        for _ in 0..3 * number {
            yield_now().await;
        }
        let before = balance.get();
        if amount > limit {
            yield_now().await;
        }
        balance.set(before + amount);
    };
    let tasks: Vec<_> = (0..).zip(amounts).map(|(n, amount)| spawn(deposit(balance.clone(), n, amount))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    balance.get()
}

/// A runner that keeps nothing and draws from this seed.
pub(crate) fn runner(seed: u8, config: Config) -> TestRunner {
    let config = Config { failure_persistence: None, source_file: None, ..config };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

pub(crate) fn many() -> Config {
    Config { cases: 2_000, ..Config::default() }
}

/// Lets proptest look for a failure and shrink it.
#[track_caller]
pub(crate) fn smallest<S: Strategy>(
    runner: &mut TestRunner,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> (String, S::Value) {
    match runner.run(strategy, test) {
        Err(TestError::Fail(reason, value)) => (reason.message().to_owned(), value),
        Err(TestError::Abort(reason)) => panic!("aborted: {reason}"),
        Ok(()) => panic!("no case failed"),
    }
}
