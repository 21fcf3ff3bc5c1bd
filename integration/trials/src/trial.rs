//! A program whose runs are made by number, under the portfolio of policies.

use std::cell::OnceCell;
use std::fmt;
use std::time::{Duration, Instant};

use seedbed::choice::FaultSet;
use seedbed::policy::{Faulty, Profile, portfolio};
use seedbed::{Report, Seed, Sim};

use crate::table::Measured;

/// What a run left that two runs of a seed must have in common, and what policies learn from it.
struct Made {
    digest: String,
    profile: Profile,
}

impl Made {
    fn of<T>(report: Report<T>) -> Self {
        Self { digest: report.digest.to_string(), profile: report.profile }
    }
}

/// A program whose runs are made by number, each under a policy of the portfolio with the faults that it should stand.
pub struct Trial {
    faults: FaultSet,
    virtual_time: Option<Duration>,
    make: Box<dyn Fn(Sim) -> Made>,
    /// What the plain run is like, by which some policies go.
    profile: OnceCell<Profile>,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("faults", &self.faults).finish_non_exhaustive()
    }
}

impl Trial {
    /// A program and the faults that strike it: `"lost+latency"`, or `""` for none.
    ///
    /// # Panics
    ///
    /// Where there is no such fault.
    pub fn of<F>(faults: &str, program: impl Fn() -> F + 'static) -> Self
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let faults = if faults.is_empty() {
            FaultSet::default()
        } else {
            faults.parse().unwrap_or_else(|error| panic!("the faults {faults:?}: {error}"))
        };
        let make = move |sim: Sim| Made::of(sim.run(program()));
        Self { faults, virtual_time: None, make: Box::new(make), profile: OnceCell::new() }
    }

    /// Runs may take so much virtual time, where that is not the limit of [`Sim`].
    #[must_use]
    pub fn virtual_time(mut self, limit: Duration) -> Self {
        self.virtual_time = Some(limit);
        self
    }

    fn sim(&self, seed: Seed) -> Sim {
        let sim = Sim::new(seed);
        match self.virtual_time {
            Some(limit) => sim.virtual_time(limit),
            None => sim,
        }
    }

    /// The digest of the run with this number.
    #[must_use]
    pub fn digest(&self, number: u64) -> String {
        let profile = self.profile.get_or_init(|| (self.make)(self.sim(Seed::new(0)).profile(true)).profile);
        let seed = Seed::new(0).nth(number);
        let policy = Faulty::new(portfolio(number, seed, profile), self.faults, seed, profile);
        (self.make)(self.sim(seed).policy(policy).trace(false)).digest
    }

    /// Makes the run of each of so many seeds twice, and says how many differed and how fast they were.
    #[must_use]
    pub fn measure(&self, seeds: u64) -> Measured {
        // The plain run teaches the policies and is not counted.
        let _ = self.digest(0);
        let start = Instant::now();
        let differs = |number: &u64| self.digest(*number) != self.digest(*number);
        let divergences = (0..seeds).filter(differs).count() as u64;
        Measured { seeds, divergences, runs_a_second: (2 * seeds) as f64 / start.elapsed().as_secs_f64() }
    }
}
