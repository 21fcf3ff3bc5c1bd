//! A shop with a database and a cache in front of it: the project that the tests of cargo seedbed drive.

#![forbid(unsafe_code)]

use std::cell::Cell;
use std::time::Duration;

use seedbed::sleep;

/// One way through the network.
pub const HOP: Duration = Duration::from_millis(1);

/// The price of a thing, in the database and in the cache.
#[derive(Debug, Default)]
pub struct Shop {
    database: Cell<u32>,
    cache: Cell<Option<u32>>,
}

impl Shop {
    /// The price as customers see it.
    pub async fn price(&self) -> u32 {
        if let Some(price) = self.cache.get() {
            return price;
        }
        sleep(HOP).await;
        let price = self.database.get();
        sleep(HOP).await;
        // The mistake: it may have changed meanwhile.
        self.cache.set(Some(price));
        price
    }

    /// Changes it.
    pub async fn set_price(&self, price: u32) {
        sleep(HOP).await;
        self.database.set(price);
        sleep(HOP).await;
        self.cache.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::Shop;

    #[seedbed::test(runs = 64)]
    async fn a_shop_opens() {
        let shop = Shop::default();
        shop.set_price(5).await;
        assert_eq!(shop.price().await, 5);
    }
}
