//! The code against a second implementation of it (`testdata/vectors/psi/make.py`), which multiplies without a
//! transform.

use serde_json::Value;

use super::*;
use crate::field::Cpu;
use crate::par::Sequential;
use crate::vectors::{array, element, elements, is_hashed, noise, number, parse};

fn vectors() -> Value {
    parse(include_str!("../../../../testdata/vectors/psi/qc.json"))
}

fn kernels() -> Kernels {
    Kernels::new(Cpu::detect())
}

#[test]
fn products_in_small_rings() {
    let vectors = vectors();
    for product in array(&vectors["products"]) {
        let p = number(&product["p"]);
        let (left, mut right) = (noise(&vectors["left_key"], p), noise(&vectors["right_key"], p));
        let ring = Ring::new(p, kernels(), &Sequential, |fixed| fixed.copy_from_slice(&left));
        right.resize(ring.size(), Gf128::ZERO);
        ring.multiply(&mut right, &Sequential);
        assert!(right[..p] == elements(&product["product_hex"]), "{p}");
    }
}

#[test]
fn the_fixed_elements() {
    for vector in array(&vectors()["fixed"]) {
        let k = number(&vector["k"]) as u32;
        let mut fixed = vec![Gf128::ZERO; Qc::prime(k)];
        fill_fixed(k as u8, &mut fixed, &Sequential);
        assert!(fixed[..2] == elements(&vector["first_hex"]), "{k}");
        assert!(fixed[number(&vector["middle"])] == element(&vector["middle_hex"]), "{k}");
        assert!(fixed[fixed.len() - 1] == element(&vector["last_hex"]), "{k}");
        assert!(is_hashed(&fixed, &vector["blake3"]), "{k}");
    }
}

#[test]
fn compresses_as_the_second_implementation() {
    let vector = &vectors()["compress"];
    let code = Qc::new(number(&vector["k"]) as u32, kernels(), &Sequential);
    let out = code.compress(noise(&vector["key"], code.inputs()), &Sequential);
    assert!(out[..4] == elements(&vector["first_hex"]));
    assert!(is_hashed(&out, &vector["blake3"]));
}
