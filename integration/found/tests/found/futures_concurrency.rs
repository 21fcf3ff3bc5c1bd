//! futures-concurrency 7.7.1: `collect` does not know of the limit.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_concurrency::prelude::*;
use seedbed::sleep;

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "futures-concurrency",
    what: "`ConcurrentStream::limit` does not limit what `collect` has under way",
    words: "are under way",
    known: "no",
    source: include_str!("futures_concurrency.rs"),
    program: "no_more_than_the_limit_are_under_way",
};

async fn no_more_than_the_limit_are_under_way() {
    let under_way = Cell::new(0);
    let work = async |item: u32| {
        under_way.set(under_way.get() + 1);
        assert!(under_way.get() <= 2, "{} are under way", under_way.get());
        sleep(Duration::from_millis(1)).await;
        under_way.set(under_way.get() - 1);
        item
    };
    let mut items: Vec<u32> = vec![1, 2, 3].into_co_stream().map(&work).limit(NonZeroUsize::new(2)).collect().await;
    items.sort_unstable();
    assert_eq!(items, [1, 2, 3]);
}

#[test]
fn more_than_the_limit_are_under_way() {
    BUG.shows(|hunt| hunt.run(no_more_than_the_limit_are_under_way));
}
