//! Both machines of a run, whatever the suite, and the ways to let them talk.
//!
//! No list is read here and nothing is printed. A link may be a queue in this process ([`threads`]) or a
//! socket (`bench/socket.rs`); what a machine says is handed over piece by piece and never kept.

mod drive;
mod machine;
mod suite;
pub(crate) mod threads;
mod turns;
pub(crate) mod wire;

pub(crate) use drive::{Link, Stop, Watch, drive};
pub(crate) use machine::{Machine, Means, Run};
pub(crate) use suite::{Chosen, SuiteArgs};
pub(crate) use turns::in_turns;
