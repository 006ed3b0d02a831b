//! The ristretto255 half of the transfers. What it is mixed with stands in the module above.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use zeroize::Zeroizing;

use super::{Choices, Key, TRANSFERS, swap_if};
use crate::oracle::Ro;
use crate::par::{self, Par};
use crate::rejection::Rejection;
use crate::seed::Randomness;

pub(super) const POINT_BYTES: usize = 32;

/// An encoded point (RFC 9496, section 4.3.2).
type Encoded = [u8; POINT_BYTES];

/// S: for each transfer a scalar s, and slots r_0 and r_1 with r_b = s·G − H(b, r_{1−b}).
///
/// # Errors
/// [`Rejection::ScalarZero`].
#[expect(clippy::type_complexity, reason = "two lists, one value of each for a transfer")]
pub(super) fn offer(
    ro: &Ro,
    randomness: &Randomness,
    choices: &Choices,
    par: &dyn Par,
) -> Result<(Zeroizing<Vec<Scalar>>, Vec<[Encoded; 2]>), Rejection> {
    let fields = |j: usize| (randomness.as_bytes(), (j as u64).to_le_bytes());
    let mut scalars = Zeroizing::new(Vec::with_capacity(TRANSFERS));
    for (rho, index) in (0..TRANSFERS).map(fields) {
        scalars.push(scalar(ro, "ec s", &[rho, &index])?);
    }
    let points = par::map(par, TRANSFERS, |j| {
        let (rho, index) = fields(j);
        let other = point(ro, "ec r", &[rho, &index]).compress().to_bytes();
        let hash = Zeroizing::new(hash_to_group(ro, j, choices.slot(j), &other));
        let own = (RistrettoPoint::mul_base(&scalars[j]) - *hash).compress().to_bytes();
        let mut slots = [own, other];
        let [first, second] = &mut slots;
        swap_if(choices.bit(j), first, second);
        slots
    });
    Ok((scalars, points))
}

/// S: the key of s·U for each transfer.
///
/// # Errors
/// [`Rejection::ElementNotCanonical`] or [`Rejection::ElementIdentity`] for U.
pub(super) fn chosen_keys(
    ro: &Ro,
    choices: &Choices,
    scalars: &[Scalar],
    encoded: &Encoded,
    par: &dyn Par,
) -> Result<Zeroizing<Vec<Key>>, Rejection> {
    let u = decode(encoded, 0)?;
    if u.is_identity() {
        // It would make every key known to whoever listens.
        return Err(Rejection::ElementIdentity { index: 0 });
    }
    // One base for all transfers: its table pays for itself many times over.
    let table = RistrettoBasepointTable::create(&u);
    let halves = Zeroizing::new(par::map(par, TRANSFERS, |j| &table * &scalars[j].div_by_2()));
    let shared = encode_doubled(&halves);
    Ok(Zeroizing::new((0..TRANSFERS).map(|j| key(ro, j, choices.slot(j), &shared[j])).collect()))
}

/// R: the point U = u·G, and for each transfer and slot i the key of u·(r_i + H(i, r_{1−i})).
///
/// # Errors
/// [`Rejection::ElementNotCanonical`] for the lowest point at fault; [`Rejection::ScalarZero`].
#[expect(clippy::type_complexity, reason = "a point and a list of key pairs")]
pub(super) fn answer(
    ro: &Ro,
    randomness: &Randomness,
    points: &[Encoded],
    par: &dyn Par,
) -> Result<(Encoded, Zeroizing<Vec<[Key; 2]>>), Rejection> {
    let u = Zeroizing::new(scalar(ro, "ec u", &[randomness.as_bytes()])?);
    let half = Zeroizing::new(u.div_by_2());
    let halves = par::map(par, points.len(), |place| {
        let (j, i) = (place / 2, place % 2);
        let slot = decode(&points[place], place)?;
        // The other slot of the same transfer.
        let hash = hash_to_group(ro, j, i as u64, &points[place ^ 1]);
        Ok((slot + hash) * *half)
    });
    let halves = Zeroizing::new(halves.into_iter().collect::<Result<Vec<_>, _>>()?);
    let shared = encode_doubled(&halves);
    let keys = |j: usize| [0, 1].map(|i| key(ro, j, i as u64, &shared[2 * j + i]));
    let keys = Zeroizing::new((0..points.len() / 2).map(keys).collect());
    Ok((RistrettoPoint::mul_base(&u).compress().to_bytes(), keys))
}

/// H: the slot `other` as a point for slot `i` of transfer `j`.
fn hash_to_group(ro: &Ro, j: usize, i: u64, other: &Encoded) -> RistrettoPoint {
    point(ro, "ec h", &[&(j as u64).to_le_bytes(), &i.to_le_bytes(), other])
}

fn key(ro: &Ro, j: usize, i: u64, shared: &Encoded) -> Key {
    ro.hash("ecot", &[&(j as u64).to_le_bytes(), &i.to_le_bytes(), shared])
}

fn scalar(ro: &Ro, label: &str, fields: &[&[u8]]) -> Result<Scalar, Rejection> {
    let scalar = Scalar::from_bytes_mod_order_wide(&wide(ro, label, fields));
    if scalar == Scalar::ZERO { Err(Rejection::ScalarZero) } else { Ok(scalar) }
}

fn point(ro: &Ro, label: &str, fields: &[&[u8]]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&wide(ro, label, fields))
}

fn wide(ro: &Ro, label: &str, fields: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    let mut bytes = Zeroizing::new([0; 64]);
    ro.fill(label, fields, &mut *bytes);
    bytes
}

/// The identity passes: S can reach it only in a slot whose secret it then knows anyway.
fn decode(encoded: &Encoded, index: usize) -> Result<RistrettoPoint, Rejection> {
    CompressedRistretto(*encoded).decompress().ok_or(Rejection::ElementNotCanonical { index: index as u64 })
}

/// Encodes twice each point: so many encodings share one inversion, and callers halve their scalars.
fn encode_doubled(halves: &[RistrettoPoint]) -> Zeroizing<Vec<Encoded>> {
    let encoded = Zeroizing::new(RistrettoPoint::double_and_compress_batch(halves));
    Zeroizing::new(encoded.iter().map(|point| point.to_bytes()).collect())
}
