//! The suite `voprf` through its public face.

mod decoder;
mod formulas;
mod hostile;
mod items;
mod parties;
mod pools;
mod round_trip;
