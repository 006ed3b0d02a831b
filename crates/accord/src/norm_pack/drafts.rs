//! Statements from the norms of a pack. The importing party is their author, not the pack.

use std::collections::BTreeMap;

use detente_psi::Time;

use super::{Choices, ModelReservation, NormPack, PackBracket, PackFault, PackNorm};
use crate::b64;
use crate::jcs::Value;
use crate::limits::DAY_MS;
use crate::record::Draft;

/// Dates that a pack can't know.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Dates {
    /// By when an expectation is met; it needs one, and nothing else has one.
    pub due: Option<Time>,
    /// When the norm is thought to come into force: its review is counted from there.
    pub in_force: Option<Time>,
}

/// A norm to be proposed, and what it leaves open. No `Debug`: a draft has none.
pub struct Proposal {
    /// `norm propose`.
    pub norm: Draft,
    /// `bracket bracket`, one an open bracket. Each still lacks its reference `to` the entry of the norm.
    pub brackets: Vec<Draft>,
}

impl NormPack {
    /// The statements that put one of its norms on the table.
    ///
    /// # Errors
    /// [`PackFault::NoSuchChoice`], [`PackFault::ParameterOutOfRange`], [`PackFault::NeedsDue`].
    pub fn propose(&self, norm: &PackNorm, choices: &Choices, dates: Dates) -> Result<Proposal, PackFault> {
        let rendered = norm.render(choices)?;
        let mut public = BTreeMap::from([
            ("act".to_owned(), Value::text("propose")),
            ("to".to_owned(), Value::text("*")),
            ("code".to_owned(), Value::text(norm.code.as_str())),
            ("kind".to_owned(), Value::text(norm.kind.name())),
            ("source".to_owned(), Value::text(b64::encode(self.sha256()))),
        ]);
        if let Some(owner) = norm.owner_role {
            let due = dates.due.ok_or_else(|| PackFault::NeedsDue { code: norm.code.clone() })?;
            public.insert("owner".to_owned(), Value::text(owner.name()));
            public.insert("due".to_owned(), Value::Integer(due.0));
        }
        let review = dates.in_force.map(|at| at.0.saturating_add(norm.review_after_days * DAY_MS));
        public.extend(review.map(|at| ("review".to_owned(), Value::Integer(at))));
        let mut draft = Draft::new("norm", []);
        draft.public = public;
        draft.values = BTreeMap::from([
            ("title", Value::text(rendered.title)),
            ("subject", Value::text(rendered.subject)),
            ("observable", Value::text(rendered.observable)),
            ("text", Value::text(rendered.text)),
        ]);
        let brackets = norm.open_brackets(choices).map(|bracket| norm.bracket(bracket, choices));
        Ok(Proposal { norm: draft, brackets: brackets.collect::<Result<_, _>>()? })
    }
}

impl PackNorm {
    fn bracket(&self, bracket: &PackBracket, choices: &Choices) -> Result<Draft, PackFault> {
        let words = self.alternatives(bracket, choices)?;
        let mut draft = Draft::new(
            "bracket",
            [
                ("act", Value::text("bracket")),
                ("to", Value::text("*")),
                ("id", Value::text(bracket.id.as_str())),
            ],
        );
        draft.values = BTreeMap::from([
            ("span", Value::text(self.bracket_text(bracket, choices)?)),
            ("alternatives", Value::Array(words.into_iter().map(Value::Text).collect())),
            ("reason", Value::text(bracket.question.as_str())),
        ]);
        Ok(draft)
    }

    /// `reservation formulate` from a model of this norm. It still lacks its reference `to` the entry of the norm.
    ///
    /// # Errors
    /// [`PackFault::NoSuchChoice`], [`PackFault::ParameterOutOfRange`].
    pub fn formulate(&self, model: &ModelReservation, choices: &Choices) -> Result<Draft, PackFault> {
        self.check_choices(choices)?;
        let mut draft = Draft::new(
            "reservation",
            [
                ("act", Value::text("formulate")),
                ("to", Value::text("*")),
                ("kind", Value::text(model.kind.name())),
                ("effect", Value::text(model.effect.name())),
                ("reciprocal", Value::Bool(model.reciprocal)),
            ],
        );
        draft.values = BTreeMap::from([("text", Value::text(self.fill(&model.text, choices)?))]);
        Ok(draft)
    }

    /// A model reservation by its id.
    pub fn model(&self, id: &str) -> Option<&ModelReservation> {
        self.reservations.iter().find(|model| model.id == id)
    }
}
