//! One side's machine, whatever the suite, and what both sides agree to before there is one.

use detente_psi::run::Direction;
use detente_psi::size::SizeClass;
use detente_psi::vole::{self, Plan};
use detente_psi::voprf;
use detente_psi::{Cpu, Input, Items, Message, Output, Par, Rejection, Seed};

use super::suite::Chosen;
use crate::clock;
use crate::exit::Failure;

/// What both sides of a run know. Nobody signs terms with themselves: fresh ids stand for those of terms and
/// acceptance.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) suite: Chosen,
    pub(crate) direction: Direction,
    pub(crate) asker: SizeClass,
    pub(crate) answerer: SizeClass,
    pub(crate) terms_id: [u8; 32],
    pub(crate) accept_id: [u8; 32],
    pub(crate) asker_nonce: [u8; 32],
    pub(crate) answerer_nonce: [u8; 32],
}

impl Run {
    /// A run of lists of these sizes that was never agreed to by anybody else.
    pub(crate) fn fresh(suite: Chosen, asker: SizeClass, answerer: SizeClass) -> Result<Run, Failure> {
        Ok(Run {
            suite,
            direction: Direction::ProposerReceives,
            asker,
            answerer,
            terms_id: clock::random()?,
            accept_id: clock::random()?,
            asker_nonce: clock::random()?,
            answerer_nonce: clock::random()?,
        })
    }
}

/// What one side brings along.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub(crate) seed: &'a Seed,
    pub(crate) items: &'a Items,
    pub(crate) par: &'a dyn Par,
}

/// The machine of one side.
pub(crate) struct Machine<'a> {
    suite: SuiteMachine<'a>,
    is_over: bool,
}

enum SuiteMachine<'a> {
    VoprfAsker(voprf::Asker<'a>),
    VoprfAnswerer(voprf::Answerer<'a>),
    VoleAsker(Box<vole::Asker<'a>>),
    VoleAnswerer(Box<vole::Answerer<'a>>),
}

impl<'a> Machine<'a> {
    /// The side that learns what is in common.
    ///
    /// # Errors
    /// The rejection of the suite, for a list that does not belong to the run, or a code that is not offered.
    pub(crate) fn asker(run: &Run, means: Means<'a>) -> Result<Machine<'a>, Rejection> {
        let suite = match run.suite {
            Chosen::Voprf => SuiteMachine::VoprfAsker(voprf::Asker::new(voprf::AskerParameters {
                terms_id: run.terms_id,
                class: run.asker,
                seed: means.seed,
                nonce: run.asker_nonce,
                items: means.items,
                par: means.par,
            })?),
            Chosen::Vole(code) => {
                SuiteMachine::VoleAsker(Box::new(vole::Asker::new(vole_parameters(run, code, means)?)?))
            }
        };
        Ok(Machine { suite, is_over: false })
    }

    /// The side that answers.
    ///
    /// # Errors
    /// As [`Machine::asker`].
    pub(crate) fn answerer(run: &Run, means: Means<'a>) -> Result<Machine<'a>, Rejection> {
        let suite = match run.suite {
            Chosen::Voprf => SuiteMachine::VoprfAnswerer(voprf::Answerer::new(voprf::AnswererParameters {
                terms_id: run.terms_id,
                accept_id: run.accept_id,
                asker_nonce: run.asker_nonce,
                answerer_nonce: run.answerer_nonce,
                asker_class: run.asker,
                answerer_class: run.answerer,
                seed: means.seed,
                items: means.items,
                par: means.par,
            })?),
            Chosen::Vole(code) => {
                SuiteMachine::VoleAnswerer(Box::new(vole::Answerer::new(vole_parameters(run, code, means)?)?))
            }
        };
        Ok(Machine { suite, is_over: false })
    }

    /// Whether this machine says the first message: R in two messages, S where they alternate.
    pub(crate) fn speaks_first(&self) -> bool {
        matches!(self.suite, SuiteMachine::VoprfAsker(_) | SuiteMachine::VoleAnswerer(_))
    }

    /// The step that the next call works on, by its stable name.
    pub(crate) fn phase(&self) -> &'static str {
        match &self.suite {
            SuiteMachine::VoprfAsker(_) => "blinding",
            SuiteMachine::VoprfAnswerer(_) => "evaluation",
            SuiteMachine::VoleAsker(asker) => asker.phase(),
            SuiteMachine::VoleAnswerer(answerer) => answerer.phase(),
        }
    }

    /// Whether nothing more is to come from the peer.
    pub(crate) fn is_over(&self) -> bool {
        match &self.suite {
            SuiteMachine::VoprfAsker(_) | SuiteMachine::VoprfAnswerer(_) => self.is_over,
            SuiteMachine::VoleAsker(asker) => asker.is_over(),
            SuiteMachine::VoleAnswerer(answerer) => answerer.is_over(),
        }
    }

    pub(crate) fn handle(&mut self, input: Input<'_>) -> Result<(), Rejection> {
        let now = clock::now();
        match &mut self.suite {
            SuiteMachine::VoprfAsker(asker) => asker.handle(now, input),
            SuiteMachine::VoprfAnswerer(answerer) => answerer.handle(now, input),
            SuiteMachine::VoleAsker(asker) => asker.handle(now, input),
            SuiteMachine::VoleAnswerer(answerer) => answerer.handle(now, input),
        }
    }

    pub(crate) fn poll(&mut self) -> Result<Option<Output>, Rejection> {
        let output = match &mut self.suite {
            SuiteMachine::VoprfAsker(asker) => asker.poll(),
            SuiteMachine::VoprfAnswerer(answerer) => answerer.poll(),
            SuiteMachine::VoleAsker(asker) => return asker.poll(),
            SuiteMachine::VoleAnswerer(answerer) => return answerer.poll(),
        };
        // Two messages are all: the answer is the last thing to be said.
        self.is_over |= match &output {
            Some(Output::Send(message)) => matches!(message, Message::Voprf(voprf::Message::Answer(_))),
            Some(Output::Done(_)) => true,
            Some(Output::Working) | None => false,
        };
        Ok(output)
    }
}

/// What a machine of the suite `vole` needs, of either side.
fn vole_parameters<'a>(
    run: &Run,
    code: vole::Code,
    means: Means<'a>,
) -> Result<vole::Parameters<'a>, Rejection> {
    let plan = Plan::new(run.asker, run.answerer, code)?;
    Ok(vole::Parameters {
        terms_id: run.terms_id,
        accept_id: run.accept_id,
        direction: run.direction,
        plan,
        time_limit: plan.time_limit(LINK_BYTES_PER_SECOND),
        asker_nonce: run.asker_nonce,
        answerer_nonce: run.answerer_nonce,
        seed: means.seed,
        items: means.items,
        par: means.par,
        cpu: Cpu::detect(),
    })
}

/// What a link inside one computer carries at the least, for the time limit of the suite `vole`: far below
/// what it does, because a slow computer needs its time for other things.
const LINK_BYTES_PER_SECOND: u64 = 1_000_000;
