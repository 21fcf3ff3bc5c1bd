//! Ways to run a program with inputs under proptest.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

pub(crate) use super::deposits::deposits;

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
