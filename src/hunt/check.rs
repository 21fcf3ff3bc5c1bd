//! `check`: a hunt in one call.

use std::future::Future;

use super::builder::Hunt;
use crate::sim::Outcome;

/// Tries a program in many orders, as [`Hunt`] does, under the name of the function that calls it.
///
/// # Panics
///
/// If a run fails, or the hunt cannot be made: with the report.
///
/// # Examples
///
/// ```
/// use seedbed::{check, spawn, sync::Event};
///
/// check(|| async {
///     let ready = Event::new();
///     let waiter = spawn({
///         let ready = ready.clone();
///         async move { ready.wait().await }
///     });
///     ready.set();
///     waiter.await.unwrap();
/// });
/// ```
#[track_caller]
pub fn check<F, M>(program: F)
where
    F: Fn() -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    Hunt::new(name_of::<F>()).check(program);
}

/// The path of the function in which a closure stands, or of the function itself, inside its crate.
pub(super) fn name_of<F>() -> String {
    let mut path = std::any::type_name::<F>();
    while let Some(outer) = path.strip_suffix("::{{closure}}") {
        path = outer;
    }
    path.split_once("::").map_or(path, |(_, inside)| inside).to_owned()
}
