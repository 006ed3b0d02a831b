//! add-checkpoint: every row of the table, in its order, and what a caller makes of each answer.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{checkpoint, cosigned, hash, log_key, name, note, size, tree};
use detente_tlog::{
    AddCheckpoint, Answer, Checkpoint, Hash, Head, KnownLog, LogKey, Rejection, Reply, add_checkpoint,
    consistency_proof,
};

/// What a witness says that has seen a tree of `seen` leaves.
fn ask(body: &[u8], seen: u64) -> Answer {
    let log = log_key();
    let head = match seen {
        0 => Head::of_empty_tree(),
        seen => Head { size: size(seen), root: tree(seen, 99).root() },
    };
    let keys = vec![log.verifier()];
    add_checkpoint(body, |origin| (origin == log.verifier().name()).then_some(KnownLog { keys, head }))
}

fn body(old: u64, new: u64) -> Vec<u8> {
    let tree = tree(new, 99);
    let proof = consistency_proof(size(old), size(new), &tree).unwrap();
    AddCheckpoint::write(size(old), &proof, note(&tree).as_bytes())
}

#[test]
fn an_extension_is_accepted() {
    for (old, new) in [(0, 0), (0, 1), (0, 9), (1, 2), (3, 7), (4, 7), (8, 8), (8, 300)] {
        let answer = ask(&body(old, new), old);
        assert_eq!(answer, Answer::Accepted(checkpoint(&tree(new, 99))), "{old} to {new}");
        assert_eq!((answer.status(), answer.body()), (200, None));
    }
    // Lines by others than the log are nobody's business here.
    let tree = tree(9, 99);
    let body = AddCheckpoint::write(size(0), &[], cosigned(&tree, 3).as_bytes());
    assert_eq!(ask(&body, 0).status(), 200);
}

#[test]
fn malformed_bodies_are_400() {
    let good = String::from_utf8(body(3, 7)).unwrap();
    let check = |body: &str, due: &str| match ask(body.as_bytes(), 3) {
        Answer::Malformed(rejection) => assert_eq!(rejection.name(), due, "{body}"),
        other => panic!("{other:?} for {body}"),
    };
    check("", "truncated");
    check("old 3\n", "truncated");
    check(&good.replace("old 3", "old  3"), "not-decimal");
    check(&good.replace("old 3", "old 03"), "not-decimal");
    check(&good.replace("old 3", "old -3"), "not-decimal");
    check(&good.replace("old 3", "old 9223372036854775808"), "number-too-large");
    check(&good.replace("old 3", "old 18446744073709551616"), "number-too-large");
    check(&good.replace("old 3", "new 3"), "unexpected-line");
    check(&good.replace("old 3", "old 8"), "old-above-new");
    check(&good.replace("old 3\n", "old 3\nAAAA\n"), "not-base64");
    check(&good.replace("\n\nlog", "\nlog"), "not-base64");
    let line = format!("{}=\n", "A".repeat(43));
    check(&good.replace("old 3\n", &format!("old 3\n{}", line.repeat(64))), "too-many-lines");
    check(&good.replace("\n7\n", "\n7.0\n"), "not-decimal");
    check(&good.replace("\n7\n", "\n9007199254740992\n"), "number-too-large");
    check(&good.replace("\n\n—", "\nextension\n\n—"), "extension-line");
    check(&"a".repeat(2 << 20), "too-large");
    let lines = "— somebody AAAAAAA=\n".repeat(10_000);
    check(&format!("{good}{lines}"), "too-many-lines");
}

#[test]
fn strangers_and_unsigned_checkpoints_are_404_and_403() {
    let tree = tree(9, 99);
    let other = LogKey::from_seed(name("log.example/b"), &[1; 32]).unwrap();
    let theirs = Checkpoint::new(name("log.example/b"), size(9), tree.root()).unwrap();
    let signed = other.sign(&theirs).unwrap();
    let answer = ask(&AddCheckpoint::write(size(0), &[], signed.as_bytes()), 0);
    assert_eq!((answer.status(), answer), (404, Answer::UnknownOrigin));

    let impostor = LogKey::from_seed(name("log.example/a"), &[9; 32]).unwrap();
    let forged = impostor.sign(&checkpoint(&tree)).unwrap();
    let answer = ask(&AddCheckpoint::write(size(0), &[], forged.as_bytes()), 0);
    assert_eq!((answer.status(), answer), (403, Answer::NotSigned(Rejection::NoKnownSignature)));

    let moved = note(&tree).replace("\n9\n", "\n8\n");
    let answer = ask(&AddCheckpoint::write(size(0), &[], moved.as_bytes()), 0);
    assert_eq!((answer.status(), answer), (403, Answer::NotSigned(Rejection::BadSignature { line: 0 })));
    // Not even then is the size told that was accepted last.
    let answer = ask(&AddCheckpoint::write(size(0), &[], moved.as_bytes()), 5);
    assert_eq!(answer.status(), 403);
}

#[test]
fn another_old_size_is_409_with_the_size() {
    for (old, seen) in [(0, 3), (3, 0), (3, 7), (7, 3)] {
        let answer = ask(&body(old, 9), seen);
        assert_eq!(answer, Answer::Conflict(size(seen)));
        let (media_type, told) = answer.body().unwrap();
        assert_eq!(
            (answer.status(), media_type, told.as_str()),
            (409, "text/x.tlog.size", format!("{seen}\n").as_str())
        );
        assert_eq!(Reply::of(409, media_type, told.as_bytes()), Reply::From(size(seen)));
    }
}

#[test]
fn what_does_not_extend_is_422() {
    let check = |body: &[u8], seen, due: Rejection| {
        let answer = ask(body, seen);
        assert_eq!((answer.status(), answer), (422, Answer::Inconsistent(due)));
    };
    let forked = tree(9, 4);
    let proof = consistency_proof(size(7), size(9), &forked).unwrap();
    check(&AddCheckpoint::write(size(7), &proof, note(&forked).as_bytes()), 7, Rejection::RootDiffers);
    check(&AddCheckpoint::write(size(9), &[], note(&forked).as_bytes()), 9, Rejection::SameSizeOtherRoot);
    let good = tree(9, 99);
    let of_note = |old, proof: &[Hash]| AddCheckpoint::write(size(old), proof, note(&good).as_bytes());
    check(&of_note(0, &[hash(1)]), 0, Rejection::PathTooLong { expected: 0, found: 1 });
    check(&of_note(9, &[hash(1)]), 9, Rejection::PathTooLong { expected: 0, found: 1 });
    check(&of_note(8, &[]), 8, Rejection::PathTooShort { expected: 1, found: 0 });
    check(&of_note(8, &[hash(1)]), 8, Rejection::RootDiffers);
    check(&of_note(8, &[hash(1); 63]), 8, Rejection::PathTooLong { expected: 1, found: 63 });
}

#[test]
fn a_signed_empty_tree_with_another_root_is_422() {
    use base64::Engine as _;
    use ed25519_dalek::Signer as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let text = format!("log.example/a\n0\n{}\n", base64.encode([7; 32]));
    let signature = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).sign(text.as_bytes()).to_bytes();
    let id = u32::from_str_radix(&log_key().verifier().id().to_string(), 16).unwrap().to_be_bytes();
    let note = format!("{text}\n— log.example/a {}\n", base64.encode([id.as_slice(), &signature].concat()));
    let answer = ask(&AddCheckpoint::write(size(0), &[], note.as_bytes()), 0);
    assert_eq!((answer.status(), answer), (422, Answer::Inconsistent(Rejection::SameSizeOtherRoot)));
}

#[test]
fn a_head_only_moves_forward() {
    let (three, seven) = (tree(3, 99), tree(7, 99));
    let head = Head { size: size(7), root: seven.root() };
    let back = head.advance(&checkpoint(&three), &[]);
    assert_eq!(back, Err(Rejection::TreeShrank { older: 7, newer: 3 }));
    assert_eq!(head.advance(&checkpoint(&seven), &[]), Ok(head));
}

#[test]
fn answers_of_deployed_witnesses_are_understood() {
    for (status, media_type, body, due) in [
        (200, "", "", Reply::Taken),
        (409, "", "", Reply::Alarm),
        (409, "text/plain", "7\n", Reply::Alarm),
        (409, "text/x.tlog.size", "7", Reply::Alarm),
        (409, "text/x.tlog.size", "07\n", Reply::Alarm),
        (409, "text/x.tlog.size", "7\n7\n", Reply::Alarm),
        (409, "text/x.tlog.size", "9007199254740992\n", Reply::Alarm),
        (409, "text/x.tlog.size", "7\n", Reply::From(size(7))),
        (422, "", "", Reply::Alarm),
        (400, "", "", Reply::Refused),
        (403, "", "", Reply::Refused),
        (404, "", "", Reply::Refused),
        (500, "", "", Reply::Later),
        (503, "", "", Reply::Later),
        (302, "", "", Reply::Refused),
    ] {
        assert_eq!(Reply::of(status, media_type, body.as_bytes()), due, "{status} {media_type} {body:?}");
    }
}
