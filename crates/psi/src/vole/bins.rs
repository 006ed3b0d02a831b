//! What each side does with a bin: R packs its items into slots and reads its own values back, S reads the
//! values of its items. Buffers are kept from bin to bin. Which bin is due is not known here.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::side::Side;
use crate::common::Tag;
use crate::field::Gf128;
use crate::okvs::{self, Bins, Rows};
use crate::rejection::Rejection;
use crate::slots::Slots;

/// Everything that is needed for any bin of a run.
pub(super) struct Binned {
    bins: Bins,
    tag_key: [u8; 32],
    desks: Mutex<Vec<Desk>>,
}

/// Buffers for one bin.
struct Desk {
    rows: Rows,
    encoding: okvs::Scratch,
    slots: Zeroizing<Vec<Gf128>>,
    masked: Zeroizing<Vec<Gf128>>,
}

impl Binned {
    pub(super) fn new(side: &Side<'_>, row_key: [u8; 32]) -> Binned {
        let bins = Bins::new(&side.list, &row_key, &side.plan.shape, side.par);
        Binned { bins, tag_key: side.tag_key(), desks: Mutex::new(Vec::new()) }
    }

    /// The entries of a bin.
    pub(super) fn entries(&self, bin: usize) -> &[u32] {
        self.bins.bin(bin)
    }

    /// Calls `work` with buffers and the rows of `bin`.
    fn with_rows<T>(&self, side: &Side<'_>, bin: usize, work: impl FnOnce(&mut Desk) -> T) -> T {
        let kept = self.desks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut desk = kept.unwrap_or_else(|| Desk::new(side));
        desk.rows.load(&self.bins, bin, 0..self.entries(bin).len(), &side.plan.shape);
        let done = work(&mut desk);
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
        done
    }

    /// R: writes A + P of a bin to `out` as bytes. Gives Dec(C, x) of its entries.
    ///
    /// # Errors
    /// [`Rejection::EncodingFailed`].
    pub(super) fn mask(
        &self,
        side: &Side<'_>,
        a: &Slots,
        c: &Slots,
        bin: usize,
        out: &mut [u8],
    ) -> Result<Zeroizing<Vec<Gf128>>, Rejection> {
        let shape = &side.plan.shape;
        self.with_rows(side, bin, |desk| {
            let Desk { rows, encoding, slots, masked } = desk;
            okvs::encode(rows, shape, side.kernels, encoding, masked)
                .map_err(|okvs::EncodeFailed| Rejection::EncodingFailed)?;
            a.copy(range(side, bin), slots);
            for (out, (mask, slot)) in out.as_chunks_mut().0.iter_mut().zip(slots.iter().zip(masked.iter())) {
                *out = (*mask + *slot).to_bytes();
            }
            c.copy(range(side, bin), slots);
            let mut values = Zeroizing::new(vec![Gf128::ZERO; rows.len()]);
            okvs::decode(rows, slots, shape, side.kernels, &mut values);
            Ok(values)
        })
    }

    /// S: the tags of the entries of a bin, given R's A + P of it. `mask` is w.
    pub(super) fn evaluate(
        &self,
        side: &Side<'_>,
        b: &Slots,
        delta: Gf128,
        mask: Gf128,
        bin: usize,
        masked: &[u8],
    ) -> Zeroizing<Vec<Tag>> {
        let shape = &side.plan.shape;
        self.with_rows(side, bin, |desk| {
            let Desk { rows, slots, masked: received, .. } = desk;
            for (element, bytes) in received.iter_mut().zip(masked.as_chunks().0) {
                *element = Gf128::from_bytes(*bytes);
            }
            b.copy(range(side, bin), slots);
            side.kernels.add_scaled(slots, delta, received);
            let mut values = Zeroizing::new(vec![mask; rows.len()]);
            side.kernels.add_scaled(&mut values, delta, rows.values());
            let mut decoded = Zeroizing::new(vec![Gf128::ZERO; rows.len()]);
            okvs::decode(rows, slots, shape, side.kernels, &mut decoded);
            values.iter_mut().zip(decoded.iter()).for_each(|(value, decoded)| *value += *decoded);
            self.tags(bin, &values)
        })
    }

    /// The tags of the entries of a bin, given their masked values.
    pub(super) fn tags(&self, bin: usize, values: &[Gf128]) -> Zeroizing<Vec<Tag>> {
        let mut tags = Zeroizing::new(vec![Tag::default(); values.len()]);
        self.bins.tags(bin, &self.tag_key, values, &mut tags);
        tags
    }
}

impl Desk {
    fn new(side: &Side<'_>) -> Desk {
        let shape = &side.plan.shape;
        let slots = || Zeroizing::new(vec![Gf128::ZERO; shape.slots_per_bin()]);
        Desk {
            rows: Rows::with_capacity(shape.load),
            encoding: okvs::Scratch::new(),
            slots: slots(),
            masked: slots(),
        }
    }
}

/// The slots of a bin.
fn range(side: &Side<'_>, bin: usize) -> std::ops::Range<usize> {
    let slots = side.plan.shape.slots_per_bin();
    bin * slots..(bin + 1) * slots
}
