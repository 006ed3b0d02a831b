//! Offers, and the accord that two of them found without a word being chosen.

use detente_accord::jcs::Value;
use detente_accord::limits::OFFER_BYTES_MAX;
use detente_accord::record::sealed::SealingSecret;
use detente_accord::record::{
    Charter, KeySet, ObserverOf, Offer, OfferFields, Party, PartyFields, Pq, Quorum, Rules,
};
use detente_accord::{Rejection, Time, b64};
use proptest::prelude::*;

use crate::founders::{at, id, keys, members, observer, offer, party, party_fields, replayable, secret};

fn bad(field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part: "offer", field })
}

/// Changes what the offer says, signs it as its owner would, and asserts how it is taken.
fn check(what: &str, change: impl FnOnce(&mut Value), expected: Result<(), Rejection>) {
    let mut value = Value::decode(offer("a", 1).bytes()).unwrap();
    change(&mut value);
    let mut unsigned = value.clone();
    members(&mut unsigned, "").remove("sig");
    let signature = secret(1).sign(&[b"detente/offer/v1\0", unsigned.encode().as_slice()].concat());
    if members(&mut value, "").contains_key("sig") {
        *at(&mut value, "sig") = Value::text(b64::encode(&signature));
    }
    assert_eq!(Offer::read(&value.encode()).map(|_| ()), expected, "{what}");
}

#[test]
fn an_offer_reads_back() {
    let made = offer("a", 1);
    assert_eq!(Offer::read(made.bytes()).as_ref(), Ok(&made));
    assert_eq!(made.party(), &party("a", 1));
    assert_eq!(made.made(), Time(1_789_999_000_000));
    assert_eq!(made.sealing(), Some(&SealingSecret::from_seed(&[1; 32]).public()));
    assert_eq!(made.transport(), Some(&secret(101).public()));
    assert_ne!(made.hash(), offer("a", 2).hash());
    check("as it is", |_| (), Ok(()));
}

#[test]
fn sealing_and_transport_may_be_absent() {
    for field in ["sealing", "transport"] {
        check(field, |value| *at(value, field) = Value::text(""), Ok(()));
    }
}

#[test]
fn every_field_is_needed_and_no_other() {
    for field in ["kind", "made", "party", "sealing", "sig", "transport", "v"] {
        check(field, |value| drop(members(value, "").remove(field)), bad(field));
    }
    let unknown = "set of fields (one is unknown)";
    check("zz", |value| drop(members(value, "").insert("zz".into(), Value::Null)), bad(unknown));
    for (field, new) in [
        ("v", Value::Integer(2)),
        ("kind", Value::text("detente/charter")),
        ("made", Value::text("now")),
        ("sealing", Value::text(b64::encode(&[1; 1215]))),
        ("transport", Value::text(b64::encode(&[1; 31]))),
    ] {
        check(field, |value| *at(value, field) = new, bad(field));
    }
    let refused = Offer::read(&vec![b' '; OFFER_BYTES_MAX + 1]).unwrap_err();
    assert_eq!(Err(refused), bad("size"));
    assert_eq!(Offer::read(b"[]").map(|_| ()), bad("object"));
    assert!(matches!(Offer::read(b"{} "), Err(Rejection::NotCanonical { part: "offer", .. })));
}

#[test]
fn keys_are_admitted_and_stand_once() {
    let zero = Value::text(b64::encode(&[0; 32]));
    check("small order", |value| *at(value, "transport") = zero, Err(Rejection::BadKey));
    for path in ["party/root", "party/recovery", "party/keys/log_ed", "party/keys/roles/desk"] {
        let again = |value: &mut Value| *at(value, "transport") = at(value, path).clone();
        check(path, again, Err(Rejection::BadKey));
    }
}

#[test]
fn only_the_root_key_signs() {
    let fields = || OfferFields { made: Time(0), party: party("a", 1), sealing: None, transport: None };
    assert_eq!(Offer::make(fields(), &secret(2)), Err(Rejection::OtherIdentity));
    let mut value = Value::decode(offer("a", 1).bytes()).unwrap();
    for signer in [2, 20] {
        let mut unsigned = value.clone();
        members(&mut unsigned, "").remove("sig");
        let signature = secret(signer).sign(&[b"detente/offer/v1\0", unsigned.encode().as_slice()].concat());
        *at(&mut value, "sig") = Value::text(b64::encode(&signature));
        assert_eq!(Offer::read(&value.encode()), Err(Rejection::BadSignature { part: "offer" }));
    }
}

#[test]
fn every_flipped_bit_of_an_offer_is_caught() {
    let fields = OfferFields { made: Time(0), party: party("a", 1), sealing: None, transport: None };
    let bytes = Offer::make(fields, &secret(1)).unwrap().bytes().to_vec();
    for i in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[i] ^= 1 << (i % 8);
        assert!(Offer::read(&flipped).is_err(), "byte {i}");
    }
}

#[test]
fn both_sides_compute_the_same_charter() {
    let (one, other) = (offer("b", 20), offer("a", 1));
    let charter = Charter::bare(&one, &other).unwrap();
    assert_eq!(Charter::bare(&other, &one).as_ref(), Ok(&charter));
    assert!(charter.is_bare());
    assert!(!charter.safety_not_met());
    assert_eq!(charter.domain(), "bare.detente.invalid");
    assert_eq!(charter.title(), "");
    assert_eq!(charter.quorum(), Quorum { k: 1, f: 0, pq: Pq::Carried });
    assert_eq!(charter.rules(), &Rules::bare([&id("b"), &id("a")]));
}

/// The rules column of section 4.4 for parties `a` and `b`, written out by hand.
#[test]
fn bare_rules_are_those_of_the_table() {
    let charter = Charter::bare(&offer("a", 1), &offer("b", 20)).unwrap();
    let mut value = Value::decode(charter.bytes()).unwrap();
    let rules = at(&mut value, "rules").encode();
    let expected = concat!(
        r#"{"adoption":"consensus","amend_by":"signature","audiences":{},"chair":"rotating","#,
        r#""clocks":{"ack":[86400,14400,3600],"after_resume":432000,"answer_incident":259200,"#,
        r#""answer_norm":864000,"change":432000,"comcheck_every":2592000,"comcheck_human":7200,"#,
        r#""contact":[86400,259200],"contact_other":[86400,259200],"disclosure":[864000,86400],"#,
        r#""dormant":7776000,"final":2592000,"holding":86400,"machine":300,"offer":864000,"#,
        r#""offer_lapse":2592000,"refresh":15552000,"reply_right":[259200,86400],"supply":259200,"#,
        r#""tendered":86400},"comcheck_when_suspended":true,"expel":false,"heartbeat":600,"invite":1209600,"#,
        r#""languages":["en"],"leave_notice":7776000,"legal":"none-stated","#,
        r#""limits":{"bytes_d":67108864,"inquiries_open":50,"statements_d":200},"#,
        r#""matching":{"cap":1000,"ceilings":{},"forms":["items","both"],"items_30d":2097152,"#,
        r#""items_max":262144,"profiles":[],"ratio":0,"runs_30d":30,"suites":["voprf","vole"]},"#,
        r#""observers":{"accept":"all","max":4},"#,
        r#""officers":{"never_single":[],"one_up_to":"routine","single":["a","b"]},"provisional":true,"#,
        r#""purpose":"","reservations":{"all_must_accept":false,"late":true,"listed":[],"objection":2592000,"#,
        r#""regime":"any-compatible"},"retain_prose":true,"retention_d":0,"#,
        r#""silence_procedure":{"default":259200,"min":86400},"skew":300,"suspension_delay":259200,"#,
        r#""tendered_counts":false,"witnesses":[]}"#,
    );
    assert_eq!(String::from_utf8(rules).unwrap(), expected);
}

#[test]
fn a_changed_rule_makes_it_another_accord() {
    let charter = Charter::bare(&offer("a", 1), &offer("b", 20)).unwrap();
    for (path, new) in [
        ("title", Value::text("A title")),
        ("domain", Value::text("accord.example")),
        ("rules/skew", Value::Integer(301)),
        ("quorum/pq", Value::text("required")),
    ] {
        let mut value = Value::decode(charter.bytes()).unwrap();
        *at(&mut value, path) = new;
        assert!(!Charter::decode(&value.encode()).unwrap().is_bare(), "{path}");
    }
}

#[test]
fn offers_that_found_nothing() {
    let again = Charter::bare(&offer("a", 1), &offer("a", 20));
    assert_eq!(again, Err(Rejection::SameParty { party: "a".into() }));
    assert_eq!(Charter::bare(&offer("a", 1), &offer("b", 1)), Err(Rejection::BadKey));
    let watching = OfferFields {
        made: Time(0),
        party: observer("o", 60, ObserverOf::Joint),
        sealing: None,
        transport: None,
    };
    let watching = Offer::make(watching, &secret(60)).unwrap();
    let parties = Err(Rejection::BadField { part: "charter", field: "parties" });
    assert_eq!(Charter::bare(&offer("a", 1), &watching), parties);
}

#[test]
fn a_key_set_commits_to_its_bytes() {
    let one = keys(1, &["desk"]);
    assert_eq!(KeySet::decode(&one.encode()).as_ref(), Ok(&one));
    assert_ne!(one.commitment(), keys(1, &["chief"]).commitment());
    let bad = |field| Err(Rejection::BadField { part: "keyset", field });
    for field in ["log_ed", "log_pq", "mirror_ed", "mirror_pq", "roles"] {
        let mut value = Value::decode(&one.encode()).unwrap();
        members(&mut value, "").remove(field);
        assert_eq!(KeySet::decode(&value.encode()), bad(field));
    }
    let mut value = Value::decode(&one.encode()).unwrap();
    *at(&mut value, "mirror_ed") = at(&mut value, "log_ed").clone();
    assert_eq!(KeySet::decode(&value.encode()), Err(Rejection::BadKey));
}

proptest! {
    #![proptest_config(replayable(64))]

    #[test]
    fn what_was_offered_reads_back(
        name in "[a-z][a-z0-9-]{0,31}",
        shown in "\\PC{0,40}",
        made in 0..(1u64 << 53),
        next in any::<[u8; 32]>(),
        sealed in any::<bool>(),
        linked in any::<bool>(),
    ) {
        let fields = PartyFields { name: shown, next, ..party_fields(&name, 1) };
        let Ok(party) = Party::new(fields) else { return Ok(()) };
        let sealing = sealed.then(|| SealingSecret::from_seed(&[7; 32]).public());
        let transport = linked.then(|| secret(90).public());
        let made = OfferFields { made: Time(made), party, sealing, transport };
        let offer = Offer::make(made, &secret(1)).unwrap();
        prop_assert_eq!(Offer::read(offer.bytes()), Ok(offer.clone()));
        let value = Value::decode(offer.bytes()).unwrap();
        prop_assert_eq!(value.encode(), offer.bytes());
    }
}
