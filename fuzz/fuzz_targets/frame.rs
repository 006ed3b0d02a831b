//! Frames of a peer against the streams of a connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::link::check_frame(data));
