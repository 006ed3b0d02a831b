//! A run between two machines in one process, and what may happen to its messages on the way. Not a test itself;
//! the crate's own tests run it too.

use std::collections::BTreeSet;

use detente_psi::run::Direction;
use detente_psi::size::SizeClass;
use detente_psi::vole::{self, Answerer, Asker, Code, Parameters, Plan};
use detente_psi::{
    Common, Cpu, Input, Items, Message, Output, Par, Rejection, Seed, Sequential, Time, voprf,
};

pub(crate) const NOW: Time = Time(1_790_000_000_000);

pub(crate) const TIME_LIMIT: u64 = 20_000;

/// Everything both sides bring to a run.
#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) code: Code,
    pub(crate) accept_id: [u8; 32],
    pub(crate) direction: Direction,
    pub(crate) asker_nonce: [u8; 32],
    pub(crate) answerer_nonce: [u8; 32],
    pub(crate) asker: Vec<Vec<u8>>,
    pub(crate) answerer: Vec<Vec<u8>>,
    pub(crate) asker_seed: [u8; 32],
    pub(crate) answerer_seed: [u8; 32],
    pub(crate) cpu: Cpu,
    pub(crate) par: &'a dyn Par,
}

/// What a run said, in order, with the number of each message.
pub(crate) type Said = Vec<(u16, Vec<u8>)>;

/// One side of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Asker,
    Answerer,
}

/// What reaches a machine in place of a message.
#[derive(Clone)]
pub(crate) enum Arrival {
    Vole(u16, Vec<u8>),
    /// So many milliseconds after everything before it.
    Late(u64, u16, Vec<u8>),
    Start,
    Voprf,
}

/// How a run went.
pub(crate) struct Outcome {
    /// The result, if the asker came to one.
    pub(crate) found: Option<BTreeSet<Vec<u8>>>,
    /// The first refusal.
    pub(crate) refused: Option<(Party, Rejection)>,
    /// What both machines say of the transcript: asker, answerer.
    pub(crate) transcripts: [[u8; 32]; 2],
}

/// The machine of either side.
pub(crate) trait Machine {
    fn handle(&mut self, now: Time, input: Input<'_>) -> Result<(), Rejection>;
    fn poll(&mut self) -> Result<Option<Output>, Rejection>;
    fn is_over(&self) -> bool;
}

macro_rules! machine {
    ($name:ident) => {
        impl Machine for $name<'_> {
            fn handle(&mut self, now: Time, input: Input<'_>) -> Result<(), Rejection> {
                $name::handle(self, now, input)
            }

            fn poll(&mut self) -> Result<Option<Output>, Rejection> {
                $name::poll(self)
            }

            fn is_over(&self) -> bool {
                $name::is_over(self)
            }
        }
    };
}

machine!(Asker);
machine!(Answerer);

impl<'a> Run<'a> {
    pub(crate) fn new(code: Code, asker: BTreeSet<Vec<u8>>, answerer: BTreeSet<Vec<u8>>) -> Run<'a> {
        Run {
            code,
            accept_id: [2; 32],
            direction: Direction::ProposerReceives,
            asker_nonce: [3; 32],
            answerer_nonce: [4; 32],
            asker: asker.into_iter().collect(),
            answerer: answerer.into_iter().collect(),
            asker_seed: [5; 32],
            answerer_seed: [6; 32],
            cpu: Cpu::detect(),
            par: &Sequential,
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        let class = |list: &Vec<_>| SizeClass::for_count(list.len() as u64).expect("a class");
        Plan::new(class(&self.asker), class(&self.answerer), self.code).expect("an offered code")
    }

    /// What one side gives its machine.
    pub(crate) fn parameters<'b>(&self, seed: &'b Seed, items: &'b Items) -> Parameters<'b>
    where
        'a: 'b,
    {
        Parameters {
            terms_id: [1; 32],
            accept_id: self.accept_id,
            direction: self.direction,
            plan: self.plan(),
            time_limit: TIME_LIMIT,
            asker_nonce: self.asker_nonce,
            answerer_nonce: self.answerer_nonce,
            seed,
            items,
            par: self.par,
            cpu: self.cpu,
        }
    }

    /// Runs it; of message number so-and-so, counted over both directions from 0, arrives what `carry` says.
    ///
    /// After a refusal both machines are seen to be silent but for one abort.
    pub(crate) fn carried(&self, mut carry: impl FnMut(usize, u16, Vec<u8>) -> Vec<Arrival>) -> Outcome {
        let lists = [&self.asker, &self.answerer].map(|list| Items::new(list).expect("items in form"));
        let seeds = [self.asker_seed, self.answerer_seed].map(Seed::from_bytes);
        let mut asker = Asker::new(self.parameters(&seeds[0], &lists[0])).expect("the items fit");
        let mut answerer = Answerer::new(self.parameters(&seeds[1], &lists[1])).expect("the items fit");
        answerer.handle(NOW, Input::Start).expect("an answerer starts");
        let (mut found, mut count) = (None, 0);
        let refused = converse(&mut asker, &mut answerer, &mut found, &mut |number, body| {
            count += 1;
            carry(count - 1, number, body)
        });
        if let Err((party, rejection)) = &refused {
            match party {
                Party::Asker => check_end(rejection, &mut asker, &mut answerer),
                Party::Answerer => check_end(rejection, &mut answerer, &mut asker),
            }
        }
        Outcome {
            found: found.map(|common: Common| common.ranks().map(|rank| self.asker[rank].clone()).collect()),
            refused: refused.err(),
            transcripts: [asker.transcript(), answerer.transcript()],
        }
    }

    /// Runs it undisturbed: the common items and all that was said.
    pub(crate) fn play(&self) -> (BTreeSet<Vec<u8>>, Said) {
        let mut said = Vec::new();
        let outcome = self.carried(|_, number, body| {
            said.push((number, body.clone()));
            vec![Arrival::Vole(number, body)]
        });
        assert_eq!((outcome.refused, outcome.transcripts[0]), (None, outcome.transcripts[1]));
        (outcome.found.expect("an honest run finds what there is"), said)
    }

    pub(crate) fn expected(&self) -> BTreeSet<Vec<u8>> {
        let theirs: BTreeSet<_> = self.answerer.iter().collect();
        self.asker.iter().filter(|item| theirs.contains(item)).cloned().collect()
    }
}

/// Carries messages until both machines wait.
fn converse(
    asker: &mut dyn Machine,
    answerer: &mut dyn Machine,
    found: &mut Option<Common>,
    carry: &mut dyn FnMut(u16, Vec<u8>) -> Vec<Arrival>,
) -> Result<(), (Party, Rejection)> {
    let mut now = NOW;
    loop {
        let by_answerer = speak(answerer, asker, &mut now, found, carry)
            .map_err(|(spoke, rejection)| (if spoke { Party::Answerer } else { Party::Asker }, rejection))?;
        let by_asker = speak(asker, answerer, &mut now, found, carry)
            .map_err(|(spoke, rejection)| (if spoke { Party::Asker } else { Party::Answerer }, rejection))?;
        if by_answerer + by_asker == 0 {
            return Ok(());
        }
    }
}

/// Polls `speaker` until it waits and lets `listener` hear what arrives, message by message. Gives the number of
/// messages; or a refusal, and whether it is the speaker's.
fn speak(
    speaker: &mut dyn Machine,
    listener: &mut dyn Machine,
    now: &mut Time,
    found: &mut Option<Common>,
    carry: &mut dyn FnMut(u16, Vec<u8>) -> Vec<Arrival>,
) -> Result<usize, (bool, Rejection)> {
    let mut messages = 0;
    while let Some(output) = speaker.poll().map_err(|rejection| (true, rejection))? {
        match output {
            Output::Send(Message::Vole(message)) => {
                messages += 1;
                for arrival in carry(message.number(), message.body().to_vec()) {
                    let input = arrival.input(now);
                    listener.handle(*now, input).map_err(|rejection| (false, rejection))?;
                }
            }
            Output::Send(Message::Voprf(_)) => panic!("a message of another suite"),
            Output::Done(common) => *found = Some(common),
            Output::Working => {}
        }
    }
    Ok(messages)
}

impl Arrival {
    fn input(self, now: &mut Time) -> Input<'static> {
        let (number, body) = match self {
            Arrival::Start => return Input::Start,
            Arrival::Voprf => {
                let ask = voprf::Message::Ask(voprf::Ask { body: vec![7; 8192].into() });
                return Input::Message(Message::Voprf(ask));
            }
            Arrival::Late(by, number, body) => {
                now.0 += by;
                (number, body)
            }
            Arrival::Vole(number, body) => (number, body),
        };
        let message = vole::Message::from_parts(number, body.into()).expect("a message of the suite");
        Input::Message(Message::Vole(message))
    }
}

/// After a refusal: one abort, which is the same for every cause and answers none of the peer's, then silence.
fn check_end(rejection: &Rejection, refuser: &mut dyn Machine, other: &mut dyn Machine) {
    if *rejection != Rejection::PeerAborted {
        let Ok(Some(Output::Send(Message::Vole(abort)))) = refuser.poll() else { panic!("an abort is due") };
        assert_eq!((abort.number(), abort.body()), (0, &[][..]));
    }
    assert!(matches!(refuser.poll(), Ok(None)) && refuser.is_over());
    let abort = || Input::Message(Message::Vole(vole::Message::Abort));
    assert_eq!(other.handle(NOW, abort()), Err(Rejection::PeerAborted));
    assert!(matches!(other.poll(), Ok(None)) && other.is_over());
    let again = refuser.handle(NOW, Input::Start);
    assert_eq!(again, Err(Rejection::OutOfTurn { stage: "closed", input: "start" }));
}

/// Item number `i`, as canonical items look: type, version, length, bytes.
pub(crate) fn item(i: u64) -> Vec<u8> {
    let name = format!("host{i}.example");
    [&[1, 1, name.len() as u8, 0], name.as_bytes()].concat()
}

pub(crate) fn items(numbers: impl IntoIterator<Item = u64>) -> BTreeSet<Vec<u8>> {
    numbers.into_iter().map(item).collect()
}
