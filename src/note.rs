//! Notes of the program's own in the trace.

use std::fmt::Arguments;

use crate::context;
use crate::trace::Event;

/// Writes a line into the trace of the run: who, when, and this text. Outside a run it does nothing.
///
/// ```
/// use seedbed::{Sim, note, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     sleep(Duration::from_secs(1)).await;
///     note!("half of {}", 4);
/// });
/// assert!(report.trace.summary().contains("half of 4"));
/// ```
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => {
        $crate::__private::note(::core::format_args!($($text)*))
    };
}

/// Behind [`note!`](crate::note).
pub fn note(text: Arguments<'_>) {
    if !context::is_inside() {
        return;
    }
    // Formatting runs user code, so it comes before the borrow.
    let text = text.to_string();
    context::with("note!", |kernel| {
        let text = kernel.recorder.text(&text);
        let who = kernel.actor();
        kernel.emit(Event::Note { who, text });
    });
}
