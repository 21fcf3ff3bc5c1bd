//! The suite of openraft for runtimes, in the plain order and in a thousand others.

use openraft_rt::testing::Suite;
use seedbed::policy::Random;
use seedbed::{Seed, Sim};
use seedbed_openraft::{SeedbedRuntime, with_sims};

#[test]
fn the_suite_of_openraft_passes_in_the_plain_order() {
    Suite::<SeedbedRuntime>::test_all();
}

#[test]
fn the_suite_of_openraft_passes_in_a_thousand_orders() {
    for seed in 0..1_000 {
        let mut runs = 0;
        let sims = move || {
            runs += 1;
            let seed = Seed::new(seed).nth(runs);
            Sim::new(seed).policy(Random::new(seed))
        };
        with_sims(sims, Suite::<SeedbedRuntime>::test_all);
    }
}
