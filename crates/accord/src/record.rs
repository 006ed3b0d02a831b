//! The record of an accord: charter, leaves, what they add up to, and the proofs that leave it.
//!
//! Formats follow section 9 of PROTOCOL.md. Everything here judges bytes; where they are kept, and when they are
//! sent, is decided elsewhere.

pub mod disclosure;
pub mod leaf;
pub mod manifest;
pub mod names;
pub mod packet;
pub mod sealed;
pub mod tar;

mod path;

pub use disclosure::Disclosure;
pub use leaf::{FieldTree, Leaf, NamedHead, Place, Reference, Rel, RoleSignature, Said, SealedItem, Target};
pub use names::{LogId, Names, RecordId};
