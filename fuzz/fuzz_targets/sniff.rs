//! Any list, its family told by content.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::reader::check(None, data));
