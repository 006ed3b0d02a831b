//! Known answers: keys, notes, cosignatures and a proof file, computed by other programs.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{hash, name, size, time};
use detente_tlog::{
    Checkpoint, CosignerKey, EntryIndex, LogKey, Note, Policy, ProofFile, VerifierKey, leaf_hash,
    ml_dsa_message,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn vectors() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/vectors/tlog/record.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn text<'v>(vectors: &'v Value, key: &str) -> &'v str {
    vectors[key].as_str().unwrap()
}

fn key(vectors: &Value, which: &str) -> VerifierKey {
    let text = text(vectors, which);
    let key = VerifierKey::parse(text).unwrap();
    assert_eq!(key.to_string(), text);
    key
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checkpoint of a note.
fn checkpoint(note: &str) -> Checkpoint {
    let note = Note::parse(note.as_bytes()).unwrap();
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!(checkpoint.to_string(), note.text());
    checkpoint
}

#[test]
fn the_example_of_signed_note_verifies() {
    let vectors = vectors();
    let key = key(&vectors["example"], "vkey");
    let note = Note::parse(text(&vectors["example"], "note").as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify(&[&key]).unwrap().len(), 1);
}

#[test]
fn keys_from_seeds_are_those_of_the_vectors() {
    let vectors = vectors();
    for (which, seed) in [("log_a", 1), ("log_b", 3)] {
        let known = key(&vectors, which);
        let log = LogKey::from_seed(known.name().clone(), &[seed; 32]).unwrap();
        assert_eq!(log.verifier().to_string(), known.to_string());
    }
    for (which, seed) in [("mirror_b", 2), ("mirror_a", 4)] {
        let known = key(&vectors, which);
        let mirror = CosignerKey::ed25519(known.name().clone(), &[seed; 32]).unwrap();
        assert_eq!(mirror.verifier().to_string(), known.to_string());
    }
    let pq = CosignerKey::ml_dsa_44(key(&vectors, "mirror_b").name().clone(), &[5; 32]).unwrap();
    assert_eq!(pq.verifier().id().to_string(), text(&vectors, "ml_dsa_key_id_mirror_b"));
}

#[test]
fn notes_are_made_byte_for_byte() {
    let vectors = vectors();
    for (log, log_seed, mirror, mirror_seed, note) in
        [("log_b", 3, "mirror_a", 4, "note_b_1"), ("log_a", 1, "mirror_b", 2, "note_a_2")]
    {
        let known = text(&vectors, note);
        let checkpoint = checkpoint(known);
        let log = LogKey::from_seed(key(&vectors, log).name().clone(), &[log_seed; 32]).unwrap();
        let mirror = CosignerKey::ed25519(key(&vectors, mirror).name().clone(), &[mirror_seed; 32]).unwrap();
        let at = vectors[format!("{note}_time")].as_u64().unwrap();
        let made = log.sign(&checkpoint).unwrap();
        let made =
            Note::parse(made.as_bytes()).unwrap().merge(&mirror.cosign(&checkpoint, time(at))).unwrap();
        assert_eq!(made, known);
    }
    assert_eq!(sha256(text(&vectors, "note_b_1").as_bytes()), text(&vectors, "note_b_1_sha256"));
}

#[test]
fn the_proof_file_is_made_and_verifies() {
    let vectors = vectors();
    let known = text(&vectors, "proof_a_1");
    assert_eq!((known.len(), sha256(known.as_bytes()).as_str()), (493, text(&vectors, "proof_a_1_sha256")));
    let leaf_0 = leaf_hash(text(&vectors, "leaf_a_0").as_bytes());
    assert_eq!(leaf_0.to_string(), text(&vectors, "leaf_hash_a_0"));
    let note = text(&vectors, "note_a_2");
    let made = ProofFile::write(EntryIndex::new(1), &[leaf_0], note.as_bytes()).unwrap();
    assert_eq!(made, known.as_bytes());

    let hex = text(&vectors, "leaf_hash_a_1");
    let bytes: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
    let leaf_1 = detente_tlog::Hash::from_bytes(bytes.try_into().unwrap());
    let policy = format!(
        "log {}\nwitness b-ed {}\ngroup g 1 b-ed\nquorum g\n",
        text(&vectors, "log_a"),
        text(&vectors, "mirror_b")
    );
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let proof = ProofFile::parse(known.as_bytes()).unwrap();
    let accepted = proof.verify(&leaf_1, &policy).unwrap().with_quorum().unwrap();
    assert_eq!(accepted.checkpoint().size(), size(2));
    assert_eq!(accepted.cosignatures()[0].time, time(1_790_000_000));
    assert_eq!(proof.verify(&hash(0), &policy).unwrap_err().name(), "root-differs");
}

#[test]
fn the_message_of_an_ml_dsa_cosignature_is_that_of_the_vectors() {
    let vectors = vectors();
    let mirror = key(&vectors, "mirror_b").name().clone();
    let message = ml_dsa_message(&mirror, time(1_790_000_000), &checkpoint(text(&vectors, "note_a_2")));
    assert_eq!(message.len(), 176);
    assert_eq!(sha256(&message), text(&vectors, "ml_dsa_message_a_2_sha256"));
}

#[test]
fn lines_have_the_lengths_of_the_specification() {
    let vectors = vectors();
    let checkpoint = checkpoint(text(&vectors, "note_a_2"));
    let length = |line: &str| line.trim_end().rsplit(' ').next().unwrap().len();
    let ed = CosignerKey::ed25519(name("m"), &[2; 32]).unwrap();
    let pq = CosignerKey::ml_dsa_44(name("m"), &[5; 32]).unwrap();
    assert_eq!(length(&ed.cosign(&checkpoint, time(1))), 104);
    assert_eq!(length(&pq.cosign(&checkpoint, time(1))), 3244);
}
