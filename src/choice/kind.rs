//! `Kind`: what a question is about, and the stable name and code of each.

use std::fmt;
use std::str::FromStr;

/// What a question is about.
///
/// The set is closed; names and codes are stable, because replay lines hold them. The answer 0 is always the plain thing.
///
/// # Examples
///
/// ```
/// use seedbed::choice::Kind;
///
/// assert_eq!(Kind::Overtaken.to_string(), "overtaken");
/// assert_eq!("late".parse(), Ok(Kind::Late));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Kind {
    /// How many picks overtook the task's n-th activation while it was ready. Plain: none, it ran in wake order.
    Overtaken = 0,
    /// How many timers expired between the task's n-th activation and the next pick, while tasks were ready. Plain: none, the
    /// clock moved only when nothing was ready.
    Clock = 1,
    /// In which order a `select!` polls its branches. Plain: as written.
    Branch = 2,
    /// Which stream of random numbers a generator of user code follows. Plain: the stream of that name itself.
    Rng = 3,
    /// How late a timer expires. Plain: at its deadline.
    Late = 4,
    /// How much longer a job's blocking operation takes. Plain: as long as was said.
    Slow = 5,
    /// Whether a message is lost, or how often in a row where it is sent again. Plain: it arrives.
    Lost = 6,
    /// Whether a worker or a node crashes. Plain: it lives.
    Crash = 7,
    /// For how long the task's n-th activation is not polled though it is ready. Plain: it is polled in its turn.
    Stall = 8,
    /// How late the n-th wake of a task arrives. Plain: at once.
    Wake = 9,
    /// Whether a task that waits is polled again without a wake. Plain: it is not.
    Spurious = 10,
    /// Whether a task is cancelled at its n-th await point, and how. Plain: it is not.
    Cancel = 11,
    /// Whether a task panics at its n-th await point. Plain: it does not.
    Panic = 12,
    /// Whether a fault point of user code strikes. Plain: it does not.
    Point = 13,
    /// By how much the wall clock jumps when it is read. Plain: it does not.
    Wall = 14,
    /// Whether a datagram arrives twice, and how much later. Plain: once.
    Duplicated = 15,
    /// How many datagrams that a link carries later overtake one. Plain: none.
    Reordered = 16,
    /// How much longer than the least a message is on its way, within the latency of its link. Plain: the least.
    Latency = 17,
    /// Whether a connection is reset when it sends something. Plain: it is not.
    Reset = 18,
    /// By how many bytes fewer a read gets, or a write gives, than it could. Plain: none.
    Short = 19,
    /// For how long a host is cut off from all others when it sends something. Plain: it is not.
    Partition = 20,
}

impl Kind {
    /// Every kind, in the order of their codes.
    pub const ALL: [Kind; 21] = [
        Kind::Overtaken,
        Kind::Clock,
        Kind::Branch,
        Kind::Rng,
        Kind::Late,
        Kind::Slow,
        Kind::Lost,
        Kind::Crash,
        Kind::Stall,
        Kind::Wake,
        Kind::Spurious,
        Kind::Cancel,
        Kind::Panic,
        Kind::Point,
        Kind::Wall,
        Kind::Duplicated,
        Kind::Reordered,
        Kind::Latency,
        Kind::Reset,
        Kind::Short,
        Kind::Partition,
    ];

    /// Returns the name: one lower-case word.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::choice::Kind::Branch.name(), "branch");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Overtaken => "overtaken",
            Kind::Clock => "clock",
            Kind::Branch => "branch",
            Kind::Rng => "rng",
            Kind::Late => "late",
            Kind::Slow => "slow",
            Kind::Lost => "lost",
            Kind::Crash => "crash",
            Kind::Stall => "stall",
            Kind::Wake => "wake",
            Kind::Spurious => "spurious",
            Kind::Cancel => "cancel",
            Kind::Panic => "panic",
            Kind::Point => "point",
            Kind::Wall => "wall",
            Kind::Duplicated => "duplicated",
            Kind::Reordered => "reordered",
            Kind::Latency => "latency",
            Kind::Reset => "reset",
            Kind::Short => "short",
            Kind::Partition => "partition",
        }
    }

    /// Tells whether time goes differently where the answer is not plain.
    pub(crate) const fn is_of_time(self) -> bool {
        matches!(self, Kind::Clock | Kind::Late | Kind::Slow | Kind::Stall | Kind::Wake)
    }

    /// Tells whether it is a fault: something that strikes from outside, asked about only where it is wanted.
    pub(crate) const fn is_fault(self) -> bool {
        !matches!(self, Kind::Overtaken | Kind::Clock | Kind::Branch | Kind::Rng)
    }

    /// Tells whether it strikes what the simulated network carries.
    pub(crate) const fn is_of_network(self) -> bool {
        matches!(
            self,
            Kind::Lost
                | Kind::Duplicated
                | Kind::Reordered
                | Kind::Latency
                | Kind::Reset
                | Kind::Short
                | Kind::Partition
        )
    }

    /// Tells whether it is about whose turn it is.
    pub(crate) const fn is_of_turns(self) -> bool {
        matches!(self, Kind::Overtaken | Kind::Clock)
    }

    /// Returns the code that replay lines hold; codes are never used again for another kind.
    pub(super) const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the kind of a code, or `None` for one of a newer version.
    pub(super) fn from_code(code: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(code)).copied()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| UnknownKind { text: text.to_owned() })
    }
}

/// The text is not the name of a [`Kind`].
///
/// # Examples
///
/// ```
/// let error = "overtake".parse::<seedbed::choice::Kind>().unwrap_err();
/// assert!(error.to_string().starts_with("\"overtake\" is not a kind of choice: write one of overtaken, clock, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind {
    text: String,
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a kind of choice: write one of {}", self.text, Kind::ALL.map(Kind::name).join(", "))
    }
}

impl std::error::Error for UnknownKind {}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn names_and_codes_never_change() {
        let table = Kind::ALL.map(|kind| format!("{} {kind}", kind.code())).join(", ");
        assert_eq!(
            table,
            "0 overtaken, 1 clock, 2 branch, 3 rng, 4 late, 5 slow, 6 lost, 7 crash, 8 stall, 9 wake, 10 spurious, \
             11 cancel, 12 panic, 13 point, 14 wall, 15 duplicated, 16 reordered, 17 latency, 18 reset, 19 short, 20 partition"
        );
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!(Kind::from_code(21), None);
    }
}
