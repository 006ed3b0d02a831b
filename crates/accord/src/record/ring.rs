//! The keys of every log of a record, as charter and entries give them, and the notes they open.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::{Checkpoint, KeyType, Note, SignatureLine, VerifierKey};

use super::charter::Charter;
use super::derived::{self, KeyPair};
use super::held::{Cosigner, Held, HeldNote, Position};
use super::keyset::KeySet;
use super::leaf::Leaf;
use super::names::{LogId, Names};
use super::party::Party;
use crate::jcs::Value;
use crate::{PartyId, Rejection, b64};

/// The keys of a record.
pub struct Ring {
    names: Names,
    keysets: BTreeMap<LogId, KeySet>,
    logs: BTreeMap<LogId, Vec<VerifierKey>>,
    cosigners: Vec<(Cosigner, VerifierKey)>,
    contested: BTreeSet<PartyId>,
    ended: BTreeMap<LogId, u64>,
}

impl Ring {
    /// The keys that the charter names, those of later epochs and those of parties that joined.
    ///
    /// A later key set counts if an entry of the epoch before binds it by hash, and that hash is the one which the
    /// epoch committed to in advance. An offer counts if an invitation binds it by hash.
    pub fn of(charter: &Charter, held: &Held) -> Ring {
        let mut ring = Ring {
            names: charter.names().clone(),
            keysets: BTreeMap::new(),
            logs: BTreeMap::new(),
            cosigners: Vec::new(),
            contested: BTreeSet::new(),
            ended: BTreeMap::new(),
        };
        for party in charter.parties() {
            ring.add(held, party);
        }
        for offer in invited(charter, held) {
            ring.add(held, offer.party());
        }
        for witness in &charter.rules().witnesses {
            let cosigner = Cosigner::Witness(witness.name.to_string());
            ring.cosigners.extend(named(cosigner, derived::agreed_witness_keys(witness)));
        }
        ring
    }

    /// Takes up all epochs of a party. A party that is there already keeps the keys it has.
    fn add(&mut self, held: &Held, party: &Party) {
        if self.keysets.keys().any(|log| log.party == *party.id()) {
            return;
        }
        let (mut log, mut keys) = (LogId::new(party.id().clone(), 0), party.keys().clone());
        let mut next = *party.next();
        loop {
            self.add_epoch(&log, party.is_party(), &keys);
            match successor(held, &log, &next) {
                Successor::None => return,
                Successor::Contested => {
                    self.contested.insert(log.party);
                    return;
                }
                Successor::One { keys: following, next: following_next, ended } => {
                    self.ended.insert(log.clone(), ended);
                    (log.epoch, keys, next) = (log.epoch + 1, *following, following_next);
                }
            }
        }
    }

    fn add_epoch(&mut self, log: &LogId, is_party: bool, keys: &KeySet) {
        // Keys that stand in a charter or a key set were admitted; one that is not here verifies nothing.
        let own = derived::log_keys(&self.names, log, keys).map(|pair| pair.iter().cloned().collect());
        self.logs.insert(log.clone(), own.unwrap_or_default());
        let party = log.party.clone();
        let cosigner = if is_party { Cosigner::Mirror(party) } else { Cosigner::Observer(party) };
        if !is_party {
            self.cosigners.extend(named(cosigner.clone(), derived::witness_keys(&self.names, log, keys)));
        }
        self.cosigners.extend(named(cosigner, derived::mirror_keys(&self.names, log, keys)));
        self.keysets.insert(log.clone(), keys.clone());
    }

    /// How the keys are named.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Every log there is or was, by (party, epoch).
    pub fn logs(&self) -> impl Iterator<Item = &LogId> {
        self.keysets.keys()
    }

    /// The newest log of a party.
    pub fn current(&self, party: &PartyId) -> Option<&LogId> {
        self.keysets.keys().rfind(|log| log.party == *party)
    }

    /// The keys of an epoch.
    pub fn keyset(&self, log: &LogId) -> Option<&KeySet> {
        self.keysets.get(log)
    }

    /// The keys that sign the heads of a log: Ed25519, and ML-DSA-44 if the party has one.
    pub fn log_keys(&self, log: &LogId) -> &[VerifierKey] {
        self.logs.get(log).map_or(&[], Vec::as_slice)
    }

    /// The keys that cosign, with whose they are.
    pub fn cosigners(&self) -> &[(Cosigner, VerifierKey)] {
        &self.cosigners
    }

    /// How many entries of a log count where its party went on in a new epoch: what it says in the old one after that
    /// is void.
    pub fn ended(&self, log: &LogId) -> Option<u64> {
        self.ended.get(log).copied()
    }

    /// Parties that named two different successors of their keys: neither counts.
    pub fn contested(&self) -> &BTreeSet<PartyId> {
        &self.contested
    }

    /// Opens a note of a log of this record: the log's Ed25519 line must be there, and every line by a known key
    /// must hold.
    ///
    /// # Errors
    /// [`Rejection::Log`] with the reason; [`detente_tlog::Rejection::UnknownOrigin`] for a log that is not of
    /// this record, or whose keys are not known yet.
    pub fn open(&self, bytes: &[u8]) -> Result<(Checkpoint, HeldNote), Rejection> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let log = self.names.log_of(checkpoint.origin()).filter(|log| self.keysets.contains_key(log));
        let log = log.ok_or(detente_tlog::Rejection::UnknownOrigin)?;
        let own = self.log_keys(&log);
        // An author is never a witness of itself.
        let others = self.cosigners.iter().filter(|(cosigner, _)| cosigner.party() != Some(&log.party));
        let others: Vec<&(Cosigner, VerifierKey)> = others.collect();
        let keys: Vec<&VerifierKey> = own.iter().chain(others.iter().map(|(_, key)| key)).collect();
        let verified = note.verify(&keys)?;
        let by_log = |key: usize| own.get(key).is_some_and(|key| key.kind() == KeyType::Ed25519);
        if !verified.iter().any(|line| by_log(line.key)) {
            return Err(detente_tlog::Rejection::NoLogSignature.into());
        }
        let mut cosigners = BTreeMap::new();
        for line in verified {
            let cosigner = line.key.checked_sub(own.len()).and_then(|other| others.get(other));
            // Only Ed25519 counts: the other line may stand beside it, never alone.
            if let Some((cosigner, key)) = cosigner
                && key.kind() == KeyType::CosignatureEd25519
                && let Some(time) = line.time
            {
                cosigners.insert(cosigner.clone(), time.seconds());
            }
        }
        let (size, root) = (checkpoint.size().get(), *checkpoint.root());
        Ok((checkpoint, HeldNote { log, size, root, cosigners }))
    }

    /// Reads a note that [`Ring::open`] accepted before it was stored: no signature is checked again.
    pub fn read_stored(&self, bytes: &[u8]) -> Option<HeldNote> {
        let note = Note::parse(bytes).ok()?;
        let checkpoint = Checkpoint::parse(note.text()).ok()?;
        let log = self.names.log_of(checkpoint.origin())?;
        let is_counted = |(cosigner, key): &&(Cosigner, VerifierKey)| {
            key.kind() == KeyType::CosignatureEd25519 && cosigner.party() != Some(&log.party)
        };
        let mut cosigners = BTreeMap::new();
        for (cosigner, key) in self.cosigners.iter().filter(is_counted) {
            let by =
                |line: &&SignatureLine<'_>| line.name() == key.name().as_str() && line.key_id() == key.id();
            if let Some(time) = note.signatures().iter().find(by).and_then(SignatureLine::stated_time) {
                cosigners.insert(cosigner.clone(), time.seconds());
            }
        }
        let (size, root) = (checkpoint.size().get(), *checkpoint.root());
        Some(HeldNote { log, size, root, cosigners })
    }
}

fn named(cosigner: Cosigner, pair: Result<KeyPair, Rejection>) -> Vec<(Cosigner, VerifierKey)> {
    pair.iter().flat_map(KeyPair::iter).map(|key| (cosigner.clone(), key.clone())).collect()
}

impl Cosigner {
    /// The party or observer that it is.
    pub fn party(&self) -> Option<&PartyId> {
        match self {
            Cosigner::Mirror(party) | Cosigner::Observer(party) => Some(party),
            Cosigner::Witness(_) => None,
        }
    }
}

enum Successor {
    None,
    One {
        keys: Box<KeySet>,
        next: [u8; 32],
        /// How many entries the log has with the one that ends it.
        ended: u64,
    },
    Contested,
}

/// The key set that follows that of `log`, by an entry of this log and the hash it committed to in advance.
fn successor(held: &Held, log: &LogId, next: &[u8; 32]) -> Successor {
    let mut found = Successor::None;
    for leaf in held.logs.get(log).into_iter().flatten().filter_map(|entry| entry.leaf.as_deref()) {
        let Some(following) = rotation(leaf, log.epoch + 1, next) else { continue };
        let Some(keys) = held.keysets.get(next) else { continue };
        found = match found {
            Successor::None => {
                let (keys, next) = (Box::new(keys.clone()), following);
                Successor::One { keys, next, ended: leaf.place.seq + 1 }
            }
            Successor::One { next, .. } if next != following => return Successor::Contested,
            same => same,
        };
    }
    found
}

/// What a `keys` entry commits to for the epoch after, if it begins `epoch` with the key set of this hash.
fn rotation(leaf: &Leaf, epoch: u64, keyset: &[u8; 32]) -> Option<[u8; 32]> {
    let said = &leaf.said;
    let fits = said.kind == "keys"
        && !said.exercise
        && text(leaf, "act") == Some("rotate")
        && said.public.get("epoch") == Some(&Value::Integer(epoch))
        && hash(leaf, "keyset") == Some(*keyset);
    if fits { hash(leaf, "next") } else { None }
}

/// Offers that an invitation by a founder binds, in the order of the invitations' places. Whoever was invited can't
/// invite itself, and an exercise binds nothing.
fn invited<'h>(charter: &'h Charter, held: &'h Held) -> impl Iterator<Item = &'h super::offer::Offer> {
    let by_founders = held.logs.iter().filter(|(log, _)| charter.party(&log.party).is_some());
    let leaves = by_founders.flat_map(|(_, entries)| entries).filter_map(|entry| entry.leaf.as_deref());
    let invites = leaves.filter(|leaf| {
        leaf.said.kind == "member" && text(leaf, "act") == Some("invite") && !leaf.said.exercise
    });
    invites.filter_map(|leaf| {
        let offer = held.offers.get(&hash(leaf, "offer")?)?;
        (text(leaf, "party") == Some(offer.party().id().as_str())).then_some(offer)
    })
}

/// A public field that is text.
pub(crate) fn text<'l>(leaf: &'l Leaf, field: &str) -> Option<&'l str> {
    match leaf.said.public.get(field)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A public field that is an integer.
pub(crate) fn integer(leaf: &Leaf, field: &str) -> Option<u64> {
    match leaf.said.public.get(field)? {
        Value::Integer(n) => Some(*n),
        _ => None,
    }
}

/// A public field that is a hash.
pub(crate) fn hash(leaf: &Leaf, field: &str) -> Option<[u8; 32]> {
    text(leaf, field).and_then(b64::decode)
}

/// The entry a reference means, if it is one.
pub(crate) fn place_of(target: &super::leaf::Target) -> Option<Position> {
    match target {
        super::leaf::Target::Entry { log, seq, .. } => Some(Position::new(log.clone(), *seq)),
        super::leaf::Target::Statement { .. } => None,
    }
}
