//! The suite `vole` through its public face.

mod parties;
mod round_trip;
