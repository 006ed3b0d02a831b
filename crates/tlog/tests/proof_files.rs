//! Proof files: other forms, and every flipped bit under a policy that asks for all signatures.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{cosigned, cosigners, hash, leaf, log_key, note, policy, proof, tree};
use detente_tlog::{Evidence, Note, Policy, ProofFile, Rejection, VerifierKey, leaf_hash};

#[test]
fn other_forms_are_refused() {
    let tree = tree(7, 99);
    let good = String::from_utf8(proof(&tree, 3, &note(&tree))).unwrap();
    let check = |text: &str, due: &str| {
        assert_eq!(ProofFile::parse(text.as_bytes()).map(drop).unwrap_err().name(), due, "{text}");
    };
    check("", "truncated");
    check(&good.replace("@v1", "@v2"), "unexpected-line");
    check(&good.replace("index 3", "extra AAAA\nindex 3"), "extra-line");
    check(&good.replace("index 3", "index 03"), "not-decimal");
    check(&good.replace("index 3", "index +3"), "not-decimal");
    check(&good.replace("index 3", "index 9007199254740992"), "number-too-large");
    check(&good.replace("index 3", "Index 3"), "unexpected-line");
    let line = format!("{}=\n", "A".repeat(43));
    check(&good.replace("index 3\n", &format!("index 3\n{}", line.repeat(61))), "too-many-lines");
    check(&good.replace("index 3\n", "index 3\nAAAA\n"), "not-base64");
    check(&good.replace("\n\nlog", "\nlog"), "not-base64");
    check(&good.replace("\n\n—", "\n—"), "no-blank-line");
    check(&good.replace('\n', "\r\n"), "unexpected-line");
    check(&"a".repeat(2 << 20), "too-large");
    check(&format!("{good}{}", "— somebody AAAAAAA=\n".repeat(10_000)), "too-many-lines");
    assert!(
        ProofFile::write(detente_tlog::EntryIndex::new(0), &[hash(1); 64], note(&tree).as_bytes()).is_err()
    );
}

#[test]
fn a_proof_shows_this_leaf_at_this_place_alone() {
    let tree = tree(7, 99);
    let policy = policy(2);
    for index in 0..7 {
        let bytes = proof(&tree, index, &cosigned(&tree, 2));
        let file = ProofFile::parse(&bytes).unwrap();
        for other in 0..7 {
            let verdict = file.verify(&leaf_hash(&leaf(0, other)), &policy).map(drop);
            assert_eq!(verdict, if other == index { Ok(()) } else { Err(Rejection::RootDiffers) });
        }
    }
}

/// Every bit of `good` is flipped; `holds` must say no.
fn no_flip_holds(good: &[u8], bits: std::ops::Range<u8>, holds: impl Fn(&[u8]) -> bool) {
    assert!(holds(good));
    for at in 0..good.len() {
        for bit in bits.clone() {
            let mut flipped = good.to_vec();
            flipped[at] ^= 1 << bit;
            assert!(!holds(&flipped), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn no_flipped_bit_leaves_a_proof_standing() {
    let tree = tree(7, 99);
    let leaf = leaf_hash(&leaf(0, 3));
    // With ML-DSA the note is long, and one bit of each byte has to do.
    for (count, bits) in [(0, 0..8), (2, 0..8), (3, 0..1)] {
        let policy: Policy = policy(count);
        no_flip_holds(&proof(&tree, 3, &cosigned(&tree, count)), bits, |bytes| {
            let verdict = ProofFile::parse(bytes).and_then(|file| file.verify(&leaf, &policy)?.with_quorum());
            verdict.is_ok()
        });
    }
}

#[test]
fn no_flipped_bit_leaves_a_note_standing() {
    let tree = tree(7, 99);
    let policy = policy(1);
    no_flip_holds(cosigned(&tree, 1).as_bytes(), 0..8, |bytes| {
        policy.open(bytes).and_then(|accepted| accepted.with_quorum()).is_ok()
    });
    let log = log_key();
    no_flip_holds(note(&tree).as_bytes(), 0..8, |bytes| {
        Note::parse(bytes).and_then(|note| note.verify(&[log.verifier()])).is_ok()
    });
}

#[test]
fn no_flipped_bit_leaves_a_key_admitted() {
    for key in [log_key().verifier().to_string(), cosigners()[0].verifier().to_string()] {
        no_flip_holds(key.as_bytes(), 0..8, |bytes| {
            std::str::from_utf8(bytes).is_ok_and(|text| VerifierKey::parse(text).is_ok())
        });
    }
}

#[test]
fn no_cut_is_read_or_accepted() {
    let tree = tree(7, 99);
    let bytes = proof(&tree, 3, &cosigned(&tree, 2));
    let (policy, leaf) = (policy(2), leaf_hash(&leaf(0, 3)));
    for end in 0..bytes.len() {
        let cut = &bytes[..end];
        let verdict = ProofFile::parse(cut).and_then(|file| file.verify(&leaf, &policy)?.with_quorum());
        assert!(verdict.is_err(), "{end} bytes");
        assert!(Evidence::parse(cut).is_err());
    }
}
