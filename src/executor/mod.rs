//! Simulated executors (placeholder until they land).

use std::time::Duration;

use crate::ident::LoopId;

/// Placeholder.
pub async fn shutdown_default_executor(_timeout: Option<Duration>) {}

pub(crate) fn close_default(_loop_id: LoopId) {}
