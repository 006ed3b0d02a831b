//! Texts with placeholders: `{id}` for a bracket, `{p:id}` for a parameter.

use std::collections::BTreeMap;

use super::{PackBracket, PackFault, PackNorm};

/// What was chosen of a norm. A parameter that is not here has its default; a bracket that is not here stays open.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Choices {
    /// Parameters by id.
    pub parameters: BTreeMap<String, u64>,
    /// The alternative of a bracket, by the id of each.
    pub alternatives: BTreeMap<String, String>,
}

/// A norm with its placeholders filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// Its title.
    pub title: String,
    /// Who is bound.
    pub subject: String,
    /// Its text; an open bracket stands as `[one] [other]`.
    pub text: String,
    /// By what it can be seen.
    pub observable: String,
}

/// A piece of a text.
pub(super) enum Piece<'t> {
    Words(&'t str),
    Bracket(&'t str),
    Parameter(&'t str),
}

/// Takes a text apart.
///
/// # Errors
/// What stands between braces that belong to no placeholder.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (words, from) = rest.split_at(at);
        pieces.push(Piece::Words(words));
        let inner = from.strip_prefix('{').and_then(|from| from.split_once('}'));
        let (name, after) = inner.ok_or_else(|| stray(from))?;
        let is_id = |id: &str| super::check::is_id(id);
        match name.strip_prefix("p:") {
            Some(id) if is_id(id) => pieces.push(Piece::Parameter(id)),
            None if is_id(name) => pieces.push(Piece::Bracket(name)),
            _ => return Err(stray(name)),
        }
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    Ok(pieces)
}

/// A short beginning of what does not belong, to be named.
fn stray(text: &str) -> String {
    const SHOWN: usize = 40;
    text.trim_matches(['{', '}']).chars().take(SHOWN).collect()
}

impl PackNorm {
    /// Fills the placeholders of its texts.
    ///
    /// # Errors
    /// [`PackFault::NoSuchChoice`], [`PackFault::ParameterOutOfRange`].
    pub fn render(&self, choices: &Choices) -> Result<Rendered, PackFault> {
        self.check_choices(choices)?;
        Ok(Rendered {
            title: self.fill(&self.title, choices)?,
            subject: self.fill(&self.subject, choices)?,
            text: self.fill(&self.text, choices)?,
            observable: self.fill(&self.observable, choices)?,
        })
    }

    /// The brackets that these choices leave open.
    pub fn open_brackets<'s>(&'s self, choices: &'s Choices) -> impl Iterator<Item = &'s PackBracket> {
        self.brackets.iter().filter(|bracket| !choices.alternatives.contains_key(&bracket.id))
    }

    /// One of its texts with the placeholders filled.
    ///
    /// # Errors
    /// As [`PackNorm::render`].
    pub(super) fn fill(&self, text: &str, choices: &Choices) -> Result<String, PackFault> {
        let stray =
            |placeholder: String| PackFault::StrayPlaceholder { code: self.code.clone(), placeholder };
        let mut filled = String::new();
        for piece in pieces(text).map_err(stray)? {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Parameter(id) => filled.push_str(&self.parameter(id, choices)?.to_string()),
                Piece::Bracket(id) => {
                    let bracket = self.brackets.iter().find(|bracket| bracket.id == id);
                    let bracket = bracket.ok_or_else(|| stray(id.to_owned()))?;
                    filled.push_str(&self.bracket_text(bracket, choices)?);
                }
            }
        }
        Ok(filled)
    }

    /// A bracket as it stands in the text: the chosen words, or all alternatives in brackets.
    pub(super) fn bracket_text(&self, bracket: &PackBracket, choices: &Choices) -> Result<String, PackFault> {
        let words = self.alternatives(bracket, choices)?;
        let chosen = choices.alternatives.get(&bracket.id);
        let position = chosen.and_then(|id| bracket.alternatives.iter().position(|other| other.id == *id));
        Ok(match position.and_then(|at| words.get(at)) {
            Some(words) => words.clone(),
            None => words.iter().map(|words| format!("[{words}]")).collect::<Vec<_>>().join(" "),
        })
    }

    /// The words of each alternative of a bracket.
    pub(super) fn alternatives(
        &self,
        bracket: &PackBracket,
        choices: &Choices,
    ) -> Result<Vec<String>, PackFault> {
        bracket.alternatives.iter().map(|alternative| self.fill(&alternative.text, choices)).collect()
    }

    fn parameter(&self, id: &str, choices: &Choices) -> Result<u64, PackFault> {
        let parameter = self.parameters.iter().find(|parameter| parameter.id == id);
        let stray =
            || PackFault::StrayPlaceholder { code: self.code.clone(), placeholder: format!("p:{id}") };
        let parameter = parameter.ok_or_else(stray)?;
        Ok(choices.parameters.get(id).copied().unwrap_or(parameter.default))
    }

    /// Whether everything that was chosen exists and is in its bounds.
    pub(super) fn check_choices(&self, choices: &Choices) -> Result<(), PackFault> {
        let missing = |id: &str| PackFault::NoSuchChoice { code: self.code.clone(), id: id.to_owned() };
        for (id, number) in &choices.parameters {
            let parameter = self.parameters.iter().find(|parameter| parameter.id == *id);
            let parameter = parameter.ok_or_else(|| missing(id))?;
            if !(parameter.min..=parameter.max).contains(number) {
                return Err(PackFault::ParameterOutOfRange { code: self.code.clone(), id: id.clone() });
            }
        }
        for (id, chosen) in &choices.alternatives {
            let bracket =
                self.brackets.iter().find(|bracket| bracket.id == *id).ok_or_else(|| missing(id))?;
            if !bracket.alternatives.iter().any(|alternative| alternative.id == *chosen) {
                return Err(missing(chosen));
            }
        }
        Ok(())
    }
}
