//! Correlated products (COPEe): R brings c, S brings δ, both get shares with z = y + c·δ. Twice: field values
//! c under Δ, and bits c under Δ′ for the tree OTs. Whether R used one c throughout is checked in `check`.
//!
//! Base OT i gives R the keys K_{i,0}, K_{i,1} and S the key K_{i,δ_i}, δ_i being bit i of δ. Each key grows
//! into a column; R sends τ_i = T0_i + T1_i + c; then Q_i = T0_i + δ_i·c at S, and the columns' sums with
//! weights x^i are the shares (Gilboa 1999 in the shape of IKNP 2003).

use std::ops::Range;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::plan::CHECKS;
use super::transpose::transpose;
use crate::field::{Gf128, mask};
use crate::oracle::Ro;
use crate::par::{self, Par};
use crate::prg::Stream;

/// Values a job works on: their columns fit the first cache.
const CHUNK: usize = 256;

/// The base OT keys of one δ as R holds them, both of each pair.
pub(super) type Pairs<'a> = &'a [[[u8; 32]; 2]];

/// The base OT keys of one δ as S holds them.
pub(super) type Chosen<'a> = &'a [[u8; 32]];

/// Shares of products, or the factors c themselves: one for each input, then the [`CHECKS`] masks.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Shares(Vec<Gf128>);

impl Shares {
    pub(super) fn new(shares: Vec<Gf128>) -> Shares {
        Shares(shares)
    }

    /// Those of the inputs.
    pub(super) fn inputs(&self) -> &[Gf128] {
        &self.0[..self.0.len() - CHECKS]
    }

    /// Those of the masks.
    pub(super) fn masks(&self) -> &[Gf128] {
        &self.0[self.0.len() - CHECKS..]
    }
}

/// One stream for each key.
struct Columns(Vec<Stream>);

impl Columns {
    fn new<'k>(ro: &Ro, keys: impl Iterator<Item = &'k [u8; 32]>) -> Columns {
        Columns(keys.map(|key| Stream::seeded(ro, "copee", key)).collect())
    }
}

/// R's share z of field values `c` (masks last), and τ_v, column after column.
pub(super) fn values_asker(ro: &Ro, pairs: Pairs<'_>, c: &Shares, par: &dyn Par) -> (Shares, Vec<u8>) {
    let zeros = Columns::new(ro, pairs.iter().map(|pair| &pair[0]));
    let ones = Columns::new(ro, pairs.iter().map(|pair| &pair[1]));
    let total = c.0.len();
    let parts = par::map(par, total.div_ceil(CHUNK), |job| {
        let range = par::block(total, CHUNK, job);
        let mut z = Zeroizing::new(vec![Gf128::ZERO; range.len()]);
        let mut tau = vec![Gf128::ZERO; pairs.len() * range.len()];
        let columns = tau.chunks_exact_mut(range.len()).zip(zeros.0.iter().zip(&ones.0));
        for (tau, (zero, one)) in columns.rev() {
            let elements = zero.elements(range.start as u64, range.len());
            one.for_each(range.start as u64, range.len(), |at, block| {
                tau[at] = Gf128::from_bytes(*block) + elements[at] + c.0[range.start + at];
                z[at] = z[at].times_x() + elements[at];
            });
        }
        (z, tau)
    });
    let mut corrections = Vec::with_capacity(pairs.len() * total * Gf128::BYTES);
    for column in 0..pairs.len() {
        for (z, tau) in &parts {
            let column = &tau[column * z.len()..][..z.len()];
            column.iter().for_each(|tau| corrections.extend_from_slice(&tau.to_bytes()));
        }
    }
    (join(parts.iter().map(|(z, _)| z), total), corrections)
}

/// S's share y, given δ and τ_v.
pub(super) fn values_answerer(ro: &Ro, keys: Chosen<'_>, delta: Gf128, tau: &[u8], par: &dyn Par) -> Shares {
    let columns = Columns::new(ro, keys.iter());
    let (tau, _) = tau.as_chunks::<{ Gf128::BYTES }>();
    let total = tau.len() / keys.len();
    let parts = par::map(par, total.div_ceil(CHUNK), |job| {
        let range = par::block(total, CHUNK, job);
        let mut y = Zeroizing::new(vec![Gf128::ZERO; range.len()]);
        for (i, (column, tau)) in columns.0.iter().zip(tau.chunks_exact(total)).enumerate().rev() {
            let mask = bit_mask(delta, i);
            let tau = &tau[range.clone()];
            column.for_each(range.start as u64, range.len(), |at, block| {
                let q = u128::from_le_bytes(*block) ^ (u128::from_le_bytes(tau[at]) & mask);
                y[at] = y[at].times_x() + Gf128(q);
            });
        }
        y
    });
    join(parts.iter(), total)
}

/// All ones where bit i of δ is set.
fn bit_mask(delta: Gf128, i: usize) -> u128 {
    mask(delta.0 >> i)
}

fn join<'p>(parts: impl Iterator<Item = &'p Zeroizing<Vec<Gf128>>>, total: usize) -> Shares {
    let mut shares = Vec::with_capacity(total);
    parts.for_each(|part| shares.extend_from_slice(part));
    Shares(shares)
}

/// What R brings to the second correlation: bits, packed from the lowest bit of a byte, and the masks.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Bits {
    pub(super) count: usize,
    pub(super) packed: Vec<u8>,
    pub(super) masks: [Gf128; CHECKS],
}

impl Bits {
    /// The bits and masks as field elements, for the check.
    pub(super) fn elements(&self) -> Shares {
        let mut elements = Vec::with_capacity(self.count + CHECKS);
        elements.extend((0..self.count).map(|j| Gf128(u128::from(self.packed[j / 8] >> (j % 8) & 1))));
        elements.extend(self.masks);
        Shares(elements)
    }
}

/// A column of the second correlation: packed bits, then the masks from the next whole block of the stream.
#[derive(Zeroize, ZeroizeOnDrop)]
struct BitColumn {
    bits: Vec<u8>,
    masks: [Gf128; CHECKS],
}

impl BitColumn {
    fn new(stream: &Stream, count: usize) -> BitColumn {
        let mut bits = vec![0; count.div_ceil(8)];
        stream.fill_bytes(&mut bits);
        let masks = stream.elements(count.div_ceil(128) as u64, CHECKS);
        BitColumn { bits, masks: std::array::from_fn(|at| masks[at]) }
    }

    /// Adds the other where `mask` is all ones.
    fn add_masked(&mut self, bits: &[u8], masks: &[Gf128], mask: u128) {
        self.bits.iter_mut().zip(bits).for_each(|(own, other)| *own ^= other & mask as u8);
        self.masks.iter_mut().zip(masks).for_each(|(own, other)| own.0 ^= other.0 & mask);
    }
}

/// R's share z of the bits, and τ_o, column after column, each without the gap before its masks.
pub(super) fn bits_asker(ro: &Ro, pairs: Pairs<'_>, c: &Bits, par: &dyn Par) -> (Shares, Vec<u8>) {
    let columns = par::map(par, pairs.len(), |i| {
        let [zero, one] =
            [0, 1].map(|choice| BitColumn::new(&Stream::seeded(ro, "copee", &pairs[i][choice]), c.count));
        let mut tau = one;
        tau.add_masked(&zero.bits, &zero.masks, u128::MAX);
        tau.add_masked(&c.packed, &c.masks, u128::MAX);
        clear_unused(&mut tau.bits, c.count);
        (zero, tau)
    });
    let mut corrections = Vec::new();
    for (_, tau) in &columns {
        corrections.extend_from_slice(&tau.bits);
        tau.masks.iter().for_each(|mask| corrections.extend_from_slice(&mask.to_bytes()));
    }
    (gather(columns.iter().map(|(zero, _)| zero), c.count), corrections)
}

/// S's share y of `count` bits, given δ and τ_o. Bits of τ beyond `count` have no effect.
pub(super) fn bits_answerer(
    ro: &Ro,
    keys: Chosen<'_>,
    delta: Gf128,
    tau: &[u8],
    count: usize,
    par: &dyn Par,
) -> Shares {
    let column_bytes = tau.len() / keys.len();
    let columns = par::map(par, keys.len(), |i| {
        let (bits, masks) = tau[i * column_bytes..][..column_bytes].split_at(count.div_ceil(8));
        let masks: Vec<Gf128> = masks.as_chunks().0.iter().map(|bytes| Gf128::from_bytes(*bytes)).collect();
        let mut column = BitColumn::new(&Stream::seeded(ro, "copee", &keys[i]), count);
        column.add_masked(bits, &masks, bit_mask(delta, i));
        column
    });
    gather(columns.iter(), count)
}

/// Bits of the last byte that stand for no input are 0 on the wire.
fn clear_unused(bits: &mut [u8], count: usize) {
    if let Some(last) = bits.last_mut().filter(|_| !count.is_multiple_of(8)) {
        *last &= (1 << (count % 8)) - 1;
    }
}

/// Σ x^i · column_i: of bits that is a transposition, bit i of share j being bit j of column i.
fn gather<'c>(columns: impl DoubleEndedIterator<Item = &'c BitColumn> + Clone, count: usize) -> Shares {
    let mut shares = Vec::with_capacity(count + CHECKS);
    for block in 0..count.div_ceil(128) {
        let mut square = Zeroizing::new([0; 128]);
        for (row, column) in square.iter_mut().zip(columns.clone()) {
            *row = packed_block(&column.bits, block);
        }
        transpose(&mut square);
        let inside: Range<usize> = par::block(count, 128, block);
        shares.extend(square[..inside.len()].iter().map(|share| Gf128(*share)));
    }
    for mask in 0..CHECKS {
        let column = columns.clone().rev();
        shares.push(column.fold(Gf128::ZERO, |sum, column| sum.times_x() + column.masks[mask]));
    }
    Shares(shares)
}

/// Bits 128·block.. of a packed column; zeros beyond its end.
fn packed_block(bits: &[u8], block: usize) -> u128 {
    let mut bytes = [0; 16];
    let rest = &bits[block * 16..];
    let rest = &rest[..rest.len().min(16)];
    bytes[..rest.len()].copy_from_slice(rest);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::field::{Cpu, Kernels};
    use crate::par::Sequential;

    pub(in crate::vole) fn dealt(delta: Gf128) -> (Vec<[[u8; 32]; 2]>, Vec<[u8; 32]>) {
        let pairs: Vec<_> = (0..128u8).map(|i| [[i; 32], [i ^ 0xff; 32]]).collect();
        let chosen = pairs.iter().enumerate().map(|(i, pair)| pair[(delta.0 >> i & 1) as usize]).collect();
        (pairs, chosen)
    }

    const DELTA: Gf128 = Gf128(0x8d3f_9a20_41c7_55b1_09e2_6f8b_d00d_1c35);

    #[test]
    fn shares_of_values_differ_by_value_times_delta() {
        let ro = Ro::for_run(&[1; 32]);
        let (pairs, chosen) = dealt(DELTA);
        let kernels = Kernels::new(Cpu::detect());
        let c = Shares::new(Stream::new(&[9; 16], 0).elements(0, 600).to_vec());
        let (z, tau) = values_asker(&ro, &pairs, &c, &Sequential);
        assert_eq!(tau.len(), 128 * 600 * 16);
        let y = values_answerer(&ro, &chosen, DELTA, &tau, &Sequential);
        assert!((0..600).all(|j| z.0[j] == y.0[j] + kernels.mul(c.0[j], DELTA)));
    }

    #[test]
    fn shares_of_bits_differ_by_bit_times_delta() {
        let ro = Ro::for_run(&[1; 32]);
        let (pairs, chosen) = dealt(DELTA);
        let kernels = Kernels::new(Cpu::detect());
        for count in [1_usize, 8, 127, 128, 129, 1000] {
            let mut packed = vec![0; count.div_ceil(8)];
            Stream::new(&[3; 16], 0).fill_bytes(&mut packed);
            let c = Bits { count, packed, masks: [Gf128(5), Gf128(1 << 100), DELTA] };
            let (z, tau) = bits_asker(&ro, &pairs, &c, &Sequential);
            assert_eq!(tau.len(), 128 * (count.div_ceil(8) + 48));
            let y = bits_answerer(&ro, &chosen, DELTA, &tau, count, &Sequential);
            let elements = c.elements();
            assert_eq!(z.0.len(), count + CHECKS);
            assert!((0..z.0.len()).all(|j| z.0[j] == y.0[j] + kernels.mul(elements.0[j], DELTA)));
        }
    }
}
