//! Files that were changed on their way, and files that their own author made wrong.

use std::collections::BTreeSet;

use detente_accord::exchange::{ReceivedAnswer, ReceivedAsk, answer_file};
use detente_accord::file::{self, Kind};
use detente_accord::jcs::Value;
use detente_accord::{Class, Rejection};
use detente_psi::Sequential;

use crate::judge::{Desk, take_answer, take_result};
use crate::world::{Run, addresses, at, borrowed, resign};

/// Judges a file as its receiver would.
fn judge(run: &Run, kind: Kind, bytes: &[u8]) -> Result<(), Rejection> {
    match kind {
        Kind::Ask => Desk::of(run).take(bytes).map(|_| ()),
        Kind::Answer => take_answer(run, bytes).map(|_| ()),
        Kind::Result => take_result(run, bytes),
    }
}

fn bytes(run: &Run, kind: Kind) -> &[u8] {
    match kind {
        Kind::Ask => &run.ask,
        Kind::Answer => &run.answer,
        Kind::Result => &run.result,
    }
}

/// Flips one bit at each of these places; every flip must be caught as damage, and in the first eight bytes
/// as no file of ours. Gives the names that came up.
fn check(run: &Run, kind: Kind, places: impl Iterator<Item = usize>) -> BTreeSet<&'static str> {
    assert_eq!(judge(run, kind, bytes(run, kind)), Ok(()), "the untouched file is taken");
    let mut changed = bytes(run, kind).to_vec();
    let mut names = BTreeSet::new();
    for place in places {
        let bit = 1 << (place % 8);
        changed[place] ^= bit;
        let rejection = judge(run, kind, &changed).expect_err("a flipped bit was taken");
        let expected = if place < 8 { Class::Unreadable } else { Class::Integrity };
        assert_eq!(rejection.class(), expected, "{} at byte {place}: {rejection}", kind.name());
        assert_eq!(place < 8, rejection == Rejection::BadMagic, "byte {place}: {rejection}");
        names.insert(rejection.name());
        changed[place] ^= bit;
    }
    names
}

#[test]
fn a_flip_of_any_byte_of_the_ask_is_caught() {
    let run = Run::kept();
    let names = check(run, Kind::Ask, 0..run.ask.len());
    for name in ["bad-field", "bad-magic", "bad-prefix", "bad-signature", "contradiction", "not-canonical"] {
        assert!(names.contains(name), "{name} never came up: {names:?}");
    }
}

#[test]
fn a_flip_of_any_byte_of_the_answer_is_caught() {
    let run = Run::kept();
    let names = check(run, Kind::Answer, 0..run.answer.len());
    for name in ["bad-field", "bad-magic", "bad-prefix", "bad-signature", "contradiction", "not-canonical"] {
        assert!(names.contains(name), "{name} never came up: {names:?}");
    }
}

#[test]
fn a_flip_of_any_byte_of_the_result_is_caught() {
    let run = Run::kept();
    let all_bits = 0..run.result.len();
    let names = check(run, Kind::Result, all_bits);
    assert!(names.contains("bad-signature") && names.contains("bad-magic"), "{names:?}");
}

#[test]
fn flips_of_every_bit_of_prefix_and_header_are_caught() {
    let run = Run::kept();
    for kind in [Kind::Ask, Kind::Answer, Kind::Result] {
        for bit in 0..8 {
            let mut changed = bytes(run, kind).to_vec();
            for place in 8..16 + 400 {
                changed[place] ^= 1 << bit;
                let class = judge(run, kind, &changed).map_err(|rejection| rejection.class());
                assert_eq!(class, Err(Class::Integrity), "{} byte {place} bit {bit}", kind.name());
                changed[place] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn flips_all_over_a_file_of_two_chunks_are_caught() {
    let run = Run::new(addresses(0..8193), addresses(8000..9000));
    for (kind, step) in [(Kind::Ask, 997), (Kind::Answer, 1009)] {
        check(&run, kind, (0..bytes(&run, kind).len()).step_by(step));
    }
}

#[test]
fn without_its_signature_a_changed_tag_would_hide_a_match() {
    let run = Run::kept();
    assert_eq!(run.common.len(), 3);
    let taken = |tag: usize| {
        // The author's own hand: what a flip would do if no signature stood over it.
        let changed = resign(&run.answer, Kind::Answer, &run.b.node, |_, _, body| {
            let start = 32 * 256 + 64;
            body[start + 16 * tag + 15] ^= 1;
        });
        take_answer(run, &changed)
    };
    assert!((0..256).any(|tag| taken(tag).is_ok_and(|common| common.len() == 2)), "one bit hides a match");
    let mut flipped = run.answer.clone();
    let last = flipped.len() - 65;
    flipped[last] ^= 1;
    assert_eq!(take_answer(run, &flipped), Err(Rejection::BadSignature { part: "file" }));
}

/// What a body that its author changed and signed is refused for.
fn refused_body(run: &Run, kind: Kind, change: impl FnOnce(&mut Vec<u8>)) -> &'static str {
    match kind {
        Kind::Ask => {
            let changed = resign(&run.ask, kind, &run.a.node, |_, _, body| change(body));
            let ask = Desk::of(run).take(&changed).expect("only the body was changed");
            let held = borrowed(&run.held);
            let made =
                answer_file(&run.b.us(), &ask, &run.acceptance, &run.answer_secrets, &held, &Sequential);
            made.err().map_or("taken", |rejection| rejection.name())
        }
        _ => {
            let changed = resign(&run.answer, Kind::Answer, &run.b.node, |_, _, body| change(body));
            take_answer(run, &changed).err().map_or("taken", |rejection| rejection.name())
        }
    }
}

fn swap(body: &mut [u8], length: usize, one: usize, other: usize) {
    for i in 0..length {
        body.swap(one + i, other + i);
    }
}

#[test]
fn an_ask_that_its_author_made_wrong_is_refused_by_name() {
    let run = Run::kept();
    assert_eq!(refused_body(run, Kind::Ask, |_| ()), "taken");
    assert_eq!(refused_body(run, Kind::Ask, |body| swap(body, 32, 0, 32)), "elements-not-ascending");
    assert_eq!(refused_body(run, Kind::Ask, |body| body.copy_within(0..32, 32)), "element-repeated");
    assert_eq!(refused_body(run, Kind::Ask, |body| body[..32].fill(0)), "element-identity");
    assert_eq!(refused_body(run, Kind::Ask, |body| body[32 * 255..].fill(255)), "element-not-canonical");
}

#[test]
fn an_answer_that_its_author_made_wrong_is_refused_by_name() {
    let run = Run::kept();
    let (proof, tags) = (32 * 256, 32 * 256 + 64);
    let refused = |change: &dyn Fn(&mut Vec<u8>)| refused_body(run, Kind::Answer, change);
    assert_eq!(refused(&|_| ()), "taken");
    assert_eq!(refused(&|body| swap(body, 32, 0, 32)), "proof-invalid");
    assert_eq!(refused(&|body| body.copy_within(0..32, 32)), "proof-invalid");
    assert_eq!(refused(&|body| body[..32].fill(0)), "element-identity");
    assert_eq!(refused(&|body| body[..32].fill(255)), "element-not-canonical");
    assert_eq!(refused(&|body| body[proof] ^= 1), "proof-invalid");
    assert_eq!(refused(&|body| body[proof + 32..tags].fill(255)), "proof-invalid");
    assert_eq!(refused(&|body| swap(body, 16, tags, tags + 16)), "tags-not-ascending");
    assert_eq!(refused(&|body| body.copy_within(tags..tags + 16, tags + 16)), "tags-not-ascending");
}

#[test]
fn an_answer_under_another_key_is_refused_by_name() {
    let run = Run::kept();
    let with_key = |key: [u8; 32]| {
        let changed = resign(&run.answer, Kind::Answer, &run.b.node, |header, _, _| header.pk = Some(key));
        take_answer(run, &changed).err().map(|rejection| rejection.name())
    };
    assert_eq!(with_key([0; 32]), Some("key-identity"));
    assert_eq!(with_key([255; 32]), Some("key-not-canonical"));
    let other = Run::seeded(run.asked.clone(), run.held.clone(), 2);
    let key = ReceivedAnswer::read(&other.answer).map(|_| file::File::read(&other.answer, Kind::Answer));
    assert_eq!(with_key(key.unwrap().unwrap().header.pk.unwrap()), Some("proof-invalid"));
}

#[test]
fn swapped_chunks_and_swapped_proofs_are_refused() {
    let run = Run::new(addresses(0..8193), addresses(0..1));
    let (elements, chunk) = (32 * 10_240, 32 * 8192);
    assert_eq!(refused_body(&run, Kind::Answer, |_| ()), "taken");
    assert_eq!(
        refused_body(&run, Kind::Answer, |body| swap(body, 64, elements, elements + 64)),
        "proof-invalid"
    );
    // The second chunk has 2048 elements: they change place with the first 2048 of the first.
    assert_eq!(refused_body(&run, Kind::Answer, |body| swap(body, 32 * 2048, 0, chunk)), "proof-invalid");
    assert_eq!(
        refused_body(&run, Kind::Answer, |body| body.copy_within(elements..elements + 64, elements + 64)),
        "proof-invalid"
    );
}

#[test]
fn a_truncated_last_chunk_is_a_wrong_length() {
    let run = Run::kept();
    let expected = run.ask.len() as u64;
    let cut = resign(&run.ask, Kind::Ask, &run.a.node, |_, _, body| body.truncate(body.len() - 32));
    assert_eq!(ReceivedAsk::read(&cut).err(), Some(Rejection::BadLength { expected, came: expected - 32 }));
}

#[test]
fn headers_that_contradict_their_statements_are_refused() {
    let run = Run::kept();
    let c = detente_accord::PartyId::parse("c").unwrap();
    let contradiction = |field| Some(Rejection::Contradiction { field });
    for (field, kind) in
        ["from", "to", "n", "terms"].into_iter().flat_map(|field| [(field, Kind::Ask), (field, Kind::Answer)])
    {
        let node = if kind == Kind::Ask { &run.a.node } else { &run.b.node };
        let changed = resign(bytes(run, kind), kind, node, |header, _, _| match field {
            "from" => header.from = c.clone(),
            "to" => header.to = c.clone(),
            "n" => header.n = 320,
            _ => header.terms = [0; 32],
        });
        // Which terms an answer answers stands in its statements by statement id; its header names the run.
        let expected = match (field, kind) {
            ("terms", Kind::Answer) => Some(Rejection::UnknownAsk),
            _ => contradiction(field),
        };
        assert_eq!(judge(run, kind, &changed).err(), expected, "{field} of {}", kind.name());
    }
    let changed =
        resign(&run.answer, Kind::Answer, &run.b.node, |header, _, _| header.accept = Some([0; 32]));
    assert_eq!(take_answer(run, &changed).err(), contradiction("accept"));
    let changed =
        resign(&run.result, Kind::Result, &run.a.node, |header, _, _| header.accept = Some([0; 32]));
    assert_eq!(take_result(run, &changed).err(), contradiction("accept"));
}

#[test]
fn a_changed_term_is_a_contradiction_and_not_a_term_that_we_refuse() {
    let run = Run::kept();
    let changed = resign(&run.ask, Kind::Ask, &run.a.node, |_, statements, _| {
        let statements = statements.as_mut().expect("an ask has statements");
        *at(statements, &["0", "statement", "pub", "suite"]) = Value::text("vole");
    });
    assert_eq!(Desk::of(run).take(&changed).err(), Some(Rejection::Contradiction { field: "terms" }));
}
