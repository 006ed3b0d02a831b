//! Bytes between nodes. It does not know what they say: packets and frames of a match pass through unread. It keeps
//! nothing on disk, opens no name, and trusts no authority: whom it speaks to stands in pins, from cards that people
//! compared.
//!
//! [`Endpoint`] dials and listens; [`Connection`] carries [`Stream`]s of both sides; PROTOCOL.md, section 24, says
//! what goes over the wire.

#![forbid(unsafe_code)]

mod code;
mod connection;
mod counters;
mod endpoint;
mod error;
pub mod frame;
mod gate;
mod greet;
pub mod hello;
mod keys;
mod kind;
pub mod limits;
mod listener;
pub mod mux;
mod pin;
mod rate;
mod registry;
mod stream;
mod tls;
mod wire;

pub use code::{Code, Rejection};
pub use connection::Connection;
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use error::{Error, Handshake};
pub use keys::LinkKeys;
pub use kind::Kind;
pub use limits::Limits;
pub use listener::Listener;
pub use pin::{Credentials, Pin};
pub use stream::{Incoming, Outgoing, Stream};
