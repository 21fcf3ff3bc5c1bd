//! What must hold in every order, also where tasks are slow and clocks are not.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use agnostic_lite::time::Instant;
use agnostic_lite::{AfterHandle, AsyncBlockingSpawner, JoinHandle, RuntimeLite};
use futures::StreamExt;
use rand::RngExt;
use seedbed::{Hunt, Sim, blocking, reachable, sometimes};
use seedbed_agnostic::{SeedbedRuntime as Rt, SimInstant, SimSpawner};
use seedbed_trials::runs;
use send_wrapper::SendWrapper;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn hunt<F: Future<Output = ()> + 'static>(name: &str, program: fn() -> F) {
    let report = Hunt::new(name).regressions_off().runs(runs(500)).run(program);
    assert!(report.is_ok(), "{report}");
}

/// Counts how often what it was given to was dropped.
struct Drops(Arc<AtomicU32>);

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn nothing_comes_early_and_ticks_do_not_drift() {
    hunt("timers", || async {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                Rt::spawn(SendWrapper::new(async {
                    let mut rng = seedbed::rng();
                    let (start, period) = (Rt::now(), ms(rng.random_range(1..50)));
                    let mut ticks = Rt::interval(period);
                    for tick in 1..6 {
                        let due = ticks.next().await.unwrap();
                        assert_eq!(due, start + period * tick, "a tick drifts");
                        assert!(Rt::now() >= due, "a tick is early");
                        let (asked, pause) = (Rt::now(), ms(rng.random_range(0..80)));
                        let due = Rt::sleep(pause).await;
                        assert_eq!(due, asked + pause);
                        assert!(Rt::now() >= due, "a sleep is early");
                        sometimes!(Rt::now() > due, "a task is late");
                        let (asked, limit) = (Rt::now(), ms(rng.random_range(0..40)));
                        match Rt::timeout(limit, Rt::sleep(pause)).await {
                            Ok(_) => assert!(asked.elapsed() >= pause),
                            Err(_) => {
                                assert!(asked.elapsed() >= limit && limit <= pause, "{limit:?} passed, not {pause:?}")
                            }
                        }
                    }
                }))
            })
            .collect();
        for task in tasks {
            task.await.expect("nobody aborts it");
        }
    });
}

#[test]
fn an_aborted_task_is_dropped_once_where_it_waits() {
    hunt("abort", || async {
        let (drops, inner) = (Arc::new(AtomicU32::new(0)), Rc::new(Cell::new(false)));
        let (held, ended) = (Drops(Arc::clone(&drops)), Rc::clone(&inner));
        let awaited = Rt::spawn_local(async move {
            Rt::sleep(ms(30)).await;
            ended.set(true);
        });
        let ended = Arc::new(AtomicU32::new(0));
        let tells = Arc::clone(&ended);
        let awaited = SendWrapper::new(awaited);
        let task = Rt::spawn(async move {
            let _held = held;
            Rt::timeout(ms(20), Rt::sleep(ms(40))).await.ok();
            awaited.await.expect("nobody aborts what is awaited");
            tells.fetch_add(1, Ordering::Relaxed);
        });
        let before = seedbed::rng().random_range(0..60);
        Rt::sleep(ms(before)).await;
        task.abort();
        // It is dropped at its next turn, which may be late.
        Rt::sleep(Duration::from_secs(60)).await;
        assert_eq!(drops.load(Ordering::Relaxed), 1, "what the task holds is dropped once");
        assert!(inner.get(), "what an aborted task awaits runs on");
        sometimes!(ended.load(Ordering::Relaxed) == 0, "a task was aborted in time");
        sometimes!(ended.load(Ordering::Relaxed) == 1, "an abort came too late");
    });
}

#[test]
fn a_delayed_task_begins_when_its_handle_says() {
    hunt("after", || async {
        let drops = Arc::new(AtomicU32::new(0));
        let (held, begun) = (Drops(Arc::clone(&drops)), Arc::new(AtomicU32::new(0)));
        let (tells, made) = (Arc::clone(&begun), Rt::now());
        let mut deadline = made + ms(40);
        let task = Rt::spawn_after(ms(40), async move {
            let _held = held;
            tells.fetch_add(1, Ordering::Relaxed);
            Rt::sleep(ms(10)).await;
            made.elapsed()
        });
        let mut rng = seedbed::rng();
        for _ in 0..rng.random_range(0..3) {
            Rt::sleep(ms(rng.random_range(0..30))).await;
            let delay = ms(rng.random_range(0..90));
            if !task.is_expired() {
                deadline = made + delay;
                assert_eq!(begun.load(Ordering::Relaxed), 0, "a task has begun that has not expired");
            }
            task.reset(delay);
        }
        Rt::sleep(ms(rng.random_range(0..60))).await;
        assert!(task.is_expired() || !task.is_finished());
        match rng.random_range(0..4) {
            0 => {
                let took = task.await.expect("nobody cancels it");
                assert!(made + took >= deadline + ms(10), "it is early");
            }
            1 => {
                let finished = task.is_finished();
                let output = task.cancel().await;
                assert_eq!(output.is_some(), finished, "a task that has ended gives its output, and no other does");
                sometimes!(output.is_none() && begun.load(Ordering::Relaxed) == 1, "a task was cancelled at work");
            }
            2 => task.abort(),
            _ => drop(task),
        }
        Rt::sleep(Duration::from_secs(60)).await;
        assert_eq!(drops.load(Ordering::Relaxed), 1, "what the task holds is dropped once");
    });
}

#[test]
fn jobs_wait_for_tasks_and_tasks_for_jobs() {
    hunt("jobs", || async {
        let jobs: Vec<_> = (1..6)
            .map(|number| {
                SimSpawner::spawn_blocking(move || {
                    blocking::sleep(ms(number));
                    // A crate has it so: code without `await` that starts a task and waits for it.
                    let task = Rt::block_on(async { Rt::spawn(async move { Rt::sleep(ms(5)).await }).await });
                    task.expect("nobody aborts it")
                })
            })
            .collect();
        let start = Rt::now();
        for (number, job) in (1..).zip(jobs) {
            let due: SimInstant = job.await.expect("nobody aborts it");
            assert!(due >= start + ms(number + 5), "a job is early");
        }
    });
}

#[test]
fn a_job_that_waits_for_a_worker_can_be_aborted() {
    let report = Sim::new(0).default_workers(1).run(async {
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let job = |number: u32| {
            let order = Arc::clone(&order);
            Rt::spawn_blocking(move || {
                blocking::sleep(ms(10));
                order.lock().unwrap().push(number);
            })
        };
        let (one, two, three) = (job(1), job(2), job(3));
        Rt::sleep(ms(1)).await;
        one.abort();
        two.abort();
        three.await.expect("nobody aborts it");
        Arc::try_unwrap(order).expect("all jobs are gone").into_inner().unwrap()
    });
    assert_eq!(report.unwrap(), [1, 3], "a job that runs cannot be stopped, one that waits never begins");
}

#[test]
fn a_panic_is_told_to_whoever_awaits_it_and_fails_the_run_else() {
    let report = Sim::new(0).run(async { Rt::spawn(async { panic!("told") }).await.map_err(std::io::Error::from) });
    assert!(report.unwrap().unwrap_err().to_string().contains("told"));
    let report = Sim::new(0).run(async {
        Rt::spawn(async { panic!("untold") }).detach();
        Rt::sleep(ms(1)).await;
    });
    assert!(report.result.unwrap_err().to_string().contains("untold"));
    let report = Sim::new(0).run(async { Rt::spawn_after(ms(1), async { panic!("late") }).await });
    assert!(report.unwrap().unwrap_err().to_string().contains("late"));
}

#[test]
fn blocking_the_loop_is_refused() {
    let report = Sim::new(0).run(async { Rt::block_on(async {}) });
    assert!(report.result.unwrap_err().to_string().contains("block_on: "), "a task must not block its loop");
}

#[test]
fn instants_are_as_exact_as_the_clock_and_reach_before_the_start() {
    let report = Sim::new(0).run(async {
        let start = SimInstant::now();
        let before = start - Duration::from_secs(3 * 86_400);
        assert_eq!(start - before, Duration::from_secs(3 * 86_400));
        assert_eq!((before - start, before.checked_duration_since(start)), (Duration::ZERO, None));
        assert_eq!(before.checked_sub(Duration::MAX).and_then(|far| far.checked_add(Duration::MAX)), Some(before));
        let times = RefCell::new(vec![start]);
        for nanos in [1, 1_000_000_007] {
            Rt::sleep(Duration::from_nanos(nanos)).await;
            times.borrow_mut().push(SimInstant::now());
        }
        for &one in times.borrow().iter() {
            let there: std::time::Instant = one.into();
            assert_eq!(SimInstant::from(there), one);
            for &other in times.borrow().iter() {
                assert_eq!(there.saturating_duration_since(other.into()), one.saturating_duration_since(other));
            }
        }
        // Timers before the start are due, those past the end of the clock wait for its end.
        assert_eq!(Rt::sleep_until(before).await, before);
        let never = Rt::timeout(Duration::from_secs(1), Rt::sleep(Duration::MAX)).await;
        assert!(never.is_err());
        reachable!("all was looked at");
    });
    report.unwrap();
}
