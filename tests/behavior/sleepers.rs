//! Cancelling a task that sleeps: a shorter way through the kernel, which nobody can tell from the long one.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::future::{join, poll_fn};
use proptest::prelude::*;
use seedbed::{Instant, Report, Sim, catch_cancel, sleep, sleep_until, spawn, timeout, yield_now};

/// What a request says of itself. With words it takes the long way.
const WORDS: &str = "enough";

/// One thing that the main task does to one of the others.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Cancel,
    Uncancel,
    /// Polls the sleep that the task has put where everybody reaches it.
    PollItsSleep,
    /// Drops that sleep.
    DropItsSleep,
}

/// How a task sleeps.
#[derive(Clone, Copy, Debug)]
enum Way {
    Plainly,
    InAFrame,
    UnderATimeout,
    BesideAnother,
    /// The sleep can be polled, and dropped, by others.
    InTheOpen,
}

type Open = Rc<RefCell<Option<Pin<Box<seedbed::time::Sleep>>>>>;

fn in_the_open(open: &Open, span: Duration) -> impl Future<Output = ()> + use<> {
    let open = Rc::clone(open);
    *open.borrow_mut() = Some(Box::pin(sleep(span)));
    poll_fn(move |cx| match &mut *open.borrow_mut() {
        Some(sleep) => sleep.as_mut().poll(cx),
        None => Poll::Ready(()),
    })
}

async fn asleep(ways: Vec<(Way, u64)>, open: Open) -> usize {
    let mut cut_short = 0;
    for (way, millis) in ways {
        let span = Duration::from_millis(millis);
        match way {
            Way::Plainly => sleep(span).await,
            Way::InAFrame => cut_short += usize::from(catch_cancel(sleep(span)).await.is_err()),
            Way::UnderATimeout => {
                cut_short += usize::from(timeout(Duration::from_millis(2), sleep(span)).await.is_err())
            }
            Way::BesideAnother => {
                join(sleep(span), sleep(span / 2)).await;
            }
            Way::InTheOpen => in_the_open(&open, span).await,
        }
    }
    cut_short
}

fn run(ways: &[Vec<(Way, u64)>], deeds: &[(u64, usize, Deed)], words: bool) -> Report<Vec<String>> {
    let (ways, deeds) = (ways.to_vec(), deeds.to_vec());
    Sim::new(0).run(async move {
        let opens: Vec<Open> = ways.iter().map(|_| Open::default()).collect();
        let tasks: Vec<_> =
            ways.into_iter().zip(&opens).map(|(ways, open)| spawn(asleep(ways, Rc::clone(open)))).collect();
        for (at, which, deed) in deeds {
            sleep_until(Instant::from_nanos(at * 1_000_000)).await;
            let (task, open) = (&tasks[which % tasks.len()], &opens[which % tasks.len()]);
            match deed {
                Deed::Cancel => {
                    if words {
                        task.cancel_with(WORDS)
                    } else {
                        task.cancel()
                    };
                }
                Deed::Uncancel => {
                    task.uncancel();
                }
                Deed::PollItsSleep => {
                    let taken = open.borrow_mut().take();
                    if let Some(mut sleep) = taken {
                        poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_ready())).await;
                        *open.borrow_mut() = Some(sleep);
                    }
                }
                Deed::DropItsSleep => drop(open.borrow_mut().take()),
            }
            yield_now().await;
        }
        let mut ends = Vec::new();
        for task in tasks {
            ends.push(match task.await {
                Ok(cut_short) => format!("ended, cut short {cut_short} times"),
                Err(error) if error.is_cancelled() => "cancelled".to_owned(),
                Err(error) => error.to_string(),
            });
        }
        ends
    })
}

fn ways() -> impl Strategy<Value = Vec<Vec<(Way, u64)>>> {
    let way = prop_oneof![
        4 => Just(Way::Plainly),
        1 => Just(Way::InAFrame),
        1 => Just(Way::UnderATimeout),
        1 => Just(Way::BesideAnother),
        2 => Just(Way::InTheOpen),
    ];
    prop::collection::vec(prop::collection::vec((way, 0..5u64), 1..4), 1..4)
}

fn deeds() -> impl Strategy<Value = Vec<(u64, usize, Deed)>> {
    let deed = prop_oneof![
        4 => Just(Deed::Cancel),
        1 => Just(Deed::Uncancel),
        1 => Just(Deed::PollItsSleep),
        1 => Just(Deed::DropItsSleep),
    ];
    prop::collection::vec((0..8u64, 0..4usize, deed), 1..8).prop_map(|mut deeds| {
        deeds.sort_by_key(|&(at, ..)| at);
        deeds
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whoever gives a reason for a cancellation changes nothing but the words.
    #[test]
    fn a_message_changes_nothing_but_the_words(ways in ways(), deeds in deeds()) {
        let (without, with) = (run(&ways, &deeds, false), run(&ways, &deeds, true));
        let wordless = |text: String| text.replace(&format!(" \"{WORDS}\""), "");
        let plain = |report: &Report<Vec<String>>| {
            let ends = report.result.as_ref().map_err(|failure| wordless(failure.to_string())).cloned();
            (ends, report.steps, report.end, report.tasks, wordless(report.trace.full()))
        };
        prop_assert_eq!(plain(&without), plain(&with));
    }
}

/// A timer that is due in the very pass in which its sleeper is cancelled still takes its turn, as asyncio's does.
#[test]
fn a_sleeper_that_is_cancelled_when_it_is_due_does_not_wake_twice() {
    let run = |words: bool| {
        let ways = [vec![(Way::Plainly, 2)], vec![(Way::Plainly, 2)]];
        run(&ways, &[(2, 0, Deed::Cancel), (2, 1, Deed::Cancel)], words)
    };
    let (without, with) = (run(false), run(true));
    assert_eq!(without.steps, with.steps);
    assert_eq!(without.result.unwrap(), with.result.unwrap());
}
