//! Panics of user code: caught, turned into data, and kept off the terminal.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Once};

use super::current::{self, World};
use super::seen::Seen;
use crate::kernel::PanicReport;

static INSTALL: Once = Once::new();

/// Installs the hook that is silent about panics which a run catches, and hands all others to the hook before it.
///
/// A hook belongs to the process, not to a thread, and taking it off again races with other threads; so it is
/// installed once, with the first run, and does nothing for threads that are not inside a run.
pub(crate) fn install_hook() {
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !note(info) {
                previous(info);
            }
        }));
    });
}

/// Notes a panic that the current run will catch; false if it will not.
fn note(info: &PanicHookInfo<'_>) -> bool {
    current::hand_to_catcher(Seen::at(info.location()))
}

/// Runs user code; a panic becomes a report about `who`.
pub(crate) fn guarded<R>(
    world: &World,
    who: impl FnOnce() -> String,
    code: impl FnOnce() -> R,
) -> Result<R, Arc<PanicReport>> {
    panic::catch_unwind(AssertUnwindSafe(code)).map_err(|payload| report_of(world, payload, who))
}

/// The report of a panic about `who` that was caught just now.
#[cold]
pub(crate) fn report_of(
    world: &World,
    payload: Box<dyn std::any::Any + Send>,
    who: impl FnOnce() -> String,
) -> Arc<PanicReport> {
    let message = message_of(&*payload);
    // A payload's own destructor is user code as well.
    let dropped = panic::catch_unwind(AssertUnwindSafe(move || drop(payload)));
    let location = world.take_seen().and_then(|seen| seen.into_location());
    let mut report = PanicReport { message, location, task: who() };
    if dropped.is_err() {
        report.message.push_str(" (and its payload panicked when it was dropped)");
    }
    Arc::new(report)
}

fn message_of(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is no text".to_owned()
    }
}
