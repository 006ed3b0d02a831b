//! Indicator lists and logs in, canonical items out (canon/1).
//!
//! This crate opens no file, reads no clock, draws no randomness and prints nothing: input is any
//! `impl Read`, output is a [`List`] of distinct canonical items with the counts of what was kept, held
//! back and dropped. It builds without a C compiler.
//!
//! The way of a value: a reader of [`read`] finds candidates in a file and [`Intake::offer`]s each with the
//! type it was declared as; [`canon`] restores defanged text and applies the rule of the type; the intake
//! drops what a warninglist hits, holds back what its marking forbids, and deduplicates the final bytes.

#![forbid(unsafe_code)]

pub mod canon;
pub mod expand;
pub mod limits;
pub mod profile;
pub mod read;
pub mod warninglist;

mod entry;
mod intake;
mod item;
mod list;
mod marking;
mod memo;
mod order;
mod reason;
mod store;
mod table;

pub use intake::{Candidate, Intake, Options, Reject};
pub use item::{Item, Kind};
pub use list::{Counts, List, Place};
pub use marking::{Marking, Pap, Tlp};
pub use reason::{Note, Notes, Reason};
