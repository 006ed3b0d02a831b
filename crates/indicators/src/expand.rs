//! Keys beside the items, by which relations wider than equality become equality (CANONICAL, "Relations by
//! exact matching of expanded keys"). Off unless the signed terms name them.
//!
//! Pure: one item in, its further keys out, each an encoded item of its own. The map from key to item, the
//! deduplication over a list and the budgets that keys cost are the caller's.

use std::fmt;

use crate::canon::{mask_v4, mask_v6};
use crate::item::HEADER_BYTES;
use crate::limits::EXPANSION_KEYS_MAX;
use crate::{Item, Kind};

/// Which expansions the terms name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expansions {
    /// Addresses within networks.
    pub cidr: bool,
    /// Names below names.
    pub tree: bool,
    /// URLs without query, and host with the first parts of the path.
    pub url: bool,
    /// E-mail addresses without their +tag.
    pub mail: bool,
}

impl Expansions {
    /// None of them.
    pub const NONE: Expansions = Expansions { cidr: false, tree: false, url: false, mail: false };

    /// Their names as terms and flags write them, in alphabetical order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.cidr, "cidr"), (self.mail, "mail"), (self.tree, "tree"), (self.url, "url")];
        all.into_iter().filter(|(is_named, _)| *is_named).map(|(_, name)| name)
    }
}

/// Which side of a relation an item stands on. A side that holds both kinds of thing asks for both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// What was seen: addresses and full names.
    Observation,
    /// What it is held against: networks, and names that mean all below them.
    Rule,
}

/// A rule that no agreed length can carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unexpandable {
    /// The network is wider than the widest agreed length: `16` and `32`.
    TooWide {
        /// Its length.
        length: u8,
    },
    /// The next agreed length is so much longer that the network would be more than
    /// [`EXPANSION_KEYS_MAX`] keys.
    TooManyKeys {
        /// Its length.
        length: u8,
    },
}

impl fmt::Display for Unexpandable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unexpandable::TooWide { length } => {
                write!(f, "a network of length {length} is too wide to expand")
            }
            Unexpandable::TooManyKeys { length } => {
                write!(f, "a network of length {length} would need more than {EXPANSION_KEYS_MAX} keys")
            }
        }
    }
}

impl std::error::Error for Unexpandable {}

/// Hands the further keys of `item` to `put`, never the item itself.
///
/// # What the peer learns
/// A key that both sides hold tells that something lies under it: a /16 that matches says "some address there".
///
/// # Errors
/// [`Unexpandable`] for a network that has no keys; `put` was not called then.
pub fn keys(
    item: Item<'_>,
    role: Role,
    expansions: Expansions,
    put: &mut dyn FnMut(&[u8]),
) -> Result<(), Unexpandable> {
    let body = item.body();
    match (item.kind(), role) {
        (Some(Kind::Ipv4 | Kind::Ipv6), Role::Observation) if expansions.cidr => prefixes_of(body, put),
        (Some(Kind::Ipv4 | Kind::Ipv6), Role::Rule) if expansions.cidr => {
            put(&prefix_key(body, (body.len() * 8) as u8));
        }
        (Some(Kind::Cidr), Role::Rule) if expansions.cidr => return split(body[0], &body[1..], put),
        (Some(Kind::Domain), Role::Observation) if expansions.tree => parents(body, put),
        (Some(Kind::Domain), Role::Rule) if expansions.tree => own_name(body, put),
        (Some(Kind::Url), _) if expansions.url => url_prefixes(body, put),
        (Some(Kind::Email), _) if expansions.mail => without_tag(body, put),
        _ => {}
    }
    Ok(())
}

/// The agreed lengths of a family, by the bytes of its addresses.
fn lengths(address_bytes: usize) -> &'static [u8] {
    if address_bytes == 4 { &LENGTHS_V4 } else { &LENGTHS_V6 }
}

fn prefixes_of(address: &[u8], put: &mut dyn FnMut(&[u8])) {
    for &length in lengths(address.len()) {
        put(&prefix_key(address, length));
    }
}

/// A network as networks of the next agreed length.
fn split(length: u8, network: &[u8], put: &mut dyn FnMut(&[u8])) -> Result<(), Unexpandable> {
    let agreed = lengths(network.len());
    if agreed.first().is_none_or(|&widest| length < widest) {
        return Err(Unexpandable::TooWide { length });
    }
    let Some(&next) = agreed.iter().find(|&&next| next >= length) else {
        return Err(Unexpandable::TooWide { length });
    };
    let count = 1_u128.checked_shl(u32::from(next - length)).unwrap_or(u128::MAX);
    if count > EXPANSION_KEYS_MAX {
        return Err(Unexpandable::TooManyKeys { length });
    }
    let bits = network.len() as u32 * 8;
    let first = number(network);
    for part in 0..count {
        let part = first | (part << (bits - u32::from(next)));
        put(&prefix_key(&part.to_be_bytes()[16 - network.len()..], next));
    }
    Ok(())
}

fn number(address: &[u8]) -> u128 {
    address.iter().fold(0, |number, &byte| number << 8 | u128::from(byte))
}

/// Type 12: family, length, and the bytes that the length covers, with the bits behind it cleared.
fn prefix_key(address: &[u8], length: u8) -> Vec<u8> {
    let masked = match <[u8; 4]>::try_from(address) {
        Ok(octets) => mask_v4(u32::from_be_bytes(octets), length).unwrap_or_default().to_be_bytes().to_vec(),
        Err(_) => mask_v6(number(address), length).unwrap_or_default().to_be_bytes().to_vec(),
    };
    let covered = usize::from(length).div_ceil(8);
    let family = if address.len() == 4 { 4 } else { 6 };
    encoded(PREFIX_KEY, &[&[family, length], &masked[..covered]])
}

/// Type 13 for every name above this one, down to and including the registrable domain.
fn parents(name: &[u8], put: &mut dyn FnMut(&[u8])) {
    let Some(registrable) = psl::domain(name) else { return };
    let shortest = registrable.as_bytes().len();
    for dot in memchr::memchr_iter(b'.', name) {
        let parent = &name[dot + 1..];
        if parent.len() >= shortest {
            put(&encoded(SUFFIX_KEY, &[parent]));
        }
    }
}

/// Type 13 for a name that means all below it; a public suffix would mean everybody.
fn own_name(name: &[u8], put: &mut dyn FnMut(&[u8])) {
    if psl::domain(name).is_some() {
        put(&encoded(SUFFIX_KEY, &[name]));
    }
}

/// The URL without its query, and host with one to three parts of the path. The latter are written without
/// scheme, so that they are the same for http and https and never equal to a URL.
fn url_prefixes(url: &[u8], put: &mut dyn FnMut(&[u8])) {
    let without_query = &url[..memchr::memchr(b'?', url).unwrap_or(url.len())];
    let kind = Kind::Url.type_number();
    if without_query.len() < url.len() {
        put(&encoded(kind, &[without_query]));
    }
    let Some(scheme_end) = memchr::memmem::find(without_query, b"://") else { return };
    let rest = &without_query[scheme_end + 3..];
    let Some(path_start) = memchr::memchr(b'/', rest) else { return };
    let path = &rest[path_start + 1..];
    let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
    let mut last_end = 0;
    for end in ends.take(PATH_DEPTH) {
        // A slash at the end opens a part that is not there.
        if end > last_end {
            put(&encoded(kind, &[&rest[..path_start + 1 + end]]));
        }
        last_end = end + 1;
    }
}

/// Type 7. An address without a tag has it as well: the key is what both sides' variants have in common.
fn without_tag(address: &[u8], put: &mut dyn FnMut(&[u8])) {
    let Some(at) = memchr::memrchr(b'@', address) else { return };
    let local = &address[..at];
    let untagged = &local[..memchr::memchr(b'+', local).unwrap_or(local.len())];
    if !untagged.is_empty() {
        put(&encoded(UNTAGGED_EMAIL, &[untagged, &address[at..]]));
    }
}

fn encoded(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut key = Vec::with_capacity(HEADER_BYTES + length);
    key.extend_from_slice(&[kind, 1]);
    // Every key is shorter than the item it is made from, but for its fixed parts.
    key.extend_from_slice(&(length as u16).to_le_bytes());
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

const UNTAGGED_EMAIL: u8 = 7;
const PREFIX_KEY: u8 = 12;
const SUFFIX_KEY: u8 = 13;

/// Λ4 of CANONICAL.
const LENGTHS_V4: [u8; 7] = [16, 20, 22, 24, 26, 28, 32];

/// Λ6 of CANONICAL.
const LENGTHS_V6: [u8; 7] = [32, 40, 44, 48, 56, 64, 128];

const PATH_DEPTH: usize = 3;
