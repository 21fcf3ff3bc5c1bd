//! Tests with arguments that fail.

use std::cell::Cell;
use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use seedbed::{note, spawn, yield_now};

/// Amounts above 40 may be lost, where the order is not plain.
async fn deposits(amounts: Vec<u32>) -> u32 {
    let balance = Rc::new(Cell::new(0));
    let deposit = |balance: Rc<Cell<u32>>, number: usize, amount: u32| async move {
        for _ in 0..3 * number {
            yield_now().await;
        }
        let before = balance.get();
        if amount > 40 {
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

#[seedbed::test(runs = 2_000)]
#[ignore = "it fails on purpose"]
async fn deposits_add_up(#[strategy = vec(0..1_000_u32, 0..6)] amounts: Vec<u32>) {
    let expected = amounts.iter().sum::<u32>();
    note!("amounts: {amounts:?}");
    assert_eq!(deposits(amounts).await, expected);
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn too_much(#[strategy = 1..50_u8] mut left: u8, right: bool, #[strategy = "[a-c]{2,5}"] text: String) {
    left += u8::from(right);
    yield_now().await;
    assert!(left < 20 || text.len() < 3, "{left} {text:?}");
}

#[seedbed::test(runs = 20)]
#[ignore = "it fails on purpose"]
async fn refused(#[strategy = any::<u8>().prop_filter("nothing will do", |_| false)] _none: u8) {}
