//! What the tests of pages and files share.

#![allow(dead_code, reason = "each test file uses some of it")]

pub(crate) mod synthetic;
pub(crate) mod bank;
pub(crate) mod browser;
