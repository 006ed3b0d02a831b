//! The ML-KEM-768 half of the transfers (FIPS 203). An encapsulation key is a vector t̂ and a seed ρ; the slots
//! r_0 and r_1 of a transfer are such vectors under one ρ. Sums of vectors stand in [`ntt_vector`](super::ntt_vector).

use ml_kem::{Decapsulate, DecapsulationKey768, EncapsulationKey768, Key as KeyBytes, KeyExport};
use sha3::{Digest, Sha3_256};
use zeroize::Zeroizing;

use super::ntt_vector::{NttVector, VECTOR_BYTES};
use super::{Choices, Key, TRANSFERS, swap_if};
use crate::oracle::Ro;
use crate::par::{self, Par};
use crate::rejection::Rejection;
use crate::seed::Randomness;

/// r_0 ‖ r_1 ‖ ρ.
pub(super) const SLOTS_BYTES: usize = 2 * VECTOR_BYTES + SEED_BYTES;

/// ct_0 ‖ ct_1.
pub(super) const CIPHERTEXTS_BYTES: usize = 2 * CIPHERTEXT_BYTES;

const SEED_BYTES: usize = 32;
const ENCAPSULATION_KEY_BYTES: usize = VECTOR_BYTES + SEED_BYTES;
const CIPHERTEXT_BYTES: usize = 1088;

type Slots = [u8; SLOTS_BYTES];
type Ciphertext = [u8; CIPHERTEXT_BYTES];
type Ciphertexts = [u8; CIPHERTEXTS_BYTES];

/// The decapsulation key of each transfer. Wiped on drop.
#[expect(clippy::vec_box, reason = "passing on an unboxed key would leave a copy that nobody wipes")]
pub(super) struct PrivateKeys(pub(super) Vec<Box<DecapsulationKey768>>);

impl Drop for PrivateKeys {
    /// The library wipes what is secret in a decapsulation key. Here the encapsulation key inside is secret
    /// too, for it tells which slot it was made for; so another key is written over it.
    fn drop(&mut self) {
        let blank = DecapsulationKey768::from_seed([0; 64].into());
        for key in &mut self.0 {
            **key = blank.clone();
            std::hint::black_box(key);
        }
    }
}

/// S: for each transfer a key pair with vector t̂, and slots r_0 and r_1 with r_b = t̂ − H(b, r_{1−b}).
pub(super) fn offer(
    ro: &Ro,
    randomness: &Randomness,
    choices: &Choices,
    sid: &[u8; 32],
    par: &dyn Par,
) -> (PrivateKeys, Vec<Slots>) {
    let made = par::map(par, TRANSFERS, |j| {
        let index = (j as u64).to_le_bytes();
        let mut seed = Zeroizing::new([0; 64]);
        ro.fill("kem dz", &[randomness.as_bytes(), &index], &mut *seed);
        let private = Box::new(DecapsulationKey768::from_seed((*seed).into()));
        let public =
            Zeroizing::new(<[u8; ENCAPSULATION_KEY_BYTES]>::from(private.encapsulation_key().to_bytes()));
        let (t, rho) = public.split_first_chunk().expect("a vector and a seed");

        let mut slots = [0; SLOTS_BYTES];
        let (vectors, seed) = slots.as_chunks_mut::<VECTOR_BYTES>();
        let [own, other] = vectors else { unreachable!("two vectors and a seed") };
        seed.copy_from_slice(rho);
        let other_seed = Zeroizing::new(ro.hash("kem r", &[randomness.as_bytes(), &index]));
        *other = *NttVector::sample(&other_seed).encode();
        let t = NttVector::decode(t).expect("the library's keys are reduced");
        *own = *t.minus(&hash_to_vector(sid, j, choices.slot(j), other)).encode();
        swap_if(choices.bit(j), own, other);
        (private, slots)
    });
    let (private, slots) = made.into_iter().unzip();
    (PrivateKeys(private), slots)
}

/// S: decapsulates the chosen ciphertext of each transfer. A ciphertext that was not made for the key gives a
/// random key (implicit rejection, FIPS 203, algorithm 18).
pub(super) fn chosen_keys(
    choices: &Choices,
    private: &PrivateKeys,
    ciphertexts: &[Ciphertexts],
    par: &dyn Par,
) -> Zeroizing<Vec<Key>> {
    Zeroizing::new(par::map(par, TRANSFERS, |j| {
        let (mut chosen, mut other) = split_ciphertexts(&ciphertexts[j]);
        swap_if(choices.bit(j), &mut chosen, &mut other);
        private.0[j].decapsulate(&chosen.into()).into()
    }))
}

/// R: for each transfer and slot i a ciphertext and its key under the encapsulation key r_i + H(i, r_{1−i}).
///
/// # Errors
/// [`Rejection::CoefficientNotReduced`] for the lowest vector at fault.
#[expect(clippy::type_complexity, reason = "two lists, one value of each for a transfer")]
pub(super) fn answer(
    ro: &Ro,
    randomness: &Randomness,
    sid: &[u8; 32],
    offered: &[Slots],
    par: &dyn Par,
) -> Result<(Vec<Ciphertexts>, Zeroizing<Vec<[Key; 2]>>), Rejection> {
    let made = par::map(par, offered.len(), |j| {
        let mut ciphertexts = [0; CIPHERTEXTS_BYTES];
        let (parts, _) = ciphertexts.as_chunks_mut::<CIPHERTEXT_BYTES>();
        let public_keys = public_keys(sid, j, &offered[j])?;
        let mut keys = Zeroizing::new([[0; 32]; 2]);
        for i in 0..2 {
            let fields: [&[u8]; 3] =
                [randomness.as_bytes(), &(j as u64).to_le_bytes(), &(i as u64).to_le_bytes()];
            let m = Zeroizing::new(ro.hash("kem m", &fields));
            (parts[i], keys[i]) = encapsulate(&public_keys[i], &m);
        }
        Ok((ciphertexts, keys))
    });
    let mut ciphertexts = Vec::with_capacity(offered.len());
    let mut keys = Zeroizing::new(Vec::with_capacity(offered.len()));
    for transfer in made {
        let (pair, pair_keys) = transfer?;
        ciphertexts.push(pair);
        keys.push(*pair_keys);
    }
    Ok((ciphertexts, keys))
}

/// The encapsulation keys of both slots of transfer `j`.
///
/// # Errors
/// [`Rejection::CoefficientNotReduced`]: the modulus check of FIPS 203, section 7.2, on both vectors.
pub(super) fn public_keys(
    sid: &[u8; 32],
    j: usize,
    slots: &Slots,
) -> Result<[[u8; ENCAPSULATION_KEY_BYTES]; 2], Rejection> {
    let (vectors, rho) = slots.as_chunks::<VECTOR_BYTES>();
    let mut keys = [[0; ENCAPSULATION_KEY_BYTES]; 2];
    for (i, key) in keys.iter_mut().enumerate() {
        let index = (2 * j + i) as u64;
        let slot = NttVector::decode(&vectors[i]).ok_or(Rejection::CoefficientNotReduced { index })?;
        let vector = slot.plus(&hash_to_vector(sid, j, i as u64, &vectors[1 - i]));
        key[..VECTOR_BYTES].copy_from_slice(&*vector.encode());
        key[VECTOR_BYTES..].copy_from_slice(rho);
    }
    Ok(keys)
}

/// ML-KEM.Encaps_internal (FIPS 203, algorithm 17).
///
/// # Panics
/// If the key is not reduced, which a sum of vectors always is.
pub(super) fn encapsulate(public: &[u8; ENCAPSULATION_KEY_BYTES], m: &[u8; 32]) -> (Ciphertext, Key) {
    let public = EncapsulationKey768::new(&KeyBytes::<EncapsulationKey768>::from(*public));
    let (ciphertext, key) = public.expect("a reduced key").encapsulate_deterministic(&(*m).into());
    (ciphertext.into(), key.into())
}

/// H: the slot `other` as a vector for slot `i` of transfer `j`. The session id separates runs, as the key of
/// the oracle does in the other half.
fn hash_to_vector(sid: &[u8; 32], j: usize, i: u64, other: &[u8; VECTOR_BYTES]) -> NttVector {
    let seed = Sha3_256::new()
        .chain_update(b"detente-psi hpk")
        .chain_update(sid)
        .chain_update((j as u64).to_le_bytes())
        .chain_update(i.to_le_bytes())
        .chain_update(other)
        .finalize();
    NttVector::sample(&Zeroizing::new(seed.into()))
}

fn split_ciphertexts(both: &Ciphertexts) -> (Ciphertext, Ciphertext) {
    let (first, second) = both.split_first_chunk().expect("two ciphertexts");
    (*first, second.try_into().expect("two ciphertexts"))
}
