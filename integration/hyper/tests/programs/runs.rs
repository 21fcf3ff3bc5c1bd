//! One run of a program under the portfolio of policies, with faults of the network.
#![allow(dead_code, reason = "each of those who use it needs a part")]

use seedbed::choice::FaultSet;
use seedbed::policy::{Faulty, Profile, portfolio};
use seedbed::{Report, Seed, Sim};

/// What a published client and server should stand.
pub(crate) const FAULTS: &str = "lost+latency+reset+short+partition";

/// What the plain run of a program is like, by which some policies go.
pub(crate) fn profile_of<F: Future + 'static>(program: impl Fn() -> F) -> Profile
where
    F::Output: 'static,
{
    Sim::new(0).profile(true).run(program()).profile
}

/// The run of a number.
pub(crate) fn run<F: Future + 'static>(number: u64, profile: &Profile, program: impl Fn() -> F) -> Report<F::Output>
where
    F::Output: 'static,
{
    let seed = Seed::new(number);
    let faults: FaultSet = FAULTS.parse().expect("faults");
    let policy = Faulty::new(portfolio(number, seed, profile), faults, seed, profile);
    Sim::new(seed).policy(policy).trace(false).run(program())
}
