//! Faults of timing: each kind alone finds what no order of events shows, is told in words, and replays.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use seedbed::choice::{FaultSet, Kind, ReplayMode};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::policy::{Faulty, Fifo, Profile, by_name};
use seedbed::sync::{Event, Lock, Queue};
use seedbed::{ProcessPool, Report, Seed, Sim, ThreadPool, blocking, now, sleep, spawn, timeout, yield_now};

const MS: Duration = Duration::from_millis(1);

/// Holds a lease, checks it, and uses it a step later.
async fn lease() {
    let until = now() + MS * 10;
    yield_now().await;
    assert!(now() < until, "the lease has run out");
}

/// Believes that it is told at the very instant of an event.
async fn told_at_once() {
    let event = Event::new();
    let waiter = spawn({
        let event = event.clone();
        async move {
            event.wait().await;
            now()
        }
    });
    yield_now().await;
    event.set();
    let set = now();
    assert!(waiter.await.unwrap() <= set + MS, "the waiter was told late");
}

/// Takes the second poll for the wake that it waits for.
async fn impatient() {
    let mut polls = 0;
    let at_wake = now() + MS;
    let waker = spawn(poll_fn({
        let mut timer = None;
        move |cx: &mut std::task::Context<'_>| {
            polls += 1;
            let timer = timer.get_or_insert_with(|| Box::pin(sleep(MS)));
            let _ = timer.as_mut().poll(cx);
            if polls == 2 { Poll::Ready(now()) } else { Poll::Pending }
        }
    }));
    assert!(waker.await.unwrap() >= at_wake, "went on without a wake");
}

/// Allows a job exactly the time that it takes.
async fn punctual_job() {
    let pool = ThreadPool::new(1).unwrap();
    let start = now();
    pool.submit(|| blocking::sleep(MS * 10)).unwrap().await.unwrap();
    assert!(now() - start <= MS * 12, "the job took longer");
}

/// Believes that a worker always answers.
async fn answering_worker() {
    let pool = ProcessPool::new(1).unwrap();
    let answer = pool.submit(|number: u32| number + 1, 1).unwrap().await.unwrap();
    assert_eq!(answer.expect("the worker has answered"), 2);
}

type Program = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;

const PLANTED: [(&str, Program, &str); 5] = [
    ("stall", || Box::pin(lease()), "kept main waiting for 0.010s though it was ready"),
    ("wake", || Box::pin(told_at_once()), "let a wake of main/1 arrive 0.001000001s late"),
    ("spurious", || Box::pin(impatient()), "polled main/1 though nothing had woken it"),
    ("slow", || Box::pin(punctual_job()), "let blocking code of job pool/1 take 0.002000001s longer"),
    ("crash", || Box::pin(answering_worker()), "let the worker of job processes/1 die"),
];

fn hunt(name: &str) -> Hunt {
    Hunt::new(name).regressions_off().prove(false)
}

#[test]
fn each_kind_alone_finds_what_no_order_shows() {
    for (kind, program, words) in PLANTED {
        let calm = hunt("calm").runs(1_000).run(program);
        assert!(calm.is_ok(), "{kind}: no order of events fails\n{calm}");
        for seed in 0..5 {
            let report = hunt(kind).seed(seed).faults(kind).run(program);
            let Verdict::Failed(_) = &report.verdict else { panic!("{kind} finds nothing from seed {seed}\n{report}") };
            let report = report.to_string();
            assert!(report.contains("→ 1 departure from FIFO order"), "{report}");
            assert!(report.contains(words), "{report}");
        }
    }
}

/// Tasks that wait for each other in many ways, jobs of both sorts of pools; whatever strikes, what they say of themselves holds.
async fn busy() -> u32 {
    let (lock, queue) = (Lock::new(), Queue::new(2));
    let threads = ThreadPool::new(2).unwrap();
    let processes = ProcessPool::new(1).unwrap();
    let held = std::rc::Rc::new(std::cell::Cell::new(false));
    let workers = [1_u32, 2, 3].map(|number| {
        let (lock, queue, held) = (lock.clone(), queue.clone(), std::rc::Rc::clone(&held));
        let job = threads.submit(move || blocking::sleep(MS * number)).unwrap();
        spawn(async move {
            for round in 0..3 {
                let guard = lock.lock().await;
                assert!(!held.replace(true), "the lock has one holder");
                sleep(MS * (number + round)).await;
                held.set(false);
                drop(guard);
                queue.put(number).await.unwrap();
            }
            job.await.unwrap();
        })
    });
    let doubled = processes.submit(|number: u32| number * 2, 21).unwrap();
    let mut sum = 0;
    for _ in 0..9 {
        if let Ok(Ok(number)) = timeout(MS * 50, queue.get()).await {
            sum += number;
        }
    }
    for worker in workers {
        worker.cancel();
        drop(worker.await);
    }
    sum + doubled.await.unwrap().unwrap_or(0)
}

fn faulty(policy: &str, seed: u64) -> Report<u32> {
    let policy = by_name(policy, Seed::new(seed), &Profile::default()).unwrap();
    Sim::new(seed).policy(policy).record(true).run(busy())
}

#[test]
fn runs_with_faults_replay_from_their_departures_alone() {
    let all = "random+clock+late+slow+crash+stall+wake+spurious";
    let mut met = FaultSet::NONE;
    for seed in 0..200 {
        let found = faulty(all, seed);
        assert!(found.is_ok(), "seed {seed}: {:?}", found.result);
        met = met.union(found.departures.iter().map(|(address, _)| address.kind()).collect());
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(busy());
        assert_eq!((again.digest, again.mismatches), (found.digest, vec![]), "seed {seed}");
    }
    assert_eq!(met.to_string(), "late+slow+crash+stall+wake+spurious");
}

#[test]
fn one_kind_alone_replays_too() {
    for kind in ["late", "slow", "crash", "stall", "wake", "spurious"] {
        for seed in 0..40 {
            let found = faulty(&format!("pos+{kind}"), seed);
            let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(busy());
            assert_eq!((again.digest, again.mismatches), (found.digest, vec![]), "{kind} seed {seed}");
        }
    }
}

#[test]
fn where_time_is_moved_by_hand_nobody_is_put_aside() {
    let faults: FaultSet = "stall+wake".parse().unwrap();
    for seed in 0..50 {
        let policy = Faulty::new(Fifo, faults, Seed::new(seed), &Profile::default());
        let report = Sim::new(seed).policy(policy).manual_time(true).record(true).run(async {
            let waiter = spawn(sleep(MS));
            seedbed::advance(MS).await;
            waiter.await.unwrap();
        });
        assert!(report.is_ok() && report.departures.is_empty(), "{:?}", report.result);
    }
}

#[test]
fn who_is_put_aside_counts_as_ready() {
    let faults = FaultSet::of(&[Kind::Stall]);
    for seed in 0..200 {
        let policy = Faulty::new(Fifo, faults, Seed::new(seed), &Profile::default());
        let report = Sim::new(seed).policy(policy).run(async {
            let waiter = spawn(async { yield_now().await });
            seedbed::wait_all_blocked().await;
            waiter.is_done()
        });
        assert!(report.unwrap(), "seed {seed}");
    }
}
