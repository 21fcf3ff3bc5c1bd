//! Sleeping in virtual time.

use std::future::Future;
use std::mem::ManuallyDrop;
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
    /// Waits for a future of the loop's own that a timer settles. `Sleep` drops it.
    Armed(ManuallyDrop<Awaiting>),
    Done,
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let State::Armed(awaiting) = &mut self.state else { return };
        awaiting.withdraw();
        let Address { run, key } = awaiting.address();
        context::try_of(run, |kernel| {
            let Some(loop_id) = kernel.futures.get(key).map(|future| future.loop_id()) else { return };
            if kernel.release_future(key) {
                kernel.timer_cancelled(loop_id);
            }
        });
    }
}

impl Sleep {
    /// Begins to sleep where the task that runs is all that waits: in one borrow, without a look at what cannot be there.
    #[inline]
    fn begin_plainly(&mut self, cx: &Context<'_>) -> bool {
        let begun = context::with("sleep", |kernel| {
            let id = kernel.current.filter(|&id| context::is_own(cx.waker(), kernel.run, id))?;
            let deadline = match self.state {
                State::For(duration) if !duration.is_zero() => kernel.deadline_after(duration.as_nanos()),
                State::Until(deadline) if deadline.as_nanos() > kernel.now => deadline.as_nanos(),
                _ => return None,
            };
            Some((kernel.run, kernel.sleep(id, deadline)?, id))
        });
        let Some((run, key, id)) = begun else { return false };
        self.state = State::Armed(ManuallyDrop::new(Awaiting::begun(run, key, id)));
        true
    }

    /// Begins in any other case: under a combinator, in a job, beside another wait; or makes it a bare pass of the loop.
    #[inline(never)]
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (armed, pending) = context::with("sleep", |kernel| match self.state {
            State::For(duration) if !duration.is_zero() => {
                let deadline = kernel.deadline_after(duration.as_nanos());
                arm(kernel, deadline, cx)
            }
            State::Until(deadline) if deadline.as_nanos() > kernel.now => arm(kernel, deadline.as_nanos(), cx),
            _ => (State::Yielding(yield_now()), false),
        });
        self.state = armed;
        if pending { Poll::Pending } else { self.go_on(cx) }
    }

    #[inline(never)]
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.state {
            State::Yielding(yielding) => ready!(Pin::new(yielding).poll(cx)),
            // The entry is given back in the borrow that sees it ring. An alarm is cancelled only together with the task,
            // which then does not poll this.
            State::Armed(awaiting) => {
                let rung = awaiting.poll_then(cx, |kernel, key, _| Ok(kernel.release_future(key)));
                ready!(rung.map(drop));
            }
            State::Done => {}
            State::For(_) | State::Until(_) => return self.begin(cx),
        }
        self.state = State::Done;
        Poll::Ready(())
    }
}

/// Sets an alarm, and begins to wait for it: whether it has yet to ring.
fn arm(kernel: &mut Kernel, deadline: u64, cx: &Context<'_>) -> (State, bool) {
    let loop_id = kernel.loop_for_calls();
    let address = kernel.new_future(loop_id, Kind::Sleep);
    kernel.add_timer(loop_id, deadline, Target::Settle(address.key));
    let who = kernel.actor();
    kernel.emit(Event::Slept { who, until: Instant::from_nanos(deadline) });
    let mut awaiting = Awaiting::new(address);
    let pending = awaiting.look(kernel, cx) == Found::Pending;
    (State::Armed(ManuallyDrop::new(awaiting)), pending)
}

impl Future for Sleep {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Armed(awaiting) = &mut self.state {
            if awaiting.end_sleep() {
                self.state = State::Done;
                return Poll::Ready(());
            }
        } else if self.begin_plainly(cx) {
            return Poll::Pending;
        }
        self.go_on(cx)
    }
}
