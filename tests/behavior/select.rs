//! `seedbed::select!`: tokio's rules, and a branch order that is a choice of the run.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::future::{pending, ready};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use seedbed::policy::Random;
use seedbed::{Report, Seed, Sim, interval, now, select, sleep};

/// The value of a plain run.
fn plain<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
    Sim::new(0).run(main).unwrap()
}

fn three_at_once(seed: u64) -> Report<u32> {
    Sim::new(seed).policy(Random::new(Seed::from(seed))).record(true).run(async {
        select! { n = ready(1) => n, n = ready(2) => n, n = ready(3) => n }
    })
}

#[test]
fn the_plain_order_is_source_order() {
    assert_eq!(
        plain(async {
            select! { n = ready(1) => n, n = ready(2) => n }
        }),
        1
    );
}

#[test]
fn every_branch_can_come_first() {
    let first: BTreeSet<u32> = (0..64).map(|seed| three_at_once(seed).unwrap()).collect();
    assert_eq!(first, BTreeSet::from([1, 2, 3]));
}

#[test]
fn the_order_is_recorded_and_replayed() {
    let (seed, found) = (0..64)
        .map(|seed| (seed, three_at_once(seed)))
        .find(|(_, report)| report.result == Ok(3))
        .expect("one in three");
    assert_eq!(found.departures.len(), 1, "only the branch order departs from the plain run");
    let again = Sim::new(seed).replay(found.departures.clone(), seedbed::choice::ReplayMode::Strict).run(async {
        select! { n = ready(1) => n, n = ready(2) => n, n = ready(3) => n }
    });
    assert_eq!(again.unwrap(), 3);
}

#[test]
fn biased_asks_nothing() {
    for seed in 0..16 {
        let report = Sim::new(seed).policy(Random::new(Seed::from(seed))).record(true).run(async {
            select! { biased; n = ready(1) => n, n = ready(2) => n }
        });
        assert!(report.departures.is_empty());
        assert_eq!(report.unwrap(), 1);
    }
}

#[test]
fn one_enabled_branch_asks_nothing() {
    for seed in 0..16 {
        let report = Sim::new(seed).policy(Random::new(Seed::from(seed))).record(true).run(async {
            select! { n = ready(1), if false => n, n = ready(2) => n, n = ready(3), if 1 > 2 => n }
        });
        assert!(report.departures.is_empty());
        assert_eq!(report.unwrap(), 2);
    }
}

#[test]
fn the_earlier_timer_wins() {
    let winner = plain(async {
        select! {
            () = sleep(Duration::from_secs(2)) => ("slow", now()),
            () = sleep(Duration::from_secs(1)) => ("quick", now()),
        }
    });
    assert_eq!((winner.0, winner.1.to_string().as_str()), ("quick", "1.000"));
}

#[test]
fn a_value_that_does_not_fit_disables_its_branch() {
    let value = plain(async {
        select! {
            Some(n) = ready(None::<u32>) => n,
            n = async { sleep(Duration::from_secs(1)).await; 7 } => n,
        }
    });
    assert_eq!(value, 7);
}

#[test]
fn else_runs_when_no_branch_is_left() {
    assert_eq!(
        plain(async {
            select! { Some(n) = ready(None::<u32>) => n, n = ready(1), if false => n, else => 9 }
        }),
        9
    );
}

#[test]
fn without_else_the_last_disabled_branch_is_a_panic() {
    let report = Sim::new(0).run(async {
        select! { Some(n) = ready(None::<u32>) => n }
    });
    let failure = report.result.expect_err("nothing can come of it");
    assert!(failure.to_string().contains("every branch of this select! is disabled"), "{failure}");
}

#[test]
fn patterns_may_bind_in_every_way() {
    const NINE: u32 = 9;
    plain(async {
        let text = select! { Some(mut text) = ready(Some(String::from("a"))) => { text.push('b'); text } };
        assert_eq!(text, "ab");
        let number = &5;
        assert_eq!(select! { Some(&n) = ready(Some(number)) => n }, 5);
        assert_eq!(select! { Some(ref mut n) = ready(Some(3)) => { *n += 1; *n } }, 4);
        assert!(select! { None = ready(None::<String>) => true, Some(_) = pending::<Option<String>>() => false });
        assert!(select! { NINE | 10 = ready(10) => true, else => false });
        assert_eq!(select! { (a, b) = ready((1, 2)) => a + b }, 3);
    });
}

#[test]
fn handlers_are_ordinary_code() {
    async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        let mut rounds = 0;
        loop {
            select! {
                () = sleep(Duration::from_millis(1)) => {
                    rounds += 1;
                    if rounds < 3 { continue }
                    sleep(Duration::from_millis(1)).await;
                    let n: u32 = text.parse()?;
                    return Ok(n + rounds);
                }
                never = pending::<std::convert::Infallible>() => match never {},
            }
        }
    }
    assert_eq!(plain(parse("4")), Ok(7));
    assert!(plain(parse("four")).is_err());
}

#[test]
fn the_futures_are_gone_when_the_handler_runs() {
    plain(async {
        let mut list = vec![1];
        select! { () = async { list.push(2) } => list.push(3) }
        assert_eq!(list, [1, 2, 3]);

        struct Count(Rc<Cell<u32>>);
        impl Drop for Count {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let dropped = Rc::new(Cell::new(0));
        let loser = Count(Rc::clone(&dropped));
        let seen = select! {
            () = ready(()) => dropped.get(),
            () = async { let _held = &loser; pending().await } => unreachable!("it never ends"),
        };
        assert_eq!(seen, 0, "a borrowed value lives on");
        let seen = select! {
            () = ready(()) => dropped.get(),
            () = async move { let _held = loser; pending().await } => unreachable!("it never ends"),
        };
        assert_eq!(seen, 1, "a moved value is dropped with its future");
    });
}

#[test]
fn a_loop_over_an_interval_and_a_deadline() {
    let ticks = plain(async {
        let mut ticks = interval(Duration::from_secs(1));
        let mut end = pin!(sleep(Duration::from_millis(3_500)));
        let mut count = 0;
        loop {
            select! {
                _ = ticks.tick() => count += 1,
                () = &mut end => break count,
            }
        }
    });
    assert_eq!(ticks, 4, "at 0, 1, 2 and 3 seconds");
}

#[test]
fn one_inside_another() {
    let value = plain(async {
        select! {
            n = async { select! { n = ready(4) => n + 1, n = ready(5) => n } } => select! { m = async { n } => m * 2 },
            else => 0,
        }
    });
    assert_eq!(value, 10);
}

#[test]
fn outside_a_run_the_order_is_source_order() {
    let value = futures::executor::block_on(async {
        select! { n = ready(1) => n, n = ready(2) => n }
    });
    assert_eq!(value, 1);
}
