//! `AwaitPoint`: where a future waited, and for what.

use std::backtrace::Backtrace;
use std::fmt;

use crate::instant::Instant;
use crate::kernel::Point;

/// One time that a future returned `Pending`: an await point, where it can be cancelled.
///
/// ```
/// use seedbed::{Sim, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).await_points("main").run(async {
///     sleep(Duration::from_secs(1)).await;
///     std::future::pending::<()>().await;
/// });
/// let waits: Vec<_> = report.await_points.iter().map(|point| point.waits_for.as_str()).collect();
/// assert_eq!(waits, ["a sleep until 1.000s", "a future of another library"]);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AwaitPoint {
    /// Its number, from 0: how many the future has had before.
    pub n: u32,
    /// When.
    pub at: Instant,
    /// `file:line` of the await, if the executable knows its lines. Where a future awaits another, it is the innermost place that is neither of
    /// this library nor of one from a registry.
    pub place: Option<String>,
    /// What it waited for, in words.
    pub waits_for: String,
}

impl AwaitPoint {
    pub(super) fn new(n: u32, point: Point) -> Self {
        let place = point.stack.as_ref().and_then(place_in);
        Self { n, at: Instant::from_nanos(point.at), place, waits_for: point.waits_for }
    }
}

impl fmt::Display for AwaitPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.iter().try_for_each(|place| write!(f, "{place}, "))?;
        f.write_str(&self.waits_for)
    }
}

/// The innermost line of the program's own code on a stack.
fn place_in(stack: &Backtrace) -> Option<String> {
    place_of(&stack.to_string())
}

/// Reads what the standard library writes: a line with the name of a function, then one with its place.
fn place_of(stack: &str) -> Option<String> {
    let mut symbol = "";
    for line in stack.lines().map(str::trim_start) {
        let Some(place) = line.strip_prefix("at ") else {
            symbol = line.split_once(": ").map_or(line, |(_, symbol)| symbol);
            continue;
        };
        if is_of_library(symbol, place) {
            continue;
        }
        let (place, _column) = place.rsplit_once(':')?;
        return Some(without_detours(place));
    }
    None
}

/// The place without `./` and `folder/../`, as an `include` or a `#[path]` leaves them.
fn without_detours(place: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in place.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// True for the standard library, this one, and those from a registry: nobody looks for a bug there first.
fn is_of_library(symbol: &str, place: &str) -> bool {
    let of_crate = symbol.trim_start_matches(['<', '&']);
    let is_ours = ["seedbed::", "core::", "std::", "alloc::"].iter().any(|name| of_crate.starts_with(name));
    let is_foreign = ["/rustc/", "/registry/src/", "\\registry\\src\\", "/library/"];
    is_ours || is_foreign.iter().any(|folder| place.contains(folder))
}

#[cfg(test)]
mod tests {
    use super::place_of;

    #[test]
    fn the_innermost_line_of_the_program_is_found() {
        let stack = "\
   0: std::backtrace::Backtrace::create
             at /rustc/59807616e1f/library/std/src/backtrace.rs:331:13
   1: seedbed::task::awaiting::Awaiting::look
             at ./src/task/awaiting.rs:96:9
   2: <tokio::sync::batch_semaphore::Acquire as core::future::future::Future>::poll
             at /cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.48.0/src/sync/batch_semaphore.rs:590:1
   3: bank::transfer::{{closure}}
             at ./src/bank.rs:41:23
   4: bank::main::{{closure}}
             at ./src/main.rs:7:9";
        assert_eq!(place_of(stack).as_deref(), Some("src/bank.rs:41"));
        let included = "   0: x::y\n             at ./tests/sweeps/../../examples/bank.rs:7:9";
        assert_eq!(place_of(included).as_deref(), Some("examples/bank.rs:7"));
        assert_eq!(place_of("   0: <unknown>\n   1: main"), None);
    }
}
