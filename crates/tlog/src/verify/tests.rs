//! Wycheproof: every verdict of the public tables on Ed25519 and ML-DSA-44, and the hostile keys and signatures on
//! which libraries disagree.

use ml_dsa::EncodedVerifyingKey;
use serde_json::Value;

use super::*;
use crate::key::KeyType;
use crate::name::KeyName;
use crate::rejection::{KeyFault, Rejection};

/// A table beside the checkout; it is not shipped.
fn table(name: &str) -> Option<Value> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wycheproof");
    let Ok(text) = std::fs::read(folder.join(name)) else {
        println!("SKIPPED: needs shared/data/wycheproof/{name}");
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Runs all tests of a table; `verdict` gets the group and the test. Gives how many ran.
fn run(table: &Value, verdict: impl Fn(&Value, &Value) -> bool) -> u64 {
    let mut count = 0;
    for group in table["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            assert_eq!(verdict(group, test), test["result"] == "valid", "test {}", test["tcId"]);
            count += 1;
        }
    }
    assert_eq!(table["numberOfTests"], count);
    count
}

fn name() -> KeyName {
    KeyName::parse("example.com/log").unwrap()
}

#[test]
fn ed25519_agrees_with_wycheproof() {
    let Some(table) = table("ed25519_test.json") else { return };
    let count = run(&table, |group, test| {
        let key = VerifierKey::new(name(), KeyType::Ed25519, &hex(&group["publicKey"]["pk"])).unwrap();
        let PublicKey::Ed25519(key) = key.key() else { panic!("another type") };
        let Ok(signature) = <[u8; 64]>::try_from(hex(&test["sig"])) else { return false };
        is_ed25519(key, &hex(&test["msg"]), &signature)
    });
    assert_eq!(count, 151);
}

#[test]
fn ml_dsa_44_agrees_with_wycheproof() {
    let Some(table) = table("mldsa_44_verify_test.json") else { return };
    let count = run(&table, |group, test| {
        let Ok(key) = VerifierKey::new(name(), KeyType::CosignatureMlDsa44, &hex(&group["publicKey"])) else {
            return false;
        };
        let PublicKey::CosignatureMlDsa44(key) = key.key() else { panic!("another type") };
        is_ml_dsa(key, &hex(&test["msg"]), &hex(&test["ctx"]), &hex(&test["sig"]))
    });
    assert_eq!(count, 180);
}

#[test]
fn ml_dsa_44_signs_as_wycheproof() {
    use ml_dsa::{Keypair as _, Seed, SignatureEncoding as _, Signer as _, SigningKey};
    let Some(table) = table("mldsa_44_sign_seed_test.json") else { return };
    let mut signed = 0;
    for group in table["testGroups"].as_array().unwrap() {
        let Ok(seed) = Seed::try_from(hex(&group["privateSeed"]).as_slice()) else { continue };
        let key = SigningKey::<MlDsa44>::from_seed(&seed);
        let public = AsRef::<MlDsa<MlDsa44>>::as_ref(&key).encode();
        assert_eq!(public.as_slice(), hex(&group["publicKey"]), "a key from its seed");
        assert_eq!(key.verifying_key().encode(), public);
        let plain = |test: &&Value| {
            test["result"] == "valid"
                && test["msg"].is_string()
                && test["ctx"].is_null()
                && test["rnd"].is_null()
        };
        for test in group["tests"].as_array().unwrap().iter().filter(plain) {
            assert_eq!(
                key.sign(&hex(&test["msg"])).to_bytes().as_slice(),
                hex(&test["sig"]),
                "{}",
                test["tcId"]
            );
            signed += 1;
        }
    }
    assert!(signed > 30, "{signed} signatures compared");
}

/// The small-order points and their second encodings, as the record's specification lists them; each also with
/// the sign bit set.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn small_order() -> impl Iterator<Item = Vec<u8>> {
    SMALL_ORDER.iter().flat_map(|text| {
        let bytes = hex(&Value::from(*text));
        let mut negative = bytes.clone();
        negative[31] |= 0x80;
        [bytes, negative]
    })
}

#[test]
fn no_key_of_small_order_is_admitted() {
    for kind in [KeyType::Ed25519, KeyType::CosignatureEd25519] {
        for key in small_order() {
            let verdict = VerifierKey::new(name(), kind, &key).map(drop);
            let refusals = [KeyFault::SmallOrder, KeyFault::NotAPoint, KeyFault::NotCanonical];
            assert!(
                refusals.iter().any(|fault| verdict == Err(Rejection::KeyRefused(*fault))),
                "{key:02x?}: {verdict:?}"
            );
        }
    }
}

#[test]
fn no_signature_with_r_of_small_order_holds() {
    // With s = 0 and R = −hA the equation without its checks can be met; no such R is looked at.
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
    for r in small_order() {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        assert!(!is_ed25519(&key, b"message", &signature));
    }
}

#[test]
fn second_encodings_of_a_point_are_no_keys() {
    // y + p for the small y that have a second encoding in 255 bits: 2^255 − 19 + y, y < 19.
    let mut refused = 0;
    for y in 0..19u8 {
        for sign in [0, 0x80] {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (0xed + y, 0x7f | sign);
            assert!(VerifierKey::new(name(), KeyType::Ed25519, &key).is_err(), "{y}");
            refused += 1;
        }
    }
    assert_eq!(refused, 38);
}

#[test]
fn keys_of_other_lengths_are_refused() {
    for (kind, length) in [(KeyType::Ed25519, 32), (KeyType::CosignatureMlDsa44, 1312)] {
        for length in [0, 1, length - 1, length + 1] {
            let verdict = VerifierKey::new(name(), kind, &vec![7; length]).map(drop);
            assert_eq!(verdict, Err(Rejection::KeyRefused(KeyFault::BadLength)));
        }
    }
    assert!(EncodedVerifyingKey::<MlDsa44>::try_from([0u8; 1312].as_slice()).is_ok());
}
