//! The keys of a party in one epoch: its log's, its mirror's and those of its offices.

use std::collections::BTreeMap;
use std::fmt;

use detente_tlog::{KeyName, KeyType, VerifierKey};
use sha2::{Digest, Sha256};

use crate::fields::{self, Fields};
use crate::jcs::Value;
use crate::key::key_name;
use crate::limits::OFFICE_BYTES_MAX;
use crate::{PartyId, PublicKey, Rejection, b64};

const PART: &str = "keyset";
const COMMITMENT_CONTEXT: &[u8] = b"detente/keyset/v1\0";

/// The name of a seat with a key of its own: `[a-z][a-z0-9-]{0,31}`, never `recovery`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Office(String);

impl Office {
    /// Under this name the recovery key of a party signs; no office has it.
    pub const RECOVERY: &'static str = "recovery";

    /// Takes a name: `None` unless it has exactly the form.
    pub fn parse(name: &str) -> Option<Office> {
        let well_formed = name.len() <= OFFICE_BYTES_MAX
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        (well_formed && name != Office::RECOVERY).then(|| Office(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a signature of this office names its key: `<party>/<office>+<hex8>`.
    pub fn key_name(&self, party: &PartyId, key: &PublicKey) -> String {
        key_name(party.as_str(), &self.0, key)
    }
}

impl fmt::Display for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A raw ML-DSA-44 public key (FIPS 204) that passed admission.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MlDsaKey(Box<[u8; MlDsaKey::BYTES]>);

impl MlDsaKey {
    /// Length of the key, in bytes.
    pub const BYTES: usize = 1312;

    /// Admits a key as the log's verifier will.
    ///
    /// # Errors
    /// [`Rejection::BadKey`].
    pub fn admit(bytes: &[u8; MlDsaKey::BYTES]) -> Result<MlDsaKey, Rejection> {
        // The name is part of a key's id, never of the verdict on the key.
        let name = KeyName::parse(PART).map_err(|_| Rejection::BadKey)?;
        VerifierKey::new(name, KeyType::CosignatureMlDsa44, bytes).map_err(|_| Rejection::BadKey)?;
        Ok(MlDsaKey(Box::new(*bytes)))
    }

    /// The 1,312 bytes.
    pub fn bytes(&self) -> &[u8; MlDsaKey::BYTES] {
        &self.0
    }
}

impl fmt::Debug for MlDsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.iter().take(4).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        write!(f, "MlDsaKey({start}…)")
    }
}

/// The public keys of a party in one epoch, all different.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeySet {
    log_ed: PublicKey,
    log_pq: Option<MlDsaKey>,
    mirror_ed: PublicKey,
    mirror_pq: Option<MlDsaKey>,
    roles: BTreeMap<Office, PublicKey>,
}

/// What a [`KeySet`] is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeySetFields {
    /// Signs the heads of the party's log (0x01).
    pub log_ed: PublicKey,
    /// Signs them a second time (0x06), if the party has such a key.
    pub log_pq: Option<MlDsaKey>,
    /// Cosigns the heads of other logs (0x04).
    pub mirror_ed: PublicKey,
    /// Cosigns them a second time (0x06), if the party has such a key.
    pub mirror_pq: Option<MlDsaKey>,
    /// Signs statements: one key for each office.
    pub roles: BTreeMap<Office, PublicKey>,
}

impl KeySet {
    /// Takes the keys of an epoch.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] for a key that stands for two purposes.
    pub fn new(fields: KeySetFields) -> Result<KeySet, Rejection> {
        let KeySetFields { log_ed, log_pq, mirror_ed, mirror_pq, roles } = fields;
        let keys = KeySet { log_ed, log_pq, mirror_ed, mirror_pq, roles };
        refuse_repeated(keys.raw_keys())?;
        Ok(keys)
    }

    /// Reads the bytes of a key set file.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`], [`Rejection::BadField`], [`Rejection::BadKey`].
    pub fn decode(bytes: &[u8]) -> Result<KeySet, Rejection> {
        KeySet::from_fields(fields::decode(bytes, PART)?)
    }

    pub(crate) fn from_value(value: Value) -> Result<KeySet, Rejection> {
        KeySet::from_fields(Fields::of(value, PART)?)
    }

    fn from_fields(mut fields: Fields) -> Result<KeySet, Rejection> {
        let log_ed = key(&mut fields, "log_ed")?;
        let log_pq = optional_ml_dsa(&mut fields, "log_pq")?;
        let mirror_ed = key(&mut fields, "mirror_ed")?;
        let mirror_pq = optional_ml_dsa(&mut fields, "mirror_pq")?;
        let bad = fields.bad("roles");
        let mut roles = BTreeMap::new();
        for (office, key) in fields.object("roles")? {
            let (Some(office), Value::Text(key)) = (Office::parse(&office), key) else { return Err(bad) };
            let key = b64::decode(&key).ok_or(bad.clone())?;
            roles.insert(office, PublicKey::admit(&key)?);
        }
        fields.finish()?;
        KeySet::new(KeySetFields { log_ed, log_pq, mirror_ed, mirror_pq, roles })
    }

    pub(crate) fn to_value(&self) -> Value {
        let roles = self.roles.iter().map(|(office, key)| (office.to_string(), key_value(key)));
        Value::object([
            ("log_ed", key_value(&self.log_ed)),
            ("log_pq", optional_value(self.log_pq.as_ref().map(|key| key.bytes().as_slice()))),
            ("mirror_ed", key_value(&self.mirror_ed)),
            ("mirror_pq", optional_value(self.mirror_pq.as_ref().map(|key| key.bytes().as_slice()))),
            ("roles", Value::Object(roles.collect())),
        ])
    }

    /// The one byte form; [`KeySet::decode`] reads it.
    pub fn encode(&self) -> Vec<u8> {
        self.to_value().encode()
    }

    /// What the epoch before commits to: `H("detente/keyset/v1" ‖ 0x00 ‖ JCS)`.
    pub fn commitment(&self) -> [u8; 32] {
        Sha256::new().chain_update(COMMITMENT_CONTEXT).chain_update(self.encode()).finalize().into()
    }

    /// Signs the heads of the party's log (0x01).
    pub fn log_ed(&self) -> &PublicKey {
        &self.log_ed
    }

    /// Signs them a second time (0x06).
    pub fn log_pq(&self) -> Option<&MlDsaKey> {
        self.log_pq.as_ref()
    }

    /// Cosigns the heads of other logs (0x04).
    pub fn mirror_ed(&self) -> &PublicKey {
        &self.mirror_ed
    }

    /// Cosigns them a second time (0x06).
    pub fn mirror_pq(&self) -> Option<&MlDsaKey> {
        self.mirror_pq.as_ref()
    }

    /// The key of each office, in byte order of their names.
    pub fn roles(&self) -> &BTreeMap<Office, PublicKey> {
        &self.roles
    }

    /// Every key as raw bytes, to look for one that stands twice.
    pub(crate) fn raw_keys(&self) -> impl Iterator<Item = &[u8]> {
        let pq = [&self.log_pq, &self.mirror_pq].into_iter().flatten().map(|key| key.bytes().as_slice());
        let ed = [&self.log_ed, &self.mirror_ed].into_iter().chain(self.roles.values());
        ed.map(|key| key.bytes().as_slice()).chain(pq)
    }
}

/// Refuses the second use of a key: a signature must say which purpose it serves.
pub(crate) fn refuse_repeated<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Result<(), Rejection> {
    let mut seen = std::collections::BTreeSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(Rejection::BadKey);
        }
    }
    Ok(())
}

/// Takes an Ed25519 key.
pub(crate) fn key(fields: &mut Fields, field: &'static str) -> Result<PublicKey, Rejection> {
    PublicKey::admit(&fields.bytes(field)?)
}

/// Takes bytes, or `""` for none.
pub(crate) fn optional_bytes<const N: usize>(
    fields: &mut Fields,
    field: &'static str,
) -> Result<Option<[u8; N]>, Rejection> {
    let text = fields.text(field)?;
    if text.is_empty() {
        return Ok(None);
    }
    b64::decode(&text).map(Some).ok_or(fields.bad(field))
}

/// Takes an ML-DSA key, or `""` for none.
pub(crate) fn optional_ml_dsa(
    fields: &mut Fields,
    field: &'static str,
) -> Result<Option<MlDsaKey>, Rejection> {
    optional_bytes(fields, field)?.map(|bytes| MlDsaKey::admit(&bytes)).transpose()
}

pub(crate) fn key_value(key: &PublicKey) -> Value {
    Value::text(b64::encode(key.bytes()))
}

pub(crate) fn optional_value(bytes: Option<&[u8]>) -> Value {
    Value::text(bytes.map_or(String::new(), b64::encode))
}
