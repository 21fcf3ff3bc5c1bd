//! With the feature `tracing`, what code logs through `tracing` stands in the trace, and nowhere else.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use seedbed::trace::EventKind;
use seedbed::{Report, Sim, catch_cancel, sleep, spawn, to_thread, yield_now};
use tracing::field::Empty;
use tracing::{Span, debug, info, info_span, trace, warn};

use crate::support::{elsewhere, secs, steady};

/// The captured lines, without their times.
fn logged<T>(report: &Report<T>) -> Vec<String> {
    let lines = report.trace.filter().kind(EventKind::Captured).summary();
    let columns =
        |line: &str| line.split_once("s  ").map(|(_, rest)| rest.replace("log  ", "").replace("behavior::", ""));
    lines.lines().filter_map(columns).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Runs a future inside a span: entered for each poll, left after it.
async fn inside<F: Future>(span: Span, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| span.in_scope(|| future.as_mut().poll(cx))).await
}

#[test]
fn events_stand_in_the_trace_with_level_target_message_and_fields() {
    let report = steady(|| async {
        info!("started");
        let worker = spawn(async {
            sleep(secs(1)).await;
            warn!(amount = 90, currency = "EUR", "total is off by {}", 10);
        });
        worker.await.unwrap();
        debug!(target: "bank", done = true);
    });
    let summary = report.trace.filter().kind(EventKind::Captured).summary();
    assert_eq!(
        summary,
        "0.000s  main    log  INFO behavior::captured: started\n\
         1.000s  main/1  log  WARN behavior::captured: total is off by 10 amount=90 currency=\"EUR\"\n\
         1.000s  main    log  DEBUG bank: done=true"
    );
}

#[test]
fn spans_stand_before_the_message_with_their_fields() {
    let report = steady(|| async {
        let outer = info_span!("transfer", from = 1, to = Empty);
        let _outer = outer.enter();
        let inner = info_span!("audit");
        outer.record("to", 2);
        inner.in_scope(|| info!("inside both"));
        info!(parent: &inner, "said to be inside");
        info!(parent: None, "outside");
        let alone = info_span!(parent: None, "alone");
        alone.in_scope(|| info!("has no parent"));
        Span::current().in_scope(|| trace!("twice"));
    });
    assert_eq!(
        logged(&report),
        [
            "main INFO captured: transfer{from=1 to=2}: audit: inside both",
            "main INFO captured: transfer{from=1 to=2}: audit: said to be inside",
            "main INFO captured: outside",
            "main INFO captured: alone: has no parent",
            "main TRACE captured: transfer{from=1 to=2}: twice",
        ]
    );
}

#[test]
fn tasks_that_take_turns_keep_their_spans_apart() {
    let report = steady(|| async {
        let tasks = ["a", "b"].map(|name| {
            let span = info_span!("task", name);
            spawn(inside(span, async {
                info!("begins");
                sleep(secs(1)).await;
                info!("ends");
            }))
        });
        for task in tasks {
            task.await.unwrap();
        }
        info!("in none");
    });
    assert_eq!(
        logged(&report),
        [
            "main/1 INFO captured: task{name=\"a\"}: begins",
            "main/2 INFO captured: task{name=\"b\"}: begins",
            "main/1 INFO captured: task{name=\"a\"}: ends",
            "main/2 INFO captured: task{name=\"b\"}: ends",
            "main INFO captured: in none",
        ]
    );
}

/// Against the advice of `tracing`'s own pages, but it happens: a guard held across an await. Jobs cannot do otherwise.
#[test]
fn a_span_held_while_others_run_is_not_theirs() {
    let report = steady(|| async {
        let holder = spawn(async {
            let span = info_span!("held");
            let _entered = span.enter();
            yield_now().await;
            info!("holds");
        });
        let job = to_thread(|| {
            let span = info_span!("job");
            let _entered = span.enter();
            seedbed::blocking::sleep(secs(1));
            info!("works");
        });
        yield_now().await;
        info!("is free");
        holder.await.unwrap();
        job.await.unwrap();
    });
    let lines = logged(&report);
    assert_eq!(lines[..2], ["main INFO captured: is free", "main/1 INFO captured: held: holds"]);
    assert!(lines[2].ends_with("INFO captured: job: works"), "{lines:?}");
}

#[test]
fn a_cancelled_task_leaves_its_span() {
    let report = steady(|| async {
        let task = spawn(inside(info_span!("waiting"), async {
            let _ = catch_cancel(pending::<()>()).await;
            info!("caught");
        }));
        yield_now().await;
        task.cancel();
        task.await.unwrap();
        let dropped = spawn(inside(info_span!("dropped"), pending::<()>()));
        yield_now().await;
        dropped.cancel();
        dropped.await.unwrap_err();
        info!("in none");
    });
    assert_eq!(logged(&report), ["main/1 INFO captured: waiting: caught", "main INFO captured: in none"]);
}

#[test]
fn what_is_logged_counts_in_the_digest() {
    let digest = |text: &'static str| Sim::new(0).run(async move { info!("{text}") }).digest;
    assert_eq!(digest("same"), digest("same"));
    assert_ne!(digest("one"), digest("other"));
    let silent = |trace| Sim::new(0).trace(trace).run(async { info!("counted, kept or not") }).digest;
    assert_eq!(silent(true), silent(false));
}

/// Code that formats a value may do anything but be inside the kernel.
#[test]
fn a_value_may_call_the_run_while_it_is_formatted() {
    struct Asks;
    impl std::fmt::Debug for Asks {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{} at {}", seedbed::current_task().unwrap().name(), seedbed::now())
        }
    }
    let report = steady(|| async { info!(who = ?Asks) });
    assert_eq!(logged(&report), ["main INFO captured: who=main at 0.000"]);
}

/// Counts what reaches it.
struct Listener(Arc<AtomicU32>);

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_listener_of_the_users_own_hears_what_is_outside_the_run_and_no_more() {
    let heard = Arc::new(AtomicU32::new(0));
    let _guard = tracing::subscriber::set_default(Listener(Arc::clone(&heard)));
    info!("before");
    let outside = info_span!("made outside");
    let report = Sim::new(0).run(async move { outside.in_scope(|| info!("during")) });
    info!("after");
    assert_eq!(heard.load(Ordering::Relaxed), 2);
    // The span belongs to the other listener, so it does not show here.
    assert_eq!(logged(&report), ["main INFO captured: during"]);
}

#[test]
fn a_span_that_outlives_its_run_reaches_no_other() {
    let span = Sim::new(0).run(async { info_span!("old") }).unwrap();
    let report = Sim::new(0).run(async move {
        let _new = info_span!("new");
        span.in_scope(|| info!("alone"));
    });
    assert_eq!(logged(&report), ["main INFO captured: alone"]);
}

/// `tracing` keeps for the whole process whether anybody wants an event; a thread that met it first must not decide.
#[test]
fn an_event_that_another_thread_met_first_is_captured_all_the_same() {
    fn says_it() {
        info!("here");
    }
    let report = Sim::new(0).run(async {
        elsewhere(says_it);
        says_it();
    });
    assert_eq!(logged(&report), ["main INFO captured: here"]);
}

#[test]
fn outside_a_run_nothing_is_captured() {
    info!("nobody listens");
    let kept = Mutex::new(None);
    let report = Sim::new(0).run(async {});
    tracing::dispatcher::get_default(|dispatch| {
        *kept.lock().unwrap() = Some(dispatch.is::<tracing::subscriber::NoSubscriber>())
    });
    info!("nobody listens any more");
    assert_eq!(logged(&report), Vec::<String>::new());
    assert_eq!(kept.into_inner().unwrap(), Some(true));
}
