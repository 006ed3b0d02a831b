//! MISP warninglists.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::reader::check_warninglist(data));
