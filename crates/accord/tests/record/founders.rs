//! Parties with keys that follow from small numbers, and a charter that has something in every place.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use detente_accord::jcs::Value;
use detente_accord::record::sealed::SealingSecret;
use detente_accord::record::{
    Chair, Charter, Clock, KeySet, KeySetFields, MlDsaKey, ObserverOf, Observes, Offer, OfferFields, Office,
    Party, PartyFields, Pq, Quorum, Role, Roles, Rules, Scope, Sort, Standing, Titled, Witness,
};
use detente_accord::{PartyId, SecretKey, Time};
use detente_tlog::{CosignerKey, KeyName};
use proptest::test_runner::{Config, RngSeed};

pub(crate) fn id(name: &str) -> PartyId {
    PartyId::parse(name).unwrap()
}

pub(crate) fn office(name: &str) -> Office {
    Office::parse(name).unwrap()
}

/// A key of 32 equal bytes.
pub(crate) fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn ml_dsa(seed: u8) -> MlDsaKey {
    static KEYS: [OnceLock<MlDsaKey>; 256] = [const { OnceLock::new() }; 256];
    KEYS[usize::from(seed)].get_or_init(|| make_ml_dsa(seed)).clone()
}

fn make_ml_dsa(seed: u8) -> MlDsaKey {
    let key = CosignerKey::ml_dsa_44(KeyName::parse("x").unwrap(), &[seed; 32]).unwrap();
    MlDsaKey::admit(&key.verifier().public_bytes().try_into().unwrap()).unwrap()
}

/// The key set whose keys have the seeds `first`, `first + 1`, …
pub(crate) fn keys(first: u8, offices: &[&str]) -> KeySet {
    let roles = offices.iter().zip(first + 4..).map(|(name, seed)| (office(name), secret(seed).public()));
    KeySet::new(KeySetFields {
        log_ed: secret(first).public(),
        log_pq: Some(ml_dsa(first + 1)),
        mirror_ed: secret(first + 2).public(),
        mirror_pq: Some(ml_dsa(first + 3)),
        roles: roles.collect(),
    })
    .unwrap()
}

/// A party with the root seed `first`, and the seeds after it for its other keys.
pub(crate) fn party_fields(name: &str, first: u8) -> PartyFields {
    let keys = keys(first + 2, &["chief", "desk"]);
    let roles = |roles: &[Role]| Roles::new(roles.iter().copied()).unwrap();
    PartyFields {
        id: id(name),
        name: format!("CERT {name} \u{2014} night desk"),
        standing: Standing::Party,
        sort: Sort::Csirt,
        root: secret(first).public(),
        keys,
        next: [first; 32],
        recovery: secret(first + 1).public(),
        offices: BTreeMap::from([
            (office("chief"), roles(&[Role::Hod, Role::Key])),
            (office("desk"), roles(&[Role::Do, Role::Ro, Role::Te])),
        ]),
    }
}

pub(crate) fn party(name: &str, first: u8) -> Party {
    Party::new(party_fields(name, first)).unwrap()
}

pub(crate) fn observer(name: &str, first: u8, by: ObserverOf) -> Party {
    let watch = Roles::new([Role::Ob]).unwrap();
    Party::new(PartyFields {
        standing: Standing::Observer(Observes { scope: Scope::Metadata, by, delay_d: 365 }),
        keys: keys(first + 2, &["watch"]),
        offices: BTreeMap::from([(office("watch"), watch)]),
        ..party_fields(name, first)
    })
    .unwrap()
}

/// An offer of the party with this root seed.
pub(crate) fn offer(name: &str, first: u8) -> Offer {
    let fields = OfferFields {
        made: Time(1_789_999_000_000),
        party: party(name, first),
        sealing: Some(SealingSecret::from_seed(&[first; 32]).public()),
        transport: Some(secret(first + 100).public()),
    };
    Offer::make(fields, &secret(first)).unwrap()
}

/// A charter of three parties and an observer, with something in every list.
pub(crate) fn titled() -> Titled {
    let parties =
        vec![party("c", 40), party("a", 1), observer("o", 60, ObserverOf::Party(id("b"))), party("b", 20)];
    let mut rules = Rules::bare([&id("a"), &id("b"), &id("c")]);
    rules.chair = Chair::Party(id("b"));
    rules.purpose = "Naming what is ours.\nBefore it burns.".into();
    rules.languages = vec!["en".into(), "de-CH-1996".into()];
    rules.reservations.listed = vec!["N-1".into(), "N-2".into()];
    rules.officers.never_single = vec!["claim".into(), "denial".into()];
    rules.matching.profiles = vec![[1; 32], [2; 32]];
    rules.matching.ceilings = BTreeMap::from([("ipv4".to_owned(), 1000)]);
    rules.audiences = BTreeMap::from([("lawyers".into(), vec![id("a"), id("c"), id("o")])]);
    rules.heartbeat = Clock::new(3600).unwrap();
    let witness = |name: &str, seed, pq, by| Witness {
        name: KeyName::parse(name).unwrap(),
        ed: secret(seed).public(),
        pq,
        by: id(by),
    };
    rules.witnesses =
        vec![witness("w1.example", 80, None, "a"), witness("w2.example", 81, Some(ml_dsa(82)), "b")];
    Titled {
        domain: "accord.example".into(),
        title: "On the restraint of three".into(),
        parties,
        quorum: Quorum::default_for(3, Pq::Carried),
        rules,
    }
}

pub(crate) fn charter() -> Charter {
    static CHARTER: LazyLock<Charter> = LazyLock::new(|| Charter::titled(&titled()).unwrap());
    CHARTER.clone()
}

/// The value at the end of a path of member names and indices.
pub(crate) fn at<'a>(value: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('/').filter(|step| !step.is_empty()).fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(step).unwrap_or_else(|| panic!("no {step}")),
        Value::Array(values) => &mut values[step.parse::<usize>().unwrap()],
        _ => panic!("{step} of nothing"),
    })
}

pub(crate) fn members<'a>(value: &'a mut Value, path: &str) -> &'a mut BTreeMap<String, Value> {
    match at(value, path) {
        Value::Object(members) => members,
        _ => panic!("{path} is no object"),
    }
}

/// Property tests draw the same cases on every run.
pub(crate) fn replayable(cases: u32) -> Config {
    Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::with_cases(cases) }
}
