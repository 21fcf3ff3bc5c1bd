//! Sleeping in virtual time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::context;
use crate::instant::Instant;
use crate::kernel::{Address, Found, Kernel, Kind, Target};
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
    /// Its entry was given back.
    released: bool,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if self.released {
            return;
        }
        self.awaiting.withdraw();
        let Address { run, key, .. } = self.awaiting.address();
        context::try_of(run, |kernel| {
            let Some(loop_id) = kernel.futures.get(key).map(|future| future.loop_id) else { return };
            if kernel.release_future(key) {
                kernel.timer_cancelled(loop_id);
            }
        });
    }
}

impl Alarm {
    /// Sets the alarm, and begins to wait for it.
    fn set(kernel: &mut Kernel, deadline: u64, cx: &Context<'_>) -> (Self, Found) {
        let loop_id = kernel.loop_for_calls();
        let address = kernel.new_future(loop_id, Kind::Sleep);
        kernel.add_timer(loop_id, deadline, Target::Settle(address.key));
        let who = kernel.actor();
        kernel.emit(Event::Slept { who, until: Instant::from_nanos(deadline) });
        let mut alarm = Self { awaiting: Awaiting::new(address), released: false };
        let found = alarm.awaiting.look(kernel, cx);
        (alarm, found)
    }

    /// An alarm is cancelled only together with the task, which then does not poll this.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let released = &mut self.released;
        let rung = self.awaiting.poll_then(cx, |kernel, key, _| {
            kernel.release_future(key);
            *released = true;
            Ok(())
        });
        rung.map(|_| ())
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut self.state {
                State::For(duration) => {
                    let nanos = duration.as_nanos();
                    if nanos == 0 {
                        self.state = State::Yielding(yield_now());
                        continue;
                    }
                    let (alarm, found) = context::with("sleep", |kernel| {
                        let deadline = kernel.deadline_after(nanos);
                        Alarm::set(kernel, deadline, cx)
                    });
                    self.state = State::Armed(alarm);
                    if found == Found::Pending {
                        return Poll::Pending;
                    }
                }
                State::Until(deadline) => {
                    let deadline = deadline.as_nanos();
                    let alarm = context::with("sleep_until", |kernel| {
                        (deadline > kernel.now).then(|| Alarm::set(kernel, deadline, cx))
                    });
                    let Some((alarm, found)) = alarm else {
                        self.state = State::Yielding(yield_now());
                        continue;
                    };
                    self.state = State::Armed(alarm);
                    if found == Found::Pending {
                        return Poll::Pending;
                    }
                }
                State::Yielding(yielding) => {
                    ready!(Pin::new(yielding).poll(cx));
                    self.state = State::Done;
                }
                State::Armed(alarm) => {
                    ready!(alarm.poll(cx));
                    self.state = State::Done;
                }
                State::Done => return Poll::Ready(()),
            }
        }
    }
}
