//! Events of the `tracing` library in the trace of a run, with the feature of that name.

#[cfg(not(feature = "tracing"))]
mod nothing;
#[cfg(feature = "tracing")]
mod subscriber;

#[cfg(not(feature = "tracing"))]
pub(crate) use nothing::capture;
#[cfg(feature = "tracing")]
pub(crate) use subscriber::capture;
