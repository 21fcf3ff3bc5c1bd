//! A watch channel: one value, many who want to know when it changes, woken in the order in which they waited.
//!
//! It has the names of `tokio::sync::watch`, whose wake order comes from a generator of the thread when tokio is built with
//! `rt` or `macros`. Here the order is that of waiting, and so the same in every run.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use super::event::Event;

/// A channel that starts with this value, and its first receiver, to which that value is not new.
///
/// ```
/// use seedbed::{Sim, spawn, sync::watch, yield_now};
/// let report = Sim::new(0).run(async {
///     let (sender, mut receiver) = watch::channel("draft");
///     let reader = spawn(async move {
///         receiver.changed().await.unwrap();
///         *receiver.borrow_and_update()
///     });
///     yield_now().await;
///     sender.send("final").unwrap();
///     reader.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), "final");
/// ```
#[doc(alias = "tokio::sync::watch")]
#[must_use]
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let shared = Rc::new(Shared {
        value: RefCell::new(value),
        version: Cell::new(0),
        senders: Cell::new(1),
        receivers: Cell::new(0),
        changed: RefCell::new(Event::new()),
    });
    let receiver = Receiver::new(&shared);
    (Sender { shared }, receiver)
}

struct Shared<T> {
    value: RefCell<T>,
    version: Cell<u64>,
    senders: Cell<usize>,
    receivers: Cell<usize>,
    /// Set, and replaced by a new one, at each change.
    changed: RefCell<Event>,
}

impl<T> Shared<T> {
    fn announce(&self) {
        let announced = self.changed.replace(Event::new());
        announced.set();
    }
}

/// Everybody on the other side has gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the other side of the watch channel is gone")
    }
}

impl std::error::Error for Closed {}

/// Sets the value. Cheap to clone; the channel closes when the last one is dropped.
pub struct Sender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Sets the value and wakes those who wait, in the order in which they waited.
    ///
    /// # Errors
    ///
    /// [`Closed`]: there is no receiver; the value is not set.
    pub fn send(&self, value: T) -> Result<(), Closed> {
        if self.shared.receivers.get() == 0 {
            return Err(Closed);
        }
        drop(self.send_replace(value));
        Ok(())
    }

    /// As [`send`](Self::send), also without receivers; returns the value before.
    pub fn send_replace(&self, value: T) -> T {
        let before = self.shared.value.replace(value);
        self.shared.version.set(self.shared.version.get() + 1);
        self.shared.announce();
        before
    }

    /// The present value. Setting it while this is held panics.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.value.borrow()
    }

    /// A further receiver, to which the present value is not new.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<T> {
        Receiver::new(&self.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.set(self.shared.senders.get() + 1);
        Self { shared: Rc::clone(&self.shared) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let left = self.shared.senders.get() - 1;
        self.shared.senders.set(left);
        if left == 0 {
            self.shared.announce();
        }
    }
}

impl<T> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("version", &self.shared.version.get()).finish_non_exhaustive()
    }
}

/// Sees the value, and waits for the next. A clone has seen what the original has.
pub struct Receiver<T> {
    shared: Rc<Shared<T>>,
    seen: u64,
}

impl<T> Receiver<T> {
    fn new(shared: &Rc<Shared<T>>) -> Self {
        shared.receivers.set(shared.receivers.get() + 1);
        Self { shared: Rc::clone(shared), seen: shared.version.get() }
    }

    /// Waits until the value is one that this receiver has not seen, and marks it as seen.
    ///
    /// # Errors
    ///
    /// [`Closed`]: the last sender has gone, and its last value was seen.
    pub async fn changed(&mut self) -> Result<(), Closed> {
        loop {
            if self.seen != self.shared.version.get() {
                self.seen = self.shared.version.get();
                return Ok(());
            }
            if self.shared.senders.get() == 0 {
                return Err(Closed);
            }
            let changed = self.shared.changed.borrow().clone();
            changed.wait().await;
        }
    }

    /// Waits until the value fulfils a condition, beginning with the present one.
    ///
    /// # Errors
    ///
    /// [`Closed`]: the last sender has gone before.
    pub async fn wait_for(&mut self, mut condition: impl FnMut(&T) -> bool) -> Result<Ref<'_, T>, Closed> {
        loop {
            self.seen = self.shared.version.get();
            if condition(&self.shared.value.borrow()) {
                return Ok(self.shared.value.borrow());
            }
            self.changed().await?;
        }
    }

    /// True if the value was set since this receiver last saw it.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.seen != self.shared.version.get()
    }

    /// The present value, without marking it as seen. Setting it while this is held panics.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, T> {
        self.shared.value.borrow()
    }

    /// The present value, marked as seen. Setting it while this is held panics.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        self.seen = self.shared.version.get();
        self.shared.value.borrow()
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.receivers.set(self.shared.receivers.get() + 1);
        Self { shared: Rc::clone(&self.shared), seen: self.seen }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.receivers.set(self.shared.receivers.get() - 1);
    }
}

impl<T> std::fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("seen", &self.seen).finish_non_exhaustive()
    }
}
