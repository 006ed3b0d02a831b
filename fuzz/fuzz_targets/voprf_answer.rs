//! The asker of `voprf` against damaged answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::matching::check_answer(data));
