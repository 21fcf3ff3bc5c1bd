//! The portfolio: a mixture of policies over the runs of a test.

use super::fair::Fair;
use super::fifo::Fifo;
use super::pct::Pct;
use super::pos::Pos;
use super::profile::Profile;
use super::propose::Policy;
use super::speeds::Speeds;
use super::urw::Urw;
use crate::choice::Prng;
use crate::seed::Seed;

/// The policy of the `run`-th run of a test, whose draws `seed` decides; it should be another seed for each run.
///
/// Run 0 is the plain order. No single policy finds every sort of bug soon, but for every sort there is one that does; so each later
/// run draws one of [`Pos`], [`Pct`] for bugs of depth 3, [`Urw`] and [`Speeds`], all equally likely. In two of three the clock may
/// move while tasks are ready; in the others time is exact, because a failure is easier to believe there. The policy that was drawn
/// says its own name, and [`by_name`](super::by_name) makes it again from that, the same seed and the same profile.
///
/// ```
/// use seedbed::policy::{Profile, portfolio};
/// use seedbed::Seed;
/// let name = |run| portfolio(run, Seed::new(7).nth(run), &Profile::default()).name();
/// assert_eq!(name(0), "fifo");
/// let names: std::collections::BTreeSet<String> = (1..200).map(name).collect();
/// assert!(names.contains("pos+clock") && names.contains("pct:3") && names.contains("urw"), "{names:?}");
/// ```
#[must_use]
pub fn portfolio(run: u64, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    if run == 0 {
        return Box::new(Fifo);
    }
    let mut prng = Prng::new(seed, "portfolio");
    // `docs/policies.md` in the repository says how this was chosen.
    let clock = prng.chance(2, 3);
    match (prng.below(4), clock) {
        (0, false) => fair(Pos::new(seed), seed, profile),
        (0, true) => fair(Pos::new(seed).with_clock(), seed, profile),
        (1, false) => fair(Pct::new(3, seed, profile), seed, profile),
        (1, true) => fair(Pct::new(3, seed, profile).with_clock(), seed, profile),
        (2, false) => fair(Urw::new(seed, profile), seed, profile),
        (2, true) => fair(Urw::new(seed, profile).with_clock(), seed, profile),
        (_, false) => fair(Speeds::new(seed, profile), seed, profile),
        (_, true) => fair(Speeds::new(seed, profile).with_clock(), seed, profile),
    }
}

fn fair<P: Policy + 'static>(policy: P, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    Box::new(Fair::new(policy, seed, profile))
}
