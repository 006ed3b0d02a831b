//! R's message 6: its list as a key-value store P, bin after bin, under A. What goes in front of the bins and how
//! parts are hashed stands with the machine.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::bins::Binned;
use super::compress::Coder;
use super::noise::NoiseVector;
use super::side::Side;
use super::values::Values;
use crate::field::Gf128;
use crate::par;
use crate::rejection::Rejection;
use crate::slots::Slots;

/// A, as far as it was needed yet. It follows from the noise alone, so that it need not stand in memory whole.
pub(super) struct NoiseSlots {
    noise: NoiseVector,
    /// Until A is complete.
    coder: Option<Coder>,
    slots: Slots,
    batches: usize,
}

/// Batches of A that are made before the list is hashed, while there is room.
pub(super) const BATCHES_AHEAD: usize = 2;

impl NoiseSlots {
    pub(super) fn new(noise: NoiseVector, coder: Coder) -> NoiseSlots {
        NoiseSlots { noise, coder: Some(coder), slots: Slots::default(), batches: 0 }
    }

    /// Whether A has fewer batches than so many, and than there are.
    pub(super) fn is_due(&self, side: &Side<'_>, batches: usize) -> bool {
        self.batches < side.plan.batches.min(batches)
    }

    /// Makes the next batch.
    pub(super) fn extend(&mut self, side: &Side<'_>) {
        if let Some(coder) = &self.coder {
            self.slots.push(coder.noise(side, &self.noise, self.batches));
            self.batches += 1;
        }
        if self.batches == side.plan.batches {
            self.coder = None;
        }
    }
}

/// The bins that are masked so far, and what the rest needs.
pub(super) struct Masking {
    a: NoiseSlots,
    c: Slots,
    pub(super) binned: Binned,
    /// Dec(C, x) of the entries of the bins that are masked.
    pub(super) values: Values,
    part: usize,
}

impl Masking {
    /// Hashes the list into bins under `row_key`.
    pub(super) fn new(side: &Side<'_>, row_key: [u8; 32], a: NoiseSlots, c: Slots) -> Masking {
        side.pool.clear();
        let shape = side.plan.shape;
        let values = Values::new(shape.bins, shape.load);
        Masking { a, c, binned: Binned::new(side, row_key), values, part: 0 }
    }

    /// Whether no part is out yet.
    pub(super) fn is_new(&self) -> bool {
        self.part == 0
    }

    /// Whether all parts are out.
    pub(super) fn is_done(&self, side: &Side<'_>) -> bool {
        self.part == side.plan.masked_parts() as usize
    }

    /// Whether the next part needs slots of A that are not there yet.
    pub(super) fn lacks_a(&self, side: &Side<'_>) -> bool {
        let needed = side.plan.masked_part(self.part).end * side.plan.shape.slots_per_bin();
        needed > self.a.slots.len() && self.a.is_due(side, usize::MAX)
    }

    pub(super) fn extend_a(&mut self, side: &Side<'_>) {
        self.a.extend(side);
        side.pool.clear();
    }

    /// Appends the bins of the next part to `body`.
    ///
    /// # Errors
    /// [`Rejection::EncodingFailed`].
    pub(super) fn append_part(&mut self, side: &Side<'_>, body: &mut Vec<u8>) -> Result<(), Rejection> {
        let bins = side.plan.masked_part(self.part);
        let head = body.len();
        body.resize(head + bins.len() * side.plan.bin_bytes(), 0);
        for values in self.mask(side, bins.clone(), &mut body[head..]) {
            self.values.push(&values?);
        }
        let end = bins.end * side.plan.shape.slots_per_bin();
        self.a.slots.drop_before(end);
        self.c.drop_before(end);
        self.part += 1;
        Ok(())
    }

    /// Masks `bins` into `out`. Gives the values of each.
    fn mask(
        &self,
        side: &Side<'_>,
        bins: Range<usize>,
        out: &mut [u8],
    ) -> Vec<Result<Zeroizing<Vec<Gf128>>, Rejection>> {
        let outputs: Vec<_> = out.chunks_mut(side.plan.bin_bytes()).map(Mutex::new).collect();
        par::map(side.par, bins.len(), |at| {
            let mut out = outputs[at].lock().unwrap_or_else(PoisonError::into_inner);
            self.binned.mask(side, &self.a.slots, &self.c, bins.start + at, &mut out)
        })
    }
}
