//! Why input was refused. Numbers only: no item, element or key ever stands in a rejection.

use std::fmt;

/// What made an input unacceptable. Indices, ranks and chunks count from 0; the first fault is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The machine does not take this input at this stage; after any rejection it takes none.
    OutOfTurn {
        /// Where the machine stands.
        stage: &'static str,
        /// What came.
        input: &'static str,
    },
    /// A body shorter than the agreed classes imply.
    BodyTooShort {
        /// The length that the classes imply, in bytes.
        expected: u64,
        /// The length that came, in bytes.
        found: u64,
    },
    /// A body longer than the agreed classes imply.
    BodyTooLong {
        /// The length that the classes imply, in bytes.
        expected: u64,
        /// The length that came, in bytes.
        found: u64,
    },
    /// An element that is not the canonical encoding of a group element (RFC 9496, section 4.3.1).
    ElementNotCanonical {
        /// Its place in the body.
        index: u64,
    },
    /// The identity where an element is due (RFC 9497, section 3.3).
    ElementIdentity {
        /// Its place in the body.
        index: u64,
    },
    /// An element of an ask that sorts before the one in front of it.
    ElementsNotAscending {
        /// Its place in the body.
        index: u64,
    },
    /// An element of an ask that equals the one in front of it.
    ElementRepeated {
        /// Its place in the body.
        index: u64,
    },
    /// A vector of ML-KEM with a coefficient that is not below 3329 (FIPS 203, section 7.2).
    CoefficientNotReduced {
        /// The place of the vector in the body.
        index: u64,
    },
    /// A public key that is not the canonical encoding of a group element.
    KeyNotCanonical,
    /// A public key that is the identity.
    KeyIdentity,
    /// A tag of an answer that does not sort after the one in front of it.
    TagsNotAscending {
        /// Its place among the tags.
        index: u64,
    },
    /// A proof that does not hold for its chunk, or whose scalars are not canonical.
    ProofInvalid {
        /// The chunk of the body that it stands for.
        chunk: u64,
    },
    /// The machine's own proof did not hold before release: a computing fault. Nothing was released.
    OwnProofInvalid {
        /// The chunk of the body that it stands for.
        chunk: u64,
    },
    /// The peer has given up; why it does not say.
    PeerAborted,
    /// The code `fast` for a class below those it is offered for.
    CodeNotOffered {
        /// The size of the asker's class.
        class: u64,
    },
    /// What was opened is not what was committed to.
    CommitmentBroken,
    /// R's inputs to the correlation do not pass the check.
    CorrelationInconsistent,
    /// S's trees do not pass the check.
    TreesInconsistent,
    /// Message 6 was not complete in time.
    TooLate {
        /// The limit in milliseconds.
        limit: u64,
        /// What it took in milliseconds.
        taken: u64,
    },
    /// The list did not fit the key-value store. Happens by chance about once in 2^40 runs; the run is over,
    /// and another needs new terms.
    EncodingFailed,
    /// An item without bytes.
    ItemEmpty {
        /// Its place in the list.
        rank: u64,
    },
    /// An item of type 0, which only padding may have.
    ItemTypeZero {
        /// Its place in the list.
        rank: u64,
    },
    /// An item longer than [`ITEM_BYTES_MAX`](crate::ITEM_BYTES_MAX).
    ItemTooLong {
        /// Its place in the list.
        rank: u64,
        /// Its length in bytes.
        bytes: u64,
    },
    /// An item that sorts before the one in front of it.
    ItemsNotAscending {
        /// Its place in the list.
        rank: u64,
    },
    /// An item that equals the one in front of it.
    ItemRepeated {
        /// Its place in the list.
        rank: u64,
    },
    /// More items than the class holds.
    ItemsOverClass {
        /// How many items there are.
        count: u64,
        /// The size of the class.
        class: u64,
    },
    /// A derived scalar is zero. Happens by chance about once in 2^252.
    ScalarZero,
    /// An input hashes to the identity (RFC 9497, section 3.3.1). Happens by chance about once in 2^252.
    InputMapsToIdentity {
        /// Its index in the padded input list.
        index: u64,
    },
}

impl Rejection {
    /// The stable name, shared with test vectors and other implementations.
    pub fn name(&self) -> &'static str {
        match self {
            Rejection::OutOfTurn { .. } => "out-of-turn",
            Rejection::BodyTooShort { .. } => "body-too-short",
            Rejection::BodyTooLong { .. } => "body-too-long",
            Rejection::ElementNotCanonical { .. } => "element-not-canonical",
            Rejection::ElementIdentity { .. } => "element-identity",
            Rejection::ElementsNotAscending { .. } => "elements-not-ascending",
            Rejection::ElementRepeated { .. } => "element-repeated",
            Rejection::CoefficientNotReduced { .. } => "coefficient-not-reduced",
            Rejection::KeyNotCanonical => "key-not-canonical",
            Rejection::KeyIdentity => "key-identity",
            Rejection::TagsNotAscending { .. } => "tags-not-ascending",
            Rejection::ProofInvalid { .. } => "proof-invalid",
            Rejection::OwnProofInvalid { .. } => "own-proof-invalid",
            Rejection::PeerAborted => "peer-aborted",
            Rejection::CodeNotOffered { .. } => "code-not-offered",
            Rejection::CommitmentBroken => "commitment-broken",
            Rejection::CorrelationInconsistent => "correlation-inconsistent",
            Rejection::TreesInconsistent => "trees-inconsistent",
            Rejection::TooLate { .. } => "too-late",
            Rejection::EncodingFailed => "encoding-failed",
            Rejection::ItemEmpty { .. } => "item-empty",
            Rejection::ItemTypeZero { .. } => "item-type-zero",
            Rejection::ItemTooLong { .. } => "item-too-long",
            Rejection::ItemsNotAscending { .. } => "items-not-ascending",
            Rejection::ItemRepeated { .. } => "item-repeated",
            Rejection::ItemsOverClass { .. } => "items-over-class",
            Rejection::ScalarZero => "scalar-zero",
            Rejection::InputMapsToIdentity { .. } => "input-maps-to-identity",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::OutOfTurn { stage, input } => write!(f, "{input} is not due while {stage}"),
            Rejection::BodyTooShort { expected, found } | Rejection::BodyTooLong { expected, found } => {
                write!(f, "the body has {found} bytes where the terms imply {expected}")
            }
            Rejection::ElementNotCanonical { index } => {
                write!(f, "element {index} is not a canonical group element")
            }
            Rejection::ElementIdentity { index } => write!(f, "element {index} is the identity"),
            Rejection::ElementsNotAscending { index } => {
                write!(f, "element {index} sorts before the one in front of it")
            }
            Rejection::ElementRepeated { index } => {
                write!(f, "element {index} equals the one in front of it")
            }
            Rejection::CoefficientNotReduced { index } => {
                write!(f, "vector {index} has a coefficient that is not reduced")
            }
            Rejection::KeyNotCanonical => f.write_str("the public key is not a canonical group element"),
            Rejection::KeyIdentity => f.write_str("the public key is the identity"),
            Rejection::TagsNotAscending { index } => {
                write!(f, "tag {index} does not sort after the one in front of it")
            }
            Rejection::ProofInvalid { chunk } => write!(f, "the proof of chunk {chunk} does not hold"),
            Rejection::OwnProofInvalid { chunk } => {
                write!(f, "our own proof of chunk {chunk} does not hold: a computing fault")
            }
            Rejection::PeerAborted => f.write_str("the peer has given up"),
            Rejection::CodeNotOffered { class } => {
                write!(f, "the code fast is not offered for a class of {class}")
            }
            Rejection::CommitmentBroken => f.write_str("what was opened is not what was committed to"),
            Rejection::CorrelationInconsistent => {
                f.write_str("the asker's inputs to the correlation do not pass the check")
            }
            Rejection::TreesInconsistent => f.write_str("the answerer's trees do not pass the check"),
            Rejection::TooLate { limit, taken } => {
                write!(f, "the masked list took {taken} ms where the terms allow {limit}")
            }
            Rejection::EncodingFailed => f.write_str("the list did not fit the key-value store"),
            Rejection::ItemEmpty { rank } => write!(f, "item {rank} has no bytes"),
            Rejection::ItemTypeZero { rank } => write!(f, "item {rank} has the type of padding"),
            Rejection::ItemTooLong { rank, bytes } => {
                write!(f, "item {rank} has {bytes} bytes, more than {}", crate::ITEM_BYTES_MAX)
            }
            Rejection::ItemsNotAscending { rank } => {
                write!(f, "item {rank} sorts before the one in front of it")
            }
            Rejection::ItemRepeated { rank } => write!(f, "item {rank} equals the one in front of it"),
            Rejection::ItemsOverClass { count, class } => {
                write!(f, "a class of {class} does not hold {count} items")
            }
            Rejection::ScalarZero => f.write_str("a derived scalar is zero"),
            Rejection::InputMapsToIdentity { index } => write!(f, "input {index} hashes to the identity"),
        }
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Rejection> {
        let (expected, found, index, chunk, rank) = (2, 1, 3, 4, 5);
        vec![
            Rejection::OutOfTurn { stage: "closed", input: "ask" },
            Rejection::BodyTooShort { expected, found },
            Rejection::BodyTooLong { expected, found },
            Rejection::ElementNotCanonical { index },
            Rejection::ElementIdentity { index },
            Rejection::ElementsNotAscending { index },
            Rejection::ElementRepeated { index },
            Rejection::CoefficientNotReduced { index },
            Rejection::KeyNotCanonical,
            Rejection::KeyIdentity,
            Rejection::TagsNotAscending { index },
            Rejection::ProofInvalid { chunk },
            Rejection::OwnProofInvalid { chunk },
            Rejection::PeerAborted,
            Rejection::CodeNotOffered { class: 1024 },
            Rejection::CommitmentBroken,
            Rejection::CorrelationInconsistent,
            Rejection::TreesInconsistent,
            Rejection::TooLate { limit: 20_000, taken: 20_001 },
            Rejection::EncodingFailed,
            Rejection::ItemEmpty { rank },
            Rejection::ItemTypeZero { rank },
            Rejection::ItemTooLong { rank, bytes: 65_504 },
            Rejection::ItemsNotAscending { rank },
            Rejection::ItemRepeated { rank },
            Rejection::ItemsOverClass { count: 257, class: 256 },
            Rejection::ScalarZero,
            Rejection::InputMapsToIdentity { index },
        ]
    }

    #[test]
    fn names_are_distinct_and_in_kebab_case() {
        let names: std::collections::BTreeSet<_> = all().iter().map(Rejection::name).collect();
        assert_eq!(names.len(), all().len());
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }

    #[test]
    fn texts_are_clauses_without_a_full_stop() {
        for text in all().iter().map(Rejection::to_string) {
            assert!(text.starts_with(char::is_lowercase) && !text.ends_with('.'), "{text}");
        }
    }
}
