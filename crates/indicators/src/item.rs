//! The item: the byte string that takes part in a match, and its printed form.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The kinds of indicator that canon/1 carries, by the names used in flags, JSON and CSV.
///
/// The order of the variants is the order of the kinds in every printed table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An IPv4 address, type 1.
    Ipv4,
    /// An IPv6 address, type 2.
    Ipv6,
    /// An IPv4 or IPv6 network, type 3.
    Cidr,
    /// A domain name in A-labels, type 4.
    Domain,
    /// An http or https URL, type 5.
    Url,
    /// An e-mail address, type 6.
    Email,
    /// A file hash, type 8 with algorithm byte 1.
    Md5,
    /// A file hash, type 8 with algorithm byte 2.
    Sha1,
    /// A file hash, type 8 with algorithm byte 3.
    Sha256,
    /// A file hash, type 8 with algorithm byte 4.
    Sha512,
    /// An import hash, type 8 with algorithm byte 5.
    Imphash,
}

impl Kind {
    /// All kinds, in table order.
    pub const ALL: [Kind; 11] = [
        Kind::Ipv4,
        Kind::Ipv6,
        Kind::Cidr,
        Kind::Domain,
        Kind::Url,
        Kind::Email,
        Kind::Md5,
        Kind::Sha1,
        Kind::Sha256,
        Kind::Sha512,
        Kind::Imphash,
    ];

    /// The name in flags, JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Ipv4 => "ipv4",
            Kind::Ipv6 => "ipv6",
            Kind::Cidr => "cidr",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Md5 => "md5",
            Kind::Sha1 => "sha1",
            Kind::Sha256 => "sha256",
            Kind::Sha512 => "sha512",
            Kind::Imphash => "imphash",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The first two bytes of an item of this kind: type number and version.
    pub(crate) fn type_number(self) -> u8 {
        match self {
            Kind::Ipv4 => 1,
            Kind::Ipv6 => 2,
            Kind::Cidr => 3,
            Kind::Domain => 4,
            Kind::Url => 5,
            Kind::Email => 6,
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512 | Kind::Imphash => 8,
        }
    }

    /// The algorithm byte of a file hash.
    pub(crate) fn hash_algorithm(self) -> Option<u8> {
        match self {
            Kind::Md5 => Some(1),
            Kind::Sha1 => Some(2),
            Kind::Sha256 => Some(3),
            Kind::Sha512 => Some(4),
            Kind::Imphash => Some(5),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Bytes before an item's body: type (1), version (1), length (2, little-endian).
pub(crate) const HEADER_BYTES: usize = 4;

/// A canonical item: `type(u8) ‖ version(u8) = 1 ‖ length(u16, little-endian) ‖ body`.
///
/// Items are what a list must not give away: the type has no `Debug`, and nothing but [`Item::printed`]
/// turns one into text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item<'a>(&'a [u8]);

impl<'a> Item<'a> {
    /// Takes bytes that [`canon`](crate::canon) made.
    pub(crate) fn trusted(bytes: &'a [u8]) -> Item<'a> {
        debug_assert!(bytes.len() >= HEADER_BYTES);
        Item(bytes)
    }

    /// Reads an item back from bytes that were stored. `None` unless header and body length agree and
    /// [`Item::kind`] knows the type.
    pub fn from_bytes(bytes: &'a [u8]) -> Option<Item<'a>> {
        let [_, 1, low, high, body @ ..] = bytes else { return None };
        if usize::from(u16::from_le_bytes([*low, *high])) != body.len() {
            return None;
        }
        let item = Item(bytes);
        item.kind().map(|_| item)
    }

    /// The encoded bytes: what enters the match.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// What stands behind the header.
    pub(crate) fn body(self) -> &'a [u8] {
        self.0.get(HEADER_BYTES..).unwrap_or_default()
    }

    /// The kind, or `None` for an expansion key (types 7, 12, 13), which has no printed kind of its own.
    pub fn kind(self) -> Option<Kind> {
        let body = self.body();
        Some(match (self.0.first()?, body.len(), body.first()) {
            (1, 4, _) => Kind::Ipv4,
            (2, 16, _) => Kind::Ipv6,
            (3, 5 | 17, _) => Kind::Cidr,
            (4, ..) => Kind::Domain,
            (5, ..) => Kind::Url,
            (6, ..) => Kind::Email,
            (8, 17, Some(1)) => Kind::Md5,
            (8, 21, Some(2)) => Kind::Sha1,
            (8, 33, Some(3)) => Kind::Sha256,
            (8, 65, Some(4)) => Kind::Sha512,
            (8, 17, Some(5)) => Kind::Imphash,
            _ => return None,
        })
    }

    /// The printed form, without a copy where the body is text.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.kind() {
            Some(Kind::Domain | Kind::Url | Kind::Email) => String::from_utf8_lossy(self.body()),
            _ => Cow::Owned(self.printed()),
        }
    }

    /// The printed form of CANONICAL: dotted quad, RFC 5952, `network/len`, A-labels, canonical URL or
    /// e-mail address, lower-case hex.
    pub fn printed(self) -> String {
        let body = self.body();
        match self.kind() {
            Some(Kind::Ipv4 | Kind::Ipv6) => printed_address(body),
            Some(Kind::Cidr) => {
                format!("{}/{}", printed_address(&body[1..]), body[0])
            }
            Some(Kind::Domain | Kind::Url | Kind::Email) => String::from_utf8_lossy(body).into_owned(),
            Some(_) => hex(&body[1..]),
            None => hex(self.0),
        }
    }
}

fn printed_address(octets: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        Ipv4Addr::from(v4).to_string()
    } else if let Ok(v6) = <[u8; 16]>::try_from(octets) {
        Ipv6Addr::from(v6).to_string()
    } else {
        hex(octets)
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
