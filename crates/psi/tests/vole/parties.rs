//! A run between two machines in one process. Not a test itself.

use std::collections::BTreeSet;

use detente_psi::run::Direction;
use detente_psi::size::SizeClass;
use detente_psi::vole::{self, Answerer, Asker, Code, Parameters, Plan};
use detente_psi::{Common, Cpu, Input, Items, Message, Output, Par, Rejection, Seed, Sequential, Time};

pub(crate) const NOW: Time = Time(1_790_000_000_000);

/// Everything both sides bring to a run.
#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) code: Code,
    pub(crate) asker: Vec<Vec<u8>>,
    pub(crate) answerer: Vec<Vec<u8>>,
    pub(crate) asker_seed: [u8; 32],
    pub(crate) answerer_seed: [u8; 32],
    pub(crate) cpu: Cpu,
    pub(crate) par: &'a dyn Par,
}

/// What a run said, in order, with the number of each message.
pub(crate) type Said = Vec<(u16, Vec<u8>)>;

impl<'a> Run<'a> {
    pub(crate) fn new(code: Code, asker: BTreeSet<Vec<u8>>, answerer: BTreeSet<Vec<u8>>) -> Run<'a> {
        Run {
            code,
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

    /// Runs it; `carry` may change what is on its way.
    pub(crate) fn carried(
        &self,
        mut carry: impl FnMut(u16, &mut Vec<u8>),
    ) -> Result<(Common, [[u8; 32]; 2]), Rejection> {
        let (asker_items, answerer_items) = (Items::new(&self.asker)?, Items::new(&self.answerer)?);
        let seeds = [self.asker_seed, self.answerer_seed].map(Seed::from_bytes);
        let plan = self.plan();
        let parameters = |seed, items| Parameters {
            terms_id: [1; 32],
            accept_id: [2; 32],
            direction: Direction::ProposerReceives,
            plan,
            time_limit: 20_000,
            asker_nonce: [3; 32],
            answerer_nonce: [4; 32],
            seed,
            items,
            par: self.par,
            cpu: self.cpu,
        };
        let mut asker = Asker::new(parameters(&seeds[0], &asker_items))?;
        let mut answerer = Answerer::new(parameters(&seeds[1], &answerer_items))?;
        answerer.handle(NOW, Input::Start)?;
        let mut found = None;
        while !(asker.is_over() && answerer.is_over()) {
            for (number, mut body) in drain(|| answerer.poll(), &mut found)? {
                carry(number, &mut body);
                asker.handle(NOW, Input::Message(whole(number, body)))?;
            }
            for (number, mut body) in drain(|| asker.poll(), &mut found)? {
                carry(number, &mut body);
                answerer.handle(NOW, Input::Message(whole(number, body)))?;
            }
        }
        let common = found.expect("the asker ends with its result");
        Ok((common, [asker.transcript(), answerer.transcript()]))
    }

    /// Runs it undisturbed: the common items and all that was said.
    pub(crate) fn play(&self) -> (BTreeSet<Vec<u8>>, Said) {
        let mut said = Vec::new();
        let (common, transcripts) =
            self.carried(|number, body| said.push((number, body.clone()))).expect("an honest run");
        assert_eq!(transcripts[0], transcripts[1]);
        (common.ranks().map(|rank| self.asker[rank].clone()).collect(), said)
    }

    pub(crate) fn expected(&self) -> BTreeSet<Vec<u8>> {
        let theirs: BTreeSet<_> = self.answerer.iter().collect();
        self.asker.iter().filter(|item| theirs.contains(item)).cloned().collect()
    }
}

/// Polls a machine until it waits, as its contract says.
fn drain(
    mut poll: impl FnMut() -> Result<Option<Output>, Rejection>,
    found: &mut Option<Common>,
) -> Result<Said, Rejection> {
    let mut said = Said::new();
    while let Some(output) = poll()? {
        match output {
            Output::Send(message) => said.push(parts(&message)),
            Output::Done(common) => *found = Some(common),
            Output::Working => {}
        }
    }
    Ok(said)
}

fn parts(message: &Message<'_>) -> (u16, Vec<u8>) {
    let Message::Vole(message) = message else { panic!("a message of the suite") };
    (message.number(), message.body().to_vec())
}

fn whole(number: u16, body: Vec<u8>) -> Message<'static> {
    Message::Vole(vole::Message::from_parts(number, body.into()).expect("a message of the suite"))
}

/// Item number `i`, as canonical items look: type, version, length, bytes.
pub(crate) fn item(i: u64) -> Vec<u8> {
    let name = format!("host{i}.example");
    [&[1, 1, name.len() as u8, 0], name.as_bytes()].concat()
}

pub(crate) fn items(numbers: impl IntoIterator<Item = u64>) -> BTreeSet<Vec<u8>> {
    numbers.into_iter().map(item).collect()
}
