//! Notes, keys, checkpoints and policies in hostile forms: each is refused by name and place, and no key that is not
//! meant counts.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{checkpoint, cosigned, cosigners, log_key, name, note, policy, time, tree};
use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, Fault, Form, KeyFault, KeyId, KeyName, KeyType, LogKey, Note,
    Policy, Rejection, VerifierKey,
};

fn malformed(form: Form, fault: Fault, offset: usize) -> Rejection {
    Rejection::Malformed { form, fault, offset }
}

fn check_note(bytes: &[u8], fault: Fault, offset: usize) {
    assert_eq!(
        Note::parse(bytes).map(drop),
        Err(malformed(Form::Note, fault, offset)),
        "{}",
        bytes.escape_ascii()
    );
}

#[test]
fn notes_in_other_forms_are_refused() {
    let good = note(&tree(3, 9));
    let text = checkpoint(&tree(3, 9)).to_string();
    let line = good[text.len() + 1..].to_owned();
    check_note(b"", Fault::NoBlankLine, 0);
    check_note(text.as_bytes(), Fault::NoBlankLine, 0);
    check_note(format!("{text}\n").as_bytes(), Fault::NoSignatures, text.len() + 1);
    check_note(good.trim_end().as_bytes(), Fault::Truncated, good.len() - 1);
    check_note(format!("{good}\n").as_bytes(), Fault::NoSignatures, good.len() + 1);
    check_note(format!("{good}x\n").as_bytes(), Fault::BadSignatureLine, good.len());
    check_note(good.replace('\n', "\r\n").as_bytes(), Fault::ControlCharacter, text.find('\n').unwrap());
    check_note(format!("\u{0}{good}").as_bytes(), Fault::ControlCharacter, 0);
    check_note(format!("a\tb{good}").as_bytes(), Fault::ControlCharacter, 1);
    check_note(&[good.as_bytes(), b"\xff"].concat(), Fault::NotUtf8, good.len());
    let at = text.len() + 1;
    for (from, to, fault) in [
        ("— ", "- ", Fault::BadSignatureLine),
        ("— ", "—", Fault::BadSignatureLine),
        ("— ", "—  ", Fault::BadName),
        ("— ", " — ", Fault::BadSignatureLine),
        ("log.example/a", "log.example+a", Fault::BadName),
        ("log.example/a", "log.example\u{a0}a", Fault::BadName),
        ("log.example/a", "log.example\u{2003}a", Fault::BadName),
        ("log.example/a", "log.example a", Fault::NotBase64),
        ("=\n", "\n", Fault::NotBase64),
        ("=\n", "==\n", Fault::NotBase64),
        ("=\n", "= \n", Fault::NotBase64),
    ] {
        check_note(format!("{text}\n{}", line.replacen(from, to, 1)).as_bytes(), fault, at);
    }
    check_note(format!("{text}\n— a AAAA\n").as_bytes(), Fault::BadSignatureLine, at);
    check_note(format!("{text}\n— a AAAAAA==\n").as_bytes(), Fault::BadSignatureLine, at);
    // The last two bits of this base64 are not zero: another text for the same bytes.
    check_note(format!("{text}\n— a AAAAAAB=\n").as_bytes(), Fault::NotBase64, at);
    assert!(Note::parse(format!("{text}\n— a AAAAAAA=\n").as_bytes()).is_ok());
}

#[test]
fn size_and_number_of_lines_are_limited() {
    let text = checkpoint(&tree(3, 9)).to_string();
    let line = "— somebody AAAAAAA=\n";
    let of = |count| format!("{text}\n{}", line.repeat(count));
    assert!(Note::parse(of(100).as_bytes()).is_ok());
    check_note(of(101).as_bytes(), Fault::TooManyLines, text.len() + 1 + 100 * line.len());
    check_note(of(10_000).as_bytes(), Fault::TooManyLines, text.len() + 1 + 100 * line.len());
    check_note(&vec![b'a'; (1 << 20) + 1], Fault::TooLarge, 1 << 20);
    let full = of(100).replacen("somebody", "another", 1);
    let merged = Note::parse(full.as_bytes()).unwrap().merge("— new AAAAAAA=\n");
    assert_eq!(merged, Err(malformed(Form::Note, Fault::TooManyLines, 0)));
}

#[test]
fn a_text_may_have_blank_lines_and_ends_at_the_last() {
    let note = Note::parse("one\n\ntwo\n\n— a AAAAAAA=\n".as_bytes()).unwrap();
    assert_eq!(note.text(), "one\n\ntwo\n");
}

#[test]
fn unknown_lines_are_left_aside_and_known_ones_must_hold() {
    let tree = tree(5, 9);
    let (log, [b, c, pq]) = (log_key(), cosigners());
    let all = cosigned(&tree, 3);
    let keys = [log.verifier(), b.verifier(), c.verifier(), pq.verifier()];
    let note = Note::parse(all.as_bytes()).unwrap();
    assert_eq!(note.verify(&keys).unwrap().len(), 4);
    assert_eq!(note.verify(&keys[..1]).unwrap().len(), 1);
    assert_eq!(note.verify(&[]), Err(Rejection::NoKnownSignature));

    // The signature of another tree by c, among good ones.
    let other = c.cosign(&checkpoint(&common::tree(6, 9)), time(7));
    let bad = note.merge(&other).unwrap();
    let bad = Note::parse(bad.as_bytes()).unwrap();
    assert_eq!(bad.signatures().len(), 4, "replaced the line of the same name and key id");
    assert_eq!(bad.verify(&keys), Err(Rejection::BadSignature { line: 3 }));
    assert_eq!(bad.verify(&keys[..2]).unwrap().len(), 2, "c is not known here");

    // The same line twice.
    let line = all.lines().last().unwrap();
    let twice = format!("{all}{line}\n");
    let twice = Note::parse(twice.as_bytes()).unwrap();
    assert_eq!(twice.verify(&keys), Err(Rejection::DuplicateSignature { line: 4 }));
    assert_eq!(twice.verify(&keys[..2]).unwrap().len(), 2);
}

#[test]
fn a_name_that_looks_the_same_is_another_name() {
    let tree = tree(5, 9);
    let checkpoint = checkpoint(&tree);
    // Cyrillic a, e with a combining mark, capital letter, zero-width joiner, full-width slash.
    for look_alike in [
        "log.ex\u{430}mple/a",
        "log.e\u{301}xample/a",
        "Log.example/a",
        "log.example\u{200d}/a",
        "log.example\u{ff0f}a",
    ] {
        let impostor = LogKey::from_seed(name(look_alike), &[1; 32]).unwrap();
        assert_eq!(impostor.sign(&checkpoint), Err(Rejection::OtherOrigin));
        let theirs = Checkpoint::new(name(look_alike), checkpoint.size(), *checkpoint.root()).unwrap();
        let note = impostor.sign(&theirs).unwrap();
        assert_eq!(policy(0).open(note.as_bytes()), Err(Rejection::UnknownOrigin));
        // Their line under our checkpoint, with our key id and without.
        let line = note.lines().last().unwrap();
        let forged = format!("{checkpoint}\n{line}\n");
        assert_eq!(policy(0).open(forged.as_bytes()), Err(Rejection::NoLogSignature));
    }
}

#[test]
fn a_log_that_only_others_signed_for_is_not_signed() {
    let tree = tree(5, 9);
    let (checkpoint, [b, ..]) = (checkpoint(&tree), cosigners());
    let note = format!("{checkpoint}\n{}", b.cosign(&checkpoint, time(7)));
    assert_eq!(policy(1).open(note.as_bytes()), Err(Rejection::NoLogSignature));
    // A cosigner under the log's own name is a cosigner all the same.
    let own = CosignerKey::ed25519(name("log.example/a"), &[9; 32]).unwrap();
    let note = format!("{checkpoint}\n{}", own.cosign(&checkpoint, time(7)));
    assert_eq!(policy(0).open(note.as_bytes()), Err(Rejection::NoLogSignature));
}

#[test]
fn cosignatures_bind_time_text_and_for_ml_dsa_the_name() {
    let tree = tree(5, 9);
    let checkpoint = checkpoint(&tree);
    let root = *checkpoint.root();
    let others = [
        Checkpoint::new(name("log.example/b"), checkpoint.size(), root).unwrap(),
        Checkpoint::new(name("log.example/a"), common::size(6), root).unwrap(),
        Checkpoint::new(name("log.example/a"), common::size(5), common::hash(1)).unwrap(),
    ];
    for key in &cosigners() {
        let line = key.cosign(&checkpoint, time(7));
        for other in &others {
            let note = format!("{other}\n{line}");
            let note = Note::parse(note.as_bytes()).unwrap();
            assert_eq!(note.verify(&[key.verifier()]), Err(Rejection::BadSignature { line: 0 }));
        }
    }
    for seconds in [0, 1 << 63, u64::MAX] {
        assert_eq!(CosignTime::new(seconds).unwrap_err().name(), "number-too-large");
    }
    assert!(CosignTime::new((1 << 63) - 1).is_ok());
}

#[test]
fn a_zero_time_is_refused_even_if_it_is_signed() {
    use ed25519_dalek::Signer as _;
    let tree = tree(5, 9);
    let (checkpoint, [b, ..]) = (checkpoint(&tree), cosigners());
    let message = format!("cosignature/v1\ntime 0\n{checkpoint}");
    let signature = ed25519_dalek::SigningKey::from_bytes(&[2; 32]).sign(message.as_bytes()).to_bytes();
    let id = u32::from_str_radix(&b.verifier().id().to_string(), 16).unwrap().to_be_bytes();
    let bytes = [id.as_slice(), &[0; 8], &signature].concat();
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
    let note = format!("{checkpoint}\n— {} {base64}\n", b.verifier().name());
    let note = Note::parse(note.as_bytes()).unwrap();
    assert_eq!(note.verify(&[b.verifier()]), Err(Rejection::BadSignature { line: 0 }));
}

#[test]
fn checkpoints_in_other_forms_are_refused() {
    let good = checkpoint(&tree(5, 9)).to_string();
    let root = good.lines().last().unwrap();
    let check = |text: &str, fault, offset| {
        assert_eq!(Checkpoint::parse(text), Err(malformed(Form::Checkpoint, fault, offset)), "{text:?}");
    };
    assert!(Checkpoint::parse(&good).is_ok());
    check("", Fault::Truncated, 0);
    check(&good[..good.len() - 1], Fault::Truncated, 16);
    check(&format!("{good}extension\n"), Fault::ExtensionLine, 16);
    check(&format!("{good}\n"), Fault::ExtensionLine, 16);
    check(&good.replace("log.", " log."), Fault::BadName, 0);
    check(&format!("\n5\n{root}\n"), Fault::BadName, 0);
    check(&format!("{}\n5\n{root}\n", "a".repeat(256)), Fault::BadName, 0);
    for size in ["", "+5", "-5", "05", "00", "5 ", "0x5", "5e0", "٥", "5.0"] {
        check(&good.replace("\n5\n", &format!("\n{size}\n")), Fault::NotDecimal, 14);
    }
    for size in ["9007199254740992", "18446744073709551616", &"9".repeat(1000)] {
        check(&good.replace("\n5\n", &format!("\n{size}\n")), Fault::NumberTooLarge, 14);
    }
    for wrong in ["", "AAAA", &root[..43], &format!("{root}="), &root.replace('=', "A"), &format!(" {root}")]
    {
        check(&good.replace(root, wrong), Fault::NotBase64, 16);
    }
    let empty = good.replace("\n5\n", "\n0\n");
    check(&empty, Fault::EmptyTreeRoot, 0);
    assert!(Checkpoint::parse(&checkpoint(&tree(0, 9)).to_string()).is_ok());
}

#[test]
fn verifier_keys_in_other_forms_are_refused() {
    let good = log_key().verifier().to_string();
    let [name, id, key]: [&str; 3] = good.splitn(3, '+').collect::<Vec<_>>().try_into().unwrap();
    let check = |text: &str, rejection: Rejection| {
        assert_eq!(VerifierKey::parse(text).map(drop), Err(rejection), "{text}");
    };
    let form = |fault, offset| malformed(Form::VerifierKey, fault, offset);
    check("", form(Fault::UnexpectedLine, 0));
    check(name, form(Fault::UnexpectedLine, 0));
    check(&format!("{name}+{id}"), form(Fault::UnexpectedLine, name.len()));
    check(&format!("+{id}+{key}"), form(Fault::BadName, 0));
    check(&format!("a b+{id}+{key}"), form(Fault::BadName, 0));
    check(&format!("{good}="), form(Fault::NotBase64, name.len() + 10));
    check(&format!("{name}+{id}+"), Rejection::KeyRefused(KeyFault::BadLength));
    check(&format!("{name}+{id}+{}", "A".repeat(4000)), form(Fault::NotBase64, name.len() + 10));
    for id in ["00000000", "", &id.to_uppercase(), &format!("0{id}")] {
        check(&format!("{name}+{id}+{key}"), Rejection::KeyRefused(KeyFault::OtherId));
    }
    check(&format!("other+{id}+{key}"), Rejection::KeyRefused(KeyFault::OtherId));
    for kind in [0x00, 0x02, 0x03, 0x05, 0x07, 0xff] {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode([&[kind], [7; 32].as_slice()].concat());
        check(&format!("{name}+{id}+{key}"), Rejection::KeyRefused(KeyFault::UnknownType));
    }
    let pq = cosigners()[2].verifier().to_string();
    assert_eq!(VerifierKey::parse(&pq).unwrap().to_string(), pq);
    assert_eq!(KeyId::of("n", KeyType::Ed25519, &[]).to_string().len(), 8);
    for bad in ["", "a+b", "a b", "a\u{3000}b", "a\nb", &"a".repeat(256)] {
        assert_eq!(KeyName::parse(bad), Err(malformed(Form::KeyName, Fault::BadName, 0)), "{bad}");
    }
}

#[test]
fn policies_in_other_forms_are_refused() {
    let log = log_key().verifier().to_string();
    let [b, c, pq] = cosigners().map(|key| key.verifier().to_string());
    let check = |text: String, name: &str| {
        assert_eq!(Policy::parse(text.as_bytes()).map(drop).unwrap_err().name(), name, "{text}");
    };
    let none = "quorum none\n";
    check(String::new(), "not-one-quorum");
    check(format!("{none}{none}"), "not-one-quorum");
    check(format!("log {log}\n"), "not-one-quorum");
    check(format!("log {log}\nquorum none"), "truncated");
    check("quorum w\n".into(), "unknown-name");
    check(format!("log {b}\n{none}"), "other-key-type");
    check(format!("witness w {log}\n{none}"), "other-key-type");
    check(format!("log {log}\nlog {log}\n{none}"), "key-taken");
    let renamed = CosignerKey::ed25519(name("mirror.example/z"), &[2; 32]).unwrap();
    check(format!("witness w {b}\nwitness x {}\n{none}", renamed.verifier()), "key-taken");
    check(format!("witness w {b}\nwitness w {c}\n{none}"), "name-taken");
    check(format!("witness none {b}\n{none}"), "name-taken");
    check(format!("witness w {b}\ngroup w 1 w\n{none}"), "name-taken");
    check(format!("witness w {b}\ngroup g 1 w\ngroup h 1 w\n{none}"), "name-taken");
    check(format!("witness w {b}\ngroup g 1 w w\n{none}"), "name-taken");
    check(format!("group g 1 w\nwitness w {b}\n{none}"), "unknown-name");
    check(format!("group g any g\n{none}"), "unknown-name");
    check(format!("witness w {b}\ngroup g any none\n{none}"), "unknown-name");
    check(format!("group g any\n{none}"), "unexpected-line");
    check(format!("witness w {b}\ngroup g 0 w\n{none}"), "not-decimal");
    check(format!("witness w {b}\ngroup g 2 w\n{none}"), "number-too-large");
    check(format!("witness w {b}\ngroup g 01 w\n{none}"), "not-decimal");
    check(format!("tree x\n{none}"), "unexpected-line");
    check(format!("log {log} url more\n{none}"), "unexpected-line");
    check(format!("# \u{1}\n{none}"), "control-character");
    check(format!("log {log}\r\n{none}"), "control-character");
    check("#".repeat(300 << 10), "too-large");
    let logs: String = (0..200u8)
        .map(|i| format!("log {}\n", LogKey::from_seed(name("log.example/a"), &[i; 32]).unwrap().verifier()))
        .collect();
    check(format!("{logs}{none}"), "too-many-lines");
    let full = format!(
        " # a comment\n\n\tlog\t{log}  https://log.example/#a \nwitness w {b}\nwitness Ж {c} url\nwitness pq {pq}\n\
         group both all w pq\ngroup g any both Ж\nquorum g\n"
    );
    let policy = Policy::parse(full.as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 3));
}

#[test]
fn quorums_count_groups_of_groups() {
    let [b, c, pq] = cosigners().map(|key| key.verifier().to_string());
    let log = log_key();
    let head = format!("log {}\nwitness b {b}\nwitness c {c}\nwitness p {pq}\n", log.verifier());
    let tree = tree(5, 9);
    // Cosigned by the first 0, 1, 2 and 3 of b, c and p.
    for (rule, due) in [
        ("quorum none", [true, true, true, true]),
        ("quorum b", [false, true, true, true]),
        ("group g all b c p\nquorum g", [false, false, false, true]),
        ("group g any b c p\nquorum g", [false, true, true, true]),
        ("group g 2 b c p\nquorum g", [false, false, true, true]),
        ("group bp all b p\ngroup g any bp c\nquorum g", [false, false, true, true]),
        ("group bp all b p\ngroup g all bp c\nquorum g", [false, false, false, true]),
    ] {
        let policy = Policy::parse(format!("{head}{rule}\n").as_bytes()).unwrap();
        for (count, due) in due.into_iter().enumerate() {
            let accepted = policy.open(cosigned(&tree, count).as_bytes()).unwrap();
            assert_eq!((accepted.has_quorum(), accepted.cosignatures().len()), (due, count), "{rule}");
            let strict = accepted.with_quorum().map(drop);
            assert_eq!(strict, if due { Ok(()) } else { Err(Rejection::QuorumNotMet) });
        }
    }
}

#[test]
fn names_of_faults_are_stable_and_distinct() {
    let mut names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Fault::ALL.len());
    for fault in Fault::ALL {
        let text = malformed(Form::Note, *fault, 3).to_string();
        assert!(text.starts_with("the note ") && text.ends_with("(byte 3)"), "{text}");
    }
}
