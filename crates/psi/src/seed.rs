//! The seed of a party and what it grows into. Drawing a seed, storing it and using it only once is the
//! caller's part.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::oracle::Ro;

/// σ, the 32 bytes from which every random choice of one party in one run follows. Wiped on drop.
///
/// Single use: under a seed that answers two different messages of a peer, no suite keeps its promises.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Takes 32 uniformly random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Seed {
        Seed(bytes)
    }

    /// The bytes, for the sealed store an auditor may later open.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// ρ_R of an exchange by files: RO_A("rand"; σ_R, nonce_R), with `ro` from [`Ro::for_ask`]. The other
    /// nonce does not exist yet when the ask is made.
    pub fn asker_randomness(&self, ro: &Ro, asker_nonce: &[u8; 32]) -> Randomness {
        Randomness(ro.hash("rand", &[&self.0, asker_nonce]))
    }

    /// RO("rand"; σ, nonce_R, nonce_S), with `ro` from [`Ro::for_run`]: ρ_S of any run, and ρ_R of a run over
    /// a link, where both nonces are known before the first message.
    pub fn run_randomness(&self, ro: &Ro, asker_nonce: &[u8; 32], answerer_nonce: &[u8; 32]) -> Randomness {
        Randomness(ro.hash("rand", &[&self.0, asker_nonce, answerer_nonce]))
    }
}

/// ρ: the randomness of one party in one run, bound to the nonces. Every choice is an oracle output over ρ
/// under its own label and index, so no order of work can change it. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Randomness([u8; 32]);

impl Randomness {
    /// The bytes, as a field for [`Ro`].
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// com_σ = BLAKE3-256("detente-psi seed v1" ‖ σ ‖ salt): what a party publishes about its seed beforehand.
pub fn seed_commitment(seed: &Seed, salt: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"detente-psi seed v1").update(&seed.0).update(salt);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_follows_its_formula() {
        let mut bytes = b"detente-psi seed v1".to_vec();
        bytes.extend([1; 32]);
        bytes.extend([2; 32]);
        let commitment = seed_commitment(&Seed::from_bytes([1; 32]), &[2; 32]);
        assert_eq!(commitment, *blake3::hash(&bytes).as_bytes());
    }

    #[test]
    fn randomness_depends_on_seed_nonces_and_stage() {
        let (ask, run) = (Ro::for_ask(&[0; 32]), Ro::for_run(&[0; 32]));
        let (one, two) = (Seed::from_bytes([1; 32]), Seed::from_bytes([2; 32]));
        let values = [
            one.asker_randomness(&ask, &[3; 32]),
            two.asker_randomness(&ask, &[3; 32]),
            one.asker_randomness(&ask, &[4; 32]),
            one.asker_randomness(&run, &[3; 32]),
            one.run_randomness(&run, &[3; 32], &[4; 32]),
            one.run_randomness(&run, &[4; 32], &[3; 32]),
        ];
        for (i, left) in values.iter().enumerate() {
            assert!(values[i + 1..].iter().all(|right| left.as_bytes() != right.as_bytes()));
        }
    }
}
