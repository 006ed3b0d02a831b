//! Single values, by canon/1.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::canon::check(data));
