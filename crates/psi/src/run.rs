//! The names of a run: ids that both sides compute from the statements they signed. Statement ids themselves
//! are computed where statements are known.

/// Which way a run goes, seen from the party that proposed the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The proposer is R and learns the common items.
    ProposerReceives = 0,
    /// The proposer is S; the other party learns.
    ProposerSends = 1,
}

/// BLAKE3-256("detente-psi terms v1" ‖ id of the proposer's `terms` ‖ id of the proposer's `list`).
pub fn terms_id(terms_statement_id: &[u8; 32], list_statement_id: &[u8; 32]) -> [u8; 32] {
    concat_hash(&[b"detente-psi terms v1", terms_statement_id, list_statement_id])
}

/// BLAKE3-256("detente-psi accept v1" ‖ id of the consent ‖ id of the accepting party's `list`).
pub fn accept_id(consent_id: &[u8; 32], list_id: &[u8; 32]) -> [u8; 32] {
    concat_hash(&[b"detente-psi accept v1", consent_id, list_id])
}

/// The session id: BLAKE3-256("detente-psi run v1" ‖ terms_id ‖ accept_id ‖ direction as one byte).
///
/// The direction is in it so that the two runs of a match that both sides learn from share no derived value.
pub fn sid(terms_id: &[u8; 32], accept_id: &[u8; 32], direction: Direction) -> [u8; 32] {
    concat_hash(&[b"detente-psi run v1", terms_id, accept_id, &[direction as u8]])
}

/// All parts but the leading label have fixed lengths, so plain concatenation is unambiguous.
fn concat_hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_their_formulas() {
        let mut bytes = b"detente-psi run v1".to_vec();
        bytes.extend([1; 32]);
        bytes.extend([2; 32]);
        bytes.push(1);
        assert_eq!(sid(&[1; 32], &[2; 32], Direction::ProposerSends), *blake3::hash(&bytes).as_bytes());
    }

    #[test]
    fn ids_depend_on_every_part() {
        assert_ne!(terms_id(&[1; 32], &[2; 32]), terms_id(&[2; 32], &[1; 32]));
        assert_ne!(terms_id(&[1; 32], &[2; 32]), accept_id(&[1; 32], &[2; 32]));
        let there = sid(&[1; 32], &[2; 32], Direction::ProposerReceives);
        assert_ne!(there, sid(&[1; 32], &[2; 32], Direction::ProposerSends));
    }
}
