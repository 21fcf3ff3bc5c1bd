//! Virtual time: total order of timers, hours in no time, late ticks, and time driven by hand.

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;
use seedbed::time::Sleep;
use seedbed::trace::EventKind;
use seedbed::{
    EventLoop, FailureKind, Instant, LimitKind, RescheduleError, Sim, Timeout, TimeoutHandle, advance, any_sim,
    catch_cancel, executor::blocking, interval, now, run_until_idle, sleep, sleep_until, spawn, timeout,
    wait_all_blocked, yield_now,
};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

proptest! {
    /// Under FIFO, sleepers wake ordered by (deadline, order of falling asleep), each exactly at its deadline.
    #[test]
    fn sleepers_wake_in_the_order_of_deadline_then_creation(spans in prop::collection::vec(1u64..20, 0..40)) {
        let expected = {
            let mut order: Vec<(u64, usize)> = spans.iter().copied().zip(0..).collect();
            order.sort_unstable();
            order
        };
        let woken = Sim::new(0).run(async move {
            let woken = Rc::new(RefCell::new(Vec::new()));
            let sleepers: Vec<_> = spans.into_iter().zip(0..).map(|(span, number): (u64, usize)| {
                let woken = Rc::clone(&woken);
                spawn(async move {
                    sleep(ms(span)).await;
                    assert_eq!(now(), Instant::START + ms(span));
                    woken.borrow_mut().push((span, number));
                })
            }).collect();
            for sleeper in sleepers {
                sleeper.await.unwrap();
            }
            woken.take()
        });
        prop_assert_eq!(woken.result?, expected);
    }

    /// Whatever the order of tasks, time does not run backwards and nobody wakes early.
    #[test]
    fn nobody_wakes_early_in_any_order(spans in prop::collection::vec(0u64..9, 0..12), sim in any_sim()) {
        let report = sim.run(async move {
            let sleepers: Vec<_> = spans.into_iter().map(|span| spawn(async move {
                let start = now();
                sleep(ms(span)).await;
                (span, now() - start)
            })).collect();
            let mut early = 0;
            for sleeper in sleepers {
                let (span, slept) = sleeper.await.unwrap();
                early += u32::from(slept < ms(span));
            }
            early
        });
        prop_assert_eq!(report.result?, 0);
    }
}

#[test]
fn a_century_of_sleep_passes_at_once() {
    let report = Sim::new(0).run(sleep(Duration::from_secs(99 * 365 * 24 * 3600)));
    assert!(report.is_ok());
    assert!(report.steps < 10, "{} steps", report.steps);
}

#[test]
fn an_interval_catches_up_after_the_loop_was_blocked() {
    let report = Sim::new(0).run(async {
        let mut ticks = interval(ms(100));
        let mut seen = Vec::new();
        for tick in 0..6 {
            let due = ticks.tick().await;
            seen.push((due.to_string(), now().to_string()));
            if tick == 1 {
                blocking::sleep(ms(250));
            }
        }
        seen
    });
    let seen = report.unwrap();
    let seen: Vec<_> = seen.iter().map(|(due, at)| (due.as_str(), at.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("0.000", "0.000"),
            ("0.100", "0.100"),
            ("0.200", "0.350"),
            ("0.300", "0.350"),
            ("0.400", "0.400"),
            ("0.500", "0.500")
        ]
    );
}

#[test]
fn a_tick_past_the_end_of_the_clock_runs_into_the_limit_on_virtual_time() {
    let report = Sim::new(0).run(async {
        let mut ticks = interval(Duration::MAX);
        assert_eq!(ticks.tick().await, Instant::START);
        ticks.tick().await
    });
    let failure = report.result.expect_err("the second tick lies past the end of the clock");
    assert!(matches!(failure.kind, FailureKind::Limit { limit: LimitKind::VirtualTime, .. }), "{failure}");
}

#[test]
fn a_sleep_until_the_past_is_one_bare_pass() {
    let report = Sim::new(0).run(async {
        sleep(ms(5)).await;
        let other = spawn(async {});
        sleep_until(Instant::START).await;
        (other.is_done(), now().to_string())
    });
    assert_eq!(report.unwrap(), (true, "0.005".to_owned()));
}

/// What a handle says is not lost with the task: neither when the run is taken down before the timeout has ended, nor
/// when what it cancelled panics.
#[test]
fn a_deadline_that_has_passed_stays_passed() {
    let report = Sim::new(0).drive(|| {
        let event_loop = EventLoop::new();
        let handles = event_loop.run_until_complete(async {
            let stubborn = timeout(Duration::from_secs(1), async {
                let _cancelled = catch_cancel(pending::<()>()).await;
                pending::<()>().await;
            });
            let patient = timeout(Duration::from_secs(10), pending::<()>());
            let failing = timeout(Duration::from_secs(1), async {
                let _cancelled = catch_cancel(pending::<()>()).await;
                panic!("cleaned up badly");
            });
            let handles = [stubborn.handle(), patient.handle(), failing.handle()];
            drop(spawn(stubborn));
            drop(spawn(patient));
            let failed = spawn(failing);
            sleep(Duration::from_secs(2)).await;
            assert!(failed.await.is_err());
            handles
        });
        handles.unwrap()
    });
    let handles = report.unwrap();
    assert_eq!(handles.each_ref().map(TimeoutHandle::expired), [true, false, true]);
    let refusals = handles.each_ref().map(|handle| handle.reschedule(None));
    use RescheduleError::{Expired, Finished};
    assert_eq!(refusals, [Err(Expired), Err(Finished), Err(Expired)]);
}

#[test]
fn a_timeout_of_zero_gives_one_step() {
    let report = Sim::new(0).run(async {
        let instant = timeout(Duration::ZERO, async { "at once" }).await;
        let pending = timeout(Duration::ZERO, pending::<()>()).await;
        (instant, pending.is_err(), now())
    });
    assert_eq!(report.unwrap(), (Ok("at once"), true, Instant::START));
}

#[test]
fn a_deadline_can_be_moved_while_it_has_not_passed() {
    let report = Sim::new(0).run(async {
        let limited = Timeout::never(sleep(Duration::from_secs(60)));
        let handle = limited.handle();
        assert_eq!(handle.reschedule(None), Err(RescheduleError::Created));
        let mover = handle.clone();
        let task = spawn(limited);
        yield_now().await;
        assert_eq!(mover.when(), None);
        mover.reschedule(Some(now() + ms(10))).expect("it runs");
        mover.reschedule(Some(now() + ms(30))).expect("it runs");
        let elapsed = task.await.unwrap().is_err();
        (elapsed, now().to_string(), handle.reschedule(None))
    });
    assert_eq!(report.unwrap(), (true, "0.030".to_owned(), Err(RescheduleError::Expired)));
}

#[test]
fn advancing_includes_its_end_and_what_follows_from_it() {
    let report = Sim::new(0).manual_time(true).run(async {
        let chain = spawn(async {
            sleep(ms(10)).await;
            yield_now().await;
            yield_now().await;
            "settled"
        });
        advance(ms(9)).await;
        let before = chain.is_done();
        advance(ms(1)).await;
        (before, chain.is_done(), now().to_string())
    });
    assert_eq!(report.unwrap(), (false, true, "0.010".to_owned()));
}

#[test]
fn a_clock_that_nobody_moves_is_a_deadlock_that_says_so() {
    let failure = Sim::new(0).manual_time(true).run(sleep(ms(1))).result.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::Deadlock { clock_held: true, .. }), "{failure}");
    assert!(failure.to_string().contains("driven by hand"), "{failure}");
}

#[test]
fn waiting_for_others_moves_the_clock_only_when_asked_to() {
    let report = Sim::new(0).run(async {
        let sleeper = spawn(sleep(ms(7)));
        wait_all_blocked().await;
        let standing = (sleeper.is_done(), now().to_string());
        run_until_idle().await;
        (standing, sleeper.is_done(), now().to_string())
    });
    assert_eq!(report.unwrap(), ((false, "0.000".to_owned()), true, "0.007".to_owned()));
}

/// How a sleep that another task has begun is awaited, with so many milliseconds of something else meanwhile.
type Way = fn(Pin<Box<Sleep>>, u64) -> Pin<Box<dyn Future<Output = ()>>>;

/// Polls a sleep once, with the waker of the task itself.
async fn fall_asleep(nap: &mut Pin<Box<Sleep>>) {
    poll_fn(|cx| Poll::Ready(assert!(nap.as_mut().poll(cx).is_pending()))).await;
}

/// A sleep is an alarm of the task that polls it first; it must ring for whoever awaits it in the end.
#[test]
fn a_sleep_rings_wherever_it_is_awaited() {
    let after = |meanwhile: u64, way: Way| {
        Sim::new(0)
            .run(async move {
                let mut nap = Box::pin(sleep(ms(10)));
                // Another task's, which has ended when the sleep is awaited.
                nap = spawn(async move {
                    fall_asleep(&mut nap).await;
                    nap
                })
                .await
                .unwrap();
                way(nap, meanwhile).await;
                now()
            })
            .unwrap()
    };
    let ways: [Way; 4] = [
        |nap, meanwhile| {
            Box::pin(async move {
                sleep(ms(meanwhile)).await;
                nap.await;
            })
        },
        |mut nap, meanwhile| {
            Box::pin(async move {
                fall_asleep(&mut nap).await;
                // Beside another sleep, and under wakers that are not the task's.
                futures::future::join(nap, sleep(ms(meanwhile))).await;
            })
        },
        |mut nap, meanwhile| {
            Box::pin(async move {
                // The frame is left while the wait that began in it lasts.
                catch_cancel(fall_asleep(&mut nap)).await.unwrap();
                sleep(ms(meanwhile)).await;
                nap.await;
            })
        },
        |mut nap, meanwhile| {
            Box::pin(async move {
                fall_asleep(&mut nap).await;
                let sleeper = spawn(nap);
                sleep(ms(meanwhile)).await;
                sleeper.await.unwrap();
            })
        },
    ];
    for way in ways {
        assert_eq!(after(3, way), Instant::START + ms(10));
        assert_eq!(after(30, way), Instant::START + ms(30));
    }
}

/// An alarm that is dropped is forgotten: neither does it move the clock nor does it wake the task from its next sleep.
#[test]
fn a_sleep_that_is_dropped_does_not_ring() {
    let report = Sim::new(0).trace(true).run(async {
        let mut nap = Box::pin(sleep(ms(10)));
        fall_asleep(&mut nap).await;
        drop(nap);
        sleep(ms(30)).await;
        let mut nap = Box::pin(sleep(ms(1000)));
        fall_asleep(&mut nap).await;
        now()
    });
    assert_eq!(report.trace.filter().kind(EventKind::TimerFired).events().count(), 1);
    assert_eq!(report.end, Instant::START + ms(30));
    assert_eq!(report.unwrap(), Instant::START + ms(30));
}

#[test]
fn a_million_sleeping_tasks_work() {
    const TASKS: u64 = 1_000_000;
    let report = Sim::new(0).trace(false).run(async {
        for number in 0..TASKS {
            drop(spawn(sleep(Duration::from_micros(1 + number % 1000))));
        }
        sleep(ms(2)).await;
        seedbed::all_tasks().len()
    });
    assert_eq!(report.tasks.finished, TASKS + 1);
    assert_eq!(report.unwrap(), 1);
}
