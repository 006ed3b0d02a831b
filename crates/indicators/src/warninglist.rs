//! Warninglists in the form of MISP (FORMATS, section 4): values so common or so harmless that a match on them
//! says nothing. No list is applied that the user does not name, and nothing is fetched.
//!
//! Where MISP compares what users typed, this compares canonical items; entries are brought into the same form.

mod kinds;
mod networks;
mod patterns;

use std::io::Read;
use std::{error, fmt};

use aho_corasick::AhoCorasick;
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use regex::Regex;
use serde::Deserialize;

use self::networks::Networks;
use crate::canon::{Declared, canonicalise};
use crate::limits::WARNINGLIST_BYTES_MAX;
use crate::read::{ReadError, unpack};
use crate::{Item, Kind};

/// One list.
pub struct Warninglist {
    name: String,
    /// The kinds it is about, by position in [`Kind::ALL`].
    kinds: [bool; Kind::ALL.len()],
    rule: Rule,
    skipped: usize,
}

type Texts = HashSet<Box<str>, RandomState>;

enum Rule {
    /// The value is an entry, without regard to case.
    Whole(Texts),
    /// The host is an entry or lies below one.
    Host(Texts),
    /// The address or network lies in an entry.
    Network(Networks),
    /// An entry stands somewhere in the value.
    Part(AhoCorasick),
    /// An entry describes the value.
    Pattern(Vec<Regex>),
}

/// Why a list cannot be applied. A list is applied whole or not at all.
#[derive(Debug)]
#[non_exhaustive]
pub enum WarninglistError {
    /// The file could not be read.
    Read(ReadError),
    /// Not the JSON of a warninglist.
    Malformed {
        /// What is wrong and where.
        detail: String,
    },
    /// A type of list that is not known.
    UnknownType {
        /// The list's name.
        name: String,
        /// The type it says it has.
        kind: String,
    },
    /// An entry that is not what the list's type says.
    BadEntry {
        /// The list's name.
        name: String,
        /// Which entry, counted from 1.
        entry: usize,
        /// What is wrong with it.
        detail: String,
    },
}

/// The file. Other members are of no use here.
#[derive(Deserialize)]
struct Raw {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    list: Vec<String>,
    matching_attributes: Option<Vec<String>>,
}

impl Warninglist {
    /// Reads a list from JSON, plain or in gzip or zstd.
    ///
    /// # Errors
    /// [`WarninglistError`]; a pattern that is not supported refuses the whole list.
    pub fn read(input: impl Read) -> Result<Warninglist, WarninglistError> {
        let mut json = Vec::new();
        let content = unpack::unpacked(input, WARNINGLIST_BYTES_MAX).map_err(WarninglistError::Read)?;
        let bounded = content.take(WARNINGLIST_BYTES_MAX + 1).read_to_end(&mut json);
        bounded.map_err(|error| WarninglistError::Read(error.into()))?;
        if json.len() as u64 > WARNINGLIST_BYTES_MAX {
            let bytes_max = WARNINGLIST_BYTES_MAX;
            return Err(WarninglistError::Read(ReadError::TooLarge { bytes_max }));
        }
        Warninglist::parse(&json)
    }

    /// Reads a list from JSON.
    ///
    /// # Errors
    /// As [`Warninglist::read`].
    pub fn parse(json: &[u8]) -> Result<Warninglist, WarninglistError> {
        let raw: Raw = serde_json::from_slice(json)
            .map_err(|error| WarninglistError::Malformed { detail: error.to_string() })?;
        let mut skipped = 0;
        let bad_entry = |(entry, detail): (usize, String)| WarninglistError::BadEntry {
            name: raw.name.clone(),
            entry: entry + 1,
            detail,
        };
        let rule = match raw.kind.as_deref().unwrap_or("string") {
            "string" => Rule::Whole(raw.list.iter().flat_map(|entry| whole_forms(entry)).collect()),
            "hostname" => {
                let hosts = raw.list.iter().filter_map(|entry| host(entry));
                let hosts: Texts = hosts.collect();
                skipped = raw.list.iter().filter(|entry| host(entry).is_none()).count();
                Rule::Host(hosts)
            }
            "cidr" => Rule::Network(Networks::new(&raw.list).map_err(bad_entry)?),
            "substring" => Rule::Part(patterns::parts(&raw.list).map_err(bad_entry)?),
            "regex" => Rule::Pattern(patterns::regexes(&raw.list).map_err(bad_entry)?),
            kind => {
                let kind = kind.to_owned();
                return Err(WarninglistError::UnknownType { name: raw.name, kind });
            }
        };
        let kinds = kinds::of_attributes(raw.matching_attributes.as_deref().unwrap_or_default());
        Ok(Warninglist { name: raw.name, kinds, rule, skipped })
    }

    /// The name it gives itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Entries that are not applied because they are a public suffix such as `co.uk`, which would hit every
    /// name below it.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Whether it hits this item.
    pub fn hits(&self, item: Item<'_>) -> bool {
        let Some(kind) = item.kind().filter(|&kind| self.kinds[kind as usize]) else { return false };
        match &self.rule {
            Rule::Network(networks) => networks.contain(kind, item.body()),
            Rule::Whole(texts) => texts.contains(item.text().to_lowercase().as_str()),
            Rule::Host(hosts) => host_of(kind, &item.text()).is_some_and(|name| lies_below(name, hosts)),
            Rule::Part(parts) => parts.is_match(item.text().as_bytes()),
            Rule::Pattern(patterns) => patterns.iter().any(|pattern| pattern.is_match(&item.text())),
        }
    }
}

/// An entry as written and as the item that it would be, both without regard to case.
fn whole_forms(entry: &str) -> impl Iterator<Item = Box<str>> {
    let mut bytes = Vec::new();
    let canonical = canonicalise(Declared::Unknown, entry, true, &mut bytes).is_ok();
    let item = canonical.then(|| Item::trusted(&bytes).printed().to_lowercase().into_boxed_str());
    std::iter::once(entry.trim().to_lowercase().into_boxed_str()).chain(item)
}

/// An entry of a list of host names, in A-labels; `None` for a public suffix. Suffixes that private parties
/// let out (`dyndns.org`) are what such lists are about, and stay.
fn host(entry: &str) -> Option<Box<str>> {
    let entry = entry.trim().trim_matches('.').to_lowercase();
    let mut bytes = Vec::new();
    let is_name = canonicalise(Declared::Kind(Kind::Domain), &entry, true, &mut bytes).is_ok();
    let name = if is_name { Item::trusted(&bytes).printed() } else { entry };
    let suffix = psl::suffix(name.as_bytes())?;
    let is_bare = suffix.as_bytes() == name.as_bytes() && suffix.typ() != Some(psl::Type::Private);
    (!is_bare).then(|| name.into_boxed_str())
}

/// The name or address of the host that a value is about.
fn host_of(kind: Kind, text: &str) -> Option<&str> {
    match kind {
        Kind::Domain => Some(text),
        Kind::Email => text.rsplit_once('@').map(|(_, domain)| domain),
        Kind::Url => {
            let (_, rest) = text.split_once("://")?;
            let host = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
            // Canonical URLs have no user information; an address in brackets is no name.
            Some(host.rsplit_once(':').map_or(host, |(host, _)| host))
        }
        _ => None,
    }
}

fn lies_below(name: &str, hosts: &Texts) -> bool {
    let parents = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
    std::iter::once(name).chain(parents).any(|suffix| hosts.contains(suffix))
}

impl fmt::Display for WarninglistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WarninglistError::Read(error) => write!(f, "{error}"),
            WarninglistError::Malformed { detail } => write!(f, "not a warninglist: {detail}"),
            WarninglistError::UnknownType { name, kind } => {
                write!(f, "warninglist {name:?} has the unknown type {kind:?}")
            }
            WarninglistError::BadEntry { name, entry, detail } => {
                write!(f, "entry {entry} of warninglist {name:?}: {detail}")
            }
        }
    }
}

impl error::Error for WarninglistError {}
