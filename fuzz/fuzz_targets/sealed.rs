//! Sealed content and wrapped keys.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::record::check_sealed(data));
