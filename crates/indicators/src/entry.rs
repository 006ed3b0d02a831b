//! What is known of one item besides its bytes, in sixteen bytes: a list of millions of names spends more time
//! on being given memory by the system than on the names.

use crate::limits::{PLACE_LINE_MAX, PLACE_SOURCE_MAX};
use crate::{Marking, Notes, Place};

/// Where an item's bytes begin, its marking, the notes of its first occurrence, and where that was.
pub(crate) struct Entry {
    /// From the high end: where the bytes begin (40 bits), further places (8), notes (8), marking (8).
    what: u64,
    /// Source (24 bits) and line (40).
    first: u64,
}

impl Entry {
    pub(crate) fn new(offset: usize, notes: Notes, marking: Marking, first: Place) -> Entry {
        // A terabyte of items does not fit where this runs.
        let what = (offset as u64) << OFFSET_AT | u64::from(notes.bits()) << NOTES_AT;
        let source = first.source.min(PLACE_SOURCE_MAX);
        let first = u64::from(source) << SOURCE_AT | first.line.min(PLACE_LINE_MAX);
        Entry { what: what | u64::from(marking.bits()), first }
    }

    pub(crate) fn offset(&self) -> usize {
        (self.what >> OFFSET_AT) as usize
    }

    pub(crate) fn first(&self) -> Place {
        Place { source: (self.first >> SOURCE_AT) as u32, line: self.first & PLACE_LINE_MAX }
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes::from_bits((self.what >> NOTES_AT) as u8)
    }

    /// The strictest over all occurrences so far.
    pub(crate) fn marking(&self) -> Marking {
        Marking::from_bits(self.what as u8)
    }

    /// Makes the marking as strict as this one.
    pub(crate) fn mark(&mut self, marking: Marking) {
        let marking = self.marking().and(marking);
        self.what = self.what & !0xff | u64::from(marking.bits());
    }

    /// How many places are kept beyond the first.
    pub(crate) fn further(&self) -> usize {
        usize::from((self.what >> FURTHER_AT) as u8)
    }

    /// Counts one more place; the caller keeps it under 256.
    pub(crate) fn add_further(&mut self) {
        self.what += 1 << FURTHER_AT;
    }
}

const OFFSET_AT: u32 = 24;
const FURTHER_AT: u32 = 16;
const NOTES_AT: u32 = 8;
const SOURCE_AT: u32 = 40;

const _: () = assert!(crate::limits::PLACES_PER_ITEM_MAX < 256 && PLACE_LINE_MAX == (1 << SOURCE_AT) - 1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, Pap, Tlp};

    #[test]
    fn nothing_is_lost_in_sixteen_bytes() {
        assert_eq!(size_of::<Entry>(), 16);
        let tlps = [
            None,
            Some(Tlp::Clear),
            Some(Tlp::Green),
            Some(Tlp::Amber),
            Some(Tlp::AmberStrict),
            Some(Tlp::Red),
        ];
        let paps = [None, Some(Pap::Clear), Some(Pap::Green), Some(Pap::Amber), Some(Pap::Red)];
        let mut notes = Notes::default();
        notes.insert(Note::Refanged);
        let place = Place { source: 77, line: 1 << 33 };
        for (tlp, pap) in tlps.into_iter().flat_map(|tlp| paps.map(|pap| (tlp, pap))) {
            let mut entry = Entry::new(1 << 36, notes, Marking { tlp, pap }, place);
            entry.add_further();
            assert_eq!((entry.offset(), entry.first(), entry.notes()), (1 << 36, place, notes));
            assert_eq!((entry.marking(), entry.further()), (Marking { tlp, pap }, 1));
            let more = Marking { tlp: Some(Tlp::Green), pap: None };
            entry.mark(more);
            assert_eq!(entry.marking(), Marking { tlp, pap }.and(more));
            assert_eq!((entry.offset(), entry.further(), entry.notes()), (1 << 36, 1, notes));
        }
        let beyond = Entry::new(0, notes, Marking::default(), Place { source: u32::MAX, line: u64::MAX });
        assert_eq!(beyond.first(), Place { source: PLACE_SOURCE_MAX, line: PLACE_LINE_MAX });
    }
}
