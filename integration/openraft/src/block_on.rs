//! `block_on`: a whole run around one future, which may borrow from its caller.

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::pin::Pin;

use seedbed::Sim;

/// Makes the simulation of one run.
type MakeSim = Box<dyn FnMut() -> Sim>;

thread_local! {
    static MAKE_SIM: RefCell<Option<MakeSim>> = const { RefCell::new(None) };
}

/// Has every `block_on` of `test` on this thread run in a simulation that `make` gives; without it, each is `Sim::new(0)`: the plain order.
///
/// openraft's suites bring runtimes up by themselves, and so leave no place for a seed.
///
/// ```
/// use openraft_rt::AsyncRuntime;
/// use seedbed::Sim;
/// use seedbed_openraft::{SeedbedRuntime, with_sims};
///
/// let hour = with_sims(|| Sim::new(7), || SeedbedRuntime::run(async { seedbed::sleep(std::time::Duration::from_secs(3600)).await; 1 }));
/// assert_eq!(hour, 1);
/// ```
pub fn with_sims<T>(make: impl FnMut() -> Sim + 'static, test: impl FnOnce() -> T) -> T {
    /// Puts back what was there before, also where the test panics.
    struct Before(Option<MakeSim>);

    impl Drop for Before {
        fn drop(&mut self) {
            MAKE_SIM.set(self.0.take());
        }
    }

    let _before = Before(MAKE_SIM.replace(Some(Box::new(make))));
    test()
}

#[track_caller]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let sim = MAKE_SIM.with_borrow_mut(|make| make.as_mut().map_or_else(|| Sim::new(0), |make| make()));
    let mut output = None;
    let into = &mut output;
    let main: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async move { *into = Some(future.await) });
    let report = sim.run(erase(main));
    if let Err(failure) = report.result {
        panic!("{failure}");
    }
    output.unwrap_or_else(|| unreachable!("a run that passed has run its main task to the end"))
}

/// Forgets how long a future may live.
#[allow(unsafe_code, reason = "a run wants futures that borrow nothing, and openraft's suite brings some that do")]
fn erase(future: Pin<Box<dyn Future<Output = ()> + '_>>) -> Pin<Box<dyn Future<Output = ()> + 'static>> {
    // SAFETY: `Sim::run` drops its main task before it returns or unwinds, whatever the run came to, and hands it to no other thread; so the
    // future does not outlive the call of `block_on`, and what it borrows does.
    unsafe { mem::transmute(future) }
}
