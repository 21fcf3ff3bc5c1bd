//! Sleeping in virtual time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::context;
use crate::instant::Instant;
use crate::kernel::{Address, Kind, Target};
use crate::task::{Awaiting, YieldNow, yield_now};
use crate::trace::Event;

/// Waits for a span of virtual time, counted from the first poll.
///
/// A sleep of zero is one bare pass of the loop, as in asyncio. A sleep past the end of the clock (584 years) lasts
/// until the run's limit of virtual time ends it.
///
/// ```
/// use seedbed::{Sim, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(sleep(Duration::from_millis(1500)));
/// assert_eq!(report.end.to_string(), "1.500");
/// ```
#[doc(alias = "asyncio.sleep")]
#[doc(alias = "tokio::time::sleep")]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep { state: State::For(duration) }
}

/// Waits until an instant; one that has passed is one bare pass of the loop.
///
/// ```
/// use seedbed::{Instant, Sim, sleep_until};
/// let report = Sim::new(0).run(sleep_until(Instant::from_nanos(2_000_000_000)));
/// assert_eq!(report.end.to_string(), "2.000");
/// ```
#[doc(alias = "tokio::time::sleep_until")]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { state: State::Until(deadline) }
}

/// The future of [`sleep`] and [`sleep_until`].
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    state: State,
}

#[derive(Debug)]
enum State {
    For(Duration),
    Until(Instant),
    Yielding(YieldNow),
    Armed(Alarm),
    Done,
}

/// A future of the loop's own that a timer settles.
#[derive(Debug)]
struct Alarm {
    awaiting: Awaiting,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let Address { run, key, .. } = self.awaiting.address();
        self.awaiting.withdraw();
        context::try_of(run, |kernel| {
            let Some(future) = kernel.release_future(key) else { return };
            if !future.is_done() {
                kernel.timer_cancelled(future.loop_id);
            }
        });
    }
}

fn arm(deadline: u64) -> Alarm {
    let address = context::with("sleep", |kernel| {
        let loop_id = kernel.loop_for_calls();
        let address = kernel.new_future(loop_id, Kind::Sleep);
        kernel.add_timer(loop_id, deadline, Target::Settle(address.key));
        let who = kernel.actor();
        kernel.emit(Event::Slept { who, until: Instant::from_nanos(deadline) });
        address
    });
    Alarm { awaiting: Awaiting::new(address) }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut self.state {
                State::For(duration) => {
                    let nanos = duration.as_nanos();
                    self.state = if nanos == 0 {
                        State::Yielding(yield_now())
                    } else {
                        State::Armed(arm(context::with("sleep", |kernel| kernel.deadline_after(nanos))))
                    };
                }
                State::Until(deadline) => {
                    let deadline = deadline.as_nanos();
                    let passed = context::with("sleep_until", |kernel| deadline <= kernel.now);
                    self.state =
                        if passed { State::Yielding(yield_now()) } else { State::Armed(arm(deadline)) };
                }
                State::Yielding(yielding) => {
                    ready!(Pin::new(yielding).poll(cx));
                    self.state = State::Done;
                }
                State::Armed(alarm) => {
                    // An alarm is cancelled only together with the task, which then does not poll this.
                    let _settled = ready!(alarm.awaiting.poll(cx));
                    self.state = State::Done;
                }
                State::Done => return Poll::Ready(()),
            }
        }
    }
}
