//! Fuzzes `targets::fields`.
#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "each program runs one target of several")]
mod targets;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| targets::fields(octets));
