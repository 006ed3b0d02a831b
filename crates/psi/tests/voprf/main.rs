//! The suite `voprf` through its public face.

mod parties;
mod round_trip;
