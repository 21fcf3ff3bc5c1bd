//! A cache that keeps a stale value in a few orders of events: the order is found, shrunk, explained, and proven to replay.
//!
//! The bug is a real one, the "stale set" of Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013; so is its cure, the lease.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures::join;
use seedbed::task::Builder;
use seedbed::{Hunt, HuntReport, sleep, spawn};

/// One way through the network.
const HOP: Duration = Duration::from_millis(1);

/// A price in a database, and a cache in front of it.
struct Shop {
    database: Cell<u32>,
    cache: Cell<Option<u32>>,
    /// How often the cached price was called invalid. With leases, a reader fills the cache only if this has not changed meanwhile.
    invalidated: Cell<u32>,
    leases: bool,
}

impl Shop {
    async fn price(&self) -> u32 {
        if let Some(price) = self.cache.get() {
            return price;
        }
        let lease = self.invalidated.get();
        sleep(HOP).await; // the question travels
        let price = self.database.get();
        sleep(HOP).await; // the answer travels
        if !self.leases || self.invalidated.get() == lease {
            self.cache.set(Some(price));
        }
        price
    }

    async fn set_price(&self, price: u32) {
        sleep(HOP).await;
        self.database.set(price);
        sleep(HOP).await;
        self.invalidated.set(self.invalidated.get() + 1);
        self.cache.set(None);
    }
}

/// A customer looks at a price while it is changed, and the shop is busy. Whoever looks afterwards must see the new price.
async fn a_new_price_is_seen(leases: bool) {
    let shop = Rc::new(Shop { database: Cell::new(10), cache: Cell::new(None), invalidated: Cell::new(0), leases });
    let (looked_at, changed) = (Rc::clone(&shop), Rc::clone(&shop));
    let others = (0..4).map(|_| spawn(async { join!(sleep(HOP), sleep(2 * HOP)) }));
    let others: Vec<_> = others.collect();
    let (editor, customer) = (Builder::new().name("editor"), Builder::new().name("customer"));
    let editor = editor.spawn(async move { changed.set_price(20).await }).expect("the loop runs");
    let customer = customer.spawn(async move { looked_at.price().await }).expect("the loop runs");
    for task in others {
        task.await.expect("nobody panics");
    }
    editor.await.expect("nobody panics");
    customer.await.expect("nobody panics");
    let price = shop.price().await;
    assert!(price == 20, "the shop shows {price}, the price is 20");
}

/// The hunt of one shop.
pub(crate) fn hunt(leases: bool) -> HuntReport {
    Hunt::new(if leases { "shop with leases" } else { "shop" }).run(move || a_new_price_is_seen(leases))
}

fn main() {
    println!("{}\n", hunt(false));
    println!("{}", hunt(true));
}
