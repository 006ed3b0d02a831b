//! Why a link or a stream failed.

use std::io;

use crate::{Code, Rejection};

/// What ended a connection, a stream or a wait. No text of a peer, no byte of a frame stands in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Keys that TLS does not take, or a limit above its ceiling.
    #[error("the link cannot be set up: {0}")]
    Setup(&'static str),
    /// No card of this party is pinned, or it names no keys of a link.
    #[error("no keys of this party are pinned")]
    NotPinned,
    /// That is ourselves.
    #[error("a node does not connect to itself")]
    Ourselves,
    /// The address did not answer, or the socket failed.
    #[error("no connection: {0}")]
    Unreachable(io::ErrorKind),
    /// The handshake ended.
    #[error("no connection: {}", .0.name())]
    Handshake(Handshake),
    /// The peer broke a rule; the connection is closed.
    #[error("the peer broke a rule of the link: {}", .0.name())]
    Rejected(Rejection),
    /// The peer says that we broke a rule; the connection is closed.
    #[error("the peer says that we broke a rule of the link: {}", .0.name())]
    Accused(Rejection),
    /// The peer closed the connection.
    #[error("the peer closed the connection: {}", .0.name())]
    Closed(Code),
    /// We closed it.
    #[error("the connection was closed here: {}", .0.name())]
    ClosedHere(Code),
    /// The peer ended the stream before its end.
    #[error("the peer ended the stream: {}", .0.name())]
    Reset(Code),
    /// A wait ended without an event; the stream, or the connection, is closed.
    #[error("waited too long: {0}")]
    TooSlow(&'static str),
    /// More bytes in one piece than the caller wanted; the stream is closed.
    #[error("the peer sent a larger piece than is taken here")]
    TooLarge,
    /// As many streams are open as may be.
    #[error("too many streams are open to this peer")]
    Busy,
    /// Nothing more is sent after the end of a stream.
    #[error("the stream has ended")]
    Finished,
    /// The connection broke off without a word.
    #[error("the connection broke off: {0}")]
    Lost(io::ErrorKind),
}

impl Error {
    /// A stable name for counters and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Setup(_) => "setup",
            Error::NotPinned => "not-pinned",
            Error::Ourselves => "ourselves",
            Error::Unreachable(_) => "unreachable",
            Error::Handshake(fault) => fault.name(),
            Error::Rejected(rejection) | Error::Accused(rejection) => rejection.name(),
            Error::Closed(code) | Error::ClosedHere(code) | Error::Reset(code) => code.name(),
            Error::TooSlow(_) => "too-slow",
            Error::TooLarge => "too-large",
            Error::Busy => "busy",
            Error::Finished => "finished",
            Error::Lost(_) => "lost",
        }
    }
}

/// What ended a handshake before the hello.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Handshake {
    /// It took longer than it may.
    TooSlow,
    /// The other side broke it off without a word, or the socket failed.
    BrokenOff,
    /// The other side ended it with an alert.
    Alert,
    /// TLS 1.3 is not on offer there.
    Version,
    /// X25519MLKEM768 is not on offer there, or its share is not one.
    Group,
    /// None of our cipher suites is on offer there.
    Cipher,
    /// Another application protocol than ours.
    Alpn,
    /// The other side shows a certificate, or no key at all.
    NoRawKey,
    /// A key that no card names; our own is one of these.
    UnknownKey,
    /// The signature of the handshake does not hold.
    Signature,
    /// Bytes that are no TLS, or not in their order.
    NotTls,
    /// As many handshakes of this address are under way as may be.
    ManyOfAddress,
    /// As many handshakes are under way as may be.
    Many,
}

impl Handshake {
    /// All of them.
    pub const ALL: &[Handshake] = &[
        Handshake::TooSlow,
        Handshake::BrokenOff,
        Handshake::Alert,
        Handshake::Version,
        Handshake::Group,
        Handshake::Cipher,
        Handshake::Alpn,
        Handshake::NoRawKey,
        Handshake::UnknownKey,
        Handshake::Signature,
        Handshake::NotTls,
        Handshake::ManyOfAddress,
        Handshake::Many,
    ];

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Handshake::TooSlow => "handshake-too-slow",
            Handshake::BrokenOff => "handshake-broken-off",
            Handshake::Alert => "handshake-alert",
            Handshake::Version => "tls-version",
            Handshake::Group => "tls-group",
            Handshake::Cipher => "tls-cipher",
            Handshake::Alpn => "tls-alpn",
            Handshake::NoRawKey => "tls-no-raw-key",
            Handshake::UnknownKey => "tls-unknown-key",
            Handshake::Signature => "tls-signature",
            Handshake::NotTls => "not-tls",
            Handshake::ManyOfAddress => "many-of-address",
            Handshake::Many => "many-handshakes",
        }
    }
}
