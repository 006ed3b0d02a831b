//! The two keys of a link: Ed25519 for TLS (RFC 7250), ML-DSA-44 (FIPS 204) beside the node's Ed25519 for the channel.

use std::net::SocketAddr;

use detente_accord::card::Link;
use detente_accord::{PublicKey, SecretKey};
use ml_dsa::{MlDsa44, Seed, SignatureEncoding as _, Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Our keys of a link. Wiped on drop; no `Debug`, no `Clone`.
pub struct LinkKeys {
    tls_seed: Zeroizing<[u8; 32]>,
    pq: Box<SigningKey<MlDsa44>>,
}

impl LinkKeys {
    /// The keys of these seeds.
    pub fn from_seeds(tls: &[u8; 32], pq: &[u8; 32]) -> LinkKeys {
        let pq = Box::new(SigningKey::<MlDsa44>::from_seed(&Seed::from(*pq)));
        LinkKeys { tls_seed: Zeroizing::new(*tls), pq }
    }

    /// What our card says of them, with the addresses at which we are reached.
    pub fn public(&self, at: Vec<SocketAddr>) -> Link {
        let pq = Sha256::digest(self.pq_public()).into();
        Link { tls: self.tls_public(), pq, at }
    }

    /// The raw public key of TLS.
    pub fn tls_public(&self) -> PublicKey {
        SecretKey::from_seed(&self.tls_seed).public()
    }

    /// The ML-DSA-44 public key, 1,312 bytes.
    pub fn pq_public(&self) -> Vec<u8> {
        AsRef::<ml_dsa::VerifyingKey<MlDsa44>>::as_ref(&*self.pq).encode().to_vec()
    }

    /// Signs with ML-DSA-44, deterministically and under no context (FIPS 204, section 5.2); 2,420 bytes.
    pub(crate) fn pq_sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pq.sign(bytes).to_bytes().to_vec()
    }

    /// The key of TLS itself.
    #[cfg(feature = "sockets")]
    pub(crate) fn tls_secret(&self) -> SecretKey {
        SecretKey::from_seed(&self.tls_seed)
    }
}
