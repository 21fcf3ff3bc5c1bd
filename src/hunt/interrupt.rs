//! Ctrl-C: hunts that go on stop where they are, say what they found and keep it, and then the process ends.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

/// How long the hunts of a process may take to say what they found.
const PATIENCE: Duration = Duration::from_secs(30);

/// What shells expect of a process that Ctrl-C ended.
const STATUS: i32 = 130;

// A signal is for the process, so what it does cannot belong to one hunt.
static STOP: AtomicBool = AtomicBool::new(false);
static INSTALL: Once = Once::new();
static HUNTS: Mutex<usize> = Mutex::new(0);
static ONE_LESS: Condvar = Condvar::new();

/// Set once somebody wants an end.
pub(super) fn stop() -> &'static AtomicBool {
    &STOP
}

/// A hunt that is to be heard before the process ends.
#[derive(Debug)]
pub(super) struct Heard(());

impl Heard {
    /// Begins to listen for Ctrl-C if that is wanted; if nothing was said, where a person sits before a terminal.
    pub(super) fn begin(wanted: Option<bool>) -> Self {
        *hunts() += 1;
        if wanted.unwrap_or_else(|| io::stderr().is_terminal()) {
            INSTALL.call_once(|| install(wanted == Some(true)));
        }
        Self(())
    }
}

impl Heard {
    /// The hunt has said what it has to say. Where an end is wanted it goes no further, so that the process ends in one way.
    pub(super) fn end(self) {
        drop(self);
        if STOP.load(Ordering::Relaxed) {
            let all_heard = ONE_LESS.wait_timeout_while(hunts(), PATIENCE, |_| true);
            drop(all_heard);
            std::process::exit(STATUS);
        }
    }
}

impl Heard {
    /// Ends the process with this status, whether or not somebody wants an end.
    pub(super) fn leave(self, status: i32) -> ! {
        // It goes on until then: else who waits for all hunts might end the process first, in another way.
        let _heard = self;
        std::process::exit(status)
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        *hunts() -= 1;
        ONE_LESS.notify_all();
    }
}

/// Listens for the signals that end a process; in place of whoever listens already, and where they are ignored, only if `by_request`.
fn install(by_request: bool) {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            // Pressed again: at once.
            std::process::exit(STATUS);
        }
        let waiting = std::thread::Builder::new().spawn(|| {
            let ended = ONE_LESS.wait_timeout_while(hunts(), PATIENCE, |left| *left > 0);
            drop(ended);
            std::process::exit(STATUS)
        });
        if waiting.is_err() {
            std::process::exit(STATUS);
        }
    };
    // Unasked, a program that has a handler of its own keeps it, and one that was started in the background goes on.
    drop(if by_request { ctrlc::set_handler(handler) } else { ctrlc::try_set_handler(handler) });
}

fn hunts() -> MutexGuard<'static, usize> {
    HUNTS.lock().unwrap_or_else(PoisonError::into_inner)
}
