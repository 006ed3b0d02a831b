//! A peer that lies: what it sends is refused by name, or taken with evidence, and nothing else changes.

mod archive;
pub(crate) mod forger;
mod forks;
mod json;
mod leaves;
mod notes;
mod parts;
mod stage;
mod table;
