//! Who did what an event tells, or to whom it happened, and with what.

use super::actor::Actor;
use super::event::Event;
use crate::ident::{LoopId, ResourceId};

/// Who did what an event tells; where nobody did, to whom it happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Doer {
    Loop(LoopId),
    /// What happens between the hosts of the network.
    Network,
    Actor(Actor),
}

impl Event {
    /// Whose line of the trace it is.
    pub(crate) fn doer(self) -> Doer {
        let who = match self {
            Self::LoopStarted { event_loop }
            | Self::LoopStopped { event_loop }
            | Self::LoopClosed { event_loop }
            | Self::CallbackRun { event_loop } => return Doer::Loop(event_loop),
            Self::Delivered { .. } | Self::Undelivered { .. } | Self::Disturbed { .. } => return Doer::Network,
            Self::TasksShutDown { .. } | Self::Deadlocked { .. } => Actor::Outside,
            Self::Polled { task }
            | Self::Woken { task }
            | Self::Finished { task }
            | Self::Failed { task }
            | Self::Cancelled { task }
            | Self::CancelCaught { task }
            | Self::Leaked { task }
            | Self::ForeignWake { task } => Actor::Task(task),
            Self::TimerFired { task } | Self::Late { task, .. } => Actor::from(task),
            Self::Spawned { by, .. } | Self::CancelRequested { by, .. } | Self::JobSubmitted { by, .. } => by,
            Self::LimitReached { who, .. }
            | Self::Panicked { who, .. }
            | Self::Slept { who, .. }
            | Self::TimeoutArmed { who, .. }
            | Self::TimeoutExpired { who }
            | Self::Advanced { who, .. }
            | Self::Blocked { who, .. }
            | Self::Waiting { who, .. }
            | Self::Acquired { who, .. }
            | Self::Released { who, .. }
            | Self::Signalled { who, .. }
            | Self::Chose { who, .. }
            | Self::AwaitStruck { who, .. }
            | Self::Note { who, .. }
            | Self::Captured { who, .. }
            | Self::Struck { who, .. }
            | Self::Sent { who, .. }
            | Self::ConnectionChanged { who, .. }
            | Self::HostChanged { who, .. }
            | Self::LinkChanged { who, .. }
            | Self::WallChanged { who, .. } => who,
            Self::JobStarted { job, .. }
            | Self::JobFinished { job }
            | Self::JobCancelled { job }
            | Self::JobCrashed { job } => Actor::Job(job),
        };
        Doer::Actor(who)
    }

    /// The resource that it is about: a lock, a link, a host.
    pub(crate) fn resource(self) -> Option<ResourceId> {
        match self {
            Self::Waiting { on, .. }
            | Self::Acquired { on, .. }
            | Self::Released { on, .. }
            | Self::Signalled { on, .. }
            | Self::Sent { on, .. }
            | Self::Delivered { on, .. }
            | Self::Undelivered { on, .. }
            | Self::Disturbed { on, .. }
            | Self::ConnectionChanged { on, .. }
            | Self::HostChanged { host: on, .. }
            | Self::LinkChanged { on, .. } => Some(on),
            _ => None,
        }
    }
}
