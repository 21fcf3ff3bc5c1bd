//! What is written where: standard output and error, their colour and their width.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

/// A heading, a name that matters.
pub const STRONG: Style = Style::new().bold();
/// What failed.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What held.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What is beside the point.
pub const FAINT: Style = Style::new().dimmed();

/// Writes a line to standard output; colours go where they are wanted only (a terminal, `NO_COLOR`, `CLICOLOR_FORCE`).
///
/// A reader that went away (`| head`) is no error: the rest is dropped.
pub fn say(line: impl AsRef<str>) {
    let _gone = writeln!(anstream::stdout().lock(), "{}", line.as_ref());
}

/// Writes a line to standard error, for progress and problems.
pub fn tell(line: impl AsRef<str>) {
    let _gone = writeln!(anstream::stderr().lock(), "{}", line.as_ref());
}

/// `words` in a style.
pub fn styled(style: Style, words: impl std::fmt::Display) -> String {
    format!("{style}{words}{style:#}")
}

/// How wide the terminal is; 100 where there is none.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}

/// Whether standard output is a terminal.
pub fn output_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal, so that progress may be drawn.
pub fn progress_is_drawn() -> bool {
    io::stderr().is_terminal()
}
