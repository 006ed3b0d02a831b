//! What the page Record shows, from an accord as it is held here.

use detente_accord::jcs::Value;
use detente_accord::record::{Block, Effect, Position};
use detente_accord::words::{labels, said};
use detente_accord::{PartyId, Time};
use detente_node::{Accord, Content, Error, Wanted};

use super::{Body, Column, Entry, LogLine, One, View};
use crate::shown::hex;
use crate::web::layout::Place;

/// Entries on one page: about ten screens, and as many reads of the disk.
const ENTRIES_SHOWN_MAX: usize = 100;

/// Which part of the record is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Part {
    /// Receipts of machines too.
    pub(crate) receipts: Option<Yes>,
    /// Up to this one of what is shown, not itself; the end if it is not named.
    pub(crate) until: Option<usize>,
}

/// A box that is ticked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Yes {
    /// `yes`.
    Yes,
}

impl View {
    /// One page of the record, the newest if nothing else is wanted.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(
        accord: &Accord<'_>,
        place: Place,
        part: Part,
        now: Time,
        mark: Option<String>,
    ) -> Result<View, Error> {
        let with_receipts = part.receipts.is_some();
        let wanted: Vec<Position> = accord
            .state()
            .order()
            .positions()
            .filter(|at| with_receipts || !is_receipt(accord, at))
            .collect();
        let until = part.until.unwrap_or(wanted.len()).min(wanted.len());
        let from = until.saturating_sub(ENTRIES_SHOWN_MAX);
        let shown = wanted.get(from..until).unwrap_or_default();
        let page = |until: usize| {
            let receipts = if with_receipts { "&receipts=yes" } else { "" };
            place.at(&format!("record?until={until}{receipts}"))
        };
        let blocks = accord.state().order().blocks(shown);
        Ok(View {
            logs: logs(accord),
            blocks: blocks.iter().map(|block| columns(accord, &place, block)).collect::<Result<_, _>>()?,
            with_receipts,
            earlier: (from > 0).then(|| page(from)),
            later: (until < wanted.len()).then(|| page((until + ENTRIES_SHOWN_MAX).min(wanted.len()))),
            place,
            now,
            mark,
        })
    }
}

/// An entry, and the bundle that is to be judged; none where no signed head covers it yet.
pub(crate) type Unjudged = (One, Option<Vec<u8>>);

impl One {
    /// One entry, with the bundle that shows nothing of its content; `None` if it is not here. The verdict is not
    /// here yet: it takes longer than the writer should wait.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(
        accord: &Accord<'_>,
        place: Place,
        position: &Position,
        now: Time,
    ) -> Result<Option<Unjudged>, Error> {
        let Some(held) = accord.held().entry(position) else { return Ok(None) };
        let one = One {
            entry: Entry { is_open: true, ..entry(accord, &place, position, &Block::new())? },
            statement: held.leaf.as_deref().map(|leaf| hex(&leaf.statement_id())),
            leaf: hex(held.hash.as_bytes()),
            verdict: None,
            accord: accord.charter().record_id().to_string(),
            place,
            now,
        };
        let wanted = Wanted { entries: [position.clone()].into(), ..Wanted::default() };
        Ok(Some((one, accord.bundle(&wanted).ok())))
    }
}

/// `ack`: what nodes tell each other by themselves.
fn is_receipt(accord: &Accord<'_>, position: &Position) -> bool {
    accord.held().leaf(position).is_some_and(|leaf| leaf.said.kind == "ack")
}

fn logs(accord: &Accord<'_>) -> Vec<LogLine> {
    let held = accord.held();
    let line = |log: &detente_accord::record::LogId| LogLine {
        log: log.to_string(),
        held: held.size(log),
        known: known(accord, log),
        forked: accord.state().is_frozen(log),
    };
    held.logs.keys().map(line).collect()
}

/// How many entries of a log there are as far as anybody's head shows.
fn known(accord: &Accord<'_>, log: &detente_accord::record::LogId) -> u64 {
    let held = accord.held();
    let notes = held.notes.values().filter(|note| note.log == *log).map(|note| note.size);
    notes.max().unwrap_or(0).max(held.size(log))
}

fn columns(accord: &Accord<'_>, place: &Place, block: &Block) -> Result<Vec<Column>, Error> {
    let column = |(log, positions): (&detente_accord::record::LogId, &Vec<Position>)| {
        let entries = positions.iter().map(|position| entry(accord, place, position, block));
        Ok(Column { log: log.to_string(), entries: entries.collect::<Result<_, Error>>()? })
    };
    block.iter().map(column).collect()
}

/// An entry; `block` is what it may be concurrent with.
fn entry(accord: &Accord<'_>, place: &Place, position: &Position, block: &Block) -> Result<Entry, Error> {
    let state = accord.state();
    let leaf = accord.held().leaf(position);
    let proved = state.holders().interval(position);
    let time = |seconds: Option<u64>| seconds.map(|seconds| Time(seconds.saturating_mul(1000)));
    let (kind, act) = leaf.map_or(("", ""), |leaf| (leaf.said.kind.as_str(), text(leaf, "act")));
    let thread = state.talks().thread_of(position).map(|(root, _)| place.at(&format!("thread/{root}")));
    Ok(Entry {
        position: position.to_string(),
        number: state.number(position).map(ToString::to_string),
        by: position.log.party.to_string(),
        says: leaf.map_or("wrote what can't be read".to_owned(), |_| says(kind, act)),
        code: said::code(kind, act).to_owned(),
        no_effect: no_effect(state.effect(position)),
        single: state.is_single(position),
        exercise: leaf.filter(|leaf| leaf.said.exercise).map(|leaf| text(leaf, "ex").to_owned()),
        claimed: leaf.map(|leaf| leaf.place.time),
        proved: (time(proved.not_before), time(proved.not_after)),
        held_by: ids(state.holders().held_by(position)),
        acknowledged_by: ids(state.holders().acknowledged_by(position)),
        content: body(accord.content(position)?),
        ours: position.log.party == *accord.us().id(),
        concurrent_with: concurrent_with(accord, position, block),
        thread,
        is_open: false,
    })
}

/// What the machinery says has words of its own here; all else has those of the talks.
fn says(kind: &str, act: &str) -> String {
    let words = match kind {
        "ack" => "gives a machine receipt",
        "error" => "says that a statement has no effect",
        "list" => "commits to a list",
        "anchor" => "names a head that others hold",
        _ => said::says(kind, act),
    };
    words.to_owned()
}

fn text<'l>(leaf: &'l detente_accord::record::Leaf, name: &str) -> &'l str {
    match leaf.said.public.get(name) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn no_effect(effect: Option<&Effect>) -> Option<String> {
    match effect {
        Some(Effect::Without(why)) => Some(format!("{why} ({})", why.name())),
        Some(Effect::Unreadable) => Some("it can't be read".to_owned()),
        Some(Effect::Took) | None => None,
    }
}

fn ids(parties: Vec<&PartyId>) -> Vec<String> {
    parties.into_iter().map(ToString::to_string).collect()
}

/// Content as headings of ours and the author's lines.
pub(crate) fn body(content: Content) -> Body {
    match content {
        Content::Readable(values) => Body::Readable(
            values.iter().map(|(label, value)| (labels::heading(label), labels::lines(value))).collect(),
        ),
        Content::Sealed => Body::Sealed,
        Content::Deleted => Body::Deleted,
        Content::Missing => Body::Missing,
        Content::None => Body::None,
    }
}

/// Only where there is something beside it to be concurrent with.
fn concurrent_with(accord: &Accord<'_>, position: &Position, block: &Block) -> Vec<String> {
    let order = accord.state().order();
    let others = block.values().flatten().filter(|other| order.are_concurrent(position, other));
    others.map(ToString::to_string).collect()
}
