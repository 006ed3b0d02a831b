//! Private set intersection: the mathematics and the two-party machines.
//!
//! This crate performs no I/O, reads no clock, draws no randomness, is not async and starts no thread. Seeds,
//! nonces, times and the bytes of the peer are arguments; data-parallel work goes through a [`Par`] that the
//! caller passes in. It does not judge terms, budgets, roots or signatures, does not canonicalise items and
//! does not remember which seed was used: a seed that answers two different messages is a break, and keeping
//! that from happening is the caller's duty.
//!
//! Roles. *R*, the asker, learns which of its items the other side also lists. *S*, the answerer, learns the
//! asker's size class and nothing else. Suites differ in how they get there:
//!
//! - [`voprf`]: RFC 9497 VOPRF over ristretto255 with SHA-512, two messages, fit for files.
//! - [`vole`]: correlated randomness and a linear key-value store, seven messages over a live link; about a
//!   hundred times as fast, and post-quantum on both sides.
//!
//! Shape of a machine: `handle(now, input)` takes one [`Input`] and `poll()` yields [`Output`]s; after each
//! `handle`, drain `poll` until it returns `None`. After an `Err` the machine is closed. The same arguments
//! and inputs give the same bytes, on any machine and any number of threads.
//!
//! Secrets owned by this crate (seeds, derived randomness, items, blinds, keys) are wiped when dropped, and
//! their types have no `Debug`, `Clone` or `Serialize`. Copies that a dependency leaves in registers or on
//! the stack are out of its reach.

#![deny(unsafe_code)]

// Test code that also runs outside of the crate names it as there.
#[cfg(test)]
extern crate self as detente_psi;

mod common;
#[cfg(feature = "ct")]
#[doc(hidden)]
pub mod ct;
mod fast;
mod field;
mod item;
mod lanes;
mod limits;
mod machine;
mod okvs;
mod oracle;
mod ot;
mod pages;
mod par;
mod prg;
mod qc;
mod rejection;
pub mod run;
#[cfg(test)]
mod seams;
mod seed;
pub mod size;
mod slots;
#[cfg(test)]
mod vectors;
pub mod vole;
pub mod voprf;

pub use common::{Common, TAG_BYTES};
pub use field::Cpu;
pub use item::Items;
pub use limits::ITEM_BYTES_MAX;
pub use machine::{Input, Message, Output, Time};
pub use oracle::Ro;
pub use par::{Par, Sequential};
pub use rejection::Rejection;
pub use seed::{Randomness, Seed, seed_commitment};
