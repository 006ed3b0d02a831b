//! The suite `vole` through its public face.

#[allow(dead_code, reason = "the crate's own tests use the rest")]
mod cases;
mod hostile;
#[allow(dead_code, reason = "the crate's own tests use the rest")]
mod parties;
mod replay;
mod round_trip;
mod voprf;
