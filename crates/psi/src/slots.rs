//! A vector of the correlation: A, B or C, batch after batch. How a batch comes about is not known here.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::field::Gf128;

/// The elements of all batches so far. Wiped on drop.
#[derive(Default)]
pub(crate) struct Slots {
    batches: Vec<Zeroizing<Vec<Gf128>>>,
    /// Where each batch ends.
    ends: Vec<usize>,
}

impl Slots {
    pub(crate) fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Appends a batch.
    pub(crate) fn push(&mut self, batch: Vec<Gf128>) {
        self.ends.push(self.len() + batch.len());
        self.batches.push(Zeroizing::new(batch));
    }

    /// Copies the elements in `range` to `out`, which has its length. Their batches are still there.
    pub(crate) fn copy(&self, range: Range<usize>, out: &mut [Gf128]) {
        let mut at = range.start;
        let mut rest = out;
        while at < range.end {
            let number = self.ends.partition_point(|end| *end <= at);
            let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
            let (now, later) = rest.split_at_mut(self.ends[number].min(range.end) - at);
            now.copy_from_slice(&self.batches[number][at - start..][..now.len()]);
            at += now.len();
            rest = later;
        }
    }

    /// Frees the batches that end at or before `end`; they count on, but cannot be copied from.
    pub(crate) fn drop_before(&mut self, end: usize) {
        for (batch, batch_end) in self.batches.iter_mut().zip(&self.ends) {
            if *batch_end <= end {
                *batch = Zeroizing::new(Vec::new());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_read_as_one_vector() {
        let all: Vec<Gf128> = (0..1500).map(Gf128).collect();
        let mut slots = Slots::default();
        for batch in [&all[..1], &all[1..257], &all[257..1100], &all[1100..]] {
            slots.push(batch.to_vec());
        }
        assert_eq!(slots.len(), 1500);
        for range in [0..1500, 0..0, 255..259, 1099..1101, 1499..1500, 300..900] {
            let mut out = vec![Gf128::ZERO; range.len()];
            slots.copy(range.clone(), &mut out);
            assert!(out == all[range]);
        }
    }

    #[test]
    fn what_is_done_with_is_freed_and_the_rest_stays_in_place() {
        let mut slots = Slots::default();
        [0u128, 10, 20].iter().for_each(|start| slots.push((*start..start + 10).map(Gf128).collect()));
        slots.drop_before(19);
        assert!(slots.batches[0].is_empty() && !slots.batches[1].is_empty());
        let mut out = [Gf128::ZERO; 4];
        slots.copy(18..22, &mut out);
        assert!(out == [18, 19, 20, 21].map(Gf128));
    }
}
