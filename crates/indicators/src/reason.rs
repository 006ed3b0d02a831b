//! Why a value was dropped, and what was noted about a kept one. The names are interface: they stand in
//! `--json` output and never change their meaning.

use std::fmt;

/// Why a candidate value is not an item (CANONICAL, "Names, printed form, reasons").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// The same item was already read.
    Duplicate,
    /// Nothing that canon/1 knows.
    NotAnIndicator,
    /// Fits two readings, so none is taken.
    Ambiguous,
    /// Declared an address or network, but not one (leading zeros, too few octets, bad length).
    BadAddress,
    /// A private, loopback, link-local, multicast or otherwise special address.
    SpecialUse,
    /// An IPv6 address with a zone id.
    ZoneId,
    /// Not a domain name under UTS-46 and the rules of canon/1.
    BadName,
    /// The last label is numeric, too short or holds an underscore.
    BadLastLabel,
    /// Not a URL under the WHATWG standard, or its host is refused.
    BadUrl,
    /// A URL of another scheme than http and https.
    BadScheme,
    /// Not an e-mail address.
    BadEmail,
    /// Not hexadecimal digits of the declared algorithm's length.
    BadHash,
    /// A known type that canon/1 does not carry (JA3, ASN, CVE, wallet, ssdeep …).
    TypeNotCarried,
    /// Not among the types that were asked for (`--types`).
    TypeNotAsked,
    /// Hit by a warninglist.
    Warninglist,
    /// MISP `to_ids` is false.
    NotForDetection,
    /// A STIX or OpenIOC pattern outside the subset.
    PatternNotCarried,
    /// Withdrawn by its author.
    Revoked,
    /// The line is longer than the reader takes.
    LineTooLong,
    /// The value is not UTF-8.
    NotUtf8,
}

impl Reason {
    /// Every reason, in table order.
    pub const ALL: [Reason; 20] = [
        Reason::Duplicate,
        Reason::NotAnIndicator,
        Reason::Ambiguous,
        Reason::BadAddress,
        Reason::SpecialUse,
        Reason::ZoneId,
        Reason::BadName,
        Reason::BadLastLabel,
        Reason::BadUrl,
        Reason::BadScheme,
        Reason::BadEmail,
        Reason::BadHash,
        Reason::TypeNotCarried,
        Reason::TypeNotAsked,
        Reason::Warninglist,
        Reason::NotForDetection,
        Reason::PatternNotCarried,
        Reason::Revoked,
        Reason::LineTooLong,
        Reason::NotUtf8,
    ];

    /// The kebab-case name in `dropped`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Duplicate => "duplicate",
            Reason::NotAnIndicator => "not-an-indicator",
            Reason::Ambiguous => "ambiguous",
            Reason::BadAddress => "bad-address",
            Reason::SpecialUse => "special-use",
            Reason::ZoneId => "zone-id",
            Reason::BadName => "bad-name",
            Reason::BadLastLabel => "bad-last-label",
            Reason::BadUrl => "bad-url",
            Reason::BadScheme => "bad-scheme",
            Reason::BadEmail => "bad-email",
            Reason::BadHash => "bad-hash",
            Reason::TypeNotCarried => "type-not-carried",
            Reason::TypeNotAsked => "type-not-asked",
            Reason::Warninglist => "warninglist",
            Reason::NotForDetection => "not-for-detection",
            Reason::PatternNotCarried => "pattern-not-carried",
            Reason::Revoked => "revoked",
            Reason::LineTooLong => "line-too-long",
            Reason::NotUtf8 => "not-utf8",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What was changed on the way to a kept item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Note {
    /// A network had host bits set; they were cleared.
    HostBitsCleared,
    /// A leading `*.` or `.` was taken off a name.
    WildcardStripped,
    /// Defanged text was restored.
    Refanged,
}

impl Note {
    /// Every note, in table order.
    pub const ALL: [Note; 3] = [Note::HostBitsCleared, Note::WildcardStripped, Note::Refanged];

    /// The kebab-case name in `notes`.
    pub fn name(self) -> &'static str {
        match self {
            Note::HostBitsCleared => "host-bits-cleared",
            Note::WildcardStripped => "wildcard-stripped",
            Note::Refanged => "refanged",
        }
    }
}

/// A set of [`Note`]s, as small as it can be: every kept item carries one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Notes(u8);

impl Notes {
    /// Adds a note.
    pub fn insert(&mut self, note: Note) {
        self.0 |= 1 << note as u8;
    }

    /// Whether the note is among them.
    pub fn contains(self, note: Note) -> bool {
        self.0 & 1 << note as u8 != 0
    }

    /// The notes of both.
    pub fn and(self, other: Notes) -> Notes {
        Notes(self.0 | other.0)
    }

    /// As one byte, for storing.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn from_bits(bits: u8) -> Notes {
        Notes(bits)
    }

    /// The notes, in table order.
    pub fn iter(self) -> impl Iterator<Item = Note> {
        Note::ALL.into_iter().filter(move |&note| self.contains(note))
    }
}
