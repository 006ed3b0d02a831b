//! The machines of the suite `vole` against a counterpart that damages one of its honest messages.

use std::sync::LazyLock;

use detente_psi::run::Direction;
use detente_psi::size::SizeClass;
use detente_psi::vole::{Answerer, Asker, Code, Message, Parameters, Plan};
use detente_psi::{Common, Cpu, Input, Items, Output, Rejection, Seed, Sequential, Time};

use crate::honest::items;
use crate::{edits, planted};

const NOW: Time = Time(1_790_000_000_000);
/// Two of the asker's five items are among the answerer's six.
const ASKED: std::ops::Range<u8> = 0..5;
const HELD: std::ops::Range<u8> = 3..9;
const COMMON: [usize; 2] = [3, 4];

/// All messages of an honest run, in order.
static HONEST: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    with_parameters([3; 32], ASKED, |asker| {
        with_parameters([4; 32], HELD, |answerer| {
            let mut asker = Asker::new(asker).expect("the items fit");
            let mut answerer = Answerer::new(answerer).expect("the items fit");
            answerer.handle(NOW, Input::Start).expect("an answerer starts");
            let mut said: Vec<Vec<u8>> = Vec::new();
            while said.len() < 7 {
                let input = said.last().map(|body| message(said.len(), body));
                if said.len() % 2 == 1 {
                    asker.handle(NOW, input.expect("the answerer speaks first")).expect("honest");
                    said.extend(drain(|| asker.poll()).0);
                } else {
                    input.map_or(Ok(()), |input| answerer.handle(NOW, input)).expect("honest");
                    said.extend(drain(|| answerer.poll()).0);
                }
            }
            said
        })
    })
});

/// An asker never fails, and damage never adds a match.
pub fn check_asker(data: &[u8]) {
    let Some((at, body)) = damaged(data, &[0, 2, 4, 6]) else { return };
    with_parameters([3; 32], ASKED, |parameters| {
        let mut asker = Asker::new(parameters).expect("the items fit");
        let mut found = None;
        for heard in [0, 2, 4, 6] {
            let body = if heard == at { &body } else { &HONEST[heard] };
            if let Err(rejection) = asker.handle(NOW, message(heard + 1, body)) {
                return refused(&rejection, at, body, || asker.poll());
            }
            found = drain(|| asker.poll()).1.or(found);
        }
        let found: Vec<usize> = found.expect("an asker ends with its result").ranks().collect();
        assert!(found.iter().all(|rank| COMMON.contains(rank)), "damage adds no match");
        assert!(found == COMMON || body != HONEST[at], "an honest run finds what there is");
    });
}

/// An answerer never fails, and what it says has the length that the classes imply.
pub fn check_answerer(data: &[u8]) {
    let Some((at, body)) = damaged(data, &[1, 3, 5]) else { return };
    with_parameters([4; 32], HELD, |parameters| {
        let mut answerer = Answerer::new(parameters).expect("the items fit");
        answerer.handle(NOW, Input::Start).expect("an answerer starts");
        drain(|| answerer.poll());
        for heard in [1, 3, 5] {
            let body = if heard == at { &body } else { &HONEST[heard] };
            if let Err(rejection) = answerer.handle(NOW, message(heard + 1, body)) {
                return refused(&rejection, at, body, || answerer.poll());
            }
            let (said, _) = drain(|| answerer.poll());
            assert!(said.iter().map(Vec::len).eq([HONEST[heard + 1].len()]));
        }
    });
}

/// Which message is damaged, and what arrives: the first byte chooses it, the second where the edits begin.
fn damaged(data: &[u8], heard: &[usize]) -> Option<(usize, Vec<u8>)> {
    let [which, start, edits @ ..] = data else { return None };
    let at = heard[usize::from(*which) % heard.len()];
    let (kept, rest) = HONEST[at].split_at(HONEST[at].len() * usize::from(*start) / 256);
    Some((at, [kept, &edits::apply(rest, edits)].concat()))
}

/// One abort, then silence.
fn refused(
    rejection: &Rejection,
    at: usize,
    body: &[u8],
    mut poll: impl FnMut() -> Result<Option<Output>, Rejection>,
) {
    assert!(body != HONEST[at], "an honest message is taken");
    assert!(matches!(poll(), Ok(Some(Output::Send(detente_psi::Message::Vole(Message::Abort))))));
    assert!(matches!(poll(), Ok(None)));
    planted::in_run(rejection);
}

/// Polls until the machine waits: what it said and what it found.
fn drain(mut poll: impl FnMut() -> Result<Option<Output>, Rejection>) -> (Vec<Vec<u8>>, Option<Common>) {
    let (mut said, mut found) = (Vec::new(), None);
    while let Some(output) = poll().expect("no refusal of its own") {
        match output {
            Output::Send(detente_psi::Message::Vole(message)) => said.push(message.body().to_vec()),
            Output::Send(_) => panic!("a message of another suite"),
            Output::Done(common) => found = Some(common),
            Output::Working => {}
        }
    }
    (said, found)
}

fn message(number: usize, body: &[u8]) -> Input<'_> {
    let message = Message::from_parts(number as u16, body.into()).expect("a message of the suite");
    Input::Message(detente_psi::Message::Vole(message))
}

fn with_parameters<T>(
    seed: [u8; 32],
    list: std::ops::Range<u8>,
    then: impl FnOnce(Parameters<'_>) -> T,
) -> T {
    let (list, seed) = (Items::new(&items(list)).expect("items in form"), Seed::from_bytes(seed));
    then(Parameters {
        terms_id: [1; 32],
        accept_id: [2; 32],
        direction: Direction::ProposerReceives,
        plan: Plan::new(SizeClass::MIN, SizeClass::MIN, Code::Qc).expect("an offered code"),
        time_limit: 20_000,
        asker_nonce: [5; 32],
        answerer_nonce: [6; 32],
        seed: &seed,
        items: &list,
        par: &Sequential,
        cpu: Cpu::detect(),
    })
}
