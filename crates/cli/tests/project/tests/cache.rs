//! What the cache of the shop promises.

use std::rc::Rc;

use seedbed::task::Builder;
use seedbed::{sleep, spawn};
use shop::{HOP, Shop};

#[seedbed::test]
async fn a_new_price_is_seen() {
    let shop = Rc::new(Shop::default());
    let (looked_at, changed) = (Rc::clone(&shop), Rc::clone(&shop));
    let others: Vec<_> = (0..8).map(|n| spawn(sleep(HOP * (1 + n % 2)))).collect();
    let editor = Builder::new().name("editor").spawn(async move { changed.set_price(20).await }).unwrap();
    let customer = Builder::new().name("customer").spawn(async move { looked_at.price().await }).unwrap();
    for task in others {
        task.await.unwrap();
    }
    editor.await.unwrap();
    customer.await.unwrap();
    let price = shop.price().await;
    assert!(price == 20, "the shop shows {price}, the price is 20");
}

#[seedbed::test(runs = 100, policy = "random")]
async fn customers_agree(customers: u8) {
    let shop = Rc::new(Shop::default());
    for _ in 0..customers % 4 {
        let shop = Rc::clone(&shop);
        spawn(async move { assert_eq!(shop.price().await, 0) }).await.unwrap();
    }
}

#[seedbed::test]
#[ignore = "slow"]
async fn a_year_passes() {
    sleep(HOP * 1_000).await;
}

#[seedbed::test(runs = 32)]
#[should_panic(expected = "sold out")]
async fn nothing_is_left() {
    panic!("sold out");
}
