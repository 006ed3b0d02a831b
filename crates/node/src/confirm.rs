//! How a silence ended is said on record either way: by the chair's node at once, else by any node.

use detente_accord::jcs::Value;
use detente_accord::record::{Draft, Rel};
use detente_accord::talks::room::{Outcome, Silence};
use detente_accord::{Entropy, Time};

use crate::{Accord, Error};

/// Breaks that a confirmation cites; the first reference is the silence.
const CITED_MAX: usize = 31;

impl Accord<'_> {
    /// Says how silences ended that are over, if nobody has said so: our own chair's at once, another's when the
    /// time of a machine is over. Gives how many were said.
    ///
    /// # Errors
    /// Those of the disk; [`Error::Recovering`].
    pub fn confirm_silences(&mut self, now: Time, entropy: &mut Entropy) -> Result<usize, Error> {
        if !self.us.is_party() || self.held.size(&self.log) == 0 || !self.says_by_itself() {
            return Ok(0);
        }
        let patience = self.state.rules().clocks.machine.ms();
        let is_ours = |silence: &&Silence| {
            let since = silence.until.0.saturating_add(patience);
            silence.wants_confirmation(now) && (silence.chair == *self.us.id() || now.0 >= since)
        };
        let over = self.state.talks().room().silences().values().filter(is_ours);
        let drafts: Vec<Draft> =
            over.map(|silence| self.confirmation(silence, now)).collect::<Result<_, _>>()?;
        let count = drafts.len();
        if count == 0 {
            return Ok(0);
        }
        match self.say_all(drafts, now, entropy) {
            Ok(_) => Ok(count),
            // What it names stands in a log that was ended, and can't be referred to any more.
            Err(Error::NoEffect { .. }) => Ok(0),
            Err(error) => Err(error),
        }
    }

    fn confirmation(&self, silence: &Silence, now: Time) -> Result<Draft, Error> {
        let outcome = match silence.outcome(now) {
            Outcome::Broken(_) => "broken",
            _ => "adopted",
        };
        let mut draft = Draft::new(
            "silence",
            [("act", Value::text("confirm")), ("to", Value::text("*")), ("outcome", Value::text(outcome))],
        );
        draft.refs = vec![self.reference(Rel::To, &silence.position)?];
        for broken in silence.breaks_in_time().take(CITED_MAX) {
            draft.refs.push(self.reference(Rel::Cites, &broken.position)?);
        }
        Ok(draft)
    }
}
