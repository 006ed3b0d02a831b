//! Sealed content: what a statement says, encrypted beside the log, and its key wrapped for each reader.
//!
//! The leaf carries the hash and the size class of each sealed file, so that the author cannot name another one
//! later. A reader who opens it and finds that a field does not open its commitment can prove that by publishing
//! the item key: key, sealed file and leaf together show it to anybody.
//!
//! The sealed fields come without the place of their entry: people approve and sign a statement, with the hash of
//! its sealed file inside, before its node places it in the log. Author and nonce are bound by the encryption.

mod wrap;

pub use wrap::{SealingKey, SealingSecret, WrappedFor, WrappedKey};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use detente_tlog::root;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::leaf::{Leaf, Said, SealedItem};
use super::names::RecordId;
use crate::commitment::Opening;
use crate::fields;
use crate::jcs::Value;
use crate::limits::{SEALED_CLASS_BYTES_MAX, SEALED_CLASS_BYTES_MIN, SEALED_FIELDS_MAX};
use crate::{Entropy, PartyId, Rejection};

const PART: &str = "sealed content";

/// The key of one sealed file. Wiped on drop; no `Debug`, no `Clone`. Erasing every copy of it erases the content.
pub struct ItemKey(Zeroizing<[u8; 32]>);

impl ItemKey {
    /// A key that was kept.
    pub fn from_bytes(bytes: [u8; 32]) -> ItemKey {
        ItemKey(Zeroizing::new(bytes))
    }

    /// The bytes, for whoever keeps or publishes it.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// To which statement sealed content belongs: what its encryption binds.
#[derive(Clone, Copy, Debug)]
pub struct Belongs<'a> {
    /// The record.
    pub record: &'a RecordId,
    /// The author.
    pub party: &'a PartyId,
    /// The nonce of the statement.
    pub nonce: &'a [u8; 16],
}

/// Content that was sealed: what goes beside the log, what stands in the statement, and the key.
pub struct Sealed {
    /// The sealed file.
    pub file: Vec<u8>,
    /// Its line in `statement.sealed`.
    pub item: SealedItem,
    /// Its key.
    pub key: ItemKey,
}

/// Seals all fields of a statement: `{"fields":[[salt,label,value]…],"v":1}`.
///
/// # Errors
/// [`Rejection::TooLargeToSeal`] above 1 MiB.
pub fn seal_fields(
    belongs: Belongs<'_>,
    openings: &[Opening],
    entropy: &mut Entropy,
) -> Result<Sealed, Rejection> {
    let triples = openings.iter().map(Opening::to_value).collect();
    let content = Value::object([("fields", Value::Array(triples)), ("v", Value::Integer(1))]);
    seal_part(belongs, &Zeroizing::new(content.encode()), entropy)
}

/// Seals one part of an attachment, up to [`SEALED_CLASS_BYTES_MAX`] with its length.
///
/// # Errors
/// [`Rejection::TooLargeToSeal`].
pub fn seal_part(belongs: Belongs<'_>, part: &[u8], entropy: &mut Entropy) -> Result<Sealed, Rejection> {
    let class = size_class(part.len()).ok_or(Rejection::TooLargeToSeal { bytes: part.len() as u64 })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(class));
    plain.extend((part.len() as u32).to_be_bytes());
    plain.extend(part);
    plain.resize(class, 0);
    let (key, nonce) = (ItemKey::from_bytes(entropy.draw()), entropy.draw::<NONCE_BYTES>());
    let payload = Payload { msg: &plain, aad: &bound(belongs) };
    let encrypted = cipher(&key).encrypt(&XNonce::from(nonce), payload);
    let encrypted = encrypted.map_err(|_| Rejection::TooLargeToSeal { bytes: part.len() as u64 })?;
    let file = [nonce.as_slice(), &encrypted].concat();
    let item = SealedItem { sha256: Sha256::digest(&file).into(), size: class as u64 };
    Ok(Sealed { file, item, key })
}

/// Opens the sealed fields of a statement and checks every commitment of it: all fields are there, and each opens.
///
/// # Errors
/// Those of [`open_part`]; [`Rejection::NotCanonical`] and [`Rejection::BadField`] for content out of form;
/// [`Rejection::SealedContradicts`] naming the first label that does not open its commitment.
pub fn open_fields(
    record: &RecordId,
    leaf: &Leaf,
    item: &SealedItem,
    file: &[u8],
    key: &ItemKey,
) -> Result<Vec<Opening>, Rejection> {
    let content = open_part(record, leaf, item, file, key)?;
    let mut all = fields::decode(&content, PART)?;
    if all.integer("v")? != 1 {
        return Err(all.bad("v"));
    }
    let openings = all.array("fields", SEALED_FIELDS_MAX)?;
    let openings = openings.into_iter().map(|value| Opening::from_value(value, PART));
    let openings = openings.collect::<Result<Vec<_>, _>>()?;
    if !openings.windows(2).all(|pair| matches!(pair, [a, b] if a.label < b.label)) {
        return Err(all.bad("fields"));
    }
    all.finish()?;
    check_all(&leaf.said, &openings)?;
    Ok(openings)
}

/// Opens one sealed file of a statement.
///
/// # Errors
/// [`Rejection::OtherSealedFile`] if it is not the file that the statement names; [`Rejection::DoesNotOpen`] if
/// the key is not its key, or it belongs to another statement; [`Rejection::BadField`] for padding out of form.
pub fn open_part(
    record: &RecordId,
    leaf: &Leaf,
    item: &SealedItem,
    file: &[u8],
    key: &ItemKey,
) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    check_file(item, file)?;
    let said = &leaf.said;
    if !said.sealed.contains(item) {
        return Err(Rejection::OtherSealedFile);
    }
    let (nonce, encrypted) = file.split_first_chunk::<NONCE_BYTES>().ok_or(Rejection::OtherSealedFile)?;
    let belongs = Belongs { record, party: &said.party, nonce: &said.nonce };
    let payload = Payload { msg: encrypted, aad: &bound(belongs) };
    let plain = cipher(key).decrypt(&XNonce::from(*nonce), payload).map_err(|_| Rejection::DoesNotOpen)?;
    unpad(&Zeroizing::new(plain))
}

/// Checks a sealed file against its line in the statement, without its key: all that a holder without the key
/// can, and must, check before it keeps one.
///
/// # Errors
/// [`Rejection::OtherSealedFile`].
pub fn check_file(item: &SealedItem, file: &[u8]) -> Result<(), Rejection> {
    let length = (file.len() as u64).checked_sub(OVERHEAD_BYTES as u64);
    let same = length == Some(item.size)
        && is_class(item.size)
        && item.sha256 == <[u8; 32]>::from(Sha256::digest(file));
    if same { Ok(()) } else { Err(Rejection::OtherSealedFile) }
}

/// Whether a size may stand in `statement.sealed`: 1 KiB times a power of two, up to 1 MiB.
pub fn is_class(size: u64) -> bool {
    let (least, most) = (SEALED_CLASS_BYTES_MIN as u64, SEALED_CLASS_BYTES_MAX as u64);
    (least..=most).contains(&size) && size.is_power_of_two()
}

/// That all fields are there and each opens. One rule for both shapes of a statement.
fn check_all(said: &Said, openings: &[Opening]) -> Result<(), Rejection> {
    let commitments = openings.iter().map(|opening| opening.commitment(&said.accord, &said.party));
    if let Some(tree) = &said.tree {
        // Which leaf of the tree differs cannot be told from its root.
        let same = tree.count == openings.len() as u64 && root(commitments) == tree.root;
        return if same { Ok(()) } else { Err(Rejection::SealedContradicts { label: "*".to_owned() }) };
    }
    for (opening, commitment) in openings.iter().zip(commitments) {
        if said.commits.get(&opening.label) != Some(&commitment) {
            return Err(Rejection::SealedContradicts { label: opening.label.clone() });
        }
    }
    let is_opened = |label: &&String| !openings.iter().any(|opening| opening.label == **label);
    match said.commits.keys().find(is_opened) {
        Some(label) => Err(Rejection::SealedContradicts { label: label.clone() }),
        None => Ok(()),
    }
}

/// The content of a plaintext: its length, itself, zeros.
fn unpad(plain: &[u8]) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    let bad = Rejection::BadField { part: PART, field: "padding" };
    let Some((length, rest)) = plain.split_first_chunk::<LENGTH_BYTES>() else { return Err(bad) };
    let length = u32::from_be_bytes(*length) as usize;
    let Some((content, padding)) = rest.split_at_checked(length) else { return Err(bad) };
    // A larger class than needed would be a second form, and could carry a mark.
    if padding.iter().any(|byte| *byte != 0) || size_class(length) != Some(plain.len()) {
        return Err(bad);
    }
    Ok(Zeroizing::new(content.to_vec()))
}

/// The smallest class that holds this many bytes and their length.
fn size_class(bytes: usize) -> Option<usize> {
    let needed = bytes.checked_add(LENGTH_BYTES)?.max(SEALED_CLASS_BYTES_MIN);
    needed.checked_next_power_of_two().filter(|class| *class <= SEALED_CLASS_BYTES_MAX)
}

/// `"detente/sealed/v1" ‖ 0x00 ‖ R ‖ u8 len ‖ party ‖ nonce`.
fn bound(belongs: Belongs<'_>) -> Vec<u8> {
    let party = belongs.party.as_str().as_bytes();
    let length = [party.len() as u8];
    [CONTEXT, belongs.record.bytes().as_slice(), &length, party, belongs.nonce].concat()
}

fn cipher(key: &ItemKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key.0))
}

const CONTEXT: &[u8] = b"detente/sealed/v1\0";
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const LENGTH_BYTES: usize = 4;
const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

#[cfg(test)]
mod tests;
