//! The program of `examples/fuzz_target.rs` under libFuzzer.
#![no_main]

#[path = "../../examples/fuzz_target.rs"]
#[expect(dead_code, reason = "its `main` is for who has no fuzzer")]
mod example;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| example::target(bytes));
