//! The reader `csv`.

#![no_main]

use detente_indicators::read::Format;

libfuzzer_sys::fuzz_target!(|data: &[u8]| detente_fuzz::reader::check(Some(Format::Csv), data));
