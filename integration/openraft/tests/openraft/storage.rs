//! The suite of openraft for stores, of the one that the clusters here use.

use openraft::StorageError;
use openraft::testing::log::{StoreBuilder, Suite};
use seedbed::Sim;

use crate::store::{Disk, Log, Machine};
use crate::types::Types;

struct Fresh;

impl StoreBuilder<Types, Log, Machine> for Fresh {
    async fn build(&self) -> Result<((), Log, Machine), StorageError<Types>> {
        let (log, machine) = Disk::default().open();
        Ok(((), log, machine))
    }
}

#[test]
fn the_suite_of_openraft_for_stores_passes() {
    Sim::new(0).run(async { Suite::test_all(Fresh).await }).unwrap().unwrap();
}

#[seedbed::test(runs = 1_000, policy = "random")]
async fn the_suite_of_openraft_for_stores_passes_in_a_thousand_orders() {
    Suite::test_all(Fresh).await.unwrap();
}
