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

    /// The part of these kinds: others could not match, and would only raise the class that the other side sees.
    pub fn narrowed_to(&self, kinds: &[Kind]) -> Option<Listed> {
        self.filtered(|_, item| {
            Item::from_bytes(item).and_then(Item::kind).is_some_and(|kind| kinds.contains(&kind))
        })
    }

    /// The items at these ranks, ascending.
    pub fn only(&self, ranks: &[usize]) -> Option<Listed> {
        self.filtered(|rank, _| ranks.binary_search(&rank).is_ok())
    }

    fn filtered(&self, keep: impl Fn(usize, &[u8]) -> bool) -> Option<Listed> {
        let (mut packed, mut places) = (Zeroizing::new(Vec::new()), Vec::new());
        for (rank, item) in self.items()?.into_iter().enumerate() {
            if keep(rank, item) {
                packed.extend_from_slice(item);
                places.extend(self.places.get(rank).cloned());
            }
        }
        Some(Listed { packed, sources: self.sources.clone(), places })
    }

    /// For a home. Little-endian: sources, the items as one piece, then for each item how many places and they.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.packed.len() + 16 * self.places.len() + 64));
        put_length(&mut out, self.sources.len());
        for source in &self.sources {
            put_length(&mut out, source.len());
            out.extend_from_slice(source.as_bytes());
        }
        put_length(&mut out, self.packed.len());
        out.extend_from_slice(&self.packed);
        put_length(&mut out, self.places.len());
        for places in &self.places {
            put_length(&mut out, places.len());
            for place in places {
                out.extend_from_slice(&place.source.to_le_bytes());
                out.extend_from_slice(&place.line.to_le_bytes());
            }
        }
        out
    }

    /// From there; `None` if it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Listed> {
        let mut reader = Reader(bytes);
        let sources = (0..reader.length()?)
            .map(|_| reader.piece().and_then(|name| String::from_utf8(name.to_vec()).ok()))
            .collect::<Option<_>>()?;
        let packed = Zeroizing::new(reader.piece()?.to_vec());
        let places = (0..reader.length()?)
            .map(|_| (0..reader.length()?).map(|_| reader.place()).collect())
            .collect::<Option<_>>()?;
        reader.0.is_empty().then_some(Listed { packed, sources, places })
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&(length as u64).to_le_bytes());
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    /// A count or a length: never more than bytes are left.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(u64::from_le_bytes(self.array()?)).ok()?;
        (length <= self.0.len()).then_some(length)
    }

    fn piece(&mut self) -> Option<&'b [u8]> {
        let length = self.length()?;
        let (piece, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }

    fn place(&mut self) -> Option<Place> {
        Some(Place { source: u32::from_le_bytes(self.array()?), line: u64::from_le_bytes(self.array()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Listed {
        let item = |byte: u8| [1, 1, 4, 0, 10, 0, 0, byte];
        let place = |line| vec![Place { source: 0, line }];
        Listed {
            packed: Zeroizing::new([item(1), item(2), item(3)].concat()),
            sources: vec!["ours.csv".to_owned()],
            places: vec![place(4), Vec::new(), place(9)],
        }
    }

    #[test]
    fn a_list_comes_back_from_a_home() {
        let (one, back) = (listed(), Listed::from_bytes(&listed().to_bytes()).unwrap());
        assert_eq!((&one.packed, &one.sources, &one.places), (&back.packed, &back.sources, &back.places));
    }

    #[test]
    fn a_damaged_list_is_none() {
        let bytes = listed().to_bytes();
        for end in 0..bytes.len() {
            assert!(Listed::from_bytes(&bytes[..end]).is_none(), "{end}");
        }
        let more = [&bytes[..], &[0]].concat();
        assert!(Listed::from_bytes(&more).is_none());
    }

    #[test]
    fn common_items_keep_their_places() {
        let only = listed().only(&[0, 2]).unwrap();
        assert_eq!(only.items().unwrap().iter().map(|item| item[7]).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(only.places.iter().map(|places| places[0].line).collect::<Vec<_>>(), [4, 9]);
    }
}
