//! The statement: what a party says, in canonical bytes, with the offices that signed it.
//!
//! The form is the one a leaf of the record carries, without the part that places it in a log. Content
//! stands in salted commitments; what the reader needs to see is opened beside it.

use std::collections::BTreeMap;

use detente_psi::Time;
use sha2::{Digest, Sha256};

use crate::card::DESK;
use crate::commitment::{Opening, check_openings};
use crate::entropy::Entropy;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::key::key_name;
use crate::limits::STATEMENT_BYTES_MAX;
use crate::record::RoleSignature;
use crate::{PartyId, PublicKey, Rejection, SecretKey, b64};

/// What stands before a statement where it is hashed or signed.
pub(crate) const STATEMENT_CONTEXT: &[u8] = b"detente/statement/v1\0";
const REFS_MAX: usize = 32;
const COMMITS_MAX: usize = 32;
const SIGS_MAX: usize = 4;

/// The id of a statement: `H("detente/statement/v1" ‖ 0x00 ‖ JCS(statement))`.
pub type StatementId = [u8; 32];

/// The types that file mode uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Terms of a match, and the consent to them.
    Terms,
    /// A commitment to the list of a run.
    List,
    /// One file made or taken in.
    Handover,
    /// The closing receipt of a run.
    Receipt,
}

impl Type {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Type::Terms => "terms",
            Type::List => "list",
            Type::Handover => "handover",
            Type::Receipt => "receipt",
        }
    }

    /// The labels that every statement of this type commits to, in order; an empty one commits to `null`,
    /// so that presence reveals nothing.
    fn labels(self) -> &'static [&'static str] {
        match self {
            Type::Terms => &["learns", "meta", "purpose", "text"],
            Type::List => &["counts", "meta", "text"],
            Type::Handover => &[],
            Type::Receipt => &["learned", "meta", "outcome", "text"],
        }
    }
}

/// A reference to another statement. Files carry statements that stand in no log yet, so they name each
/// other by statement id, not by log position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The author of the statement that is meant.
    pub party: PartyId,
    /// How this statement relates to it: `to` or `cites`.
    pub rel: &'static str,
    /// Its id.
    pub id: StatementId,
}

impl Reference {
    fn to_value(&self) -> Value {
        Value::object([
            ("party", Value::text(self.party.as_str())),
            ("rel", Value::text(self.rel)),
            ("sid", Value::text(b64::encode(&self.id))),
        ])
    }

    fn from_value(value: Value) -> Result<Reference, Rejection> {
        let mut fields = Fields::of(value, "statement")?;
        let party = fields.party("party")?;
        let rel = match fields.text("rel")?.as_str() {
            "to" => "to",
            "cites" => "cites",
            _ => return Err(fields.bad("refs.rel")),
        };
        let id = fields.bytes("sid")?;
        fields.finish()?;
        Ok(Reference { party, rel, id })
    }
}

/// The signature of an office under a statement: over its context and canonical bytes.
pub fn sign_statement(statement: &Value, office: &SecretKey) -> [u8; 64] {
    office.sign(&[STATEMENT_CONTEXT, &statement.encode()].concat())
}

/// What an author is about to say.
pub(crate) struct Draft {
    pub(crate) accord: [u8; 32],
    pub(crate) party: PartyId,
    pub(crate) to: PartyId,
    pub(crate) kind: Type,
    pub(crate) made: Time,
    pub(crate) refs: Vec<Reference>,
    /// Public fields of the type, without the common ones that [`Draft::say`] adds.
    pub(crate) public: BTreeMap<String, Value>,
    /// Values for the labels of the type; the others become `null`.
    pub(crate) labels: BTreeMap<&'static str, Value>,
}

impl Draft {
    /// Fixes the bytes: draws the nonce and a salt a label, commits, encodes.
    ///
    /// Gives the unsigned statement with **all** of its openings; the caller decides which leave.
    pub(crate) fn say(mut self, entropy: &mut Entropy) -> Statement {
        let nonce: [u8; 16] = entropy.draw();
        let openings: Vec<Opening> = self
            .kind
            .labels()
            .iter()
            .map(|label| Opening {
                salt: entropy.draw(),
                label: (*label).to_owned(),
                value: self.labels.remove(label).unwrap_or(Value::Null),
            })
            .collect();
        let commits = openings.iter().map(|opening| {
            (opening.label.clone(), Value::text(b64::encode(&opening.commitment(&self.accord, &self.party))))
        });
        if self.kind != Type::Handover {
            self.public.insert("to".to_owned(), Value::text(self.to.as_str()));
        }
        let value = Value::object([
            ("v", Value::Integer(1)),
            ("accord", Value::text(b64::encode(&self.accord))),
            ("party", Value::text(self.party.as_str())),
            ("type", Value::text(self.kind.name())),
            ("made", Value::Integer(self.made.0)),
            ("nonce", Value::text(b64::encode(&nonce))),
            ("aud", Value::text("to")),
            ("refs", Value::Array(self.refs.iter().map(Reference::to_value).collect())),
            ("commits", Value::Object(commits.collect())),
            ("pub", Value::Object(self.public)),
            ("sealed", Value::Array(Vec::new())),
            ("exercise", Value::Bool(false)),
        ]);
        Statement { value, openings, sigs: Vec::new() }
    }
}

/// A statement with its signatures and the fields opened beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    value: Value,
    openings: Vec<Opening>,
    sigs: Vec<(String, [u8; 64])>,
}

impl Statement {
    /// Signs as the party's desk.
    pub(crate) fn sign(mut self, party: &PartyId, desk: &SecretKey) -> Statement {
        let key = key_name(party.as_str(), DESK, &desk.public());
        self.sigs = vec![(key, desk.sign(&self.preimage()))];
        self
    }

    /// The same statement with only these labels opened.
    pub(crate) fn opening_only(mut self, labels: &[&str]) -> Statement {
        self.openings.retain(|opening| labels.contains(&opening.label.as_str()));
        self
    }

    /// The statement, its signatures and its openings, for the log that takes them in with their bytes unchanged.
    pub fn into_parts(self) -> (Value, Vec<RoleSignature>, Vec<Opening>) {
        let sig = |(key, signature)| RoleSignature { key, signature };
        (self.value, self.sigs.into_iter().map(sig).collect(), self.openings)
    }

    fn preimage(&self) -> Vec<u8> {
        [STATEMENT_CONTEXT, &self.value.encode()].concat()
    }

    /// The id; it covers neither signatures nor openings.
    pub fn id(&self) -> StatementId {
        Sha256::digest(self.preimage()).into()
    }

    /// The canonical bytes of the statement alone.
    pub fn bytes(&self) -> Vec<u8> {
        self.value.encode()
    }

    /// The value of an opened label.
    pub fn opened(&self, label: &str) -> Option<&Value> {
        self.openings.iter().find(|opening| opening.label == label).map(|opening| &opening.value)
    }

    /// `{"disclosed":[…],"sigs":[…],"statement":{…}}`, as files and receipts carry it.
    pub fn to_value(&self) -> Value {
        let sigs = self.sigs.iter().map(|(key, sig)| {
            Value::object([("key", Value::text(key.as_str())), ("sig", Value::text(b64::encode(sig)))])
        });
        Value::object([
            ("disclosed", Value::Array(self.openings.iter().map(Opening::to_value).collect())),
            ("sigs", Value::Array(sigs.collect())),
            ("statement", self.value.clone()),
        ])
    }

    /// Reads the signed form back. Signatures are not checked here: see [`Statement::verify`].
    ///
    /// # Errors
    /// [`Rejection::BadField`] and its kin, naming the part.
    pub fn from_value(value: Value) -> Result<Statement, Rejection> {
        let mut fields = Fields::of(value, "statement")?;
        let openings = fields.array("disclosed", COMMITS_MAX)?;
        let openings =
            openings.into_iter().map(|v| Opening::from_value(v, "statement")).collect::<Result<_, _>>()?;
        let sigs = fields.array("sigs", SIGS_MAX)?;
        let sigs = sigs.into_iter().map(read_signature).collect::<Result<_, _>>()?;
        let value = fields.take("statement")?;
        fields.finish()?;
        if value.encode().len() > STATEMENT_BYTES_MAX {
            return Err(Rejection::BadField { part: "statement", field: "size" });
        }
        Ok(Statement { value, openings, sigs })
    }

    /// Checks that the desk of `party` signed, and nobody else.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`].
    pub fn verify(&self, party: &PartyId, desk: &PublicKey) -> Result<(), Rejection> {
        let part = "statement";
        let [(key, sig)] = self.sigs.as_slice() else { return Err(Rejection::BadSignature { part }) };
        if *key != key_name(party.as_str(), DESK, desk) {
            return Err(Rejection::BadSignature { part });
        }
        desk.verify(&self.preimage(), sig, part)
    }

    /// Whether nobody signed: a machine entry, which the file around it signs.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.sigs.is_empty()
    }

    /// Opens the envelope: the common fields checked, the public ones left to the caller.
    ///
    /// # Errors
    /// [`Rejection::BadField`] if the shape is not that of `kind`, or an opened field is not committed to.
    pub(crate) fn envelope(&self, kind: Type) -> Result<Envelope, Rejection> {
        let part = kind.name();
        let mut fields = Fields::of(self.value.clone(), part)?;
        if fields.integer("v")? != 1 {
            return Err(fields.bad("v"));
        }
        fields.constant("type", part)?;
        fields.constant("aud", "to")?;
        let accord = fields.bytes("accord")?;
        let party = fields.party("party")?;
        let made = Time(fields.integer("made")?);
        fields.bytes::<16>("nonce")?;
        let refs = fields
            .array("refs", REFS_MAX)?
            .into_iter()
            .map(Reference::from_value)
            .collect::<Result<_, _>>()?;
        let commits = read_commits(fields.object("commits")?, kind)?;
        let public = Fields::of(fields.take("pub")?, part)?;
        if !fields.array("sealed", 0)?.is_empty() || fields.boolean("exercise")? {
            return Err(fields.bad("exercise"));
        }
        fields.finish()?;
        check_openings(&self.openings, &commits, &accord, &party, part)?;
        Ok(Envelope { accord, party, made, refs, public })
    }
}

/// The common fields of a statement whose shape was checked.
pub(crate) struct Envelope {
    pub(crate) accord: [u8; 32],
    pub(crate) party: PartyId,
    pub(crate) made: Time,
    pub(crate) refs: Vec<Reference>,
    pub(crate) public: Fields,
}

fn read_commits(
    commits: BTreeMap<String, Value>,
    kind: Type,
) -> Result<BTreeMap<String, [u8; 32]>, Rejection> {
    let bad = Rejection::BadField { part: kind.name(), field: "commits" };
    if !commits.keys().map(String::as_str).eq(kind.labels().iter().copied()) {
        return Err(bad);
    }
    let read = |(label, value)| match value {
        Value::Text(text) => b64::decode(&text).map(|hash| (label, hash)),
        _ => None,
    };
    commits.into_iter().map(read).collect::<Option<_>>().ok_or(bad)
}

fn read_signature(value: Value) -> Result<(String, [u8; 64]), Rejection> {
    let mut fields = Fields::of(value, "signature")?;
    let read = (fields.text("key")?, fields.bytes("sig")?);
    fields.finish()?;
    Ok(read)
}

/// The id under which two parties that hold each other's compared identity speak before they have founded
/// an accord: `H("detente/bare/v1" ‖ 0x00 ‖ JCS([{"party","root"}, …]))`, sorted by party id.
///
/// A charter names the identity key of each party as its `root`, so the record of a later accord between
/// the same two can show that this id is theirs.
pub fn bare_accord(one: (&PartyId, &PublicKey), other: (&PartyId, &PublicKey)) -> [u8; 32] {
    let mut parties = [one, other];
    parties.sort_by_key(|(id, _)| *id);
    let parties = parties.map(|(id, root)| {
        Value::object([("party", Value::text(id.as_str())), ("root", Value::text(b64::encode(root.bytes())))])
    });
    let bytes = Value::Array(parties.to_vec()).encode();
    Sha256::new().chain_update(b"detente/bare/v1\0").chain_update(bytes).finalize().into()
}
