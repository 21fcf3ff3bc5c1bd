//! Two clerks lock two ledgers, each in an order of its own.

use std::rc::Rc;

use seedbed::sync::Lock;
use seedbed::task::Builder;
use seedbed::{sleep, yield_now};
use shop::HOP;

#[seedbed::test(policy = "random")]
async fn ledgers_are_balanced() {
    let [stock, till] = ["stock", "till"].map(|name| Rc::new(Lock::new().named(name)));
    let (first, second) = (Rc::clone(&stock), Rc::clone(&till));
    let seller = Builder::new().name("seller").spawn(async move {
        let _stock = first.lock().await;
        yield_now().await;
        let _till = second.lock().await;
        sleep(HOP).await;
    });
    let buyer = Builder::new().name("buyer").spawn(async move {
        // In plain order the seller has both by then.
        yield_now().await;
        yield_now().await;
        let _till = till.lock().await;
        sleep(HOP).await;
        let _stock = stock.lock().await;
    });
    seller.unwrap().await.unwrap();
    buyer.unwrap().await.unwrap();
}
