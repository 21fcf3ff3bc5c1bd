//! agnostic-lite on seedbed: its own tests, small programs compared with tokio's runtime, and what must hold in every order.

mod found;
mod promises;
mod same;
mod small;
mod suite;
