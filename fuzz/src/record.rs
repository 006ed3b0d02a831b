//! Archives, bundles, packets and sealed content of the record.
//!
//! Nearly every byte of a bundle stands under a hash in its list. So damage is done to one member of an honest one,
//! and the list is made again: what is then refused was refused by what the member is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use detente_accord::commitment::Opening;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::record::bundle::Claim;
use detente_accord::record::handed::{Answered, Asked, Closing};
use detente_accord::record::manifest::Manifest;
use detente_accord::record::packet::{Growth, Packet, PacketBuilder};
use detente_accord::record::sealed::{
    Belongs, ItemKey, Sealed, SealingSecret, WrappedFor, WrappedKey, open_fields, seal_fields, seal_part,
};
use detente_accord::record::tar::{self, Member};
use detente_accord::record::verify::{Options, Outcome, Trust, verify};
use detente_accord::record::{Leaf, RecordId};
use detente_accord::{Entropy, Time, b64};
use detente_tlog::TreeSize;

use crate::world::{Shape, T, World, entry, id, log};
use crate::{edits, planted};

/// Archives: what reads is written back as the same bytes.
pub fn check_tar(data: &[u8]) {
    for first in ["bundle.json", "packet.json"] {
        match tar::read(data, first) {
            Ok(members) => assert_eq!(tar::write(&members).as_deref(), Ok(data)),
            Err(refused) => planted::in_archive(&refused),
        }
    }
}

/// Bundles: of what is verified under the honest record, every leaf is an honest one.
pub fn check_bundle(data: &[u8]) {
    let honest = &*HONEST;
    let options = Options { ml_dsa: true };
    let _ = verify(data, Trust::None, options);
    let Some(bytes) = damaged(&honest.bundle, "bundle.json", data) else { return };
    let verdict = verify(&bytes, Trust::Record(honest.record), options);
    assert!(verdict.claims.iter().any(|claim| claim.outcome == verdict.outcome));
    if verdict.outcome == Outcome::Verified {
        let members = tar::read(&bytes, "bundle.json").expect("a verified bundle is an archive");
        for member in members.iter().filter(|member| is_leaf(member.name)) {
            assert_eq!(honest.bundle.get(member.name).map(Vec::as_slice), Some(member.bytes), "{}", member.name);
        }
    }
    verdict.claims.iter().for_each(planted::in_claim);
}

fn is_leaf(name: &str) -> bool {
    name.starts_with("entry/") && name.ends_with(".json") && !name.ends_with(".disclosed.json")
}

/// Packets: runs of entries ascend and have the lengths that their names say.
pub fn check_packet(data: &[u8]) {
    let _ = Packet::read(data);
    let Some(bytes) = damaged(&HONEST.packet, "packet.json", data) else { return };
    match Packet::read(&bytes) {
        Ok(packet) => {
            for part in packet.logs.values() {
                assert!(part.runs.windows(2).all(|pair| pair[0].end() <= pair[1].first));
                assert!(part.runs.iter().all(|run| (1..=256).contains(&run.leaves.len())));
            }
        }
        Err(rejection) => planted::in_rejection(&rejection),
    }
}

/// The pieces of an exchange: one form each, and no piece reads as another.
pub fn check_exchange(data: &[u8]) {
    let (asked, answered, closing) = (Asked::decode(data), Answered::decode(data), Closing::decode(data));
    assert!([asked.is_ok(), answered.is_ok(), closing.is_ok()].into_iter().filter(|read| *read).count() <= 1);
    match (&asked, &answered, &closing) {
        (Ok(asked), ..) => assert_eq!(asked.encode(), data),
        (_, Ok(answered), _) => assert_eq!(answered.encode(), data),
        (.., Ok(closing)) => assert_eq!(closing.encode(), data),
        (Err(_), Err(rejection), Err(_)) => planted::in_rejection(rejection),
    }
}

/// Sealed content and wrapped keys: what opens is what was sealed.
pub fn check_sealed(data: &[u8]) {
    let honest = &*HONEST;
    if let Ok(wrapped) = WrappedKey::from_bytes(data) {
        let sha256 = &honest.sealed.item.sha256;
        let (author, reader) = (&id("a"), &id("b"));
        let bound = WrappedFor { record: &honest.record, author, reader, sha256 };
        let opened = wrapped.unwrap(&SealingSecret::from_seed(&[3; 32]), bound).is_ok();
        assert_eq!(opened, wrapped == honest.wrapped);
    }
    let content = edits::apply(&honest.content, data);
    let belongs = Belongs { record: &honest.record, party: &id("a"), nonce: &[7; 16] };
    let Ok(sealed) = seal_part(belongs, &content, &mut Entropy::from_random([9; 32])) else { return };
    let leaf = leaf_with(&honest.leaf, &sealed);
    match open_fields(&honest.record, &leaf, &sealed.item, &sealed.file, &sealed.key) {
        Ok(_) => assert_eq!(content, honest.content, "only these fields open"),
        Err(rejection) => planted::in_rejection(&rejection),
    }
}

/// An honest leaf that names this sealed file instead.
fn leaf_with(leaf: &Value, sealed: &Sealed) -> Leaf {
    let mut leaf = leaf.clone();
    let item = Value::object([
        ("sha256", Value::text(b64::encode(&sealed.item.sha256))),
        ("size", Value::Integer(sealed.item.size)),
    ]);
    if let Value::Object(members) = &mut leaf
        && let Some(Value::Object(statement)) = members.get_mut("statement")
    {
        statement.insert("sealed".to_owned(), Value::Array(vec![item]));
        statement.insert("nonce".to_owned(), Value::text(b64::encode(&[7; 16])));
    }
    Leaf::decode(&leaf.encode()).expect("an honest leaf with another sealed file")
}

/// The archive of these members after the damage that `data` lists: which member, whether it goes or under which
/// name it stands, and edits to its bytes. The list in the first member is made again.
fn damaged(members: &BTreeMap<String, Vec<u8>>, first: &str, data: &[u8]) -> Option<Vec<u8>> {
    let (&[which, what], edits) = data.split_first_chunk()?;
    let mut members = members.clone();
    let mut json = members.remove(first)?;
    let name = members.keys().nth(usize::from(which) % (members.len() + 1)).cloned();
    match name {
        None => json = edits::apply(&json, edits),
        Some(name) => {
            let bytes = edits::apply(&members.remove(&name)?, edits);
            match what % 8 {
                0 => drop(bytes),
                1 => {
                    // Moved to the place of its neighbour, whose bytes go.
                    let next = members.range(name.clone()..).next().map(|(name, _)| name.clone());
                    members.insert(next.unwrap_or(name), bytes);
                }
                _ => drop(members.insert(name, bytes)),
            }
        }
    }
    let rest: Vec<Member<'_>> = members.iter().map(|(name, bytes)| Member { name, bytes }).collect();
    if let Ok(Value::Object(mut described)) = Value::decode(&json) {
        described.insert("files".to_owned(), Manifest::of(&rest).to_value());
        json = Value::Object(described).encode();
    }
    let first = Member { name: first, bytes: &json };
    tar::write(&std::iter::once(first).chain(rest).collect::<Vec<_>>()).ok()
}

/// Everything of one honest record, made once a process.
struct Honest {
    record: RecordId,
    bundle: BTreeMap<String, Vec<u8>>,
    packet: BTreeMap<String, Vec<u8>>,
    leaf: Value,
    content: Vec<u8>,
    sealed: Sealed,
    wrapped: WrappedKey,
}

static HONEST: LazyLock<Honest> = LazyLock::new(make);

fn make() -> Honest {
    let mut world = World::found(&Shape::pair());
    let (a, b) = (log("a", 0), log("b", 0));
    world.open_log(&b);
    world.publish(&b, &[("a", T)]);
    let fields = [("meta", Value::Null), ("text", Value::text("Is this yours?"))];
    world.say(&a, "inquiry", Value::object([("to", Value::text("b"))]), &fields);
    let note = world.publish(&a, &[("b", T + 5)]);
    world.say(&b, "ack", Value::object([]), &[]);
    world.publish(&b, &[("a", T + 9)]);

    let mut bundle = world.everything();
    world.disclose(&mut bundle, &entry("a", 0), &["text"]);
    bundle.leaves(&a, &world.hashes(&a));
    bundle.claim(Claim::Complete { log: a.clone(), from: 0, to: 1, size: 1 });
    let by = Position::new(b.clone(), 1);
    bundle.claim(Claim::Acknowledged { entry: entry("a", 0), by });
    let bundle = members(&bundle.finish().expect("an honest bundle"), "bundle.json");

    let record = world.record();
    let openings: &[Opening] = &world.logs[&a].openings[0];
    let belongs = Belongs { record: &record, party: &id("a"), nonce: &[7; 16] };
    let sealed = seal_fields(belongs, openings, &mut Entropy::from_random([9; 32])).expect("a short text");
    let triples = openings.iter().map(Opening::to_value).collect();
    let content = Value::object([("fields", Value::Array(triples)), ("v", Value::Integer(1))]).encode();
    let wrapped = wrap(&record, &sealed);
    let leaf = world.logs[&a].leaves[0].bytes();

    let mut packet = PacketBuilder::new(record, id("a"), id("b"), Time(1_790_000_000_000));
    packet.entries(&a, 0, &[leaf]).expect("a leaf fits");
    packet.checkpoint(&a, note.as_bytes());
    packet.note(note.as_bytes());
    let (older, newer) = (TreeSize::new(1).expect("small"), TreeSize::new(2).expect("small"));
    packet.growth(&a, &Growth { older, newer, hashes: world.hashes(&a) });
    packet.sealed(&sealed.file);
    packet.key(&sealed.item.sha256, &id("b"), &wrapped);
    let packet = members(&packet.finish().expect("an honest packet"), "packet.json");

    let leaf = Value::decode(leaf).expect("a leaf is JSON");
    Honest { record, bundle, packet, leaf, content, sealed, wrapped }
}

fn wrap(record: &RecordId, sealed: &Sealed) -> WrappedKey {
    let (author, reader, sha256) = (&id("a"), &id("b"), &sealed.item.sha256);
    let bound = WrappedFor { record, author, reader, sha256 };
    let key = ItemKey::from_bytes(*sealed.key.expose());
    let reader = SealingSecret::from_seed(&[3; 32]).public();
    WrappedKey::wrap(&key, &reader, bound, &mut Entropy::from_random([5; 32])).expect("an honest key")
}

fn members(bytes: &[u8], first: &str) -> BTreeMap<String, Vec<u8>> {
    let members = tar::read(bytes, first).expect("an honest archive");
    members.iter().map(|member| (member.name.to_owned(), member.bytes.to_vec())).collect()
}

/// Corpus files that only our own code can make: target, name, bytes.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let small = [Member { name: "bundle.json", bytes: b"{}" }, Member { name: "README.txt", bytes: b"x" }];
    let honest = &*HONEST;
    vec![
        ("tar", "small", tar::write(&small).expect("an archive")),
        ("sealed", "wrapped", honest.wrapped.bytes().to_vec()),
        // Edits to a member: which one, what happens to it, and four bytes for each edit.
        ("sealed", "no-edit", vec![0; 4]),
        ("bundle", "no-edit", vec![0, 2, 0, 0, 0, 0]),
        ("bundle", "without-a-member", vec![3, 0]),
        ("bundle", "moved", vec![4, 1]),
        ("packet", "no-edit", vec![0, 2, 0, 0, 0, 0]),
        ("packet", "without-a-member", vec![1, 0]),
    ]
}
