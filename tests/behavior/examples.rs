//! The examples run, and their traces are the ones in `snapshots/`.

use seedbed::{Report, assert_trace};

#[path = "../../examples/alarm_clock.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod alarm_clock;
#[path = "../../examples/blocking_executor.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod blocking_executor;
#[path = "../../examples/cancel_and_timeout.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod cancel_and_timeout;
#[path = "../../examples/event_loop.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod event_loop;
#[path = "../../examples/promise.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod promise;
#[path = "../../examples/store_and_model.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod store_and_model;
#[path = "../../examples/ticker.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod ticker;

/// Compares the trace of an example, and its digest in a second run.
fn check<T>(name: &str, example: fn() -> Report<T>) {
    let report = example();
    assert_eq!(report.digest, example().digest, "{name} runs the same way twice");
    assert_trace!(name, report);
    report.unwrap();
}

#[test]
fn ticker() {
    check("ticker_starved", ticker::starved);
    check("ticker_threads", ticker::threads);
    check("ticker_processes", ticker::processes);
}

#[test]
fn blocking_executor() {
    check("blocking_executor_beside", blocking_executor::beside);
    check("blocking_executor_outlives_main", blocking_executor::outlives_main);
}

#[test]
fn event_loop() {
    check("event_loop", event_loop::life_of_a_loop);
}

#[test]
fn cancel_and_timeout() {
    check("cancel_at_the_next_await", cancel_and_timeout::cancelled_at_the_next_await);
    check("cancel_out_of_time", cancel_and_timeout::out_of_time);
    check("cancel_shielded", cancel_and_timeout::shielded);
}

#[test]
fn promise() {
    check("promise", promise::awaited_by_two);
}

#[test]
fn alarm_clock() {
    check("alarm_clock", alarm_clock::alarm_at_half_past_eight);
    check("fishing_rods", alarm_clock::fishing_rods);
}

#[test]
fn store_and_model() {
    assert_eq!(store_and_model::hunt(true), Ok(()));
    let found: String = store_and_model::hunt(false).unwrap_err().split_whitespace().collect();
    let calls = ["Put", "Evict", "Get"].map(|call| found.matches(&format!("{call}(")).count());
    assert_eq!((calls, found.matches("overtaken").count()), ([1, 1, 1], 1), "{found}");
}
