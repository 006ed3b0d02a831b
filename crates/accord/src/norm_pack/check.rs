//! The rules of a norm pack beyond its form.

use std::collections::BTreeSet;

use super::template::{Piece, pieces};
use super::{PackFault, PackFile, PackNorm};
use crate::jcs::{INTEGER_MAX, is_allowed_text};
use crate::limits::NORM_PACK_DAYS_MAX;
use crate::record::{is_code, is_language_tag, is_norm_code};
use crate::talks::room::NormKind;

const FORMAT: &str = "detente-norm-pack";
const VERSION: u64 = 1;

pub(super) fn check(file: &PackFile) -> Result<(), PackFault> {
    if file.format != FORMAT || file.format_version != VERSION {
        return Err(PackFault::OtherFormat);
    }
    let bad = |field| PackFault::BadText { code: String::new(), field };
    let texts = [("pack", is_code(&file.pack)), ("lang", is_language_tag(&file.lang))];
    let revision = ("revision", (1..=INTEGER_MAX).contains(&file.revision));
    let prose = [("title", is_prose(&file.title)), ("about", is_prose(&file.about))];
    for (field, holds) in texts.into_iter().chain([revision]).chain(prose) {
        if !holds {
            return Err(bad(field));
        }
    }
    let outside = String::new();
    each_once(&outside, file.sets.iter().map(|set| set.set.as_str()))?;
    let norms = || file.sets.iter().flat_map(|set| &set.norms);
    each_once(&outside, norms().map(|norm| norm.code.as_str()))?;
    for set in &file.sets {
        if !is_code(&set.set) || !is_prose(&set.title) || !is_prose(&set.source) {
            return Err(bad("set"));
        }
    }
    norms().try_for_each(check_norm)
}

/// Whether this is an id of a parameter, a bracket, an alternative: 1 to 32 of `[A-Za-z0-9_-]`.
pub(super) fn is_id(id: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=32).contains(&id.len()) && id.bytes().all(allowed)
}

/// Whether this may stand in signed text, and says something.
fn is_prose(text: &str) -> bool {
    !text.trim().is_empty() && is_allowed_text(text)
}

fn each_once<'a>(code: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), PackFault> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(PackFault::Duplicate { code: code.to_owned(), id: id.to_owned() });
        }
    }
    Ok(())
}

fn check_norm(norm: &PackNorm) -> Result<(), PackFault> {
    let code = || norm.code.clone();
    if !is_norm_code(&norm.code) {
        return Err(PackFault::BadText { code: code(), field: "code" });
    }
    if (norm.kind == NormKind::Expectation) != norm.owner_role.is_some() {
        return Err(PackFault::Owner { code: code() });
    }
    if !(1..=NORM_PACK_DAYS_MAX).contains(&norm.review_after_days) {
        return Err(PackFault::Review { code: code() });
    }
    check_ids(norm)?;
    check_texts(norm)?;
    for parameter in &norm.parameters {
        let bounds = parameter.min..=parameter.max.min(INTEGER_MAX);
        if parameter.max > INTEGER_MAX || !bounds.contains(&parameter.default) {
            return Err(PackFault::ParameterOutOfRange { code: code(), id: parameter.id.clone() });
        }
    }
    if let Some(bracket) = norm.brackets.iter().find(|bracket| bracket.alternatives.len() < 2) {
        return Err(PackFault::OneAlternative { code: code(), id: bracket.id.clone() });
    }
    check_placeholders(norm)
}

fn check_ids(norm: &PackNorm) -> Result<(), PackFault> {
    let parameters = norm.parameters.iter().map(|parameter| parameter.id.as_str());
    let brackets = || norm.brackets.iter().map(|bracket| bracket.id.as_str());
    let reservations = norm.reservations.iter().map(|reservation| reservation.id.as_str());
    let alternatives = || norm.brackets.iter().flat_map(|bracket| &bracket.alternatives);
    each_once(&norm.code, parameters.clone().chain(brackets()))?;
    each_once(&norm.code, reservations.clone())?;
    for bracket in &norm.brackets {
        each_once(&norm.code, bracket.alternatives.iter().map(|alternative| alternative.id.as_str()))?;
    }
    let mut ids =
        parameters.chain(reservations).chain(alternatives().map(|alternative| alternative.id.as_str()));
    // The id of a bracket goes on record, where ids have fewer characters.
    if ids.all(is_id) && brackets().all(|id| is_id(id) && is_code(id)) {
        Ok(())
    } else {
        Err(PackFault::BadText { code: norm.code.clone(), field: "id" })
    }
}

/// The texts that may hold parameters, by field.
fn texts(norm: &PackNorm) -> impl Iterator<Item = (&'static str, &str)> {
    let own = [
        ("title", norm.title.as_str()),
        ("subject", norm.subject.as_str()),
        ("observable", norm.observable.as_str()),
    ];
    let alternatives = norm.brackets.iter().flat_map(|bracket| &bracket.alternatives);
    let models = norm.reservations.iter();
    own.into_iter()
        .chain(alternatives.map(|alternative| ("alternatives", alternative.text.as_str())))
        .chain(models.map(|model| ("reservations", model.text.as_str())))
}

fn check_texts(norm: &PackNorm) -> Result<(), PackFault> {
    let questions = norm.brackets.iter().map(|bracket| ("question", bracket.question.as_str()));
    let titles = norm.reservations.iter().map(|model| ("reservations", model.title.as_str()));
    let all = texts(norm).chain([("text", norm.text.as_str())]).chain(questions).chain(titles);
    match all.into_iter().find(|(_, text)| !is_prose(text)) {
        Some((field, _)) => Err(PackFault::BadText { code: norm.code.clone(), field }),
        None => Ok(()),
    }
}

/// Every placeholder stands for something that is declared, and everything declared is used. Brackets stand in the
/// text alone, each once: two copies of one could be closed differently.
fn check_placeholders(norm: &PackNorm) -> Result<(), PackFault> {
    let stray = |placeholder: String| PackFault::StrayPlaceholder { code: norm.code.clone(), placeholder };
    let mut parameters: BTreeSet<&str> =
        norm.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    let declared = parameters.clone();
    let mut brackets: BTreeSet<&str> = norm.brackets.iter().map(|bracket| bracket.id.as_str()).collect();
    for (field, text) in texts(norm).chain([("text", norm.text.as_str())]) {
        for piece in pieces(text).map_err(stray)? {
            match piece {
                Piece::Words(_) => {}
                Piece::Parameter(id) if declared.contains(id) => {
                    parameters.remove(id);
                }
                Piece::Bracket(id) if field == "text" && brackets.remove(id) => {}
                Piece::Parameter(id) => return Err(stray(format!("p:{id}"))),
                Piece::Bracket(id) => return Err(stray(id.to_owned())),
            }
        }
    }
    match parameters.into_iter().chain(brackets).next() {
        Some(id) => Err(PackFault::Unused { code: norm.code.clone(), id: id.to_owned() }),
        None => Ok(()),
    }
}
