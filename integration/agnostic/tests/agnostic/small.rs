//! Small programs for any runtime, drawn from a number: tasks that wait in every way there is, and what is done to them.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agnostic_lite::time::{AsyncDelay, AsyncInterval, AsyncSleep, Instant};
use agnostic_lite::{AfterHandle, JoinHandle, RuntimeLite};
use futures::StreamExt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a task does, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Sleep(u64),
    /// A sleep that is moved while another branch waits for it.
    Reset {
        first: u64,
        moved_at: u64,
        by: u64,
    },
    Yield,
    /// A sleep within a limit.
    Timeout {
        limit: u64,
        work: u64,
    },
    Ticks {
        period: u64,
        from: u64,
        busy: Vec<u64>,
        reset: Option<u64>,
    },
    Delay {
        after: u64,
        work: u64,
        abort: bool,
        cancel: bool,
        reset: Option<u64>,
    },
    /// A task of its own, and what is done with its handle after a while.
    Spawn {
        deeds: Vec<Deed>,
        wait: Option<u64>,
        then: Then,
    },
    After {
        after: u64,
        work: u64,
        wait: u64,
        then: Then,
    },
    /// Blocking code, awaited.
    Block,
    /// A task that panics, awaited.
    Panic,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    Await,
    Abort,
    Cancel,
    Detach,
}

/// Draws what a task does.
fn deeds(rng: &mut ChaCha8Rng, depth: u32) -> Vec<Deed> {
    let ms = |rng: &mut ChaCha8Rng| rng.random_range(1..5_000);
    (0..rng.random_range(1..5))
        .map(|_| match rng.random_range(0..10) {
            0 => Deed::Sleep(ms(rng)),
            1 => Deed::Reset { first: ms(rng), moved_at: ms(rng), by: ms(rng) },
            2 => Deed::Yield,
            3 => Deed::Timeout { limit: ms(rng), work: ms(rng) },
            4 => Deed::Ticks {
                period: ms(rng),
                from: ms(rng),
                busy: (0..rng.random_range(1..5)).map(|_| 2 * ms(rng)).collect(),
                reset: rng.random_bool(0.5).then(|| ms(rng)),
            },
            5 => Deed::Delay {
                after: ms(rng),
                work: ms(rng),
                abort: rng.random_bool(0.2),
                cancel: rng.random_bool(0.2),
                reset: rng.random_bool(0.3).then(|| ms(rng)),
            },
            6 | 7 if depth > 0 => {
                let then = [Then::Await, Then::Abort, Then::Detach][rng.random_range(0..3)];
                Deed::Spawn { deeds: deeds(rng, depth - 1), wait: rng.random_bool(0.7).then(|| ms(rng)), then }
            }
            6 | 7 => Deed::After {
                after: ms(rng),
                work: ms(rng),
                wait: ms(rng),
                then: [Then::Await, Then::Abort, Then::Cancel, Then::Detach][rng.random_range(0..4)],
            },
            8 => Deed::Block,
            _ => Deed::Panic,
        })
        .collect()
}

/// The program with this number.
pub(crate) fn program(number: u64) -> Vec<Deed> {
    deeds(&mut ChaCha8Rng::seed_from_u64(number), 2)
}

/// What every task did, and when: lines `task, milliseconds, deed`, in the order in which they were done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(String, u128, String)>>>);

impl Log {
    /// The lines of each task by itself: who is first where two act at one instant, no runtime promises.
    pub(crate) fn by_task(&self) -> Vec<(String, u128, String)> {
        let mut lines = self.0.lock().unwrap().clone();
        lines.sort_by(|one, other| one.0.cmp(&other.0));
        lines
    }
}

/// A task that does what it was given to do, and says so.
pub(crate) struct Actor<R: RuntimeLite> {
    pub(crate) name: String,
    pub(crate) start: R::Instant,
    pub(crate) log: Log,
}

/// Says that what holds it was dropped.
struct Dropped<R: RuntimeLite>(Actor<R>);

impl<R: RuntimeLite> Drop for Dropped<R> {
    fn drop(&mut self) {
        self.0.say("is over");
    }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl<R: RuntimeLite> Actor<R> {
    fn say(&self, what: impl Into<String>) {
        let line = (self.name.clone(), self.start.elapsed().as_millis(), what.into());
        self.log.0.lock().unwrap().push(line);
    }

    fn child(&self, number: usize) -> Self {
        Self { name: format!("{}/{number}", self.name), start: self.start, log: self.log.clone() }
    }

    fn at(&self, instant: R::Instant) -> u128 {
        instant.duration_since(self.start).as_millis()
    }

    pub(crate) fn act(self, deeds: Vec<Deed>) -> Pin<Box<dyn Future<Output = u64> + Send>> {
        Box::pin(async move {
            let actor = Dropped(self);
            let (actor, mut done) = (&actor.0, 0);
            for (number, deed) in deeds.into_iter().enumerate() {
                actor.perform(number, deed).await;
                done += 1;
            }
            done
        })
    }

    async fn perform(&self, number: usize, deed: Deed) {
        match deed {
            Deed::Sleep(after) => {
                let due = R::sleep(ms(after)).await;
                self.say(format!("slept until {}", self.at(due)));
            }
            Deed::Reset { first, moved_at, by } => self.reset(first, moved_at, by).await,
            Deed::Yield => {
                R::yield_now().await;
                self.say("gave way");
            }
            Deed::Timeout { limit, work } => {
                let done = R::timeout(ms(limit), async { R::sleep(ms(work)).await }).await.is_ok();
                self.say(format!("in time: {done}"));
            }
            Deed::Ticks { period, from, busy, reset } => self.ticks(period, from, busy, reset).await,
            Deed::Delay { after, work, abort, cancel, reset } => {
                let mut delay = pin!(R::delay(ms(after), async { R::sleep(ms(work)).await }));
                if let Some(reset) = reset {
                    AsyncDelay::reset(delay.as_mut(), ms(reset));
                }
                if abort {
                    AsyncDelay::abort(&*delay);
                }
                if cancel {
                    AsyncDelay::cancel(&*delay);
                }
                let done = delay.await.is_ok();
                self.say(format!("delayed: {done}"));
            }
            Deed::Spawn { deeds, wait, then } => self.spawn(number, deeds, wait, then).await,
            Deed::After { after, work, wait, then } => self.after(number, after, work, wait, then).await,
            Deed::Block => {
                let job = R::spawn_blocking(|| 7);
                self.say(format!("blocked: {:?}", job.await.ok()));
            }
            Deed::Panic => {
                let failed = R::spawn(async { std::panic::resume_unwind(Box::new("as it was told")) }).await.is_err();
                self.say(format!("panicked: {failed}"));
            }
        }
    }

    /// Whoever waits for a sleep is woken at its new deadline, without polling it again.
    async fn reset(&self, first: u64, moved_at: u64, by: u64) {
        let mut sleep = pin!(R::sleep(ms(first)));
        let mut moved = pin!(R::sleep(ms(moved_at)));
        let mut is_moved = false;
        let due = std::future::poll_fn(|cx| {
            if !is_moved && moved.as_mut().poll(cx).is_ready() {
                is_moved = true;
                // Polled by whoever waits before it is moved, and not after.
                let rung = sleep.as_mut().poll(cx);
                AsyncSleep::reset(sleep.as_mut(), R::now() + ms(by));
                return rung;
            }
            sleep.as_mut().poll(cx)
        });
        let due = due.await;
        self.say(format!("reset until {}", self.at(due)));
    }

    async fn ticks(&self, period: u64, from: u64, busy: Vec<u64>, reset: Option<u64>) {
        // Not `interval`: tokio's begins at the machine's time, whatever tokio's clock says (see `found`).
        let mut ticks = R::interval_at(R::now() + ms(period), ms(period));
        for busy in &busy {
            let due = ticks.next().await.expect("intervals never end");
            self.say(format!("tick of {}", self.at(due)));
            R::sleep(ms(*busy)).await;
        }
        let mut ticks = R::interval_at(R::now() + ms(from), ms(period));
        if let Some(reset) = reset {
            AsyncInterval::reset(&mut ticks, ms(reset));
        }
        for busy in busy {
            let due = std::future::poll_fn(|cx| AsyncInterval::poll_tick(&mut ticks, cx)).await;
            self.say(format!("tick of {}", self.at(due)));
            R::sleep(ms(busy)).await;
        }
    }

    async fn spawn(&self, number: usize, deeds: Vec<Deed>, wait: Option<u64>, then: Then) {
        let task = R::spawn(self.child(number).act(deeds));
        if let Some(wait) = wait {
            R::sleep(ms(wait)).await;
        }
        match then {
            Then::Await => self.say(format!("awaited: {:?}", task.await.ok())),
            Then::Abort | Then::Cancel => task.abort(),
            Then::Detach => task.detach(),
        }
    }

    async fn after(&self, number: usize, after: u64, work: u64, wait: u64, then: Then) {
        let child = self.child(number);
        let task = R::spawn_after(ms(after), async move {
            let child = Dropped(child);
            child.0.say("begins");
            R::sleep(ms(work)).await;
            work
        });
        R::sleep(ms(wait)).await;
        self.say(format!("expired: {}, finished: {}", task.is_expired(), task.is_finished()));
        match then {
            Then::Await => self.say(format!("awaited: {:?}", task.await.ok())),
            Then::Abort => task.abort(),
            Then::Cancel => {
                let cancelled = task.cancel().await.map(Result::ok);
                self.say(format!("cancelled: {cancelled:?}"));
            }
            Then::Detach => drop(task),
        }
    }
}
