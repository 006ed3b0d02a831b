//! Correlated products, their check and trees against a second implementation (`testdata/vectors/psi/make.py`).

use serde_json::Value;

use super::check::{self, Which};
use super::correlate::{self, Bits, Shares};
use super::trees::{Nursery, TreeKeys, grow_full};
use super::{Answerer, Asker, Code, Parameters, Plan};
use crate::field::{Cpu, Gf128, Kernels};
use crate::item::Items;
use crate::machine::{self, Input, Output, Time};
use crate::oracle::Ro;
use crate::ot;
use crate::par::Sequential;
use crate::run::{self, Direction};
use crate::seed::Seed;
use crate::size::SizeClass;
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
    let trees = &vectors["trees"];
    for tree in array(&trees["trees"]) {
        let depth = number(&tree["depth"]);
        let keys = TreeKeys::new(&ro(&vectors), 5, depth);
        let mut leaves = vec![Gf128::ZERO; 1 << depth];
        let seed = bytes(&trees["seed_hex"]);
        grow_full(&keys, &mut Nursery::new(depth), &seed, &mut leaves, |l, sums| {
            let due = array(&tree["sums_hex"][l]);
            assert!(sums[0] == element(&due[0]) && sums[1] == element(&due[1]), "depth {depth}, level {l}");
        });
        assert!(leaves == elements(&tree["leaves_hex"]), "depth {depth}");
    }
}

const TERMS: [u8; 32] = [3; 32];
const ACCEPTANCE: [u8; 32] = [4; 32];
const NONCES: [[u8; 32]; 2] = [[1; 32], [2; 32]];

fn parameters<'a>(seed: &'a Seed, items: &'a Items) -> Parameters<'a> {
    let plan = Plan::new(SizeClass::MIN, SizeClass::MIN, Code::Qc).expect("an offered code");
    Parameters {
        terms_id: TERMS,
        accept_id: ACCEPTANCE,
        direction: Direction::ProposerReceives,
        plan,
        time_limit: plan.time_limit(1_000_000),
        asker_nonce: NONCES[0],
        answerer_nonce: NONCES[1],
        seed,
        items,
        par: &Sequential,
        cpu: Cpu::detect(),
    }
}

/// What came of a run: the bodies of messages 1 to 7, all parts together, and the ranks of the common items.
struct Played {
    bodies: Vec<Vec<u8>>,
    ranks: Vec<usize>,
}

fn play(mut asker: Asker<'_>, mut answerer: Answerer<'_>) -> Played {
    let mut played = Played { bodies: vec![Vec::new(); 8], ranks: Vec::new() };
    answerer.handle(Time(0), Input::Start).expect("it starts");
    while !(asker.is_over() && answerer.is_over()) {
        let mut said = Vec::new();
        for poll in [&mut || answerer.poll(), &mut || asker.poll()] as [&mut dyn FnMut() -> _; 2] {
            while let Some(output) = poll().expect("no chance event") {
                said.push(output);
            }
        }
        for output in said {
            match output {
                Output::Send(machine::Message::Vole(message)) => {
                    let number = usize::from(message.number());
                    played.bodies[number].extend_from_slice(message.body());
                    let input = Input::Message(machine::Message::Vole(message));
                    let taken = if number % 2 == 1 {
                        asker.handle(Time(0), input)
                    } else {
                        answerer.handle(Time(0), input)
                    };
                    taken.expect("an honest message");
                }
                Output::Done(common) => played.ranks = common.ranks().collect(),
                _ => {}
            }
        }
    }
    played
}

/// The keys of the base OTs of R, and T_τ, in the form of `run_inputs.json`.
fn inputs(seed: &Seed, offer: &[u8], correlation: &[u8]) -> Value {
    let sid = run::sid(&TERMS, &ACCEPTANCE, Direction::ProposerReceives);
    let ro = Ro::for_run(&sid);
    let randomness = seed.run_randomness(&ro, &NONCES[0], &NONCES[1]);
    let header = [&sid[..], &[1, 0, 1, 0], &(offer.len() as u64).to_le_bytes()].concat();
    let t_1 = blake3::hash(&[&sid, &header[..], offer].concat());
    let t_up_to = |end: usize| *blake3::hash(&[t_1.as_bytes(), &correlation[..end]].concat()).as_bytes();
    let (reply, _) = ot::answer(&ro, &randomness, &sid, &offer[64..], &Sequential).expect("an honest offer");
    let keys = reply.keys(&ro, &t_up_to(32 + ot::REPLY_BYTES));
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let pairs: Vec<_> = keys.as_slice().iter().map(|pair| pair.map(|key| digits(&key))).collect();
    let t_tau = digits(&t_up_to(correlation.len() - 2 * check::CHECK_BYTES));
    serde_json::json!({ "base_ot_pairs_hex": pairs, "t_tau_hex": t_tau })
}

#[test]
fn a_whole_run() {
    let vectors = parse(include_str!("../../../../testdata/vectors/psi/run.json"));
    let items = |field| {
        let items: Vec<Vec<u8>> = array(&vectors[field]).iter().map(hex).collect();
        Items::new(&items).expect("sorted items")
    };
    let (asked, listed) = (items("asker_items_hex"), items("answerer_items_hex"));
    let seeds = [Seed::from_bytes([8; 32]), Seed::from_bytes([9; 32])];
    let asker = Asker::new(parameters(&seeds[0], &asked)).expect("they fit");
    let answerer = Answerer::new(parameters(&seeds[1], &listed)).expect("they fit");
    let played = play(asker, answerer);

    let found = inputs(&seeds[0], &played.bodies[1], &played.bodies[2]);
    let recorded = parse(include_str!("../../../../testdata/vectors/psi/run_inputs.json"));
    assert!(found == recorded, "if base OTs changed on purpose, this is run_inputs.json now:\n{found:#}");
    for message in array(&vectors["messages"]) {
        let body = &played.bodies[number(&message["number"])];
        // Of message 2 only what follows the base OTs.
        let body = &body[body.len() - number(&message["bytes"])..];
        assert_eq!(body[..48.min(body.len())], hex(&message["first_hex"]), "message {}", message["number"]);
        assert_eq!(
            *blake3::hash(body).as_bytes(),
            bytes(&message["blake3"]),
            "message {}",
            message["number"]
        );
    }
    let ranks: Vec<_> = array(&vectors["common_ranks"]).iter().map(number).collect();
    assert_eq!(played.ranks, ranks);
}
