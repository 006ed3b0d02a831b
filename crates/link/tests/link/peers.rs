//! Parties with keys from small numbers, and endpoints of theirs on loopback.

use std::net::SocketAddr;
use std::time::Duration;

use detente_accord::{PartyId, SecretKey};
use detente_link::{Connection, Credentials, Endpoint, Limits, LinkKeys, Listener, Pin};
use tokio::net::TcpListener;

/// A party: its keys are made from its number.
#[derive(Clone, Copy)]
pub(crate) struct Party(pub(crate) u8);

pub(crate) const A: Party = Party(1);
pub(crate) const B: Party = Party(2);
pub(crate) const C: Party = Party(3);

impl Party {
    pub(crate) fn id(self) -> PartyId {
        PartyId::parse(&format!("cert-{}", char::from(b'a' + self.0 - 1))).unwrap()
    }

    pub(crate) fn node(self) -> SecretKey {
        SecretKey::from_seed(&[self.0; 32])
    }

    pub(crate) fn keys(self) -> LinkKeys {
        LinkKeys::from_seeds(&[100 + self.0; 32], &[200 + self.0; 32])
    }

    pub(crate) fn pin(self) -> Pin {
        let link = self.keys().public(Vec::new());
        Pin { party: self.id(), tls: link.tls, node: self.node().public(), pq: link.pq }
    }

    /// An endpoint that has pinned these.
    pub(crate) fn endpoint(self, pinned: &[Party], limits: Limits) -> Endpoint {
        let credentials = Credentials { party: self.id(), keys: self.keys(), node: self.node() };
        let endpoint = Endpoint::new(credentials, limits).unwrap();
        endpoint.pin(pinned.iter().map(|party| party.pin()).collect());
        endpoint
    }
}

/// Listens on a free port of loopback.
pub(crate) async fn listen(endpoint: &Endpoint) -> (Listener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    (endpoint.listen(socket), at)
}

/// A and B, B dialled by A.
pub(crate) struct Pair {
    pub(crate) a: Endpoint,
    pub(crate) b: Endpoint,
    pub(crate) at_a: Connection,
    pub(crate) at_b: Connection,
    pub(crate) listener: Listener,
    pub(crate) address: SocketAddr,
}

pub(crate) async fn pair(limits: Limits) -> Pair {
    let (a, b) = (A.endpoint(&[B], limits.clone()), B.endpoint(&[A], limits));
    let (mut listener, address) = listen(&b).await;
    let at_a = a.dial(&B.id(), address).await.unwrap();
    let at_b = listener.next().await.unwrap();
    Pair { a, b, at_a, at_b, listener, address }
}

/// Fails loudly where something would hang.
pub(crate) async fn soon<T>(act: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), act).await.expect("this takes too long")
}
