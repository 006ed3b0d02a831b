//! The pieces of an exchange over a link.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::record::check_exchange(data));
