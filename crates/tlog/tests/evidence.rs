//! Evidence of every kind: what convicts, what does not, and that no form but the one is read.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{checkpoint, cosigners, hash, leaf, log_key, name, note, proof, size, time, tree};
use detente_tlog::{
    CosignerKey, Evidence, EvidenceKind, Finding, Hash, LogKey, MemoryTree, Rejection, VerifierKey,
    full_form, leaf_hash,
};

/// Two trees of `a` and `b` leaves whose histories part at `fork`, and the hashes from the smaller to the larger.
fn forked(a: u64, b: u64, fork: u64) -> ([MemoryTree; 2], Option<Vec<Hash>>) {
    let trees = [tree(a, 1000), tree(b, fork)];
    let hashes =
        (a != b).then(|| full_form(size(a.min(b)), size(a.max(b)), &trees[usize::from(a < b)]).unwrap());
    (trees, hashes)
}

fn of_log(a: u64, b: u64, fork: u64) -> Result<Vec<u8>, Rejection> {
    let (trees, hashes) = forked(a, b, fork);
    let [a, b] = trees.map(|tree| note(&tree));
    Evidence::of_notes(log_key().verifier(), [a.as_bytes(), b.as_bytes()], hashes)
}

fn convicts(bytes: &[u8], kind: EvidenceKind, key: &VerifierKey) {
    let evidence = Evidence::parse(bytes).unwrap();
    assert_eq!(evidence.to_bytes(), bytes);
    assert_eq!(evidence.kind(), kind);
    match evidence.judge(&[key]).unwrap() {
        Finding::TwoHistories(found) => assert_eq!(found.to_string(), key.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fork_of_any_two_sizes_convicts_the_log() {
    let log = log_key();
    for a in 1..=40 {
        for b in 1..=40 {
            // The histories part at the first, at a middle and at the last leaf that both have.
            for fork in [0, (a.min(b) - 1) / 2, a.min(b) - 1] {
                let kind = if a == b { EvidenceKind::ForkSame } else { EvidenceKind::ForkGrow };
                convicts(&of_log(a, b, fork).unwrap(), kind, log.verifier());
            }
        }
    }
}

#[test]
fn one_history_convicts_nobody() {
    for (a, b) in [(1, 1), (8, 8), (1, 9), (8, 9), (7, 12), (16, 33)] {
        assert_eq!(of_log(a, b, 1000), Err(Rejection::NoContradiction), "{a} and {b}");
    }
    // Hashes that do not rebuild the larger root prove nothing, whatever they yield at the smaller size.
    let (trees, hashes) = forked(8, 13, 3);
    let [a, b] = trees.map(|tree| note(&tree));
    let log = log_key();
    let mut wrong = hashes.clone().unwrap();
    wrong[0] = hash(7);
    let verdict = Evidence::of_notes(log.verifier(), [a.as_bytes(), b.as_bytes()], Some(wrong));
    assert_eq!(verdict, Err(Rejection::RootDiffers));
    let verdict = Evidence::of_notes(log.verifier(), [a.as_bytes(), b.as_bytes()], None);
    assert_eq!(verdict.unwrap_err().name(), "unexpected-line", "a fork of two sizes needs its hashes");
    let short = hashes.map(|hashes| hashes[1..].to_vec());
    let verdict = Evidence::of_notes(log.verifier(), [a.as_bytes(), b.as_bytes()], short);
    assert_eq!(verdict.unwrap_err().name(), "path-too-short");
}

#[test]
fn only_the_key_that_signed_both_is_convicted() {
    let bytes = of_log(8, 13, 3).unwrap();
    let evidence = Evidence::parse(&bytes).unwrap();
    let judge = |key: &VerifierKey| evidence.judge(&[key]).map(drop);
    let stranger = LogKey::from_seed(name("log.example/a"), &[9; 32]).unwrap();
    assert_eq!(judge(stranger.verifier()), Err(Rejection::NoKnownSignature));
    assert_eq!(judge(cosigners()[0].verifier()), Err(Rejection::NoKnownSignature));
    let other = LogKey::from_seed(name("log.example/b"), &[1; 32]).unwrap();
    assert_eq!(judge(other.verifier()), Err(Rejection::NoKnownSignature));
    assert_eq!(evidence.judge(&[]).map(drop), Err(Rejection::NoKnownSignature));
    assert!(evidence.judge(&[stranger.verifier(), log_key().verifier()]).is_ok());
}

#[test]
fn a_cosigner_of_two_histories_is_convicted_without_the_log() {
    for key in &cosigners() {
        for (a, b) in [(8, 8), (8, 13), (7, 13)] {
            let (trees, hashes) = forked(a, b, 3);
            let notes = trees.map(|tree| {
                let checkpoint = checkpoint(&tree);
                format!("{checkpoint}\n{}", key.cosign(&checkpoint, time(7)))
            });
            let notes = [notes[0].as_bytes(), notes[1].as_bytes()];
            let bytes = Evidence::of_notes(key.verifier(), notes, hashes).unwrap();
            convicts(&bytes, EvidenceKind::DoubleCosign, key.verifier());
            let log = log_key();
            let verdict = Evidence::parse(&bytes).unwrap().judge(&[log.verifier()]).map(drop);
            assert_eq!(verdict, Err(Rejection::NoKnownSignature));
        }
    }
}

/// The proof and leaf `index` of a tree.
fn included(tree: &MemoryTree, index: u64, history: u64) -> (Vec<u8>, Vec<u8>) {
    (proof(tree, index, &note(tree)), leaf(history, index))
}

#[test]
fn two_leaves_at_one_index_convict_the_log() {
    let log = log_key();
    for (a, b) in [(8, 8), (8, 13), (13, 8), (4, 300)] {
        let (one, other) = (included(&tree(a, 1000), 3, 0), included(&tree(b, 2), 3, 1));
        let (hash_a, hash_b) = (leaf_hash(&one.1), leaf_hash(&other.1));
        let bytes = Evidence::of_leaves(log.verifier(), [(&one.0, &hash_a), (&other.0, &hash_b)]).unwrap();
        convicts(&bytes, EvidenceKind::ForkLeaf, log.verifier());
        let same = Evidence::of_leaves(log.verifier(), [(&one.0, &hash_a), (&one.0, &hash_a)]);
        assert_eq!(same, Err(Rejection::NoContradiction));
        let elsewhere = included(&tree(b, 2), 2, 1);
        let verdict = Evidence::of_leaves(
            log.verifier(),
            [(&one.0, &hash_a), (&elsewhere.0, &leaf_hash(&elsewhere.1))],
        );
        assert_eq!(verdict, Err(Rejection::NoContradiction));
        let verdict = Evidence::of_leaves(log.verifier(), [(&one.0, &hash_b), (&other.0, &hash_b)]);
        assert_eq!(verdict, Err(Rejection::RootDiffers));
    }
}

#[test]
fn leaves_are_proved_for_whoever_reads_them() {
    let log = log_key();
    let tree = tree(13, 1000);
    let (first, second) = (included(&tree, 3, 0), included(&tree, 9, 0));
    for kind in [EvidenceKind::Misplaced, EvidenceKind::BadLeaf] {
        let bytes = Evidence::about_leaves(kind, log.verifier(), &[(&first.0, &first.1)]).unwrap();
        let evidence = Evidence::parse(&bytes).unwrap();
        let Ok(Finding::Leaves(key, leaves)) = evidence.judge(&[log.verifier()]) else { panic!("{kind:?}") };
        assert_eq!(key.name(), log.verifier().name());
        assert_eq!((leaves[0].index.get(), leaves[0].bytes, leaves.len()), (3, first.1.as_slice(), 1));
        let wrong = Evidence::about_leaves(kind, log.verifier(), &[(&first.0, &second.1)]);
        assert_eq!(wrong, Err(Rejection::RootDiffers));
    }
    let both = [(first.0.as_slice(), first.1.as_slice()), (second.0.as_slice(), second.1.as_slice())];
    let regress = EvidenceKind::Regress;
    let bytes = Evidence::about_leaves(regress, log.verifier(), &both).unwrap();
    let evidence = Evidence::parse(&bytes).unwrap();
    assert!(matches!(evidence.judge(&[log.verifier()]), Ok(Finding::Leaves(_, leaves)) if leaves.len() == 2));
    let swapped = Evidence::about_leaves(regress, log.verifier(), &[both[1], both[0]]);
    assert_eq!(swapped.unwrap_err().name(), "out-of-order");
    for kind in [regress, EvidenceKind::ForkSame, EvidenceKind::ForkLeaf] {
        let verdict = Evidence::about_leaves(kind, log.verifier(), &both[..1]);
        assert_eq!(verdict.unwrap_err().name(), "out-of-order");
    }
}

/// A file of kind `clock`.
fn clock(cosigner: &CosignerKey) -> Vec<u8> {
    let tree = tree(13, 1000);
    let note_a = format!("{}{}", note(&tree), cosigner.cosign(&checkpoint(&tree), time(77)));
    let (proof_a, leaf_a) = included(&tree, 3, 0);
    let head = format!(
        "detente/evidence@v1\nkind clock\norigin log.example/a\ncosigner {}\npart note-a {}\npart proof-a {}\npart \
         leaf-a {}\n\n",
        cosigner.verifier().name(),
        note_a.len(),
        proof_a.len(),
        leaf_a.len()
    );
    [head.as_bytes(), note_a.as_bytes(), &proof_a, &leaf_a].concat()
}

#[test]
fn the_time_of_a_cosigner_is_proved_for_whoever_reads_leaves() {
    let (log, keys) = (log_key(), cosigners());
    let bytes = clock(&keys[0]);
    let evidence = Evidence::parse(&bytes).unwrap();
    assert_eq!(evidence.to_bytes(), bytes);
    match evidence.judge(&[log.verifier(), keys[0].verifier()]).unwrap() {
        Finding::Time { cosigner, time, leaf, .. } => {
            assert_eq!(cosigner.name(), keys[0].verifier().name());
            assert_eq!((time.seconds(), leaf.index.get()), (77, 3));
        }
        other => panic!("{other:?}"),
    }
    for keys in [vec![log.verifier()], vec![keys[0].verifier()], vec![log.verifier(), keys[1].verifier()]] {
        assert_eq!(evidence.judge(&keys).map(drop), Err(Rejection::NoKnownSignature));
    }
}

#[test]
fn other_forms_are_refused() {
    let good = String::from_utf8(of_log(8, 13, 3).unwrap()).unwrap();
    let check = |text: &str, due: &str| {
        assert_eq!(Evidence::parse(text.as_bytes()).map(drop).unwrap_err().name(), due, "{text}");
    };
    check("", "truncated");
    check(&good.replace("@v1", "@v2"), "unexpected-line");
    check(&good.replace("kind fork-grow", "kind fork"), "unexpected-line");
    check(&good.replace("kind fork-grow", "kind fork-same"), "unexpected-line");
    check(&good.replace("kind fork-grow", "kind double-cosign"), "unexpected-line");
    check(&good.replace("kind fork-grow", "kind misplaced"), "unexpected-line");
    check(&good.replace("origin log", "origin  log"), "bad-name");
    check(&good.replace("origin log.example/a\n", ""), "unexpected-line");
    check(&good.replace("proof 8 13", "proof 08 13"), "not-decimal");
    check(&good.replace("proof 8 13", "proof 8  13"), "unexpected-line");
    check(&good.replace("proof 8 13", "proof 8 9007199254740992"), "number-too-large");
    let count = good.lines().find(|line| line.starts_with("proof")).unwrap().rsplit(' ').next().unwrap();
    check(&good.replace(&format!("13 {count}\n"), "13 64\n"), "number-too-large");
    check(&good.replace(&format!("13 {count}\n"), "13 63\n"), "not-base64");
    check(&good.replace("part note-a", "part note-b"), "out-of-order");
    check(&good.replace("part note-a", "part note-c"), "unexpected-line");
    check(&good.replace("part note-a ", "part note-a 0"), "not-decimal");
    check(&good.replace("part note-a ", "part note-a 99999999"), "too-large");
    check(&good.replace("part note-a ", "part note-a 99999999999999999999999"), "number-too-large");
    check(&good.replace("part note-a", "part leaf-a"), "out-of-order");
    check(&good.replace("part note-a", "part hash-a"), "bad-length");
    check(
        &good.replace("part note-a", "part note-a 1\npart note-a 1\npart note-a 1\npart note-a"),
        "too-many-lines",
    );
    check(&good[..good.len() - 1], "truncated");
    check(&format!("{good}x"), "trailing");
    assert_eq!(Evidence::parse(&vec![b'a'; (4 << 20) + 1]).unwrap_err().name(), "too-large");
    assert_eq!(Evidence::parse(b"detente/evidence@v1\nkind \xff\n").unwrap_err().name(), "not-utf8");
}

#[test]
fn no_flipped_bit_leaves_an_evidence_standing() {
    let (log, keys) = (log_key(), cosigners());
    let (one, other) = (included(&tree(5, 1000), 3, 0), included(&tree(6, 2), 3, 1));
    let leaves =
        Evidence::of_leaves(log.verifier(), [(&one.0, &leaf_hash(&one.1)), (&other.0, &leaf_hash(&other.1))]);
    let double = {
        let (trees, hashes) = forked(4, 5, 3);
        let notes = trees.map(|tree| {
            let checkpoint = checkpoint(&tree);
            format!("{checkpoint}\n{}", keys[0].cosign(&checkpoint, time(7)))
        });
        Evidence::of_notes(keys[0].verifier(), [notes[0].as_bytes(), notes[1].as_bytes()], hashes)
    };
    let both = [(one.0.as_slice(), one.1.as_slice())];
    let known = [log.verifier(), keys[0].verifier()];
    for good in [
        of_log(5, 5, 3).unwrap(),
        of_log(4, 7, 3).unwrap(),
        of_log(3, 7, 1).unwrap(),
        leaves.unwrap(),
        double.unwrap(),
        Evidence::about_leaves(EvidenceKind::Misplaced, log.verifier(), &both).unwrap(),
    ] {
        let kind = Evidence::parse(&good).unwrap().kind();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut flipped = good.clone();
                flipped[at] ^= 1 << bit;
                let verdict = Evidence::parse(&flipped).and_then(|file| file.judge(&known).map(drop));
                assert!(verdict.is_err(), "{kind:?}: bit {bit} of byte {at}");
            }
        }
    }
}
