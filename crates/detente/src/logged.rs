//! Statements of an exchange by files become entries of our log, where an accord with the peer exists: bytes
//! unchanged, and before the file that they belong to leaves.

use std::collections::BTreeSet;

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::statement::Statement;
use detente_node::{Accord, Made};
use detente_store::Home;

use crate::clock;
use crate::exit::Failure;

/// Logs our own statements among these that our log does not have yet. Gives the entries, or nothing where there is
/// no accord with the peer.
pub(crate) fn put(home: &Home, peer: &PartyId, statements: Vec<Statement>) -> Result<Vec<String>, Failure> {
    let Some(mut accord) = accord_with(home, peer)? else { return Ok(Vec::new()) };
    let us = home.card().id();
    let logs = accord.held().logs.iter().filter(|(log, _)| log.party == *us);
    let leaves = logs.flat_map(|(_, entries)| entries).filter_map(|entry| entry.leaf.as_deref());
    let known: BTreeSet<[u8; 32]> = leaves.map(|leaf| leaf.statement_id()).collect();
    let new: Vec<Made> = statements
        .into_iter()
        .filter(|statement| !known.contains(&statement.id()))
        .map(Statement::into_parts)
        .map(|(statement, sigs, openings)| Made { statement, sigs, openings })
        .filter(|made| is_by(&made.statement, us))
        .collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let appended = accord.log_made(new, clock::now())?;
    Ok(appended.positions.iter().map(ToString::to_string).collect())
}

/// The statements in a list of signed forms, such as terms and list of a proposal.
pub(crate) fn statements(value: Value) -> Result<Vec<Statement>, Failure> {
    let values = match value {
        Value::Array(values) => values,
        one => vec![one],
    };
    Ok(values.into_iter().map(Statement::from_value).collect::<Result<_, _>>()?)
}

/// One line for people: where it was logged.
pub(crate) fn in_words(entries: &[String]) -> Option<(&'static str, String)> {
    let (first, last) = (entries.first()?, entries.last()?);
    let place = if first == last { first.clone() } else { format!("{first} to {last}") };
    Some(("Logged", format!("{place}; detente sync out carries it to them")))
}

/// The accord in which we and the peer are parties; a bare one before others.
fn accord_with<'h>(home: &'h Home, peer: &PartyId) -> Result<Option<Accord<'h>>, Failure> {
    let us = home.card().id();
    let mut found = detente_node::list(home)?;
    found.retain(|accord| accord.parties.contains(us) && accord.parties.contains(peer));
    found.sort_by_key(|accord| !accord.title.is_empty());
    for place in found {
        let accord = Accord::open(home, &place.path, detente_node::Access::Write)?;
        let speaks = |id: &PartyId| accord.charter().party(id).is_some_and(|party| party.is_party());
        if speaks(us) && speaks(peer) {
            return Ok(Some(accord));
        }
    }
    Ok(None)
}

fn is_by(statement: &Value, us: &PartyId) -> bool {
    match statement {
        Value::Object(members) => members.get("party") == Some(&Value::text(us.as_str())),
        _ => false,
    }
}
