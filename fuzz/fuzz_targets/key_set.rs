//! Key sets.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::charter::check_key_set(data));
