//! Salted commitments to the fields of a statement: what is said can be shown field by field, and erased.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::jcs::Value;
use crate::{PartyId, Rejection, b64};

/// One opened field: salt, label, value.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// 32 random bytes of this field alone.
    pub salt: [u8; 32],
    /// The label, as the statement's type names it.
    pub label: String,
    /// The committed value.
    pub value: Value,
}

impl Opening {
    /// The commitment that stands in the statement. Accord and party are inside, so that nobody can copy
    /// another's commitment and later claim the opened text.
    pub fn commitment(&self, accord: &[u8; 32], party: &PartyId) -> [u8; 32] {
        let party = party.as_str().as_bytes();
        let value = self.value.encode();
        Sha256::new()
            .chain_update(b"detente/field/v1\0")
            .chain_update(accord)
            .chain_update([party.len() as u8])
            .chain_update(party)
            .chain_update(self.salt)
            .chain_update((self.label.len() as u16).to_be_bytes())
            .chain_update(&self.label)
            .chain_update((value.len() as u32).to_be_bytes())
            .chain_update(&value)
            .finalize()
            .into()
    }

    /// The triple `[salt, label, value]`.
    pub fn to_value(&self) -> Value {
        Value::Array(vec![
            Value::text(b64::encode(&self.salt)),
            Value::text(self.label.as_str()),
            self.value.clone(),
        ])
    }

    /// Reads a triple.
    ///
    /// # Errors
    /// [`Rejection::BadField`].
    pub fn from_value(value: Value, part: &'static str) -> Result<Opening, Rejection> {
        let bad = Rejection::BadField { part, field: "opened field" };
        let Value::Array(triple) = value else { return Err(bad) };
        let Ok([Value::Text(salt), Value::Text(label), value]) = <[Value; 3]>::try_from(triple) else {
            return Err(bad);
        };
        let salt = b64::decode(&salt).ok_or(bad)?;
        Ok(Opening { salt, label, value })
    }
}

/// Checks that every opened field stands in `commits`, each label at most once and in order.
///
/// # Errors
/// [`Rejection::BadField`] naming what does not fit.
pub(crate) fn check_openings(
    openings: &[Opening],
    commits: &BTreeMap<String, [u8; 32]>,
    accord: &[u8; 32],
    party: &PartyId,
    part: &'static str,
) -> Result<(), Rejection> {
    let ascending = openings.windows(2).all(|pair| matches!(pair, [a, b] if a.label < b.label));
    let committed = openings
        .iter()
        .all(|opening| commits.get(&opening.label) == Some(&opening.commitment(accord, party)));
    if ascending && committed { Ok(()) } else { Err(Rejection::BadField { part, field: "opened field" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix A of the record's specification.
    #[test]
    fn opens_the_field_of_the_vector() {
        let accord = b64::decode("u6LTZmkASj7xZ2Sw3+Nw38DCImOXbf09iWNws/o5vg0=").unwrap();
        let opening = Opening {
            salt: b64::decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap(),
            label: "text".into(),
            value: Value::text("Is this yours?"),
        };
        let commitment = opening.commitment(&accord, &PartyId::parse("a").unwrap());
        assert_eq!(b64::encode(&commitment), "KAHVOghdYlRjVYuAO1caK7ftqeMTAaTQH90Uhf/e708=");
    }
}
