//! Time driven by hand: a test moves the clock, or waits until everything else has come to rest.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::context;
use crate::instant::Instant;
use crate::kernel::{Address, Kind, Purpose, Until};
use crate::task::Awaiting;
use crate::trace::Event;

/// Moves the clock by `span` and lets everything run that falls due on the way.
///
/// The end is included: what is due exactly then has run, and what that made ready, before this returns. Works beside
/// the automatic clock as well as with [`Sim::manual_time`](crate::Sim::manual_time), where time stands still otherwise.
///
/// ```
/// use seedbed::{Sim, advance, now, sleep, spawn};
/// use std::time::Duration;
/// let report = Sim::new(0).manual_time(true).run(async {
///     let sleeper = spawn(sleep(Duration::from_secs(1)));
///     advance(Duration::from_millis(999)).await;
///     let early = sleeper.is_done();
///     advance(Duration::from_millis(1)).await;
///     (early, sleeper.is_done(), now().to_string())
/// });
/// assert_eq!(report.unwrap(), (false, true, "1.000".to_owned()));
/// ```
#[doc(alias = "tokio::time::advance")]
pub fn advance(span: Duration) -> AtRest {
    AtRest { goal: Goal::Advance(span), alarm: None }
}

/// Runs everything else until nothing is ready and neither timer nor job is left, moving the clock as far as that
/// takes. Never returns while something keeps setting timers: the limit of virtual time ends such a run.
///
/// ```
/// use seedbed::{Sim, now, run_until_idle, sleep, spawn};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     drop(spawn(sleep(Duration::from_secs(5))));
///     run_until_idle().await;
///     now().to_string()
/// });
/// assert_eq!(report.unwrap(), "5.000");
/// ```
#[doc(alias = "advanceUntilIdle")]
pub fn run_until_idle() -> AtRest {
    AtRest { goal: Goal::Wait(Until::Idle), alarm: None }
}

/// Waits, without moving the clock, until every other task waits for something that is not ready.
///
/// ```
/// use seedbed::{Sim, now, sleep, spawn, wait_all_blocked, yield_now};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let task = spawn(async {
///         yield_now().await;
///         yield_now().await;
///         seedbed::note!("settled");
///         sleep(Duration::from_secs(9)).await;
///     });
///     wait_all_blocked().await;
///     (task.is_done(), now().to_string())
/// });
/// assert_eq!(report.unwrap(), (false, "0.000".to_owned()));
/// ```
#[doc(alias = "runCurrent")]
#[doc(alias = "trio.testing.wait_all_tasks_blocked")]
pub fn wait_all_blocked() -> AtRest {
    AtRest { goal: Goal::Wait(Until::Blocked), alarm: None }
}

#[derive(Clone, Copy, Debug)]
enum Goal {
    Advance(Duration),
    Wait(Until),
}

/// The future of [`advance`], [`run_until_idle`] and [`wait_all_blocked`].
#[derive(Debug)]
#[must_use = "time is driven only when this is awaited"]
pub struct AtRest {
    goal: Goal,
    alarm: Option<Registered>,
}

#[derive(Debug)]
struct Registered {
    awaiting: Awaiting,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let Address { run, key } = self.awaiting.address();
        self.awaiting.withdraw();
        context::try_of(run, |kernel| {
            kernel.idle.remove(key);
            kernel.release_future(key)
        });
    }
}

impl Future for AtRest {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let goal = self.goal;
        let registered = self.alarm.get_or_insert_with(|| Registered { awaiting: Awaiting::new(register(goal)) });
        let _settled = ready!(registered.awaiting.poll(cx));
        Poll::Ready(())
    }
}

fn register(goal: Goal) -> Address {
    context::with("advance", |kernel| {
        let (until, purpose) = match goal {
            Goal::Advance(span) => {
                let to = kernel.deadline_after(span.as_nanos());
                let who = kernel.actor();
                kernel.emit(Event::Advanced { who, until: Instant::from_nanos(to) });
                (Until::Instant(to), Purpose::Clock)
            }
            Goal::Wait(until) => (until, Purpose::Rest),
        };
        let loop_id = kernel.loop_for_calls();
        let address = kernel.new_future(loop_id, Kind::Other(purpose));
        kernel.idle.add(address.key, until);
        address
    })
}
