//! One task is kept from running for long, while others go on.

use seedbed::spawn;
use seedbed::sync::{Event, Queue};

use super::{Shared, work};

/// Whoever asks again and again gives up too soon. Fixed: it is told.
pub(super) async fn impatient_poller(fixed: bool) {
    let (ready, told) = (Shared::new(false), Event::new());
    let setter = {
        let (ready, told) = (ready.clone(), told.clone());
        spawn(async move {
            work(2).await;
            ready.set(true);
            told.set();
        })
    };
    let poller = spawn(async move {
        if fixed {
            told.wait().await;
        }
        for _ in 0..12 {
            if ready.get() {
                return;
            }
            work(1).await;
        }
        panic!("gave up");
    });
    setter.await.unwrap();
    poller.await.unwrap();
}

/// A producer that does not wait, and a buffer for the ordinary case. Fixed: it waits.
pub(super) async fn overrun_buffer(fixed: bool) {
    let queue = Queue::new(4);
    let consumer = {
        let queue = queue.clone();
        spawn(async move {
            for _ in 0..10 {
                queue.get().await.unwrap();
            }
        })
    };
    let producer = spawn(async move {
        for item in 0..10 {
            if fixed {
                queue.put(item).await.unwrap();
            } else {
                queue.put_nowait(item).expect("the buffer is full");
            }
            work(1).await;
        }
    });
    consumer.await.unwrap();
    producer.await.unwrap();
}

/// Optimistic writing: read, work, write if nobody else did; three failures in a row are too many. Fixed: it goes on trying.
pub(super) async fn optimist_gives_up(fixed: bool) {
    let version = Shared::new(0);
    let writer = |delay, rounds| {
        let version = version.clone();
        spawn(async move {
            work(delay).await;
            for _ in 0..rounds {
                let mut failures = 0;
                loop {
                    let seen = version.get();
                    work(1).await;
                    if version.get() == seen {
                        version.set(seen + 1);
                        break;
                    }
                    failures += 1;
                    assert!(fixed || failures < 3, "gave up");
                }
                work(1).await;
            }
        })
    };
    let (steady, late) = (writer(0, 5), writer(11, 1));
    steady.await.unwrap();
    late.await.unwrap();
}

/// A monitor that looks every few steps whether the worker did anything at all. Fixed: it counts only when the worker had a turn.
pub(super) async fn heart_does_not_beat(fixed: bool) {
    let (beats, ends) = (Shared::new(0), Shared::new(false));
    let worker = {
        let (beats, ends) = (beats.clone(), ends.clone());
        spawn(async move {
            for _ in 0..16 {
                beats.set(beats.get() + 1);
                work(1).await;
            }
            ends.set(true);
        })
    };
    let monitor = spawn(async move {
        let mut seen = 0;
        for _ in 0..3 {
            work(4).await;
            while fixed && beats.get() == seen && !ends.get() {
                work(1).await;
            }
            assert!(ends.get() || beats.get() > seen, "declared dead");
            seen = beats.get();
        }
    });
    worker.await.unwrap();
    monitor.await.unwrap();
}
