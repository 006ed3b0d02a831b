//! From text to the bytes of an item: the rules of canon/1.
//!
//! Pure: no table is read at run time but the ones compiled in, and the same text gives the same bytes
//! everywhere. What is absent: nothing here knows a file format, a marking or a warninglist.
//!
//! The work goes in the order of CANONICAL: white space is trimmed, defanged text restored, the type taken
//! as declared or from the grammar, and the rule of the type applied.

mod address;
mod email;
mod guess;
mod hash;
mod name;
mod plain;
mod refang;
mod scan;
mod url;

pub(crate) use address::{mask_v4, mask_v6};
pub use refang::refang;

use crate::item::HEADER_BYTES;
use crate::limits::{DEFANGED_BYTES_MAX, VALUE_BYTES_MAX};
use crate::{Kind, Note, Notes, Reason};

/// What a reader says a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Declared {
    /// Nothing: the type follows from the grammar (CANONICAL, order of work, step 3).
    Unknown,
    /// Exactly this kind.
    Kind(Kind),
    /// An address or a network of either family.
    Address,
    /// A domain name or an address (`hostname`, `dest`, a URL's host).
    Host,
    /// A file hash whose algorithm follows from its length.
    Hash,
    /// A known type that canon/1 does not carry: counted as `type-not-carried`.
    NotCarried,
}

/// Turns one value into the bytes of an item.
///
/// Appends the encoded item to `out` and gives its kind and the notes on it; on `Err` `out` is unchanged.
/// `special_use` keeps private, loopback and other special addresses. A port after an address or a name is
/// split off; a network of full length becomes an address, and so does an IPv6 form of an IPv4 address.
///
/// # Errors
/// The [`Reason`] by which the value is counted as dropped.
pub fn canonicalise(
    declared: Declared,
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
) -> Result<(Kind, Notes), Reason> {
    match plain::canonicalise(declared, text.as_bytes(), special_use, out) {
        Some(result) => result,
        None => by_the_rules(declared, text, special_use, out),
    }
}

/// As [`canonicalise`], for text that is not yet known to be UTF-8.
///
/// # Errors
/// [`Reason::NotUtf8`] besides those of [`canonicalise`]: replaced characters could still pass as a URL, which
/// would be a guess.
pub(crate) fn canonicalise_bytes(
    declared: Declared,
    text: &[u8],
    special_use: bool,
    out: &mut Vec<u8>,
) -> Result<(Kind, Notes), Reason> {
    if let Some(result) = plain::canonicalise(declared, text, special_use, out) {
        return result;
    }
    let text = std::str::from_utf8(text).map_err(|_| Reason::NotUtf8)?;
    by_the_rules(declared, text, special_use, out)
}

/// The whole order of work.
fn by_the_rules(
    declared: Declared,
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
) -> Result<(Kind, Notes), Reason> {
    let start = out.len();
    let mut notes = Notes::default();
    let result = restore_and_apply(declared, text, special_use, out, &mut notes);
    if result.is_err() {
        out.truncate(start);
    }
    result.map(|kind| (kind, notes))
}

fn restore_and_apply(
    declared: Declared,
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    if declared == Declared::NotCarried {
        return Err(Reason::TypeNotCarried);
    }
    let text = text.trim();
    if text.len() > DEFANGED_BYTES_MAX {
        return Err(reason_for(declared));
    }
    let restored = refang(text);
    let text = match &restored {
        None => text,
        Some(restored) => {
            notes.insert(Note::Refanged);
            restored.trim()
        }
    };
    if text.len() > VALUE_BYTES_MAX {
        return Err(reason_for(declared));
    }
    apply(declared, text, special_use, out, notes)
}

/// The rule of the type, on trimmed and restored text.
fn apply(
    declared: Declared,
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    match declared {
        Declared::Unknown => guess::by_grammar(text, special_use, out, notes),
        Declared::Address => address::address_or_network(text, special_use, out, notes),
        Declared::Host => host(text, special_use, out, notes),
        Declared::Hash => hash::by_length(text, out),
        Declared::NotCarried => Err(Reason::TypeNotCarried),
        Declared::Kind(Kind::Ipv4) => address::ipv4(text, special_use, out),
        Declared::Kind(Kind::Ipv6) => address::ipv6(text, special_use, out),
        Declared::Kind(Kind::Cidr) => address::address_or_network(text, special_use, out, notes),
        Declared::Kind(Kind::Domain) => name::domain(without_port(text), out, notes),
        Declared::Kind(Kind::Url) => url::url(text, special_use, out),
        Declared::Kind(Kind::Email) => email::email(text, out),
        Declared::Kind(algorithm) => hash::of_algorithm(algorithm, text, out),
    }
}

/// A name or an address: what is shaped like an address is judged as one.
fn host(text: &str, special_use: bool, out: &mut Vec<u8>, notes: &mut Notes) -> Result<Kind, Reason> {
    if address::is_shaped_like_one(text) {
        address::address(text, special_use, out)
    } else {
        name::domain(without_port(text), out, notes)
    }
}

/// The reason by which a value of this declaration fails when no finer one fits.
fn reason_for(declared: Declared) -> Reason {
    match declared {
        Declared::Unknown => Reason::NotAnIndicator,
        Declared::Address | Declared::Kind(Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr) => Reason::BadAddress,
        Declared::Host | Declared::Kind(Kind::Domain) => Reason::BadName,
        Declared::Kind(Kind::Url) => Reason::BadUrl,
        Declared::Kind(Kind::Email) => Reason::BadEmail,
        Declared::Hash | Declared::Kind(_) => Reason::BadHash,
        Declared::NotCarried => Reason::TypeNotCarried,
    }
}

/// Takes `:port` off a name or a dotted address; text with several colons or other digits is left alone.
fn without_port(text: &str) -> &str {
    match text.split_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => text,
    }
}

fn is_port(digits: &str) -> bool {
    (1..=5).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.parse::<u32>().is_ok_and(|port| port <= u32::from(u16::MAX))
}

/// Writes a header whose length is filled in by [`seal`]; gives where the item begins.
fn open(kind: Kind, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&[kind.type_number(), ITEM_VERSION, 0, 0]);
    start
}

/// Fills in the length of the item that begins at `start`; `Err` if its body is too long for a `u16`.
fn seal(start: usize, out: &mut [u8], too_long: Reason) -> Result<(), Reason> {
    let body = out.len() - start - HEADER_BYTES;
    let length = u16::try_from(body).map_err(|_| too_long)?;
    out[start + 2..start + HEADER_BYTES].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// The second byte of every item of canon/1.
const ITEM_VERSION: u8 = 1;
