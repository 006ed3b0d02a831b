//! Cards of peers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::files::check_card(data));
