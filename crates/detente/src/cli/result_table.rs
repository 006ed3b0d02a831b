//! What is in common, with the places it stood in our own list: for a screen, CSV and JSON.

use detente_accord::words::grouped;
use detente_indicators::{Item, List};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::csv;
use crate::exit::{Exit, Failure};

/// One common item.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its printed form.
    pub(crate) value: String,
    /// Where it stood.
    pub(crate) places: Vec<Place>,
}

/// Where an item stood.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source: String,
    pub(crate) line: u64,
}

/// The places of every item of a list, in the order of the items.
#[derive(Serialize, Deserialize)]
pub(crate) struct AllPlaces {
    sources: Vec<String>,
    items: Vec<Vec<(u32, u64)>>,
}

impl AllPlaces {
    pub(crate) fn of(list: &List) -> AllPlaces {
        let places = |rank| list.places(rank).iter().map(|place| (place.source, place.line)).collect();
        AllPlaces { sources: list.sources().to_vec(), items: (0..list.len()).map(places).collect() }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(self).map_err(internal)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<AllPlaces> {
        serde_json::from_slice(bytes).ok()
    }

    fn of_rank(&self, rank: usize) -> Vec<Place> {
        let place = |(source, line): &(u32, u64)| {
            Some(Place { source: self.sources.get(*source as usize)?.clone(), line: *line })
        };
        self.items.get(rank).map_or_else(Vec::new, |places| places.iter().filter_map(place).collect())
    }
}

/// The rows of the common items, sorted by type and value.
pub(crate) fn rows(items: &[&[u8]], ranks: &[usize], places: Option<&AllPlaces>) -> Vec<Row> {
    let row = |rank: &usize| {
        let item = Item::from_bytes(items.get(*rank)?)?;
        let kind = item.kind()?.name().to_owned();
        let places = places.map_or_else(Vec::new, |places| places.of_rank(*rank));
        Some(Row { kind, value: item.printed(), places })
    };
    let mut rows: Vec<Row> = ranks.iter().filter_map(row).collect();
    rows.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
    rows
}

/// `type,value,source,line`: a line for each place an item stood in.
pub(crate) fn to_csv(rows: &[Row]) -> Vec<u8> {
    let mut out = String::new();
    csv::row(&mut out, &["type", "value", "source", "line"]);
    for row in rows {
        for place in &row.places {
            csv::row(&mut out, &[&row.kind, &row.value, &place.source, &place.line.to_string()]);
        }
    }
    out.into_bytes()
}

/// For the home.
pub(crate) fn to_bytes(rows: &[Row]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    serde_json::to_vec(rows).map(Zeroizing::new).map_err(internal)
}

/// From the home.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Vec<Row>, Failure> {
    serde_json::from_slice(bytes).map_err(|_| {
        Failure::new(Exit::Integrity, "the result kept in the home no longer reads")
            .hint("restore the home from an export: detente home import FILE")
    })
}

/// `25 ipv4, 2 domain`.
pub(crate) fn kinds_in_words(rows: &[Row]) -> String {
    let mut kinds: Vec<(&str, u64)> = Vec::new();
    for row in rows {
        match kinds.last_mut() {
            Some((kind, n)) if *kind == row.kind => *n += 1,
            _ => kinds.push((&row.kind, 1)),
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{} {kind}", grouped(*n))).collect();
    kinds.join(", ")
}

fn internal(error: serde_json::Error) -> Failure {
    Failure::new(Exit::Usage, format!("the result cannot be written: {error}"))
}

/// How many items a screen lists before it points to the table.
const SHOWN_MAX: usize = 30;

/// How many items are in common, by type.
pub(super) fn count_in_words(rows: &[Row]) -> String {
    match rows.len() {
        0 => "nothing".to_owned(),
        n => format!("{}: {}", grouped(n as u64), kinds_in_words(rows)),
    }
}

/// The first common items, one a line.
pub(super) fn items_in_words(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows.iter().take(SHOWN_MAX) {
        text += &format!("  {:<8} {}\n", row.kind, row.value);
    }
    if rows.len() > SHOWN_MAX {
        text += &format!("  … and {} more: --json gives all\n", grouped((rows.len() - SHOWN_MAX) as u64));
    }
    text
}
