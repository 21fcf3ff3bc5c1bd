//! The proof of a replay: the same executable, started afresh with the line, must fail in the same way.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::place::Place;
use crate::choice::Replay;
use crate::explore::Signature;
use crate::sim::Report;
use crate::trace::{Digest, Trace};

/// How long the fresh process may take, by the machine's clock.
const PATIENCE: Duration = Duration::from_secs(60);

/// What stands around the verdict on the standard output of the fresh process, each on a line of its own.
const BEGIN: &str = "---- seedbed proof ----";
const END: &str = "---- end of seedbed proof ----";

/// Lines shown around the first that differs.
const CONTEXT: usize = 3;

/// Whether a fresh process met the same failure.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Proof {
    /// It did, event by event.
    Proven,
    /// There was none, for this reason.
    Missing {
        /// Why.
        reason: String,
    },
}

/// What came of starting the executable afresh.
pub(super) enum Afresh {
    /// It met the same events and failed in the same way.
    Same,
    /// It did not; how the two runs differ.
    Other(String),
    /// It came to no verdict, for this reason.
    Nothing(String),
}

/// Starts this executable afresh with the line, and compares what it meets with this run.
pub(super) fn prove(place: &Place, replay: &Replay, run: &Report<()>) -> Afresh {
    let verdict = match verdict_of(command(place, replay, run.digest)) {
        Ok(verdict) => verdict,
        Err(reason) => return Afresh::Nothing(reason),
    };
    let mut lines = verdict.iter().map(String::as_str);
    let told = [lines.next().unwrap_or_default(), lines.next().unwrap_or_default()];
    let expected = head(run);
    if told.join("\n") == expected {
        return Afresh::Same;
    }
    let trace: Vec<&str> = lines.collect();
    Afresh::Other(first_difference(&run.trace, &trace).unwrap_or_else(|| {
        let here = expected.replace('\n', ", ");
        format!("the events are the same, the failures are not\n- {here}\n+ {}", told.join(", "))
    }))
}

/// Digest and signature, a line each.
fn head(run: &Report<()>) -> String {
    let signature = run.result.as_ref().err().map_or_else(
        || "passed".to_owned(),
        |failure| {
            // In one line, whatever the message of a panic holds.
            format!("{:?}", Signature::of(failure).to_string())
        },
    );
    format!("{}\n{signature}", run.digest)
}

/// In the fresh process: tells what the run came to, with its trace if it is another one than expected, and ends the process.
pub(super) fn tell(run: &Report<()>, expected: Digest) -> ! {
    let mut text = format!("\n{BEGIN}\n{}\n", head(run));
    if run.digest != expected {
        text.push_str(&run.trace.full());
        text.push('\n');
    }
    text.push_str(END);
    text.push('\n');
    let mut out = io::stdout().lock();
    // Who reads it no longer listens if this fails, and then there is nobody to be told.
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    std::process::exit(i32::from(written.is_err()))
}

fn command(place: &Place, replay: &Replay, digest: Digest) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    match &place.test {
        Some(test) => command.args([test, "--exact", "--nocapture", "--include-ignored"]),
        None => command.args(std::env::args_os().skip(1)),
    };
    command
        .env("SEEDBED_REPLAY", replay.to_string())
        .env("SEEDBED_HUNT", &place.hunt)
        .env("SEEDBED_PROOF", digest.to_string())
        // What a tool asks of this process is not asked of that one.
        .env_remove("SEEDBED_TOOL")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    Ok(command)
}

/// The lines of the verdict, or why there is none.
fn verdict_of(command: io::Result<Command>) -> Result<Vec<String>, String> {
    let mut command = command.map_err(|error| format!("the path of this executable is not known: {error}"))?;
    let mut child = command.spawn().map_err(|error| format!("the executable could not be started: {error}"))?;
    let read = lines_of(&mut child, PATIENCE);
    if read.is_err() {
        // It hangs; an error means that it ended by itself just now.
        drop(child.kill());
    }
    let status = child.wait().map_err(|error| format!("the fresh process was lost: {error}"))?;
    match read {
        Ok(Some(lines)) => Ok(lines),
        Ok(None) => Err(format!("the fresh process did not come to this hunt ({})", ended(status))),
        Err(_) => Err(format!("the fresh process said nothing for {} s", PATIENCE.as_secs())),
    }
}

fn ended(status: ExitStatus) -> String {
    status.to_string()
}

/// The lines between the marks, `None` if the output ends without them. Read by another thread, because a pipe cannot be read for a
/// limited time.
#[expect(clippy::disallowed_methods, reason = "no run is going on; the thread reads a pipe")]
fn lines_of(child: &mut Child, patience: Duration) -> Result<Option<Vec<String>>, mpsc::RecvTimeoutError> {
    let output = child.stdout.take().expect("seedbed bug: the output of the fresh process is not piped, please report");
    let (sender, receiver) = mpsc::channel();
    drop(std::thread::spawn(move || {
        let text = BufReader::new(output).split(b'\n').map_while(Result::ok);
        let lines = text.map(|line| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned());
        let mut lines = lines.skip_while(|line| line != BEGIN).skip(1);
        let mut verdict = Vec::new();
        let whole = loop {
            match lines.next() {
                Some(line) if line == END => break Some(verdict),
                Some(line) => verdict.push(line),
                None => break None,
            }
        };
        // Nobody listens if it took too long.
        drop(sender.send(whole));
    }));
    receiver.recv_timeout(patience)
}

/// The first line that differs, as a patch would show it. Columns are as wide as their widest entry, so only words are compared.
fn first_difference(here: &Trace, there: &[&str]) -> Option<String> {
    let full = here.full();
    let here: Vec<&str> = full.lines().collect();
    let words = |lines: &[&str], n: usize| {
        lines.get(n).map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let at = (0..here.len().max(there.len())).find(|&n| words(&here, n) != words(there, n))?;
    let mut text = format!("the two runs (- this process, + the fresh one) differ at event {}:", at + 1);
    let shown = |lines: &[&str], from: usize, to: usize| lines[from.min(lines.len())..to.min(lines.len())].join("\n");
    let parts = [
        (' ', shown(&here, at.saturating_sub(CONTEXT), at)),
        ('-', shown(&here, at, at + CONTEXT)),
        ('+', shown(there, at, at + CONTEXT)),
    ];
    for (mark, lines) in parts {
        for line in lines.lines() {
            let _infallible = write!(text, "\n  {mark} {line}");
        }
    }
    Some(text)
}
