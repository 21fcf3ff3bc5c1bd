//! The resident memory of the process, before the tasks of W8 exist and while all of them sleep.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static BEFORE: AtomicU64 = AtomicU64::new(0);
static IDLE: AtomicU64 = AtomicU64::new(0);

/// A line of `/proc/self/status`, in KiB; 0 where there is no such file, which the driver takes for "not measured".
fn status_kib(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|line| line.trim_start_matches(':').split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Notes what is resident before the tasks exist.
pub fn note_before() {
    BEFORE.store(status_kib("VmRSS"), Relaxed);
}

/// Notes what is resident while all tasks are alive and idle.
pub fn note_idle() {
    IDLE.store(status_kib("VmRSS"), Relaxed);
}

/// What was noted, as members of a JSON object; nothing if nothing was.
pub(crate) fn members() -> String {
    match (BEFORE.load(Relaxed), IDLE.load(Relaxed)) {
        (0, 0) => String::new(),
        (before, idle) => {
            format!(",\"rss_before_kib\":{before},\"rss_idle_kib\":{idle},\"rss_peak_kib\":{}", status_kib("VmHWM"))
        }
    }
}
