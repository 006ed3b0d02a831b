//! Encoding the rows of one bin.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::peel::{COLUMNS_MAX, Peeling, Step};
use super::{Rows, Shape, gaps};
use crate::field::{Gf128, Kernels};

/// The rows do not fit: with probability 2^-40 over all bins of a store. A run in which it happens is over, since
/// another row key would tell that it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EncodeFailed;

/// What encoding needs besides rows and slots, to be used again for every bin. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Scratch {
    peeling: Peeling,
    /// The values of the rows less their dense parts.
    targets: Vec<Gf128>,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch { peeling: Peeling::new(), targets: Vec::with_capacity(COLUMNS_MAX) }
    }
}

/// Writes the slots of a bin to `out` such that [`decode`](super::decode) gives each row its value. The result
/// depends on the rows and their order alone; slots that they do not determine are zero.
///
/// # Errors
/// [`EncodeFailed`] if there are more rows than the shape allows, if peeling leaves more gap rows than there are
/// dense slots, or if those cannot satisfy them. `out` is then undefined.
pub(crate) fn encode(
    rows: &Rows,
    shape: &Shape,
    kernels: Kernels,
    scratch: &mut Scratch,
    out: &mut [Gf128],
) -> Result<(), EncodeFailed> {
    assert_eq!(out.len(), shape.slots_per_bin(), "the slots of one bin");
    if rows.len() > shape.load {
        return Err(EncodeFailed);
    }
    let Scratch { peeling, targets } = scratch;
    peeling.run(rows, shape.sparse, shape.dense)?;
    out.fill(Gf128::ZERO);
    let (sparse, dense) = out.split_at_mut(shape.sparse);
    if peeling.gaps().is_empty() {
        // The dense slots stay zero, and so do the dense parts of all rows.
        substitute(peeling.order(), rows.values(), sparse);
    } else {
        gaps::solve(peeling, rows, shape, kernels, dense)?;
        targets.clear();
        targets.extend_from_slice(rows.values());
        kernels.add_dense(targets, rows.keys(), dense);
        substitute(peeling.order(), targets, sparse);
    }
    Ok(())
}

/// Gives each pivot what its row lacks, last row first: a row's other columns are free, hence zero, or pivots of
/// rows peeled later.
fn substitute(order: &[Step], targets: &[Gf128], sparse: &mut [Gf128]) {
    for step in order.iter().rev() {
        let [first, second] = step.others();
        sparse[step.pivot()] = targets[step.row()] + sparse[first] + sparse[second];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reference::{self, both_rows, items, key, with_list};
    use super::super::{Bins, decode};
    use super::*;
    use crate::field::Cpu;
    use crate::item::RunList;
    use crate::par::Sequential;
    use crate::size::SizeClass;

    const TIGHT: Shape = Shape { bins: 1, load: 24, sparse: 30, dense: 4 };

    fn kernels() -> Kernels {
        Kernels::new(Cpu::detect())
    }

    fn slots(rows: &Rows, shape: &Shape) -> Result<Vec<Gf128>, EncodeFailed> {
        let mut out = vec![Gf128::ONE; shape.slots_per_bin()];
        encode(rows, shape, kernels(), &mut Scratch::new(), &mut out).map(|()| out)
    }

    fn check_decodes(rows: &Rows, slots: &[Gf128], shape: &Shape) {
        let mut out = vec![Gf128::ONE; rows.len()];
        decode(rows, slots, shape, kernels(), &mut out);
        assert!(out == rows.values());
    }

    /// What came of encoding the same entries under one key: equal to the reference, and every row decodes.
    fn check_against_reference(
        list: &RunList<'_>,
        number: u64,
        count: usize,
        shape: &Shape,
    ) -> Option<Vec<Gf128>> {
        let (rows, expected) = both_rows(list, (0, count), &key(number), shape);
        let slots = slots(&rows, shape).ok();
        assert!(slots == reference::encode(&expected, shape));
        if let Some(slots) = &slots {
            check_decodes(&rows, slots, shape);
            assert!(expected.iter().all(|row| reference::decode(row, slots, shape) == row.value));
        }
        slots
    }

    #[test]
    fn equals_the_reference_where_gaps_are_the_rule() {
        let (mut encoded, mut through_gaps) = (0, 0);
        with_list(&items(200), SizeClass::MIN, |list| {
            for number in 0..400 {
                let Some(slots) = check_against_reference(list, number, 24, &TIGHT) else { continue };
                encoded += 1;
                through_gaps += u32::from(slots[30..].iter().any(|slot| *slot != Gf128::ZERO));
            }
        });
        assert!(encoded > 380, "{encoded} of 400 encoded");
        assert!(encoded < 400, "some have too many gaps");
        assert!(through_gaps > 250, "{through_gaps} of 400 through the gap path");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn equals_the_reference_in_any_shape(
            number: u64, count in 0usize..60, sparse in 3usize..90, dense in 0usize..7,
        ) {
            let shape = Shape { bins: 3, load: 60, sparse, dense };
            with_list(&items(200), SizeClass::MIN, |list| {
                check_against_reference(list, number, count, &shape);
            });
        }
    }

    #[test]
    fn every_row_of_a_large_list_decodes() {
        let class = SizeClass::from_u64(5 << 14).expect("a class");
        let shape = Shape::for_class(class);
        let (mut scratch, mut out) = (Scratch::new(), vec![Gf128::ZERO; shape.slots_per_bin()]);
        with_list(&items(70_000), class, |list| {
            let bins = Bins::new(list, &key(5), &shape, &Sequential);
            let mut rows = Rows::with_capacity(shape.load);
            for bin in 0..shape.bins {
                rows.load(&bins, bin, 0..bins.bin(bin).len(), &shape);
                encode(&rows, &shape, kernels(), &mut scratch, &mut out).expect("it fits");
                check_decodes(&rows, &out, &shape);
            }
        });
    }

    #[test]
    fn every_small_class_encodes() {
        for class in crate::size::all().filter(|class| class.get() <= 1 << 12) {
            let shape = Shape::for_class(class);
            with_list(&items(100), class, |list| {
                let bins = Bins::new(list, &key(3), &shape, &Sequential);
                let mut rows = Rows::with_capacity(0);
                rows.load(&bins, 0, 0..list.len(), &shape);
                check_decodes(&rows, &slots(&rows, &shape).expect("it fits"), &shape);
            });
        }
    }

    #[test]
    fn scratch_carries_nothing_over() {
        with_list(&items(200), SizeClass::MIN, |list| {
            let mut scratch = Scratch::new();
            for number in 0..50 {
                let (rows, _) = both_rows(list, (0, 24), &key(number), &TIGHT);
                let mut out = vec![Gf128::ONE; TIGHT.slots_per_bin()];
                let result = encode(&rows, &TIGHT, kernels(), &mut scratch, &mut out).map(|()| out);
                assert!(result == slots(&rows, &TIGHT));
            }
        });
    }

    #[test]
    fn refuses_more_rows_than_the_load() {
        let shape = Shape { load: 23, sparse: 60, ..TIGHT };
        with_list(&items(200), SizeClass::MIN, |list| {
            let (rows, _) = both_rows(list, (0, 24), &key(0), &shape);
            assert!(slots(&rows, &shape) == Err(EncodeFailed));
            assert!(slots(&rows, &Shape { load: 24, ..shape }).is_ok());
        });
    }

    #[test]
    fn refuses_more_gaps_than_dense_slots() {
        // Of four rows on three columns, all but one are gap rows.
        let shape = Shape { bins: 1, load: 10, sparse: 3, dense: 3 };
        with_list(&items(200), SizeClass::MIN, |list| {
            for (count, fits) in [(3, true), (4, true), (5, false)] {
                let (rows, _) = both_rows(list, (0, count), &key(0), &shape);
                assert_eq!(slots(&rows, &shape).is_ok(), fits);
            }
        });
    }

    #[test]
    fn refuses_equal_rows_with_different_values() {
        // The same entry twice has one dense key: the two equations contradict each other or are one, and a
        // list never holds an entry twice.
        with_list(&items(200), SizeClass::MIN, |list| {
            let (mut rows, _) = both_rows(list, (0, 10), &key(0), &TIGHT);
            rows.repeat_last();
            assert!(slots(&rows, &TIGHT) == Err(EncodeFailed));
        });
    }
}
