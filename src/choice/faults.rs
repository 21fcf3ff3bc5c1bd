//! `FaultSet`: which kinds of faults there may be.

use std::fmt;
use std::str::FromStr;

use super::kind::Kind;

/// The kinds of faults that a run may have: questions that are asked at all.
///
/// A fault is what strikes a program from outside, apart from the order of its tasks. The kernel asks about a kind only if the
/// policy of the run may answer it ([`Policy::faults`](crate::policy::Policy::faults)) or the plan does, and from the beginning of the
/// run on, so that questions have the same numbers when the run is replayed.
///
/// | name | fault |
/// |---|---|
/// | `late` | timers expire late |
/// | `slow` | jobs of executors take longer |
/// | `crash` | workers of process pools die |
/// | `stall` | tasks that are ready are not polled for a time |
/// | `wake` | wakes arrive late |
/// | `spurious` | tasks that wait are polled though nobody woke them, which the contract of `Future` allows |
/// | `cancel` | tasks are cancelled where they wait |
/// | `panic` | tasks panic where they wait |
/// | `point` | the fault points of user code strike |
/// | `wall` | the wall clock jumps and drifts |
/// | `lost` | messages on the links of the [network](crate::net) are lost |
/// | `duplicated` | datagrams arrive twice |
/// | `reordered` | datagrams are overtaken by later ones |
/// | `latency` | messages are longer on their way than the least latency of their link |
/// | `reset` | connections are reset |
/// | `short` | reads and writes of streams carry fewer bytes than they could |
/// | `partition` | hosts are cut off from all others for a time |
///
/// # Examples
///
/// ```
/// use seedbed::choice::{FaultSet, Kind};
///
/// let faults: FaultSet = "late+spurious".parse()?;
/// assert!(faults.contains(Kind::Late) && !faults.contains(Kind::Stall));
/// assert_eq!("all".parse(), Ok(FaultSet::ALL));
/// assert_eq!(faults.to_string(), "late+spurious");
/// # Ok::<(), seedbed::choice::UnknownFault>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FaultSet {
    /// A bit for each kind, at the place of its code. Invariant: only those of faults are set.
    bits: u32,
}

impl FaultSet {
    /// No faults: what happens in plain FIFO order, and where nothing is asked for.
    pub const NONE: FaultSet = FaultSet { bits: 0 };

    /// Every kind.
    pub const ALL: FaultSet = FaultSet::of(&[
        Kind::Late,
        Kind::Slow,
        Kind::Crash,
        Kind::Stall,
        Kind::Wake,
        Kind::Spurious,
        Kind::Cancel,
        Kind::Panic,
        Kind::Point,
        Kind::Wall,
    ])
    .union(FaultSet::NETWORK);

    /// The kinds that strike what the simulated [network](crate::net) carries.
    pub const NETWORK: FaultSet = FaultSet::of(&[
        Kind::Lost,
        Kind::Duplicated,
        Kind::Reordered,
        Kind::Latency,
        Kind::Reset,
        Kind::Short,
        Kind::Partition,
    ]);

    /// Those of the list that are kinds of faults.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{FaultSet, Kind};
    ///
    /// assert_eq!(FaultSet::of(&[Kind::Stall, Kind::Overtaken]).to_string(), "stall");
    /// ```
    #[must_use]
    pub const fn of(kinds: &[Kind]) -> FaultSet {
        let (mut bits, mut place) = (0, 0);
        while place < kinds.len() {
            if kinds[place].is_fault() {
                bits |= 1 << kinds[place] as u32;
            }
            place += 1;
        }
        FaultSet { bits }
    }

    /// Tells whether the kind is among them.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{FaultSet, Kind};
    ///
    /// assert!(FaultSet::ALL.contains(Kind::Wall));
    /// assert!(!FaultSet::ALL.contains(Kind::Overtaken), "an order is no fault");
    /// ```
    #[must_use]
    #[inline]
    pub const fn contains(self, kind: Kind) -> bool {
        self.bits & (1 << kind as u32) != 0
    }

    /// Tells whether there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(seedbed::choice::FaultSet::NONE.is_empty());
    /// ```
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// These and those.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{FaultSet, Kind};
    ///
    /// let both = FaultSet::of(&[Kind::Wall]).union(FaultSet::of(&[Kind::Late]));
    /// assert_eq!(both.to_string(), "late+wall");
    /// ```
    #[must_use]
    pub const fn union(self, other: FaultSet) -> FaultSet {
        FaultSet { bits: self.bits | other.bits }
    }

    /// These without those.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{FaultSet, Kind};
    ///
    /// let gentle = FaultSet::ALL.without(FaultSet::of(&[Kind::Cancel, Kind::Panic]));
    /// assert!(!gentle.contains(Kind::Panic));
    /// ```
    #[must_use]
    pub const fn without(self, other: FaultSet) -> FaultSet {
        FaultSet { bits: self.bits & !other.bits }
    }

    /// The kinds, in the order of their codes.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{FaultSet, Kind};
    ///
    /// assert_eq!(FaultSet::of(&[Kind::Wall, Kind::Late]).kinds().collect::<Vec<_>>(), [Kind::Late, Kind::Wall]);
    /// ```
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Kind> for FaultSet {
    /// Kinds that are no faults are left out.
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> FaultSet {
        kinds.into_iter().fold(FaultSet::NONE, |faults, kind| faults.union(FaultSet::of(&[kind])))
    }
}

impl fmt::Display for FaultSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.pad("none");
        }
        f.pad(&self.kinds().map(Kind::name).collect::<Vec<_>>().join("+"))
    }
}

impl fmt::Debug for FaultSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultSet({self})")
    }
}

impl FromStr for FaultSet {
    type Err = UnknownFault;

    /// Reads names that are joined by `+`, in any order, or `all`, or `none`.
    fn from_str(text: &str) -> Result<FaultSet, UnknownFault> {
        match text {
            "all" => return Ok(FaultSet::ALL),
            "none" => return Ok(FaultSet::NONE),
            _ => {}
        }
        let fault = |name: &str| {
            let kind = FaultSet::ALL.kinds().find(|kind| kind.name() == name);
            kind.ok_or_else(|| UnknownFault { text: name.to_owned() })
        };
        text.split('+').map(fault).collect()
    }
}

/// The text is not the name of a kind of fault.
///
/// # Examples
///
/// ```
/// let error = "late+slowly".parse::<seedbed::choice::FaultSet>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"slowly\" is not a kind of fault: write all, none, or some of late, slow, lost, crash, stall, wake, spurious, cancel, \
///      panic, point, wall, duplicated, reordered, latency, reset, short, partition joined by +",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault {
    text: String,
}

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = FaultSet::ALL.kinds().map(Kind::name).collect::<Vec<_>>().join(", ");
        write!(f, "{:?} is not a kind of fault: write all, none, or some of {known} joined by +", self.text)
    }
}

impl std::error::Error for UnknownFault {}

#[cfg(test)]
mod tests {
    use super::{FaultSet, Kind};

    #[test]
    fn every_set_is_read_back() {
        // Every pair, and what is left without it.
        let pairs = Kind::ALL.into_iter().flat_map(|one| Kind::ALL.map(|other| FaultSet::of(&[one, other])));
        for faults in pairs.flat_map(|pair| [pair, FaultSet::ALL.without(pair)]) {
            assert_eq!(faults.to_string().parse(), Ok(faults));
            assert_eq!(faults.kinds().collect::<FaultSet>(), faults);
        }
    }
}
