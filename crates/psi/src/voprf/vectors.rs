//! Known answers of RFC 9497, appendix A.1, run through the functions the machines use. The blinds and the
//! proof scalar are given there, while machines derive theirs: hence these tests stand inside the crate.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use serde_json::Value;

use super::dleq::{Composites, Dleq, weighted_sum};
use super::element::{Encoded, decode};
use super::rfc9497::{Rfc9497, finalize};
use super::side::encode_doubled;
use crate::par::Sequential;

#[test]
fn derives_the_keys_of_the_rfc() {
    for mode in modes() {
        let key = derive_key(&mode);
        assert_eq!(key, scalar(&mode["key_hex"]));
        if let Some(public) = mode.get("public_key_hex") {
            assert_eq!(RistrettoPoint::mul_base(&key).compress().to_bytes().to_vec(), hex(public));
        }
    }
}

#[test]
fn blinds_evaluates_and_finalizes_as_the_rfc() {
    for (mode, vector) in vectors() {
        let suite = suite(&mode);
        let (inputs, blinds) = (hexes(&vector["inputs_hex"]), scalars(&vector["blinds_hex"]));
        let hashed = inputs.iter().map(|input| suite.hash_to_group(input).expect("a usable input"));
        let halves: Vec<_> = hashed.zip(&blinds).map(|(point, blind)| point * blind.div_by_2()).collect();
        let blinded = encode_doubled(&halves);
        assert_eq!(*blinded, elements(&vector["blinded_hex"]), "{}", vector["name"]);

        let half_key = derive_key(&mode).div_by_2();
        let evaluated = encode_doubled(&scale(&blinded, |_| half_key));
        assert_eq!(*evaluated, elements(&vector["evaluated_hex"]), "{}", vector["name"]);

        let mut inverses = blinds.clone();
        Scalar::invert_batch_alloc(&mut inverses);
        let unblinded = encode_doubled(&scale(&evaluated, |i| inverses[i].div_by_2()));
        let outputs: Vec<_> = inputs
            .iter()
            .zip(unblinded.iter())
            .map(|(input, element)| finalize(input, element).to_vec())
            .collect();
        assert_eq!(outputs, hexes(&vector["outputs_hex"]), "{}", vector["name"]);
    }
}

#[test]
fn makes_and_accepts_the_proofs_of_the_rfc() {
    for (mode, vector) in vectors().filter(|(mode, _)| mode["mode"] == 1) {
        let suite = suite(&mode);
        let key = derive_key(&mode);
        let public = RistrettoPoint::mul_base(&key);
        let dleq = Dleq::new(&suite, public, public.compress().to_bytes());
        let (blinded, evaluated) = (elements(&vector["blinded_hex"]), elements(&vector["evaluated_hex"]));
        let weights = dleq.weights(&Sequential, &blinded, &evaluated);

        let m = weighted_sum(&Sequential, &weights, &points(&blinded));
        let proof = dleq.prove(&key, &scalar(&vector["proof_scalar_hex"]), &Composites { m, z: m * key });
        assert_eq!(proof.to_vec(), hex(&vector["proof_hex"]), "{}", vector["name"]);

        let z = weighted_sum(&Sequential, &weights, &points(&evaluated));
        assert!(dleq.verify(&proof, &Composites { m, z }));
        assert!(!dleq.verify(&proof, &Composites { m: z, z: m }));
        for bit in 0..proof.len() * 8 {
            let mut flipped = proof;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!dleq.verify(&flipped, &Composites { m, z }), "bit {bit}");
        }
    }
}

#[test]
fn refuses_a_proof_with_scalars_that_are_not_reduced() {
    // c + ℓ still fits 32 bytes and would verify if it were reduced on the way in.
    let (mode, vector) = vectors().find(|(mode, _)| mode["mode"] == 1).expect("a vector with a proof");
    let suite = suite(&mode);
    let public = RistrettoPoint::mul_base(&derive_key(&mode));
    let dleq = Dleq::new(&suite, public, public.compress().to_bytes());
    let (blinded, evaluated) = (elements(&vector["blinded_hex"]), elements(&vector["evaluated_hex"]));
    let weights = dleq.weights(&Sequential, &blinded, &evaluated);
    let composites = Composites {
        m: weighted_sum(&Sequential, &weights, &points(&blinded)),
        z: weighted_sum(&Sequential, &weights, &points(&evaluated)),
    };
    let proof: [u8; 64] = hex(&vector["proof_hex"]).try_into().expect("64 bytes");
    for half in [0, 32] {
        let mut raised = proof;
        add_order(&mut raised[half..half + 32]);
        assert!(!dleq.verify(&raised, &composites));
    }
}

/// Adds the group order ℓ, as (ℓ − 1) + 1: ℓ itself is no scalar.
fn add_order(scalar: &mut [u8]) {
    let mut carry = 1;
    for (byte, addend) in scalar.iter_mut().zip((-Scalar::ONE).to_bytes()) {
        carry += u16::from(*byte) + u16::from(addend);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0, "a scalar plus the order fits 32 bytes");
}

fn modes() -> Vec<Value> {
    let text = include_str!("../../../../testdata/vectors/voprf/rfc9497.json");
    let document: Value = serde_json::from_str(text).expect("vectors in JSON");
    document["modes"].as_array().expect("modes").clone()
}

fn vectors() -> impl Iterator<Item = (Value, Value)> {
    modes().into_iter().flat_map(|mode| {
        let vectors = mode["vectors"].as_array().expect("vectors").clone();
        vectors.into_iter().map(move |vector| (mode.clone(), vector))
    })
}

fn suite(mode: &Value) -> Rfc9497 {
    Rfc9497::new(mode["mode"].as_u64().expect("a mode") as u8)
}

fn derive_key(mode: &Value) -> Scalar {
    let seed = hex(&mode["seed_hex"]).try_into().expect("32 bytes");
    *suite(mode).derive_key(&seed, &hex(&mode["key_info_hex"])).expect("a key")
}

fn scale(elements: &[Encoded], factor: impl Fn(usize) -> Scalar) -> Vec<RistrettoPoint> {
    points(elements).iter().enumerate().map(|(i, point)| point * factor(i)).collect()
}

fn points(elements: &[Encoded]) -> Vec<RistrettoPoint> {
    elements.iter().map(|element| decode(element).expect("an element")).collect()
}

fn elements(value: &Value) -> Vec<Encoded> {
    hexes(value).into_iter().map(|bytes| bytes.try_into().expect("32 bytes")).collect()
}

fn scalars(value: &Value) -> Vec<Scalar> {
    value.as_array().expect("scalars").iter().map(scalar).collect()
}

fn scalar(value: &Value) -> Scalar {
    let bytes = hex(value).try_into().expect("32 bytes");
    Option::from(Scalar::from_canonical_bytes(bytes)).expect("a canonical scalar")
}

fn hexes(value: &Value) -> Vec<Vec<u8>> {
    value.as_array().expect("byte strings").iter().map(hex).collect()
}

fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("hexadecimal digits").as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
