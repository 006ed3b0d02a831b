//! Charters, key sets, offers and leaves: what is read is written as the same bytes, a charter that is read has names
//! and policies, and a leaf that is read has one verdict.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Charter, KeySet, KeySetFields, Leaf, LogId, MlDsaKey, NoEffect, Numbers, ObserverOf, Observes,
    Offer, OfferFields, Office, Offices, Party, PartyFields, Place, Pq, Quorum, RecordId, Role, Roles, Rules,
    Scope, Sort, Standing, Standpoint, Target, Titled, check_schema, check_signers, check_targets,
    original_of,
};
use detente_accord::{PartyId, Rejection, SecretKey, Time, b64};
use detente_tlog::{CosignerKey, KeyName, Policy};

use crate::honest::NOW;
use crate::planted;

/// Charters.
pub fn check_charter(data: &[u8]) {
    let Some(charter) = seen(Charter::decode(data)) else { return };
    assert_eq!(charter.bytes(), data);
    assert_eq!(charter.record_id(), RecordId::of(data));
    let text = Titled {
        domain: charter.domain().to_owned(),
        title: charter.title().to_owned(),
        parties: charter.parties().to_vec(),
        quorum: charter.quorum(),
        rules: charter.rules().clone(),
    };
    match Charter::titled(&text) {
        Ok(again) => assert_eq!(again.bytes(), data, "one byte form"),
        Err(_) => assert!(charter.title().is_empty()),
    }
    assert_eq!(charter.safety_not_met(), charter.quorum().is_unsafe_for(charter.speakers().count()));
    for party in charter.parties() {
        let policy = charter.policy(party.id()).expect("a charter has the policy of each log");
        let parsed = Policy::parse(policy.as_bytes()).expect("a derived policy is in form");
        let origin = charter.names().origin(&LogId::new(party.id().clone(), 0));
        assert_eq!(parsed.logs()[0].name(), &origin);
        let offices = Offices::of(party);
        assert_eq!(offices.seats().len(), party.offices().len());
    }
}

/// Key sets.
pub fn check_key_set(data: &[u8]) {
    if let Some(keys) = seen(KeySet::decode(data)) {
        assert_eq!(keys.encode(), data, "one byte form");
    }
}

/// Offers: what is read is what the root key in it signed.
pub fn check_offer(data: &[u8]) {
    if let Some(offer) = seen(Offer::read(data)) {
        assert_eq!(offer.bytes(), data);
        let honest = &*RECORD;
        let ours =
            [&honest.one, &honest.other].into_iter().find(|ours| ours.party().root() == offer.party().root());
        assert!(ours.is_none_or(|ours| ours.bytes() == data), "an offer that was changed verifies");
        if let Ok(charter) = Charter::bare(&offer, &honest.other) {
            assert!(charter.is_bare());
            assert_eq!(Charter::bare(&honest.other, &offer).as_ref(), Ok(&charter));
        }
    }
}

/// Leaves, and what is judged about a statement.
pub fn check_leaf(data: &[u8]) {
    let Some(leaf) = seen(Leaf::decode(data)) else { return };
    assert_eq!(leaf.bytes(), data);
    let statement = Value::decode(leaf.statement_bytes()).expect("a part of what was read");
    let again = Leaf::encode(&leaf.place, &statement, &leaf.sigs).expect("what is read can be written");
    assert_eq!(again.bytes(), data, "one byte form");
    judge(&leaf);
}

fn judge(leaf: &Leaf) {
    let honest = &*RECORD;
    let charter = &honest.charter;
    let mut numbers = Numbers::default();
    if let Some(number) = numbers.take(leaf) {
        assert_eq!(number.number, 1);
        assert_eq!(numbers.take(leaf).map(|second| second.number), Some(2));
    }
    let record = charter.record_id();
    let act = match check_schema(leaf, &record, charter.rules()) {
        Ok(act) => act,
        Err(fault) => return assert!(!fault.name().is_empty() && !fault.to_string().is_empty()),
    };
    let find = |_: &Target| Some(leaf);
    let _ = check_targets(act, leaf, &find);
    let original = original_of(act, leaf, &record, &find);
    let Some(author) = charter.party(&leaf.said.party) else { return };
    let mut offices = Offices::of(author);
    let at = Standpoint { offices: &offices, rules: charter.rules(), in_chair: true, original };
    let verdict = check_signers(act, leaf, &at);
    if leaf.sigs.is_empty() {
        assert!(verdict.is_ok() == is_machine(act) || verdict == Err(NoEffect::RefUnknown));
    }
    if let Ok(signers) = verdict {
        let signed = leaf.sigs.iter().all(|signature| honest.signed.contains(&signature.signature));
        assert!(signed, "an office signed what it never saw");
        assert!(!signers.single || leaf.sigs.len() == 1);
        let _ = offices.take(leaf);
    }
}

fn is_machine(act: &Act) -> bool {
    use detente_accord::record::SignerRule::{Node, NodeOrChair};
    matches!(act.signers, Node | NodeOrChair)
}

fn seen<T>(verdict: Result<T, Rejection>) -> Option<T> {
    verdict.map_err(|rejection| planted::in_record(&rejection)).ok()
}

/// What two parties with fixed keys made.
static RECORD: LazyLock<Honest> = LazyLock::new(|| make().expect("honest files in form"));

struct Honest {
    one: Offer,
    other: Offer,
    charter: Charter,
    titled: Charter,
    keys: KeySet,
    leaves: Vec<(&'static str, Leaf)>,
    signed: Vec<[u8; 64]>,
}

fn make() -> Result<Honest, Rejection> {
    let (one, other) = (offer("a", 10)?, offer("b", 30)?);
    let charter = Charter::bare(&one, &other)?;
    let titled = titled()?;
    let keys = keys(50, true)?;
    let leaves = leaves(&charter)?;
    let signed = leaves.iter().flat_map(|(_, leaf)| leaf.sigs.iter().map(|sig| sig.signature)).collect();
    Ok(Honest { one, other, charter, titled, keys, leaves, signed })
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn id(name: &str) -> Result<PartyId, Rejection> {
    PartyId::parse(name).ok_or(Rejection::BadMagic)
}

fn office(name: &str) -> Result<Office, Rejection> {
    Office::parse(name).ok_or(Rejection::BadMagic)
}

fn ml_dsa(seed: u8) -> Result<MlDsaKey, Rejection> {
    let key = CosignerKey::ml_dsa_44(KeyName::parse("x")?, &[seed; 32])?.verifier().public_bytes();
    MlDsaKey::admit(&key.try_into().map_err(|_| Rejection::BadKey)?)
}

fn keys(first: u8, with_ml_dsa: bool) -> Result<KeySet, Rejection> {
    let pq = |seed| with_ml_dsa.then(|| ml_dsa(seed)).transpose();
    KeySet::new(KeySetFields {
        log_ed: secret(first).public(),
        log_pq: pq(first + 1)?,
        mirror_ed: secret(first + 2).public(),
        mirror_pq: pq(first + 3)?,
        roles: BTreeMap::from([(office("desk")?, secret(first + 4).public())]),
    })
}

fn party(name: &str, first: u8, standing: Standing, with_ml_dsa: bool) -> Result<Party, Rejection> {
    let roles: &[Role] = match standing {
        Standing::Party => &[Role::Do, Role::Ro, Role::Hod, Role::Te, Role::Rec, Role::Key],
        Standing::Observer(_) => &[Role::Ob],
    };
    let roles = Roles::new(roles.iter().copied()).ok_or(Rejection::BadMagic)?;
    Party::new(PartyFields {
        id: id(name)?,
        name: format!("CERT {name}"),
        standing,
        sort: Sort::Csirt,
        root: secret(first).public(),
        keys: keys(first + 2, with_ml_dsa)?,
        next: [first; 32],
        recovery: secret(first + 1).public(),
        offices: BTreeMap::from([(office("desk")?, roles)]),
    })
}

fn offer(name: &str, first: u8) -> Result<Offer, Rejection> {
    let party = party(name, first, Standing::Party, false)?;
    Offer::make(OfferFields { made: NOW, party, sealing: None, transport: None }, &secret(first))
}

fn titled() -> Result<Charter, Rejection> {
    let watching = Observes { scope: Scope::Metadata, by: ObserverOf::Joint, delay_d: 30 };
    let parties = vec![
        party("a", 70, Standing::Party, true)?,
        party("b", 90, Standing::Party, true)?,
        party("o", 110, Standing::Observer(watching), false)?,
    ];
    let mut rules = Rules::bare([&id("a")?, &id("b")?]);
    rules.audiences = BTreeMap::from([("lawyers".to_owned(), vec![id("a")?])]);
    let quorum = Quorum::default_for(2, Pq::Required);
    let (domain, title) = ("accord.example".to_owned(), "A text of two".to_owned());
    Charter::titled(&Titled { domain, title, parties, quorum, rules })
}

/// One leaf of a few types: a machine entry, an act of one office, an act of two that one person released.
fn leaves(charter: &Charter) -> Result<Vec<(&'static str, Leaf)>, Rejection> {
    let record = b64::encode(charter.record_id().bytes());
    let hash = |byte| Value::text(b64::encode(&[byte; 32]));
    let size = Value::Integer(charter.bytes().len() as u64);
    let text = |text: &str| Value::text(text);
    let entry = Value::object([
        ("epoch", Value::Integer(0)),
        ("leaf", hash(4)),
        ("party", text("b")),
        ("rel", text("to")),
        ("seq", Value::Integer(1)),
    ]);
    let first = say(&record, "charter", &[], vec![], vec![("sha256", text(&record)), ("size", size)]);
    let asked = vec![
        ("act", text("release")),
        ("attribution", Value::Bool(false)),
        ("kind", text("incident")),
        ("prec", text("routine")),
        ("to", text("b")),
    ];
    let labels =
        ["affected", "asked", "evidence", "meta", "origin", "rsit", "text", "times", "without_prejudice"];
    let inquiry = say(&record, "inquiry", &labels, vec![], asked);
    let public = vec![
        ("act", text("extend-ask")),
        ("extra", Value::Integer(9)),
        ("single", Value::Bool(true)),
        ("to", text("b")),
    ];
    let reply =
        say(&record, "reply", &["ground", "meta", "referred_to", "scope", "text"], vec![entry], public);
    let desk = secret(16);
    Ok(vec![
        ("charter", place(0, &first, None)?),
        ("inquiry", place(1, &inquiry, Some(&desk))?),
        ("reply", place(2, &reply, Some(&desk))?),
    ])
}

fn say(accord: &str, kind: &str, labels: &[&str], refs: Vec<Value>, public: Vec<(&str, Value)>) -> Value {
    let hash = |label: &&str| ((*label).to_owned(), Value::text(b64::encode(&[label.len() as u8; 32])));
    let public = public.into_iter().map(|(field, value)| (field.to_owned(), value));
    Value::object([
        ("v", Value::Integer(1)),
        ("accord", Value::text(accord)),
        ("party", Value::text("a")),
        ("type", Value::text(kind)),
        ("made", Value::Integer(NOW.0)),
        ("nonce", Value::text(b64::encode(&[5; 16]))),
        ("aud", Value::text("all")),
        ("refs", Value::Array(refs)),
        ("commits", Value::Object(labels.iter().map(hash).collect())),
        ("pub", Value::Object(public.collect())),
        ("sealed", Value::Array(Vec::new())),
        ("exercise", Value::Bool(false)),
    ])
}

fn place(seq: u64, statement: &Value, desk: Option<&SecretKey>) -> Result<Leaf, Rejection> {
    let place = Place { epoch: 0, seq, time: Time(NOW.0 + seq), heads: Vec::new() };
    let unsigned = Leaf::encode(&place, statement, &[])?;
    let Some(desk) = desk else { return Ok(unsigned) };
    let key = office("desk")?.key_name(&id("a")?, &desk.public());
    let signature = desk.sign(&unsigned.preimage());
    Leaf::encode(&place, statement, &[detente_accord::record::RoleSignature { key, signature }])
}

/// The corpus files that only our own code can make: target, name, bytes.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let honest = &*RECORD;
    let mut seeds = vec![
        ("charter", "bare.json", honest.charter.bytes().to_vec()),
        ("charter", "titled.json", honest.titled.bytes().to_vec()),
        ("key_set", "both.json", honest.keys.encode()),
        ("key_set", "ed25519.json", honest.one.party().keys().encode()),
        ("offer", "a.json", honest.one.bytes().to_vec()),
    ];
    let leaves = honest.leaves.iter().map(|(name, leaf)| ("leaf", *name, leaf.bytes().to_vec()));
    seeds.extend(leaves);
    seeds
}
