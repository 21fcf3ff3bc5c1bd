//! What a hunt is told, by the code and by the environment: the only file that reads `SEEDBED_*`.

use std::ffi::OsString;
use std::fmt;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use super::detail::Detail;
use super::job::Asked;
use crate::choice::{FaultSet, Replay, ReplayError, UnknownFault};
use crate::fault::{UnknownFaultPoint, check_fault};
use crate::policy::{Profile, UnknownPolicy, by_name};
use crate::seed::{ParseSeedError, Seed};
use crate::trace::Digest;

const PREFIX: &str = "SEEDBED_";

const AT_LEAST_1: &str = "a whole number, at least 1";
const FAULT_POINTS: &str = "names of fault points, each with `=on` or `=off`, separated by commas";
const FROM_0: &str = "a whole number, 0 or more";

/// So many of the variables are for people; they come first.
const FOR_PEOPLE: usize = 16;

/// Every variable, in the order of the table, and how its value becomes a setting.
const VARIABLES: [(&str, Read); 24] = [
    ("SEEDBED_RUNS", |settings, text| set(&mut settings.runs, number(text, AT_LEAST_1))),
    ("SEEDBED_SEED", |settings, text| set(&mut settings.seed, seed(text))),
    ("SEEDBED_POLICY", |settings, text| set(&mut settings.policy, policy(text))),
    ("SEEDBED_FAULTS", |settings, text| set(&mut settings.faults, faults(text))),
    ("SEEDBED_FAULT_POINTS", |settings, text| set(&mut settings.fault_points, fault_points(text))),
    ("SEEDBED_REPLAY", |settings, text| set(&mut settings.replay, text.parse().map_err(Fault::Replay))),
    ("SEEDBED_HUNT", |settings, text| set(&mut settings.only, Ok(text.to_owned()))),
    ("SEEDBED_TRACE", |settings, text| set(&mut settings.trace, Detail::of(text).ok_or(Fault::Wanted(Detail::WANTED)))),
    ("SEEDBED_JOBS", |settings, text| set(&mut settings.jobs, number(text, AT_LEAST_1))),
    ("SEEDBED_MAX_SHRINK_RUNS", |settings, text| set(&mut settings.shrink_runs, number(text, FROM_0))),
    ("SEEDBED_MAX_SHRINK_SECS", |settings, text| {
        set(&mut settings.shrink_time, number(text, FROM_0).map(Duration::from_secs))
    }),
    ("SEEDBED_REGRESSIONS", |settings, text| set(&mut settings.regressions, folder(text))),
    ("SEEDBED_PROVE", |settings, text| set(&mut settings.prove, switch(text))),
    ("SEEDBED_WATCHDOG", |settings, text| set(&mut settings.watchdog, span(text))),
    ("SEEDBED_SUMMARY", |settings, text| set(&mut settings.summary, switch(text))),
    ("SEEDBED_INTERRUPT", |settings, text| set(&mut settings.interrupt, switch(text))),
    ("SEEDBED_PROOF", |settings, text| {
        set(&mut settings.proof, text.parse().map_err(|_| Fault::Wanted("a digest, set by seedbed itself")))
    }),
    ("SEEDBED_TOOL", |settings, text| set(&mut settings.tool, Asked::read(text).map_err(Fault::Asked))),
    // The tests of this repository read it themselves.
    ("SEEDBED_CONFORMANCE", |_, _| Ok(())),
    ("SEEDBED_CONFORMANCE_ALL", |_, _| Ok(())),
    ("SEEDBED_CONFORMANCE_ID", |_, _| Ok(())),
    ("SEEDBED_GOLDEN_PRINT", |_, _| Ok(())),
    ("SEEDBED_FUZZ", |_, _| Ok(())),
    ("SEEDBED_TOUR", |_, _| Ok(())),
];

fn set<T>(setting: &mut Option<T>, value: Result<T, Fault>) -> Result<(), Fault> {
    *setting = Some(value?);
    Ok(())
}

type Read = fn(&mut Settings, &str) -> Result<(), Fault>;

/// Where the seed of a hunt comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BaseSeed {
    Fresh,
    Given(Seed),
}

/// What a hunt is told; `None` where nothing was said.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Settings {
    pub(super) runs: Option<NonZeroU64>,
    pub(super) seed: Option<BaseSeed>,
    /// A name that `by_name` knows, or `portfolio`.
    pub(super) policy: Option<String>,
    pub(super) faults: Option<FaultSet>,
    /// Fault points that strike, or do not, in every run.
    pub(super) fault_points: Option<Vec<(String, bool)>>,
    pub(super) replay: Option<Replay>,
    pub(super) only: Option<String>,
    pub(super) trace: Option<Detail>,
    pub(super) jobs: Option<NonZeroUsize>,
    pub(super) shrink_runs: Option<u64>,
    pub(super) shrink_time: Option<Duration>,
    /// Where replays are kept; `None` inside for nowhere.
    pub(super) regressions: Option<Option<PathBuf>>,
    pub(super) prove: Option<bool>,
    /// How long a poll may take; `None` inside for ever.
    pub(super) watchdog: Option<Option<Duration>>,
    /// Whether a hunt that passes says what it did.
    pub(super) summary: Option<bool>,
    /// Whether Ctrl-C is listened for.
    pub(super) interrupt: Option<bool>,
    /// This process was started to prove a replay, and this is the digest that it should meet.
    pub(super) proof: Option<Digest>,
    /// A tool asks for something else than a hunt.
    pub(super) tool: Option<Asked>,
}

impl Settings {
    /// What the environment of this process says.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(super) fn from_env() -> Result<Self, SettingError> {
        Self::read(std::env::vars_os())
    }

    /// What variables say; those of other programs are passed over.
    pub(super) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, SettingError> {
        let mut settings = Self::default();
        for (name, value) in variables {
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with(PREFIX) {
                continue;
            }
            let error = |fault| SettingError { name: name.clone(), value: value.to_string_lossy().into_owned(), fault };
            let Some((_, read)) = VARIABLES.iter().find(|(known, _)| *known == name) else {
                return Err(error(Fault::UnknownName));
            };
            let text = value.to_str().ok_or_else(|| error(Fault::Wanted("text in UTF-8")))?;
            read(&mut settings, text).map_err(error)?;
        }
        Ok(settings)
    }

    /// These settings, and where they say nothing those.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            runs: self.runs.or(other.runs),
            seed: self.seed.or(other.seed),
            policy: self.policy.or(other.policy),
            faults: self.faults.or(other.faults),
            fault_points: self.fault_points.or(other.fault_points),
            replay: self.replay.or(other.replay),
            only: self.only.or(other.only),
            trace: self.trace.or(other.trace),
            jobs: self.jobs.or(other.jobs),
            shrink_runs: self.shrink_runs.or(other.shrink_runs),
            shrink_time: self.shrink_time.or(other.shrink_time),
            regressions: self.regressions.or(other.regressions),
            prove: self.prove.or(other.prove),
            watchdog: self.watchdog.or(other.watchdog),
            summary: self.summary.or(other.summary),
            interrupt: self.interrupt.or(other.interrupt),
            proof: self.proof.or(other.proof),
            tool: self.tool.or(other.tool),
        }
    }
}

/// The line that the environment asks for, if it does. For who is called too often to read all variables each time.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn replay_from_env() -> Result<Option<Replay>, SettingError> {
    const NAME: &str = "SEEDBED_REPLAY";
    let Some(value) = std::env::var_os(NAME) else { return Ok(None) };
    Ok(Settings::read([(OsString::from(NAME), value)])?.replay)
}

/// Whether the person before the terminal wants no colours (the convention of no-color.org).
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn colours_refused() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn number<N: std::str::FromStr>(text: &str, wanted: &'static str) -> Result<N, Fault> {
    text.parse().map_err(|_| Fault::Wanted(wanted))
}

fn seed(text: &str) -> Result<BaseSeed, Fault> {
    if text == "fresh" { Ok(BaseSeed::Fresh) } else { text.parse().map(BaseSeed::Given).map_err(Fault::Seed) }
}

/// The name as it was given, if there is such a policy.
pub(super) fn policy(name: &str) -> Result<String, Fault> {
    by_name(name, Seed::new(0), &Profile::default()).map_err(|error| Fault::Policy(error.to_string()))?;
    Ok(name.to_owned())
}

/// The faults that are named.
pub(super) fn faults(names: &str) -> Result<FaultSet, Fault> {
    names.parse().map_err(Fault::Faults)
}

/// `disk full=on, slow disk=off`; each must be there.
fn fault_points(text: &str) -> Result<Vec<(String, bool)>, Fault> {
    let point = |entry: &str| {
        let (name, strikes) = entry.rsplit_once('=').ok_or(Fault::Wanted(FAULT_POINTS))?;
        let (name, strikes) = (name.trim(), switch(strikes.trim()).map_err(|_| Fault::Wanted(FAULT_POINTS))?);
        check_fault(name).map_err(Fault::Point)?;
        Ok((name.to_owned(), strikes))
    };
    text.split(',').map(point).collect()
}

/// A replay line that names a policy which is not there.
pub(super) fn unknown_policy(name: &str, error: &UnknownPolicy) -> SettingError {
    SettingError::in_code("SEEDBED_REPLAY", name, Fault::Policy(error.to_string()))
}

fn folder(text: &str) -> Result<Option<PathBuf>, Fault> {
    match text {
        "" => Err(Fault::Wanted("`off` or a folder")),
        "off" => Ok(None),
        path => Ok(Some(PathBuf::from(path))),
    }
}

fn switch(text: &str) -> Result<bool, Fault> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Fault::Wanted("`on` or `off`")),
    }
}

fn span(text: &str) -> Result<Option<Duration>, Fault> {
    if text == "off" {
        return Ok(None);
    }
    let secs: Result<NonZeroU64, _> = text.parse();
    secs.map(|secs| Some(Duration::from_secs(secs.get())))
        .map_err(|_| Fault::Wanted("`off` or whole seconds, at least 1"))
}

/// A variable of the environment, or a setting in the code, that cannot be read; its `Display` says which, what was read, and what may
/// stand there.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// let report = Hunt::new("fair").policy("fair").run(|| async {});
/// let Verdict::Misconfigured(error) = report.verdict else { panic!("{report}") };
/// assert!(error.to_string().starts_with("policy: \"fair\" is not a policy: use one of "));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingError {
    name: String,
    value: String,
    fault: Fault,
}

/// What is wrong with a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    UnknownName,
    Wanted(&'static str),
    Seed(ParseSeedError),
    Replay(ReplayError),
    Policy(String),
    Faults(UnknownFault),
    Point(UnknownFaultPoint),
    /// Why it is not what a tool asks.
    Asked(String),
    /// What the system said of a file.
    File(String),
}

impl SettingError {
    /// A setting in the code that is wrong.
    pub(super) fn in_code(name: &str, value: &str, fault: Fault) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), fault }
    }

    /// The variable or setting.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, fault } = self;
        match fault {
            Fault::UnknownName => {
                let known = VARIABLES.map(|(name, _)| name)[..FOR_PEOPLE].join(", ");
                write!(f, "{name}={value}: there is no such variable; unset it, or use one of {known}")
            }
            Fault::Wanted(wanted) => write!(f, "{name}: read {value:?}, wanted {wanted}"),
            Fault::Seed(error) => write!(f, "{name}: {error}; or `fresh`"),
            Fault::Replay(error) => write!(f, "{name}: read {value:?}, which is {error}"),
            Fault::Asked(why) => write!(f, "{name}: read {value:?}, which {why}"),
            Fault::File(error) => write!(f, "{name}: {value} could not be written: {error}"),
            Fault::Faults(error) => write!(f, "{name}: {error}"),
            Fault::Point(error) => write!(f, "{name}: {error}"),
            Fault::Policy(error) => write!(f, "{name}: {error}"),
        }
    }
}

impl std::error::Error for SettingError {}

#[cfg(test)]
mod tests {
    use super::{BaseSeed, Detail, Seed, Settings, VARIABLES};
    use std::time::Duration;

    fn read(name: &str, value: &str) -> Result<Settings, String> {
        Settings::read([(name.into(), value.into())]).map_err(|error| error.to_string())
    }

    #[test]
    fn every_variable_is_in_the_table_and_is_read() {
        let page = include_str!("../../docs/environment.md");
        for (name, _) in VARIABLES {
            assert!(page.contains(&format!("`{name}`")), "{name} is missing in docs/environment.md");
            let takes_any_text = ["SEEDBED_HUNT", "SEEDBED_REGRESSIONS"].contains(&name);
            let is_of_our_tests = ["CONFORMANCE", "FUZZ", "GOLDEN", "TOUR"].iter().any(|word| name.contains(word));
            if !takes_any_text && !is_of_our_tests {
                let error = read(name, "\u{1f331}").unwrap_err();
                assert!(error.starts_with(&format!("{name}: ")) && error.contains('\u{1f331}'), "{error}");
            }
        }
    }

    #[test]
    fn values_become_settings() {
        assert_eq!(read("SEEDBED_RUNS", "12").unwrap().runs.map(u64::from), Some(12));
        assert_eq!(read("SEEDBED_SEED", "0x7").unwrap().seed, Some(BaseSeed::Given(Seed::new(7))));
        assert_eq!(read("SEEDBED_SEED", "fresh").unwrap().seed, Some(BaseSeed::Fresh));
        assert_eq!(read("SEEDBED_TRACE", "full").unwrap().trace, Some(Detail::Full));
        assert_eq!(read("SEEDBED_REGRESSIONS", "off").unwrap().regressions, Some(None));
        assert_eq!(read("SEEDBED_WATCHDOG", "9").unwrap().watchdog, Some(Some(Duration::from_secs(9))));
        assert_eq!(read("HOME", "x"), Ok(Settings::default()));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let cases = [
            ("SEEDBED_RUNS", "0", "SEEDBED_RUNS: read \"0\", wanted a whole number, at least 1"),
            ("SEEDBED_RUNS", "", "SEEDBED_RUNS: read \"\""),
            ("SEEDBED_SEED", "0xg", "unexpected 'g' at character 3"),
            ("SEEDBED_POLICY", "fair", "\"fair\" is not a policy"),
            ("SEEDBED_FAULTS", "slowly", "\"slowly\" is not a kind of fault"),
            ("SEEDBED_REPLAY", "sb1:AO1e", "ends too early, at character"),
            ("SEEDBED_REPLAY", "sb9:AO1e", "update seedbed"),
            ("SEEDBED_JOBS", "-1", "read \"-1\""),
            ("SEEDBED_WATCHDOG", "0", "wanted `off` or whole seconds, at least 1"),
            ("SEEDBED_RUN", "7", "SEEDBED_RUN=7: there is no such variable; unset it, or use one of SEEDBED_RUNS, "),
            ("SEEDBED_TOOL", "{}", "SEEDBED_TOOL: read \"{}\", which lacks \"protocol\""),
            ("SEEDBED_MAX_SHRINK_SECS", "-1", "wanted a whole number, 0 or more"),
        ];
        for (name, value, expected) in cases {
            let error = read(name, value).unwrap_err();
            assert!(error.contains(expected), "{name}={value}: {error}");
            // Nobody sets these by hand.
            assert!(!error.contains("SEEDBED_PROOF") && !error.contains("SEEDBED_FUZZ"), "{error}");
        }
    }
}
