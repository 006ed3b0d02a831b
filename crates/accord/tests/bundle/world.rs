//! Parties that write logs, mirror each other and cosign, in memory, from names alone: the same world every time.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::commitment::Opening;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::record::bundle::{BundleBuilder, Claim};
use detente_accord::record::{
    Charter, Disclosure, KeySet, KeySetFields, Leaf, LogId, MlDsaKey, NamedHead, ObserverOf, Observes, Offer,
    OfferFields, Office, Party, PartyFields, Place, Pq, Quorum, RecordId, Role, RoleSignature, Roles, Rules,
    Scope, SealedItem, Sort, Standing, Titled, Witness, policy_text,
};
use detente_accord::{PartyId, SecretKey, Time, b64};
use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, EntryIndex, Hash, KeyName, LogKey, Note, ProofFile, TreeSize,
    inclusion_path, root_of_hashes,
};
use sha2::{Digest, Sha256};

/// What a world is founded with.
#[derive(Clone)]
pub(crate) struct Shape {
    /// Ids of the parties, ascending.
    pub(crate) parties: Vec<&'static str>,
    /// Observers that all named.
    pub(crate) observers: Vec<&'static str>,
    /// Agreed machine witnesses.
    pub(crate) witnesses: Vec<&'static str>,
    /// Parties that may lie.
    pub(crate) f: u64,
    /// Whether there are ML-DSA keys, and whether they are required.
    pub(crate) pq: Option<Pq>,
}

impl Shape {
    /// Two parties, nothing else.
    pub(crate) fn pair() -> Shape {
        Shape { parties: vec!["a", "b"], observers: vec![], witnesses: vec![], f: 0, pq: None }
    }

    /// Three parties, an observer and a witness, with one liar.
    pub(crate) fn trio() -> Shape {
        let (parties, observers) = (vec!["a", "b", "c"], vec!["o"]);
        Shape { parties, observers, witnesses: vec!["w.example"], f: 1, pq: None }
    }
}

/// One log: its leaves, and its notes by size. A later note of a size takes the place of the one before.
#[derive(Default)]
pub(crate) struct Log {
    /// The leaves.
    pub(crate) leaves: Vec<Leaf>,
    /// What was opened of each.
    pub(crate) openings: Vec<Vec<Opening>>,
    /// The notes.
    pub(crate) notes: BTreeMap<u64, String>,
}

/// The record of an accord, as somebody who sees everything holds it.
pub(crate) struct World {
    /// Its charter.
    pub(crate) charter: Charter,
    shape: Shape,
    /// The logs.
    pub(crate) logs: BTreeMap<LogId, Log>,
    /// Key sets of later epochs.
    pub(crate) keysets: BTreeMap<LogId, KeySet>,
    /// Offers of parties that joined.
    pub(crate) offers: BTreeMap<PartyId, Vec<u8>>,
    named: BTreeMap<(LogId, LogId), u64>,
}

pub(crate) fn id(text: &str) -> PartyId {
    PartyId::parse(text).unwrap()
}

pub(crate) fn log(party: &str, epoch: u64) -> LogId {
    LogId::new(id(party), epoch)
}

pub(crate) fn entry(party: &str, seq: u64) -> Position {
    Position::new(log(party, 0), seq)
}

fn seed(of: &str) -> [u8; 32] {
    Sha256::digest(of).into()
}

fn ed(of: &str) -> SecretKey {
    SecretKey::from_seed(&seed(of))
}

fn ml_dsa(of: &str) -> MlDsaKey {
    let key = CosignerKey::ml_dsa_44(KeyName::parse("x").unwrap(), &seed(of)).unwrap();
    MlDsaKey::admit(&key.verifier().public_bytes().try_into().unwrap()).unwrap()
}

fn office(name: &str) -> Office {
    Office::parse(name).unwrap()
}

/// The keys of a member in an epoch.
pub(crate) fn keys(member: &str, epoch: u64, has_pq: bool, is_observer: bool) -> KeySet {
    let offices: &[&str] = if is_observer { &["watch"] } else { &["chief", "desk"] };
    // The desk keeps its key; every other key is new.
    let of_office = |name: &&str| {
        let epoch = if *name == "desk" { 0 } else { epoch };
        (office(name), ed(&format!("{member}/{epoch}/{name}")).public())
    };
    KeySet::new(KeySetFields {
        log_ed: ed(&format!("{member}/{epoch}/log")).public(),
        log_pq: has_pq.then(|| ml_dsa(&format!("{member}/{epoch}/log-pq"))),
        mirror_ed: ed(&format!("{member}/{epoch}/mirror")).public(),
        mirror_pq: has_pq.then(|| ml_dsa(&format!("{member}/{epoch}/mirror-pq"))),
        roles: offices.iter().map(of_office).collect(),
    })
    .unwrap()
}

pub(crate) fn party(member: &str, has_pq: bool, is_observer: bool) -> Party {
    let roles = |roles: &[Role]| Roles::new(roles.iter().copied()).unwrap();
    let observes = Observes { scope: Scope::Metadata, by: ObserverOf::Joint, delay_d: 0 };
    let offices = if is_observer {
        BTreeMap::from([(office("watch"), roles(&[Role::Ob]))])
    } else {
        BTreeMap::from([
            (office("chief"), roles(&[Role::Hod, Role::Key])),
            (office("desk"), roles(&[Role::Do, Role::Ro, Role::Te, Role::Rec])),
        ])
    };
    Party::new(PartyFields {
        id: id(member),
        name: format!("CERT {member}"),
        standing: if is_observer { Standing::Observer(observes) } else { Standing::Party },
        sort: Sort::Csirt,
        root: ed(&format!("{member}/root")).public(),
        keys: keys(member, 0, has_pq, is_observer),
        next: keys(member, 1, has_pq, is_observer).commitment(),
        recovery: ed(&format!("{member}/recovery")).public(),
        offices,
    })
    .unwrap()
}

impl World {
    /// Founds an accord. Its logs are empty.
    pub(crate) fn found(shape: &Shape) -> World {
        let has_pq = shape.pq.is_some();
        let members = shape.parties.iter().map(|member| party(member, has_pq, false));
        let observers = shape.observers.iter().map(|member| party(member, has_pq, true));
        let ids: Vec<PartyId> = shape.parties.iter().map(|member| id(member)).collect();
        let mut rules = Rules::bare(ids.iter());
        rules.witnesses = shape.witnesses.iter().map(|name| agreed(name, shape.parties[0])).collect();
        let k = (shape.parties.len() as u64 - 1).max(1);
        let charter = Charter::titled(&Titled {
            domain: "accord.example".into(),
            title: "On the restraint of some".into(),
            parties: members.chain(observers).collect(),
            quorum: Quorum { k, f: shape.f, pq: shape.pq.unwrap_or(Pq::Carried) },
            rules,
        })
        .unwrap();
        let (logs, keysets, offers, named) = Default::default();
        World { charter, shape: shape.clone(), logs, keysets, offers, named }
    }

    pub(crate) fn record(&self) -> RecordId {
        self.charter.record_id()
    }

    /// Appends a statement signed by `desk`. It names every head that its log has not named before.
    pub(crate) fn say(
        &mut self,
        at: &LogId,
        kind: &str,
        public: Value,
        fields: &[(&str, Value)],
    ) -> Position {
        let heads = self.new_heads(at);
        self.say_with(at, kind, public, fields, heads, &[])
    }

    /// The same with these heads and sealed files.
    pub(crate) fn say_with(
        &mut self,
        at: &LogId,
        kind: &str,
        public: Value,
        fields: &[(&str, Value)],
        heads: Vec<NamedHead>,
        sealed: &[SealedItem],
    ) -> Position {
        let record = *self.record().bytes();
        let seq = self.logs.entry(at.clone()).or_default().leaves.len() as u64;
        let place = Position::new(at.clone(), seq);
        let opening = |(label, value): &(&str, Value)| Opening {
            salt: seed(&format!("{place}/{label}")),
            label: (*label).to_owned(),
            value: value.clone(),
        };
        let openings: Vec<Opening> = fields.iter().map(opening).collect();
        let commitment = |opening: &Opening| {
            (opening.label.clone(), Value::text(b64::encode(&opening.commitment(&record, &at.party))))
        };
        let commits = Value::Object(openings.iter().map(commitment).collect());
        let nonce: [u8; 16] = seed(&format!("{place}/nonce"))[..16].try_into().unwrap();
        let sealed = sealed.iter().map(|item| {
            Value::object([
                ("sha256", Value::text(b64::encode(&item.sha256))),
                ("size", Value::Integer(item.size)),
            ])
        });
        let statement = Value::object([
            ("accord", Value::text(b64::encode(&record))),
            ("aud", Value::text("all")),
            ("commits", commits),
            ("exercise", Value::Bool(false)),
            ("made", Value::Integer(1_790_000_000_000)),
            ("nonce", Value::text(b64::encode(&nonce))),
            ("party", Value::text(at.party.as_str())),
            ("pub", public),
            ("refs", Value::Array(Vec::new())),
            ("sealed", Value::Array(sealed.collect())),
            ("type", Value::text(kind)),
            ("v", Value::Integer(1)),
        ]);
        let leaf = self.sign(at, seq, &statement, heads);
        let log = self.logs.get_mut(at).unwrap();
        log.leaves.push(leaf);
        log.openings.push(openings);
        place
    }

    fn sign(&self, at: &LogId, seq: u64, statement: &Value, heads: Vec<NamedHead>) -> Leaf {
        let preimage = [b"detente/statement/v1\0".as_slice(), &statement.encode()].concat();
        let is_observer = self.shape.observers.contains(&at.party.as_str());
        let seat = if is_observer { "watch" } else { "desk" };
        let epoch = if is_observer { at.epoch } else { 0 };
        let key = ed(&format!("{}/{epoch}/{seat}", at.party));
        let name = office(seat).key_name(&at.party, &key.public());
        let signature = RoleSignature { key: name, signature: key.sign(&preimage) };
        let place = Place { epoch: at.epoch, seq, time: Time(1_790_000_000_000 + seq), heads };
        Leaf::encode(&place, statement, &[signature]).unwrap()
    }

    /// Heads of other logs that this one has not named yet.
    pub(crate) fn new_heads(&mut self, at: &LogId) -> Vec<NamedHead> {
        let mut heads = Vec::new();
        for (log, held) in &self.logs {
            let Some((size, note)) = held.notes.last_key_value() else { continue };
            let named = self.named.entry((at.clone(), log.clone())).or_default();
            if log.party != at.party && *size > *named {
                *named = *size;
                heads.push(head_of(log, note));
            }
        }
        heads
    }

    /// Signs the head of a log at its size now, with a cosignature of each of these at that time.
    pub(crate) fn publish(&mut self, at: &LogId, cosigners: &[(&str, u64)]) -> String {
        let size = self.logs[at].leaves.len() as u64;
        let note = self.note(at, &self.hashes(at), cosigners);
        self.logs.get_mut(at).unwrap().notes.insert(size, note.clone());
        note
    }

    /// The note of a log over these leaf hashes, whether it has them or not.
    pub(crate) fn note(&self, at: &LogId, hashes: &[Hash], cosigners: &[(&str, u64)]) -> String {
        let origin = self.charter.names().origin(at);
        let size = TreeSize::new(hashes.len() as u64).unwrap();
        let root = root_of_hashes(hashes.iter().copied());
        let checkpoint = Checkpoint::new(origin.clone(), size, root).unwrap();
        let key =
            LogKey::from_seed(origin.clone(), &seed(&format!("{}/{}/log", at.party, at.epoch))).unwrap();
        let mut note = key.sign(&checkpoint).unwrap();
        if self.shape.pq.is_some() {
            let seed = seed(&format!("{}/{}/log-pq", at.party, at.epoch));
            let line =
                CosignerKey::ml_dsa_44(origin, &seed).unwrap().cosign(&checkpoint, time(1_790_000_000));
            note = merge(&note, &line);
        }
        for (cosigner, seconds) in cosigners {
            for key in self.cosigner_keys(cosigner) {
                note = merge(&note, &key.cosign(&checkpoint, time(*seconds)));
            }
        }
        note
    }

    /// The keys of `b` (a mirror in its newest epoch), `o/w` (an observer under its witness name), or a witness.
    pub(crate) fn cosigner_keys(&self, cosigner: &str) -> Vec<CosignerKey> {
        if self.shape.witnesses.contains(&cosigner) {
            let name = KeyName::parse(cosigner).unwrap();
            return vec![CosignerKey::ed25519(name, &seed(cosigner)).unwrap()];
        }
        let (member, is_witness) = match cosigner.strip_suffix("/w") {
            Some(member) => (member, true),
            None => (cosigner, false),
        };
        let epoch = self.keysets.keys().filter(|log| log.party == id(member)).map(|log| log.epoch).max();
        let mirror = log(member, epoch.unwrap_or(0));
        let names = self.charter.names();
        let name = if is_witness { names.witness(&mirror) } else { names.mirror(&mirror) };
        let epoch = mirror.epoch;
        let ed = CosignerKey::ed25519(name.clone(), &seed(&format!("{member}/{epoch}/mirror"))).unwrap();
        let mut keys = vec![ed];
        if self.shape.pq.is_some() {
            keys.push(CosignerKey::ml_dsa_44(name, &seed(&format!("{member}/{epoch}/mirror-pq"))).unwrap());
        }
        keys
    }

    /// A planned change of keys: the entry in the old log, and the new log with its first entry.
    pub(crate) fn rotate(&mut self, member: &str) -> (Position, LogId) {
        let is_observer = self.shape.observers.contains(&member);
        let epoch = self.keysets.keys().filter(|log| log.party == id(member)).map(|log| log.epoch).max();
        let old = log(member, epoch.unwrap_or(0));
        let new = log(member, old.epoch + 1);
        let set = |epoch| keys(member, epoch, self.shape.pq.is_some(), is_observer);
        let (successor, after) = (set(new.epoch), set(new.epoch + 1));
        let rotation = rotation(new.epoch, &successor, &after);
        let entry = self.say(&old, "keys", rotation, &[]);
        self.keysets.insert(new.clone(), successor);
        self.open_log(&new);
        (entry, new)
    }

    /// The first entry of a log.
    pub(crate) fn open_log(&mut self, at: &LogId) -> Position {
        let size = self.charter.bytes().len() as u64;
        let public = Value::object([
            ("sha256", Value::text(b64::encode(self.record().bytes()))),
            ("size", Value::Integer(size)),
        ]);
        self.say(at, "charter", public, &[])
    }

    /// Invites a party by its offer, and opens its log.
    pub(crate) fn invite(&mut self, host: &str, guest: &str) -> Position {
        let fields = OfferFields {
            made: Time(1_790_000_000_000),
            party: party(guest, self.shape.pq.is_some(), false),
            sealing: None,
            transport: None,
        };
        let offer = Offer::make(fields, &ed(&format!("{guest}/root"))).unwrap();
        let public = Value::object([
            ("act", Value::text("invite")),
            ("offer", Value::text(b64::encode(&offer.hash()))),
            ("party", Value::text(guest)),
            ("to", Value::text("*")),
        ]);
        self.offers.insert(id(guest), offer.bytes().to_vec());
        self.say(&log(host, 0), "member", public, &[])
    }

    pub(crate) fn hashes(&self, at: &LogId) -> Vec<Hash> {
        self.logs[at].leaves.iter().map(Leaf::hash).collect()
    }

    /// The proof file of an entry under the note of a size.
    pub(crate) fn proof(&self, of: &Position, size: u64) -> Vec<u8> {
        let hashes = self.hashes(&of.log);
        let hashes = &hashes[..size as usize];
        let path = inclusion_path(EntryIndex::new(of.seq), hashes).unwrap();
        let note = &self.logs[&of.log].notes[&size];
        ProofFile::write(EntryIndex::new(of.seq), &path, note.as_bytes()).unwrap()
    }

    /// A bundle without claims: charter, policies, offers and key sets.
    pub(crate) fn bundle(&self) -> BundleBuilder {
        let mut bundle = BundleBuilder::new(self.charter.bytes());
        let mirrors: Vec<_> =
            self.charter.speakers().map(|party| (LogId::new(party.id().clone(), 0), party.keys())).collect();
        let first =
            self.charter.parties().iter().map(|party| (LogId::new(party.id().clone(), 0), party.keys()));
        let later = self.keysets.iter().map(|(log, keys)| (log.clone(), keys));
        for (log, keys) in first.chain(later) {
            let (names, quorum) = (self.charter.names(), self.charter.quorum());
            bundle.policy(&log, &policy_text(names, quorum, &log, keys, &mirrors).unwrap());
        }
        self.keysets.iter().for_each(|(log, keys)| bundle.keyset(log, &keys.encode()));
        self.offers.iter().for_each(|(party, offer)| bundle.offer(party, offer));
        bundle
    }

    /// Adds a leaf, its proofs under every note that has it, and the heads it names.
    pub(crate) fn show(&self, bundle: &mut BundleBuilder, of: &Position) {
        let log = &self.logs[&of.log];
        let leaf = &log.leaves[of.seq as usize];
        bundle.leaf(of, leaf.bytes());
        for size in log.notes.keys().filter(|size| **size > of.seq) {
            bundle.proof(of, *size, &self.proof(of, *size));
        }
        let named: BTreeSet<[u8; 32]> = leaf.place.heads.iter().map(|head| head.note).collect();
        for note in self.logs.values().flat_map(|log| log.notes.values()) {
            if named.contains(&<[u8; 32]>::from(Sha256::digest(note))) {
                bundle.head(note.as_bytes());
            }
        }
    }

    /// Adds the disclosure of these fields.
    pub(crate) fn disclose(&self, bundle: &mut BundleBuilder, of: &Position, labels: &[&str]) {
        let openings = self.logs[&of.log].openings[of.seq as usize].iter();
        let fields = openings.filter(|opening| labels.contains(&opening.label.as_str())).cloned().collect();
        bundle.disclosure(&Disclosure { log: of.log.clone(), seq: of.seq, fields });
    }

    /// Everything there is, with a claim for each entry.
    pub(crate) fn everything(&self) -> BundleBuilder {
        let mut bundle = self.bundle();
        for (at, log) in &self.logs {
            for seq in 0..log.leaves.len() as u64 {
                let entry = Position::new(at.clone(), seq);
                self.show(&mut bundle, &entry);
                bundle.claim(Claim::Said(entry));
            }
        }
        bundle
    }
}

/// What a rotation names.
pub(crate) fn rotation(epoch: u64, keyset: &KeySet, next: &KeySet) -> Value {
    Value::object([
        ("act", Value::text("rotate")),
        ("epoch", Value::Integer(epoch)),
        ("keyset", Value::text(b64::encode(&keyset.commitment()))),
        ("next", Value::text(b64::encode(&next.commitment()))),
    ])
}

pub(crate) fn head_of(log: &LogId, note: &str) -> NamedHead {
    let checkpoint = Checkpoint::parse(Note::parse(note.as_bytes()).unwrap().text()).unwrap();
    NamedHead {
        log: log.clone(),
        size: checkpoint.size().get(),
        root: *checkpoint.root(),
        note: Sha256::digest(note).into(),
    }
}

/// When the worlds are: seconds since 1970.
pub(crate) const T: u64 = 1_790_000_000;

/// Three parties, an observer and a witness, f = 1. a's entry 1 was made when b's log had been cosigned by c and
/// the witness; it was then cosigned by everybody, and b named it in its entry 1.
pub(crate) fn story() -> World {
    let mut world = World::found(&Shape::trio());
    world.open_log(&log("b", 0));
    world.publish(&log("b", 0), &[("c", T + 10), ("w.example", T + 20), ("a", T + 15)]);
    world.open_log(&log("a", 0));
    let question = Value::object([("to", Value::text("b"))]);
    let fields = [("meta", Value::Null), ("text", Value::text("Is this yours?"))];
    world.say(&log("a", 0), "inquiry", question, &fields);
    world.publish(&log("a", 0), &[("b", T + 100), ("c", T + 90), ("w.example", T + 120), ("o/w", T + 95)]);
    world.say(&log("b", 0), "ack", Value::object([]), &[]);
    world.publish(&log("b", 0), &[("a", T + 200), ("c", T + 210)]);
    world
}

fn agreed(name: &str, by: &str) -> Witness {
    let key = CosignerKey::ed25519(KeyName::parse(name).unwrap(), &seed(name)).unwrap();
    let public: [u8; 32] = key.verifier().public_bytes().try_into().unwrap();
    Witness {
        name: KeyName::parse(name).unwrap(),
        ed: detente_accord::PublicKey::admit(&public).unwrap(),
        pq: None,
        by: id(by),
    }
}

fn merge(note: &str, line: &str) -> String {
    Note::parse(note.as_bytes()).unwrap().merge(line).unwrap()
}

fn time(seconds: u64) -> CosignTime {
    CosignTime::new(seconds).unwrap()
}
