//! A task is slow beside a timer: what takes no time in plain order takes some.

use std::rc::Rc;

use seedbed::sync::Queue;
use seedbed::{now, sleep, spawn, timeout};

use super::{Shared, list, ms, work};

/// The answer comes in time, but the timeout strikes before it is looked at, and the order is taken twice. Fixed: the order has a number.
pub(super) async fn answer_beside_the_timeout(fixed: bool) {
    let orders = list();
    let requests = Queue::new(0);
    let server = {
        let (orders, requests) = (Rc::clone(&orders), requests.clone());
        spawn(async move {
            loop {
                let (number, answer): (u32, seedbed::Promise<()>) = requests.get().await.unwrap();
                sleep(ms(5)).await;
                work(2).await;
                if !fixed || !orders.borrow().contains(&number) {
                    orders.borrow_mut().push(number);
                }
                // Whoever gave up does not listen.
                let _heard = answer.set_result(());
            }
        })
    };
    loop {
        let answer = seedbed::Promise::new();
        requests.put((1, answer.clone())).await.unwrap();
        if timeout(ms(10), answer.join()).await.is_ok() {
            break;
        }
    }
    sleep(ms(100)).await;
    server.cancel();
    assert_eq!(*orders.borrow(), [1], "ordered twice");
}

/// A token is looked at, and used some steps later. Fixed: it is looked at when it is used, in one step.
pub(super) async fn fresh_when_it_was_checked(fixed: bool) {
    let valid = Shared::new(true);
    let expiry = {
        let valid = valid.clone();
        spawn(async move {
            sleep(ms(30)).await;
            valid.set(false);
        })
    };
    let user = spawn(async move {
        for _ in 0..2 {
            sleep(ms(10)).await;
            if valid.get() {
                work(2).await;
                assert!(fixed || valid.get(), "used after it expired");
            }
        }
    });
    user.await.unwrap();
    expiry.await.unwrap();
}

/// The second sleeps longer than the first, so it comes second. Fixed: it waits for the first.
pub(super) async fn ordered_by_sleeping(fixed: bool) {
    let steps = list();
    let first = {
        let steps = Rc::clone(&steps);
        spawn(async move {
            sleep(ms(10)).await;
            work(1).await;
            steps.borrow_mut().push(1);
        })
    };
    let second = {
        let steps = Rc::clone(&steps);
        async move {
            sleep(ms(20)).await;
            steps.borrow_mut().push(2);
        }
    };
    if fixed {
        first.await.unwrap();
        second.await;
    } else {
        let second = spawn(second);
        first.await.unwrap();
        second.await.unwrap();
    }
    assert_eq!(*steps.borrow(), [1, 2], "the second came first");
}

/// A payment is retried after a while without an answer, though it was made already. Fixed: it is made once, however often it is asked for.
pub(super) async fn retried_and_answered(fixed: bool) {
    let (paid, answered) = (Shared::new(0), Shared::new(false));
    let pay = {
        let (paid, answered) = (paid.clone(), answered.clone());
        move || {
            let (paid, answered) = (paid.clone(), answered.clone());
            spawn(async move {
                sleep(ms(8)).await;
                if !fixed || paid.get() == 0 {
                    paid.set(paid.get() + 1);
                }
                work(2).await;
                answered.set(true);
            })
        }
    };
    let first = pay();
    let retry = spawn(async move {
        sleep(ms(12)).await;
        if !answered.get() {
            pay().await.unwrap();
        }
    });
    first.await.unwrap();
    retry.await.unwrap();
    assert_eq!(paid.get(), 1, "paid twice");
}

/// A report of each period, which must not be longer than one and a half. Fixed: it says how long it was.
pub(super) async fn tick_upon_tick(fixed: bool) {
    let ticker = spawn(async move {
        let mut last = now().as_nanos();
        for _ in 0..5 {
            sleep(ms(10)).await;
            let span = now().as_nanos() - last;
            last = now().as_nanos();
            assert!(fixed || span <= 15_000_000, "a period of {span} ns");
        }
    });
    let beside = spawn(async move {
        for _ in 0..10 {
            sleep(ms(4)).await;
            work(1).await;
        }
    });
    ticker.await.unwrap();
    beside.await.unwrap();
}
