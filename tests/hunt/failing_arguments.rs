//! Tests with arguments that fail.

#[path = "../behavior/proptest_glue/deposits.rs"]
mod deposits;

use deposits::deposits;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use seedbed::{note, yield_now};

#[seedbed::test(runs = 2_000)]
#[ignore = "it fails on purpose"]
async fn deposits_add_up(#[strategy = vec(0..1_000_u32, 0..6)] amounts: Vec<u32>) {
    let expected = amounts.iter().sum::<u32>();
    note!("amounts: {amounts:?}");
    assert_eq!(deposits(amounts, 40).await, expected);
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
