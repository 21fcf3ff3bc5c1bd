//! The wall clock of a run: read, set by hand, and disturbed by faults.

use std::time::Duration;

use super::wall_time::WallTime;
use crate::choice::Kind;
use crate::context;
use crate::kernel::Kernel;
use crate::trace::Event;

const SECOND: i128 = 1_000_000_000;
const HOUR: i128 = 3_600 * SECOND;
const DAY: i128 = 24 * HOUR;

/// What may happen to a wall clock.
enum Change {
    /// It jumps by so many nanoseconds.
    Jump(i128),
    /// From here on it goes faster by so many parts of a million.
    Drift(i32),
}

/// What the answers of [`Kind::Wall`] mean, from 1 on. Replay lines hold them: nothing is ever taken out or moved.
///
/// POSIX counts no leap seconds: while one is inserted, the second before it comes once more. NTP corrects a clock that is off by
/// little at no more than 500 parts of a million (RFC 5905), and sets one that is off by more.
const CHANGES: [(&str, Change); 10] = [
    ("jump back by 1 ms", Change::Jump(-SECOND / 1_000)),
    ("repeat a second, as for a leap second", Change::Jump(-SECOND)),
    ("jump back by 1 h", Change::Jump(-HOUR)),
    ("jump back by 1 day", Change::Jump(-DAY)),
    ("jump forward by 1 s", Change::Jump(SECOND)),
    ("jump forward by 1 h", Change::Jump(HOUR)),
    ("jump forward by 1 day", Change::Jump(DAY)),
    ("jump forward by 365 days", Change::Jump(365 * DAY)),
    ("go faster by 500 ppm", Change::Drift(500)),
    ("go slower by 500 ppm", Change::Drift(-500)),
];

/// What an answer of [`Kind::Wall`] lets the clock do, in words.
pub(crate) fn wall_change(answer: u32) -> Option<&'static str> {
    CHANGES.get((answer as usize).checked_sub(1)?).map(|(words, _)| *words)
}

/// Reads the wall clock: the date and time that the simulated machine believes it to be.
///
/// It begins at [`WallTime::START`], or where [`Sim::wall_clock`](crate::Sim::wall_clock) says, and goes with virtual time. Where the fault
/// `wall` may strike, it jumps back and forth, repeats a second, and drifts, as [`set_wall`] and its like let it do by hand. Sleeps and
/// timeouts follow the monotonic clock, [`now`](super::now), which none of that touches.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, sleep, time::wall_now};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     sleep(Duration::from_secs(24 * 3600)).await;
///     wall_now().to_string()
/// });
/// assert_eq!(report.unwrap(), "2000-01-02T00:00:00Z");
/// ```
#[doc(alias = "SystemTime::now")]
#[doc(alias = "time.time")]
#[doc(alias = "datetime.now")]
#[must_use]
#[track_caller]
pub fn wall_now() -> WallTime {
    context::with("wall_now", |kernel| {
        if kernel.picker.asks(Kind::Wall) {
            disturb(kernel);
        }
        WallTime::from_unix(Duration::from_nanos(kernel.wall.at(kernel.now)))
    })
}

/// Asks whether something happens to the clock before it is read.
fn disturb(kernel: &mut Kernel) {
    let subject = kernel.current_subject();
    let bound = u32::try_from(CHANGES.len() + 1).expect("seedbed bug: too many changes of the clock, please report");
    let answer = kernel.decide(subject, Kind::Wall, bound);
    let Some((words, change)) = (answer as usize).checked_sub(1).and_then(|place| CHANGES.get(place)) else { return };
    kernel.show_choice(Kind::Wall, answer);
    apply(kernel, change, words);
}

fn apply(kernel: &mut Kernel, change: &Change, words: &str) {
    let now = kernel.now;
    match *change {
        Change::Jump(by) => kernel.wall.jump(now, by),
        Change::Drift(ppm) => kernel.wall.drift(now, ppm),
    }
    let (who, change) = (kernel.actor(), kernel.recorder.text(words));
    kernel.emit(Event::WallChanged { who, change });
}

/// Sets the wall clock.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::Sim;
/// use seedbed::time::{WallTime, set_wall, wall_now};
/// let report = Sim::new(0).run(async {
///     set_wall("2038-01-19T03:14:08Z".parse::<WallTime>().unwrap());
///     wall_now().since_epoch().as_secs() > i32::MAX as u64
/// });
/// assert!(report.unwrap());
/// ```
#[track_caller]
pub fn set_wall(to: WallTime) {
    let words = format!("be set to {to}");
    context::with("set_wall", |kernel| {
        let by = to.since_epoch().as_nanos().cast_signed() - i128::from(kernel.wall.at(kernel.now));
        apply(kernel, &Change::Jump(by), &words);
    });
}

/// Puts the wall clock forward.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, time::{jump_wall, wall_now}};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     jump_wall(Duration::from_secs(3600));
///     wall_now().to_string()
/// });
/// assert_eq!(report.unwrap(), "2000-01-01T01:00:00Z");
/// ```
#[track_caller]
pub fn jump_wall(forward: Duration) {
    let words = format!("jump forward by {forward:?}");
    let jump = Change::Jump(forward.as_nanos().cast_signed());
    context::with("jump_wall", |kernel| apply(kernel, &jump, &words));
}

/// Puts the wall clock back; the Unix epoch is as far as it goes.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, time::{jump_wall_back, wall_now}};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let before = wall_now();
///     jump_wall_back(Duration::from_secs(1));
///     wall_now().duration_since(before)
/// });
/// assert_eq!(report.unwrap().unwrap_err().duration(), Duration::from_secs(1));
/// ```
#[track_caller]
pub fn jump_wall_back(back: Duration) {
    let words = format!("jump back by {back:?}");
    let jump = Change::Jump(-back.as_nanos().cast_signed());
    context::with("jump_wall_back", |kernel| apply(kernel, &jump, &words));
}

/// From here on the wall clock goes faster than virtual time by so many parts of a million; slower if that is negative, and not at all at
/// a million less.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, sleep, time::{drift_wall, wall_now}};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     drift_wall(-100_000);
///     sleep(Duration::from_secs(10)).await;
///     wall_now().to_string()
/// });
/// assert_eq!(report.unwrap(), "2000-01-01T00:00:09Z");
/// ```
#[track_caller]
pub fn drift_wall(ppm: i32) {
    let ppm = ppm.max(-1_000_000);
    let words = match ppm {
        0 => "go as time does".to_owned(),
        ..0 => format!("go slower by {} ppm", -ppm),
        _ => format!("go faster by {ppm} ppm"),
    };
    context::with("drift_wall", |kernel| apply(kernel, &Change::Drift(ppm), &words));
}
