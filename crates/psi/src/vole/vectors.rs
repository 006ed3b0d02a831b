//! Correlated products, their check and trees against a second implementation (`testdata/vectors/psi/make.py`).

use serde_json::Value;

use super::check::{self, Which};
use super::correlate::{self, Bits, Shares};
use super::trees::{Nursery, TreeKeys, grow_full};
use crate::field::{Cpu, Gf128, Kernels};
use crate::oracle::Ro;
use crate::par::Sequential;
use crate::vectors::{array, bytes, element, elements, hex, is_hashed, noise, number, parse};

fn vectors() -> Value {
    parse(include_str!("../../../../testdata/vectors/psi/correlation.json"))
}

fn ro(vectors: &Value) -> Ro {
    Ro::for_run(&bytes(&vectors["sid_hex"]))
}

fn kernels() -> Kernels {
    Kernels::new(Cpu::detect())
}

/// The base OT keys of R, and those of S.
fn dealt(delta: Gf128) -> (Vec<[[u8; 32]; 2]>, Vec<[u8; 32]>) {
    let pairs: Vec<_> = (0..128u8).map(|i| [[2 * i; 32], [2 * i + 1; 32]]).collect();
    let chosen = pairs.iter().enumerate().map(|(i, pair)| pair[(delta.0 >> i & 1) as usize]).collect();
    (pairs, chosen)
}

fn all(shares: &Shares) -> Vec<Gf128> {
    [shares.inputs(), shares.masks()].concat()
}

#[test]
fn products_of_values() {
    let vectors = vectors();
    let (ro, delta, values) = (ro(&vectors), element(&vectors["delta_hex"]), &vectors["values"]);
    let (pairs, chosen) = dealt(delta);
    let c = Shares::new(noise(&values["key"], number(&values["total"])));
    let (z, tau) = correlate::values_asker(&ro, &pairs, &c, &Sequential);
    assert_eq!(tau[..64], hex(&values["first_column_hex"]));
    assert_eq!(*blake3::hash(&tau).as_bytes(), bytes(&values["corrections_blake3"]));
    let y = correlate::values_answerer(&ro, &chosen, delta, &tau, &Sequential);
    for (shares, side) in [(&z, "asker"), (&y, "answerer")] {
        assert!(all(shares)[..2] == elements(&values[format!("{side}_hex")]));
        assert!(is_hashed(&all(shares), &values[format!("{side}_blake3")]));
    }
    let t_tau = bytes(&vectors["t_tau_hex"]);
    let proof = check::prove(&ro, kernels(), &t_tau, Which::Values, &c, &z);
    assert_eq!(proof, bytes(&values["proof_hex"]));
    assert!(check::holds(&ro, kernels(), &t_tau, Which::Values, &y, delta, &proof));
}

#[test]
fn products_of_bits() {
    let vectors = vectors();
    let (ro, delta) = (ro(&vectors), element(&vectors["delta_hex"]));
    let (pairs, chosen) = dealt(delta);
    for bits in array(&vectors["bits"]) {
        let count = number(&bits["count"]);
        let masks = std::array::from_fn(|at| element(&bits["masks_hex"][at]));
        let c = Bits { count, packed: hex(&bits["packed_hex"]), masks };
        let (z, tau) = correlate::bits_asker(&ro, &pairs, &c, &Sequential);
        assert_eq!(*blake3::hash(&tau).as_bytes(), bytes(&bits["corrections_blake3"]), "{count} bits");
        let y = correlate::bits_answerer(&ro, &chosen, delta, &tau, count, &Sequential);
        assert!(is_hashed(&all(&z), &bits["asker_blake3"]), "{count} bits");
        assert!(is_hashed(&all(&y), &bits["answerer_blake3"]), "{count} bits");
        let t_tau = bytes(&vectors["t_tau_hex"]);
        let proof = check::prove(&ro, kernels(), &t_tau, Which::Choices, &c.elements(), &z);
        assert_eq!(proof, bytes(&bits["proof_hex"]), "{count} bits");
    }
}

#[test]
fn trees() {
    let vectors = vectors();
    let (keys, trees) = (TreeKeys::new(&ro(&vectors)), &vectors["trees"]);
    for tree in array(&trees["trees"]) {
        let depth = number(&tree["depth"]);
        let mut leaves = vec![Gf128::ZERO; 1 << depth];
        let seed = bytes(&trees["seed_hex"]);
        grow_full(&keys, &mut Nursery::new(depth), &seed, &mut leaves, |l, sums| {
            let due = array(&tree["sums_hex"][l]);
            assert!(sums[0] == element(&due[0]) && sums[1] == element(&due[1]), "depth {depth}, level {l}");
        });
        assert!(leaves == elements(&tree["leaves_hex"]), "depth {depth}");
    }
}
