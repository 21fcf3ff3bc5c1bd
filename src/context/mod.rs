//! The run of this thread: the one thread-local, wakers, caught panics, and the code that drives a loop.

mod seen;
#[allow(unsafe_code, reason = "the thread-local is a bare pointer: see the file")]
mod current;
mod panics;
#[allow(unsafe_code, reason = "the integer waker: see the file")]
mod waker;
mod probe;
mod reach;
mod drive;
mod teardown;

pub(crate) use current::{World, enter, is_inside, is_inside_of, of_run_plainly, with, with_world, world};
pub(crate) use drive::{block_for, block_until, job_name, kill, run_loop, unwind_over};
pub(crate) use panics::{guarded, install_hook, report_of};
pub(crate) use probe::probe;
pub(crate) use reach::{of, release, try_of};
pub(crate) use teardown::tear_down;
pub(crate) use waker::{is_own, is_probe, job_waker, next_run, probe_waker, take_foreign};

pub(crate) use crate::kernel::Closure;
