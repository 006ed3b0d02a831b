//! Bundles that must be refused, each with the reason that is due, and evidence of every kind that convicts.
//!
//! A case changes one thing and then repairs every list and hash that would find it too early.

use std::collections::BTreeMap;

use detente_accord::b64;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::record::bundle::{BundleBuilder, Claim};
use detente_accord::record::manifest::Manifest;
use detente_accord::record::tar::{self, Member};
use detente_accord::record::verify::Reason;
use detente_accord::record::{LogId, Pq, RecordId};
use detente_tlog::{
    EntryIndex, Evidence, EvidenceKind, Hash, MemoryTree, ProofFile, TreeSize, full_form, inclusion_path,
    leaf_hash,
};

use crate::world::{Shape, T, World, entry, head_of, id, keys, log, rotation, story};

/// One bundle and what is due.
pub(crate) struct Case {
    /// What was done.
    pub(crate) name: String,
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// The record it is checked against.
    pub(crate) record: RecordId,
    /// The reason of its first claim.
    pub(crate) reason: Reason,
}

/// The members of a bundle, to change some and put it together again.
pub(crate) struct Parts {
    members: BTreeMap<String, Vec<u8>>,
    claims: Value,
    record: RecordId,
}

impl Parts {
    pub(crate) fn of(bytes: &[u8]) -> Parts {
        let mut members: BTreeMap<String, Vec<u8>> = tar::read(bytes, "bundle.json")
            .unwrap()
            .iter()
            .map(|member| (member.name.to_owned(), member.bytes.to_vec()))
            .collect();
        let json = Value::decode(&members.remove("bundle.json").unwrap()).unwrap();
        let Value::Object(mut json) = json else { panic!("bundle.json is an object") };
        let Some(Value::Text(record)) = json.remove("accord") else { panic!("accord is text") };
        let record = RecordId::from_bytes(b64::decode(&record).unwrap());
        Parts { members, claims: json.remove("claims").unwrap(), record }
    }

    /// The bundle, with its list and hashes as they should be.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let members: Vec<Member<'_>> =
            self.members.iter().map(|(name, bytes)| Member { name, bytes }).collect();
        let json = Value::object([
            ("accord", Value::text(b64::encode(self.record.bytes()))),
            ("claims", self.claims.clone()),
            ("files", Manifest::of(&members).to_value()),
            ("kind", Value::text("detente/bundle")),
            ("v", Value::Integer(1)),
        ]);
        let json = json.encode();
        let first = Member { name: "bundle.json", bytes: &json };
        tar::write(&std::iter::once(first).chain(members).collect::<Vec<_>>()).unwrap()
    }

    fn put(&mut self, name: &str, bytes: &[u8]) {
        self.members.insert(name.to_owned(), bytes.to_vec());
    }

    fn rename(&mut self, from: &str, to: &str) {
        let bytes = self.members.remove(from).unwrap_or_else(|| panic!("no {from}"));
        self.put(to, &bytes);
    }

    fn remove(&mut self, name: &str) {
        self.members.remove(name).unwrap_or_else(|| panic!("no {name}"));
    }

    /// Replaces a piece of text in a member; the piece must be there.
    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.members[name].clone()).unwrap();
        assert!(text.contains(from), "{from} in {name}");
        self.put(name, text.replacen(from, to, 1).as_bytes());
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.members[name].clone()).unwrap()
    }
}

/// Everything about the story: entries, heads, policies, a disclosure, and the list of a's leaves.
fn full(world: &World) -> Parts {
    let mut bundle = world.everything();
    world.disclose(&mut bundle, &entry("a", 1), &["text"]);
    bundle.leaves(&log("a", 0), &world.hashes(&log("a", 0)));
    bundle.content(b"attachment");
    bundle.evidence(&fork_same(world));
    Parts::of(&bundle.finish().unwrap())
}

/// All cases.
pub(crate) fn refused() -> Vec<Case> {
    let world = story();
    let mut cases = Vec::new();
    let mut add = |name: &str, reason: Reason, change: &dyn Fn(&mut Parts)| {
        let mut parts = full(&world);
        change(&mut parts);
        cases.push(Case { name: name.to_owned(), bytes: parts.pack(), record: world.record(), reason });
    };
    form(&mut add);
    entries(&mut add, &world);
    signatures(&mut add, &world);
    rest(&mut add, &world);
    cases.extend(broken_archives(&world));
    cases.extend(other_records(&world));
    cases.extend(later_keys());
    cases.extend(claims(&world));
    cases.extend(no_evidence());
    cases
}

type Add<'a> = dyn FnMut(&str, Reason, &dyn Fn(&mut Parts)) + 'a;

fn form(add: &mut Add<'_>) {
    add("an unknown name", Reason::Malformed, &|parts| parts.put("LICENSE", b""));
    add("a number with a zero before it", Reason::Malformed, &|parts| {
        parts.rename("entry/a/0/1.json", "entry/a/0/01.json");
    });
    add("no charter", Reason::Malformed, &|parts| parts.remove("charter.json"));
    add("an unknown claim", Reason::Malformed, &|parts| {
        parts.claims = Value::Array(vec![Value::object([("claim", Value::text("true"))])]);
    });
    add("a policy with another key", Reason::PolicyDiffers, &|parts| {
        let other = parts.text("policy/b/0.txt");
        parts.put("policy/a/0.txt", other.as_bytes());
    });
    add("a policy of nobody", Reason::PolicyDiffers, &|parts| {
        parts.rename("policy/a/0.txt", "policy/x/0.txt");
    });
    add("a policy of a later epoch", Reason::PolicyDiffers, &|parts| {
        parts.rename("policy/a/0.txt", "policy/a/1.txt");
    });
}

fn entries(add: &mut Add<'_>, world: &World) {
    add("a leaf with a space", Reason::BadLeaf, &|parts| {
        parts.replace("entry/a/0/1.json", "\"seq\":1", "\"seq\": 1");
    });
    add("a leaf of another index", Reason::BadLeaf, &|parts| {
        let other = parts.text("entry/a/0/0.json");
        parts.put("entry/a/0/1.json", other.as_bytes());
    });
    add("a leaf of another record", Reason::BadLeaf, &|parts| {
        let own = b64::encode(world.record().bytes());
        parts.replace("entry/a/0/1.json", &own, &b64::encode(&[7; 32]));
    });
    add("a changed leaf", Reason::BadProof, &|parts| {
        parts.replace("entry/a/0/1.json", "\"to\":\"b\"", "\"to\":\"c\"");
    });
    add("a proof without its leaf", Reason::BadProof, &|parts| parts.remove("entry/a/0/1.json"));
    add("a proof of another size", Reason::BadProof, &|parts| {
        parts.rename("entry/a/0/1.2.tlog-proof", "entry/a/0/1.3.tlog-proof");
    });
    add("a proof of another index", Reason::BadProof, &|parts| {
        parts.replace("entry/a/0/1.2.tlog-proof", "index 1\n", "index 0\n");
    });
    add("a proof of another log", Reason::BadProof, &|parts| {
        let other = parts.text("entry/b/0/1.2.tlog-proof");
        parts.put("entry/a/0/1.2.tlog-proof", other.as_bytes());
    });
    add("a proof with a line of extra data", Reason::BadProof, &|parts| {
        parts.replace("entry/a/0/1.2.tlog-proof", "index 1\n", "extra AAAA\nindex 1\n");
    });
    add("a proof with an extension line", Reason::BadProof, &|parts| {
        parts.replace("entry/a/0/1.2.tlog-proof", "=\n\n\u{2014}", "=\nmore\n\n\u{2014}");
    });
    add("an entry of an epoch without keys", Reason::BadKeys, &|parts| {
        parts.rename("entry/a/0/1.json", "entry/a/1/1.json");
    });
    add("an entry of nobody", Reason::BadKeys, &|parts| parts.rename("entry/a/0/1.json", "entry/x/0/1.json"));
    add("keys of the first epoch", Reason::BadKeys, &|parts| parts.put("keys/a/0.json", b"{}"));
    add("keys that nothing binds", Reason::BadKeys, &|parts| {
        parts.put("keys/a/1.json", &keys("a", 1, false, false).encode());
    });
    add("an offer that is none", Reason::BadKeys, &|parts| parts.put("offer/x.json", b"{}"));
}

/// The text of a note with one signature line changed.
fn with_line(text: &str, of: &str, change: impl Fn(&str) -> String) -> String {
    let mark = format!("\u{2014} {of}");
    assert!(text.lines().any(|line| line.starts_with(&mark)), "{of} in {text}");
    let line = |line: &str| if line.starts_with(&mark) { change(line) } else { line.to_owned() };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Another signature in the same form: its last bytes changed.
fn spoilt(line: &str) -> String {
    let (rest, base64) = line.rsplit_once(' ').unwrap();
    let other = if &base64[20..24] == "AAAA" { "BBBB" } else { "AAAA" };
    format!("{rest} {}{other}{}", &base64[..20], &base64[24..])
}

fn signatures(add: &mut Add<'_>, world: &World) {
    let names = world.charter.names();
    let own = names.origin(&log("a", 0)).to_string();
    let mirror = names.mirror(&log("b", 0)).to_string();
    let witness = names.witness(&log("o", 0)).to_string();
    let proof = "entry/a/0/1.2.tlog-proof";
    for (name, of) in [
        ("the log's", &own),
        ("a mirror's", &mirror),
        ("an observer's", &witness),
        ("a witness's", &"w.example".to_owned()),
    ] {
        add(&format!("{name} signature changed"), Reason::BadSignature, &|parts| {
            let text = with_line(&parts.text(proof), of, spoilt);
            parts.put(proof, text.as_bytes());
        });
        add(&format!("{name} signature twice"), Reason::BadSignature, &|parts| {
            let text = with_line(&parts.text(proof), of, |line| format!("{line}\n{line}"));
            parts.put(proof, text.as_bytes());
        });
    }
    add("no line by the log", Reason::BadSignature, &|parts| {
        let text = with_line(&parts.text(proof), &own, |_| String::new()).replace("\n\n\n", "\n\n");
        parts.put(proof, text.as_bytes());
    });
    add("a head with a changed cosignature", Reason::BadSignature, &|parts| {
        let name = parts.members.keys().find(|name| name.starts_with("head/")).unwrap().clone();
        let note = parts.text(&name);
        let mirror = if note.starts_with(&own) { &mirror } else { "w.example" };
        let text = with_line(&note, mirror, spoilt);
        parts.put(&name, text.as_bytes());
    });
}

fn rest(add: &mut Add<'_>, world: &World) {
    let first_head =
        |parts: &Parts| parts.members.keys().find(|name| name.starts_with("head/")).unwrap().clone();
    add("a head under another hash", Reason::BadHead, &|parts| {
        let name = first_head(parts);
        parts.rename(&name, &format!("head/{}.note", "0".repeat(64)));
    });
    add("a head of another record", Reason::BadHead, &|parts| {
        let other = World::found(&Shape::pair());
        let note = other.note(&log("a", 0), &[], &[]);
        parts.put(&format!("head/{}.note", sha256(note.as_bytes())), note.as_bytes());
    });
    add("a head that is no note", Reason::BadHead, &|parts| {
        parts.put(&format!("head/{}.note", sha256(b"note")), b"note");
    });
    add("a changed field", Reason::BadDisclosure, &|parts| {
        parts.replace("entry/a/0/1.disclosed.json", "yours", "theirs");
    });
    add("a disclosure without its entry", Reason::BadDisclosure, &|parts| {
        let text = parts.text("entry/a/0/1.disclosed.json").replace("\"seq\":1", "\"seq\":5");
        parts.put("entry/a/0/5.disclosed.json", text.as_bytes());
    });
    add("a disclosure of another entry", Reason::BadDisclosure, &|parts| {
        parts.rename("entry/a/0/1.disclosed.json", "entry/a/0/0.disclosed.json");
    });
    add("an attachment under another hash", Reason::BadDisclosure, &|parts| {
        let zeros = "0".repeat(64);
        parts.put(&format!("content/{zeros}"), b"attachment");
    });
    add("leaf hashes of another length", Reason::BadLeaves, &|parts| {
        parts.put("leaves/a/0/2.hashes", &[0; 63])
    });
    add("other leaf hashes", Reason::BadLeaves, &|parts| parts.put("leaves/a/0/2.hashes", &[0; 64]));
    add("leaf hashes of a size without a note", Reason::BadLeaves, &|parts| {
        let first: Vec<u8> = world.hashes(&log("a", 0))[0].as_bytes().to_vec();
        parts.put("leaves/a/0/1.hashes", &first);
    });
    add("evidence that is none", Reason::BadEvidence, &|parts| parts.put("evidence/0.evidence", b"evidence"));
    add("evidence with a byte behind it", Reason::BadEvidence, &|parts| {
        let longer = [parts.members["evidence/0.evidence"].as_slice(), b"\n"].concat();
        parts.put("evidence/0.evidence", &longer);
    });
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    RecordId::from_bytes(sha2::Sha256::digest(bytes).into()).to_string()
}

/// Files that are no archives, or lists that do not hold.
fn broken_archives(world: &World) -> Vec<Case> {
    let good = world.everything().finish().unwrap();
    let case = |name: &str, bytes: Vec<u8>| Case {
        name: name.to_owned(),
        bytes,
        record: world.record(),
        reason: Reason::Malformed,
    };
    let unlisted = {
        let mut members = tar::read(&good, "bundle.json").unwrap();
        let extra = Member { name: "zzz", bytes: b"" };
        members.push(extra);
        tar::write(&members).unwrap()
    };
    let missing = {
        let mut members = tar::read(&good, "bundle.json").unwrap();
        members.pop();
        tar::write(&members).unwrap()
    };
    vec![
        case("nothing", Vec::new()),
        case("two zero blocks", vec![0; 1024]),
        case("cut short", good[..good.len() - 1].to_vec()),
        case("padded as tar pads", [good.clone(), vec![0; 512]].concat()),
        case("a member that is not listed", unlisted),
        case("a member that is missing", missing),
    ]
}

/// The wrong record, and charters that are none.
fn other_records(world: &World) -> Vec<Case> {
    let other = RecordId::from_bytes([9; 32]);
    let bytes = world.everything().finish().unwrap();
    let mut cases =
        vec![Case { name: "another record's id".into(), bytes, record: other, reason: Reason::OtherAccord }];
    let mut parts = full(world);
    parts.replace("charter.json", "CERT a", "CERT b");
    cases.push(Case {
        name: "a changed charter".into(),
        bytes: parts.pack(),
        record: world.record(),
        reason: Reason::OtherAccord,
    });
    let text = String::from_utf8(world.charter.bytes().to_vec()).unwrap();
    for (name, charter) in [
        ("an empty charter", "{}".to_owned()),
        ("a charter with an unknown role", text.replacen("\"hod\"", "\"boss\"", 1)),
        ("a charter with a repeated key", text.replacen(&root_of(&text, "b"), &root_of(&text, "a"), 1)),
    ] {
        assert_ne!(charter, text, "{name}");
        let mut bundle = BundleBuilder::new(charter.as_bytes());
        bundle.claim(Claim::Said(entry("a", 0)));
        let record = RecordId::of(charter.as_bytes());
        let bytes = bundle.finish().unwrap();
        cases.push(Case { name: name.into(), bytes, record, reason: Reason::BadCharter });
    }
    cases
}

/// The text of a party's root key in a charter.
fn root_of(charter: &str, party: &str) -> String {
    let at = charter.find(&format!("\"party\":\"{party}\",\"recovery\"")).unwrap();
    let root = charter[at..].find("\"root\":\"").unwrap() + at + 8;
    charter[root..root + 44].to_owned()
}

/// Rotations and invitations that do not bind.
fn later_keys() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, reason: Reason, build: &dyn Fn(&mut World) -> Parts| {
        let mut world = story();
        let parts = build(&mut world);
        cases.push(Case { name: name.into(), bytes: parts.pack(), record: world.record(), reason });
    };
    let publish = |world: &mut World, at: &LogId| drop(world.publish(at, &[("b", T + 300), ("c", T + 300)]));
    add("a rotation without a proof", Reason::BadKeys, &|world| {
        let (rotation, new) = world.rotate("a");
        publish(world, &log("a", 0));
        publish(world, &new);
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts
            .members
            .retain(|name, _| !name.starts_with(&format!("entry/{rotation}.")) || name.ends_with("json"));
        parts
    });
    add("keys that the rotation does not name", Reason::BadKeys, &|world| {
        let (_, new) = world.rotate("a");
        publish(world, &log("a", 0));
        publish(world, &new);
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.put("keys/a/1.json", &keys("a", 2, false, false).encode());
        parts
    });
    add("keys that were not promised", Reason::BadKeys, &|world| {
        // A thief of today's keys names others for tomorrow.
        let thief = keys("thief", 1, false, false);
        world.say(&log("a", 0), "keys", rotation(1, &thief, &keys("thief", 2, false, false)), &[]);
        publish(world, &log("a", 0));
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.put("keys/a/1.json", &thief.encode());
        parts
    });
    add("a rotation after one that promised nothing", Reason::BadKeys, &|world| {
        let (first, second) = (keys("a", 1, false, false), keys("a", 2, false, false));
        let mut named = rotation(1, &first, &second);
        if let Value::Object(members) = &mut named {
            members.insert("next".to_owned(), Value::text(""));
        }
        world.say(&log("a", 0), "keys", named, &[]);
        publish(world, &log("a", 0));
        world.say(&log("a", 1), "keys", rotation(2, &second, &first), &[]);
        publish(world, &log("a", 1));
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.put("keys/a/1.json", &first.encode());
        parts.put("keys/a/2.json", &second.encode());
        parts
    });
    add("two successors", Reason::BadKeys, &|world| {
        let (_, new) = world.rotate("a");
        let (right, other) = (keys("a", 1, false, false), keys("a", 3, false, false));
        world.say(&log("a", 0), "keys", rotation(1, &right, &other), &[]);
        publish(world, &log("a", 0));
        publish(world, &new);
        Parts::of(&world.everything().finish().unwrap())
    });
    add("an offer that nobody invited", Reason::BadKeys, &|world| {
        world.invite("b", "d");
        publish_b(world);
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.members.retain(|name, _| !name.starts_with("entry/b/0/2."));
        parts.claims = Value::Array(Vec::new());
        parts
    });
    add("an offer with another signature", Reason::BadKeys, &|world| {
        world.invite("b", "d");
        publish_b(world);
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.replace("offer/d.json", "CERT d", "CERT e");
        parts
    });
    add("a party that invites itself", Reason::BadKeys, &|world| {
        world.open_log(&log("d", 0));
        world.invite("d", "d");
        world.publish(&log("d", 0), &[("b", T + 300)]);
        Parts::of(&world.everything().finish().unwrap())
    });
    add("a policy of a party that joined", Reason::PolicyDiffers, &|world| {
        world.invite("b", "d");
        publish_b(world);
        let mut parts = Parts::of(&world.everything().finish().unwrap());
        parts.put("policy/d/0.txt", b"quorum none\n");
        parts
    });
    cases
}

fn publish_b(world: &mut World) {
    world.publish(&log("b", 0), &[("a", T + 400), ("c", T + 400)]);
}

/// Claims that the files do not show.
fn claims(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, reason: Reason, claim: Claim, change: &dyn Fn(&mut Parts)| {
        let mut bundle = world.everything();
        bundle.leaves(&log("a", 0), &world.hashes(&log("a", 0)));
        let mut parts = Parts::of(&bundle.finish().unwrap());
        let mut one = world.bundle();
        one.claim(claim);
        parts.claims = Parts::of(&one.finish().unwrap()).claims;
        change(&mut parts);
        cases.push(Case { name: name.into(), bytes: parts.pack(), record: world.record(), reason });
    };
    let said = || Claim::Said(entry("a", 1));
    add("an entry that is not there", Reason::Missing, Claim::Said(entry("a", 2)), &|_| ());
    add("an entry without a proof", Reason::Missing, said(), &|parts| {
        parts.remove("entry/a/0/1.2.tlog-proof")
    });
    let by = |by| Claim::Acknowledged { entry: entry("a", 1), by };
    add("an acknowledgement that is not there", Reason::Missing, by(entry("b", 2)), &|_| ());
    add("an entry that names no head", Reason::NotAcknowledged, by(entry("b", 0)), &|_| ());
    add("an acknowledgement by its author", Reason::NotAcknowledged, by(entry("a", 0)), &|_| ());
    let complete = |from, to, size| Claim::Complete { log: log("a", 0), from, to, size };
    add("a list of another size", Reason::Missing, complete(0, 1, 1), &|_| ());
    add("a gap", Reason::Missing, complete(0, 2, 2), &|parts| {
        parts.members.retain(|name, _| !name.starts_with("entry/a/0/0."));
    });
    add("evidence that is not there", Reason::Missing, Claim::Fork(3), &|_| ());
    cases
}

/// Evidence in form that convicts nobody.
fn no_evidence() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, world, file) in evidence() {
        let parsed = Evidence::parse(&file).unwrap();
        let case = |name: String, file: Vec<u8>| {
            let mut bundle = world.bundle();
            bundle.evidence(&file);
            let bytes = bundle.finish().unwrap();
            Case { name, bytes, record: world.record(), reason: Reason::NoEvidence }
        };
        // The same file about another log.
        let text = parsed.origin().as_str().to_owned();
        let other = text.replace("/a/0", "/b/0");
        let at = file.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
        let mut moved = file.clone();
        moved[at..at + text.len()].copy_from_slice(other.as_bytes());
        if other != text {
            cases.push(case(format!("{name}, about another log"), moved));
        }
    }
    let world = story();
    let note = world.logs[&log("a", 0)].notes[&2].clone();
    let twice = [("note-a", note.as_bytes()), ("note-b", note.as_bytes())];
    let file =
        evidence_file("fork-same", &world.charter.names().origin(&log("a", 0)).to_string(), "", &twice);
    let mut bundle = world.bundle();
    bundle.evidence(&file);
    cases.push(Case {
        name: "one note twice".into(),
        bytes: bundle.finish().unwrap(),
        record: world.record(),
        reason: Reason::NoEvidence,
    });
    cases
}

/// An evidence file from its pieces; `more` is a line, with its line feed, or nothing.
fn evidence_file(kind: &str, origin: &str, more: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let lines: String = parts.iter().map(|(name, bytes)| format!("part {name} {}\n", bytes.len())).collect();
    let head = format!("detente/evidence@v1\nkind {kind}\norigin {origin}\n{more}{lines}\n");
    parts.iter().fold(head.into_bytes(), |file, (_, bytes)| [file.as_slice(), bytes].concat())
}

/// Two notes of a's log with different roots at size 2.
pub(crate) fn fork_same(world: &World) -> Vec<u8> {
    let at = log("a", 0);
    let forged = world.note(&at, &[leaf_hash(b"other"); 2], &[]);
    let note = world.note(&at, &world.hashes(&at), &[]);
    Evidence::of_notes(log_key(world), [note.as_bytes(), forged.as_bytes()], None).unwrap()
}

/// The verifier key of a's log; it lives as long as the tests.
fn log_key(world: &World) -> &'static detente_tlog::VerifierKey {
    let keys = world.charter.party(&id("a")).unwrap().keys();
    let pair = detente_accord::record::log_keys(world.charter.names(), &log("a", 0), keys).unwrap();
    Box::leak(Box::new(pair.ed))
}

/// One evidence file of each kind, each with its world. All convict.
pub(crate) fn evidence() -> Vec<(&'static str, World, Vec<u8>)> {
    let world = story();
    let at = log("a", 0);
    let mut all = vec![("fork-same", story(), fork_same(&world))];

    // A head of size 1, and a longer history that does not extend it.
    let other: Vec<Hash> = (0..4u8).map(|i| leaf_hash(&[i])).collect();
    let mut tree = MemoryTree::default();
    other.iter().for_each(|hash| tree.append(*hash).unwrap());
    let (older, newer) = (TreeSize::new(1).unwrap(), TreeSize::new(4).unwrap());
    let hashes = full_form(older, newer, &tree).unwrap();
    let short = world.note(&at, &world.hashes(&at)[..1], &[]);
    let long = world.note(&at, &other, &[]);
    let grown = Evidence::of_notes(log_key(&world), [short.as_bytes(), long.as_bytes()], Some(hashes));
    all.push(("fork-grow", story(), grown.unwrap()));

    let proof_in = |hashes: &[Hash], index: u64| {
        let path = inclusion_path(EntryIndex::new(index), hashes).unwrap();
        ProofFile::write(EntryIndex::new(index), &path, world.note(&at, hashes, &[]).as_bytes()).unwrap()
    };
    let (one, two) = (proof_in(&world.hashes(&at), 0), proof_in(&other, 0));
    let leaves = [(one.as_slice(), &world.hashes(&at)[0]), (two.as_slice(), &other[0])];
    all.push(("fork-leaf", story(), Evidence::of_leaves(log_key(&world), leaves).unwrap()));

    let leaf = world.logs[&at].leaves[1].bytes().to_vec();
    let proof = proof_in(&[leaf_hash(&leaf)], 0);
    let misplaced =
        Evidence::about_leaves(EvidenceKind::Misplaced, log_key(&world), &[(&proof, &leaf)]).unwrap();
    all.push(("misplaced", story(), misplaced));

    let proof = proof_in(&[leaf_hash(b"no leaf")], 0);
    let bad =
        Evidence::about_leaves(EvidenceKind::BadLeaf, log_key(&world), &[(&proof, b"no leaf")]).unwrap();
    all.push(("bad-leaf", story(), bad));

    all.push(regress());
    all.push(double_cosign());
    all.push(clock());
    all
}

/// a names b's log at size 2, and then at size 1.
fn regress() -> (&'static str, World, Vec<u8>) {
    let mut world = story();
    let at = log("a", 0);
    let b = log("b", 0);
    let heads: Vec<_> = [2, 1].map(|size| head_of(&b, &world.logs[&b].notes[&size])).into();
    for head in heads {
        world.say_with(&at, "ack", Value::object([]), &[], vec![head], &[]);
    }
    world.publish(&at, &[]);
    let proof = |seq| world.proof(&Position::new(at.clone(), seq), 4);
    let leaf = |seq: usize| world.logs[&at].leaves[seq].bytes().to_vec();
    let (proofs, leaves) = ([proof(2), proof(3)], [leaf(2), leaf(3)]);
    let pairs = [(proofs[0].as_slice(), leaves[0].as_slice()), (&proofs[1], &leaves[1])];
    let file = Evidence::about_leaves(EvidenceKind::Regress, log_key(&world), &pairs).unwrap();
    ("regress", world, file)
}

/// b cosigns two versions of a's log.
fn double_cosign() -> (&'static str, World, Vec<u8>) {
    let world = story();
    let at = log("a", 0);
    let notes =
        [world.hashes(&at), vec![leaf_hash(b"other"); 2]].map(|hashes| world.note(&at, &hashes, &[("b", T)]));
    let key = world.cosigner_keys("b").remove(0);
    let file = Evidence::of_notes(key.verifier(), [notes[0].as_bytes(), notes[1].as_bytes()], None).unwrap();
    ("double-cosign", world, file)
}

/// c cosigned b's log at a time long after a's entry that names this very note was cosigned by others.
fn clock() -> (&'static str, World, Vec<u8>) {
    let mut world = World::found(&Shape::trio());
    let (a, b) = (log("a", 0), log("b", 0));
    world.open_log(&b);
    let note = world.publish(&b, &[("c", T + 1_000_000)]);
    world.say(&a, "ack", Value::object([]), &[]);
    world.publish(&a, &[("b", T + 100), ("c", T + 200), ("w.example", T + 150)]);
    let names = world.charter.names();
    let cosigner = format!("cosigner {}\n", names.mirror(&log("c", 0)));
    let (proof, leaf) = (world.proof(&entry("a", 0), 1), world.logs[&a].leaves[0].bytes());
    let parts = [("note-a", note.as_bytes()), ("proof-a", proof.as_slice()), ("leaf-a", leaf)];
    let file = evidence_file("clock", &names.origin(&b).to_string(), &cosigner, &parts);
    ("clock", world, file)
}

/// Good bundles for the other verifiers: name, bytes, record.
pub(crate) fn good() -> Vec<(String, Vec<u8>, RecordId)> {
    let world = story();
    let mut bundles = vec![("story".to_owned(), full(&world).pack(), world.record())];
    for (kind, world, file) in evidence() {
        let mut bundle = world.bundle();
        bundle.evidence(&file);
        bundles.push((format!("evidence-{kind}"), bundle.finish().unwrap(), world.record()));
    }
    for (name, pq) in [("carried", Pq::Carried), ("required", Pq::Required)] {
        let mut world = World::found(&Shape { pq: Some(pq), ..Shape::trio() });
        world.open_log(&log("b", 0));
        world.publish(&log("b", 0), &[("a", T), ("c", T + 1), ("o", T + 2)]);
        world.open_log(&log("a", 0));
        world.publish(&log("a", 0), &[("b", T + 5), ("c", T + 6)]);
        bundles.push((format!("ml-dsa-{name}"), world.everything().finish().unwrap(), world.record()));
    }
    let mut world = story();
    let (_, new) = world.rotate("a");
    world.publish(&log("a", 0), &[("b", T + 300), ("c", T + 300)]);
    world.publish(&new, &[("b", T + 310), ("c", T + 320)]);
    world.invite("b", "d");
    publish_b(&mut world);
    world.open_log(&log("d", 0));
    world.publish(&log("d", 0), &[("a", T + 410), ("b", T + 420), ("c", T + 430)]);
    bundles.push(("later-keys".to_owned(), world.everything().finish().unwrap(), world.record()));
    bundles
}
