//! The name of a party: a short id for machines beside the display name for people.

use std::fmt;

/// A party id: `[a-z][a-z0-9-]{0,31}`. It holds its bytes itself: ids stand in every key of every table, and to follow
/// a pointer for each comparison costs more than the comparison.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId {
    /// The id, with zeros behind it: so they are ordered as text is.
    bytes: [u8; PartyId::BYTES_MAX],
}

impl PartyId {
    /// Longest id, in bytes.
    pub const BYTES_MAX: usize = 32;

    /// Takes an id as written in a file: `None` unless it has exactly the form of an id.
    pub fn parse(id: &str) -> Option<PartyId> {
        let well_formed = id.len() <= PartyId::BYTES_MAX
            && id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let mut bytes = [0; PartyId::BYTES_MAX];
        bytes.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
        well_formed.then_some(PartyId { bytes })
    }

    /// Derives an id from a display name: lower case, everything outside `a-z 0-9` becomes `-`, runs and
    /// ends of `-` go, digits in front go. `None` if nothing is left.
    pub fn from_name(name: &str) -> Option<PartyId> {
        let mut id = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            match c {
                'a'..='z' => id.push(c),
                '0'..='9' if !id.is_empty() => id.push(c),
                _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
                _ => {}
            }
            if id.len() == PartyId::BYTES_MAX {
                break;
            }
        }
        PartyId::parse(id.trim_end_matches('-'))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|b| *b == 0).unwrap_or(PartyId::BYTES_MAX);
        // An id is ASCII.
        self.bytes.get(..end).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default()
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PartyId").field(&self.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_ids_from_names() {
        for (name, id) in [
            ("CERT-B", Some("cert-b")),
            ("cert-b.example", Some("cert-b-example")),
            ("  Wahl Amt (Süd) ", Some("wahl-amt-s-d")),
            ("3com", Some("com")),
            ("ЦЕРТ", None),
            ("", None),
            ("a-very-long-name-that-goes-on-and-on-and-on", Some("a-very-long-name-that-goes-on-an")),
        ] {
            assert_eq!(PartyId::from_name(name).as_ref().map(PartyId::as_str), id, "{name}");
        }
    }
    #[test]
    fn is_ordered_as_its_text() {
        let ids = ["a", "a-b", "a0", "ab", "abcdefghijabcdefghijabcdefghij12", "b"];
        let parsed: Vec<PartyId> = ids.iter().filter_map(|id| PartyId::parse(id)).collect();
        assert_eq!(parsed.iter().map(PartyId::as_str).collect::<Vec<_>>(), ids);
        assert!(parsed.is_sorted());
    }
}
