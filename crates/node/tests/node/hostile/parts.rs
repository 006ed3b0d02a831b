//! Members that have no place, entries that do not fit, and files that nothing binds.

use detente_accord::Entropy;
use detente_accord::record::LogId;
use detente_accord::record::sealed::{ItemKey, SealingSecret, WrappedFor, WrappedKey};
use detente_tlog::{Evidence, Hash};

use super::forger::{hex, log_of};
use super::stage::Stage;
use super::table::{Case, Expect, refused};
use crate::world::id;

pub(crate) fn cases(stage: &Stage) -> Vec<Case> {
    [members(stage), entries(stage), public(stage), sealed(stage), evidence(stage), replays()].concat()
}

fn members(stage: &Stage) -> Vec<Case> {
    let parts = stage.forger.grown(13).packet(12);
    let with = |name: &str, member: &str, bytes: &[u8]| {
        refused(format!("member: {name}"), parts.with(member, bytes), "bad-member")
    };
    let zero = "0".repeat(64);
    let lines =
        |count: usize| format!("12 13 {count}\n{}", format!("{}\n", "A".repeat(43) + "=").repeat(count));
    vec![
        with("no folder", "x", b""),
        with("unknown folder", "bin/x", b""),
        with("a charter", "charter.json", b"{}"),
        with("entries of 257", "log/a/0/entries/0-257", &[0; 2 * 257]),
        with("entries across a tile", "log/a/0/entries/255-257", &[0; 4]),
        with("entries backwards", "log/a/0/entries/9-8", b""),
        with("no entries", "log/a/0/entries/8-8", b""),
        with("entries with a leading zero", "log/a/0/entries/012-13", &[0, 1, b'x']),
        with("entries at two to the 53", "log/a/0/entries/9007199254740992-9007199254740993", &[0, 1, b'x']),
        with(
            "entries at two to the 63",
            "log/a/0/entries/9223372036854775808-9223372036854775809",
            &[0, 1, b'x'],
        ),
        with("an entry too many", "log/a/0/entries/20-21", &[0, 1, b'x', 0, 1, b'y']),
        with("an entry too few", "log/a/0/entries/20-22", &[0, 1, b'x']),
        with("an entry cut", "log/a/0/entries/20-21", &[0, 9, b'x']),
        with("the same entry twice", "log/a/0/entries/11-13", &[0, 1, b'x', 0, 1, b'y']),
        with("an entry over 16 KiB", "log/a/0/entries/20-21", &[&[0x40, 0x01][..], &[b'x'; 16_385]].concat()),
        with("a party with a capital", "log/A/0/checkpoint", b""),
        with("an epoch with a leading zero", "log/a/00/checkpoint", b""),
        with("an epoch of two to the 53", "log/a/9007199254740992/checkpoint", &stage.forger.note(12)),
        with("a note under another hash", &format!("note/{zero}"), &stage.forger.note(12)),
        with("a note under no hash", "note/12", &stage.forger.note(12)),
        with("a note with a hash in capitals", &format!("note/{}", hex(b"x").to_uppercase()), b"x"),
        with("a sealed file under another hash", &format!("sealed/{zero}"), b"x"),
        with("a key of the wrong length", &format!("k/b/{zero}"), b"short"),
        with("a key for nobody's form", &format!("k/B/{zero}"), &[0; 80]),
        with("a key set of epoch 0", "keys/a/0.json", b"{}"),
        with("rules under another hash", &format!("rules/{zero}.json"), b"{}"),
        with("evidence under another hash", &format!("evidence/{zero}.evidence"), b"x"),
        with(
            "evidence over the limit",
            &format!("evidence/{}.evidence", hex(&vec![0; (4 << 20) + 1])),
            &vec![0; (4 << 20) + 1],
        ),
        with("an offer over the limit", "offer/a.json", &vec![b' '; (256 << 10) + 1]),
        with("growth of 64 hashes", "log/a/0/growth", lines(64).as_bytes()),
        with("growth of a count that is not there", "log/a/0/growth", b"12 13 3\n"),
        with("growth backwards", "log/a/0/growth", b"13 12 0\n"),
        with("growth from 0", "log/a/0/growth", b"0 13 0\n"),
        with("growth to two to the 53", "log/a/0/growth", b"12 9007199254740992 0\n"),
        with("growth to two to the 63", "log/a/0/growth", b"12 9223372036854775808 0\n"),
        with("growth without a line feed", "log/a/0/growth", b"12 13 0"),
        with("growth with a line more", "log/a/0/growth", b"12 13 0\nx\n"),
        with(
            "growth with stray bits",
            "log/a/0/growth",
            format!("12 13 1\n{}B=\n", "A".repeat(42)).as_bytes(),
        ),
        with("growth without padding", "log/a/0/growth", format!("12 13 1\n{}\n", "A".repeat(43)).as_bytes()),
        with("growth with a carriage return", "log/a/0/growth", b"12 13 0\r\n"),
    ]
}

fn entries(stage: &Stage) -> Vec<Case> {
    let grown = stage.forger.grown(14);
    let log = log_of("a");
    let case = |name: &str, from: usize, to: usize, why| {
        let mut parts = grown.empty("b");
        parts.checkpoint(&log, &grown.note(14)).entries(&log, from as u64, &grown.leaves[from..to]);
        refused(format!("entries: {name}"), parts.bytes(), why)
    };
    let mut alone = grown.empty("b");
    alone.checkpoint(&log, &grown.note(14));
    let mut headless = grown.empty("b");
    headless.entries(&log, 12, &grown.leaves[12..14]);
    let mut beyond = grown.empty("b");
    beyond.checkpoint(&log, &grown.note(13)).entries(&log, 12, &grown.leaves[12..14]);
    let mut beyond_old = grown.empty("b");
    beyond_old.checkpoint(&log, &grown.note(8)).entries(&log, 7, &grown.leaves[7..9]);
    let mut hole = grown.grown(16).empty("b");
    hole.checkpoint(&log, &grown.grown(16).note(16));
    hole.entries(&log, 12, &grown.grown(16).leaves[12..13]).entries(
        &log,
        14,
        &grown.grown(16).leaves[14..16],
    );
    let mut swapped = grown.empty("b");
    let two = [grown.leaves[13].clone(), grown.leaves[12].clone()];
    swapped.checkpoint(&log, &grown.note(14)).entries(&log, 12, &two);
    let mut changed = grown.empty("b");
    let other = [grown.other(3, 4).leaves[3].clone()];
    changed.checkpoint(&log, &grown.note(8)).entries(&log, 3, &other);
    let mut overlap = grown.empty("b");
    let mut leaves = grown.leaves[10..14].to_vec();
    leaves[1] = grown.other(11, 12).leaves[11].clone();
    overlap.checkpoint(&log, &grown.note(14)).entries(&log, 10, &leaves);
    let mut foreign = grown.empty("b");
    foreign.checkpoint(&log_of("c"), &grown.note(14));
    let mut unknown = grown.empty("b");
    unknown.checkpoint(&log_of("z"), &grown.note(14));
    let mut later = grown.empty("b");
    later.checkpoint(&LogId::new(id("a"), 1), &grown.note(14));
    let mut growth_to_other = grown.packet(12);
    growth_to_other.growth(&log, 3, 12, &[Hash::of_empty_tree(); 3]);
    vec![
        case("withheld at the end", 12, 13, "entries-missing"),
        case("withheld at the beginning", 13, 14, "gap"),
        case("all from before", 0, 12, "entries-missing"),
        refused("entries: none at all", alone.bytes(), "entries-missing"),
        refused("entries: no checkpoint", headless.bytes(), "no-checkpoint"),
        refused("entries: beyond the checkpoint", beyond.bytes(), "entries-beyond"),
        refused("entries: beyond an old checkpoint", beyond_old.bytes(), "entries-beyond"),
        refused("entries: a hole", hole.bytes(), "entries-missing"),
        refused("entries: swapped", swapped.bytes(), "root-differs"),
        refused("entries: other bytes than are held, under an old head", changed.bytes(), "entry-differs"),
        refused("entries: other bytes than are held, under a new head", overlap.bytes(), "entry-differs"),
        refused(
            "entries: a checkpoint in the folder of another log",
            foreign.bytes(),
            "bad-note other-origin",
        ),
        refused("entries: a log of nobody", unknown.bytes(), "unknown-log"),
        refused("entries: an epoch of nobody", later.bytes(), "unknown-log"),
        Case {
            name: "stale head".into(),
            packet: stage.forger.other(8, 8).packet(0).bytes(),
            expect: Expect::Harmless,
        },
        Case {
            name: "stale head alone".into(),
            packet: stage.forger.other(7, 7).packet(7).bytes(),
            expect: Expect::Harmless,
        },
        Case {
            name: "the newest head again".into(),
            packet: stage.forger.packet(0).bytes(),
            expect: Expect::Harmless,
        },
        Case {
            name: "nothing at all".into(),
            packet: stage.forger.empty("b").bytes(),
            expect: Expect::Harmless,
        },
        Case {
            name: "growth that rebuilds nothing".into(),
            packet: stage.forger.packet(3).with("log/a/0/growth", format!("3 12 1\n{}=\n", "A".repeat(43))),
            expect: Expect::Harmless,
        },
    ]
}

fn public(stage: &Stage) -> Vec<Case> {
    let parts = stage.forger.packet(12);
    let accord = stage.world.open("a");
    let offer = accord.held().offers.values().next().unwrap().bytes().to_vec();
    let keys = accord.charter().parties()[0].keys().encode();
    drop(accord);
    let mut forged = String::from_utf8(offer.clone()).unwrap();
    let at = forged.find("\"name\":\"").unwrap() + 8;
    forged.replace_range(at..=at, "Z");
    let rules = b"{\"kind\":\"detente/rules\"}";
    vec![
        refused("offer: under another id", parts.with("offer/c.json", offer), "file-unbound"),
        refused("offer: signature does not hold", parts.with("offer/a.json", forged), "bad-signature"),
        refused("offer: not an offer", parts.with("offer/a.json", "{}"), "bad-field sig"),
        refused("key set: not bound", parts.with("keys/a/1.json", keys), "file-unbound"),
        refused("key set: not a key set", parts.with("keys/a/1.json", "{}"), "bad-field log_ed"),
        refused("rules: not bound", parts.with(format!("rules/{}.json", hex(rules)), rules), "file-unbound"),
    ]
}

fn sealed(stage: &Stage) -> Vec<Case> {
    let parts = stage.forger.packet(12);
    let file = [7; 1024];
    let wrapped = |reader: &str| {
        let secret = SealingSecret::from_seed(&[3; 32]);
        let (author, reader, sha256) = (id("a"), id(reader), [2; 32]);
        let wrapped_for =
            WrappedFor { record: &stage.forger.record, author: &author, reader: &reader, sha256: &sha256 };
        let key = ItemKey::from_bytes([4; 32]);
        WrappedKey::wrap(&key, &secret.public(), wrapped_for, &mut Entropy::from_random([5; 32])).unwrap()
    };
    let key = |reader: &str| wrapped(reader).bytes().to_vec();
    let named = detente_accord::record::RecordId::from_bytes([2; 32]).to_string();
    vec![
        refused(
            "sealed: no entry names it",
            parts.with(format!("sealed/{}", hex(&file)), file),
            "sealed-unbound",
        ),
        refused("sealed: an empty file", parts.with(format!("sealed/{}", hex(b"")), b""), "sealed-unbound"),
        refused("key: without its file", parts.with(format!("k/b/{named}"), key("b")), "key-unbound"),
        refused("key: for somebody else", parts.with(format!("k/c/{named}"), key("c")), "key-unbound"),
    ]
}

fn evidence(stage: &Stage) -> Vec<Case> {
    let parts = stage.forger.packet(12);
    let with = |name: &str, file: Vec<u8>| {
        let packet = parts.with(format!("evidence/{}.evidence", hex(&file)), file);
        refused(format!("evidence: {name}"), packet, "evidence-empty")
    };
    let key = stage.forger.key();
    let proof = {
        let mut tree = detente_tlog::MemoryTree::default();
        for leaf in &stage.forger.leaves {
            tree.append(detente_tlog::leaf_hash(leaf)).unwrap();
        }
        let (index, size) = (detente_tlog::EntryIndex::new(9), detente_tlog::TreeSize::new(12).unwrap());
        let path = detente_tlog::inclusion_proof(index, size, &tree).unwrap();
        detente_tlog::ProofFile::write(index, &path, &stage.forger.note(12)).unwrap()
    };
    let about = |kind| {
        let leaf: (&[u8], &[u8]) = (&proof, &stage.forger.leaves[9]);
        Evidence::about_leaves(kind, key.verifier(), &[leaf]).unwrap()
    };
    let other = stage.forger.other(11, 12);
    let fork = Evidence::of_notes(key.verifier(), [&stage.forger.note(12), &other.note(12)], None).unwrap();
    let text = String::from_utf8_lossy(&fork).into_owned();
    let elsewhere = text.replace("/a/0", "/c/0");
    vec![
        with("no evidence", b"x".to_vec()),
        with("a good leaf called bad", about(detente_tlog::EvidenceKind::BadLeaf)),
        with("a leaf in its place called misplaced", about(detente_tlog::EvidenceKind::Misplaced)),
        with("one byte more", [fork.as_slice(), b"x"].concat()),
        with("cut", fork[..fork.len() - 1].to_vec()),
        with("against another", elsewhere.into_bytes()),
        with("a signature that does not hold", {
            let mut broken = fork.clone();
            let at = broken.len() - 20;
            broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
            broken
        }),
    ]
}

fn replays() -> Vec<Case> {
    vec![refused("a packet of another accord", other_accord(), "other-record")]
}

/// A packet of an accord of other parties under the same names.
fn other_accord() -> Vec<u8> {
    let mut world = crate::world::World::founded(&["a", "b"]);
    world.packet("a", "b")
}
