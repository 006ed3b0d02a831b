//! The first frame of a link, damaged.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::link::check_hello(data));
