//! seedbed as a sweep runs it: the digest is kept, the trace and the record of choices are not.

use std::future::Future;
use std::time::Duration;

use seedbed::{Elapsed, Sim, Task, TaskError};

pub use super::channels::{channel, recv, send};

pub type Cx = ();

pub fn run<F, Fut>(seed: u64, f: F) -> u64
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = u64> + 'static,
{
    // The limits on steps are counted all the same, but W1 and W4 are longer than what they allow, all at one instant.
    let sim = Sim::new(seed).trace(false).steps(u64::MAX).self_wakes(u64::MAX);
    super::with_policy(sim, seed).run(f(())).unwrap()
}

pub fn run_many<F, Fut>(n: u64, f: F) -> u64
where
    F: Fn(Cx, u64) -> Fut,
    Fut: Future<Output = u64> + 'static,
{
    (0..n).map(|seed| run(seed, |cx| f(cx, seed))).sum()
}

pub fn spawn<F, Fut, T>(_cx: &Cx, f: F) -> Task<T>
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = T> + 'static,
    T: 'static,
{
    seedbed::spawn(f(()))
}

pub fn joined<T>(out: Result<T, TaskError>) -> T {
    out.unwrap()
}

pub fn detach<T>(task: Task<T>) {
    drop(task)
}

pub fn yield_now(_cx: &Cx) -> impl Future<Output = ()> + use<> {
    seedbed::yield_now()
}

pub fn sleep(_cx: &Cx, ms: u64) -> impl Future {
    seedbed::sleep(Duration::from_millis(ms))
}

pub fn timeout<F: Future>(_cx: &Cx, ms: u64, f: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    seedbed::timeout(Duration::from_millis(ms), f)
}

pub fn in_time<T>(out: Result<T, Elapsed>) -> bool {
    out.is_ok()
}
