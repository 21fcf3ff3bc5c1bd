//! Waiting for several things: `gather`, `wait`, `as_completed`, `wait_for`, `shield`, `TaskGroup`.

mod awaitable;
mod incident;
mod gather;
mod shield;
mod wait;
mod wait_for;
mod as_completed;
mod region;
mod group;

pub use as_completed::{AsCompleted, as_completed};
pub use awaitable::{Awaitable, Ending};
pub use gather::{TryGatherError, gather, try_gather};
pub use group::{GroupClosed, GroupError, TaskGroup};
pub use incident::{Incident, IncidentKind};
pub use shield::shield;
pub use wait::{EmptySet, ReturnWhen, wait};
pub use wait_for::wait_for;

pub(crate) use incident::{report_incident, set_incident_handler};
