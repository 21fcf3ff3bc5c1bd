//! The closed vocabulary of what can happen in a run.
//!
//! To add an event, add a row to the table below; the compiler then asks for its words in `render.rs`.

use super::actor::Actor;
use super::operand::{CODE_BITS, Mentions, Operand, Packed, Packer, Unpacker};
use super::text::TextId;
use super::vocabulary::vocabulary;
use crate::choice::Kind;
use crate::ident::{JobId, LoopId, ResourceId, TaskId, WorkerId};
use crate::instant::Instant;

/// How much a reader must want to know before an event is shown.
///
/// ```
/// use seedbed::trace::{EventKind, Level};
/// assert_eq!(EventKind::Spawned.level(), Level::Summary);
/// assert_eq!(EventKind::Polled.level(), Level::Full);
/// assert!(Level::Summary < Level::Full);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// What the program did.
    Summary,
    /// How the loop brought it about: polls, wakes, timers, callbacks and choices.
    Full,
}

vocabulary! {
    /// A loop began to run.
    0x01 Summary "run" LoopStarted {
        /// Which.
        event_loop: LoopId,
    }
    /// A loop stopped; it may run again.
    0x02 Summary "stop" LoopStopped {
        /// Which.
        event_loop: LoopId,
    }
    /// A loop was closed, for good.
    0x03 Summary "close" LoopClosed {
        /// Which.
        event_loop: LoopId,
    }
    /// A loop ran a callback.
    0x04 Full "callback" CallbackRun {
        /// Which.
        event_loop: LoopId,
    }
    /// At the end of a run, the tasks left over were cancelled and awaited.
    0x05 Summary "shut down" TasksShutDown {
        /// How many.
        count: u32,
    }
    /// Nothing could ever happen again.
    0x06 Summary "deadlock" Deadlocked {
        /// How many tasks wait.
        count: u32,
    }
    /// The run reached one of its limits.
    0x07 Summary "limit" LimitReached {
        /// Who was at it.
        who: Actor,
        /// Which limit, in words.
        limit: TextId,
    }
    /// A task was made.
    0x10 Summary "spawn" Spawned {
        /// The new task.
        task: TaskId,
        /// Who made it.
        by: Actor,
    }
    /// A task was given a step.
    0x11 Full "poll" Polled {
        /// Which.
        task: TaskId,
    }
    /// A task was made ready.
    0x12 Full "wake" Woken {
        /// Which.
        task: TaskId,
    }
    /// A task returned its value.
    0x13 Summary "finish" Finished {
        /// Which.
        task: TaskId,
    }
    /// A task returned an error.
    0x14 Summary "fail" Failed {
        /// Which.
        task: TaskId,
    }
    /// A task ended cancelled.
    0x15 Summary "cancelled" Cancelled {
        /// Which.
        task: TaskId,
    }
    /// A task, a job, a callback or plain code panicked.
    0x16 Summary "panic" Panicked {
        /// Which.
        who: Actor,
        /// What it said.
        message: TextId,
    }
    /// The cancellation of a task was asked for.
    0x17 Summary "cancel" CancelRequested {
        /// The task to be cancelled.
        task: TaskId,
        /// Who asked.
        by: Actor,
        /// The message that came with it.
        message: Option<TextId>,
    }
    /// A cancellation reached a part of a task that catches it.
    0x18 Summary "catch" CancelCaught {
        /// Which task.
        task: TaskId,
    }
    /// A task had not ended when the run did, and was dropped.
    0x19 Summary "leak" Leaked {
        /// Which.
        task: TaskId,
    }
    /// A thread that the run does not control woke a task: the run is not deterministic.
    0x1a Summary "foreign wake" ForeignWake {
        /// Which.
        task: TaskId,
    }
    /// A fault struck a task at one of its await points: it was cancelled, dropped, or made to panic.
    0x1b Summary "strike" AwaitStruck {
        /// Whom.
        who: Actor,
        /// Whether it is cancelled, or panics.
        kind: Kind,
        /// The number of the await point, from 0.
        nth: u32,
        /// What was done to it, and what it waited for.
        how: TextId,
    }
    /// A sleep began.
    0x20 Summary "sleep" Slept {
        /// Who sleeps.
        who: Actor,
        /// When it ends.
        until: Instant,
    }
    /// A timeout began, or got another deadline.
    0x21 Summary "timeout" TimeoutArmed {
        /// Who set it.
        who: Actor,
        /// Its deadline, unless it has none.
        until: Option<Instant>,
    }
    /// A timeout passed its deadline.
    0x22 Summary "expire" TimeoutExpired {
        /// Whose.
        who: Actor,
    }
    /// Time was moved by hand.
    0x23 Summary "advance" Advanced {
        /// Who moves it.
        who: Actor,
        /// To when.
        until: Instant,
    }
    /// A timer came due.
    0x24 Full "timer" TimerFired {
        /// The task that waits for it, if one does.
        task: Option<TaskId>,
    }
    /// A timer came due after its deadline, because the loop was blocked.
    0x25 Summary "late" Late {
        /// The task that waits for it, if one does.
        task: Option<TaskId>,
        /// By how many nanoseconds.
        nanos: u64,
    }
    /// The loop was blocked: time passed and nothing else ran.
    0x26 Summary "block" Blocked {
        /// By whom.
        who: Actor,
        /// For how many nanoseconds.
        nanos: u64,
    }
    /// The wall clock was set, or goes differently.
    0x27 Summary "wall" WallChanged {
        /// Who set it, or who read it when something happened to it.
        who: Actor,
        /// What happened, in words.
        change: TextId,
    }
    /// Somebody has to wait for a resource.
    0x30 Summary "wait" Waiting {
        /// Who waits.
        who: Actor,
        /// For what.
        on: ResourceId,
    }
    /// Somebody got a resource, or what it holds.
    0x31 Summary "acquire" Acquired {
        /// Who.
        who: Actor,
        /// What.
        on: ResourceId,
    }
    /// Somebody gave a resource back.
    0x32 Summary "release" Released {
        /// Who.
        who: Actor,
        /// What.
        on: ResourceId,
    }
    /// Somebody let others go on: set an event, notified a condition, put something into a queue.
    0x33 Summary "signal" Signalled {
        /// Who.
        who: Actor,
        /// What.
        on: ResourceId,
    }
    /// A job was given to an executor.
    0x40 Summary "submit" JobSubmitted {
        /// The job.
        job: JobId,
        /// Who gave it.
        by: Actor,
    }
    /// A worker took a job.
    0x41 Summary "start" JobStarted {
        /// The job.
        job: JobId,
        /// The worker.
        worker: WorkerId,
    }
    /// A job returned.
    0x42 Summary "finish" JobFinished {
        /// Which.
        job: JobId,
    }
    /// A job was cancelled before a worker took it.
    0x43 Summary "cancelled" JobCancelled {
        /// Which.
        job: JobId,
    }
    /// The worker of a job crashed.
    0x44 Summary "crash" JobCrashed {
        /// Which.
        job: JobId,
    }
    /// A choice departed from the plain answer.
    0x50 Full "choose" Chose {
        /// Who asked.
        who: Actor,
        /// What the question is about.
        kind: Kind,
        /// For the how-manieth time it was asked, from 0.
        nth: u32,
        /// The answer.
        value: u32,
    }
    /// A note of the program's own.
    0x60 Summary "note" Note {
        /// Who wrote it.
        who: Actor,
        /// What it says.
        text: TextId,
    }
    /// An event of the `tracing` library.
    0x61 Summary "log" Captured {
        /// Who emitted it.
        who: Actor,
        /// What it says.
        text: TextId,
    }
    /// A fault point of user code struck.
    0x62 Summary "fault" Struck {
        /// Whom.
        who: Actor,
        /// The name of the point.
        point: TextId,
    }
    /// Something was sent over the network.
    0x70 Summary "send" Sent {
        /// Who sent it.
        who: Actor,
        /// From where, and to where.
        on: ResourceId,
        /// How many bytes.
        bytes: u32,
    }
    /// Something that was sent has arrived.
    0x71 Summary "deliver" Delivered {
        /// From where, and to where.
        on: ResourceId,
        /// How many bytes.
        bytes: u32,
    }
    /// Something that was sent does not arrive, or not now.
    0x72 Summary "drop" Undelivered {
        /// From where, and to where.
        on: ResourceId,
        /// Why, in words.
        why: TextId,
    }
    /// A fault struck a link of the network.
    0x73 Summary "disturb" Disturbed {
        /// Which link.
        on: ResourceId,
        /// What was asked.
        kind: Kind,
        /// The answer.
        value: u32,
    }
    /// A connection was begun, made, ended or broken.
    0x74 Summary "connection" ConnectionChanged {
        /// Who did it.
        who: Actor,
        /// From where, and to where.
        on: ResourceId,
        /// What happened, in words.
        how: TextId,
    }
    /// A host of the network came up, or went down.
    0x75 Summary "host" HostChanged {
        /// Who did it.
        who: Actor,
        /// Which.
        host: ResourceId,
        /// What happened, in words.
        how: TextId,
    }
    /// A link of the network was cut, or healed.
    0x76 Summary "link" LinkChanged {
        /// Who did it.
        who: Actor,
        /// Which.
        on: ResourceId,
        /// What happened, in words.
        how: TextId,
    }
}

impl EventKind {
    /// The stable number of this kind, part of every digest.
    ///
    /// ```
    /// use seedbed::trace::EventKind;
    /// assert_eq!(EventKind::Spawned.code(), 0x10);
    /// ```
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Event, EventKind, Packed};
    use crate::trace::strategies::event;

    /// Committed values: a change here changes the digest of every run.
    #[test]
    fn codes_never_change() {
        let table: Vec<String> = EventKind::ALL.iter().map(|kind| format!("{:02x} {kind:?}", kind.code())).collect();
        assert_eq!(
            table.join(" "),
            "01 LoopStarted 02 LoopStopped 03 LoopClosed 04 CallbackRun 05 TasksShutDown 06 Deadlocked 07 LimitReached \
             10 Spawned 11 Polled 12 Woken 13 Finished 14 Failed 15 Cancelled 16 Panicked 17 CancelRequested \
             18 CancelCaught 19 Leaked 1a ForeignWake 1b AwaitStruck \
             20 Slept 21 TimeoutArmed 22 TimeoutExpired 23 Advanced 24 TimerFired 25 Late 26 Blocked 27 WallChanged \
             30 Waiting 31 Acquired 32 Released 33 Signalled \
             40 JobSubmitted 41 JobStarted 42 JobFinished 43 JobCancelled 44 JobCrashed \
             50 Chose 60 Note 61 Captured 62 Struck \
             70 Sent 71 Delivered 72 Undelivered 73 Disturbed 74 ConnectionChanged 75 HostChanged 76 LinkChanged",
        );
    }

    #[test]
    fn there_is_room_for_the_mark_of_an_unknown_code() {
        assert_eq!(Event::unpack(Packed { low: 0, high: 0 }), None);
        assert_eq!(Event::unpack(Packed { low: 0xff, high: 0 }), None);
    }

    proptest! {
        #[test]
        fn packing_keeps_everything(one in event(), two in event()) {
            prop_assert_eq!(Event::unpack(one.pack()), Some(one));
            prop_assert_eq!(one.pack().code(), one.kind().code());
            prop_assert_eq!(one.pack() == two.pack(), one == two);
        }
    }
}
