//! Which entry a person means: by its place, or by the number that people know it by.

use detente_accord::jcs::Value;
use detente_accord::record::{Effect, Leaf, Number, Of, Position};
use detente_node::Accord;

use crate::accords;
use crate::exit::Failure;
use crate::tui::quoted;

/// What an entry has to be, where a number alone leaves a choice.
#[derive(Clone, Copy, Default)]
pub(crate) struct Fits<'a> {
    /// Of one of these types and acts; none: any.
    pub(crate) of: &'a [Of],
    /// By us.
    pub(crate) own: bool,
}

/// The entry that `party/epoch/seq`, `cert-a>cert-b 2026/005`, `2026/005` or `5` means; a norm also by its code.
///
/// # Errors
/// A usage error if there is none, or a number leaves several.
pub(crate) fn entry(accord: &Accord<'_>, text: &str, fits: Fits<'_>) -> Result<Position, Failure> {
    if let Ok(position) = accords::entry(text) {
        if accord.held().entry(&position).is_none() {
            return Err(Failure::usage(format!("there is no entry {position} here"))
                .hint("detente record show lists what is here"));
        }
        return Ok(position);
    }
    if let Some(position) = norm(accord, text, fits) {
        return Ok(position);
    }
    let meant = Meant::parse(text).ok_or_else(|| {
        Failure::usage(format!("{} is not an entry", quoted(text)))
            .hint("for example cert-b/0/17, \"cert-a>cert-b 2026/005\", or 5; a norm by its code: E2")
    })?;
    let numbers = accord.state().numbers().iter().filter(|(_, number)| meant.is(number));
    let found: Vec<(&Position, &Number)> =
        numbers.filter(|(position, _)| is_fitting(accord, position, fits)).collect();
    match found.as_slice() {
        [(position, _)] => Ok((*position).clone()),
        [] => Err(Failure::usage(format!("no entry that fits here has the number {}", quoted(text)))
            .hint("detente record show lists entries with their numbers")),
        several => {
            let names: Vec<String> = several.iter().map(|(_, number)| number.to_string()).collect();
            Err(Failure::usage(format!("{} fits several entries: {}", quoted(text), names.join(", ")))
                .hint("name it whole, in quotes, or as party/epoch/number"))
        }
    }
}

/// The norm of this code, as it was proposed last, where a norm may stand.
fn norm(accord: &Accord<'_>, code: &str, fits: Fits<'_>) -> Option<Position> {
    let norms = accord.state().talks().room().norms();
    let newest = |position: &Position| !norms.values().any(|norm| norm.replaces.as_ref() == Some(position));
    let mut found = norms.values().filter(|norm| norm.code == code && newest(&norm.position));
    let norm = found.next().filter(|norm| is_fitting(accord, &norm.position, fits))?;
    found.next().is_none().then(|| norm.position.clone())
}

fn is_fitting(accord: &Accord<'_>, position: &Position, fits: Fits<'_>) -> bool {
    let Some(leaf) = accord.held().leaf(position) else { return false };
    let took = accord.state().effect(position) == Some(&Effect::Took);
    took && (!fits.own || leaf.said.party == *accord.us().id()) && is_of(leaf, fits.of)
}

/// Whether an entry is of one of these types and acts; of any where none is named.
pub(crate) fn is_of(leaf: &Leaf, of: &[Of]) -> bool {
    let act = match leaf.said.public.get("act") {
        Some(Value::Text(act)) => act.as_str(),
        _ => "",
    };
    let is = |of: &Of| leaf.said.kind == of.kind && (of.acts.is_empty() || of.acts.contains(&act));
    of.is_empty() || of.iter().any(is)
}

/// A number as typed: what is left out may be anything.
struct Meant<'a> {
    series: Option<&'a str>,
    year: Option<u64>,
    number: u64,
}

impl<'a> Meant<'a> {
    fn parse(text: &'a str) -> Option<Meant<'a>> {
        let text = text.trim();
        let (series, rest) = match text.rsplit_once(' ') {
            Some((series, rest)) => (Some(series.trim()), rest),
            None => (None, text),
        };
        let (year, number) = match rest.split_once('/') {
            Some((year, number)) => (Some(year.parse().ok()?), number),
            None => (None, rest),
        };
        Some(Meant { series, year, number: number.parse().ok()? })
    }

    fn is(&self, number: &Number) -> bool {
        let shown = || number.to_string();
        let series = |series: &str| shown().rsplit_once(' ').is_some_and(|(shown, _)| shown == series);
        number.number == self.number
            && self.year.is_none_or(|year| year == number.year)
            && self.series.is_none_or(series)
    }
}
