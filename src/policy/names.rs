//! The policies by name.

use super::fifo::Fifo;
use super::propose::Policy;
use super::random::Random;
use crate::seed::Seed;

/// No policy has this name.
///
/// ```
/// use seedbed::{Seed, policy::by_name};
/// assert!(by_name("fifo", Seed::from(0)).is_ok());
/// assert_eq!(
///     by_name("fair", Seed::from(0)).unwrap_err().to_string(),
///     "\"fair\" is not a policy: use one of fifo, random"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownPolicy {
    name: String,
}

impl std::fmt::Display for UnknownPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is not a policy: use one of fifo, random", self.name)
    }
}

impl std::error::Error for UnknownPolicy {}

/// The policy of this name, with its draws decided by `seed`.
///
/// # Errors
///
/// [`UnknownPolicy`], naming those there are.
pub fn by_name(name: &str, seed: Seed) -> Result<Box<dyn Policy>, UnknownPolicy> {
    match name {
        "fifo" => Ok(Box::new(Fifo)),
        "random" => Ok(Box::new(Random::new(seed))),
        _ => Err(UnknownPolicy { name: name.to_owned() }),
    }
}
