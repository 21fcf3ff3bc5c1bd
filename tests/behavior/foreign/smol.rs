//! `async-lock`, `async-channel` and `event-listener`.
