//! Canonical JSON of the record.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::files::check_jcs(data));
