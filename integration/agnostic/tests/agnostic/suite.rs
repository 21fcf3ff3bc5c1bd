//! agnostic-lite's own tests of a runtime, in the plain order and in random ones.

use agnostic_lite::tests;
use seedbed::policy::Random;
use seedbed::{Seed, Sim};
use seedbed_agnostic::SeedbedRuntime;
use seedbed_trials::seeds;

/// Makes each test of the suite in the plain order, and under so many policies.
macro_rules! suite {
    ($($name:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            Sim::new(0).run(tests::$name::<SeedbedRuntime>()).unwrap();
            for number in 0..seeds() {
                let seed = Seed::new(0).nth(number);
                let sim = Sim::new(seed).policy(Random::new(seed));
                sim.run(tests::$name::<SeedbedRuntime>()).unwrap();
            }
        }
    )+};
}

suite!(
    spawn_after_unittest,
    spawn_after_cancel_unittest,
    spawn_after_drop_unittest,
    spawn_after_abort_unittest,
    spawn_after_reset_to_pass_unittest,
    spawn_after_reset_to_future_unittest,
);
