//! How a worker is ended where there is no polite way: what it has recorded is on disk.

use std::process::Child;

/// Ends a worker.
pub fn ask_to_end(worker: &mut Child) {
    // It may have ended in between: then there is nobody to end.
    let _gone = worker.kill();
}
