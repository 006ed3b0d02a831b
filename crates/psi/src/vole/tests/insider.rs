//! What each side holds in a run, made again from its seed and from what was said, with dealt base OTs. From
//! here a side can also say what an honest machine would not.

use crate::field::Gf128;
use crate::ot::{self, dealt};
use crate::slots::Slots;
use crate::vole::check::{self, CHECK_BYTES, Which};
use crate::vole::compress::Coder;
use crate::vole::correlate::{self, Bits, Shares};
use crate::vole::grove::{self, TreeShares};
use crate::vole::noise::{self, NoiseVector};
use crate::vole::side::{Role, Side, bound};
use crate::vole::{Message, Parameters};

/// Where τ_v begins in message 2.
pub(super) const CORRECTIONS: usize = 32 + ot::REPLY_BYTES;

/// R since message 2.
pub(super) struct AskerShares<'a> {
    pub(super) side: Box<Side<'a>>,
    pub(super) noise: NoiseVector,
    factors: Shares,
    choices: Bits,
    values: Shares,
    bits: Shares,
}

impl<'a> AskerShares<'a> {
    pub(super) fn new(parameters: Parameters<'a>, offer: &[u8], correlation: &[u8]) -> AskerShares<'a> {
        let mut side = Side::new(&Role::Asker, parameters).expect("a list that fits");
        let keys = keys(&mut side, offer, correlation);
        let (for_values, for_bits) = keys.split_at(128);
        let noise = NoiseVector::draw(&side.plan, &side.ro, &side.randomness);
        let masks = |which| noise::masks(&side.ro, &side.randomness, which);
        let factors = noise.values(&side.plan, side.kernels, masks(Which::Values));
        let choices = noise.choices(&side.plan, masks(Which::Choices));
        let (values, _) = correlate::values_asker(&side.ro, for_values, &factors, side.par);
        let (bits, _) = correlate::bits_asker(&side.ro, for_bits, &choices, side.par);
        AskerShares { side, noise, factors, choices, values, bits }
    }

    /// Message 2 with other corrections, τ_v ‖ τ_o, and a proof for what R really holds.
    pub(super) fn forge(&self, honest: &[u8], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let (side, end) = (&self.side, honest.len() - 2 * CHECK_BYTES);
        let mut body = honest.to_vec();
        change(&mut body[CORRECTIONS..end]);
        let t_tau = bound(side.transcript.current(), &body[..end]);
        let prove = |which, c: &Shares, z: &Shares| check::prove(&side.ro, side.kernels, &t_tau, which, c, z);
        let proofs = [
            prove(Which::Values, &self.factors, &self.values),
            prove(Which::Choices, &self.choices.elements(), &self.bits),
        ];
        body[end..].copy_from_slice(proofs.as_flattened());
        body
    }

    /// A and C, given message 3.
    pub(super) fn slots(&self, trees: &[u8]) -> (Vec<Gf128>, Vec<Gf128>) {
        let side = &self.side;
        let shares = TreeShares { values: &self.values, bits: &self.bits };
        let leaves = grove::grow_punctured(side, &self.noise, &shares, &trees[32..]);
        let coder = Coder::new(side);
        let c = coder.leaves(side, leaves);
        let mut a = Slots::default();
        (0..side.plan.batches).for_each(|batch| a.push(coder.noise(side, &self.noise, batch)));
        (elements(side, &a), elements(side, &c))
    }
}

/// S since message 2.
pub(super) struct AnswererShares<'a> {
    side: Box<Side<'a>>,
    pub(super) delta: Gf128,
    choices: Gf128,
    values: Shares,
    bits: Shares,
}

impl<'a> AnswererShares<'a> {
    pub(super) fn new(parameters: Parameters<'a>, offer: &[u8], correlation: &[u8]) -> AnswererShares<'a> {
        let mut side = Side::new(&Role::Answerer, parameters).expect("a list that fits");
        let [delta, choices] = deltas(&side);
        let pairs = keys(&mut side, offer, correlation);
        let bit = |j: usize| if j < 128 { delta.0 >> j & 1 } else { choices.0 >> (j - 128) & 1 };
        let chosen: Vec<_> = pairs.iter().enumerate().map(|(j, pair)| pair[bit(j) as usize]).collect();
        let (tau_v, rest) = correlation[CORRECTIONS..].split_at(128 * side.plan.value_column_bytes());
        let tau_o = &rest[..128 * side.plan.bit_column_bytes()];
        let values = correlate::values_answerer(&side.ro, &chosen[..128], delta, tau_v, side.par);
        let count = side.plan.bits();
        let bits = correlate::bits_answerer(&side.ro, &chosen[128..], choices, tau_o, count, side.par);
        AnswererShares { side, delta, choices, values, bits }
    }

    /// B.
    pub(super) fn slots(&self) -> Vec<Gf128> {
        let (side, mut body) = (&self.side, Vec::new());
        let shares = TreeShares { values: &self.values, bits: &self.bits };
        let leaves = grove::grow_full(side, &shares, self.choices, &mut body);
        elements(side, &Coder::new(side).leaves(side, leaves))
    }
}

/// Δ and Δ′.
pub(super) fn deltas(side: &Side<'_>) -> [Gf128; 2] {
    let bytes = side.draw("delta");
    let (halves, _) = bytes.as_chunks();
    [halves[0], halves[1]].map(Gf128::from_bytes)
}

/// The pairs of the base OTs. The transcript of `side` ends with message 1 then.
fn keys(side: &mut Side<'_>, offer: &[u8], correlation: &[u8]) -> Vec<[[u8; 32]; 2]> {
    side.transcript.take(&Message::Offer(offer.into()));
    let t_ot = bound(side.transcript.current(), &correlation[..CORRECTIONS]);
    dealt::pairs(&side.ro, &t_ot).as_slice().to_vec()
}

fn elements(side: &Side<'_>, slots: &Slots) -> Vec<Gf128> {
    let mut elements = vec![Gf128::ZERO; side.plan.shape.slots()];
    slots.copy(0..elements.len(), &mut elements);
    elements
}
