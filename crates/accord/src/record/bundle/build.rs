//! Making bundles. Equal parts give equal bytes, in whatever order they came.

use std::collections::BTreeMap;

use detente_tlog::Hash;
use sha2::{Digest, Sha256};

use super::{Bundle, Claim, FIRST, KIND};
use crate::jcs::Value;
use crate::record::Disclosure;
use crate::record::held::Position;
use crate::record::manifest::Manifest;
use crate::record::names::{LogId, RecordId};
use crate::record::path;
use crate::record::tar::{self, Member};
use crate::{PartyId, Rejection, b64};

/// A bundle that is being put together.
pub struct BundleBuilder {
    record: RecordId,
    pub(super) claims: Vec<Claim>,
    pub(super) members: BTreeMap<String, Vec<u8>>,
}

/// The token of an outside time stamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnchorToken<'a> {
    /// RFC 3161.
    TimeStamp(&'a [u8]),
    /// OpenTimestamps.
    OpenTimestamps(&'a [u8]),
}

impl BundleBuilder {
    /// A bundle of the record of this charter, without a claim.
    pub fn new(charter: &[u8]) -> BundleBuilder {
        let readme = ("README.txt".to_owned(), README.as_bytes().to_vec());
        let charter_file = ("charter.json".to_owned(), charter.to_vec());
        BundleBuilder {
            record: RecordId::of(charter),
            claims: Vec::new(),
            members: BTreeMap::from([readme, charter_file]),
        }
    }

    /// Adds a claim. The files that show it are added by themselves.
    pub fn claim(&mut self, claim: Claim) {
        if !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }

    /// Adds a leaf.
    pub fn leaf(&mut self, entry: &Position, leaf: &[u8]) {
        self.insert(format!("entry/{entry}.json"), leaf);
    }

    /// Adds a proof file of an entry, under the checkpoint of a size.
    pub fn proof(&mut self, entry: &Position, size: u64, proof: &[u8]) {
        self.insert(format!("entry/{entry}.{size}.tlog-proof"), proof);
    }

    /// Adds the disclosure of an entry.
    pub fn disclosure(&mut self, disclosure: &Disclosure) {
        let entry = Position::new(disclosure.log.clone(), disclosure.seq);
        self.insert(format!("entry/{entry}.disclosed.json"), &disclosure.to_bytes());
    }

    /// Adds a disclosed attachment.
    pub fn content(&mut self, content: &[u8]) {
        self.insert(format!("content/{}", sha256(content)), content);
    }

    /// Adds a note that an entry names in its heads.
    pub fn head(&mut self, note: &[u8]) {
        self.insert(format!("head/{}.note", sha256(note)), note);
    }

    /// Adds all leaf hashes of a log up to a size.
    pub fn leaves(&mut self, log: &LogId, hashes: &[Hash]) {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        self.insert(format!("leaves/{log}/{}.hashes", hashes.len()), &bytes);
    }

    /// Adds the policy of a log.
    pub fn policy(&mut self, log: &LogId, policy: &str) {
        self.insert(format!("policy/{log}.txt"), policy.as_bytes());
    }

    /// Adds the key set of an epoch after 0.
    pub fn keyset(&mut self, log: &LogId, keyset: &[u8]) {
        self.insert(format!("keys/{log}.json"), keyset);
    }

    /// Adds the offer of a party that joined.
    pub fn offer(&mut self, party: &PartyId, offer: &[u8]) {
        self.insert(format!("offer/{party}.json"), offer);
    }

    /// Adds a rules file.
    pub fn rules(&mut self, rules: &[u8]) {
        self.insert(format!("rules/{}.json", sha256(rules)), rules);
    }

    /// Adds the token of an `anchor` entry.
    pub fn anchor(&mut self, entry: &Position, token: AnchorToken<'_>) {
        let (ending, bytes) = match token {
            AnchorToken::TimeStamp(bytes) => ("tsr", bytes),
            AnchorToken::OpenTimestamps(bytes) => ("ots", bytes),
        };
        self.insert(format!("anchor/{entry}.{ending}"), bytes);
    }

    /// Adds an evidence file, and claims what it shows.
    pub fn evidence(&mut self, evidence: &[u8]) {
        let count = self.members.keys().filter(|name| name.starts_with("evidence/")).count() as u64;
        self.insert(format!("evidence/{count}.evidence"), evidence);
        self.claim(Claim::Fork(count));
    }

    /// The bytes of the bundle. They are read again before they are given out; whether the claims hold is asked of
    /// [`verify`](crate::record::verify).
    ///
    /// # Errors
    /// Those of [`Bundle::read`].
    pub fn finish(&self) -> Result<Vec<u8>, Rejection> {
        let members: Vec<Member<'_>> =
            self.members.iter().map(|(name, bytes)| Member { name, bytes }).collect();
        let described = Value::object([
            ("accord", Value::text(b64::encode(self.record.bytes()))),
            ("claims", Value::Array(self.claims.iter().map(Claim::to_value).collect())),
            ("files", Manifest::of(&members).to_value()),
            ("kind", Value::text(KIND)),
            ("v", Value::Integer(1)),
        ]);
        let described = described.encode();
        let first = Member { name: FIRST, bytes: &described };
        let all: Vec<Member<'_>> = std::iter::once(first).chain(members).collect();
        let bytes = tar::write(&all).map_err(Rejection::NotArchive)?;
        Bundle::read(&bytes)?;
        Ok(bytes)
    }

    pub(super) fn insert(&mut self, name: String, bytes: &[u8]) {
        self.members.insert(name, bytes.to_vec());
    }
}

fn sha256(bytes: &[u8]) -> String {
    path::hex(&Sha256::digest(bytes).into())
}

/// What a person without the software finds first.
const README: &str = "\
This file is a bundle: statements from the record of an accord, with proof.

It proves nothing by itself. To check it you need the id of the record: 64
hexadecimal digits, from a party to the accord or a printed page, never from
this file. Then:

    detente verify BUNDLE --accord ID

or, with software that shares no code with the program above:

    python3 detente_verify.py BUNDLE --accord ID

The answer says who said what, when at the latest and at the earliest, and what
is not proved. That a party says something does not make it true.
";
