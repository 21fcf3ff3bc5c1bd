//! The policies by name.

use std::fmt;

use super::delay::Delay;
use super::fair::Fair;
use super::fifo::Fifo;
use super::late::Late;
use super::pct::Pct;
use super::portfolio::portfolio;
use super::pos::Pos;
use super::profile::Profile;
use super::propose::Policy;
use super::random::Random;
use super::speeds::Speeds;
use super::sticky::Sticky;
use super::urw::Urw;
use crate::seed::Seed;

/// No policy has this name, or not with this parameter.
///
/// ```
/// use seedbed::Seed;
/// use seedbed::policy::{Profile, by_name};
/// let error = |name: &str| by_name(name, Seed::new(0), &Profile::default()).unwrap_err().to_string();
/// assert_eq!(
///     error("fair"),
///     "\"fair\" is not a policy: use one of fifo, random, pct:D, pos, urw, speeds, sticky, delay:K, portfolio"
/// );
/// assert_eq!(error("pct"), "\"pct\" is not a policy: it needs the depth of the bugs to find, from 1 to 100, as in pct:3");
/// assert_eq!(error("urw:2"), "\"urw:2\" is not a policy: urw takes no number");
/// assert_eq!(error("pos+fast"), "\"pos+fast\" is not a policy: after + comes clock or late, each once and in this order");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownPolicy {
    name: String,
    fault: Fault,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Fault {
    Name,
    /// The base takes no number.
    Number(&'static str),
    Depth,
    Delays,
    Suffix,
    /// The base has no such variant.
    NoVariant(&'static str),
}

impl fmt::Display for UnknownPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a policy: ", self.name)?;
        match self.fault {
            Fault::Name => f.write_str("use one of fifo, random, pct:D, pos, urw, speeds, sticky, delay:K, portfolio"),
            Fault::Number(base) => write!(f, "{base} takes no number"),
            Fault::Depth => f.write_str("it needs the depth of the bugs to find, from 1 to 100, as in pct:3"),
            Fault::Delays => f.write_str("it needs the number of delays, from 1 to 1000, as in delay:2"),
            Fault::Suffix => f.write_str("after + comes clock or late, each once and in this order"),
            Fault::NoVariant(base) => write!(f, "{base} never moves the clock while a task is ready"),
        }
    }
}

impl std::error::Error for UnknownPolicy {}

/// The policy of this name, with its draws decided by `seed`, for a program that is like this.
///
/// | name | policy |
/// |---|---|
/// | `fifo` | [`Fifo`]: the plain order |
/// | `random` | [`Random`]: uniform |
/// | `pct:3` | [`Pct`]: priorities with two change points |
/// | `pos` | [`Pos`]: a priority for each step |
/// | `urw` | [`Urw`]: by steps that are left |
/// | `speeds` | [`Speeds`]: the same, with fast and slow tasks |
/// | `sticky` | [`Sticky`]: mostly the same task |
/// | `delay:2` | [`Delay`]: the plain order with two delays |
/// | `portfolio` | [`portfolio`](fn@portfolio): one of those, drawn |
///
/// Those that are not fair by themselves become so in a run that is much longer than the profile's ([`Fair`]).
///
/// With `+clock` (all but `fifo` and `portfolio`), the clock may move while tasks are ready. With `+late`, behind it, timers may expire
/// late ([`Late`]).
///
/// # Errors
///
/// [`UnknownPolicy`], naming those there are.
///
/// ```
/// use seedbed::Seed;
/// use seedbed::policy::{Profile, by_name};
/// for name in ["fifo", "random+clock", "pct:3", "pos+clock+late", "urw", "sticky", "delay:2+late"] {
///     assert_eq!(by_name(name, Seed::new(0), &Profile::default()).unwrap().name(), name);
/// }
/// ```
pub fn by_name(name: &str, seed: Seed, profile: &Profile) -> Result<Box<dyn Policy>, UnknownPolicy> {
    plain_or_late(name, seed, profile).map_err(|fault| UnknownPolicy { name: name.to_owned(), fault })
}

fn plain_or_late(name: &str, seed: Seed, profile: &Profile) -> Result<Box<dyn Policy>, Fault> {
    let (rest, late) = strip(name, "+late");
    let (base, clock) = strip(rest, "+clock");
    if base.contains('+') {
        return Err(Fault::Suffix);
    }
    let policy = build(base, clock, seed, profile)?;
    // A uniform choice with exact time is fair from the start.
    let policy = if matches!(base, "fifo" | "random" | "portfolio") && !clock {
        policy
    } else {
        Box::new(Fair::new(policy, seed, profile))
    };
    Ok(if late { Box::new(Late::new(policy, seed)) } else { policy })
}

fn strip<'a>(name: &'a str, suffix: &str) -> (&'a str, bool) {
    name.strip_suffix(suffix).map_or((name, false), |rest| (rest, true))
}

fn build(base: &str, clock: bool, seed: Seed, profile: &Profile) -> Result<Box<dyn Policy>, Fault> {
    let (base, number) = match base.split_once(':') {
        Some((base, number)) => (base, Some(number)),
        None => (base, None),
    };
    let plain = |base: &'static str| if number.is_some() { Err(Fault::Number(base)) } else { Ok(()) };
    let exact = |base: &'static str| if clock { Err(Fault::NoVariant(base)) } else { Ok(()) };
    Ok(match base {
        "fifo" => plain("fifo").and(exact("fifo")).map(|()| Box::new(Fifo))?,
        "portfolio" => plain("portfolio").and(exact("portfolio")).map(|()| portfolio(u64::MAX, seed, profile))?,
        "random" => {
            plain("random")?;
            let policy = Random::new(seed);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "pct" => {
            let policy = Pct::new(number_up_to(number, 100).ok_or(Fault::Depth)?, seed, profile);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "pos" => {
            plain("pos")?;
            let policy = Pos::new(seed);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "urw" => {
            plain("urw")?;
            let policy = Urw::new(seed, profile);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "speeds" => {
            plain("speeds")?;
            let policy = Speeds::new(seed, profile);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "sticky" => {
            plain("sticky")?;
            let policy = Sticky::new(seed);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        "delay" => {
            let policy = Delay::new(number_up_to(number, 1_000).ok_or(Fault::Delays)?, seed, profile);
            Box::new(if clock { policy.with_clock() } else { policy })
        }
        _ => return Err(Fault::Name),
    })
}

/// A number from 1 to `max`, in digits without a sign or a leading zero, so that a policy has one name.
fn number_up_to(text: Option<&str>, max: u32) -> Option<u32> {
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0'))?;
    text.parse().ok().filter(|number| (1..=max).contains(number))
}
