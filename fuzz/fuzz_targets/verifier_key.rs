//! Verifier keys.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::log::check_verifier_key(data));
