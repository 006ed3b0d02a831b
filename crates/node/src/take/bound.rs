//! Files beside the logs: each must be bound by something that is signed.

use detente_accord::b64;
use detente_accord::jcs::Value;
use detente_accord::record::packet::Packet;
use detente_accord::record::{Held, KeySet, LogId, Offer, RulesFile, convict::convict, sealed};
use detente_tlog::Evidence;

use super::check::{Checked, Fault, failed};
use super::evidence::known;
use crate::{Accord, Refused};

/// Key sets and offers in form; whether an entry binds them is seen once all entries are there.
pub(super) fn read_public(packet: &Packet<'_>, files: &mut Held) -> Result<(), Fault> {
    for bytes in packet.keysets.values() {
        let keys = KeySet::decode(bytes).map_err(failed)?;
        files.keysets.insert(keys.commitment(), keys);
    }
    for (party, bytes) in &packet.offers {
        let offer = Offer::read(bytes).map_err(failed)?;
        if offer.party().id() != party {
            return Err(Refused::FileUnbound(format!("offer/{party}.json")).into());
        }
        files.offers.insert(offer.hash(), offer);
    }
    for (hash, bytes) in &packet.rules {
        // One that does not read puts nothing in force; its draft may name what it likes.
        files.rules.extend(RulesFile::decode(bytes).ok().map(|file| (*hash, file)));
    }
    Ok(())
}

/// Every key set, offer and rules file must be one that the record binds.
pub(super) fn check_public(
    accord: &Accord<'_>,
    packet: &Packet<'_>,
    checked: &Checked<'_>,
) -> Result<(), Fault> {
    for (log, bytes) in &packet.keysets {
        let keys = KeySet::decode(bytes).map_err(failed)?;
        if checked.ring(accord).keyset(log) != Some(&keys) {
            return Err(Refused::FileUnbound(format!("keys/{log}.json")).into());
        }
    }
    for (party, bytes) in &packet.offers {
        let offer = Offer::read(bytes).map_err(failed)?;
        let founder = accord.charter.party(party).is_some_and(|founder| founder == offer.party());
        let joined = accord.charter.party(party).is_none()
            && checked.ring(accord).keyset(&LogId::new(party.clone(), 0)) == Some(offer.party().keys());
        if !founder && !joined {
            return Err(Refused::FileUnbound(format!("offer/{party}.json")).into());
        }
    }
    for hash in packet.rules.keys() {
        // One that is held was bound when it came.
        if !accord.held.rules.contains_key(hash) && !names_file(accord, checked, hash) {
            return Err(Refused::FileUnbound("rules".into()).into());
        }
    }
    Ok(())
}

/// Whether a draft names a file by its hash.
fn names_file(accord: &Accord<'_>, checked: &Checked<'_>, hash: &[u8; 32]) -> bool {
    let due = Value::text(b64::encode(hash));
    let held = accord.held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
    let mut drafts = held.chain(checked.new_leaves()).filter(|leaf| leaf.said.kind == "draft");
    drafts.any(|leaf| leaf.said.public.values().any(|value| *value == due))
}

/// Every sealed file is named by an entry, and every key is for one of them.
pub(super) fn check_sealed(
    accord: &Accord<'_>,
    packet: &Packet<'_>,
    checked: &Checked<'_>,
) -> Result<(), Fault> {
    for (hash, file) in &packet.sealed {
        let held = accord.index.with_sealed(hash).iter().filter_map(|place| accord.held.leaf(place));
        let items = held.chain(checked.new_leaves()).flat_map(|leaf| &leaf.said.sealed);
        let mut named = items.filter(|item| item.sha256 == *hash);
        if !named.any(|item| sealed::check_file(item, file).is_ok()) {
            return Err(Refused::SealedUnbound.into());
        }
    }
    for (hash, reader) in packet.keys.keys() {
        if !packet.sealed.contains_key(hash) || *reader != packet.to {
            return Err(Refused::KeyUnbound.into());
        }
    }
    Ok(())
}

/// Every evidence file must hold against a key of this record.
pub(super) fn check_evidence<'p>(
    accord: &Accord<'_>,
    packet: &'p Packet<'p>,
    checked: &mut Checked<'p>,
) -> Result<(), Fault> {
    if packet.evidence.is_empty() {
        return Ok(());
    }
    let offers = accord.held.offers.values().chain(checked.files.offers.values());
    let known = known(&accord.charter, checked.ring(accord), offers).map_err(failed)?;
    for bytes in packet.evidence.values() {
        let evidence = Evidence::parse(bytes).map_err(|_| Refused::EvidenceEmpty)?;
        convict(&evidence, &known, true).map_err(|_| Refused::EvidenceEmpty)?;
        checked.evidence.push(bytes);
    }
    Ok(())
}
