//! What a tool asks of a hunt, and where it wants the answer: the value of `SEEDBED_TOOL`, read.

use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::detail::Detail;
use crate::choice::{Departures, Replay};

/// The only version of what is asked and answered that there is.
pub(super) const PROTOCOL: u64 = 1;

const FLAG: &str = "true or false";
const LINE: &str = "a replay line";
/// Stands for a line in the job `trace`.
const PLAIN: &str = "plain";
const NUMBER: &str = "a whole number";
const PATH: &str = "an absolute path";

/// A job, and the file to which its records are appended.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Asked {
    pub(super) records: PathBuf,
    pub(super) job: Job,
}

/// What a hunt is to do in place of hunting.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Job {
    /// Say what it is, and make no run.
    Describe,
    Sweep(Slice),
    /// Make the run of the line small, explain it, prove and keep it.
    Shrink(Replay),
    /// Explain the line as it stands.
    Explain(Replay),
    Replay {
        line: Replay,
        detail: Option<Detail>,
    },
    /// Tell all events of the run.
    Trace {
        line: Replay,
        explain: bool,
    },
}

/// The runs `first`, `first + step` and so on below `end`.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Slice {
    pub(super) first: u64,
    pub(super) step: NonZeroU64,
    pub(super) end: u64,
    /// How long it may take by the machine's clock.
    pub(super) span: Option<Duration>,
    /// Whether it ends with the first run that fails.
    pub(super) fail_fast: bool,
    /// Runs whose number this divides are made twice.
    pub(super) check: Option<NonZeroU64>,
    /// The file that names the run about to start.
    pub(super) now: Option<PathBuf>,
    /// Runs that are not to be made.
    pub(super) skip: BTreeSet<u64>,
    /// Whether one more run is made, that fails on purpose.
    pub(super) canary: bool,
}

impl Asked {
    /// Reads the value of the variable.
    ///
    /// # Errors
    ///
    /// What is wrong with it, to follow on "which".
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        let Value::Object(fields) = value else { return Err("is no JSON object".to_owned()) };
        let mut fields = Fields(fields);
        let protocol = fields.must("protocol", NUMBER, Value::as_u64)?;
        if protocol != PROTOCOL {
            return Err(format!(
                "is asked in protocol {protocol}, where this seedbed knows {PROTOCOL}: use a cargo-seedbed of the same version"
            ));
        }
        let name = fields.must("do", "the name of a job", text_of)?;
        let records = fields.must("records", PATH, path)?;
        let job = match name.as_str() {
            "describe" => Job::Describe,
            "sweep" => Job::Sweep(Slice::read(&mut fields)?),
            "shrink" => Job::Shrink(fields.line()?),
            "explain" => Job::Explain(fields.line()?),
            "replay" => {
                let detail = fields.may("detail", Detail::WANTED, |value| Detail::of(value.as_str()?))?;
                Job::Replay { line: fields.line()?, detail }
            }
            "trace" => {
                let explain = fields.may("explain", FLAG, Value::as_bool)?.unwrap_or(false);
                Job::Trace { line: fields.line_or_plain()?, explain }
            }
            _ => {
                return Err(format!(
                    "asks for {name:?}, where there are describe, sweep, shrink, explain, replay and trace"
                ));
            }
        };
        fields.finish()?;
        Ok(Self { records, job })
    }
}

impl Slice {
    fn read(fields: &mut Fields) -> Result<Self, String> {
        let set = |value: &Value| value.as_array()?.iter().map(Value::as_u64).collect();
        Ok(Self {
            first: fields.must("first", NUMBER, Value::as_u64)?,
            step: fields.must("step", "a whole number, at least 1", positive)?,
            end: fields.must("end", NUMBER, Value::as_u64)?,
            span: fields.may("millis", NUMBER, Value::as_u64)?.map(Duration::from_millis),
            fail_fast: fields.may("fail_fast", FLAG, Value::as_bool)?.unwrap_or(false),
            check: fields.may("check", "a whole number, at least 1", positive)?,
            now: fields.may("now", PATH, path)?,
            skip: fields.may("skip", "a list of whole numbers", set)?.unwrap_or_default(),
            canary: fields.may("canary", FLAG, Value::as_bool)?.unwrap_or(false),
        })
    }

    /// The numbers of its runs.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        let next = |number: &u64| number.checked_add(self.step.get());
        let numbers = std::iter::successors(Some(self.first), next).take_while(|number| *number < self.end);
        numbers.filter(|number| !self.skip.contains(number))
    }
}

/// The fields of the object that nobody has asked for yet.
struct Fields(Map<String, Value>);

impl Fields {
    /// A field that may be missing; `null` is as good as nothing.
    fn may<T>(&mut self, key: &str, wanted: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, String> {
        match self.0.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(&value) {
                Some(read) => Ok(Some(read)),
                None => Err(format!("has {value} for {key:?}, which wants {wanted}")),
            },
        }
    }

    fn must<T>(&mut self, key: &str, wanted: &str, read: impl Fn(&Value) -> Option<T>) -> Result<T, String> {
        self.may(key, wanted, read)?.ok_or_else(|| format!("lacks {key:?}: {wanted}"))
    }

    /// A line, or the word for the run without departures: it is what a failing run is compared with.
    fn line_or_plain(&mut self) -> Result<Replay, String> {
        if self.0.get("line").and_then(Value::as_str) != Some(PLAIN) {
            return self.line();
        }
        self.0.remove("line");
        Ok(Replay::Departures(Departures::new()))
    }

    fn line(&mut self) -> Result<Replay, String> {
        let text = self.must("line", LINE, text_of)?;
        text.parse().map_err(|error| format!("has a line that is {error}"))
    }

    fn finish(self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => Err(format!("has {key:?}, which this job does not know")),
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn path(value: &Value) -> Option<PathBuf> {
    value.as_str().map(PathBuf::from).filter(|path| path.is_absolute())
}

fn positive(value: &Value) -> Option<NonZeroU64> {
    value.as_u64().and_then(NonZeroU64::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Asked, Departures, Job, Replay, Slice};

    fn slice(first: u64, step: u64, end: u64) -> Slice {
        let text = format!(
            r#"{{"protocol":1,"do":"sweep","records":"/r","first":{first},"step":{step},"end":{end},"millis":null}}"#
        );
        match Asked::read(&text) {
            Ok(Asked { job: Job::Sweep(slice), .. }) => slice,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_plain_run_has_a_word_where_a_trace_is_asked_for() {
        let read = |job: &str| Asked::read(&format!(r#"{{"protocol":1,"do":"{job}","records":"/r","line":"plain"}}"#));
        let Ok(Asked { job: Job::Trace { line, .. }, .. }) = read("trace") else { panic!("the word is not read") };
        assert_eq!(line, Replay::Departures(Departures::new()));
        assert!(read("shrink").unwrap_err().contains("has a line that is not a replay line"));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let cases = [
            ("", "is no JSON: EOF"),
            ("[]", "is no JSON object"),
            (r#"{"do":"describe"}"#, "lacks \"protocol\""),
            (r#"{"protocol":2,"do":"fly"}"#, "is asked in protocol 2, where this seedbed knows 1"),
            (r#"{"protocol":1,"do":"fly","records":"/r"}"#, "asks for \"fly\", where there are describe, "),
            (r#"{"protocol":1,"do":"describe","records":"r"}"#, "has \"r\" for \"records\", which wants an absolute"),
            (r#"{"protocol":1,"do":"describe","records":"/r","rnus":7}"#, "has \"rnus\", which this job does not"),
            (r#"{"protocol":1,"do":"shrink","records":"/r"}"#, "lacks \"line\": a replay line"),
            (r#"{"protocol":1,"do":"shrink","records":"/r","line":"sb1:AO"}"#, "has a line that is not a replay line"),
            (
                r#"{"protocol":1,"do":"sweep","records":"/r","first":0,"step":0,"end":9}"#,
                "has 0 for \"step\", which wants a whole number, at least 1",
            ),
            (
                r#"{"protocol":1,"do":"sweep","records":"/r","first":0,"step":1,"end":9,"skip":[-1]}"#,
                "has [-1] for \"skip\", which wants a list of whole numbers",
            ),
        ];
        for (text, expected) in cases {
            let error = Asked::read(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    proptest! {
        /// However many there are, slices of the same step share the runs out: each run is made by one of them.
        #[test]
        fn slices_are_a_partition(count in 1..20_u64, end in 0..300_u64) {
            let mut all: Vec<u64> = (0..count).flat_map(|first| slice(first, count, end).numbers().collect::<Vec<_>>()).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..end).collect::<Vec<_>>());
        }
    }

    #[test]
    fn numbers_end_where_numbers_do() {
        let far = slice(u64::MAX - 3, 2, u64::MAX);
        assert_eq!(far.numbers().collect::<Vec<_>>(), [u64::MAX - 3, u64::MAX - 1]);
    }
}
