//! The machines of the suite `voprf` against a counterpart that damages honest messages.

use std::sync::LazyLock;

use detente_psi::size::SizeClass;
use detente_psi::voprf::{self, Answer, Answerer, AnswererParameters, Ask, Asker, AskerParameters};
use detente_psi::{Input, Items, Message, Output, Rejection, Seed, Sequential, Time};

use crate::honest::items;
use crate::{edits, planted};

const NOW: Time = Time(1_790_000_000_000);
/// Two of the asker's five items are among the answerer's six.
const ASKED: std::ops::Range<u8> = 0..5;
const HELD: std::ops::Range<u8> = 3..9;

struct Messages {
    ask: Vec<u8>,
    answer: Vec<u8>,
    pk: [u8; 32],
}

static HONEST: LazyLock<Messages> = LazyLock::new(|| {
    let ask = asking(|_, ask| ask);
    let (answer, pk) = answering(&ask).expect("an honest ask is answered");
    Messages { ask, answer, pk }
});

/// An answerer never fails, and what it says has the length that the classes imply.
pub fn check_ask(data: &[u8]) {
    let body = edits::apply(&HONEST.ask, data);
    match answering(&body) {
        Ok((answer, _)) => {
            assert_eq!(answer.len() as u64, voprf::answer_bytes(SizeClass::MIN, SizeClass::MIN));
        }
        Err(rejection) => {
            assert!(body != HONEST.ask, "an honest ask is answered");
            planted::in_matching(&rejection);
        }
    }
}

/// An asker never fails, and damage never adds a match. The key is damaged with the rest: it comes first.
pub fn check_answer(data: &[u8]) {
    let honest = [&HONEST.pk[..], &HONEST.answer].concat();
    let damaged = edits::apply(&honest, data);
    let Some((pk, body)) = damaged.split_first_chunk::<32>() else { return };
    let answer = Answer { accept_id: [2; 32], class: SizeClass::MIN, pk: *pk, body: body.into() };
    let verdict = asking(|asker, _| {
        asker.handle(NOW, Input::Message(Message::Voprf(voprf::Message::Answer(answer))))?;
        match asker.poll() {
            Some(Output::Done(common)) => Ok(common.ranks().collect::<Vec<usize>>()),
            _ => panic!("an asker ends with its result"),
        }
    });
    match verdict {
        Ok(ranks) if damaged == honest => assert_eq!(ranks, [3, 4]),
        Ok(ranks) => assert!(ranks.iter().all(|rank| [3, 4].contains(rank)), "damage adds no match"),
        Err(rejection) => {
            assert!(damaged != honest, "an honest answer is opened");
            planted::in_matching(&rejection);
        }
    }
}

fn asking<T>(then: impl FnOnce(&mut Asker<'_>, Vec<u8>) -> T) -> T {
    let (list, seed) = (Items::new(&items(ASKED)).expect("items in form"), Seed::from_bytes([3; 32]));
    let parameters = AskerParameters {
        terms_id: [1; 32],
        class: SizeClass::MIN,
        seed: &seed,
        nonce: [5; 32],
        items: &list,
        par: &Sequential,
    };
    let mut asker = Asker::new(parameters).expect("the items fit");
    asker.handle(NOW, Input::Start).expect("an asker starts");
    match asker.poll() {
        Some(Output::Send(Message::Voprf(voprf::Message::Ask(ask)))) => {
            then(&mut asker, ask.body.into_owned())
        }
        _ => panic!("an asker asks"),
    }
}

fn answering(body: &[u8]) -> Result<(Vec<u8>, [u8; 32]), Rejection> {
    let (list, seed) = (Items::new(&items(HELD)).expect("items in form"), Seed::from_bytes([4; 32]));
    let parameters = AnswererParameters {
        terms_id: [1; 32],
        accept_id: [2; 32],
        asker_nonce: [5; 32],
        answerer_nonce: [6; 32],
        asker_class: SizeClass::MIN,
        answerer_class: SizeClass::MIN,
        seed: &seed,
        items: &list,
        par: &Sequential,
    };
    let mut answerer = Answerer::new(parameters).expect("the items fit");
    answerer.handle(NOW, Input::Message(Message::Voprf(voprf::Message::Ask(Ask { body: body.into() }))))?;
    std::iter::from_fn(|| answerer.poll())
        .find_map(|output| match output {
            Output::Send(Message::Voprf(voprf::Message::Answer(answer))) => {
                Some(Ok((answer.body.into_owned(), answer.pk)))
            }
            _ => None,
        })
        .expect("an answerer answers")
}
