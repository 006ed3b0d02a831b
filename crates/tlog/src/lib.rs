//! A tamper-evident log: the tree of RFC 6962, its proofs, and the notes, checkpoints, cosignatures, tiles, proof
//! files and policies of C2SP, with evidence of a log that shows two versions of itself.
//!
//! This crate performs no I/O, reads no clock, draws no randomness, starts no thread and decides nothing about
//! leaves: it takes byte strings in the order given, neither sorts nor pads them. Bytes, times and seeds are
//! arguments. It signs what it is told to sign; keeping a signer from signing two histories needs a disk.
//!
//! Foreign bytes come in through one decoder for each form, which gives a value or a [`Rejection`] that names the
//! fault and its place. A decoder takes one byte form per meaning and refuses every other; it allocates nothing
//! by a length that it has not checked.
//!
//! The tree over n > 1 leaves splits at the largest power of two smaller than n (RFC 6962, section 2.1). Leaf
//! hashes and inner hashes are made under different first bytes, so neither can pass for the other.
//!
//! The specifications are those of C2SP of July 2026: signed-note 1.0.0, tlog-checkpoint 1.0.0, tlog-cosignature
//! 1.1.0-rc.1, tlog-tiles 0.1.0, tlog-witness 1.0.0, tlog-proof 1, and the draft of tlog-policy.

#![forbid(unsafe_code)]

mod b64;
mod checkpoint;
mod consistency;
mod cosign;
mod cursor;
mod evidence;
mod hash;
mod inclusion;
mod key;
mod limits;
mod name;
mod note;
mod policy;
mod position;
mod proof_file;
mod rejection;
mod sign;
mod tile;
mod tree;
mod verify;
mod witness;

pub use checkpoint::Checkpoint;
pub use consistency::{check_consistency, roots_of_full_form};
pub use cosign::{CosignTime, ml_dsa_message};
pub use evidence::{Evidence, EvidenceKind, Finding, FullForm, PartName, ProvedLeaf};
pub use hash::{Hash, leaf_hash, node_hash};
pub use inclusion::check_inclusion;
pub use key::{KeyId, KeyType, VerifierKey};
pub use limits::{
    ADD_CHECKPOINT_BYTES_MAX, COSIGN_TIME_MAX, ENTRY_BYTES_MAX, EVIDENCE_BYTES_MAX, EVIDENCE_PARTS_MAX,
    NAME_BYTES_MAX, NOTE_BYTES_MAX, PATH_HASHES_MAX, POLICY_BYTES_MAX, POLICY_LINES_MAX,
    PROOF_FILE_BYTES_MAX, SIGNATURE_LINES_MAX, TILE_LEVEL_MAX, TILE_WIDTH, TREE_SIZE_MAX,
};
pub use name::KeyName;
pub use note::{Note, SignatureLine, Verified};
pub use policy::{Accepted, Cosignature, Policy};
pub use position::{EntryIndex, TreeSize};
pub use proof_file::ProofFile;
pub use rejection::{Fault, Form, KeyFault, Rejection};
pub use sign::{CosignerKey, LogKey};
pub use tile::{EntryBundle, HashTile, TileKind, TilePath, TileReader, grown_tiles};
pub use tree::{
    Frontier, HashReader, MemoryTree, Node, consistency_proof, full_form, inclusion_path, inclusion_proof,
    root, root_at, root_of_hashes,
};
pub use witness::{AddCheckpoint, Answer, Head, KnownLog, Reply, add_checkpoint};
