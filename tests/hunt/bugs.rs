//! Small programs with a bug each that plain order does not show.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::sync::Lock;
use seedbed::{sleep, spawn, yield_now};

/// Two deposits, each with an await between reading and writing.
pub(crate) async fn lost_update() {
    let balance = Rc::new(Cell::new(0));
    let deposits = [(10, 0), (20, 2)].map(|(amount, later)| {
        let balance = Rc::clone(&balance);
        spawn(async move {
            for _ in 0..later {
                yield_now().await;
            }
            let before = balance.get();
            yield_now().await;
            balance.set(before + amount);
        })
    });
    for deposit in deposits {
        deposit.await.unwrap();
    }
    assert_eq!(balance.get(), 30, "the balance is {}", balance.get());
}

/// Two locks taken in both orders.
pub(crate) async fn lock_order() {
    let (left, right) = (Lock::new().named("left"), Lock::new().named("right"));
    let first = {
        let (left, right) = (left.clone(), right.clone());
        spawn(async move {
            let _left = left.lock().await;
            let _right = right.lock().await;
        })
    };
    let second = spawn(async move {
        yield_now().await;
        let _right = right.lock().await;
        yield_now().await;
        let _left = left.lock().await;
    });
    first.await.unwrap();
    second.await.unwrap();
}

/// Right in every order.
pub(crate) async fn harmless() {
    let tasks = [1_u64, 2, 3].map(|n| spawn(async move { sleep(Duration::from_secs(n)).await }));
    for task in tasks {
        task.await.unwrap();
    }
}

/// The second task waits for the first one in a loop that does not await.
pub(crate) async fn hangs_if_overtaken() {
    let done = Rc::new(Cell::new(false));
    let first = {
        let done = Rc::clone(&done);
        spawn(async move { done.set(true) })
    };
    let second = spawn(async move {
        while !done.get() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    first.await.unwrap();
    second.await.unwrap();
}
