//! Lists into the form that matches take, and results into the form that pages show.

use detente_indicators::Item;
use detente_node::live::{Found as Known, Listed, Place};

use super::Found;
use crate::cli::result_table::{self, Row};
use crate::lists::ReadList;
use crate::shown::hex;

/// Items that one page lists.
const ROWS_SHOWN_MAX: usize = 500;

/// A list that was read, as a match takes it.
pub(crate) fn listed(read: &ReadList) -> Listed {
    let place = |place: &detente_indicators::Place| Place { source: place.source, line: place.line };
    Listed {
        packed: read.packed(),
        sources: read.list.sources().to_vec(),
        places: (0..read.list.len()).map(|rank| read.list.places(rank).iter().map(place).collect()).collect(),
    }
}

/// The items with the places they stood at, sorted by type and value.
pub(crate) fn rows(list: &Listed) -> Vec<Row> {
    let row = |(rank, item): (usize, &[u8])| {
        let item = Item::from_bytes(item)?;
        let places = list.places.get(rank).into_iter().flatten().filter_map(|place| {
            let source = list.sources.get(usize::try_from(place.source).ok()?)?.clone();
            Some(result_table::Place { source, line: place.line })
        });
        Some(Row { kind: item.kind()?.name().to_owned(), value: item.printed(), places: places.collect() })
    };
    let mut rows: Vec<Row> =
        list.items().unwrap_or_default().into_iter().enumerate().filter_map(row).collect();
    rows.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
    rows
}

/// What came of a run, for the page.
pub(crate) fn shown(known: Known) -> Found {
    let rows_of = known.learned.as_ref().map(|learned| rows(&learned.common));
    let total = rows_of.as_ref().map(|rows| rows.len() as u64);
    let mut rows = rows_of.unwrap_or_default();
    let kinds = result_table::kinds_in_words(&rows);
    rows.truncate(ROWS_SHOWN_MAX);
    Found {
        rows,
        total,
        kinds,
        over_cap: known.learned.is_some_and(|learned| learned.over_cap),
        they_learned: known.they_learned,
        wall_ms: known.wall_ms,
        bytes: known.bytes,
        transcript: known.transcript.map(|transcript| hex(&transcript)),
    }
}
