//! Packets with everything, kept until enough peers have answered for our own log to be taken up again.

use std::collections::BTreeMap;

use detente_accord::PartyId;
use detente_accord::record::RecordId;

/// What peers hold of records whose own log is in doubt here: one packet a peer, the newest.
#[derive(Default)]
pub(super) struct Recovery(BTreeMap<RecordId, BTreeMap<PartyId, Vec<u8>>>);

impl Recovery {
    /// Keeps what a peer holds, and gives what all of them do.
    pub(super) fn collect(&mut self, record: RecordId, from: PartyId, packet: Vec<u8>) -> Vec<Vec<u8>> {
        let packets = self.0.entry(record).or_default();
        packets.insert(from, packet);
        packets.values().cloned().collect()
    }

    /// The log was taken up.
    pub(super) fn is_over(&mut self, record: RecordId) {
        self.0.remove(&record);
    }
}
