//! The hello: which party is at the other end of this very channel.
//!
//! TLS proves a key of the card, and a quantum computer could forge that proof some day. The hello proves the node's
//! Ed25519 key and the ML-DSA-44 key over the exporter of the channel, so whoever stole the TLS key alone, or passes
//! one channel on as another, has nothing to show.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use detente_accord::{PartyId, PublicKey, SecretKey};
use ml_dsa::{EncodedSignature, EncodedVerifyingKey, MlDsa44, Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::limits::{HELLO_PAYLOAD_BYTES_MAX, VERSIONS_MAX};
use crate::{LinkKeys, Pin, Rejection};

/// The versions of the link that this program speaks, ascending.
pub const VERSIONS: &[u16] = &[1];

const CONTEXT: &[u8] = b"detente/link-hello/v1\0";
/// An encoded ML-DSA-44 public key (FIPS 204, table 2).
const PQ_KEY_BYTES: usize = 1_312;
/// An ML-DSA-44 signature.
const PQ_SIGNATURE_BYTES: usize = 2_420;

/// Which side of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Dialled.
    Initiator,
    /// Was dialled.
    Responder,
}

impl Role {
    /// The other one.
    pub fn other(self) -> Role {
        match self {
            Role::Initiator => Role::Responder,
            Role::Responder => Role::Initiator,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Role::Initiator => 1,
            Role::Responder => 2,
        }
    }
}

/// What both signatures are over besides the hello itself: this channel, and the two keys that TLS saw. The exporter
/// of TLS 1.3 does not cover the initiator's key (RFC 8446, section 7.5), so the keys stand beside it.
#[derive(Clone, Copy)]
pub struct Channel {
    /// The exporter's output.
    pub exporter: [u8; 32],
    /// The initiator's raw public key of TLS.
    pub initiator_tls: PublicKey,
    /// The responder's.
    pub responder_tls: PublicKey,
}

/// What a hello says, once it was verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hello {
    /// The version that both speak: the highest in common.
    pub version: u16,
    /// Bits for what a version does not imply. None is known yet; unknown ones are no fault.
    pub capabilities: u64,
}

/// Who says a hello to whom.
pub struct Speaker<'a> {
    /// Ours.
    pub party: &'a PartyId,
    /// Its two signatures.
    pub node: &'a SecretKey,
    /// The second of them.
    pub keys: &'a LinkKeys,
}

/// Writes and signs a hello of this side to `to`.
pub fn write(speaker: &Speaker<'_>, to: &PartyId, role: Role, channel: &Channel) -> Vec<u8> {
    let mut hello = Vec::with_capacity(HELLO_PAYLOAD_BYTES_MAX);
    hello.push(VERSIONS.len() as u8);
    VERSIONS.iter().for_each(|version| hello.extend(version.to_le_bytes()));
    hello.extend(0_u64.to_le_bytes());
    for party in [speaker.party, to] {
        hello.push(party.as_str().len() as u8);
        hello.extend(party.as_str().as_bytes());
    }
    hello.extend(speaker.keys.pq_public());
    let signed = signed_bytes(role, channel, &hello);
    hello.extend(speaker.node.sign(&signed));
    hello.extend(speaker.keys.pq_sign(&signed));
    hello
}

/// Reads a hello of `pin`'s party in `role` to `us`, and checks all of it.
///
/// # Errors
/// [`Rejection::BadHello`], [`Rejection::WrongParty`], [`Rejection::NoCommonVersion`], [`Rejection::WrongPqKey`],
/// [`Rejection::BadSignature`], [`Rejection::BadPqSignature`], in this order.
pub fn read(
    bytes: &[u8],
    pin: &Pin,
    us: &PartyId,
    role: Role,
    channel: &Channel,
) -> Result<Hello, Rejection> {
    let parts = Parts::split(bytes).ok_or(Rejection::BadHello)?;
    if parts.from != pin.party || parts.to != *us {
        return Err(Rejection::WrongParty);
    }
    let common = parts.versions.iter().rev().find(|version| VERSIONS.contains(version));
    let version = *common.ok_or(Rejection::NoCommonVersion)?;
    if <[u8; 32]>::from(Sha256::digest(parts.pq_key)) != pin.pq {
        return Err(Rejection::WrongPqKey);
    }
    let signed = signed_bytes(role, channel, parts.unsigned);
    pin.node.verify(&signed, &parts.signature, "hello").map_err(|_| Rejection::BadSignature)?;
    pq_verify(parts.pq_key, &signed, parts.pq_signature).ok_or(Rejection::BadPqSignature)?;
    Ok(Hello { version, capabilities: parts.capabilities })
}

/// A hello cut into its parts; nothing of it is checked but the form.
struct Parts<'a> {
    versions: Vec<u16>,
    capabilities: u64,
    from: PartyId,
    to: PartyId,
    pq_key: &'a [u8; PQ_KEY_BYTES],
    signature: [u8; 64],
    pq_signature: &'a [u8; PQ_SIGNATURE_BYTES],
    unsigned: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(bytes: &'a [u8]) -> Option<Parts<'a>> {
        let (&[count], rest) = bytes.split_first_chunk()?;
        let (versions, rest) = rest.split_at_checked(usize::from(count).checked_mul(2)?)?;
        let versions = ascending(versions)?;
        let (capabilities, rest) = rest.split_first_chunk()?;
        let (from, rest) = party(rest)?;
        let (to, rest) = party(rest)?;
        let (pq_key, signatures) = rest.split_first_chunk()?;
        let unsigned = bytes.get(..bytes.len().checked_sub(signatures.len())?)?;
        let (signature, rest) = signatures.split_first_chunk()?;
        let pq_signature = rest.try_into().ok()?;
        let capabilities = u64::from_le_bytes(*capabilities);
        Some(Parts {
            versions,
            capabilities,
            from,
            to,
            pq_key,
            signature: *signature,
            pq_signature,
            unsigned,
        })
    }
}

/// One to [`VERSIONS_MAX`] versions, each above the one before, none of them 0.
fn ascending(bytes: &[u8]) -> Option<Vec<u16>> {
    let (pairs, _) = bytes.as_chunks();
    let versions: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    let in_form = versions.first().is_some_and(|first| *first > 0)
        && versions.len() <= VERSIONS_MAX
        && versions.is_sorted_by(|a, b| a < b);
    in_form.then_some(versions)
}

fn party(bytes: &[u8]) -> Option<(PartyId, &[u8])> {
    let (&[length], rest) = bytes.split_first_chunk()?;
    let (id, rest) = rest.split_at_checked(usize::from(length))?;
    Some((PartyId::parse(std::str::from_utf8(id).ok()?)?, rest))
}

fn signed_bytes(role: Role, channel: &Channel, unsigned: &[u8]) -> Vec<u8> {
    let keys = [channel.initiator_tls.bytes().as_slice(), channel.responder_tls.bytes()].concat();
    [CONTEXT, &[role.byte()], &channel.exporter, &keys, unsigned].concat()
}

fn pq_verify(key: &[u8; PQ_KEY_BYTES], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = EncodedVerifyingKey::<MlDsa44>::try_from(key.as_slice()).ok()?;
    let signature = EncodedSignature::<MlDsa44>::try_from(signature).ok()?;
    let signature = Signature::decode(&signature)?;
    VerifyingKey::<MlDsa44>::decode(&key).verify_with_context(message, &[], &signature).then_some(())
}
