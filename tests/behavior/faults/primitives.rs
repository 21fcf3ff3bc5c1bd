//! Published primitives, cancelled at each of their await points: what is documented of them holds.

use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use seedbed::hunt::CancelSweepReport;
use seedbed::{CancelSweep, Instant, Target, now, sleep, spawn};

use crate::support::millis;

/// One primitive under a sweep.
pub(super) struct Primitive {
    pub(super) name: &'static str,
    /// What its documentation says of cancelling, in short.
    pub(super) documented: &'static str,
    /// Where.
    pub(super) source: &'static str,
    /// What the program asserts.
    pub(super) holds: &'static str,
    pub(super) sweep: fn() -> CancelSweepReport,
}

/// The sweep of one program; nothing is kept of its failures, because most are documented.
pub(super) fn sweep<F, M>(program: F) -> CancelSweepReport
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future<Output = ()> + 'static,
{
    CancelSweep::new(program).hunt(|hunt| hunt.max_shrink_runs(0)).regressions_off().prove(false).run()
}

/// Does something a little later.
pub(super) fn later(deed: impl AsyncFnOnce() + 'static) {
    drop(spawn(async move {
        sleep(millis(1)).await;
        deed().await;
    }));
}

macro_rules! primitive {
    ($name:literal, $documented:literal, $source:literal, $holds:literal, $program:expr) => {
        Primitive { name: $name, documented: $documented, source: $source, holds: $holds, sweep: || sweep($program) }
    };
}

pub(super) use primitive;

pub(super) const PRIMITIVES: [Primitive; 16] = [
    primitive!(
        "`tokio::sync::mpsc::Receiver::recv`",
        "cancel safe",
        "tokio/1/tokio/sync/mpsc/struct.Receiver.html#method.recv",
        "the message is received, by this call or the next",
        async |target: Target| {
            let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
            later(async move || sender.send(7).await.unwrap());
            let received = target.run(receiver.recv()).await.flatten();
            assert_eq!(received.or(receiver.recv().await), Some(7));
        }
    ),
    primitive!(
        "`tokio::sync::mpsc::Sender::send`",
        "not sent, and lost",
        "tokio/1/tokio/sync/mpsc/struct.Sender.html#method.send",
        "the message is received",
        async |target: Target| {
            let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
            sender.send(1).await.unwrap();
            let reader = spawn(async move {
                sleep(millis(1)).await;
                [receiver.recv().await, receiver.recv().await]
            });
            let _sent = target.run(sender.send(2)).await;
            drop(sender);
            assert_eq!(reader.await.unwrap(), [Some(1), Some(2)]);
        }
    ),
    primitive!(
        "`tokio::sync::mpsc::Sender::reserve`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/mpsc/struct.Sender.html#method.reserve",
        "the message is received if it is sent with a second permit",
        async |target: Target| {
            let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
            sender.send(1).await.unwrap();
            let reader = spawn(async move {
                sleep(millis(1)).await;
                [receiver.recv().await, receiver.recv().await]
            });
            match target.run(sender.reserve()).await {
                Some(permit) => permit.unwrap().send(2),
                None => sender.reserve().await.unwrap().send(2),
            }
            assert_eq!(reader.await.unwrap(), [Some(1), Some(2)]);
        }
    ),
    primitive!(
        "`tokio::sync::Mutex::lock`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/struct.Mutex.html#method.lock",
        "the lock is free afterwards",
        async |target: Target| {
            let lock = Arc::new(tokio::sync::Mutex::new(()));
            let held = Arc::clone(&lock).lock_owned().await;
            later(async move || drop(held));
            drop(target.run(lock.lock()).await);
            sleep(millis(2)).await;
            assert!(lock.try_lock().is_ok());
        }
    ),
    primitive!(
        "`tokio::sync::RwLock::write`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/struct.RwLock.html#method.write",
        "the lock is free afterwards",
        async |target: Target| {
            let lock = Arc::new(tokio::sync::RwLock::new(()));
            let held = Arc::clone(&lock).read_owned().await;
            later(async move || drop(held));
            drop(target.run(lock.write()).await);
            sleep(millis(2)).await;
            assert!(lock.try_write().is_ok());
        }
    ),
    primitive!(
        "`tokio::sync::Semaphore::acquire`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/struct.Semaphore.html#method.acquire",
        "all permits are back afterwards",
        async |target: Target| {
            let permits = Arc::new(tokio::sync::Semaphore::new(1));
            let held = Arc::clone(&permits).acquire_owned().await.unwrap();
            later(async move || drop(held));
            drop(target.run(permits.acquire()).await);
            sleep(millis(2)).await;
            assert_eq!(permits.available_permits(), 1);
        }
    ),
    primitive!(
        "`tokio::sync::Semaphore::acquire_many`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/struct.Semaphore.html#method.acquire_many",
        "all permits are back afterwards, those too that it had collected",
        async |target: Target| {
            let permits = Arc::new(tokio::sync::Semaphore::new(3));
            for wait in 1..=3 {
                let held = Arc::clone(&permits).acquire_owned().await.unwrap();
                drop(spawn(async move {
                    sleep(millis(wait)).await;
                    drop(held);
                }));
            }
            drop(target.run(permits.acquire_many(3)).await);
            sleep(millis(4)).await;
            assert_eq!(permits.available_permits(), 3);
        }
    ),
    primitive!(
        "`tokio::sync::Notify::notified`",
        "loses its place in the queue",
        "tokio/1/tokio/sync/struct.Notify.html#method.notified",
        "a `notify_one` reaches whoever waits next",
        async |target: Target| {
            let notify = Rc::new(tokio::sync::Notify::new());
            let notifier = Rc::clone(&notify);
            later(async move || notifier.notify_one());
            if target.run(notify.notified()).await.is_none() {
                notify.notified().await;
            }
        }
    ),
    primitive!(
        "`tokio::sync::oneshot::Receiver`, by reference",
        "cancel safe",
        "tokio/1/tokio/sync/oneshot/struct.Receiver.html",
        "the message is received, by this await or the next",
        async |target: Target| {
            let (sender, mut receiver) = tokio::sync::oneshot::channel();
            later(async move || sender.send(7).unwrap());
            let received = match target.run(&mut receiver).await {
                Some(received) => received,
                None => receiver.await,
            };
            assert_eq!(received, Ok(7));
        }
    ),
    primitive!(
        "`tokio::sync::broadcast::Receiver::recv`",
        "cancel safe",
        "tokio/1/tokio/sync/broadcast/struct.Receiver.html#method.recv",
        "the message is received, by this call or the next",
        async |target: Target| {
            let (sender, mut receiver) = tokio::sync::broadcast::channel(2);
            later(async move || assert!(sender.send(7).is_ok()));
            let received = match target.run(receiver.recv()).await {
                Some(received) => received,
                None => receiver.recv().await,
            };
            assert_eq!(received, Ok(7));
        }
    ),
    primitive!(
        "`tokio::sync::Barrier::wait`",
        "not cancel safe",
        "tokio/1/tokio/sync/struct.Barrier.html#method.wait",
        "nobody passes a barrier of two alone",
        async |target: Target| {
            let barrier = Rc::new(tokio::sync::Barrier::new(2));
            let other = Rc::clone(&barrier);
            let passed = spawn(async move {
                sleep(millis(1)).await;
                other.wait().await;
            });
            let left_alone = target.run(barrier.wait()).await.is_none() && now() < Instant::START + millis(1);
            sleep(millis(2)).await;
            assert!(!(left_alone && passed.is_done()), "who left was counted");
        }
    ),
    primitive!(
        "`async_channel::Receiver::recv`",
        "nothing is said",
        "async-channel/2/async_channel/struct.Receiver.html#method.recv",
        "the message is received, by this call or the next",
        async |target: Target| {
            let (sender, receiver) = async_channel::bounded(1);
            later(async move || sender.send(7).await.unwrap());
            let received = match target.run(receiver.recv()).await {
                Some(received) => received,
                None => receiver.recv().await,
            };
            assert_eq!(received, Ok(7));
        }
    ),
    primitive!(
        "`async_channel::Sender::send`",
        "nothing is said",
        "async-channel/2/async_channel/struct.Sender.html#method.send",
        "the message is received",
        async |target: Target| {
            let (sender, receiver) = async_channel::bounded(1);
            sender.send(1).await.unwrap();
            let reader = spawn(async move {
                sleep(millis(1)).await;
                [receiver.recv().await.ok(), receiver.recv().await.ok()]
            });
            let _sent = target.run(sender.send(2)).await;
            drop(sender);
            assert_eq!(reader.await.unwrap(), [Some(1), Some(2)]);
        }
    ),
    primitive!(
        "`futures::channel::mpsc::Receiver`, `next`",
        "nothing is said",
        "futures/0.3/futures/stream/trait.StreamExt.html#method.next",
        "the message is received, by this call or the next",
        async |target: Target| {
            use futures::{SinkExt, StreamExt};
            let (mut sender, mut receiver) = futures::channel::mpsc::channel(1);
            later(async move || sender.send(7).await.unwrap());
            let received = target.run(receiver.next()).await.flatten();
            assert_eq!(received.or(receiver.next().await), Some(7));
        }
    ),
    primitive!(
        "`futures::channel::mpsc::Sender`, `send`",
        "nothing is said",
        "futures/0.3/futures/sink/trait.SinkExt.html#method.send",
        "the message is received",
        async |target: Target| {
            use futures::{SinkExt, StreamExt};
            let (mut sender, mut receiver) = futures::channel::mpsc::channel(0);
            sender.try_send(1).unwrap();
            let reader = spawn(async move {
                sleep(millis(1)).await;
                [receiver.next().await, receiver.next().await]
            });
            let _sent = target.run(sender.send(2)).await;
            drop(sender);
            assert_eq!(reader.await.unwrap(), [Some(1), Some(2)]);
        }
    ),
    primitive!(
        "`futures::lock::Mutex::lock`",
        "nothing is said",
        "futures/0.3/futures/lock/struct.Mutex.html#method.lock",
        "the lock is free afterwards",
        async |target: Target| {
            let lock = Arc::new(futures::lock::Mutex::new(()));
            let held = Arc::clone(&lock).lock_owned().await;
            later(async move || drop(held));
            drop(target.run(lock.lock()).await);
            sleep(millis(2)).await;
            assert!(lock.try_lock().is_some());
        }
    ),
];
