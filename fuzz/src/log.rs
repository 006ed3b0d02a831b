//! The decoders of the log: what is read is written back as the same bytes, and no foreign signature holds.

use detente_tlog::{
    AddCheckpoint, Checkpoint, CosignTime, CosignerKey, EntryBundle, Evidence, EvidenceKind, Hash, KeyName,
    LogKey, Note, Policy, ProofFile, Rejection, TilePath, TreeSize, VerifierKey, leaf_hash, root_of_hashes,
};

use crate::planted;

/// Notes.
pub fn check_note(data: &[u8]) {
    let note = seen(Note::parse(data));
    if let Some(note) = note {
        let lines: Vec<u8> = data[note.text().len() + 1..].to_vec();
        assert_eq!([note.text().as_bytes(), b"\n", &lines].concat(), data);
        assert!(!note.signatures().is_empty());
    }
}

/// The text of a checkpoint.
pub fn check_checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(checkpoint) = seen(Checkpoint::parse(text)) {
        assert_eq!(checkpoint.to_string(), text);
    }
}

/// Verifier keys.
pub fn check_verifier_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(key) = seen(VerifierKey::parse(text)) {
        assert_eq!(key.to_string(), text);
    }
}

/// Paths of tiles.
pub fn check_tile_path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(path) = seen(TilePath::parse(text)) {
        assert_eq!(path.to_string(), text);
    }
}

/// Entry bundles; the first byte is one less than the width.
pub fn check_entry_bundle(data: &[u8]) {
    let Some((width, bytes)) = data.split_first() else { return };
    if let Some(bundle) = seen(EntryBundle::parse(bytes, usize::from(*width) + 1)) {
        assert_eq!(bundle.to_bytes(), bytes);
    }
}

/// Proof files.
pub fn check_proof_file(data: &[u8]) {
    if let Some(file) = seen(ProofFile::parse(data)) {
        let written = ProofFile::write(file.index(), file.path(), file.note());
        assert_eq!(written.expect("what is read can be written"), data);
    }
}

/// Policies.
pub fn check_policy(data: &[u8]) {
    if let Some(policy) = seen(Policy::parse(data)) {
        let honest = seeds();
        let opened = policy.open(&honest[0].2);
        assert!(policy.logs().iter().any(|log| log.name().as_str() == "log.example/a") || opened.is_err());
    }
}

/// Bodies of add-checkpoint.
pub fn check_add_checkpoint(data: &[u8]) {
    seen(AddCheckpoint::parse(data));
}

/// Evidence files.
pub fn check_evidence(data: &[u8]) {
    if let Some(evidence) = seen(Evidence::parse(data)) {
        assert_eq!(evidence.to_bytes(), data);
        // A key that never signed anything is not convicted.
        let origin = evidence.origin().clone();
        let innocent = LogKey::from_seed(origin, &[0x77; 32]).expect("a key of a seed");
        assert!(evidence.judge(&[innocent.verifier()]).is_err());
    }
}

fn seen<T>(verdict: Result<T, Rejection>) -> Option<T> {
    verdict.map_err(|rejection| planted::in_log(&rejection)).ok()
}

/// One honest file for each decoder, with fixed keys. The first is a note.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    make().expect("honest files in form")
}

fn make() -> Result<Vec<(&'static str, &'static str, Vec<u8>)>, Rejection> {
    let origin = KeyName::parse("log.example/a")?;
    let log = LogKey::from_seed(origin.clone(), &[1; 32])?;
    let mirror = CosignerKey::ed25519(KeyName::parse("mirror.example/b")?, &[2; 32])?;
    let leaves = [leaf_hash(b"zero"), leaf_hash(b"one")];
    let size = TreeSize::new(2)?;
    let head = |leaves: [Hash; 2]| Checkpoint::new(origin.clone(), size, root_of_hashes(leaves));
    let checkpoint = head(leaves)?;
    let alone = log.sign(&checkpoint)?;
    let note = alone.clone() + &mirror.cosign(&checkpoint, CosignTime::new(1_790_000_000)?);
    let other = log.sign(&head([leaves[1], leaves[0]])?)?;
    let proof = ProofFile::write(detente_tlog::EntryIndex::new(1), &leaves[..1], note.as_bytes())?;
    let fork = Evidence::of_notes(log.verifier(), [alone.as_bytes(), other.as_bytes()], None)?;
    let about = [(proof.as_slice(), b"one".as_slice())];
    let leaf = Evidence::about_leaves(EvidenceKind::BadLeaf, log.verifier(), &about)?;
    let (log, mirror) = (log.verifier(), mirror.verifier());
    let policy = format!("log {log}\nwitness b {mirror}\ngroup g 1 b\nquorum g\n");
    let bundle = EntryBundle::new(vec![b"zero", b"one"])?.to_bytes();
    Ok(vec![
        ("note", "cosigned", note.clone().into_bytes()),
        ("checkpoint", "two", checkpoint.to_string().into_bytes()),
        ("verifier_key", "log", log.to_string().into_bytes()),
        ("tile_path", "partial", b"tile/0/x001/x234/067.p/9".to_vec()),
        ("tile_path", "entries", b"tile/entries/000".to_vec()),
        ("entry_bundle", "two", [&[1], bundle.as_slice()].concat()),
        ("proof_file", "one", proof.clone()),
        ("policy", "one", policy.into_bytes()),
        ("add_checkpoint", "first", AddCheckpoint::write(TreeSize::EMPTY, &[], note.as_bytes())),
        ("evidence", "fork-same", fork),
        ("evidence", "bad-leaf", leaf),
    ])
}
