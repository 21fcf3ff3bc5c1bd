//! `Program`: what is run again and again.

use crate::sim::{Report, Sim};

/// A program that can be run any number of times, each time as the given simulation says.
///
/// Every closure from a [`Sim`] to a [`Report`] is one. It sets its own limits on the simulation; seed, policy, plan, recorder
/// and trace are set by whoever runs it.
///
/// # Examples
///
/// ```
/// use seedbed::explore::Program;
/// use seedbed::{Report, Sim, yield_now};
///
/// let program = |sim: Sim| -> Report<()> { sim.steps(1_000).run(async { yield_now().await }) };
/// assert_eq!(program.run(Sim::new(1)).digest, program.run(Sim::new(1)).digest);
/// ```
pub trait Program {
    /// Runs it once.
    fn run(&self, sim: Sim) -> Report<()>;
}

impl<F: Fn(Sim) -> Report<()>> Program for F {
    fn run(&self, sim: Sim) -> Report<()> {
        self(sim)
    }
}
