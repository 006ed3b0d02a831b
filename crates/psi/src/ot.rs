//! The base oblivious transfers of the suite `vole`: 256 in one direction, each giving R two keys and S the one
//! that its choice bit names. S is the receiver of the transfers, R the sender. Two messages.
//!
//! Each transfer is an endemic oblivious transfer (Masny and Rindal, CCS 2019) done twice, over ristretto255
//! ([`curve`]) and over ML-KEM-768 ([`lattice`]), both results hashed into one key:
//!
//! - The key that S did not choose stays hidden from S while *either* half stands.
//! - The choice is hidden perfectly in the first half, so it rests on ML-KEM's assumption alone. Hashing keys
//!   cannot change that.
//!
//! The two slots of a transfer are r_0 and r_1. S draws the one it does not want at random, and makes the other
//! so that it knows the secret behind r_b + H(r_{1−b}). R cannot tell which is which; S cannot know both
//! secrets, since each slot is hashed into the other's key.
//!
//! Choice bits are secret: no branch and no address depends on one. What is not here: the transcript hash that
//! both sides put into the keys, and the check that R used its keys consistently.

use curve25519_dalek::scalar::Scalar;
use subtle::{Choice, ConditionallySelectable};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::oracle::Ro;
use crate::par::Par;
use crate::rejection::Rejection;
use crate::seed::Randomness;

mod curve;
#[cfg(test)]
pub(crate) mod dealt;
mod lattice;
mod ntt_vector;
#[cfg(test)]
mod tests;

/// Transfers of a run: one for each bit of Δ, then one for each bit of Δ′.
pub(crate) const TRANSFERS: usize = 256;

/// The bytes of an offer: the points r_0 ‖ r_1 of all transfers, then r_0 ‖ r_1 ‖ ρ of ML-KEM of all.
pub(crate) const OFFER_BYTES: usize = TRANSFERS * (2 * curve::POINT_BYTES + lattice::SLOTS_BYTES);

/// The bytes of a reply: the point U, then the ciphertexts ct_0 ‖ ct_1 of all transfers.
pub(crate) const REPLY_BYTES: usize = curve::POINT_BYTES + TRANSFERS * lattice::CIPHERTEXTS_BYTES;

/// A key of a transfer, or of one half of it.
type Key = [u8; 32];

/// S's side until R has replied. Wiped on drop.
pub(crate) struct Offer {
    choices: Choices,
    scalars: Zeroizing<Vec<Scalar>>,
    private_keys: lattice::PrivateKeys,
}

impl Offer {
    /// Makes all transfers at once. `choices` are Δ and Δ′; bit i of an integer is the coefficient of x^i. With
    /// the offer come its [`OFFER_BYTES`] bytes.
    ///
    /// # What the peer learns
    /// Nothing about the choices, as long as ML-KEM's public keys look random.
    ///
    /// # Errors
    /// [`Rejection::ScalarZero`], by chance about once in 2^252.
    pub(crate) fn new(
        ro: &Ro,
        randomness: &Randomness,
        choices: [u128; 2],
        sid: &[u8; 32],
        par: &dyn Par,
    ) -> Result<(Offer, Vec<u8>), Rejection> {
        let choices = Choices(choices);
        #[cfg(test)]
        if dealt::is_on() {
            return Ok(dealt::offer(choices));
        }
        let (scalars, points) = curve::offer(ro, randomness, &choices, par)?;
        let (private_keys, vectors) = lattice::offer(ro, randomness, &choices, sid, par);
        let bytes = [points.as_flattened().as_flattened(), vectors.as_flattened()].concat();
        debug_assert_eq!(bytes.len(), OFFER_BYTES);
        Ok((Offer { choices, scalars, private_keys }, bytes))
    }

    /// The chosen key of each transfer. `t_ot` is the hash of the transcript up to the end of the reply.
    ///
    /// A ciphertext that R made wrongly gives a random key and no error: what the keys are used for must find
    /// it out.
    ///
    /// # Errors
    /// [`Rejection::BodyTooShort`] or [`Rejection::BodyTooLong`]; [`Rejection::ElementNotCanonical`] or
    /// [`Rejection::ElementIdentity`], both for U, as element 0.
    pub(crate) fn keys(
        self,
        ro: &Ro,
        reply: &[u8],
        t_ot: &[u8; 32],
        par: &dyn Par,
    ) -> Result<ChosenKeys, Rejection> {
        self.chosen_keys(ro, reply, t_ot, par)
    }

    /// [`Self::keys`] of an offer that is kept, as only timing needs it.
    pub(crate) fn chosen_keys(
        &self,
        ro: &Ro,
        reply: &[u8],
        t_ot: &[u8; 32],
        par: &dyn Par,
    ) -> Result<ChosenKeys, Rejection> {
        check_length(reply, REPLY_BYTES)?;
        #[cfg(test)]
        if dealt::is_on() {
            return Ok(dealt::chosen_keys(ro, &self.choices, t_ot));
        }
        let (point, ciphertexts) = reply.split_first_chunk().expect("the length was checked");
        let (ciphertexts, _) = ciphertexts.as_chunks();
        let curve = curve::chosen_keys(ro, &self.choices, &self.scalars, point, par)?;
        let lattice = lattice::chosen_keys(&self.choices, &self.private_keys, ciphertexts, par);
        let hybrid = |j| hybrid(ro, j, self.choices.slot(j), &curve[j], &lattice[j], t_ot);
        Ok(ChosenKeys((0..TRANSFERS).map(hybrid).collect()))
    }

    /// Other choices under the same private keys.
    #[cfg(feature = "ct")]
    pub(crate) fn choose(&mut self, choices: [u128; 2]) {
        self.choices = Choices(choices);
    }
}

/// The key that S chose in each transfer. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct ChosenKeys(Vec<Key>);

impl ChosenKeys {
    /// The keys in the order of the transfers.
    pub(crate) fn as_slice(&self) -> &[[u8; 32]] {
        &self.0
    }
}

/// R's side: answers the bytes of an offer. With the keys to be come the [`REPLY_BYTES`] bytes of the reply.
///
/// # What the peer learns
/// One key of each transfer, and nothing about the other while either half stands.
///
/// # Errors
/// [`Rejection::BodyTooShort`] or [`Rejection::BodyTooLong`]; [`Rejection::ElementNotCanonical`] for a point
/// and [`Rejection::CoefficientNotReduced`] for a vector, both by 2·(number of the transfer) + slot;
/// [`Rejection::ScalarZero`], by chance about once in 2^252.
pub(crate) fn answer(
    ro: &Ro,
    randomness: &Randomness,
    sid: &[u8; 32],
    offer: &[u8],
    par: &dyn Par,
) -> Result<(Reply, Vec<u8>), Rejection> {
    check_length(offer, OFFER_BYTES)?;
    #[cfg(test)]
    if dealt::is_on() {
        return Ok(dealt::answer());
    }
    let (points, vectors) = offer.split_at(TRANSFERS * 2 * curve::POINT_BYTES);
    let (point, curve) = curve::answer(ro, randomness, points.as_chunks().0, par)?;
    let (ciphertexts, lattice) = lattice::answer(ro, randomness, sid, vectors.as_chunks().0, par)?;
    let bytes = [&point, ciphertexts.as_flattened()].concat();
    debug_assert_eq!(bytes.len(), REPLY_BYTES);
    Ok((Reply { curve, lattice }, bytes))
}

/// R's side after its reply, before the transcript is hashed: the keys of both halves. Wiped on drop.
pub(crate) struct Reply {
    curve: Zeroizing<Vec<[Key; 2]>>,
    lattice: Zeroizing<Vec<[Key; 2]>>,
}

impl Reply {
    /// Both keys of each transfer. `t_ot` is the hash of the transcript up to the end of the reply.
    pub(crate) fn keys(self, ro: &Ro, t_ot: &[u8; 32]) -> KeyPairs {
        let pair =
            |j: usize| [0, 1].map(|i| hybrid(ro, j, i as u64, &self.curve[j][i], &self.lattice[j][i], t_ot));
        KeyPairs((0..TRANSFERS).map(pair).collect())
    }
}

/// Both keys of each transfer. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct KeyPairs(Vec<[Key; 2]>);

impl KeyPairs {
    /// The pairs in the order of the transfers, slot 0 before slot 1.
    pub(crate) fn as_slice(&self) -> &[[[u8; 32]; 2]] {
        &self.0
    }
}

/// Δ and Δ′. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Choices([u128; 2]);

impl Choices {
    /// The choice of transfer `j`; true is slot 1.
    fn bit(&self, j: usize) -> Choice {
        Choice::from((self.0[j / 128] >> (j % 128)) as u8 & 1)
    }

    /// The same as the number of a slot, to be hashed.
    fn slot(&self, j: usize) -> u64 {
        u64::from(self.bit(j).unwrap_u8())
    }
}

/// The key of slot `i` of transfer `j`, from its two halves and the transcript.
fn hybrid(ro: &Ro, j: usize, i: u64, curve: &Key, lattice: &Key, t_ot: &[u8; 32]) -> Key {
    ro.hash("hyb", &[&(j as u64).to_le_bytes(), &i.to_le_bytes(), curve, lattice, t_ot])
}

/// Exchanges two strings of one length if `choice` is set, in constant time.
fn swap_if(choice: Choice, left: &mut [u8], right: &mut [u8]) {
    for (left, right) in left.iter_mut().zip(right) {
        u8::conditional_swap(left, right, choice);
    }
}

fn check_length(body: &[u8], expected: usize) -> Result<(), Rejection> {
    let (expected, found) = (expected as u64, body.len() as u64);
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Rejection::BodyTooShort { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Rejection::BodyTooLong { expected, found }),
    }
}
