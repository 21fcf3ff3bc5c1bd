//! What tasks synchronize by: each rule that could break.

mod conditions;
mod locks;
mod queues;

use seedbed::Report;
use seedbed::trace::EventKind;

/// What the program wrote, in order.
fn said<T>(report: &Report<T>) -> Vec<&str> {
    report.trace.filter().kind(EventKind::Note).events().filter_map(|entry| entry.text()).collect()
}
