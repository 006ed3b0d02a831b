//! Pieces of the names of members: numbers, hashes and parties, each in one form.

use super::names::LogId;
use crate::PartyId;
use crate::jcs::INTEGER_MAX;

/// A number in decimal, without sign and leading zeros, below 2^53.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() > 1 && text.starts_with('0') {
        return None;
    }
    text.parse().ok().filter(|number| *number <= INTEGER_MAX)
}

/// A hash in 64 lower-case hexadecimal digits.
pub(crate) fn hash(text: &str) -> Option<[u8; 32]> {
    super::RecordId::parse_hex(text).map(|id| *id.bytes())
}

/// The 64 digits of a hash.
pub(crate) fn hex(hash: &[u8; 32]) -> String {
    super::RecordId::from_bytes(*hash).to_string()
}

/// A log as `<party>/<epoch>`.
pub(crate) fn log(party: &str, epoch: &str) -> Option<LogId> {
    Some(LogId::new(PartyId::parse(party)?, number(epoch)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("9007199254740991"), Some(INTEGER_MAX));
        for other in ["", "00", "01", "+1", "-1", "1 ", "9007199254740992", "99999999999999999999", "１"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn a_hash_has_one_form() {
        assert_eq!(hash(&hex(&[0xab; 32])), Some([0xab; 32]));
        assert_eq!(hash(&hex(&[0xab; 32]).to_uppercase()), None);
    }
}
