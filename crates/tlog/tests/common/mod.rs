//! A log with fixed keys, and what its parties sign.
#![allow(dead_code, clippy::unwrap_used, reason = "each test uses its part, and all is fixed")]

use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, EntryIndex, Hash, KeyName, LogKey, MemoryTree, Policy, ProofFile,
    TreeSize, inclusion_proof, leaf_hash,
};

/// In the year 2026.
pub(crate) const NOW: u64 = 1_790_000_000;

pub(crate) fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

pub(crate) fn size(leaves: u64) -> TreeSize {
    TreeSize::new(leaves).unwrap()
}

pub(crate) fn time(seconds: u64) -> CosignTime {
    CosignTime::new(seconds).unwrap()
}

pub(crate) fn log_key() -> LogKey {
    LogKey::from_seed(name("log.example/a"), &[1; 32]).unwrap()
}

/// Two Ed25519 cosigners, and one of ML-DSA-44.
pub(crate) fn cosigners() -> [CosignerKey; 3] {
    [
        CosignerKey::ed25519(name("mirror.example/b"), &[2; 32]).unwrap(),
        CosignerKey::ed25519(name("mirror.example/c"), &[3; 32]).unwrap(),
        CosignerKey::ml_dsa_44(name("mirror.example/b"), &[4; 32]).unwrap(),
    ]
}

/// Leaf number `i` of the history `history`.
pub(crate) fn leaf(history: u64, i: u64) -> Vec<u8> {
    format!("entry {i} of history {history}").into_bytes()
}

/// A tree of `count` leaves; from `fork` on they are those of history 1, before that of history 0.
pub(crate) fn tree(count: u64, fork: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for i in 0..count {
        tree.append(leaf_hash(&leaf(u64::from(i >= fork), i))).unwrap();
    }
    tree
}

pub(crate) fn checkpoint(tree: &MemoryTree) -> Checkpoint {
    Checkpoint::new(name("log.example/a"), size(tree.size()), tree.root()).unwrap()
}

/// The log's note alone.
pub(crate) fn note(tree: &MemoryTree) -> String {
    log_key().sign(&checkpoint(tree)).unwrap()
}

/// The log's note, cosigned by the first `count` cosigners.
pub(crate) fn cosigned(tree: &MemoryTree, count: usize) -> String {
    let checkpoint = checkpoint(tree);
    let mut note = note(tree);
    for (i, key) in cosigners().iter().take(count).enumerate() {
        note += &key.cosign(&checkpoint, time(NOW + i as u64));
    }
    note
}

pub(crate) fn proof(tree: &MemoryTree, index: u64, note: &str) -> Vec<u8> {
    let path = inclusion_proof(EntryIndex::new(index), size(tree.size()), tree).unwrap();
    ProofFile::write(EntryIndex::new(index), &path, note.as_bytes()).unwrap()
}

/// The log, the first `count` cosigners as witnesses, and all of them as the quorum.
pub(crate) fn policy(count: usize) -> Policy {
    let mut text = format!("log {}\n", log_key().verifier());
    let mut all = String::new();
    for (i, key) in cosigners().iter().take(count).enumerate() {
        text += &format!("witness w{i} {}\n", key.verifier());
        all += &format!(" w{i}");
    }
    text += &if count > 0 { format!("group g all{all}\nquorum g\n") } else { "quorum none\n".into() };
    Policy::parse(text.as_bytes()).unwrap()
}

pub(crate) fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}
