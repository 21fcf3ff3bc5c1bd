//! Wakers that are kept, cloned, sent away, called too often or too late.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use seedbed::trace::EventKind;
use seedbed::{FailureKind, Report, Sim, TaskError, note, sleep, spawn, task, yield_now};

use crate::support::{elsewhere, failure, notes, polls, secs, steady};

/// The waker of the task that asks.
async fn own_waker() -> Waker {
    poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

fn count<T>(report: &Report<T>, kind: EventKind) -> usize {
    report.trace.filter().kind(kind).events().count()
}

/// Hands its waker out and waits for ever.
fn sleeper(wakers: &Rc<RefCell<Vec<Waker>>>) -> impl Future<Output = ()> + 'static {
    let wakers = Rc::clone(wakers);
    poll_fn(move |cx| {
        wakers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    })
}

#[test]
fn a_waker_kept_past_its_run_wakes_nobody() {
    let first = Sim::new(1).run(own_waker());
    let kept = first.result.unwrap();
    kept.wake_by_ref();
    // The main task of the second run has the same number as the one that the waker means.
    let second = Sim::new(1).run(async move {
        kept.wake_by_ref();
        let clone = kept.clone();
        kept.wake();
        sleep(secs(1)).await;
        clone.wake();
    });
    // It became ready twice: at its start, and by its timer.
    assert_eq!((polls(&second, "main"), count(&second, EventKind::Woken)), (2, 2));
    assert!(second.is_ok());
}

#[test]
fn a_waker_of_a_finished_task_wakes_nobody() {
    let report = steady(|| async {
        let waker = spawn(own_waker()).await.unwrap();
        // Another task now stands where the finished one stood.
        let next = spawn(pending::<()>());
        yield_now().await;
        waker.wake_by_ref();
        waker.wake();
        yield_now().await;
        drop(next);
    });
    assert_eq!(polls(&report, "main/2"), 2, "once to begin, once to be cancelled at the end");
}

#[test]
fn a_storm_of_wakes_is_one_step() {
    let report = steady(|| async {
        let wakers = Rc::default();
        let task = spawn(sleeper(&wakers));
        yield_now().await;
        let waker = wakers.borrow()[0].clone();
        for _ in 0..100_000 {
            waker.wake_by_ref();
            waker.clone().wake();
        }
        yield_now().await;
        task.cancel();
        task.await.unwrap_err();
    });
    assert_eq!(polls(&report, "main/1"), 3);
    let woken = report.trace.filter().task("main/1").kind(EventKind::Woken).events().count();
    assert_eq!(woken, 3, "it was made ready at its start, once by the storm, and by its cancellation");
}

#[test]
fn a_task_that_storms_itself_is_one_step_and_lets_others_go_first() {
    let report = steady(|| async {
        let other = spawn(async { note!("other") });
        let mut first = true;
        poll_fn(|cx| {
            if !std::mem::take(&mut first) {
                return Poll::Ready(());
            }
            (0..1_000).for_each(|_| cx.waker().wake_by_ref());
            Poll::Pending
        })
        .await;
        note!("main again");
        other.await.unwrap();
    });
    assert_eq!(notes(&report), ["0.000 other", "0.000 main again"]);
    assert_eq!(polls(&report, "main"), 2);
}

#[test]
fn tasks_run_in_the_order_in_which_they_were_woken() {
    let report = steady(|| async {
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let tasks: Vec<_> = (0..5)
            .map(|n| {
                let (wakers, mut first) = (Rc::clone(&wakers), true);
                spawn(poll_fn(move |cx| {
                    if std::mem::take(&mut first) {
                        wakers.borrow_mut().push(cx.waker().clone());
                        return Poll::Pending;
                    }
                    note!("{n}");
                    Poll::Ready(())
                }))
            })
            .collect();
        yield_now().await;
        for n in [3, 0, 4, 3, 1, 2] {
            wakers.borrow()[n].wake_by_ref();
        }
        futures::future::join_all(tasks).await
    });
    assert_eq!(notes(&report), ["0.000 3", "0.000 0", "0.000 4", "0.000 1", "0.000 2"]);
}

#[test]
fn wakers_know_whom_they_wake() {
    let report = steady(|| async {
        let (own, again) = (own_waker().await, own_waker().await);
        let other = spawn(own_waker()).await.unwrap();
        (own.will_wake(&again), own.will_wake(&own.clone()), own.will_wake(&other))
    });
    assert_eq!(report.unwrap(), (true, true, false));
}

#[test]
fn a_wake_from_another_thread_is_a_verdict_that_names_the_task() {
    let report = Sim::new(0).run(async {
        let worker = task::Builder::new().name("worker").spawn(async {
            let waker = own_waker().await;
            elsewhere(move || waker.wake());
            pending::<()>().await;
        });
        worker.unwrap().await
    });
    let failure = failure(report);
    assert_eq!(failure.kind, FailureKind::ForeignWake { tasks: vec!["main/worker".to_owned()] });
    let text = failure.to_string();
    assert!(text.contains("not deterministic: a thread outside the run woke main/worker"), "{text}");
}

/// The run could go on without the wake, and does; but it might have come at another time.
#[test]
fn a_wake_from_another_thread_is_a_verdict_though_the_run_has_a_value() {
    let report = Sim::new(0).run(async {
        let waker = own_waker().await;
        elsewhere(|| waker.wake_by_ref());
        sleep(secs(1)).await;
        "value"
    });
    assert_eq!(count(&report, EventKind::ForeignWake), 1);
    assert_eq!(failure(report).kind, FailureKind::ForeignWake { tasks: vec!["main".to_owned()] });
}

/// The other thread is inside a run of its own, in which a task has the same number.
#[test]
fn a_wake_from_another_run_on_another_thread_is_foreign_too() {
    let report = Sim::new(0).run(async {
        let waker = own_waker().await;
        let there = elsewhere(move || Sim::new(0).run(async move { waker.wake() }).is_ok());
        pending::<()>().await;
        there
    });
    assert_eq!(failure(report).kind, FailureKind::ForeignWake { tasks: vec!["main".to_owned()] });
}

#[test]
fn wakers_may_be_cloned_and_dropped_anywhere() {
    let report = Sim::new(0).run(async {
        let waker = own_waker().await;
        let back = elsewhere(move || {
            let clone = waker.clone();
            drop(waker);
            clone
        });
        back.will_wake(&own_waker().await)
    });
    assert!(report.unwrap());
}

/// A channel that a thread feeds: the run does not wait for the thread, and does not hang.
#[test]
fn a_channel_fed_by_a_thread_is_found_out() {
    let report = Sim::new(0).run(async {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let received = spawn(receiver);
        yield_now().await;
        elsewhere(move || sender.send(5).unwrap());
        received.await
    });
    assert_eq!(failure(report).kind, FailureKind::ForeignWake { tasks: vec!["main/1".to_owned()] });
}

struct WakesOnDrop(Rc<RefCell<Vec<Waker>>>, Rc<Cell<u32>>);

impl Drop for WakesOnDrop {
    fn drop(&mut self) {
        self.1.set(self.1.get() + 1);
        self.0.borrow().iter().for_each(Waker::wake_by_ref);
    }
}

#[test]
fn a_destructor_at_the_end_of_a_run_may_wake_whom_it_likes() {
    let run = || {
        let dropped = Rc::new(Cell::new(0));
        let count = Rc::clone(&dropped);
        let report = Sim::new(0).drive(move || {
            let wakers = Rc::default();
            let event_loop = seedbed::EventLoop::new();
            for _ in 0..3 {
                let (waits, guard) = (sleeper(&wakers), WakesOnDrop(Rc::clone(&wakers), Rc::clone(&count)));
                let task = event_loop.spawn(async move {
                    let _guard = guard;
                    waits.await;
                });
                drop(task);
            }
            event_loop.run_until_complete(yield_now()).unwrap();
        });
        (dropped.get(), report.leaked.clone(), report.is_ok(), report.digest)
    };
    let first = run();
    assert_eq!((first.0, &first.1[..], first.2), (3, &["1", "2", "3"].map(str::to_owned)[..], true));
    assert_eq!(run(), first);
}

/// The destructor of one task wakes another whose cancellation is still to come in the same pass.
#[test]
fn a_destructor_in_a_cancelled_task_may_wake_whom_it_likes() {
    let report = steady(|| async {
        let (wakers, dropped) = (Rc::default(), Rc::new(Cell::new(0)));
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (waits, guard) = (sleeper(&wakers), WakesOnDrop(Rc::clone(&wakers), Rc::clone(&dropped)));
                spawn(async move {
                    let _guard = guard;
                    waits.await;
                })
            })
            .collect();
        yield_now().await;
        tasks.iter().for_each(|task| {
            task.cancel();
        });
        let ends = futures::future::join_all(tasks).await;
        (dropped.get(), ends.iter().all(|end| end.as_ref().is_err_and(TaskError::is_cancelled)))
    });
    assert_eq!(report.unwrap(), (3, true));
}

struct WakesWithItsThread(Waker);

impl Drop for WakesWithItsThread {
    fn drop(&mut self) {
        self.0.wake_by_ref();
    }
}

thread_local! {
    static LAST: RefCell<Option<WakesWithItsThread>> = const { RefCell::new(None) };
}

#[test]
fn a_waker_that_dies_with_its_thread_does_no_harm() {
    let fine = elsewhere(|| {
        LAST.with(|last| last.replace(None));
        let report = Sim::new(0).run(async {
            let waker = own_waker().await;
            LAST.with(|last| last.replace(Some(WakesWithItsThread(waker))));
        });
        report.is_ok()
    });
    assert!(fine);
}

/// Wraps the task's waker, as a combinator does, and counts what becomes of its own.
struct Counting(Waker, std::sync::atomic::AtomicU32);

impl std::task::Wake for Counting {
    fn wake(self: std::sync::Arc<Self>) {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.0.wake_by_ref();
    }
}

struct Wrapped<F>(F, Option<std::sync::Arc<Counting>>);

impl<F: Future + Unpin> Future for Wrapped<F> {
    type Output = (F::Output, u32);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let counting = this.1.get_or_insert_with(|| std::sync::Arc::new(Counting(cx.waker().clone(), 0.into())));
        let waker = Waker::from(std::sync::Arc::clone(counting));
        let output = std::task::ready!(Pin::new(&mut this.0).poll(&mut Context::from_waker(&waker)));
        drop(waker);
        let left = std::sync::Arc::strong_count(counting);
        assert_eq!(left, 1, "a future that is done keeps no waker");
        Poll::Ready((output, counting.1.load(std::sync::atomic::Ordering::Relaxed)))
    }
}

#[test]
fn leaves_wake_the_waker_they_were_polled_with_once_and_then_let_go_of_it() {
    let report = steady(|| async {
        let promise = seedbed::Promise::new();
        let lock = seedbed::sync::Lock::new();
        let held = lock.lock().await;
        let setter = {
            let promise = promise.clone();
            spawn(async move {
                sleep(secs(2)).await;
                promise.set_result(7).unwrap();
                drop(held);
            })
        };
        let (_, slept) = Wrapped(sleep(secs(1)), None).await;
        let (value, promised) = Wrapped(promise.join(), None).await;
        let (_, locked) = Wrapped(Box::pin(async { drop(lock.lock().await) }), None).await;
        let (_, joined) = Wrapped(setter, None).await;
        (slept, value, promised, locked, joined)
    });
    assert_eq!(report.unwrap(), (1, Ok(7), 1, 0, 0));
}
