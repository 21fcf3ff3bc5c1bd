//! The watched value: its last version is seen by all who look.

use std::cell::{Cell, Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use openraft_rt::{RecvError, watch};
use seedbed::sync::Event;

/// Watched values on the virtual loop.
#[derive(Debug)]
pub struct Watch;

struct Shared<T> {
    value: RefCell<T>,
    /// Counts changes; a receiver remembers which it has seen.
    version: Cell<u64>,
    senders: Cell<usize>,
    receivers: Cell<usize>,
    /// Set and cleared at once with every change: whoever waits then goes on, as in asyncio.
    changed: Event,
}

impl<T> Shared<T> {
    fn tell(&self) {
        self.changed.set();
        self.changed.clear();
    }

    fn modify<R>(&self, modify: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.try_borrow_mut().expect("a watched value was changed while its holder looks at it");
        modify(&mut value)
    }

    fn change(&self) {
        self.version.set(self.version.get() + 1);
        self.tell();
    }
}

/// Who changes the value.
pub struct WatchSender<T>(Rc<Shared<T>>);

/// Who looks at the value and waits for changes.
pub struct WatchReceiver<T> {
    shared: Rc<Shared<T>>,
    seen: u64,
}

impl<T> fmt::Debug for WatchSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchSender").field("version", &self.0.version.get()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for WatchReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.shared.version.get();
        f.debug_struct("WatchReceiver").field("version", &version).field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl<T> WatchReceiver<T> {
    fn new(shared: &Rc<Shared<T>>, seen: u64) -> Self {
        shared.receivers.set(shared.receivers.get() + 1);
        Self { shared: Rc::clone(shared), seen }
    }
}

impl<T> Clone for WatchSender<T> {
    fn clone(&self) -> Self {
        self.0.senders.set(self.0.senders.get() + 1);
        Self(Rc::clone(&self.0))
    }
}

impl<T> Drop for WatchSender<T> {
    fn drop(&mut self) {
        self.0.senders.set(self.0.senders.get() - 1);
        if self.0.senders.get() == 0 {
            // Whoever waits learns that there will be no more changes.
            self.0.tell();
        }
    }
}

impl<T> Clone for WatchReceiver<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared, self.seen)
    }
}

impl<T> Drop for WatchReceiver<T> {
    fn drop(&mut self) {
        self.shared.receivers.set(self.shared.receivers.get() - 1);
    }
}

impl watch::Watch for Watch {
    type Sender<T> = WatchSender<T>;
    type Receiver<T> = WatchReceiver<T>;
    type Ref<'a, T: 'a> = Ref<'a, T>;

    fn channel<T>(init: T) -> (WatchSender<T>, WatchReceiver<T>) {
        let shared = Rc::new(Shared {
            value: RefCell::new(init),
            version: Cell::new(0),
            senders: Cell::new(1),
            receivers: Cell::new(0),
            changed: Event::new(),
        });
        let receiver = WatchReceiver::new(&shared, 0);
        (WatchSender(shared), receiver)
    }
}

impl<T> watch::WatchSender<Watch, T> for WatchSender<T> {
    fn send(&self, value: T) -> Result<(), watch::SendError<T>> {
        if self.0.receivers.get() == 0 {
            return Err(watch::SendError(value));
        }
        // What is replaced is dropped when nothing is borrowed any more: its destructor may look here.
        let _replaced = self.0.modify(|held| std::mem::replace(held, value));
        self.0.change();
        Ok(())
    }

    fn send_if_modified<F>(&self, modify: F) -> bool
    where
        F: FnOnce(&mut T) -> bool,
    {
        let modified = self.0.modify(modify);
        if modified {
            self.0.change();
        }
        modified
    }

    fn borrow_watched(&self) -> Ref<'_, T> {
        self.0.value.borrow()
    }

    fn subscribe(&self) -> WatchReceiver<T> {
        WatchReceiver::new(&self.0, self.0.version.get())
    }
}

impl<T> watch::WatchReceiver<Watch, T> for WatchReceiver<T> {
    async fn changed(&mut self) -> Result<(), RecvError> {
        loop {
            let version = self.shared.version.get();
            if version != self.seen {
                self.seen = version;
                return Ok(());
            }
            if self.shared.senders.get() == 0 {
                return Err(RecvError(()));
            }
            self.shared.changed.wait().await;
        }
    }

    fn borrow_watched(&self) -> Ref<'_, T> {
        self.shared.value.borrow()
    }

    fn borrow_and_update(&mut self) -> Ref<'_, T> {
        self.seen = self.shared.version.get();
        self.shared.value.borrow()
    }
}
