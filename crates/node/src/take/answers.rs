//! What a node answers by itself to entries that came: that one has no effect, and that a comcheck has arrived.

use detente_accord::jcs::Value;
use detente_accord::record::{Draft, Effect, NoEffect, Position, Rel, Why};
use detente_accord::talks::Thread;
use detente_accord::talks::comcheck::ComcheckPhase;
use detente_accord::{Entropy, Time};

use crate::{Accord, Error};

/// Errors told after one packet: whoever says much without effect is not answered at length.
const ERRORS_AT_ONCE: usize = 32;
/// Comchecks answered after one packet.
const CHECKS_AT_ONCE: usize = 32;

impl Accord<'_> {
    /// Says of entries that came that they have no effect, each once, and answers comchecks that are for us.
    pub(crate) fn answer(
        &mut self,
        new: &[Position],
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<bool, Error> {
        if !self.says_by_itself() || self.held.size(&self.log) == 0 {
            return Ok(false);
        }
        let mut drafts = self.errors(new, now)?;
        let is_check =
            |position: &Position| self.held.leaf(position).is_some_and(|l| l.said.kind == "comcheck");
        // Without anything new it is time that asks.
        if new.is_empty() || new.iter().any(is_check) {
            drafts.extend(self.node_answers()?);
        }
        let mut says = false;
        for draft in drafts {
            match self.say_all(vec![draft], now, entropy) {
                // What cannot be answered now is not: the packet is taken in all the same.
                Err(Error::NoEffect { .. }) => {}
                said => {
                    drop(said?);
                    says = true;
                }
            }
        }
        Ok(says)
    }

    fn errors(&self, new: &[Position], now: Time) -> Result<Vec<Draft>, Error> {
        let ineffective: Vec<(&Position, &'static str)> =
            new.iter().filter_map(|position| Some((position, self.error_code(position)?))).collect();
        if ineffective.is_empty() {
            return Ok(Vec::new());
        }
        let told = |position: &Position| self.index.has_told(self.us.id(), position);
        let due = ineffective.into_iter().filter(|(position, _)| !told(position));
        let error = |(position, code): (&Position, &str)| {
            let mut draft = Draft::new("error", [("at", Value::Integer(now.0)), ("code", Value::text(code))]);
            draft.refs = vec![self.reference(Rel::To, position)?];
            Ok(draft)
        };
        due.take(ERRORS_AT_ONCE).map(error).collect()
    }

    /// Why an entry of somebody else has no effect, where that is to be told. An error is never answered, nor is a
    /// type that we do not know; nor what may count yet, once what it refers to is here.
    fn error_code(&self, position: &Position) -> Option<&'static str> {
        let leaf = self.held.leaf(position)?;
        let Some(Effect::Without(why)) = self.state.effect(position) else { return None };
        let is_final = !matches!(why, Why::UnknownTarget | Why::Form(NoEffect::UnknownType));
        let is_other = position.log.party != *self.us.id() && !self.is_stopped(&position.log);
        (is_final && is_other && leaf.said.kind != "error").then(|| why.name())
    }

    /// Answers to comchecks that came for us and that our node has not answered.
    fn node_answers(&self) -> Result<Vec<Draft>, Error> {
        let mut drafts = Vec::new();
        for (send, thread) in self.state.talks().threads() {
            let Thread::Comcheck(views) = thread else { continue };
            let check = views.whole();
            let is_ours = check.sides.addressee.as_ref() == Some(self.us.id());
            let is_open = check.phase == ComcheckPhase::Sent;
            if !is_ours || !is_open || self.is_stopped(&send.log) || drafts.len() == CHECKS_AT_ONCE {
                continue;
            }
            let mut draft = Draft::new(
                "comcheck",
                [
                    ("act", Value::text("node-answer")),
                    ("to", Value::text(check.sides.opener.as_str())),
                    ("path", Value::text(check.path.as_str())),
                    ("by", Value::Integer(check.by.0)),
                ],
            );
            draft.aud = "to".to_owned();
            draft.refs = vec![self.reference(Rel::To, send)?];
            drafts.push(draft);
        }
        Ok(drafts)
    }
}
