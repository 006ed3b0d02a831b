//! A party that has its keys and does with them what it likes.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::record::{Draft, LogId, Names, RecordId, tar};
use detente_accord::{Entropy, b64};
use detente_store::record::read_seed;
use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, Hash, LogKey, MemoryTree, TreeSize, full_form, leaf_hash, root,
};
use sha2::{Digest, Sha256};

use crate::world::{START, World, id};

/// Seconds since 1970 under which it cosigns.
pub(crate) const TIME: u64 = START.0 / 1000;

/// The seeds of a party's log, and the history that it shows.
#[derive(Clone)]
pub(crate) struct Forger {
    pub(crate) names: Names,
    pub(crate) record: RecordId,
    pub(crate) log: LogId,
    pub(crate) leaves: Vec<Vec<u8>>,
    ed: [u8; 32],
    pq: [u8; 32],
    mirror: [u8; 32],
    draws: u8,
}

impl Forger {
    /// One with the keys and the history of a party.
    pub(crate) fn of(world: &World, party: &str) -> Forger {
        let accord = world.open(party);
        let log = accord.own_log().clone();
        let names = accord.charter().names().clone();
        let leaves = accord.record().leaves(&names.origin(&log), 0..u64::MAX, 1 << 20).unwrap();
        let seed = |name: &str| *read_seed(&world.parties[party].path.join("keys"), name).unwrap().unwrap();
        Forger {
            record: accord.charter().record_id(),
            names,
            log,
            leaves,
            ed: seed("log-0"),
            pq: seed("log-pq-0"),
            mirror: seed("mirror-0"),
            draws: 0,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The statement of a receipt without references, at the next place.
    pub(crate) fn leaf(&mut self) -> Value {
        self.draws += 1;
        let mut entropy = Entropy::from_random([self.draws; 32]);
        let draft = Draft::new("ack", []);
        let signed =
            draft.commit(self.record, self.log.party.clone(), START, &[], &mut entropy).sign(&[], &[]);
        let entry = Value::object([
            ("epoch", Value::Integer(self.log.epoch)),
            ("heads", Value::Array(Vec::new())),
            ("seq", Value::Integer(self.size())),
            ("time", Value::Integer(START.0)),
        ]);
        let sigs = Value::Array(Vec::new());
        Value::object([("entry", entry), ("sigs", sigs), ("statement", signed.statement)])
    }

    pub(crate) fn push(&mut self) {
        let leaf = self.leaf();
        self.leaves.push(leaf.encode());
    }

    /// Another history: the first `common` entries, then others up to `size`.
    pub(crate) fn other(&self, common: usize, size: usize) -> Forger {
        let mut other = self.clone();
        other.leaves.truncate(common);
        other.draws = 100;
        while other.leaves.len() < size {
            other.push();
        }
        other
    }

    /// This history, and further entries.
    pub(crate) fn grown(&self, size: usize) -> Forger {
        let mut grown = self.clone();
        while grown.leaves.len() < size {
            grown.push();
        }
        grown
    }

    pub(crate) fn root(&self, size: u64) -> Hash {
        root(self.leaves.iter().take(size as usize))
    }

    pub(crate) fn key(&self) -> LogKey {
        LogKey::from_seed(self.names.origin(&self.log), &self.ed).unwrap()
    }

    /// The key id of the log's first line.
    pub(crate) fn key_id(&self) -> [u8; 4] {
        u32::from_str_radix(&self.key().verifier().id().to_string(), 16).unwrap().to_be_bytes()
    }

    pub(crate) fn second_line(&self, head: &Checkpoint) -> String {
        let key = CosignerKey::ml_dsa_44(self.names.origin(&self.log), &self.pq).unwrap();
        key.cosign(head, CosignTime::new(TIME).unwrap())
    }

    /// A cosignature of its mirror for a head of another log.
    pub(crate) fn mirror_line(&self, head: &Checkpoint) -> String {
        let key = CosignerKey::ed25519(self.names.mirror(&self.log), &self.mirror).unwrap();
        key.cosign(head, CosignTime::new(TIME).unwrap())
    }

    pub(crate) fn head(&self, size: u64) -> Checkpoint {
        Checkpoint::new(self.names.origin(&self.log), TreeSize::new(size).unwrap(), self.root(size)).unwrap()
    }

    /// The note of the first `size` entries.
    pub(crate) fn note(&self, size: u64) -> Vec<u8> {
        self.signed(&self.head(size))
    }

    pub(crate) fn signed(&self, head: &Checkpoint) -> Vec<u8> {
        (self.key().sign(head).unwrap() + &self.second_line(head)).into_bytes()
    }

    /// Any text, signed by the log's key as a note.
    pub(crate) fn signed_text(&self, text: &str) -> Vec<u8> {
        let secret = detente_accord::SecretKey::from_seed(&self.ed);
        let name = self.names.origin(&self.log);
        let line = [self.key_id().as_slice(), &secret.sign(text.as_bytes())].concat();
        format!("{text}\n\u{2014} {name} {}\n", base64(&line)).into_bytes()
    }

    pub(crate) fn growth(&self, older: u64, newer: u64) -> Vec<Hash> {
        let mut tree = MemoryTree::default();
        for leaf in self.leaves.iter().take(newer as usize) {
            tree.append(leaf_hash(leaf)).unwrap();
        }
        full_form(TreeSize::new(older).unwrap(), TreeSize::new(newer).unwrap(), &tree).unwrap()
    }

    /// A packet with nothing in it.
    pub(crate) fn empty(&self, to: &str) -> Parts {
        Parts {
            members: BTreeMap::new(),
            json: Value::object([
                ("accord", Value::text(b64::encode(self.record.bytes()))),
                ("from", Value::text(self.log.party.as_str())),
                ("kind", Value::text("detente/packet")),
                ("made", Value::Integer(START.0)),
                ("to", Value::text(to)),
                ("v", Value::Integer(1)),
            ]),
        }
    }

    /// A packet with the checkpoint and the entries from `from` on.
    pub(crate) fn packet(&self, from: u64) -> Parts {
        let mut parts = self.empty("b");
        parts.checkpoint(&self.log, &self.note(self.size()));
        if from < self.size() {
            parts.entries(&self.log, from, &self.leaves[from as usize..]);
        }
        parts
    }
}

/// The members of a packet before they are put together.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) members: BTreeMap<String, Vec<u8>>,
    json: Value,
}

impl Parts {
    pub(crate) fn put(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> &mut Parts {
        self.members.insert(name.into(), bytes.into());
        self
    }

    pub(crate) fn with(&self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Vec<u8> {
        self.clone().put(name, bytes).bytes()
    }

    pub(crate) fn checkpoint(&mut self, log: &LogId, note: &[u8]) -> &mut Parts {
        self.put(format!("log/{log}/checkpoint"), note)
    }

    pub(crate) fn note(&mut self, note: &[u8]) -> &mut Parts {
        self.put(format!("note/{}", hex(note)), note)
    }

    pub(crate) fn entries(&mut self, log: &LogId, first: u64, leaves: &[Vec<u8>]) -> &mut Parts {
        let end = first + leaves.len() as u64;
        let bytes: Vec<u8> =
            leaves.iter().flat_map(|leaf| [&(leaf.len() as u16).to_be_bytes()[..], leaf].concat()).collect();
        self.put(format!("log/{log}/entries/{first}-{end}"), bytes)
    }

    pub(crate) fn growth(&mut self, log: &LogId, older: u64, newer: u64, hashes: &[Hash]) -> &mut Parts {
        let lines: String = hashes.iter().map(|hash| base64(hash.as_bytes()) + "\n").collect();
        self.put(format!("log/{log}/growth"), format!("{older} {newer} {}\n{lines}", hashes.len()))
    }

    /// A field of `packet.json` set otherwise.
    pub(crate) fn set(&self, field: &str, value: Value) -> Vec<u8> {
        let mut parts = self.clone();
        if let Value::Object(fields) = &mut parts.json {
            fields.insert(field.to_owned(), value);
        }
        parts.bytes()
    }

    pub(crate) fn json(&self) -> Vec<u8> {
        let file = |(name, bytes): (&String, &Vec<u8>)| {
            Value::object([
                ("name", Value::text(name.as_str())),
                ("sha256", Value::text(b64::encode(&<[u8; 32]>::from(Sha256::digest(bytes))))),
                ("size", Value::Integer(bytes.len() as u64)),
            ])
        };
        let Value::Object(mut fields) = self.json.clone() else { panic!("an object") };
        if !fields.contains_key("files") {
            fields.insert("files".to_owned(), Value::Array(self.members.iter().map(file).collect()));
        }
        Value::Object(fields).encode()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bytes_with(&self.json())
    }

    /// The archive with another `packet.json`.
    pub(crate) fn bytes_with(&self, json: &[u8]) -> Vec<u8> {
        let first = tar::Member { name: "packet.json", bytes: json };
        let rest = self.members.iter().map(|(name, bytes)| tar::Member { name, bytes });
        tar::write(&std::iter::once(first).chain(rest).collect::<Vec<_>>()).unwrap()
    }
}

/// Sets what stands under a path of keys.
pub(crate) fn set(value: &mut Value, path: &[&str], new: Value) {
    let Value::Object(members) = value else { panic!("an object") };
    match path {
        [last] => {
            members.insert((*last).to_owned(), new);
        }
        [first, rest @ ..] => set(members.get_mut(*first).unwrap(), rest, new),
        [] => panic!("a path"),
    }
}

pub(crate) fn remove(value: &mut Value, path: &[&str]) {
    let Value::Object(members) = value else { panic!("an object") };
    match path {
        [last] => drop(members.remove(*last)),
        [first, rest @ ..] => remove(members.get_mut(*first).unwrap(), rest),
        [] => panic!("a path"),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    RecordId::of(bytes).to_string()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The log of a founder.
pub(crate) fn log_of(party: &str) -> LogId {
    LogId::new(id(party), 0)
}
