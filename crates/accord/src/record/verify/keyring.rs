//! Steps 2 to 4: the record, its charter, and the keys of later epochs and of parties that joined.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::KeyName;

use super::entries::Entries;
use super::{Failure, Reason, Trust};
use crate::jcs::Value;
use crate::record::bundle::Bundle;
use crate::record::held::Position;
use crate::record::known::Known;
use crate::record::leaf::Leaf;
use crate::record::names::{LogId, RecordId};
use crate::record::{Charter, KeySet, Offer, Office, Party};
use crate::{PartyId, Rejection, b64};

/// The charter, if it is that of the record in question.
pub(super) fn charter(bundle: &Bundle<'_>, trust: Trust) -> Result<Charter, Failure> {
    let is_other = matches!(trust, Trust::Record(record) if record != bundle.record);
    if is_other || RecordId::of(bundle.charter) != bundle.record {
        return Err(Failure::new(Reason::OtherAccord, "", Rejection::OtherRecord));
    }
    Charter::decode(bundle.charter)
        .map_err(|rejection| Failure::new(Reason::BadCharter, "charter.json", rejection))
}

/// Every key that the bundle shows to be one of the record.
pub(super) struct Keyring<'c> {
    charter: &'c Charter,
    /// Of epochs after 0.
    keysets: BTreeMap<LogId, KeySet>,
    joined: BTreeMap<PartyId, Party>,
}

impl<'c> Keyring<'c> {
    /// Follows the entries that bind later keys.
    pub(super) fn of(
        bundle: &Bundle<'_>,
        charter: &'c Charter,
        entries: &Entries,
    ) -> Result<Keyring<'c>, Failure> {
        let mut keyring = Keyring { charter, keysets: BTreeMap::new(), joined: BTreeMap::new() };
        keyring.follow_rotations(bundle, entries)?;
        keyring.read_offers(bundle, entries)?;
        keyring.refuse_second_uses()?;
        for entry in bundle.entries.keys() {
            if keyring.keys(&entry.log).is_none() {
                return Err(Failure::misfit(Reason::BadKeys, format!("entry/{entry}")));
            }
        }
        for note in bundle.heads.values() {
            if let Some(log) = keyring.log_without_keys(note) {
                return Err(Failure::misfit(Reason::BadKeys, format!("keys/{log}.json")));
            }
        }
        Ok(keyring)
    }

    /// The charter.
    pub(super) fn charter(&self) -> &'c Charter {
        self.charter
    }

    /// The keys of a log's author in that epoch.
    pub(super) fn keys(&self, log: &LogId) -> Option<&KeySet> {
        if log.epoch > 0 {
            return self.keysets.get(log);
        }
        self.charter.party(&log.party).or_else(|| self.joined.get(&log.party)).map(Party::keys)
    }

    /// The verifier keys that follow.
    pub(super) fn known(&self) -> Result<Known<'c>, Failure> {
        Known::new(self.charter, &self.keysets, self.joined.values())
            .map_err(|rejection| Failure::new(Reason::BadKeys, "", rejection))
    }

    /// Each key set is the one that the epoch before committed to, and that a proved entry of it names.
    fn follow_rotations(&mut self, bundle: &Bundle<'_>, entries: &Entries) -> Result<(), Failure> {
        let rotations = rotations(entries);
        let mut next: BTreeMap<LogId, Option<[u8; 32]>> = BTreeMap::new();
        for (log, bytes) in &bundle.keysets {
            let place = format!("keys/{log}.json");
            let misfit = || Failure::misfit(Reason::BadKeys, place.as_str());
            let party = self.charter.party(&log.party).ok_or_else(misfit)?;
            let before = log.epoch.checked_sub(1).ok_or_else(misfit)?;
            let keys = KeySet::decode(bytes)
                .map_err(|rejection| Failure::new(Reason::BadKeys, place.as_str(), rejection))?;
            let before = LogId::new(log.party.clone(), before);
            let promised =
                if before.epoch == 0 { Some(*party.next()) } else { next.get(&before).copied().flatten() };
            let successor = successor(&rotations, &before, log.epoch).ok_or_else(misfit)?;
            let commitment = keys.commitment();
            if promised != Some(commitment) || successor.keyset != commitment {
                return Err(misfit());
            }
            next.insert(log.clone(), successor.next);
            self.keysets.insert(log.clone(), keys);
        }
        Ok(())
    }

    fn read_offers(&mut self, bundle: &Bundle<'_>, entries: &Entries) -> Result<(), Failure> {
        let invitations = self.invitations(entries);
        for (id, bytes) in &bundle.offers {
            let place = format!("offer/{id}.json");
            let offer = Offer::read(bytes)
                .map_err(|rejection| Failure::new(Reason::BadKeys, place.as_str(), rejection))?;
            let party = offer.party();
            let is_invited = party.id() == id
                && self.charter.party(id).is_none()
                && party.is_party()
                && invitations.contains(&(id.as_str(), b64::encode(&offer.hash()).as_str()));
            if !is_invited {
                return Err(Failure::misfit(Reason::BadKeys, place));
            }
            self.joined.insert(id.clone(), party.clone());
        }
        Ok(())
    }

    /// Which parties were invited with which offers, by members of the charter. A party that joined cannot invite:
    /// it could have invited itself.
    fn invitations<'e>(&self, entries: &'e Entries) -> BTreeSet<(&'e str, &'e str)> {
        let of_member = |entry: &Position| self.charter.party(&entry.log.party).is_some();
        let invites = entries.acts("member", "invite").filter(|(entry, _)| of_member(entry));
        invites.filter_map(|(_, leaf)| Some((text_of(leaf, "party")?, text_of(leaf, "offer")?))).collect()
    }

    /// One key, one purpose, over all epochs and parties: only an office may keep its key.
    fn refuse_second_uses(&self) -> Result<(), Failure> {
        let refuse = || Failure::new(Reason::BadKeys, "", Rejection::BadKey);
        let mut seen: BTreeMap<&[u8], Use<'_>> = BTreeMap::new();
        for party in self.charter.parties() {
            seen.extend(uses_of_party(party));
        }
        for witness in &self.charter.rules().witnesses {
            seen.extend(witness.raw_keys().map(|key| (key, Use { party: None, office: None })));
        }
        let later = self.keysets.iter().flat_map(|(log, keys)| uses_of_keys(&log.party, keys));
        let later: Vec<_> = later.chain(self.joined.values().flat_map(uses_of_party)).collect();
        for (key, used) in later {
            match seen.insert(key, used) {
                Some(before) if before != used || used.office.is_none() => return Err(refuse()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The log of a head of which the keys are not in the bundle, though its party is of the record.
    fn log_without_keys(&self, note: &[u8]) -> Option<LogId> {
        let line = note.split(|byte| *byte == b'\n').next()?;
        let origin = KeyName::parse(std::str::from_utf8(line).ok()?).ok()?;
        let log = self.charter.names().log_of(&origin)?;
        let is_member = self.charter.party(&log.party).is_some() || self.joined.contains_key(&log.party);
        (is_member && self.keys(&log).is_none()).then_some(log)
    }
}

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Use<'a> {
    party: Option<&'a PartyId>,
    /// None for all purposes but a seat.
    office: Option<&'a Office>,
}

fn uses_of_party(party: &Party) -> impl Iterator<Item = (&[u8], Use<'_>)> {
    let own = [party.root(), party.recovery()].into_iter().map(|key| key.bytes().as_slice());
    let own = own.map(|key| (key, Use { party: Some(party.id()), office: None }));
    own.chain(uses_of_keys(party.id(), party.keys()))
}

fn uses_of_keys<'a>(party: &'a PartyId, keys: &'a KeySet) -> impl Iterator<Item = (&'a [u8], Use<'a>)> {
    let purpose = |office| Use { party: Some(party), office };
    let offices: BTreeMap<&[u8], &Office> =
        keys.roles().iter().map(|(office, key)| (key.bytes().as_slice(), office)).collect();
    keys.raw_keys().map(move |key| (key, purpose(offices.get(key).copied())))
}

/// What a rotation names.
struct Successor {
    keyset: [u8; 32],
    /// Of the epoch after it. One that is not in form makes its epoch, and none can follow.
    next: Option<[u8; 32]>,
}

/// The proved rotations to each epoch, by the log they stand in.
type Rotations<'e> = BTreeMap<(&'e LogId, u64), Vec<&'e Leaf>>;

fn rotations(entries: &Entries) -> Rotations<'_> {
    let mut rotations = Rotations::new();
    for (entry, leaf) in entries.acts("keys", "rotate") {
        if let Some(Value::Integer(epoch)) = leaf.said.public.get("epoch") {
            rotations.entry((&entry.log, *epoch)).or_default().push(leaf);
        }
    }
    rotations
}

/// The one successor of an epoch's keys: none if no proved entry names one, or if two differ. Two are both void.
fn successor(rotations: &Rotations<'_>, before: &LogId, epoch: u64) -> Option<Successor> {
    let (first, others) = rotations.get(&(before, epoch))?.split_first()?;
    let same = |leaf: &&Leaf, field| leaf.said.public.get(field) == first.said.public.get(field);
    if !others.iter().all(|leaf| same(leaf, "keyset") && same(leaf, "next")) {
        return None;
    }
    let keyset = b64::decode(text_of(first, "keyset")?)?;
    Some(Successor { keyset, next: text_of(first, "next").and_then(b64::decode) })
}

fn text_of<'l>(leaf: &'l Leaf, field: &str) -> Option<&'l str> {
    match leaf.said.public.get(field) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}
