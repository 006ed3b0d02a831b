//! What both machines hold during a run: the padded list, the oracle, the randomness. Which messages are due
//! is not known here.

use curve25519_dalek::ristretto::RistrettoPoint;
use zeroize::Zeroizing;

use super::element::Encoded;
use super::rfc9497::Rfc9497;
use crate::item::{Items, RunList};
use crate::oracle::Ro;
use crate::par::Par;
use crate::rejection::Rejection;
use crate::seed::Randomness;
use crate::size::SizeClass;

/// One side of a run. Its secrets go when it is dropped.
pub(super) struct Side<'a> {
    pub(super) par: &'a dyn Par,
    pub(super) suite: Rfc9497,
    pub(super) ro: Ro,
    pub(super) randomness: Randomness,
    pub(super) list: RunList<'a>,
    terms_id: [u8; 32],
}

impl<'a> Side<'a> {
    /// Boxed, so that the machines can pass it from stage to stage without leaving copies of ρ behind.
    ///
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than `class` holds.
    pub(super) fn new(
        terms_id: [u8; 32],
        class: SizeClass,
        items: &'a Items,
        ro: Ro,
        randomness: Randomness,
        par: &'a dyn Par,
    ) -> Result<Box<Side<'a>>, Rejection> {
        let list = RunList::new(items, class, &ro, &randomness)?;
        Ok(Box::new(Side { par, suite: Rfc9497::voprf(), ro, randomness, list, terms_id }))
    }

    /// The PRF input of the entry at `index`: terms_id ‖ entry. The terms are in it so that even a key used
    /// twice by mistake would give unrelated values in another run.
    pub(super) fn prf_input(&self, index: usize) -> Zeroizing<Vec<u8>> {
        let entry = self.list.entry(index);
        let mut input = Zeroizing::new(Vec::with_capacity(self.terms_id.len() + entry.len()));
        input.extend_from_slice(&self.terms_id);
        input.extend_from_slice(entry);
        input
    }

    /// The PRF inputs at `indices`, hashed to the group.
    ///
    /// # Errors
    /// [`Rejection::InputMapsToIdentity`] for the first that gives no usable element.
    pub(super) fn points(
        &self,
        indices: impl ExactSizeIterator<Item = usize>,
    ) -> Result<Zeroizing<Vec<RistrettoPoint>>, Rejection> {
        let mut points = Zeroizing::new(Vec::with_capacity(indices.len()));
        for index in indices {
            let point = self.suite.hash_to_group(&self.prf_input(index));
            points.push(point.ok_or(Rejection::InputMapsToIdentity { index: index as u64 })?);
        }
        Ok(points)
    }
}

/// Encodes twice each point. Doubling lets a batch share one inversion where single encodings need an inverse
/// square root each; callers halve the scalar before they multiply, which costs nothing.
pub(super) fn encode_doubled(halves: &[RistrettoPoint]) -> Zeroizing<Vec<Encoded>> {
    let encoded = Zeroizing::new(RistrettoPoint::double_and_compress_batch(halves));
    Zeroizing::new(encoded.iter().map(|element| element.to_bytes()).collect())
}
