//! The record of an accord: charter, leaves, what they add up to, and the proofs that leave it.
//!
//! Formats follow section 9 of PROTOCOL.md. Everything here judges bytes; where they are kept, and when they are
//! sent, is decided elsewhere.

mod calendar;
mod charter;
mod checked;
mod clocks;
mod codes;
mod derived;
mod draft;
mod founding;
mod held;
mod keyset;
mod no_effect;
mod numbers;
mod offer;
mod offices;
mod order;
mod party;
mod path;
mod readers;
mod ring;
mod roots;
mod rules;
mod schema;
mod signers;
mod state;
mod table;

pub mod bundle;
pub mod convict;
pub mod disclosure;
pub mod exhibit;
pub mod handed;
pub mod interval;
pub mod known;
pub mod leaf;
pub mod manifest;
pub mod names;
pub mod packet;
pub mod sealed;
pub mod tar;
pub mod verify;

pub(crate) use calendar::{Date, date};
pub use charter::{Charter, Pq, Quorum};
pub use checked::Checked;
pub use clocks::Clocks;
pub use derived::{KeyPair, agreed_witness_keys, log_keys, mirror_keys, policy_text, witness_keys};
pub use disclosure::Disclosure;
pub use draft::{Attachment, Committed, Draft, Signed};
pub use founding::Titled;
pub use held::{Cosigner, Held, HeldEntry, HeldNote, Position};
pub use keyset::{KeySet, KeySetFields, MlDsaKey, Office};
pub use leaf::{FieldTree, Leaf, NamedHead, Place, Reference, Rel, RoleSignature, Said, SealedItem, Target};
pub use names::{LogId, Names, RecordId};
pub use no_effect::NoEffect;
pub use numbers::{Number, Numbers, Series};
pub use offer::{Offer, OfferFields};
pub use offices::{Offices, Seat, SeatState};
pub use order::{Block, Order};
pub use party::{ObserverOf, Observes, Party, PartyFields, Role, Roles, Scope, Sort, Standing};
pub use readers::{Sees, Spoken, sees};
pub use ring::Ring;
pub(crate) use ring::{hash, integer, place_of, text};
pub use rules::{
    Accept, Adoption, AmendBy, Chair, Clock, Legal, Matching, ObserverRules, Officers, OneUpTo, PeerLimits,
    Regime, Reservations, Rules, RulesFile, SilenceProcedure, Witness,
};
pub(crate) use rules::{is_code, is_language_tag, is_norm_code};
pub use schema::{Find, check_schema, check_targets, original_by_refs, original_of};
pub use signers::{Signers, Standpoint, check_signers, is_in_chair, may_be_single, signers_due};
pub use state::{
    Effect, Freeze, Freezes, Holders, Interval, Match, Member, Membership, Redaction, Stage, State, Why,
};
pub use table::{
    Act, Addressee, Count, FieldForm, FieldRule, Of, Presence, RefRule, SignerRule, StatementType,
};
