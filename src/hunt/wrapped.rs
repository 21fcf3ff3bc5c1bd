//! The program of a hunt, as settings change its runs.

use std::sync::Arc;

use super::watchdog::Shared;
use crate::kernel::LimitKind;
use crate::sim::FailureKind;

/// With fault points that the environment forces.
pub(super) fn overruled(program: Shared, points: Option<Vec<(String, bool)>>) -> Shared {
    match points {
        None => program,
        Some(points) => Arc::new(move |sim| program(sim.overrule_faults(points.clone()))),
    }
}

/// With runs that end, and pass, where they have gone on for as long as they may.
pub(super) fn cut_off(program: Shared) -> Shared {
    Arc::new(move |sim| {
        let mut report = program(sim);
        if let Err(failure) = &report.result
            && let FailureKind::Limit { limit: LimitKind::Steps | LimitKind::VirtualTime, .. } = failure.kind
        {
            report.result = Ok(());
        }
        report
    })
}
