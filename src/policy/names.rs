//! The policies by name.

use std::fmt;

use super::delay::Delay;
use super::fair::Fair;
use super::faulty::with_faults;
use super::fifo::Fifo;
use super::pct::Pct;
use super::portfolio::portfolio;
use super::pos::Pos;
use super::profile::Profile;
use super::propose::Policy;
use super::random::Random;
use super::speeds::Speeds;
use super::sticky::Sticky;
use super::urw::Urw;
use crate::choice::{FaultSet, Kind};
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
/// assert_eq!(error("pos+fast"), "\"pos+fast\" is not a policy: after + come clock and kinds of faults, each once and in this order: \
///      clock, late, slow, lost, crash, stall, wake, spurious, cancel, panic, point, wall, duplicated, reordered, latency, reset, \
///      short, partition");
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
            Fault::Suffix => write!(
                f,
                "after + come clock and kinds of faults, each once and in this order: clock, {}",
                FaultSet::ALL.kinds().map(Kind::name).collect::<Vec<_>>().join(", ")
            ),
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
/// With `+clock` (all but `fifo` and `portfolio`), the clock may move while tasks are ready. Behind it come the kinds of faults that there are
/// in the run, in the order of [`FaultSet`]: with `+late`, timers may expire late ([`Late`](super::Late)), with `+late+stall` tasks may stand still, too
/// ([`Faulty`](super::Faulty)).
///
/// # Errors
///
/// [`UnknownPolicy`], naming those there are.
///
/// ```
/// use seedbed::Seed;
/// use seedbed::policy::{Profile, by_name};
/// for name in ["fifo", "random+clock", "pct:3", "pos+clock+late", "urw+stall+wall", "sticky", "delay:2+late"] {
///     assert_eq!(by_name(name, Seed::new(0), &Profile::default()).unwrap().name(), name);
/// }
/// ```
pub fn by_name(name: &str, seed: Seed, profile: &Profile) -> Result<Box<dyn Policy>, UnknownPolicy> {
    by_name_and(name, FaultSet::NONE, seed, profile)
}

/// The policy of this name, and more faults than the name has.
pub(crate) fn by_name_and(
    name: &str,
    more: FaultSet,
    seed: Seed,
    profile: &Profile,
) -> Result<Box<dyn Policy>, UnknownPolicy> {
    with_suffixes(name, more, seed, profile).map_err(|fault| UnknownPolicy { name: name.to_owned(), fault })
}

fn with_suffixes(name: &str, more: FaultSet, seed: Seed, profile: &Profile) -> Result<Box<dyn Policy>, Fault> {
    let (base, suffixes) = name.split_once('+').map_or((name, None), |(base, suffixes)| (base, Some(suffixes)));
    let (clock, faults) = match suffixes.map(|suffixes| suffixes.split_once('+').unwrap_or((suffixes, ""))) {
        Some(("clock", "")) => (true, None),
        Some(("clock", faults)) => (true, Some(faults)),
        _ => (false, suffixes),
    };
    let faults = faults.map_or(Ok(FaultSet::NONE), |faults| exact_set(faults).ok_or(Fault::Suffix))?;
    let policy = build(base, clock, seed, profile)?;
    // A uniform choice with exact time is fair from the start.
    let policy = if matches!(base, "fifo" | "random" | "portfolio") && !clock {
        policy
    } else {
        Box::new(Fair::new(policy, seed, profile))
    };
    Ok(with_faults(policy, faults.union(more), seed, profile))
}

/// Faults as a policy spells them, so that it has one name.
fn exact_set(text: &str) -> Option<FaultSet> {
    text.parse().ok().filter(|faults: &FaultSet| !faults.is_empty() && faults.to_string() == text)
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
