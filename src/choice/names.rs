//! The paths behind subject keys, and the error that two of them share one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::subject::SubjectKey;

/// The paths of subjects, by key.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<SubjectKey, Arc<str>>);

impl Names {
    pub(super) fn introduce(
        &mut self,
        key: SubjectKey,
        path: impl FnOnce() -> Arc<str>,
    ) -> Result<(), SubjectCollision> {
        let path = path();
        let first = self.0.entry(key).or_insert_with(|| Arc::clone(&path));
        if *first == path { Ok(()) } else { Err(SubjectCollision { first: Arc::clone(first), second: path }) }
    }

    pub(super) fn path(&self, key: SubjectKey) -> Option<&Arc<str>> {
        self.0.get(&key)
    }
}

/// Two different subjects have the same [`SubjectKey`], so their choices cannot be told apart.
///
/// Among a million subjects this happens by chance once in forty million runs; the cure is another name for one of them.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{ChoiceSource, Departures, ReplayMode};
///
/// // Two of the few published collisions of 64-bit FNV-1a.
/// let departures: Departures = ["8yn0iYCKYHlIj4-BwPqk clock 0", "GReLUrM4wMqfg9yzV3KQ clock 0"]
///     .map(|address| (address.parse().unwrap(), std::num::NonZeroU32::MIN))
///     .into_iter()
///     .collect();
/// let error = ChoiceSource::replay(&departures, ReplayMode::Strict).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the subjects \"8yn0iYCKYHlIj4-BwPqk\" and \"GReLUrM4wMqfg9yzV3KQ\" have the same 64-bit key: rename one of them",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectCollision {
    first: Arc<str>,
    second: Arc<str>,
}

impl fmt::Display for SubjectCollision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SubjectCollision { first, second } = self;
        write!(f, "the subjects {first:?} and {second:?} have the same 64-bit key: rename one of them")
    }
}

impl std::error::Error for SubjectCollision {}
