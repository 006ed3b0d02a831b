//! The answerer of `vole` against damaged messages.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::vole::check_answerer(data));
