//! The end of a test: a panic with the report, in colours where a person sees it.

use std::io::{self, IsTerminal};

use super::report::HuntReport;
use super::settings::colours_refused;

const PLAIN: &str = "\x1b[0m";
const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const FAINT: &str = "\x1b[2m";

impl HuntReport {
    /// Ends a test with this report.
    ///
    /// # Panics
    ///
    /// If the hunt failed: with the text of the report.
    ///
    /// ```should_panic
    /// seedbed::Hunt::new("late").regressions_off().prove(false).run(|| async { assert_eq!(1 + 1, 3) }).check();
    /// ```
    #[track_caller]
    pub fn check(self) {
        assert!(self.is_ok(), "{}", self.for_terminal());
    }

    /// The text, in colours if standard error is a terminal and nobody refuses them.
    pub(super) fn for_terminal(&self) -> String {
        let text = self.to_string();
        // The words that a test expects may not be interrupted by colours.
        if self.is_expected() || !io::stderr().is_terminal() || colours_refused() { text } else { coloured(&text) }
    }
}

/// Colours whole lines, by what they begin with.
fn coloured(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let start = line.trim_start();
        let colour = match start {
            _ if line.starts_with("seedbed: ") => RED,
            _ if start.starts_with("replay (verified") || start.starts_with("+ ") => GREEN,
            _ if start.starts_with("replay (not verified") || start.starts_with("not saved") => YELLOW,
            _ if start.starts_with("- ") => RED,
            _ if start.starts_with("saved") || start.starts_with("usual suspects") => FAINT,
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { PLAIN };
        lines.push(format!("{colour}{line}{end}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::coloured;

    #[test]
    fn lines_keep_their_words() {
        let text = "seedbed: x failed\n  panicked at y\n  replay (verified in a fresh process):\n    SEEDBED_REPLAY=sb1:A\n  saved: z";
        let shown = coloured(text);
        let expected = "\x1b[1;31mseedbed: x failed\x1b[0m\n  panicked at y\n\x1b[32m  replay (verified in a fresh process):\x1b[0m\n    \
                        SEEDBED_REPLAY=sb1:A\n\x1b[2m  saved: z\x1b[0m";
        assert_eq!(shown, expected);
    }
}
