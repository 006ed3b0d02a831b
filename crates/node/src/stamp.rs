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
        let logs = self.held.logs.iter().filter(|(log, _)| log.party == *party);
        let last = logs.filter_map(|(_, entries)| {
            let leaves = entries.iter().rev().filter_map(|entry| entry.leaf.as_deref());
            leaves.into_iter().find(|leaf| leaf.said.kind == "ack").map(|leaf| leaf.place.time)
        });
        last.max()
    }

    /// The hash of the largest note of a log whose entries are here; of equal ones that with the most lines.
    fn fullest_head(&self, log: &LogId) -> [u8; 32] {
        let size = self.held.size(log);
        let here = self.held.notes.iter().filter(|(_, note)| note.log == *log && note.size <= size);
        let best = here.max_by_key(|(hash, note)| (note.size, note.cosigners.len(), **hash));
        best.map_or([0; 32], |(hash, _)| *hash)
    }

    /// Our own entries whose content somebody may open now and has not said to have received.
    pub(crate) fn undelivered_to(&self, to: &PartyId, now: Time) -> Vec<Position> {
        let received = self.acked_by(to);
        let own = self.held.logs.iter().filter(|(log, _)| log.party == *self.us.id());
        let leaves = own.flat_map(|(log, entries)| {
            let leaves = (0..).zip(entries).filter_map(|(seq, entry)| Some((seq, entry.leaf.as_deref()?)));
            leaves.map(move |(seq, leaf)| (Position::new(log.clone(), seq), leaf))
        });
        let is_due = |position: &Position, leaf| {
            let from = self.readable_from(to, leaf)?;
            let has_it =
                received.get(position).is_some_and(|acked| from <= leaf.place.time || from <= *acked);
            (from <= now && !has_it && !self.is_redacted(position)).then_some(())
        };
        let sealed = leaves.filter(|(_, leaf)| !leaf.said.sealed.is_empty());
        sealed.filter_map(|(position, leaf)| is_due(&position, leaf).map(|()| position)).collect()
    }
}
