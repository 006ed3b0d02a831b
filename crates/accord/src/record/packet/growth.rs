//! How a log grew: the full form of the hashes between two sizes, as lines.

use detente_tlog::{Hash, PATH_HASHES_MAX, TreeSize};

use crate::record::path;
use crate::{Rejection, b64};

/// Hashes from which both roots follow: see [`roots_of_full_form`](detente_tlog::roots_of_full_form).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Growth {
    /// The smaller size, above 0.
    pub older: TreeSize,
    /// The larger size.
    pub newer: TreeSize,
    /// The hashes.
    pub hashes: Vec<Hash>,
}

impl Growth {
    /// Reads `<older> <newer> <count>` and as many lines of base64.
    ///
    /// # Errors
    /// [`Rejection::BadField`].
    pub fn decode(bytes: &[u8]) -> Result<Growth, Rejection> {
        let bad = Rejection::BadField { part: "packet", field: "growth" };
        read(bytes).ok_or(bad)
    }

    /// The lines.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} {}\n", self.older, self.newer, self.hashes.len());
        for hash in &self.hashes {
            text += &b64::encode(hash.as_bytes());
            text += "\n";
        }
        text.into_bytes()
    }
}

fn read(bytes: &[u8]) -> Option<Growth> {
    let mut lines = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split('\n');
    let mut numbers = lines.next()?.split(' ').map(path::number);
    let (older, newer, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() || older == 0 || older >= newer || count > PATH_HASHES_MAX as u64 {
        return None;
    }
    let mut hashes = Vec::new();
    for _ in 0..count {
        hashes.push(Hash::from_bytes(b64::decode(lines.next()?)?));
    }
    if lines.next().is_some() {
        return None;
    }
    Some(Growth { older: TreeSize::new(older).ok()?, newer: TreeSize::new(newer).ok()?, hashes })
}
