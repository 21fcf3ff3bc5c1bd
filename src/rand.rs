//! Seeded randomness for simulated code.

use rand_chacha::ChaCha8Rng;

use crate::choice::{Kind, seeded_rng};
use crate::context;

/// A generator of random numbers for the calling task, seeded from the seed of the run.
///
/// Each task has a stream of its own, so that what one draws never shifts what another draws; each further call in the
/// same task gives a further stream. Making one is a choice of the run; drawing from it is not.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use rand::Rng;
/// use seedbed::Sim;
/// let draw = |seed: u64| Sim::new(seed).run(async { seedbed::rng().next_u64() }).unwrap();
/// assert_eq!(draw(1), draw(1));
/// assert_ne!(draw(1), draw(2));
/// ```
#[doc(alias = "thread_rng")]
#[doc(alias = "random.Random")]
#[must_use]
#[track_caller]
pub fn rng() -> ChaCha8Rng {
    let seed = context::with("rng", |kernel| {
        let subject = kernel.current_subject();
        let (answer, seed) = kernel.generator_seed(subject);
        kernel.show_choice(Kind::Rng, answer);
        seed
    });
    seeded_rng(seed)
}
