//! A statement in the making: what its author decided to say, before it has a place in a log.

use std::collections::BTreeMap;

use detente_psi::Time;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::keyset::Office;
use super::leaf::{Reference, RoleSignature, SealedItem};
use super::names::RecordId;
use crate::commitment::Opening;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::limits::LEAF_SIGS_MAX;
use crate::statement::{STATEMENT_CONTEXT, StatementId, sign_statement};
use crate::{Entropy, PartyId, Rejection, SecretKey, b64};

/// What is to be said.
#[derive(Clone)]
pub struct Draft {
    /// The type.
    pub kind: &'static str,
    /// Public fields, all of them.
    pub public: BTreeMap<String, Value>,
    /// References, in the order that the type asks for.
    pub refs: Vec<Reference>,
    /// Values of the type's labels. Labels that are not here commit to `null`.
    pub values: BTreeMap<&'static str, Value>,
    /// Who may read the content.
    pub aud: String,
    /// The running exercise that it belongs to.
    pub exercise: Option<String>,
    /// Files beside its content, each sealed by itself for its author alone until it is opened to somebody.
    pub attachments: Vec<Attachment>,
}

/// A file beside a statement's content. No `Debug`: it is what is kept from others.
#[derive(Clone)]
pub struct Attachment {
    /// What describes it, under a salt of its own: a label of the statement commits to its commitment.
    pub opening: Opening,
    /// The file.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// A draft with its salts: every field is committed to, nothing is signed yet.
pub struct Committed {
    draft: Draft,
    record: RecordId,
    party: PartyId,
    made: Time,
    nonce: [u8; 16],
    openings: Vec<Opening>,
}

/// A statement with its signatures, ready for a place in a log, or waiting for one more.
#[derive(Clone)]
pub struct Signed {
    /// The statement.
    pub statement: Value,
    /// By the offices that signed, by key name.
    pub sigs: Vec<RoleSignature>,
    /// What opens its commitments, and what describes its attachments. Kept beside the log.
    pub openings: Vec<Opening>,
}

impl Draft {
    /// A statement without references and content, readable by all.
    pub fn new<const N: usize>(kind: &'static str, public: [(&str, Value); N]) -> Draft {
        let public = public.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Draft {
            kind,
            public,
            refs: Vec::new(),
            values: BTreeMap::new(),
            aud: "all".to_owned(),
            exercise: None,
            attachments: Vec::new(),
        }
    }

    /// Draws the nonce and a salt a label, and commits. `labels` are those of the type: all of them are present,
    /// so that presence reveals nothing.
    pub fn commit(
        mut self,
        record: RecordId,
        party: PartyId,
        made: Time,
        labels: &[&'static str],
        entropy: &mut Entropy,
    ) -> Committed {
        let nonce = entropy.draw();
        let opening = |label: &&'static str| Opening {
            salt: entropy.draw(),
            label: (*label).to_owned(),
            value: self.values.remove(label).unwrap_or(Value::Null),
        };
        let openings = labels.iter().map(opening).collect();
        Committed { draft: self, record, party, made, nonce, openings }
    }
}

impl Committed {
    /// The nonce, which sealed content binds.
    pub fn nonce(&self) -> &[u8; 16] {
        &self.nonce
    }

    /// The fields with their salts, ascending by label.
    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// The files beside the content.
    pub fn attachments(&self) -> &[Attachment] {
        &self.draft.attachments
    }

    /// Names the sealed files, fixes the bytes, and lets the offices sign: key name and key of each.
    pub fn sign(self, sealed: &[SealedItem], offices: &[(String, &SecretKey)]) -> Signed {
        let mut signed = self.fix(sealed);
        for (key, secret) in offices {
            signed.sign(key, secret);
        }
        signed
    }

    /// Names the sealed files and fixes the bytes. Nobody has signed yet.
    pub fn fix(self, sealed: &[SealedItem]) -> Signed {
        let Committed { mut draft, record, party, made, nonce, mut openings } = self;
        let commits = openings.iter().map(|opening| {
            let commitment = opening.commitment(record.bytes(), &party);
            (opening.label.clone(), Value::text(b64::encode(&commitment)))
        });
        let commits = commits.collect();
        let exercise = draft.exercise.is_some();
        if let Some(id) = draft.exercise {
            draft.public.insert("ex".to_owned(), Value::Text(id));
        }
        openings.extend(draft.attachments.into_iter().map(|attachment| attachment.opening));
        let sealed = sealed.iter().map(|item| {
            Value::object([
                ("sha256", Value::text(b64::encode(&item.sha256))),
                ("size", Value::Integer(item.size)),
            ])
        });
        let statement = Value::object([
            ("v", Value::Integer(1)),
            ("accord", Value::text(b64::encode(record.bytes()))),
            ("party", Value::text(party.as_str())),
            ("type", Value::text(draft.kind)),
            ("made", Value::Integer(made.0)),
            ("nonce", Value::text(b64::encode(&nonce))),
            ("aud", Value::text(draft.aud)),
            ("refs", Value::Array(draft.refs.iter().map(Reference::to_value).collect())),
            ("commits", Value::Object(commits)),
            ("pub", Value::Object(draft.public)),
            ("sealed", Value::Array(sealed.collect())),
            ("exercise", Value::Bool(exercise)),
        ]);
        Signed { statement, sigs: Vec::new(), openings }
    }
}

impl Signed {
    /// Adds the signature of an office: the name of its key and the key. One that has signed is not added twice.
    pub fn sign(&mut self, key: &str, secret: &SecretKey) {
        if self.sigs.iter().any(|sig| sig.key == key) {
            return;
        }
        let signature = sign_statement(&self.statement, secret);
        self.sigs.push(RoleSignature { key: key.to_owned(), signature });
        self.sigs.sort_by(|a, b| a.key.cmp(&b.key));
    }

    /// The offices that signed, by name.
    pub fn offices(&self) -> Vec<Office> {
        self.sigs.iter().filter_map(|sig| Office::parse(sig.office()?.1)).collect()
    }

    /// The statement's id: it covers neither signatures nor openings.
    pub fn id(&self) -> StatementId {
        Sha256::digest([STATEMENT_CONTEXT, &self.statement.encode()].concat()).into()
    }

    /// All of it, salts and values included, as it is kept until its release.
    pub fn to_value(&self) -> Value {
        let sig = |sig: &RoleSignature| {
            Value::object([
                ("key", Value::text(sig.key.as_str())),
                ("sig", Value::text(b64::encode(&sig.signature))),
            ])
        };
        Value::object([
            ("disclosed", Value::Array(self.openings.iter().map(Opening::to_value).collect())),
            ("sigs", Value::Array(self.sigs.iter().map(sig).collect())),
            ("statement", self.statement.clone()),
        ])
    }

    /// Reads that back. Signatures are not checked here.
    ///
    /// # Errors
    /// [`Rejection::BadField`] and its kin, naming the part.
    pub fn from_value(value: Value) -> Result<Signed, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let openings = fields.array("disclosed", usize::MAX)?;
        let openings = openings.into_iter().map(|value| Opening::from_value(value, PART));
        let openings = openings.collect::<Result<_, _>>()?;
        let sigs = fields.array("sigs", LEAF_SIGS_MAX)?.into_iter().map(read_signature);
        let sigs = sigs.collect::<Result<_, _>>()?;
        let statement = fields.take("statement")?;
        fields.finish()?;
        Ok(Signed { statement, sigs, openings })
    }
}

fn read_signature(value: Value) -> Result<RoleSignature, Rejection> {
    let mut fields = Fields::of(value, PART)?;
    let read = RoleSignature { key: fields.text("key")?, signature: fields.bytes("sig")? };
    fields.finish()?;
    Ok(read)
}

const PART: &str = "draft";
