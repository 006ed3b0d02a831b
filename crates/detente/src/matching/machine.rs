//! One side's machine, whatever the suite, and what both sides agree to before there is one.

use detente_psi::run::Direction;
use detente_psi::size::SizeClass;
use detente_psi::voprf;
use detente_psi::{Input, Items, Message, Output, Par, Rejection, Seed};

use crate::clock;
use crate::exit::Failure;

/// What both sides of a run know. Nobody signs terms with themselves: fresh ids stand for those of terms and
/// acceptance.
#[derive(Clone, Copy)]
pub(crate) struct Run {
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
    pub(crate) fn fresh(asker: SizeClass, answerer: SizeClass) -> Result<Run, Failure> {
        Ok(Run {
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
}

impl<'a> Machine<'a> {
    /// The side that learns what is in common.
    ///
    /// # Errors
    /// The rejection of the suite, for a list that does not belong to the run.
    pub(crate) fn asker(run: &Run, means: Means<'a>) -> Result<Machine<'a>, Rejection> {
        let Means { seed, items, par } = means;
        let asker = voprf::Asker::new(voprf::AskerParameters {
            terms_id: run.terms_id,
            class: run.asker,
            seed,
            nonce: run.asker_nonce,
            items,
            par,
        })?;
        Ok(Machine { suite: SuiteMachine::VoprfAsker(asker), is_over: false })
    }

    /// The side that answers.
    ///
    /// # Errors
    /// As [`Machine::asker`].
    pub(crate) fn answerer(run: &Run, means: Means<'a>) -> Result<Machine<'a>, Rejection> {
        let Means { seed, items, par } = means;
        let answerer = voprf::Answerer::new(voprf::AnswererParameters {
            terms_id: run.terms_id,
            accept_id: run.accept_id,
            asker_nonce: run.asker_nonce,
            answerer_nonce: run.answerer_nonce,
            asker_class: run.asker,
            answerer_class: run.answerer,
            seed,
            items,
            par,
        })?;
        Ok(Machine { suite: SuiteMachine::VoprfAnswerer(answerer), is_over: false })
    }

    /// Whether this machine says the first message.
    pub(crate) fn speaks_first(&self) -> bool {
        matches!(self.suite, SuiteMachine::VoprfAsker(_))
    }

    /// The step that the next call works on, by its stable name.
    pub(crate) fn phase(&self) -> &'static str {
        match self.suite {
            SuiteMachine::VoprfAsker(_) => "blinding",
            SuiteMachine::VoprfAnswerer(_) => "evaluation",
        }
    }

    /// Whether nothing more is to come from the peer.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(crate) fn handle(&mut self, input: Input<'_>) -> Result<(), Rejection> {
        let now = clock::now();
        match &mut self.suite {
            SuiteMachine::VoprfAsker(asker) => asker.handle(now, input),
            SuiteMachine::VoprfAnswerer(answerer) => answerer.handle(now, input),
        }
    }

    pub(crate) fn poll(&mut self) -> Result<Option<Output>, Rejection> {
        let output = match &mut self.suite {
            SuiteMachine::VoprfAsker(asker) => asker.poll(),
            SuiteMachine::VoprfAnswerer(answerer) => answerer.poll(),
        };
        // Two messages are all: the answer is the last thing to be said.
        self.is_over |= match &output {
            Some(Output::Done(_)) => true,
            Some(Output::Send(Message::Voprf(message))) => matches!(message, voprf::Message::Answer(_)),
            None => false,
        };
        Ok(output)
    }
}
