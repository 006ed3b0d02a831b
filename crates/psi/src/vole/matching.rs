//! R's message 7: its own tags, looked up among those of S as they come in.

use zeroize::Zeroize;

use super::masking::Masking;
use super::side::Side;
use super::sorted::{Tagged, Tags};
use crate::common::{Common, TAG_BYTES, Tag, check_ascending};
use crate::field::Gf128;
use crate::par;
use crate::rejection::Rejection;

/// R's own tags, and what was found among S's so far. Wiped on drop.
pub(super) struct Matching {
    own: Tags<u32>,
    entries: Vec<u32>,
    last: Option<Tag>,
    part: usize,
}

impl Matching {
    /// Makes R's own tags; `mask` is w.
    pub(super) fn new(side: &Side<'_>, masking: Masking, mask: Gf128) -> Matching {
        Matching { own: own_tags(side, masking, mask), entries: Vec::new(), last: None, part: 0 }
    }

    /// The length of the tags in the next part.
    pub(super) fn part_bytes(&self, side: &Side<'_>) -> u64 {
        (side.plan.tags_part(self.part).len() * TAG_BYTES) as u64
    }

    /// Whether all parts are in.
    pub(super) fn is_done(&self, side: &Side<'_>) -> bool {
        self.part == side.plan.tags_parts() as usize
    }

    /// Takes the tags of the next part.
    ///
    /// # Errors
    /// [`Rejection::TagsNotAscending`].
    pub(super) fn take(&mut self, side: &Side<'_>, tags: &[Tag]) -> Result<(), Rejection> {
        check_order(side.plan.tags_part(self.part).start, self.last, tags)?;
        self.last = tags.last().copied();
        self.entries.extend(self.own.among(tags, side.par));
        self.part += 1;
        Ok(())
    }

    /// Takes tags that stand somewhere in the message, where it will not come as a whole.
    ///
    /// # Errors
    /// [`Rejection::TagsNotAscending`].
    pub(super) fn take_some(&mut self, side: &Side<'_>, tags: &[Tag]) -> Result<(), Rejection> {
        check_ascending(tags)?;
        self.entries.extend(self.own.among(tags, side.par));
        Ok(())
    }

    /// The result.
    pub(super) fn common(&self, side: &Side<'_>) -> Common {
        let mut ranks = Vec::with_capacity(self.entries.len());
        ranks.extend(self.entries.iter().filter_map(|entry| side.list.rank(*entry as usize)));
        ranks.sort_unstable();
        Common::new(side.sid, side.list.padding(), ranks)
    }
}

impl Drop for Matching {
    fn drop(&mut self) {
        self.entries.zeroize();
        self.last.zeroize();
    }
}

/// R's own tags, given w, with the entry of each. Values are freed as tags come about.
fn own_tags(side: &Side<'_>, masking: Masking, mask: Gf128) -> Tags<u32> {
    /// Bins whose tags wait to be put in order.
    const BINS: usize = 8;
    let Masking { binned, mut values, .. } = masking;
    let mut own = Tags::new(side.list.len());
    let bins = side.plan.shape.bins;
    for start in (0..bins).step_by(BINS) {
        let some = start..bins.min(start + BINS);
        let tags = par::map(side.par, some.len(), |at| {
            let bin = start + at;
            binned.tags(bin, &values.masked(bin, mask))
        });
        for (bin, tags) in some.clone().zip(tags) {
            tags.iter().zip(binned.entries(bin)).for_each(|(tag, entry)| own.push(Tagged::new(tag, *entry)));
        }
        values.drop_before(some.end);
    }
    own.sort(side.par);
    own
}

/// # Errors
/// [`Rejection::TagsNotAscending`] by the place in the whole message, `start` being that of the first.
fn check_order(start: usize, last: Option<Tag>, tags: &[Tag]) -> Result<(), Rejection> {
    if tags.first().zip(last).is_some_and(|(first, last)| *first <= last) {
        return Err(Rejection::TagsNotAscending { index: start as u64 });
    }
    check_ascending(tags).map_err(|rejection| match rejection {
        Rejection::TagsNotAscending { index } => Rejection::TagsNotAscending { index: start as u64 + index },
        other => other,
    })
}
