//! Process pools: jobs share nothing with the program, and a worker that dies breaks its pool.

use std::cell::Cell;

use seedbed::trace::EventKind;
use seedbed::{
    BrokenProcessPool, ExecutorError, FailureKind, ProcessError, ProcessPool, Shutdown, Sim, TaskError, ThreadPool,
    ZeroWorkers, blocking, gather, note, now, run_in_executor, sleep,
};
use serde::{Deserialize, Serialize};

use crate::support::{failure, millis, notes, secs, steady};

/// A value that notes how it travels: by bytes, which forget what is not written down.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Parcel {
    items: Vec<u32>,
    #[serde(skip)]
    local: Cell<u32>,
}

fn add_one(mut parcel: Parcel) -> Parcel {
    blocking::sleep(millis(10));
    note!("the worker sees {} and {:?}", parcel.local.get(), parcel.items);
    parcel.items.push(1);
    parcel.local.set(9);
    parcel
}

#[test]
fn arguments_and_results_cross_as_bytes() {
    let report = steady(|| async {
        let pool = ProcessPool::new(1).unwrap();
        let parcel = Parcel { items: vec![5], local: Cell::new(7) };
        pool.submit(add_one, parcel).unwrap().await.unwrap().unwrap()
    });
    assert_eq!(notes(&report), ["0.010 the worker sees 0 and [5]"]);
    assert_eq!(report.unwrap(), Parcel { items: vec![5, 1], local: Cell::new(0) });
}

/// Writes what it cannot read again.
#[derive(Debug)]
struct OneWay(bool);

impl Serialize for OneWay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 { serializer.serialize_unit() } else { Err(serde::ser::Error::custom("it stays here")) }
    }
}

impl<'de> Deserialize<'de> for OneWay {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("it never arrives"))
    }
}

#[test]
fn what_has_no_form_in_bytes_is_an_error() {
    let report = steady(|| async {
        let pool = ProcessPool::new(1).unwrap();
        let refused = pool.submit(|_: OneWay| (), OneWay(false)).unwrap_err();
        let lost = pool.submit(|_: OneWay| (), OneWay(true)).unwrap();
        let unsent = pool.submit(|()| OneWay(false), ()).unwrap();
        let lost = (lost.await.unwrap().unwrap_err(), unsent.await.unwrap().unwrap_err());
        (refused, lost, pool.submit(|n: u32| n + 1, 1).unwrap().await.unwrap())
    });
    let (refused, (lost, unsent), next) = report.unwrap();
    assert!(matches!(refused, ExecutorError::Unsendable(_)), "{refused}");
    assert!(matches!(lost, ProcessError::Unsendable(_)) && matches!(unsent, ProcessError::Unsendable(_)));
    assert_eq!(next, Ok(2), "the pool is none the worse for it");
}

fn crash_after(ms: u64) -> u64 {
    blocking::sleep(millis(ms));
    note!("crashing");
    blocking::crash_worker()
}

fn last(ms: u64) -> u64 {
    blocking::sleep(millis(ms));
    note!("survived");
    ms
}

#[test]
fn a_pool_may_be_given_the_name_it_has() {
    let names = Sim::new(0).run(async {
        let [first, second] = [(); 2].map(|()| ThreadPool::new(1).unwrap());
        let (first, second) = (first.named("pool"), second.named("disk").named("disk"));
        [first.name(), second.name(), ThreadPool::new(1).unwrap().named("disk").name()]
    });
    assert_eq!(names.unwrap(), ["pool", "disk", "disk#2"]);
}

#[test]
fn a_crash_loses_everything_that_runs_or_waits() {
    let report = steady(|| async {
        let pool = ProcessPool::new(2).unwrap();
        let done = pool.submit(last, 5).unwrap();
        let jobs = [(last as fn(u64) -> u64, 60), (crash_after, 20), (last, 1), (last, 1)];
        let jobs = jobs.map(|(function, ms)| pool.submit(function, ms).unwrap());
        let cancelled = jobs[3].cancel();
        let [long, crashed, queued, _] = jobs;
        let lost: Vec<_> = gather([long, crashed, queued]).await.unwrap();
        let refused = pool.submit(last, 1).unwrap_err();
        pool.shutdown(Shutdown::default());
        (done.await.unwrap(), cancelled, lost, refused, now().to_string())
    });
    assert_eq!(notes(&report), ["0.005 survived", "0.025 crashing"]);
    let count = |kind| report.trace.filter().kind(kind).events().count();
    assert_eq!((count(EventKind::JobCrashed), count(EventKind::JobCancelled)), (2, 2));
    let broken = ProcessError::Broken(BrokenProcessPool);
    let lost = vec![Ok(Err(broken.clone())); 3];
    let refused = ExecutorError::Broken(BrokenProcessPool);
    assert_eq!(report.unwrap(), (Ok(5), true, lost, refused, "0.025".to_owned()));
}

thread_local! {
    static DROPPED: Cell<u32> = const { Cell::new(0) };
}

/// Counts how often it was dropped.
struct Local;

impl Drop for Local {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

#[test]
fn killed_workers_leave_no_locals_and_no_deadlines_behind() {
    DROPPED.set(0);
    let report = Sim::new(0).run(async {
        let pool = ProcessPool::new(2).unwrap().named("render");
        let hold = |()| {
            let _local = Local;
            blocking::sleep(secs(3600));
        };
        let jobs = [(); 3].map(|()| pool.submit(hold, ()).unwrap());
        sleep(secs(1)).await;
        pool.kill_workers();
        let mut failed = 0;
        for job in jobs {
            failed += u32::from(job.await.unwrap().is_err());
        }
        (failed, DROPPED.get())
    });
    assert_eq!((report.end.to_string(), report.leaked.len()), ("1.000".to_owned(), 0));
    assert_eq!(report.unwrap(), (3, 2), "the third had not begun");
}

#[test]
fn a_job_of_another_pool_may_kill_the_workers() {
    let report = steady(|| async {
        let pool = ProcessPool::new(1).unwrap();
        let victim = pool.submit(last, 100).unwrap();
        let killer = run_in_executor(None, move || {
            blocking::sleep(millis(10));
            pool.kill_workers();
            blocking::sleep(millis(10));
        });
        let lost = victim.await.unwrap();
        killer.unwrap().await.unwrap();
        (lost.is_err(), now().to_string())
    });
    assert_eq!(report.unwrap(), (true, "0.020".to_owned()));
}

#[test]
fn only_worker_processes_crash_alone() {
    let report = Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        pool.submit(|| -> () { blocking::crash_worker() }).unwrap().await
    });
    let Err(TaskError::Panicked(panic)) = report.unwrap() else { panic!("it must not go unnoticed") };
    assert!(panic.message.contains("only a worker process can crash alone"), "{}", panic.message);

    let failure = failure(Sim::new(0).run(async { blocking::crash_worker() }));
    assert!(matches!(failure.kind, FailureKind::Panic(_)), "{failure}");
}

#[test]
fn panics_and_errors_of_processes_come_through() {
    let report = steady(|| async {
        let pool = ProcessPool::new(1).unwrap();
        let panicked = pool.submit(|n: u32| -> u32 { panic!("bad number {n}") }, 3).unwrap();
        let failed = pool.submit_fallible(|n: u32| if n > 2 { Err("too big".to_owned()) } else { Ok(n) }, 3).unwrap();
        let panicked = panicked.await.unwrap_err();
        sleep(millis(1)).await;
        (panicked.to_string(), failed.is_failed(), failed.await, ProcessPool::new(0).err())
    });
    let (panicked, is_failed, failed, none) = report.unwrap();
    assert!(panicked.contains("job processes/1 panicked") && panicked.contains("bad number 3"), "{panicked}");
    assert_eq!((is_failed, failed, none), (true, Ok(Ok(Err("too big".to_owned()))), Some(ZeroWorkers)));
}
