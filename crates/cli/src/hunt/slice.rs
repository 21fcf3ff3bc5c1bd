//! One worker: the process that makes a slice of a test's runs, watched until it ends.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::tail::Tail;
use super::target::Target;
use crate::record::{Job, PROTOCOL, Record, RunOutcome, RunRecord, Sweep, Task};
use crate::signal;
use crate::status::Error;
use crate::worker;

/// How much of a worker's output is kept, for the case that it dies.
const OUTPUT_BYTES: usize = 64 << 10;
/// How long a worker that was asked to end may take before it is killed, unless one run may take less.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a worker may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long one run may take before its process is killed.
    pub run: Duration,
}

/// What a worker is to make.
pub(super) struct Slice<'a> {
    pub(super) target: &'a Target,
    pub(super) sweep: Sweep,
    /// Where its files stand.
    pub(super) folder: &'a Path,
    /// Which worker it is: names its files.
    pub(super) worker: usize,
    pub(super) limits: Limits,
    pub(super) variables: &'a [(String, String)],
}

/// How a worker ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// It said why, and ended in peace.
    Whole,
    /// The run in hand ended the process.
    Lost(Box<RunRecord>),
    /// It could not do the job: the user's side.
    Refused(Error),
    /// It was lost, and no run can be blamed.
    Broken(Error),
}

/// How the process came to its end.
struct Exit {
    status: ExitStatus,
    killed_after: Option<Duration>,
    asked: bool,
}

impl Slice<'_> {
    /// Starts the worker, hands over its records as they come, and says how it ended.
    pub(super) fn make(&self, stop: &dyn Fn() -> bool, record: &mut dyn FnMut(Record, &str)) -> Ending {
        match self.attempt(stop, record) {
            Ok(ending) => ending,
            Err(error) => Ending::Broken(error),
        }
    }

    fn file(&self, what: &str) -> PathBuf {
        self.folder.join(format!("worker-{}.{what}", self.worker))
    }

    fn attempt(&self, stop: &dyn Fn() -> bool, record: &mut dyn FnMut(Record, &str)) -> Result<Ending, Error> {
        let (records, now) = (self.file("jsonl"), self.file("now"));
        for old in [&records, &now] {
            // Of the slice before; there may have been none.
            let _none = fs::remove_file(old);
        }
        let sweep = Sweep { now: Some(now.clone()), ..self.sweep.clone() };
        let job = Job { protocol: PROTOCOL, records: records.clone(), task: Task::Sweep(sweep) };
        let (reader, writer) = std::io::pipe().map_err(|error| Error::broken(format!("there is no pipe: {error}")))?;
        let twin = writer.try_clone().map_err(|error| Error::broken(format!("there is no pipe: {error}")))?;
        let mut command = worker::command(&self.target.test, &job, &self.target.variables(self.variables))?;
        let spawned = command.stdin(Stdio::null()).stdout(writer).stderr(twin).spawn();
        // It holds the writing ends: the reader would wait for them for ever.
        drop(command);
        let child = spawned.map_err(|error| worker::cannot_start(&self.target.test.binary.path, &error))?;
        let output = Output::read(reader);
        let mut heard = Heard::new(&records);
        let exit = self.watch(child, &now, stop, &mut heard, record)?;
        heard.listen(record)?;
        Ok(self.judge(&exit, &heard, &now, &output))
    }

    /// Waits for the end of the process; kills it if one run takes too long.
    fn watch(
        &self,
        mut child: Child,
        now: &Path,
        stop: &dyn Fn() -> bool,
        heard: &mut Heard,
        record: &mut dyn FnMut(Record, &str),
    ) -> Result<Exit, Error> {
        let mut pause = Duration::from_millis(1);
        let mut slot = Vec::new();
        let mut since = Instant::now();
        let (mut asked_at, mut killed_after): (Option<Instant>, Option<Duration>) = (None, None);
        loop {
            let ended =
                child.try_wait().map_err(|error| Error::broken(format!("a worker cannot be waited for: {error}")))?;
            if let Some(status) = ended {
                return Ok(Exit { status, killed_after, asked: asked_at.is_some() });
            }
            heard.listen(record).inspect_err(|_| {
                // What it goes on to say cannot be read.
                let _gone = child.kill();
            })?;
            let seen = fs::read(now).unwrap_or_default();
            if seen != slot {
                (slot, since) = (seen, Instant::now());
            }
            if stop() && asked_at.is_none() {
                signal::ask_to_end(&mut child);
                asked_at = Some(Instant::now());
            }
            let late = asked_at.is_some_and(|at| at.elapsed() > PATIENCE.min(self.limits.run));
            if killed_after.is_none() && (since.elapsed() > self.limits.run || late) {
                killed_after = Some(since.elapsed());
                // It may have ended in between.
                let _gone = child.kill();
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(40));
        }
    }

    fn judge(&self, exit: &Exit, heard: &Heard, now: &Path, output: &Output) -> Ending {
        if heard.ended && exit.status.success() {
            return Ending::Whole;
        }
        let test = &self.target.test;
        let written = without_harness(&output.text(), test.name());
        let how = match exit.killed_after {
            Some(span) if exit.asked => {
                format!("killed, {} s after it began and after it was asked to end", span.as_secs())
            }
            Some(span) => format!("killed after {} s in one run", span.as_secs()),
            None => worker::ending_words(exit.status),
        };
        if exit.asked && (exit.killed_after.is_some() || how.contains("signal 2 ") || how.contains("signal 15 ")) {
            // It was asked in the moment in which it started, or is slow: nobody is to blame.
            return Ending::Whole;
        }
        let slot = Slot::read(now);
        let blamed = slot.filter(|slot| heard.last != Some(slot.run) && !heard.ended);
        match blamed {
            Some(slot) => {
                let how = if heard.hang.is_some() { "a poll that did not come back" } else { &how };
                Ending::Lost(Box::new(slot.lost(how, heard.hang.as_deref().unwrap_or(&written))))
            }
            // A job that cannot be done is a panic of the test: it says what is wrong.
            None if !heard.began && exit.status.code().is_some() => {
                Ending::Refused(worker::refusal(test, "make runs", exit.status, &written))
            }
            None => Ending::Broken(
                Error::broken(format!("a worker was lost between two runs of {}: {how}", test.words()))
                    .cure(format!("it wrote:\n{}", worker::last_lines(&written, 40))),
            ),
        }
    }
}

/// What the test wrote, without what the test harness says before it.
fn without_harness(text: &str, name: &str) -> String {
    let text = text.strip_prefix("\nrunning 1 test\n").unwrap_or(text);
    let start = format!("test {name} ... ");
    text.strip_prefix(&*start).or_else(|| text.strip_prefix(start.trim_end())).unwrap_or(text).to_owned()
}

/// What a worker has said so far.
struct Heard {
    tail: Tail,
    /// The run of its last record.
    last: Option<u64>,
    /// What its watchdog said before it ended the process.
    hang: Option<String>,
    began: bool,
    ended: bool,
}

impl Heard {
    fn new(records: &Path) -> Self {
        Self { tail: Tail::new(records), last: None, hang: None, began: false, ended: false }
    }

    fn listen(&mut self, record: &mut dyn FnMut(Record, &str)) -> Result<(), Error> {
        let lines = self.tail.lines().map_err(|error| Error::broken(format!("records cannot be read: {error}")))?;
        for line in lines {
            let read: Record = serde_json::from_str(&line).map_err(|error| {
                Error::broken(format!("a worker wrote something that is no record: {error}: {line}"))
                    .cure("the test was built with another version of seedbed than this cargo-seedbed knows")
            })?;
            match &read {
                Record::Sweep(_) => self.began = true,
                Record::Run(run) => self.last = Some(run.run),
                Record::End(_) => self.ended = true,
                Record::Hang(hang) => self.hang = Some(hang.words.clone()),
                _ => {}
            }
            record(read, &line);
        }
        Ok(())
    }
}

/// The run in hand, as its worker wrote it down before it started.
#[derive(Debug, PartialEq, Eq)]
struct Slot {
    hunt: String,
    run: u64,
    seed: String,
    replay: Option<String>,
}

impl Slot {
    fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // A slot of fixed width may fill its number up with zeros, which JSON does not know.
        let (before, number) = text.trim_end().split_once("\"run\":0").unwrap_or((text.trim_end(), ""));
        let number = number.trim_start_matches('0');
        let zero = if number.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
        let text = if number.is_empty() { before.to_owned() } else { format!("{before}\"run\":{zero}{number}") };
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        let word = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        Some(Self {
            hunt: word("hunt")?,
            run: value.get("run")?.as_u64()?,
            seed: word("seed")?,
            replay: word("replay"),
        })
    }

    fn lost(self, how: &str, output: &str) -> RunRecord {
        let hint = if how.contains("signal 9 ") && !how.contains("killed") {
            ": out of memory, or killed from outside"
        } else {
            ""
        };
        RunRecord {
            hunt: self.hunt,
            run: self.run,
            seed: self.seed,
            outcome: RunOutcome::Lost,
            kind: Some("lost".to_owned()),
            place: Some(String::new()),
            // Spans differ from time to time.
            signature: Some(format!("lost: {}", how.split(" after ").next().unwrap_or(how))),
            failure: Some(format!("the run ended its process: {how}{hint}")),
            replay: self.replay,
            output: Some(worker::last_lines(output, 40)).filter(|text| !text.is_empty()),
            ..RunRecord::default()
        }
    }
}

/// The end of what a worker writes.
struct Output {
    bytes: Arc<Mutex<VecDeque<u8>>>,
    reader: thread::JoinHandle<()>,
}

impl Output {
    fn read(mut pipe: std::io::PipeReader) -> Self {
        let bytes = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 8 << 10];
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&buffer[..n]);
                let surplus = kept.len().saturating_sub(OUTPUT_BYTES);
                kept.drain(..surplus);
            }
        });
        Self { bytes, reader }
    }

    fn text(&self) -> String {
        // The process has ended: what it wrote is in the pipe. A child of its own may hold the pipe open for ever.
        let until = Instant::now() + Duration::from_millis(500);
        while !self.reader.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(bytes.make_contiguous()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_in_hand_is_read_from_its_slot() {
        let slot = Slot::parse("{\"hunt\":\"a\",\"run\":7,\"seed\":\"0x5\",\"replay\":\"sb1:x\"}      \n").unwrap();
        assert_eq!((slot.run, &*slot.seed, slot.replay.as_deref()), (7, "0x5", Some("sb1:x")));
        let run = |text: &str| Slot::parse(text).map(|slot| slot.run);
        assert_eq!(run("{\"hunt\":\"a\",\"run\":00000000000000000070,\"seed\":\"0x5\"}\n"), Some(70));
        assert_eq!(run("{\"hunt\":\"a\",\"run\":00000000000000000000,\"seed\":\"0x5\"}\n"), Some(0));
        assert_eq!(run("{\"hunt\":\"a\",\"run\":0,\"seed\":\"0x5\"}\n"), Some(0));
        assert_eq!(run(""), None);
    }

    #[test]
    fn a_worker_is_quoted_without_its_harness() {
        let quoted = |text: &str| without_harness(text, "a::b");
        assert_eq!(quoted("\nrunning 1 test\ntest a::b ... the end\n"), "the end\n");
        assert_eq!(quoted("\nrunning 1 test\ntest a::b ..."), "");
        assert_eq!(quoted("another\n"), "another\n");
    }

    #[test]
    fn a_lost_run_says_how_and_groups_without_its_span() {
        let slot = || Slot { hunt: "a".into(), run: 7, seed: "0x5".into(), replay: None };
        let killed = slot().lost("killed after 121 s in one run", "");
        assert_eq!(killed.signature.as_deref(), Some("lost: killed"));
        let oom = slot().lost("signal 9 (SIGKILL)", "some\noutput\n");
        assert_eq!(
            oom.failure.as_deref(),
            Some("the run ended its process: signal 9 (SIGKILL): out of memory, or killed from outside")
        );
        assert_eq!(oom.output.as_deref(), Some("some\noutput"));
    }
}
