//! A list as it enters a match: encoded items, and where each stood.

use std::collections::BTreeMap;

use detente_indicators::{Item, Kind};
use zeroize::Zeroizing;

/// Where an item stood in our own files. It never leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Which of [`Listed::sources`].
    pub source: u32,
    /// The line, from 1.
    pub line: u64,
}

/// Encoded items, bytewise ascending, without duplicates, with their places. As secret as the list: no `Debug`.
pub struct Listed {
    /// The items one after the other, each with its header.
    pub packed: Zeroizing<Vec<u8>>,
    /// The names of the files.
    pub sources: Vec<String>,
    /// Where each item stood, by rank; empty where nobody kept it.
    pub places: Vec<Vec<Place>>,
}

impl Listed {
    /// The items; `None` if they are damaged.
    pub fn items(&self) -> Option<Vec<&[u8]>> {
        let (mut items, mut rest) = (Vec::new(), self.packed.as_slice());
        while let [_, _, low, high, ..] = rest {
            let (item, after) = rest.split_at_checked(4 + usize::from(u16::from_le_bytes([*low, *high])))?;
            items.push(item);
            rest = after;
        }
        rest.is_empty().then_some(items)
    }

    /// How many items of each kind; `None` if they are damaged.
    pub fn counts(&self) -> Option<BTreeMap<Kind, u64>> {
        let mut counts = BTreeMap::new();
        for item in self.items()? {
            *counts.entry(Item::from_bytes(item)?.kind()?).or_insert(0) += 1;
        }
        Some(counts)
    }
}
