//! What R keeps of each entry from message 6 to message 7: Dec(C, x), bin after bin.

use zeroize::Zeroizing;

use crate::field::Gf128;

/// Bins whose values stand in one piece: 35 MB with full bins, which an allocator gives back to the system.
const PIECE: usize = 128;

/// The values of all bins so far. Wiped on drop.
pub(super) struct Values {
    pieces: Vec<Zeroizing<Vec<Gf128>>>,
    /// Where each bin ends in its piece.
    ends: Vec<usize>,
    /// Values that a full piece has room for.
    room: usize,
}

impl Values {
    /// Room for `bins` bins of at most `load` values.
    pub(super) fn new(bins: usize, load: usize) -> Values {
        Values { pieces: Vec::new(), ends: Vec::with_capacity(bins), room: bins.min(PIECE) * load }
    }

    /// Appends a bin.
    pub(super) fn push(&mut self, bin: &[Gf128]) {
        if self.ends.len().is_multiple_of(PIECE) {
            self.pieces.push(Zeroizing::new(Vec::with_capacity(self.room)));
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.extend_from_slice(bin);
            self.ends.push(piece.len());
        }
    }

    /// The values of a bin, with `mask` added to each. Its piece is still there.
    pub(super) fn masked(&self, bin: usize, mask: Gf128) -> Zeroizing<Vec<Gf128>> {
        let start = if bin.is_multiple_of(PIECE) { 0 } else { self.ends[bin - 1] };
        let values = &self.pieces[bin / PIECE][start..self.ends[bin]];
        Zeroizing::new(values.iter().map(|value| *value + mask).collect())
    }

    /// Frees the pieces of which all bins are below `bin`.
    pub(super) fn drop_before(&mut self, bin: usize) {
        for piece in &mut self.pieces[..bin / PIECE] {
            *piece = Zeroizing::new(Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_come_back_masked() {
        let mut values = Values::new(300, 5);
        let bin = |number: usize| {
            (0..number as u128 % 6).map(|i| Gf128(number as u128 * 10 + i)).collect::<Vec<_>>()
        };
        (0..300).for_each(|number| values.push(&bin(number)));
        values.drop_before(130);
        for number in 128..300 {
            let due: Vec<Gf128> = bin(number).into_iter().map(|value| value + Gf128(1 << 99)).collect();
            assert!(*values.masked(number, Gf128(1 << 99)) == due);
        }
        assert!(values.pieces[0].is_empty() && !values.pieces[1].is_empty());
    }
}
