//! The answerer of `voprf` against damaged asks.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::matching::check_ask(data));
