//! Paths of tiles.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::log::check_tile_path(data));
