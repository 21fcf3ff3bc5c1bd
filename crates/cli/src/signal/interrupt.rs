//! Whether this process was asked to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::status::Error;

/// A second signal this soon is the same wish: `timeout` sends one to the process and one to its group.
const SAME: Duration = Duration::from_secs(1);

/// Whether this process was asked to end (Ctrl-C, SIGTERM, SIGHUP).
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. A second signal, a second later or more, ends the process at once.
    ///
    /// # Errors
    ///
    /// If the system takes no handler.
    pub fn listen() -> Result<Self, Error> {
        let interrupt = Self::default();
        let seen = interrupt.clone();
        let mut first = None;
        ctrlc::set_handler(move || {
            seen.0.store(true, Ordering::SeqCst);
            if first.get_or_insert_with(Instant::now).elapsed() > SAME {
                std::process::exit(i32::from(crate::status::Status::Ended.code()));
            }
        })
        .map_err(|error| Error::broken(format!("signals cannot be listened to: {error}")))?;
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub fn has_come(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
