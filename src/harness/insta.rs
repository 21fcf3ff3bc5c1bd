//! Traces as insta snapshots, in the top-level `snapshots/` of the package that tests.

use std::sync::Arc;

use crate::kernel::PanicReport;
use crate::sim::{FailureKind, Report};
use crate::trace::{Trace, View};

/// What a snapshot shows: a trace, a part of one, or the report of a run.
///
/// ```
/// use seedbed::{Sim, harness::TraceText};
/// let report = Sim::new(0).run(async { seedbed::note!("hello") });
/// assert_eq!(report.trace.trace_text(), report.trace.summary());
/// assert!(report.trace_text().ends_with("ended at 0.000s"));
/// ```
pub trait TraceText {
    /// The text of the snapshot.
    fn trace_text(&self) -> String;
}

impl TraceText for Trace {
    fn trace_text(&self) -> String {
        self.summary()
    }
}

impl TraceText for View<'_> {
    fn trace_text(&self) -> String {
        self.to_string()
    }
}

impl<T> TraceText for Report<T> {
    /// The summary of the trace and, below it, how the run ended, without lines of the source.
    fn trace_text(&self) -> String {
        let ending = match &self.result {
            Ok(_) => format!("ended at {}s", self.end),
            Err(failure) => format!("failed at {}s: {}", self.end, without_places(&failure.kind)),
        };
        format!("{}\n\n{ending}", self.trace.summary().trim_end())
    }
}

/// The same failure without places in the source, which change with every edit above them, and with the machine.
fn without_places(kind: &FailureKind) -> FailureKind {
    let mut kind = kind.clone();
    match &mut kind {
        FailureKind::Panic(report) => *report = Arc::new(PanicReport { location: None, ..(**report).clone() }),
        FailureKind::Deadlock { blocked, .. } => blocked.iter_mut().for_each(|blocked| blocked.spawned_at.clear()),
        _ => {}
    }
    kind
}

impl<T: TraceText + ?Sized> TraceText for &T {
    fn trace_text(&self) -> String {
        (**self).trace_text()
    }
}

/// Compares a trace with its snapshot in `snapshots/`, to be reviewed with `cargo insta review`.
///
/// Takes a [`Report`](crate::Report), a [`Trace`](crate::trace::Trace) or a [`View`](crate::trace::View) of one, by
/// reference or not, and before it, if wanted, the name of the snapshot; without, it is named after the test.
///
/// ```
/// // The body of a test.
/// fn greets() {
///     let report = seedbed::Sim::new(0).run(async { seedbed::note!("hello") });
///     seedbed::assert_trace!("greeting", report);
/// }
/// # let _: fn() = greets;
/// ```
#[macro_export]
macro_rules! assert_trace {
    ($name:expr, $trace:expr $(,)?) => {
        $crate::assert_trace!(@ $trace, $name,)
    };
    ($trace:expr $(,)?) => {
        $crate::assert_trace!(@ $trace,)
    };
    (@ $trace:expr, $($name:expr,)?) => {{
        let text = $crate::harness::TraceText::trace_text(&$trace);
        $crate::__private::insta::with_settings!(
            {
                snapshot_path => ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/snapshots"),
                omit_expression => true,
            },
            { $crate::__private::insta::assert_snapshot!($($name,)? text); }
        );
    }};
}
