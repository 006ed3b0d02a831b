//! Bytes between nodes. It does not know what they say: packets and frames of a match pass through unread. It keeps
//! nothing on disk, opens no name, and trusts no authority: whom it speaks to stands in pins, from cards that people
//! compared.
//!
//! [`Endpoint`] dials and listens; [`Connection`] carries [`Stream`]s of both sides; PROTOCOL.md, section 24, says
//! what goes over the wire.

#![forbid(unsafe_code)]

mod code;
#[cfg(feature = "sockets")]
mod connection;
#[cfg(feature = "sockets")]
mod counters;
#[cfg(feature = "sockets")]
mod endpoint;
mod error;
pub mod frame;
#[cfg(feature = "sockets")]
mod gate;
#[cfg(feature = "sockets")]
mod greet;
pub mod hello;
mod keys;
mod kind;
pub mod limits;
#[cfg(feature = "sockets")]
mod listener;
pub mod mux;
mod pin;
#[cfg(feature = "sockets")]
mod rate;
#[cfg(feature = "sockets")]
mod registry;
#[cfg(feature = "sockets")]
mod stream;
#[cfg(feature = "sockets")]
mod tls;
#[cfg(feature = "sockets")]
mod wire;

pub use code::{Code, Rejection};
#[cfg(feature = "sockets")]
pub use connection::Connection;
#[cfg(feature = "sockets")]
pub use counters::Counters;
#[cfg(feature = "sockets")]
pub use endpoint::Endpoint;
pub use error::{Error, Handshake};
pub use keys::LinkKeys;
pub use kind::Kind;
pub use limits::Limits;
#[cfg(feature = "sockets")]
pub use listener::Listener;
pub use pin::{Credentials, Pin};
#[cfg(feature = "sockets")]
pub use stream::{Incoming, Outgoing, Stream};
