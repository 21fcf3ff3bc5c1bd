//! Points of the program: what a run counts, and that they cost nothing and do nothing elsewhere.

use std::cell::Cell;
use std::rc::Rc;

use seedbed::fault::{Point, PointKind, points};
use seedbed::{Sim, never, reachable, sleep, sometimes, spawn, to_thread};

use crate::support::{elsewhere, failure, secs, steady};

fn counted(report: &seedbed::Report<()>) -> Vec<(&'static str, u64, u64)> {
    report.points.iter().map(|count| (count.point.name(), count.reached, count.held)).collect()
}

#[test]
fn a_run_counts_what_it_meets_wherever_that_stands() {
    struct Farewell;
    impl Drop for Farewell {
        fn drop(&mut self) {
            reachable!("in a destructor");
        }
    }
    fn generic<T: Default + PartialEq>(value: T) {
        sometimes!(value == T::default(), "in a generic function");
    }
    let report = steady(|| async {
        let _last = Farewell;
        generic(0);
        generic("x");
        generic(0.5);
        let job = to_thread(|| sometimes!(true, "in a job"));
        spawn(async {
            sleep(secs(1)).await;
            sometimes!(false, "in a task");
        })
        .await
        .unwrap();
        job.await.unwrap();
    });
    // By place: the order of the catalogue.
    assert_eq!(
        counted(&report),
        [("in a destructor", 1, 1), ("in a generic function", 3, 1), ("in a job", 1, 1), ("in a task", 1, 0)]
    );
}

#[test]
fn runs_are_counted_apart() {
    let run = |times: u64| {
        let report = Sim::new(0).run(async move { (0..times).for_each(|_| reachable!("counted")) });
        counted(&report)
    };
    assert_eq!(run(2), [("counted", 2, 2)]);
    // The memory of a run is used again by the next.
    assert_eq!(run(0), []);
    assert_eq!(elsewhere(|| run(3)), [("counted", 3, 3)]);
}

#[test]
fn points_change_nothing_of_a_run() {
    let run = |with: bool| {
        Sim::new(0).run(async move {
            let step = move || {
                if with {
                    sometimes!(true, "met");
                }
            };
            step();
            sleep(secs(1)).await;
            step();
        })
    };
    let (with, without) = (run(true), run(false));
    assert_eq!((with.digest, with.trace.full()), (without.digest, without.trace.full()));
    assert_eq!((with.points.len(), without.points.len()), (1, 0));
}

#[test]
fn outside_a_run_no_condition_is_evaluated() {
    let evaluated = Cell::new(0);
    let evaluate = |answer| {
        evaluated.set(evaluated.get() + 1);
        answer
    };
    sometimes!(evaluate(true), "outside");
    never!(evaluate(true), "outside");
    never!("outside");
    reachable!("outside");
    assert_eq!(evaluated.get(), 0);
}

#[test]
fn conditions_may_await_and_end_the_function() {
    async fn first(value: Option<u32>) -> Option<u32> {
        sometimes!(spawn(async { 1 }).await.is_ok() && value? > 1, "awaited");
        Some(2)
    }
    let report = Sim::new(0).run(async {
        assert_eq!(first(None).await, None);
        assert_eq!(first(Some(5)).await, Some(2));
    });
    assert_eq!(counted(&report), [("awaited", 1, 1)]);
}

#[test]
fn never_panics_with_its_name_where_it_stands() {
    let failed = failure(Sim::new(0).run(async { never!("two leaders") })).kind.to_string();
    assert!(failed.starts_with("panicked at tests/behavior/faults/points.rs:"), "{failed}");
    assert!(failed.ends_with(" in main: what must never happen did: two leaders"), "{failed}");
}

#[test]
fn never_lets_code_that_is_unwound_go_on_with_that() {
    struct Fragile;
    impl Drop for Fragile {
        fn drop(&mut self) {
            never!("in an unwinding");
        }
    }
    let report = Sim::new(0).run(async {
        let _fragile = Fragile;
        panic!("the first");
    });
    assert_eq!(report.points[0].held, 1);
    assert!(failure(report).kind.to_string().ends_with("the first"));
}

#[test]
fn the_catalogue_is_in_the_order_of_places_and_knows_what_no_run_met() {
    if Rc::new(0) == Rc::new(1) {
        reachable!("where nobody gets");
    }
    let all = points();
    let key = |point: &&&'static Point| (point.module(), point.place());
    assert!(all.iter().map(|point| key(&point)).is_sorted());
    let named = |name: &str| *all.iter().find(|point| point.name() == name).unwrap();
    let nobody = named("where nobody gets");
    assert_eq!((nobody.kind(), nobody.module()), (PointKind::Reachable, module_path!()));
    assert!(nobody.function().ends_with("::the_catalogue_is_in_the_order_of_places_and_knows_what_no_run_met"));
    assert_ne!(nobody, named("counted"));
}

/// Points may stand in code that forbids what the catalogue is made with.
#[forbid(unsafe_code)]
mod strict {
    pub(super) fn meet() {
        seedbed::reachable!("in strict code");
    }
}

#[test]
fn points_may_stand_where_unsafe_code_is_forbidden() {
    assert_eq!(counted(&Sim::new(0).run(async { strict::meet() })), [("in strict code", 1, 1)]);
}
