//! deadpool 0.13.1: a pool that was made smaller lends more than its new size.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Pool, RecycleResult};
use seedbed::{sleep, spawn};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "deadpool",
    what: "a pool that `resize` made smaller before it was full lends as many objects as before",
    words: "of a pool of",
    known: "no",
    source: include_str!("deadpool.rs"),
    program: "a_smaller_pool_lends_less",
};

struct Units;

impl Manager for Units {
    type Type = ();
    type Error = Infallible;

    async fn create(&self) -> Result<(), Infallible> {
        Ok(())
    }

    async fn recycle(&self, (): &mut (), _: &Metrics) -> RecycleResult<Infallible> {
        Ok(())
    }
}

async fn a_smaller_pool_lends_less() {
    let pool = Pool::<Units>::builder(Units).max_size(2).build().unwrap();
    let lent = Rc::new(Cell::new(0));
    let users = [(); 2].map(|()| {
        let (pool, lent) = (pool.clone(), lent.clone());
        spawn(async move {
            let size = pool.status().max_size;
            let _object = pool.get().await.unwrap();
            lent.set(lent.get() + 1);
            assert!(lent.get() <= size, "{} are lent of a pool of {size}", lent.get());
            sleep(Duration::from_millis(1)).await;
            lent.set(lent.get() - 1);
        })
    });
    drop(spawn(async move { pool.resize(1) }));
    for user in users {
        user.await.unwrap();
    }
}

#[test]
fn a_smaller_pool_lends_as_much() {
    BUG.shows(|hunt| hunt.run(a_smaller_pool_lends_less));
}
