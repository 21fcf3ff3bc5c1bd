//! What a hunt says while it goes on: remarks, and how far shrinking has come if that takes long.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crate::explore::ShrinkProgress;

/// Nothing is said of what takes less than this.
const QUICK: Duration = Duration::from_secs(2);

/// How often something is said.
const EVERY: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_types, reason = "how often something is said changes no result")]
type Clock = std::time::Instant;

/// Says something beside the report, even where a test harness holds back the output of tests that pass.
pub(super) fn say(text: impl Display) {
    // Whether anybody hears it changes nothing.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Says something that a test harness may hold back while the test passes.
pub(super) fn mention(text: impl Display) {
    eprintln!("{text}");
}

/// How long somebody waits.
pub(super) struct Patience {
    began: Clock,
    span: Duration,
}

impl Patience {
    pub(super) fn of(span: Duration) -> Self {
        Self { began: Clock::now(), span }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over_by(Duration::ZERO)
    }

    /// How long it has been.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// True once it has been over for so long.
    pub(super) fn is_over_by(&self, more: Duration) -> bool {
        self.began.elapsed() >= self.span.saturating_add(more)
    }
}

/// Tells a person who waits how far shrinking has come.
pub(super) struct Progress {
    name: String,
    heard: bool,
    began: Clock,
    said: Option<Clock>,
}

impl Progress {
    pub(super) fn of(name: &str) -> Self {
        let heard = io::stderr().is_terminal();
        Self { name: name.to_owned(), heard, began: Clock::now(), said: None }
    }

    /// Says where things stand, if it is time for that.
    pub(super) fn shrinking(&mut self, now: &ShrinkProgress) {
        let waited = |since: Clock, span| since.elapsed() >= span;
        if !self.heard || !waited(self.began, QUICK) || self.said.is_some_and(|said| !waited(said, EVERY)) {
            return;
        }
        self.said = Some(Clock::now());
        let ShrinkProgress { before, departures, runs, pass, .. } = now;
        say(format_args!(
            "seedbed: shrinking {}: {before} → {departures} departures after {runs} runs, now {pass}",
            self.name
        ));
    }
}
