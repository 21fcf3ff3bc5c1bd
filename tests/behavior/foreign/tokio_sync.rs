//! `tokio::sync`, outside every tokio runtime.
