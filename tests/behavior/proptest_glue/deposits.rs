//! A program with inputs, and a bug that takes one of them and an order.

use std::cell::Cell;
use std::rc::Rc;

use seedbed::{spawn, yield_now};

/// Adds all amounts up in tasks of their own. Each task is through before the next one begins, in plain order; in another one, an amount above
/// `limit` may be lost.
pub(crate) async fn deposits(amounts: Vec<u32>, limit: u32) -> u32 {
    let balance = Rc::new(Cell::new(0));
    let deposit = |balance: Rc<Cell<u32>>, number: usize, amount: u32| async move {
        for _ in 0..3 * number {
            yield_now().await;
        }
        let before = balance.get();
        if amount > limit {
            yield_now().await;
        }
        balance.set(before + amount);
    };
    let tasks: Vec<_> = (0..).zip(amounts).map(|(n, amount)| spawn(deposit(balance.clone(), n, amount))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    balance.get()
}
