//! A run between two machines in one process. Not a test itself.

use std::collections::BTreeSet;

use detente_psi::Common;
use detente_psi::size::SizeClass;
use detente_psi::voprf::{Answer, Answerer, AnswererParameters, Ask, Asker, AskerParameters};
use detente_psi::{Input, Items, Message, Output, Par, Rejection, Seed, Sequential, Time, voprf};
use proptest::test_runner::{Config, RngSeed};

/// Everything both sides bring to a run.
#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) terms_id: [u8; 32],
    pub(crate) accept_id: [u8; 32],
    pub(crate) asker_seed: [u8; 32],
    pub(crate) answerer_seed: [u8; 32],
    pub(crate) asker_nonce: [u8; 32],
    pub(crate) answerer_nonce: [u8; 32],
    pub(crate) asker: BTreeSet<Vec<u8>>,
    pub(crate) answerer: BTreeSet<Vec<u8>>,
    pub(crate) par: &'a dyn Par,
}

pub(crate) const NOW: Time = Time(1_790_000_000_000);

impl<'a> Run<'a> {
    pub(crate) fn new(asker: BTreeSet<Vec<u8>>, answerer: BTreeSet<Vec<u8>>) -> Run<'a> {
        Run {
            terms_id: [1; 32],
            accept_id: [2; 32],
            asker_seed: [3; 32],
            answerer_seed: [4; 32],
            asker_nonce: [5; 32],
            answerer_nonce: [6; 32],
            asker,
            answerer,
            par: &Sequential,
        }
    }

    pub(crate) fn asker_class(&self) -> SizeClass {
        class(&self.asker)
    }

    pub(crate) fn answerer_class(&self) -> SizeClass {
        class(&self.answerer)
    }

    /// Hands a machine of R, which has asked, to `then`, together with its ask.
    pub(crate) fn with_asker<T>(&self, then: impl FnOnce(&mut Asker<'_>, Vec<u8>) -> T) -> T {
        let (items, seed) = (items(&self.asker), Seed::from_bytes(self.asker_seed));
        let mut asker = Asker::new(AskerParameters {
            terms_id: self.terms_id,
            class: self.asker_class(),
            seed: &seed,
            nonce: self.asker_nonce,
            items: &items,
            par: self.par,
        })
        .expect("the items fit the class");
        asker.handle(NOW, Input::Start).expect("an asker starts");
        let Some(Output::Send(Message::Voprf(voprf::Message::Ask(ask)))) = asker.poll() else {
            panic!("an asker asks")
        };
        assert!(asker.poll().is_none());
        then(&mut asker, ask.body.into_owned())
    }

    /// Hands a new machine of S to `then`.
    pub(crate) fn with_answerer<T>(&self, then: impl FnOnce(&mut Answerer<'_>) -> T) -> T {
        let (items, seed) = (items(&self.answerer), Seed::from_bytes(self.answerer_seed));
        let mut answerer = Answerer::new(AnswererParameters {
            terms_id: self.terms_id,
            accept_id: self.accept_id,
            asker_nonce: self.asker_nonce,
            answerer_nonce: self.answerer_nonce,
            asker_class: self.asker_class(),
            answerer_class: self.answerer_class(),
            seed: &seed,
            items: &items,
            par: self.par,
        })
        .expect("the items fit the class");
        then(&mut answerer)
    }

    pub(crate) fn ask(&self) -> Vec<u8> {
        self.with_asker(|_, ask| ask)
    }

    pub(crate) fn try_answer(&self, ask: &[u8]) -> Result<Answer<'static>, Rejection> {
        self.with_answerer(|answerer| {
            answerer.handle(NOW, ask_input(ask))?;
            let Some(Output::Send(Message::Voprf(voprf::Message::Answer(answer)))) = answerer.poll() else {
                panic!("an answerer answers")
            };
            assert!(answerer.poll().is_none());
            Ok(answer)
        })
    }

    pub(crate) fn answer(&self, ask: &[u8]) -> Answer<'static> {
        self.try_answer(ask).unwrap_or_else(|rejection| panic!("an honest ask is answered: {rejection}"))
    }

    /// The result of a machine made anew, as a process would that starts when the answer comes.
    pub(crate) fn finish(&self, answer: &Answer<'_>) -> Result<Common, Rejection> {
        self.with_asker(|asker, _| finish(asker, answer))
    }
}

pub(crate) fn finish(asker: &mut Asker<'_>, answer: &Answer<'_>) -> Result<Common, Rejection> {
    asker.handle(NOW, answer_input(answer))?;
    let Some(Output::Done(common)) = asker.poll() else { panic!("an asker ends with its result") };
    assert!(asker.poll().is_none());
    Ok(common)
}

pub(crate) fn ask_input(body: &[u8]) -> Input<'_> {
    Input::Message(Message::Voprf(voprf::Message::Ask(Ask { body: body.into() })))
}

pub(crate) fn answer_input<'a>(answer: &'a Answer<'_>) -> Input<'a> {
    Input::Message(Message::Voprf(voprf::Message::Answer(Answer {
        accept_id: answer.accept_id,
        class: answer.class,
        pk: answer.pk,
        body: answer.body.as_ref().into(),
    })))
}

pub(crate) fn items(set: &BTreeSet<Vec<u8>>) -> Items {
    let sorted: Vec<&Vec<u8>> = set.iter().collect();
    Items::new(&sorted).expect("the items are in form")
}

pub(crate) fn class(set: &BTreeSet<Vec<u8>>) -> SizeClass {
    SizeClass::for_count(set.len() as u64).expect("a class for the count")
}

/// Items that look like IPv4 addresses, one for each number.
pub(crate) fn set(numbers: std::ops::Range<u32>) -> BTreeSet<Vec<u8>> {
    numbers.map(|number| [[1, 1, 4, 0], number.to_be_bytes()].concat()).collect()
}

/// Property tests draw the same cases on every run.
pub(crate) fn replayable(cases: u32) -> Config {
    Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::with_cases(cases) }
}
