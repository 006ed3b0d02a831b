//! Terms and acceptance, without the hash that guards them in a file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::files::check_terms(data));
