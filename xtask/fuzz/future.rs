//! One script after the other, as the fuzzer writes them.

#![no_main]

#[path = "../../crates/earnest-core/tests/it/script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| script::run(bytes));
