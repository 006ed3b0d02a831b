//! Numbers of statements for people. They are computed from the log, never carried, so that none can be chosen
//! or left out.

use std::collections::BTreeMap;
use std::fmt;

use super::calendar::year_and_month;
use super::leaf::Leaf;
use super::rules::is_code;
use super::schema::word;
use super::table::StatementType;
use crate::PartyId;

/// `a>b 2026/014`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Number {
    /// What is counted together.
    pub series: Series,
    /// The year of its series in which it stands.
    pub year: u64,
    /// From 1.
    pub number: u64,
}

/// Statements that are counted together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Series {
    /// The author.
    pub author: PartyId,
    /// The addressee; none: everybody.
    pub to: Option<PartyId>,
    /// The exercise, if it is part of one.
    pub exercise: Option<String>,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(exercise) = &self.series.exercise {
            write!(f, "EX-{exercise} ")?;
        }
        let to = self.series.to.as_ref().map_or("*", PartyId::as_str);
        write!(f, "{}>{to} {}/{:03}", self.series.author, self.year, self.number)
    }
}

/// Counts the statements of one party. Feed it every entry of all its logs in order, voided stretches left out.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Numbers {
    year: u64,
    given: BTreeMap<(Series, u64), u64>,
}

impl Numbers {
    /// Takes the next entry and gives its number; `None` for a type that has none, and where the addressee can't
    /// be read. A statement without effect is numbered all the same.
    ///
    /// The year never falls: a clock that was set back must not give a number twice.
    pub fn take(&mut self, leaf: &Leaf) -> Option<Number> {
        self.year = self.year.max(year_and_month(leaf.place.time).0);
        if !StatementType::of(&leaf.said.kind)?.numbered {
            return None;
        }
        let to = match word(leaf, "to")? {
            "*" => None,
            id => Some(PartyId::parse(id)?),
        };
        let exercise = word(leaf, "ex").filter(|id| leaf.said.exercise && is_code(id)).map(str::to_owned);
        let series = Series { author: leaf.said.party.clone(), to, exercise };
        let given = self.given.entry((series.clone(), self.year)).or_default();
        *given += 1;
        Some(Number { series, year: self.year, number: *given })
    }
}
