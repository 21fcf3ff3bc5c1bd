//! A drawn value and an order, both: neither alone does it.

use rand::RngExt as _;
use seedbed::spawn;
use seedbed::sync::Lock;

use super::{Shared, work};

/// A divisor is drawn, and sometimes zero; it is used before it was looked at only in some orders. Fixed: it is looked at where it is used.
pub(super) async fn zero_before_the_limit(fixed: bool) {
    let divisor = Shared::new(1);
    let drawing = {
        let divisor = divisor.clone();
        spawn(async move {
            work(2).await;
            let drawn = seedbed::rng().random_range(0..8_u32);
            divisor.set(drawn);
            work(1).await;
            divisor.set(drawn.max(1));
        })
    };
    let dividing = spawn(async move {
        work(6).await;
        let divisor = if fixed { divisor.get().max(1) } else { divisor.get() };
        assert!(divisor > 0, "a division by zero");
    });
    drawing.await.unwrap();
    dividing.await.unwrap();
}

/// Two writers lose an update only if their keys fall into one bucket. Fixed: a lock.
pub(super) async fn same_bucket(fixed: bool) {
    let buckets = [(); 8].map(|()| Shared::new(0));
    let lock = Lock::new();
    let writer = |delay| {
        let (buckets, lock) = (buckets.clone(), lock.clone());
        spawn(async move {
            let key = seedbed::rng().random_range(0..8_usize);
            work(delay).await;
            let guard = if fixed { Some(lock.lock().await) } else { None };
            let count = buckets[key].get();
            work(1).await;
            buckets[key].set(count + 1);
            drop(guard);
        })
    };
    let writers = [writer(0), writer(3), writer(6)];
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(buckets.iter().map(Shared::get).sum::<u32>(), 3, "an update is lost");
}
