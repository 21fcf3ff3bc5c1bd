//! What the tests and the tables of the crates here share: programs whose seeds are tried, and rows about them.
//!
//! ```
//! use seedbed_trials::{Trial, seeds};
//!
//! let trial = Trial::of("late", || async { seedbed::sleep(std::time::Duration::from_millis(1)).await });
//! assert_eq!(trial.digest(7), trial.digest(7));
//! assert!(seeds() > 0);
//! ```

mod processes;
mod seeds;
pub mod table;
mod trial;

pub use processes::trials_are_reproducible;
pub use seeds::{runs, seeds};
pub use trial::Trial;
