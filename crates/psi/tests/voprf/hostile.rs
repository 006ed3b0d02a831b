//! A counterpart, or a carrier, that changes what it passes on: every change ends in the named rejection and
//! none in a wrong match.

use std::collections::BTreeSet;

use detente_psi::size::SizeClass;
use detente_psi::voprf::{Answer, Ask};
use detente_psi::{Input, Message, Rejection, voprf};

use crate::parties::{NOW, Run, answer_input, ask_input, finish, set};
use crate::pools::Rayon;

/// The rejection of an ask that was changed on its way.
fn check_ask(change: impl FnOnce(&mut Vec<u8>), expected: Rejection) {
    let run = small();
    let mut ask = run.ask();
    change(&mut ask);
    assert_eq!(run.try_answer(&ask).err(), Some(expected));
}

/// The rejection of an answer that was changed on its way.
fn check_answer(
    run: &Run<'_>,
    answer: &Answer<'_>,
    change: impl FnOnce(&mut Answer<'_>),
    expected: Rejection,
) {
    let mut answer = answer.clone();
    change(&mut answer);
    assert_eq!(run.finish(&answer).err(), Some(expected));
}

/// Two lists of class 256 with 20 items in common.
fn small() -> Run<'static> {
    Run::new(set(0..40), set(20..70))
}

fn small_answer() -> (Run<'static>, Answer<'static>) {
    let run = small();
    let answer = run.answer(&run.ask());
    (run, answer)
}

fn element(body: &mut [u8], index: usize) -> &mut [u8; 32] {
    &mut body.as_chunks_mut().0[index]
}

/// The tags of an answer between two lists of class 256.
fn tags<'a>(answer: &'a mut Answer<'_>) -> &'a mut [[u8; 16]] {
    answer.body.to_mut()[8192 + 64..].as_chunks_mut().0
}

const IDENTITY: [u8; 32] = [0; 32];

/// Encodings that RFC 9496 refuses: all ones; p, which is zero unreduced; p + 2; p − 2, which is negative; 1,
/// which is odd, so negative; 5 · 2^248, off the curve.
fn not_canonical() -> Vec<[u8; 32]> {
    let near_p = |low: u8| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, 0x7f);
        bytes
    };
    let single = |at: usize, byte: u8| {
        let mut bytes = [0; 32];
        bytes[at] = byte;
        bytes
    };
    vec![[0xff; 32], near_p(0xed), near_p(0xef), near_p(0xeb), single(0, 1), single(31, 5), single(31, 0x80)]
}

#[test]
fn refuses_an_ask_of_another_length() {
    let short = |found| Rejection::BodyTooShort { expected: 8192, found };
    let long = |found| Rejection::BodyTooLong { expected: 8192, found };
    check_ask(Vec::clear, short(0));
    check_ask(|ask| ask.truncate(8191), short(8191));
    check_ask(|ask| ask.truncate(8160), short(8160));
    check_ask(|ask| ask.push(0), long(8193));
    check_ask(|ask| ask.extend([7; 64 * 32]), long(10_240));
}

#[test]
fn refuses_an_ask_with_an_element_that_is_not_canonical() {
    for bad in not_canonical() {
        for index in [0, 100, 255] {
            let expected = Rejection::ElementNotCanonical { index: index as u64 };
            check_ask(|ask| *element(ask, index) = bad, expected);
        }
    }
}

#[test]
fn refuses_an_ask_with_the_identity() {
    for index in [0, 255] {
        let expected = Rejection::ElementIdentity { index: index as u64 };
        check_ask(|ask| *element(ask, index) = IDENTITY, expected);
    }
    check_ask(|ask| ask.fill(0), Rejection::ElementIdentity { index: 0 });
}

#[test]
fn refuses_an_ask_whose_elements_do_not_ascend() {
    let swap = |ask: &mut Vec<u8>| ask.as_chunks_mut::<32>().0.swap(7, 8);
    check_ask(swap, Rejection::ElementsNotAscending { index: 8 });
    let repeat = |ask: &mut Vec<u8>| *element(ask, 8) = *element(ask, 7);
    check_ask(repeat, Rejection::ElementRepeated { index: 8 });
    let reverse = |ask: &mut Vec<u8>| ask.as_chunks_mut::<32>().0.reverse();
    check_ask(reverse, Rejection::ElementsNotAscending { index: 1 });
}

#[test]
fn names_the_first_fault_of_an_ask_and_elements_before_order() {
    let change = |ask: &mut Vec<u8>| {
        ask.as_chunks_mut::<32>().0.swap(1, 2);
        *element(ask, 200) = IDENTITY;
        *element(ask, 250) = [0xff; 32];
    };
    check_ask(change, Rejection::ElementIdentity { index: 200 });
}

#[test]
fn refuses_an_answer_of_another_length() {
    let (run, answer) = small_answer();
    let expected = answer.body.len() as u64;
    let short = |found| Rejection::BodyTooShort { expected, found };
    check_answer(&run, &answer, |answer| answer.body.to_mut().clear(), short(0));
    check_answer(&run, &answer, |answer| answer.body.to_mut().truncate(12_351), short(12_351));
    let long = Rejection::BodyTooLong { expected, found: expected + 16 };
    check_answer(&run, &answer, |answer| answer.body.to_mut().extend([0xff; 16]), long);
    let other_class = Rejection::BodyTooShort { expected: expected + 64 * 16, found: expected };
    let larger = SizeClass::from_u64(320).unwrap();
    check_answer(&run, &answer, |answer| answer.class = larger, other_class);
    let enormous = Rejection::BodyTooShort { expected: 8192 + 64 + 29_360_128 * 16, found: expected };
    check_answer(&run, &answer, |answer| answer.class = SizeClass::MAX, enormous);
}

#[test]
fn refuses_a_key_that_is_malformed_or_another() {
    let (run, answer) = small_answer();
    for bad in not_canonical() {
        check_answer(&run, &answer, |answer| answer.pk = bad, Rejection::KeyNotCanonical);
    }
    check_answer(&run, &answer, |answer| answer.pk = IDENTITY, Rejection::KeyIdentity);
    let valid = *element(&mut run.ask(), 0);
    check_answer(&run, &answer, |answer| answer.pk = valid, Rejection::ProofInvalid { chunk: 0 });
}

#[test]
fn refuses_an_answer_with_a_malformed_element() {
    let (run, answer) = small_answer();
    for index in [0, 130, 255] {
        let (place, at) = (index as u64, index);
        for bad in not_canonical() {
            let expected = Rejection::ElementNotCanonical { index: place };
            check_answer(&run, &answer, |answer| *element(answer.body.to_mut(), at) = bad, expected);
        }
        let expected = Rejection::ElementIdentity { index: place };
        check_answer(&run, &answer, |answer| *element(answer.body.to_mut(), at) = IDENTITY, expected);
    }
}

#[test]
fn refuses_elements_that_the_proof_does_not_cover() {
    let (run, answer) = small_answer();
    let swapped = |answer: &mut Answer<'_>| answer.body.to_mut().as_chunks_mut::<32>().0.swap(3, 4);
    check_answer(&run, &answer, swapped, Rejection::ProofInvalid { chunk: 0 });
    let doubled = |answer: &mut Answer<'_>| {
        let body = answer.body.to_mut();
        *element(body, 3) = *element(body, 4);
    };
    check_answer(&run, &answer, doubled, Rejection::ProofInvalid { chunk: 0 });
    let ask = run.ask();
    let echoed = |answer: &mut Answer<'_>| answer.body.to_mut()[..8192].copy_from_slice(&ask);
    check_answer(&run, &answer, echoed, Rejection::ProofInvalid { chunk: 0 });
}

#[test]
fn refuses_tags_that_do_not_ascend() {
    let (run, answer) = small_answer();
    let expected = |index| Rejection::TagsNotAscending { index };
    check_answer(&run, &answer, |answer| tags(answer).swap(0, 1), expected(1));
    check_answer(&run, &answer, |answer| tags(answer).swap(254, 255), expected(255));
    let repeated = |answer: &mut Answer<'_>| tags(answer)[9] = tags(answer)[8];
    check_answer(&run, &answer, repeated, expected(9));
    check_answer(&run, &answer, |answer| tags(answer).fill([0; 16]), expected(1));
}

#[test]
fn names_faults_of_an_answer_in_the_order_of_the_checks() {
    let (run, answer) = small_answer();
    let mut answer = answer;
    answer.body.to_mut()[8192 + 3] ^= 1;
    check_answer(&run, &answer, |_| {}, Rejection::ProofInvalid { chunk: 0 });
    tags(&mut answer).swap(1, 2);
    check_answer(&run, &answer, |_| {}, Rejection::TagsNotAscending { index: 2 });
    *element(answer.body.to_mut(), 255) = IDENTITY;
    check_answer(&run, &answer, |_| {}, Rejection::ElementIdentity { index: 255 });
    answer.pk = IDENTITY;
    check_answer(&run, &answer, |_| {}, Rejection::KeyIdentity);
    answer.body.to_mut().pop();
    check_answer(&run, &answer, |_| {}, Rejection::BodyTooShort { expected: 12_352, found: 12_351 });
}

#[test]
fn refuses_the_answer_to_another_ask() {
    let (run, answer) = small_answer();
    let invalid = Some(Rejection::ProofInvalid { chunk: 0 });
    let others = [
        Run { asker_seed: [99; 32], ..run.clone() },
        Run { asker_nonce: [99; 32], ..run.clone() },
        Run { terms_id: [99; 32], ..run.clone() },
        Run { asker: set(1..41), ..run.clone() },
    ];
    for other in others {
        assert_eq!(other.finish(&answer).err(), invalid);
    }
}

#[test]
fn a_flipped_bit_of_an_ask_is_refused_by_one_side_or_the_other() {
    let run = small();
    let ask = run.ask();
    for bit in (0..ask.len() * 8).step_by(509) {
        let mut flipped = ask.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match run.try_answer(&flipped) {
            // Another valid ask: S cannot know, but its proof is about an element that R never sent.
            Ok(answer) => {
                assert_eq!(
                    run.finish(&answer).err(),
                    Some(Rejection::ProofInvalid { chunk: 0 }),
                    "bit {bit}"
                );
            }
            Err(Rejection::ElementNotCanonical { index }) => assert_eq!(index, bit as u64 / 256),
            Err(Rejection::ElementsNotAscending { index }) => {
                assert!(index == bit as u64 / 256 || index == bit as u64 / 256 + 1);
            }
            Err(other) => panic!("bit {bit}: {other}"),
        }
    }
}

#[test]
fn a_flipped_bit_of_an_answer_is_refused_or_loses_a_match() {
    let (run, answer) = small_answer();
    let honest: BTreeSet<usize> = run.finish(&answer).unwrap().ranks().collect();
    for bit in (0..answer.body.len() * 8).step_by(509) {
        let mut flipped = answer.clone();
        flipped.body.to_mut()[bit / 8] ^= 1 << (bit % 8);
        match (bit / 8, run.finish(&flipped)) {
            (..8192, Err(Rejection::ElementNotCanonical { index })) => assert_eq!(index, bit as u64 / 256),
            (..8256, Err(rejection)) => assert_eq!(rejection, Rejection::ProofInvalid { chunk: 0 }),
            (8256.., Err(rejection)) => assert_eq!(rejection.name(), "tags-not-ascending"),
            // No proof covers the tags. In files the signature around the answer does.
            (8256.., Ok(common)) => {
                let found: BTreeSet<usize> = common.ranks().collect();
                assert!(found.is_subset(&honest) && found.len() + 1 >= honest.len(), "bit {bit}");
            }
            (_, Ok(_)) => panic!("bit {bit}: accepted"),
        }
    }
}

#[test]
fn a_flipped_bit_of_the_key_is_refused() {
    let (run, answer) = small_answer();
    for bit in (0..256).step_by(7) {
        let mut flipped = answer.clone();
        flipped.pk[bit / 8] ^= 1 << (bit % 8);
        match run.finish(&flipped).err() {
            Some(Rejection::KeyNotCanonical | Rejection::ProofInvalid { chunk: 0 }) => {}
            other => panic!("bit {bit}: {other:?}"),
        }
    }
}

/// n_R = 10,240: one whole chunk and one of 2,048.
#[test]
fn names_the_chunk_of_an_answer_that_was_rearranged() {
    const ASKED: usize = 10_240;
    const FIRST_PROOF: usize = ASKED * 32;
    let run = Run { par: &Rayon, ..Run::new(set(0..8193), set(8190..8200)) };
    let answer = run.answer(&run.ask());
    assert_eq!(run.finish(&answer).unwrap().ranks().collect::<Vec<_>>(), [8190, 8191, 8192]);

    let invalid = |chunk| Rejection::ProofInvalid { chunk };
    let swapped_proofs = |answer: &mut Answer<'_>| {
        answer.body.to_mut()[FIRST_PROOF..FIRST_PROOF + 128].as_chunks_mut::<64>().0.swap(0, 1);
    };
    check_answer(&run, &answer, swapped_proofs, invalid(0));
    let proof_twice = |answer: &mut Answer<'_>| {
        answer.body.to_mut().copy_within(FIRST_PROOF..FIRST_PROOF + 64, FIRST_PROOF + 64);
    };
    check_answer(&run, &answer, proof_twice, invalid(1));
    let rotated_chunks = |answer: &mut Answer<'_>| answer.body.to_mut()[..FIRST_PROOF].rotate_left(8192 * 32);
    check_answer(&run, &answer, rotated_chunks, invalid(0));
    let swapped_across = |answer: &mut Answer<'_>| {
        answer.body.to_mut().as_chunks_mut::<32>().0.swap(8191, 8192);
    };
    check_answer(&run, &answer, swapped_across, invalid(0));
    let swapped_in_the_last = |answer: &mut Answer<'_>| {
        answer.body.to_mut().as_chunks_mut::<32>().0.swap(10_238, 10_239);
    };
    check_answer(&run, &answer, swapped_in_the_last, invalid(1));
    // A fault of an element in the last chunk is named before a fault of a proof in the first.
    let both = |answer: &mut Answer<'_>| {
        swapped_proofs(answer);
        *element(answer.body.to_mut(), 10_000) = IDENTITY;
    };
    check_answer(&run, &answer, both, Rejection::ElementIdentity { index: 10_000 });

    let expected = answer.body.len() as u64;
    let without_last_chunk = |answer: &mut Answer<'_>| {
        answer.body.to_mut().drain(8192 * 32..ASKED * 32);
    };
    let short = Rejection::BodyTooShort { expected, found: expected - 2048 * 32 };
    check_answer(&run, &answer, without_last_chunk, short);
}

#[test]
fn inputs_out_of_turn_close_the_asker() {
    let (run, answer) = small_answer();
    run.with_asker(|asker, _| {
        let expected = Rejection::OutOfTurn { stage: "asked", input: "start" };
        assert_eq!(asker.handle(NOW, Input::Start), Err(expected));
        let expected = Rejection::OutOfTurn { stage: "closed", input: "answer" };
        assert_eq!(asker.handle(NOW, answer_input(&answer)), Err(expected));
        assert!(asker.poll().is_none());
    });
    run.with_asker(|asker, ask| {
        let expected = Rejection::OutOfTurn { stage: "asked", input: "ask" };
        assert_eq!(asker.handle(NOW, ask_input(&ask)), Err(expected));
    });
    run.with_asker(|asker, _| {
        assert_eq!(asker.handle(NOW, answer_input(&answer)), Ok(()));
        assert!(asker.handle(NOW, answer_input(&answer)).is_err());
        assert!(asker.poll().is_none(), "an error takes back what was not yet polled");
    });
    run.with_asker(|asker, _| {
        assert!(finish(asker, &answer).is_ok());
        let expected = Rejection::OutOfTurn { stage: "closed", input: "answer" };
        assert_eq!(asker.handle(NOW, answer_input(&answer)), Err(expected));
    });
}

#[test]
fn a_refused_answer_closes_the_asker_even_to_the_right_one() {
    let (run, answer) = small_answer();
    let mut wrong = answer.clone();
    wrong.pk = IDENTITY;
    run.with_asker(|asker, _| {
        assert_eq!(asker.handle(NOW, answer_input(&wrong)), Err(Rejection::KeyIdentity));
        assert!(asker.poll().is_none());
        let expected = Rejection::OutOfTurn { stage: "closed", input: "answer" };
        assert_eq!(asker.handle(NOW, answer_input(&answer)), Err(expected));
        assert!(asker.poll().is_none());
    });
}

#[test]
fn inputs_out_of_turn_close_the_answerer() {
    let (run, answer) = small_answer();
    let ask = run.ask();
    let closed = Err(Rejection::OutOfTurn { stage: "closed", input: "ask" });
    for (input, name) in [(Input::Start, "start"), (answer_input(&answer), "answer")] {
        run.with_answerer(|answerer| {
            let expected = Rejection::OutOfTurn { stage: "ready", input: name };
            assert_eq!(answerer.handle(NOW, input), Err(expected));
            assert_eq!(answerer.handle(NOW, ask_input(&ask)), closed);
            assert!(answerer.poll().is_none());
        });
    }
    run.with_answerer(|answerer| {
        assert!(answerer.handle(NOW, ask_input(&ask[1..])).is_err());
        assert_eq!(answerer.handle(NOW, ask_input(&ask)), closed);
        assert!(answerer.poll().is_none());
    });
}

#[test]
fn an_answerer_answers_once() {
    let run = small();
    let ask = run.ask();
    run.with_answerer(|answerer| {
        assert_eq!(answerer.handle(NOW, ask_input(&ask)), Ok(()));
        let second = Input::Message(Message::Voprf(voprf::Message::Ask(Ask { body: (&ask).into() })));
        let expected = Rejection::OutOfTurn { stage: "closed", input: "ask" };
        assert_eq!(answerer.handle(NOW, second), Err(expected));
        assert!(answerer.poll().is_none(), "an error takes back what was not yet polled");
    });
}
