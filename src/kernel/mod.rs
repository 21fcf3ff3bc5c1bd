//! The kernel: all mutable state of one run, as data. It runs no user code.
//!
//! Read in this order: `future` (what settles), `tasks` and `frames` (who waits, and what catches), `loops` and
//! `outside` (what is scheduled), `machine` (all of it together), then what is done with it: `settle`, `wait`,
//! `cancel`, `deliver`, `pick`, `step`, `poll`.

mod arena;
mod cut_short;
mod frames;
mod future;
mod tasks;
mod handle;
mod ready_queue;
mod open_queue;
mod loops;
mod numbered;
mod due;
mod outside;
mod idle;
mod alarms;
mod aside;
mod resources;
mod marks;
mod wall;
mod limits;
mod stop;
mod picker;
mod strikes;
mod loop_list;
mod machine;
mod futures;
mod naming;
mod settle;
mod wait;
mod alarm;
mod cancel;
mod deliver;
mod frame_ops;
mod fault_points;
mod pick;
mod step;
mod panics;
mod blocked;
mod strike;
mod poll;
mod formality;
mod faults;
mod jobs;
mod teardown;
mod build;

pub use cut_short::{Cancelled, PanicReport};
pub use limits::LimitKind;
pub use machine::Counts;
pub use stop::BlockedTask;

pub(crate) use arena::Key;
pub(crate) use build::Config;
pub(crate) use faults::job_path;
pub(crate) use frames::FrameIndex;
pub(crate) use future::{Callback, Kind, Purpose, State};
pub(crate) use idle::Until;
pub(crate) use jobs::Outward;
pub(crate) use limits::{Heartbeat, Limits};
pub(crate) use loops::Target;
pub(crate) use machine::{Call, Closure, Errand, Kernel};
pub(crate) use marks::Mark;
pub(crate) use naming::HIDDEN;
pub(crate) use outside::{Phase, PoolId, RunJob};
pub(crate) use picker::Orders;
pub(crate) use poll::Refusal;
pub(crate) use step::{Ending, Next};
pub(crate) use stop::{RUN_IS_OVER, Stop};
pub(crate) use strikes::{Point, Probe, TARGET, panic_after};
pub(crate) use tasks::{Address, Outcome, Owner, RunTask};
pub(crate) use wait::{Fault, Found, Waiting};
