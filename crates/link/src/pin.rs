//! Whom we speak to, and who we are.

use detente_accord::card::{Card, Link};
use detente_accord::{PartyId, PublicKey, SecretKey};

use crate::LinkKeys;

/// Our end of every link. No `Debug`, no `Clone`.
pub struct Credentials {
    /// Our id.
    pub party: PartyId,
    /// The keys that our card's `link` names.
    pub keys: LinkKeys,
    /// The key that our card names for its node.
    pub node: SecretKey,
}

/// The keys of a peer, from a card that was compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pin {
    /// Its id.
    pub party: PartyId,
    /// Its raw public key of TLS.
    pub tls: PublicKey,
    /// The key of its node, which signs the channel.
    pub node: PublicKey,
    /// SHA-256 of its ML-DSA-44 public key, which signs the channel too.
    pub pq: [u8; 32],
}

impl Pin {
    /// The keys that a card names; `None` for a card without a link.
    pub fn of(card: &Card) -> Option<Pin> {
        let Link { tls, pq, .. } = card.fields().link.clone()?;
        Some(Pin { party: card.id().clone(), tls, node: *card.node(), pq })
    }
}
