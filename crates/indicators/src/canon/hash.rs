//! Type 8: file hashes, from hexadecimal digits. An algorithm is never guessed but from the length.

use super::{open, seal};
use crate::{Kind, Reason};

/// The algorithm that has this many digits; 32 digits are an MD5 unless declared an import hash.
pub(super) fn algorithm_of_length(digits: usize) -> Option<Kind> {
    match digits {
        32 => Some(Kind::Md5),
        40 => Some(Kind::Sha1),
        64 => Some(Kind::Sha256),
        128 => Some(Kind::Sha512),
        _ => None,
    }
}

/// Whether `text` is hexadecimal digits of a known length.
pub(super) fn is_shaped_like_one(text: &str) -> bool {
    algorithm_of_length(text.len()).is_some() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A hash whose algorithm follows from its length.
pub(super) fn by_length(text: &str, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let algorithm = algorithm_of_length(text.len()).ok_or(Reason::BadHash)?;
    of_algorithm(algorithm, text, out)
}

/// A hash of this algorithm.
pub(super) fn of_algorithm(algorithm: Kind, text: &str, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    of_algorithm_bytes(algorithm, text.as_bytes(), out)
}

/// As [`of_algorithm`].
pub(super) fn of_algorithm_bytes(algorithm: Kind, text: &[u8], out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let number = algorithm.hash_algorithm().ok_or(Reason::BadHash)?;
    let same_length = if algorithm == Kind::Imphash { Kind::Md5 } else { algorithm };
    if algorithm_of_length(text.len()) != Some(same_length) {
        return Err(Reason::BadHash);
    }
    let start = open(algorithm, out);
    out.push(number);
    for pair in text.chunks_exact(2) {
        let (high, low) = (digit(pair[0]).ok_or(Reason::BadHash)?, digit(pair[1]).ok_or(Reason::BadHash)?);
        out.push(high << 4 | low);
    }
    seal(start, out, Reason::BadHash)?;
    Ok(algorithm)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
