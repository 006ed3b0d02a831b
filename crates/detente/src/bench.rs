//! Measuring a match on this computer: two parties in processes of their own over a socket pair, lists made
//! from numbers, the cost of each side by phase.
//!
//! Nothing of a home is read or written, and no list of anybody is used. What a party costs is counted from
//! the moment when both have their lists until it is over: making lists is not part of it.

pub(crate) mod calibration;
mod cost;
mod lists;
pub(crate) mod one_process;
pub(crate) mod order;
pub(crate) mod party;
pub(crate) mod processes;
pub(crate) mod report;
mod runs;
mod socket;
mod workers;
