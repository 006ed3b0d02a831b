//! The runs of one measurement, the same for both parties: nothing is drawn, so that any two measurements do
//! the same work.

use detente_psi::Seed;
use detente_psi::run::Direction;

use super::order::{Order, Reveal};
use super::party::Role;
use crate::exit::Failure;
use crate::matching::Run;

/// One run, or two in which the parties change roles.
pub(super) fn runs(order: &Order) -> Result<Vec<Run>, Failure> {
    let (class, suite) = (order.class()?, order.suite()?);
    let run = |direction| Run {
        suite,
        direction,
        asker: class,
        answerer: class,
        terms_id: [1; 32],
        accept_id: [2; 32],
        asker_nonce: [3; 32],
        answerer_nonce: [4; 32],
    };
    Ok(match order.reveal {
        Reveal::Items => vec![run(Direction::ProposerReceives)],
        Reveal::Both => vec![run(Direction::ProposerReceives), run(Direction::ProposerSends)],
    })
}

impl Role {
    /// Whether a party of this role, which is the one of the first run, learns in this run.
    pub(super) fn asks_in(self, run: &Run) -> bool {
        (self == Role::Receiver) == (run.direction == Direction::ProposerReceives)
    }

    /// The seed of the party. Lists made from numbers need no protection.
    pub(super) fn seed(self) -> Seed {
        Seed::from_bytes([self as u8 + 5; 32])
    }
}
