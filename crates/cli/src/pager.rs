//! Long text for a person: through a pager where there is a terminal, else as it is.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use anstream::{AutoStream, ColorChoice};

use crate::terminal;

/// Shows a text whose colours are part of it. They are taken away where they are not wanted: no terminal, `NO_COLOR`.
///
/// On a terminal, what is longer than a screen goes through `PAGER`, or `less -R`. A pager that cannot be started is no error: the text
/// is written without one.
pub fn page(text: &str) {
    let plain = matches!(AutoStream::choice(&io::stdout()), ColorChoice::Never);
    let text = if plain { anstream::adapter::strip_str(text).to_string() } else { text.to_owned() };
    if terminal::output_is_terminal() && !fits(&text) && through_pager(&text).is_ok() {
        return;
    }
    // A reader that went away (`| head`) is no error: the rest is dropped.
    let _gone = io::stdout().lock().write_all(text.as_bytes());
}

/// Whether a text fits on the screen, with a line for the prompt.
fn fits(text: &str) -> bool {
    terminal_size::terminal_size().is_none_or(|(_, height)| text.lines().count() < usize::from(height.0))
}

fn through_pager(text: &str) -> io::Result<()> {
    let wanted = env::var("PAGER").ok();
    let mut words = match &wanted {
        Some(pager) => pager.split_whitespace(),
        None => "less -R".split_whitespace(),
    };
    // PAGER set to nothing: no pager is wanted.
    let program = words.next().ok_or(io::ErrorKind::NotFound)?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        // A pager of the user's own choice must be told to let colours through, too.
        command.env("LESS", "-R");
    }
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // The pager may be left before the end.
        let _gone = input.write_all(text.as_bytes());
    }
    child.wait().map(drop)
}
