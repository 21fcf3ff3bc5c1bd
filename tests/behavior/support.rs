//! What the tests of behaviour share: running a program several times, and looking at what it did.

use std::future::Future;
use std::time::Duration;

use seedbed::policy::Random;
use seedbed::trace::{Event, EventKind, first_difference};
use seedbed::{Failure, Report, Seed, Sim};

/// How many seeds [`in_every_order`] tries.
const ORDERS: u64 = 24;

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs a program in plain order three times, the last time on another thread, where the thread-locals of other
/// libraries stand elsewhere. All three runs must be the same; the first is returned.
#[track_caller]
pub(crate) fn steady<F>(program: impl Fn() -> F + Sync) -> Report<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    steady_in(|| Sim::new(7), program)
}

/// As [`steady`], in a configuration of the caller's own.
#[track_caller]
pub(crate) fn steady_in<F>(sim: impl Fn() -> Sim + Sync, program: impl Fn() -> F + Sync) -> Report<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let run = || sim().run(program());
    let (first, second) = (run(), run());
    assert_same(&first, &second);
    let (digest, trace) = elsewhere(|| {
        let third = run();
        (third.digest, third.trace)
    });
    let difference = first_difference(&first.trace, &trace, 3);
    assert!(digest == first.digest, "on another thread: {}", difference.map_or_else(String::new, |d| d.to_string()));
    first
}

/// Runs a program under many orders of its tasks, each twice; whatever the order, `check` must hold.
#[track_caller]
pub(crate) fn in_every_order<F>(program: impl Fn() -> F, check: impl Fn(F::Output))
where
    F: Future + 'static,
    F::Output: 'static,
{
    for seed in (0..ORDERS).map(Seed::from) {
        let run = || Sim::new(seed).policy(Random::new(seed)).run(program());
        let (first, second) = (run(), run());
        assert_same(&first, &second);
        check(first.unwrap());
    }
}

#[track_caller]
fn assert_same<T>(first: &Report<T>, second: &Report<T>) {
    if let Some(difference) = first_difference(&first.trace, &second.trace, 3) {
        panic!("{difference}");
    }
    assert_eq!(first.digest, second.digest);
}

/// Runs something on a thread of the operating system and waits for it.
#[expect(clippy::disallowed_methods, reason = "what another thread makes of it is the question")]
#[track_caller]
pub(crate) fn elsewhere<T: Send>(code: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(code).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The failure of a run that must fail.
#[track_caller]
pub(crate) fn failure<T>(report: Report<T>) -> Failure {
    match report.result {
        Ok(_) => panic!("the run should have failed:\n{}", report.trace.summary()),
        Err(failure) => failure,
    }
}

/// The notes of a run, each behind its time: `1.500 text`.
pub(crate) fn notes<T>(report: &Report<T>) -> Vec<String> {
    let entries = report.trace.events().filter(|entry| entry.event().kind() == EventKind::Note);
    entries.map(|entry| format!("{} {}", entry.time(), entry.text().unwrap_or_default())).collect()
}

/// How many steps a task was given.
pub(crate) fn polls<T>(report: &Report<T>, path: &str) -> usize {
    let names = report.trace.names();
    let polled = |event: Event| matches!(event, Event::Polled { task } if names.path(task) == path);
    report.trace.events().filter(|entry| polled(entry.event())).count()
}
