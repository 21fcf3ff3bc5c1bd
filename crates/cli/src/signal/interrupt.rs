//! Whether this process was asked to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::status::Error;

/// Whether this process was asked to end (Ctrl-C, SIGTERM, SIGHUP).
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. A second signal ends the process at once.
    ///
    /// # Errors
    ///
    /// If the system takes no handler.
    pub fn listen() -> Result<Self, Error> {
        let interrupt = Self::default();
        let seen = interrupt.clone();
        ctrlc::set_handler(move || {
            if seen.0.swap(true, Ordering::SeqCst) {
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
