//! Decoding: what a store, or any other vector of its layout, gives for rows.

use super::{Rows, Shape};
use crate::field::{Gf128, Kernels};

/// `out[i]` = P\[p0\] + P\[p1\] + P\[p2\] + Σ k̂^(k+1)·D\[k\] for row i, where `slots` are the sparse slots P and
/// the dense slots D of one bin.
///
/// The dense part is always added: the store's own may be zero, those of the vectors that blind it are not.
pub(crate) fn decode(rows: &Rows, slots: &[Gf128], shape: &Shape, kernels: Kernels, out: &mut [Gf128]) {
    assert_eq!(slots.len(), shape.slots_per_bin(), "the slots of one bin");
    assert_eq!(out.len(), rows.len(), "one value for each row");
    let (sparse, dense) = slots.split_at(shape.sparse);
    for (value, positions) in out.iter_mut().zip(rows.positions()) {
        let [p0, p1, p2] = positions.get();
        *value = sparse[p0] + sparse[p1] + sparse[p2];
    }
    kernels.add_dense(out, rows.keys(), dense);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Cpu;
    use crate::okvs::reference::{self, both_rows, items, key, with_list};
    use crate::size::SizeClass;

    #[test]
    fn dense_slots_count_when_the_sparse_ones_are_zero() {
        let shape = Shape { bins: 1, load: 40, sparse: 50, dense: 3 };
        let mut slots = vec![Gf128::ZERO; shape.slots_per_bin()];
        slots[50..].copy_from_slice(&[Gf128(5), Gf128::ZERO, Gf128(1 << 127)]);
        with_list(&items(0), SizeClass::MIN, |list| {
            let (rows, expected) = both_rows(list, (0, 40), &key(0), &shape);
            let mut out = vec![Gf128::ONE; rows.len()];
            decode(&rows, &slots, &shape, Kernels::new(Cpu::detect()), &mut out);
            assert!(out.iter().all(|value| *value != Gf128::ZERO));
            assert!(out.iter().zip(&expected).all(|(v, row)| *v == reference::decode(row, &slots, &shape)));
        });
    }
}
