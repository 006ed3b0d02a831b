//! From text to the bytes of an item: the rules of canon/1.

use crate::{Kind, Note, Reason};

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
pub fn canonicalise(
    _declared: Declared,
    _text: &str,
    _special_use: bool,
    _out: &mut Vec<u8>,
) -> Result<(Kind, Vec<Note>), Reason> {
    Err(Reason::NotAnIndicator)
}
