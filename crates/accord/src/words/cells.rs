//! The pairwise table as a grid: norms down, pairs across; what a cell means stands below.

use detente_psi::Time;

use super::lay::{labelled, padded, width};
use super::time::near;
use crate::record::{Number, Position};
use crate::talks::room::{Cell, CellState, Modifier, NotInForce};

/// A cell in a few letters.
pub fn sign(state: &CellState) -> &'static str {
    match state {
        CellState::NotInForce(_) => "–",
        CellState::AsWritten => "as written",
        CellState::Modified { .. } => "modified",
        CellState::NotApplied { .. } => "not applied",
        CellState::NoAccord { .. } => "no accord",
        CellState::Pending { .. } => "pending",
    }
}

/// A cell in words: `in force as modified (by b, reciprocal)`.
pub fn cell(cell: &Cell, now: Time) -> String {
    let by = |modifiers: &[Modifier]| {
        let one = |one: &Modifier| {
            let both = if one.reciprocal { ", reciprocal" } else { "" };
            let rest = if one.narrowed.is_some() { ", a part withdrawn" } else { "" };
            format!("by {}{both}{rest}", one.by)
        };
        modifiers.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let mut words = match &cell.state {
        CellState::NotInForce(why) => format!("{}: {}", cell.state.words(), not_in_force(why)),
        CellState::AsWritten => cell.state.words().to_owned(),
        CellState::Modified { by: modifiers } => format!("{} ({})", cell.state.words(), by(modifiers)),
        CellState::NotApplied { to, modified_by } => {
            let beside = if modified_by.is_empty() {
                String::new()
            } else {
                format!("; modified {}", by(modified_by))
            };
            format!("{} ({}){beside}", cell.state.words(), by(to))
        }
        CellState::NoAccord { over } => format!("{} ({})", cell.state.words(), by(over)),
        CellState::Pending { over, until: Some(until) } => {
            format!("pending until {} ({})", near(*until, now), by(over))
        }
        CellState::Pending { over, until: None } => {
            format!("pending: waits for a word ({})", by(over))
        }
    };
    if cell.state.is_nearly_excluded() {
        words += "; the reservation excludes, so the objection comes to nearly the same as acceptance";
    }
    if cell.provisional {
        words += "; provisionally";
    }
    if !cell.disputed.is_empty() {
        words += "; disputed: reservation?";
    }
    words
}

fn not_in_force(why: &NotInForce) -> String {
    match why {
        NotInForce::Phase(_) => why.word().replace('-', " "),
        NotInForce::NotBound(parties) => {
            let parties: Vec<String> = parties.iter().map(ToString::to_string).collect();
            format!("{} has not agreed", parties.join(" and "))
        }
        NotInForce::NoText => "no text is in force".to_owned(),
        NotInForce::Refused(modifiers) => {
            let by: Vec<String> = modifiers.iter().map(|one| one.by.to_string()).collect();
            format!("a reservation of {} was not accepted", by.join(", "))
        }
    }
}

/// The grid for this many columns, and every cell in words below it. `number` names the entries of norms.
pub fn grid<'n>(
    cells: &[Cell],
    number: impl Fn(&Position) -> Option<&'n Number>,
    now: Time,
    columns: usize,
) -> String {
    let mut pairs: Vec<String> = Vec::new();
    let mut norms: Vec<(&Position, &str)> = Vec::new();
    for one in cells {
        let pair = pair(one);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
        if !norms.iter().any(|(norm, _)| **norm == one.norm) {
            norms.push((&one.norm, &one.code));
        }
    }
    if norms.is_empty() {
        return "No norms yet.".to_owned();
    }
    let of = |norm: &Position, pair_name: &str| {
        let found = cells.iter().find(|one| one.norm == *norm && pair(one) == pair_name);
        found.map_or("", |one| sign(&one.state))
    };
    let wide = pairs.iter().map(|pair| width(pair)).chain([11]).max().unwrap_or(11) + 2;
    let head = norms.iter().map(|(_, code)| width(code)).chain([4]).max().unwrap_or(4) + 2;
    let row = |label: &str, cells: Vec<&str>| {
        let cells: String = cells.iter().map(|cell| padded(cell, wide)).collect();
        format!("{}{cells}", padded(label, head)).trim_end().to_owned()
    };
    let mut lines = Vec::new();
    // A grid that is too wide is cut into several, pairs after pairs.
    let at_once = (columns.saturating_sub(head) / wide).max(1);
    for some in pairs.chunks(at_once) {
        lines.push(row("NORM", some.iter().map(String::as_str).collect()));
        for (norm, code) in &norms {
            lines.push(row(code, some.iter().map(|pair| of(norm, pair)).collect()));
        }
        lines.push(String::new());
    }
    for one in cells {
        let name = number(&one.norm).map_or_else(|| one.norm.to_string(), ToString::to_string);
        let label = format!("{} {}", one.code, pair(one));
        let at = head + wide + 1;
        lines.extend(labelled(&label, at.max(width(&label) + 2), &[cell(one, now), name], columns));
    }
    lines.join("\n")
}

/// `a–b`.
fn pair(cell: &Cell) -> String {
    format!("{}–{}", cell.pair.0, cell.pair.1)
}
