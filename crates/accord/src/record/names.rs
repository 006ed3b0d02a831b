//! Names of a record: its id, its logs, and the keys that sign for them.

use std::fmt;

use detente_tlog::KeyName;
use sha2::{Digest, Sha256};

use crate::{PartyId, Rejection};

/// Longest domain, in bytes; names built on it stay within the 255 of a key name.
pub const DOMAIN_BYTES_MAX: usize = 128;

/// The id of a record: SHA-256 of its charter's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordId([u8; 32]);

impl RecordId {
    /// The id of the record with this charter.
    pub fn of(charter: &[u8]) -> RecordId {
        RecordId(Sha256::digest(charter).into())
    }

    /// An id that was computed before.
    pub fn from_bytes(bytes: [u8; 32]) -> RecordId {
        RecordId(bytes)
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse_hex(text: &str) -> Option<RecordId> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let is_digit = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if pairs.len() != 32 || !rest.is_empty() || !text.bytes().all(|b| is_digit(&b)) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(RecordId(bytes))
    }

    /// The first 32 digits, which stand in the names of its logs. Half of them could be met by a founder who
    /// builds charters until two agree.
    pub fn prefix(&self) -> String {
        let mut digits = self.to_string();
        digits.truncate(32);
        digits
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One log: whose it is, and under which generation of keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogId {
    /// The author.
    pub party: PartyId,
    /// From 0; each planned change of keys begins another.
    pub epoch: u64,
}

impl LogId {
    /// The log of a party in an epoch.
    pub fn new(party: PartyId, epoch: u64) -> LogId {
        LogId { party, epoch }
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.party, self.epoch)
    }
}

/// How the keys of one record are named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names {
    domain: String,
    record: RecordId,
}

impl Names {
    /// The names under a domain, which need not resolve.
    ///
    /// # Errors
    /// [`Rejection::BadField`] unless the domain is 1 to [`DOMAIN_BYTES_MAX`] of `[a-z0-9.-]`, without a dot or
    /// hyphen at an end.
    pub fn new(domain: &str, record: RecordId) -> Result<Names, Rejection> {
        let ends = |c: Option<u8>| matches!(c, Some(b'a'..=b'z' | b'0'..=b'9'));
        let inner = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        let well_formed = domain.len() <= DOMAIN_BYTES_MAX
            && domain.bytes().all(inner)
            && ends(domain.bytes().next())
            && ends(domain.bytes().last());
        if !well_formed {
            return Err(Rejection::BadField { part: "charter", field: "domain" });
        }
        Ok(Names { domain: domain.to_owned(), record })
    }

    /// The record.
    pub fn record(&self) -> &RecordId {
        &self.record
    }

    /// The origin of a log, which is also the name of its keys.
    pub fn origin(&self, log: &LogId) -> KeyName {
        self.name('r', log)
    }

    /// The name under which a party cosigns what it has stored.
    pub fn mirror(&self, log: &LogId) -> KeyName {
        self.name('m', log)
    }

    /// The name under which an observer without leaves cosigns.
    pub fn witness(&self, log: &LogId) -> KeyName {
        self.name('w', log)
    }

    /// The log of an origin of this record.
    pub fn log_of(&self, origin: &KeyName) -> Option<LogId> {
        let rest = origin.as_str().strip_prefix(&self.domain)?.strip_prefix("/r/")?;
        let rest = rest.strip_prefix(&self.record.prefix())?.strip_prefix('/')?;
        let (party, epoch) = rest.split_once('/')?;
        let log = LogId::new(PartyId::parse(party)?, epoch.parse().ok()?);
        // A number has one form: what does not give the same name again had another.
        (self.origin(&log) == *origin).then_some(log)
    }

    fn name(&self, kind: char, log: &LogId) -> KeyName {
        let text = format!("{}/{kind}/{}/{}/{}", self.domain, self.record.prefix(), log.party, log.epoch);
        KeyName::parse(&text).expect("domain, party and number are short and have no space or plus")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> LogId {
        LogId::new(PartyId::parse("a").unwrap(), 0)
    }

    #[test]
    fn names_of_the_vector() {
        let names = Names::new("accord.example", RecordId::of(b"{\"example\":true}")).unwrap();
        let origin = names.origin(&log());
        assert_eq!(origin.as_str(), "accord.example/r/bba2d36669004a3ef16764b0dfe370df/a/0");
        assert_eq!(names.mirror(&log()).as_str(), "accord.example/m/bba2d36669004a3ef16764b0dfe370df/a/0");
        assert_eq!(names.log_of(&origin), Some(log()));
        for other in ["/r/bba2d36669004a3ef16764b0dfe370df/a/00", "/m/bba2d36669004a3ef16764b0dfe370df/a/0"] {
            let other = KeyName::parse(&format!("accord.example{other}")).unwrap();
            assert_eq!(names.log_of(&other), None, "{other}");
        }
    }

    #[test]
    fn an_id_has_one_form() {
        let id = RecordId::of(b"x");
        assert_eq!(RecordId::parse_hex(&id.to_string()), Some(id));
        assert_eq!(RecordId::parse_hex(&id.to_string().to_uppercase()), None);
        assert_eq!(RecordId::parse_hex(&id.prefix()), None);
    }

    #[test]
    fn refuses_domains_out_of_form() {
        for domain in ["", "-a", "a.", "A.example", "a b", "ä.example", &"a".repeat(129)] {
            assert!(Names::new(domain, RecordId::of(b"x")).is_err(), "{domain}");
        }
    }
}
