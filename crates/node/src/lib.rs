//! The engine of a party: founding an accord, appending to its log, exchanging packets, recovering.
//!
//! Here and nowhere else disk meets rules. Time and randomness are arguments still: the same calls with the same
//! arguments leave the same bytes.
//!
//! Record first, effect after: what leaves in a packet is on disk and under a signed head before.

#![forbid(unsafe_code)]

pub mod engine;
pub mod exchange;
pub mod limits;
pub mod links;
pub mod live;

mod accord;
mod append;
mod confirm;
mod content;
mod erase;
mod error;
mod exhibit;
mod export;
mod found;
mod govern;
mod held;
mod index;
mod new;
mod out;
mod recover;
mod refused;
mod release;
mod say;
mod seal;
mod seeds;
mod signing;
mod stamp;
mod take;
mod tend;

pub use accord::{Access, Accord};
pub use append::{Appended, Made};
pub use content::{Content, Readers};
pub use error::Error;
pub use exhibit::{ExhibitFile, KnownItem};
pub use export::{Disclose, Wanted};
pub use found::{Found, OfferTerms, Sought, find, list, make_offer, sign_charter};
pub use new::{New, says};
pub use out::{Outgoing, What};
pub use recover::Recovered;
pub use refused::Refused;
pub use release::{By, Done, Prepared, Waiting};
pub use take::Taken;
pub use tend::Tended;
