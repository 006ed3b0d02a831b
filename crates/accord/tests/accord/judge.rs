//! The checks that a program makes on a file that came in, in the order in which it makes them.

use detente_accord::exchange::{ReceivedAnswer, ReceivedAsk, ReceivedResult, open};
use detente_accord::file;
use detente_accord::limits::BUDGET_ITEMS_DEFAULT;
use detente_accord::{Rejection, Time};
use detente_psi::Sequential;

use crate::world::{NOW, PROFILE, Party, Run};

/// What the answerer knows when an ask comes.
pub(crate) struct Desk<'a> {
    pub(crate) us: &'a Party,
    pub(crate) peer: &'a Party,
    pub(crate) now: Time,
    pub(crate) profile: [u8; 32],
    pub(crate) budget_left: u64,
}

impl<'a> Desk<'a> {
    pub(crate) fn of(run: &'a Run) -> Desk<'a> {
        let (us, peer) = (&run.b, &run.a);
        Desk { us, peer, now: NOW, profile: PROFILE, budget_left: BUDGET_ITEMS_DEFAULT }
    }

    pub(crate) fn take<'f>(&self, bytes: &'f [u8]) -> Result<ReceivedAsk<'f>, Rejection> {
        let ask = ReceivedAsk::read(bytes)?;
        if ask.author() != self.peer.id() {
            return Err(Rejection::UnknownPeer { from: ask.author().to_string() });
        }
        ask.verify(&self.peer.card, &self.us.card)?;
        ask.check_rules(self.now, &self.profile, self.budget_left)?;
        Ok(ask)
    }
}

/// The asker opens what came as the answer.
pub(crate) fn take_answer(run: &Run, bytes: &[u8]) -> Result<Vec<usize>, Rejection> {
    let answer = ReceivedAnswer::read(bytes)?;
    if answer.author() != run.b.id() {
        return Err(Rejection::UnknownPeer { from: answer.author().to_string() });
    }
    answer.verify(&run.b.card, &run.a.card)?;
    if answer.terms_id() != run.proposal.terms_id() {
        return Err(Rejection::UnknownAsk);
    }
    answer.check_answers(&run.proposal, &file::hash(&run.ask), &run.b.card)?;
    let list = crate::world::borrowed(&run.asked);
    Ok(open(&run.a.us(), &run.proposal, &answer, &run.ask_secrets, &list, &Sequential)?.common)
}

/// The answerer files what came as the result.
pub(crate) fn take_result(run: &Run, bytes: &[u8]) -> Result<(), Rejection> {
    let result = ReceivedResult::read(bytes)?;
    let known = result.terms_id() == run.proposal.terms_id();
    if known && result.author() != run.a.id() {
        return Err(Rejection::Contradiction { field: "from" });
    }
    if result.author() != run.a.id() {
        return Err(Rejection::UnknownPeer { from: result.author().to_string() });
    }
    result.verify(&run.a.card, &run.b.card)?;
    if !known {
        return Err(Rejection::UnknownAnswer);
    }
    result.check_follows(&run.proposal, &run.acceptance.accept_id(), &file::hash(&run.answer))
}
