//! What is in common, as files that other programs read: STIX 2.1 sightings and a MISP event.
//!
//! Nothing here names the other party: whoever reads such a file learns that a match happened, and that is told to
//! the officer before it is made. The same run gives the same bytes and the same ids, so that it may be read twice.

pub(crate) mod misp;
pub(crate) mod stix;
mod uuid;

#[cfg(test)]
mod tests;

use detente_accord::{PartyId, Time};
use detente_indicators::Tlp;

use crate::cli::result_table::Row;

/// What a file is made of.
pub(crate) struct Common<'a> {
    /// The number of the run.
    pub(crate) run: &'a [u8],
    /// We.
    pub(crate) by: &'a PartyId,
    /// When the result was known.
    pub(crate) at: Time,
    /// The marking that the file gets: at least the strictest of the list it came from.
    pub(crate) tlp: Tlp,
    /// The items.
    pub(crate) rows: &'a [Row],
}

/// Said in the files themselves, beside each item.
const IN_COMMON: &str = "in common with the list of another party";

/// The level of a marking, as every format writes it after its own prefix.
pub(crate) fn level(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber => "amber",
        Tlp::AmberStrict => "amber+strict",
        Tlp::Red => "red",
    }
}
