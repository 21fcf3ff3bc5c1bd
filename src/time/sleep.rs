//! Sleeping in virtual time.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::context;
use crate::instant::Instant;
use crate::kernel::{Address, Found, Kernel, Key, Kind, Target};
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
    Sleep { state: State::For(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)) }
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
    /// Virtual nanoseconds; the clock has no more than fit.
    For(u64),
    Until(Instant),
    Yielding(YieldNow),
    /// An alarm of the task that polled it first, in this run.
    Alarm(u32, Key),
    /// Waits for a future of the loop's own that a timer settles. `Sleep` drops it.
    Armed(ManuallyDrop<Awaiting>),
    Done,
}

const _: () = assert!(size_of::<Sleep>() == 24, "it stands in the coroutine of every task that sleeps");

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.state, State::Alarm(..) | State::Armed(_)) {
            self.forget();
        }
    }
}

impl Sleep {
    /// Begins to sleep where the task that runs is all that waits: in one borrow, without a look at what cannot be there.
    #[inline]
    fn begin_plainly(&mut self, cx: &Context<'_>) -> bool {
        let begun = context::with("sleep", |kernel| {
            let id = kernel.current.filter(|&id| context::is_own(cx.waker(), kernel.run, id))?;
            Some((kernel.run, kernel.sleep(id, self.deadline(kernel)?)?))
        });
        let Some((run, key)) = begun else { return false };
        self.state = State::Alarm(run, key);
        true
    }

    /// When a sleep that begins now is over; none if that is no time at all.
    #[inline]
    fn deadline(&self, kernel: &Kernel) -> Option<u64> {
        match self.state {
            State::For(nanos) if nanos > 0 => Some(kernel.now.saturating_add(nanos)),
            State::Until(deadline) if deadline.as_nanos() > kernel.now => Some(deadline.as_nanos()),
            _ => None,
        }
    }

    /// Polls a sleep that has not rung.
    #[inline(never)]
    fn poll_otherwise(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.state {
            State::Alarm(run, key) => self.look_again(run, key, cx),
            State::For(_) | State::Until(_) => {
                if self.begin_plainly(cx) {
                    Poll::Pending
                } else {
                    self.begin(cx)
                }
            }
            _ => self.go_on(cx),
        }
    }

    /// Polls a sleep that was begun as an alarm of a task: perhaps by another task, or under a combinator.
    #[cold]
    fn look_again(&mut self, run: u32, key: Key, cx: &mut Context<'_>) -> Poll<()> {
        let future = context::of(run, |kernel| {
            let own = kernel.current.is_some_and(|task| context::is_own(cx.waker(), run, task));
            if own && kernel.awaits_own_alarm(key) { None } else { Some(kernel.future_of_alarm(key)) }
        });
        let Some((future, task)) = future else { return Poll::Pending };
        self.state = State::Armed(ManuallyDrop::new(Awaiting::begun(run, future, task)));
        self.go_on(cx)
    }

    /// Begins in any other case: under a combinator, in a job, beside another wait; or makes it a bare pass of the loop.
    #[inline(never)]
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (begun, pending) = context::with("sleep", |kernel| match self.deadline(kernel) {
            Some(deadline) => arm(kernel, deadline, cx),
            None => (State::Yielding(yield_now()), false),
        });
        self.state = begun;
        if pending { Poll::Pending } else { self.go_on(cx) }
    }

    #[inline(never)]
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.state {
            State::Yielding(yielding) => ready!(Pin::new(yielding).poll(cx)),
            // The entry is given back in the borrow that sees it ring. An alarm is cancelled only together with the task,
            // which then does not poll this.
            State::Armed(awaiting) => {
                let rung = awaiting.poll_then(cx, |kernel, key, _| Ok(kernel.release_sleep(key)));
                ready!(rung.map(drop));
            }
            State::Alarm(..) | State::Done => {}
            State::For(_) | State::Until(_) => return self.begin(cx),
        }
        self.state = State::Done;
        Poll::Ready(())
    }

    #[inline(never)]
    fn forget(&mut self) {
        match &mut self.state {
            State::Alarm(run, key) => {
                context::try_of(*run, |kernel| kernel.drop_alarm(*key));
            }
            State::Armed(awaiting) => {
                awaiting.withdraw();
                let Address { run, key } = awaiting.address();
                context::try_of(run, |kernel| kernel.drop_sleep(key));
            }
            _ => {}
        }
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
        if let State::Alarm(run, key) = self.state
            && context::of_run_plainly(run, |kernel| kernel.end_alarm(key))
        {
            self.state = State::Done;
            return Poll::Ready(());
        }
        self.get_mut().poll_otherwise(cx)
    }
}
