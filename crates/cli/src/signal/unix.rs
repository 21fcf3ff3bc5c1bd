//! How a worker is asked to end, on Unix.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

/// Asks a worker to finish the run in hand and end.
pub fn ask_to_end(worker: &mut Child) {
    // It may have ended in between: then there is nobody to ask.
    let _gone = kill_process(Pid::from_child(worker), Signal::TERM);
}
