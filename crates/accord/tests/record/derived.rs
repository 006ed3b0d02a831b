//! What follows from a charter: verifier keys and policies.

use detente_accord::Rejection;
use detente_accord::record::{
    Charter, KeySet, KeySetFields, LogId, Names, Pq, Quorum, RecordId, agreed_witness_keys, log_keys,
    mirror_keys, policy_text, witness_keys,
};
use detente_tlog::{KeyType, Policy};

use crate::founders::{charter, id, keys, ml_dsa, office, secret, titled};

/// The record of appendix A, whose charter satisfies no schema.
fn names() -> Names {
    Names::new("accord.example", RecordId::of(b"{\"example\":true}")).unwrap()
}

fn log(party: &str) -> LogId {
    LogId::new(id(party), 0)
}

/// Keys of appendix A: seeds of 32 equal bytes.
fn appendix(log: u8, mirror: u8, ml_dsa_seed: Option<u8>) -> KeySet {
    KeySet::new(KeySetFields {
        log_ed: secret(log).public(),
        log_pq: None,
        mirror_ed: secret(mirror).public(),
        mirror_pq: ml_dsa_seed.map(ml_dsa),
        roles: [(office("desk"), secret(log + 4).public())].into(),
    })
    .unwrap()
}

const LOG_A: &str = "accord.example/r/bba2d36669004a3ef16764b0dfe370df/a/0+7f245c1f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const LOG_B: &str = "accord.example/r/bba2d36669004a3ef16764b0dfe370df/b/0+031deaef+Ae1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";
const MIRROR_A: &str = "accord.example/m/bba2d36669004a3ef16764b0dfe370df/a/0+d90b1023+BMqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58";
const MIRROR_B: &str = "accord.example/m/bba2d36669004a3ef16764b0dfe370df/b/0+205421c9+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";

#[test]
fn keys_of_appendix_a() {
    let (a, b) = (appendix(1, 4, None), appendix(3, 2, Some(5)));
    assert_eq!(log_keys(&names(), &log("a"), &a).unwrap().ed.to_string(), LOG_A);
    assert_eq!(log_keys(&names(), &log("b"), &b).unwrap().ed.to_string(), LOG_B);
    assert_eq!(mirror_keys(&names(), &log("a"), &a).unwrap().ed.to_string(), MIRROR_A);
    let mirror = mirror_keys(&names(), &log("b"), &b).unwrap();
    assert_eq!(mirror.ed.to_string(), MIRROR_B);
    assert_eq!(mirror.pq.unwrap().id().to_string(), "4e4dc20d");
    assert!(mirror_keys(&names(), &log("a"), &a).unwrap().pq.is_none());
    assert_eq!(office("desk").key_name(&id("a"), &secret(5).public()), "a/desk+3eb83296");
}

#[test]
fn names_and_kinds_of_derived_keys() {
    let charter = charter();
    let party = charter.party(&id("b")).unwrap();
    let log = log("b");
    let heads = log_keys(charter.names(), &log, party.keys()).unwrap();
    let kinds: Vec<KeyType> = heads.iter().map(|key| key.kind()).collect();
    assert_eq!(kinds, [KeyType::Ed25519, KeyType::CosignatureMlDsa44]);
    assert!(heads.iter().all(|key| *key.name() == charter.names().origin(&log)));
    let mirror = mirror_keys(charter.names(), &log, party.keys()).unwrap();
    let kinds: Vec<KeyType> = mirror.iter().map(|key| key.kind()).collect();
    assert_eq!(kinds, [KeyType::CosignatureEd25519, KeyType::CosignatureMlDsa44]);
    let watching = witness_keys(charter.names(), &log, party.keys()).unwrap();
    assert!(watching.iter().all(|key| key.name().as_str().starts_with("accord.example/w/")));
    assert_eq!(watching.ed.public_bytes(), mirror.ed.public_bytes());
    assert_ne!(watching.ed.id(), mirror.ed.id());
    let [first, second] = charter.rules().witnesses.as_slice() else { panic!() };
    assert_eq!(agreed_witness_keys(first).unwrap().iter().count(), 1);
    let second = agreed_witness_keys(second).unwrap();
    assert_eq!(second.ed.name().as_str(), "w2.example");
    assert_eq!(second.pq.unwrap().kind(), KeyType::CosignatureMlDsa44);
}

#[test]
fn the_policy_of_two_parties_byte_for_byte() {
    let (a, b) = (appendix(1, 4, None), appendix(3, 2, None));
    let mirrors = [(log("a"), &a), (log("b"), &b)];
    let quorum = Quorum { k: 1, f: 0, pq: Pq::Carried };
    let policy = policy_text(&names(), quorum, &log("a"), &a, &mirrors).unwrap();
    assert_eq!(policy, format!("log {LOG_A}\nwitness b-ed {MIRROR_B}\ngroup g 1 b-ed\nquorum g\n"));
    let policy = policy_text(&names(), quorum, &log("b"), &b, &mirrors).unwrap();
    assert_eq!(policy, format!("log {LOG_B}\nwitness a-ed {MIRROR_A}\ngroup g 1 a-ed\nquorum g\n"));
}

/// Replaces each key of a policy by what it is, so that the form can be read.
fn form(policy: &str) -> String {
    let word = |word: &str| match word.split('+').next() {
        Some(name) if name.len() < word.len() => name.to_owned(),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    policy.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn carried_policies_name_all_keys_and_count_ed25519() {
    let charter = charter();
    let prefix = charter.record_id().prefix();
    let policy = charter.policy(&id("b")).unwrap();
    let expected = format!(
        "log accord.example/r/{prefix}/b/0\n\
         witness a-ed accord.example/m/{prefix}/a/0\n\
         witness a-pq accord.example/m/{prefix}/a/0\n\
         witness c-ed accord.example/m/{prefix}/c/0\n\
         witness c-pq accord.example/m/{prefix}/c/0\n\
         group g 2 a-ed c-ed\n\
         quorum g"
    );
    assert_eq!(form(&policy), expected);
    let parsed = Policy::parse(policy.as_bytes()).unwrap();
    assert_eq!((parsed.logs().len(), parsed.witnesses().len()), (1, 4));
    // An observer has a policy of this form too, and stands in nobody's group.
    let observer = charter.policy(&id("o")).unwrap();
    assert!(observer.contains("group g 2 a-ed b-ed c-ed\n"), "{observer}");
    assert!(Policy::parse(observer.as_bytes()).is_ok());
    let unknown = Err(Rejection::BadField { part: "charter", field: "parties" });
    assert_eq!(charter.policy(&id("d")), unknown);
}

#[test]
fn required_policies_ask_for_both_signatures() {
    let mut text = titled();
    text.quorum.pq = Pq::Required;
    let charter = Charter::titled(&text).unwrap();
    let policy = charter.policy(&id("a")).unwrap();
    let groups: Vec<&str> = policy.lines().filter(|line| !line.starts_with("witness ")).skip(1).collect();
    let expected = ["group b all b-ed b-pq", "group c all c-ed c-pq", "group g 2 b c", "quorum g"];
    assert_eq!(groups, expected);
    assert!(Policy::parse(policy.as_bytes()).is_ok());
}

#[test]
fn a_required_policy_needs_every_mirror_key() {
    let (a, b) = (keys(1, &["desk"]), appendix(100, 101, None));
    let mirrors = [(log("a"), &a), (log("b"), &b)];
    let quorum = Quorum { k: 1, f: 0, pq: Pq::Required };
    let refused = policy_text(&names(), quorum, &log("a"), &a, &mirrors);
    assert_eq!(refused, Err(Rejection::BadField { part: "keyset", field: "mirror_pq" }));
    // The author's own mirror key is not asked for.
    assert!(policy_text(&names(), quorum, &log("b"), &b, &mirrors).is_ok());
}
