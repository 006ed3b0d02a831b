//! What a second implementation in another language gives (`testdata/vectors/psi`, made by `make.py` there), and
//! how its files are read. Here the primitives; the other files are compared beside the code they are about.

use serde_json::Value;

use crate::field::{Cpu, Gf128, Kernels};
use crate::item::{Items, RunList};
use crate::oracle::Ro;
use crate::prg::{FixedKey, Stream};
use crate::run::{self, Direction};
use crate::seed::{Randomness, Seed};
use crate::size::SizeClass;

/// The run that the vectors are about.
pub(crate) const SID: [u8; 32] = [7; 32];

pub(crate) fn randomness(ro: &Ro) -> Randomness {
    Seed::from_bytes([8; 32]).run_randomness(ro, &[1; 32], &[2; 32])
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("vectors in JSON")
}

pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

pub(crate) fn number(value: &Value) -> usize {
    value.as_u64().expect("a number") as usize
}

pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().expect("hexadecimal digits").as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

pub(crate) fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().expect("as many bytes")
}

pub(crate) fn element(value: &Value) -> Gf128 {
    Gf128::from_bytes(bytes(value))
}

/// Elements that stand one after the other.
pub(crate) fn elements(value: &Value) -> Vec<Gf128> {
    hex(value).as_chunks().0.iter().map(|bytes| Gf128::from_bytes(*bytes)).collect()
}

/// The test input under `key`: elements of the stream whose AES key is that byte sixteen times.
pub(crate) fn noise(key: &Value, count: usize) -> Vec<Gf128> {
    Stream::new(&[number(key) as u8; 16], 0).elements(0, count).to_vec()
}

/// Whether these are the elements whose hash is given.
pub(crate) fn is_hashed(elements: &[Gf128], hash: &Value) -> bool {
    let bytes: Vec<_> = elements.iter().map(|element| element.to_bytes()).collect();
    blake3::hash(bytes.as_flattened()).as_bytes()[..] == hex(hash)
}

fn vectors() -> Value {
    parse(include_str!("../../../testdata/vectors/psi/primitives.json"))
}

#[test]
fn names_of_a_run_and_its_randomness() {
    let vectors = vectors();
    assert_eq!(run::sid(&[3; 32], &[4; 32], Direction::ProposerSends), bytes(&vectors["sid_hex"]));
    assert_eq!(*randomness(&Ro::for_run(&SID)).as_bytes(), bytes(&vectors["randomness_hex"]));
}

#[test]
fn the_oracle() {
    for vector in array(&vectors()["oracle"]) {
        let fields: Vec<Vec<u8>> = array(&vector["fields_hex"]).iter().map(hex).collect();
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let due = hex(&vector["output_hex"]);
        let mut output = vec![0; due.len()];
        Ro::for_run(&SID).fill(vector["label"].as_str().expect("a label"), &fields, &mut output);
        assert_eq!(output, due, "{}", vector["label"]);
    }
}

#[test]
fn a_list_and_its_dummies() {
    let vectors = vectors();
    let items: Vec<Vec<u8>> = array(&vectors["items_hex"]).iter().map(hex).collect();
    let (items, ro) = (Items::new(&items).expect("sorted items"), Ro::for_run(&SID));
    let list = RunList::new(&items, SizeClass::MIN, &ro, &randomness(&ro)).expect("they fit");
    let last = array(&vectors["list_hex"]);
    assert!(last.iter().zip(256 - last.len()..256).all(|(entry, at)| list.entry(at) == hex(entry)));
}

#[test]
fn streams() {
    let vectors = vectors();
    let (prg, stream) = (&vectors["prg"], &vectors["stream"]);
    let label = prg["label"].as_str().expect("a label");
    let seeded = Stream::seeded(&Ro::for_run(&SID), label, &bytes(&prg["seed_hex"]));
    assert!(*seeded.elements(0, 70) == elements(&prg["blocks_hex"]));
    let stream_at = Stream::new(&bytes(&stream["key_hex"]), number(&stream["tail"]) as u64);
    assert!(*stream_at.elements(number(&stream["first"]) as u64, 4) == elements(&stream["blocks_hex"]));
}

#[test]
fn arithmetic_by_every_means_of_the_processor() {
    let vectors = vectors();
    let (inverse, sum) = (&vectors["inverse_hex"], &vectors["power_sum"]);
    for kernels in Cpu::all_here().into_iter().map(Kernels::new) {
        for product in array(&vectors["products_hex"]) {
            assert!(kernels.mul(element(&product[0]), element(&product[1])) == element(&product[2]));
        }
        assert!(kernels.inverse(element(&inverse[0])) == element(&inverse[1]));
        let terms = noise(&sum["key"], number(&sum["terms"]));
        assert!(kernels.power_sum(element(&sum["x_hex"]), &terms) == element(&sum["sum_hex"]));
    }
}

#[test]
fn the_hash_of_a_node() {
    let pair = &vectors()["tree_hash_hex"];
    let mut out = [[0; 16]];
    FixedKey::new(&[6; 16]).hash(&[bytes(&pair[0])], &mut out);
    assert_eq!(out[0], bytes(&pair[1]));
}
