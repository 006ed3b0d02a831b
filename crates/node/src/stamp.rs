//! Whether there may be something that a peer lacks: a number that is another one whenever that may be.

use detente_accord::record::{LogId, Position};
use detente_accord::{PartyId, Time};
use sha2::{Digest, Sha256};

use crate::{Accord, Error};

impl Accord<'_> {
    /// A number over all that a packet for this peer is made of: the fullest head of each log, the public files, and
    /// content that is due there and was not received. `None` for somebody who is not in the accord. Two numbers say
    /// nothing by which is larger.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn stamp_for(&self, to: &PartyId, now: Time) -> Result<Option<u64>, Error> {
        if to == self.us.id() || !self.state.members().contains_key(to) {
            return Ok(None);
        }
        let mut stamp = Sha256::new();
        for log in self.held.logs.keys() {
            stamp.update(log.to_string());
            stamp.update(self.fullest_head(log));
        }
        for hash in self.record.evidence_hashes()? {
            stamp.update(hash);
        }
        for hash in self.held.offers.keys().chain(self.held.keysets.keys()).chain(self.held.rules.keys()) {
            stamp.update(hash);
        }
        for position in self.undelivered_to(to, now) {
            stamp.update(position.to_string());
        }
        let first = stamp.finalize().first_chunk::<8>().copied();
        Ok(first.map(u64::from_be_bytes))
    }

    /// The newest machine receipt of a party, by its own clock: the last sign of its node.
    pub fn last_receipt_of(&self, party: &PartyId) -> Option<Time> {
        self.index.receipt_of(party)
    }

    /// The hash of the largest note of a log whose entries are here; of equal ones that with the most lines.
    fn fullest_head(&self, log: &LogId) -> [u8; 32] {
        let mut here = self.notes_of(log, ..=self.held.size(log)).peekable();
        let largest = here.peek().map(|(_, note)| note.size);
        let of_it = here.take_while(|(_, note)| Some(note.size) == largest);
        let best = of_it.max_by_key(|(hash, note)| (note.cosigners.len(), **hash));
        best.map_or([0; 32], |(hash, _)| *hash)
    }

    /// Our own entries whose content somebody may open now and has not said to have received.
    pub(crate) fn undelivered_to(&self, to: &PartyId, now: Time) -> Vec<Position> {
        let own = self.held.logs.keys().filter(|log| log.party == *self.us.id());
        let sealed =
            own.flat_map(|log| self.index.sealed_in(log).iter().map(|seq| Position::new(log.clone(), *seq)));
        let is_due = |position: &Position| {
            let leaf = self.held.leaf(position)?;
            let from = self.readable_from(to, leaf)?;
            let acked = self.index.acked(to, position);
            let has_it = acked.is_some_and(|acked| from <= leaf.place.time || from <= acked);
            (from <= now && !has_it && !self.is_redacted(position)).then_some(())
        };
        sealed.filter(|position| is_due(position).is_some()).collect()
    }
}
