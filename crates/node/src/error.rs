//! What can go wrong in the engine.

use detente_accord::Rejection;
use detente_store::record::Error as RecordError;

use crate::Refused;

/// Errors of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The disk of the record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The disk of the home.
    #[error(transparent)]
    Home(#[from] detente_store::Error),
    /// A file or a peer's input was unacceptable. Nothing of it was taken in.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// A packet was in form, and is refused for what it says.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// Our own log may not be signed now.
    #[error("our log may not be signed: {0}")]
    MayNotSign(&'static str),
    /// Our log may not be signed before it is recovered.
    #[error("our log may not be signed: {0}")]
    Recovering(String),
    /// The rules do not allow us to say this.
    #[error("this may not be said now: {0}")]
    NotAllowed(&'static str),
    /// The statement would have no effect: nothing was said.
    #[error("a statement of type {kind} would have no effect: {words} ({why}); nothing was said")]
    NoEffect {
        /// Its type.
        kind: String,
        /// The name of the reason.
        why: &'static str,
        /// The reason in words.
        words: String,
    },
    /// The links could not be set up.
    #[error(transparent)]
    Link(#[from] detente_link::Error),
    /// Our limits are against a live match that a peer proposed: the code that a refusal has.
    #[error("this match may not run: {0}")]
    MatchRefused(&'static str),
    /// The node's writer has ended.
    #[error("the node is stopping")]
    Stopped,
    /// A command of another process has the home for longer than the node can keep what waits for it.
    #[error("the home is lent to a command, and too much waits for it")]
    Lent,
    /// We have no such accord, offer or entry.
    #[error("{0}")]
    Unknown(String),
}

impl From<detente_tlog::Rejection> for Error {
    fn from(rejection: detente_tlog::Rejection) -> Error {
        Error::Rejected(Rejection::Log(rejection))
    }
}

impl Error {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Record(error) => error.name(),
            Error::Home(_) => "home",
            Error::Rejected(rejection) => rejection.name(),
            Error::Refused(refused) => refused.name(),
            Error::MayNotSign(_) => "may-not-sign",
            Error::Recovering(_) => "recovering",
            Error::NotAllowed(_) => "not-allowed",
            Error::NoEffect { why, .. } => why,
            Error::Link(error) => error.name(),
            Error::MatchRefused(name) => name,
            Error::Stopped => "stopped",
            Error::Lent => "lent",
            Error::Unknown(_) => "unknown",
        }
    }

    /// Whether going on could fork our log or lose what was acknowledged: the process stops, and comes back by
    /// verification.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Error::Record(error) if error.is_fatal())
    }
}
