//! Parties, keys, statements and files of an accord, and the rules around a match.
//!
//! No I/O, no clock, no randomness: time, bytes and random seeds are arguments. Nothing here spawns or is
//! async, and it builds without a C compiler. What was stored and what was answered before is asked of the
//! caller; this crate judges bytes.

#![forbid(unsafe_code)]

pub mod b64;
pub mod budget;
pub mod card;
pub mod code_words;
pub mod commitment;
pub mod exchange;
pub mod file;
pub mod jcs;
pub mod limits;
pub mod live;
pub mod norm_pack;
pub mod openings;
pub mod receipt;
pub mod record;
pub mod statement;
pub mod talks;
pub mod words;

mod entropy;
mod fields;
mod key;
mod list_root;
mod party;
mod rejection;
mod suite;
mod terms;

pub use card::{Card, CardFields};
pub use detente_psi::Time;
pub use entropy::Entropy;
pub use key::{PublicKey, SecretKey};
pub use list_root::ListSalt;
pub use party::PartyId;
pub use rejection::{Class, Rejection};
pub use suite::{SUITE, SUITES, Suite, VoleTerms};
pub use terms::{Acceptance, FORM, Form, ListCommitment, Proposal, Terms, is_purpose, session_id};

/// A party that acts: its card and the keys it signs with.
pub struct Us<'a> {
    /// Our card.
    pub card: &'a Card,
    /// The key that signs statements.
    pub desk: &'a SecretKey,
    /// The key that signs files.
    pub node: &'a SecretKey,
}
