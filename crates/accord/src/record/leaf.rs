//! The leaf: one entry of a log, as bytes. RECORD layer 1: shape alone; what it means is judged above.

use std::collections::BTreeMap;

use detente_psi::Time;
use detente_tlog::{Hash, leaf_hash};
use sha2::{Digest, Sha256};

use super::names::LogId;
use super::sealed::is_class;
use crate::fields::Fields;
use crate::jcs::{Fault, NotCanonical, Value};
use crate::limits::{
    HEADS_MAX, LEAF_BYTES_MAX, LEAF_COMMITS_MAX, LEAF_DEPTH_MAX, LEAF_REFS_MAX, LEAF_SEALED_MAX,
    LEAF_SIGS_MAX, PUBLIC_BYTES_MAX,
};
use crate::statement::{STATEMENT_CONTEXT, StatementId};
use crate::{PartyId, PublicKey, Rejection, b64};

const PART: &str = "leaf";

/// An entry of a log. Its bytes are kept as they came; nothing is encoded again to be verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    bytes: Vec<u8>,
    statement: Vec<u8>,
    /// Where it stands, and what its author had seen.
    pub place: Place,
    /// What its author says.
    pub said: Said,
    /// The offices that signed, by key name.
    pub sigs: Vec<RoleSignature>,
}

/// The part that the node adds when it appends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The generation of the log's keys.
    pub epoch: u64,
    /// The index of the leaf, from 0.
    pub seq: u64,
    /// When the author's node says it appended. Claimed; proves nothing.
    pub time: Time,
    /// Heads of other logs held since the entry before, by (party, epoch).
    pub heads: Vec<NamedHead>,
}

/// A head of another log that an entry names: its author had it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedHead {
    /// The log.
    pub log: LogId,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// SHA-256 of the note that was held, cosignatures included: pins their times.
    pub note: [u8; 32],
}

/// The statement part, common to every type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The record's id, or the bare id of two of its parties for statements of an exchange by files.
    pub accord: [u8; 32],
    /// The author.
    pub party: PartyId,
    /// The type, as on the wire.
    pub kind: String,
    /// When people approved it, by their own account.
    pub made: Time,
    /// Random; seen twice in the logs of a party, the later statement is void.
    pub nonce: [u8; 16],
    /// Who may see the content.
    pub aud: String,
    /// What it refers to, in the order that its type asks for.
    pub refs: Vec<Reference>,
    /// Commitments by label.
    pub commits: BTreeMap<String, [u8; 32]>,
    /// Instead of `commits`, for more than 32 fields.
    pub tree: Option<FieldTree>,
    /// Public fields.
    pub public: BTreeMap<String, Value>,
    /// Sealed files beside the log.
    pub sealed: Vec<SealedItem>,
    /// An exercise never counts otherwise.
    pub exercise: bool,
}

/// A reference to another statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// How this statement relates to it.
    pub rel: Rel,
    /// Which one.
    pub target: Target,
}

/// What a reference points at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Target {
    /// An entry.
    Entry {
        /// Its log.
        log: LogId,
        /// Its index.
        seq: u64,
        /// Its leaf hash.
        leaf: Hash,
    },
    /// A statement of an exchange by files, which was made before it stood in a log.
    Statement {
        /// Its author.
        party: PartyId,
        /// Its id.
        id: StatementId,
    },
}

impl Target {
    /// The author of what is meant.
    pub fn party(&self) -> &PartyId {
        match self {
            Target::Entry { log, .. } => &log.party,
            Target::Statement { party, .. } => party,
        }
    }
}

/// How a statement relates to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rel {
    /// Answers it; the first one names what opened the thread.
    To,
    /// Cites it.
    Cites,
    /// Takes its place.
    Replaces,
    /// Takes it back.
    Withdraws,
    /// Was received.
    Acks,
}

impl Rel {
    const ALL: [Rel; 5] = [Rel::To, Rel::Cites, Rel::Replaces, Rel::Withdraws, Rel::Acks];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Rel::To => "to",
            Rel::Cites => "cites",
            Rel::Replaces => "replaces",
            Rel::Withdraws => "withdraws",
            Rel::Acks => "acks",
        }
    }

    fn from_name(name: &str) -> Option<Rel> {
        Rel::ALL.into_iter().find(|rel| rel.name() == name)
    }
}

/// A tree over commitments, for statements with more than 32 fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldTree {
    /// How many fields.
    pub count: u64,
    /// The RFC 6962 root over the commitments in label order.
    pub root: Hash,
}

/// A sealed file that belongs to a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedItem {
    /// SHA-256 of the ciphertext file.
    pub sha256: [u8; 32],
    /// Its size class, in bytes.
    pub size: u64,
}

/// The signature of an office over the statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleSignature {
    /// `<party>/<office>+<hex8>`.
    pub key: String,
    /// Ed25519.
    pub signature: [u8; 64],
}

impl RoleSignature {
    /// The party and the office that the key's name says.
    pub fn office(&self) -> Option<(&str, &str)> {
        self.key.split_once('+')?.0.split_once('/')
    }
}

impl Leaf {
    /// Reads a leaf: JCS in the narrow profile of leaves, exactly the fields of its shape.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`] and [`Rejection::BadField`], naming the field.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, Rejection> {
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(Rejection::BadField { part: PART, field: "size" });
        }
        let value = Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: PART, fault })?;
        check_profile(bytes, &value)?;
        let mut fields = Fields::of(value, PART)?;
        let entry = Fields::of(fields.take("entry")?, PART)?;
        let sigs = fields.array("sigs", LEAF_SIGS_MAX)?;
        let statement = fields.take("statement")?;
        fields.finish()?;
        let encoded = statement.encode();
        let said = read_said(Fields::of(statement, PART)?)?;
        let place = read_place(entry, &said.party)?;
        let sigs = read_sigs(sigs)?;
        Ok(Leaf { bytes: bytes.to_vec(), statement: encoded, place, said, sigs })
    }

    /// Puts a statement in its place. The result is decoded again, so that nothing leaves that could not be read.
    ///
    /// # Errors
    /// Those of [`Leaf::decode`].
    pub fn encode(place: &Place, statement: &Value, sigs: &[RoleSignature]) -> Result<Leaf, Rejection> {
        let heads = place.heads.iter().map(NamedHead::to_value).collect();
        let sigs = sigs.iter().map(|sig| {
            Value::object([
                ("key", Value::text(sig.key.as_str())),
                ("sig", Value::text(b64::encode(&sig.signature))),
            ])
        });
        let value = Value::object([
            (
                "entry",
                Value::object([
                    ("epoch", Value::Integer(place.epoch)),
                    ("heads", Value::Array(heads)),
                    ("seq", Value::Integer(place.seq)),
                    ("time", Value::Integer(place.time.0)),
                ]),
            ),
            ("sigs", Value::Array(sigs.collect())),
            ("statement", statement.clone()),
        ]);
        Leaf::decode(&value.encode())
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The RFC 6962 hash of the leaf.
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.bytes)
    }

    /// The log that it says it stands in.
    pub fn log(&self) -> LogId {
        LogId::new(self.said.party.clone(), self.place.epoch)
    }

    /// The id of its statement, which covers neither place nor signatures.
    pub fn statement_id(&self) -> StatementId {
        Sha256::digest(self.preimage()).into()
    }

    /// The bytes of the statement alone.
    pub fn statement_bytes(&self) -> &[u8] {
        &self.statement
    }

    /// What an office signs.
    pub fn preimage(&self) -> Vec<u8> {
        [STATEMENT_CONTEXT, &self.statement].concat()
    }

    /// Whether the signature of an office holds under this key.
    pub fn is_signed_by(&self, signature: &RoleSignature, key: &PublicKey) -> bool {
        key.verify(&self.preimage(), &signature.signature, PART).is_ok()
    }
}

impl NamedHead {
    fn to_value(&self) -> Value {
        Value::object([
            ("epoch", Value::Integer(self.log.epoch)),
            ("note", Value::text(b64::encode(&self.note))),
            ("party", Value::text(self.log.party.as_str())),
            ("root", Value::text(b64::encode(self.root.as_bytes()))),
            ("size", Value::Integer(self.size)),
        ])
    }

    fn from_value(value: Value) -> Result<NamedHead, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let log = LogId::new(fields.party("party")?, fields.integer("epoch")?);
        let head = NamedHead {
            log,
            size: fields.integer("size")?,
            root: Hash::from_bytes(fields.bytes("root")?),
            note: fields.bytes("note")?,
        };
        if head.size == 0 {
            return Err(fields.bad("heads.size"));
        }
        fields.finish()?;
        Ok(head)
    }
}

impl Reference {
    /// As it stands in a statement.
    pub fn to_value(&self) -> Value {
        let rel = ("rel", Value::text(self.rel.name()));
        match &self.target {
            Target::Entry { log, seq, leaf } => Value::object([
                ("epoch", Value::Integer(log.epoch)),
                ("leaf", Value::text(b64::encode(leaf.as_bytes()))),
                ("party", Value::text(log.party.as_str())),
                rel,
                ("seq", Value::Integer(*seq)),
            ]),
            Target::Statement { party, id } => Value::object([
                ("party", Value::text(party.as_str())),
                rel,
                ("sid", Value::text(b64::encode(id))),
            ]),
        }
    }

    fn from_value(value: Value) -> Result<Reference, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let party = fields.party("party")?;
        let rel = Rel::from_name(&fields.text("rel")?).ok_or(fields.bad("refs.rel"))?;
        let target = match fields.take_optional("sid") {
            Some(Value::Text(id)) => {
                // Files know no other relations.
                if !matches!(rel, Rel::To | Rel::Cites) {
                    return Err(fields.bad("refs.rel"));
                }
                Target::Statement { party, id: b64::decode(&id).ok_or(fields.bad("refs.sid"))? }
            }
            Some(_) => return Err(fields.bad("refs.sid")),
            None => Target::Entry {
                log: LogId::new(party, fields.integer("epoch")?),
                seq: fields.integer("seq")?,
                leaf: Hash::from_bytes(fields.bytes("leaf")?),
            },
        };
        fields.finish()?;
        Ok(Reference { rel, target })
    }
}

/// What the profile of leaves forbids beyond that of other documents: characters outside printable ASCII, `null`,
/// and deep nesting.
fn check_profile(bytes: &[u8], value: &Value) -> Result<(), Rejection> {
    let refuse =
        |fault, offset| Err(Rejection::NotCanonical { part: PART, fault: NotCanonical { fault, offset } });
    let mut rest = bytes.iter().enumerate();
    while let Some((offset, byte)) = rest.next() {
        let escaped = if *byte == b'\\' { rest.next().map(|(_, escaped)| *escaped) } else { None };
        if !matches!(byte, 0x20..=0x7e) || matches!(escaped, Some(b'n' | b't')) {
            return refuse(Fault::ForbiddenCharacter, offset);
        }
    }
    if depth(value) > LEAF_DEPTH_MAX {
        return refuse(Fault::TooDeep, 0);
    }
    if has_null(value) { Err(Rejection::BadField { part: PART, field: "null" }) } else { Ok(()) }
}

/// How many brackets stand around the innermost value; the decoder has bounded it.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

fn read_place(mut fields: Fields, author: &PartyId) -> Result<Place, Rejection> {
    let (epoch, seq) = (fields.integer("epoch")?, fields.integer("seq")?);
    let time = Time(fields.integer("time")?);
    let heads = fields.array("heads", HEADS_MAX)?;
    let heads = heads.into_iter().map(NamedHead::from_value).collect::<Result<Vec<_>, _>>()?;
    let ascending = heads.windows(2).all(|pair| matches!(pair, [a, b] if a.log < b.log));
    // The one head of its own party that an entry may name is the last one of the epoch before.
    let own = |head: &NamedHead| {
        head.log.party == *author && (seq != 1 || head.log.epoch.checked_add(1) != Some(epoch))
    };
    if !ascending || heads.iter().any(own) {
        return Err(fields.bad("heads"));
    }
    fields.finish()?;
    Ok(Place { epoch, seq, time, heads })
}

fn read_said(mut fields: Fields) -> Result<Said, Rejection> {
    if fields.integer("v")? != 1 {
        return Err(fields.bad("v"));
    }
    let accord = fields.bytes("accord")?;
    let party = fields.party("party")?;
    let kind = fields.text("type")?;
    let made = Time(fields.integer("made")?);
    let nonce = fields.bytes("nonce")?;
    let aud = fields.text("aud")?;
    if !is_label(&kind) {
        return Err(fields.bad("type"));
    }
    if !is_audience(&aud) {
        return Err(fields.bad("aud"));
    }
    let refs = read_refs(&mut fields)?;
    let commits = read_commits(&mut fields)?;
    let tree = fields.take_optional("tree").map(read_tree).transpose()?;
    if tree.is_some() && !commits.is_empty() {
        return Err(fields.bad("tree"));
    }
    let public = fields.object("pub")?;
    if Value::Object(public.clone()).encode().len() > PUBLIC_BYTES_MAX {
        return Err(fields.bad("pub"));
    }
    let sealed = fields.array("sealed", LEAF_SEALED_MAX)?;
    let sealed = sealed.into_iter().map(read_sealed).collect::<Result<_, _>>()?;
    let exercise = fields.boolean("exercise")?;
    fields.finish()?;
    Ok(Said { accord, party, kind, made, nonce, aud, refs, commits, tree, public, sealed, exercise })
}

fn read_refs(fields: &mut Fields) -> Result<Vec<Reference>, Rejection> {
    let refs = fields.array("refs", LEAF_REFS_MAX)?;
    let refs = refs.into_iter().map(Reference::from_value).collect::<Result<Vec<_>, _>>()?;
    let twice = refs.iter().enumerate().any(|(i, reference)| refs.iter().skip(i + 1).any(|r| r == reference));
    if twice { Err(fields.bad("refs")) } else { Ok(refs) }
}

fn read_commits(fields: &mut Fields) -> Result<BTreeMap<String, [u8; 32]>, Rejection> {
    let commits = fields.object("commits")?;
    let bad = fields.bad("commits");
    if commits.len() > LEAF_COMMITS_MAX {
        return Err(bad);
    }
    let read = |(label, value): (String, Value)| match value {
        Value::Text(text) if is_label(&label) => b64::decode(&text).map(|hash| (label, hash)),
        _ => None,
    };
    commits.into_iter().map(read).collect::<Option<_>>().ok_or(bad)
}

fn read_tree(value: Value) -> Result<FieldTree, Rejection> {
    let mut fields = Fields::of(value, PART)?;
    let tree = FieldTree { count: fields.integer("count")?, root: Hash::from_bytes(fields.bytes("root")?) };
    if tree.count <= LEAF_COMMITS_MAX as u64 {
        return Err(fields.bad("tree.count"));
    }
    fields.finish()?;
    Ok(tree)
}

fn read_sealed(value: Value) -> Result<SealedItem, Rejection> {
    let mut fields = Fields::of(value, PART)?;
    let item = SealedItem { sha256: fields.bytes("sha256")?, size: fields.integer("size")? };
    if !is_class(item.size) {
        return Err(fields.bad("sealed.size"));
    }
    fields.finish()?;
    Ok(item)
}

fn read_sigs(sigs: Vec<Value>) -> Result<Vec<RoleSignature>, Rejection> {
    let sigs = sigs.into_iter().map(read_signature).collect::<Result<Vec<_>, _>>()?;
    let ascending = sigs.windows(2).all(|pair| matches!(pair, [a, b] if a.key < b.key));
    if ascending { Ok(sigs) } else { Err(Rejection::BadField { part: PART, field: "sigs" }) }
}

fn read_signature(value: Value) -> Result<RoleSignature, Rejection> {
    let mut fields = Fields::of(value, PART)?;
    let sig = RoleSignature { key: fields.text("key")?, signature: fields.bytes("sig")? };
    if !is_key_name(&sig.key) {
        return Err(fields.bad("sigs.key"));
    }
    fields.finish()?;
    Ok(sig)
}

/// `<party>/<office>+<hex8>`.
fn is_key_name(key: &str) -> bool {
    let Some((name, id)) = key.split_once('+') else { return false };
    let Some((party, office)) = name.split_once('/') else { return false };
    let hex = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    hex && PartyId::parse(party).is_some() && PartyId::parse(office).is_some()
}

/// Label and type names: `[a-z][a-z0-9_]{0,31}`.
pub(crate) fn is_label(text: &str) -> bool {
    is_word(text, b'_', b'_')
}

/// Classes of readers: `[a-z][a-z0-9_-]{0,31}`.
fn is_audience(text: &str) -> bool {
    is_word(text, b'_', b'-')
}

fn is_word(text: &str, one: u8, other: u8) -> bool {
    let inner = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9') || b == one || b == other;
    (1..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(inner)
}

#[cfg(test)]
mod tests;
