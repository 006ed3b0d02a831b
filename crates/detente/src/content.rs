//! Content of entries for people and for documents: what others wrote stands in a ruled block under its author's
//! name, never in our own voice.

use std::collections::BTreeMap;

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::words::{labels, ruled, talks};
use detente_node::{Accord, Content};

use crate::exit::Failure;
use crate::tui;

/// The content as lines, label by label.
pub(crate) fn block(
    accord: &Accord<'_>,
    position: &Position,
    author: &PartyId,
    columns: usize,
) -> Result<Vec<String>, Failure> {
    let is_ours = author == accord.us().id();
    let who = if is_ours { "we wrote".to_owned() } else { format!("{author} wrote") };
    Ok(match accord.content(position)? {
        Content::Readable(values) => values
            .iter()
            .flat_map(|(label, value)| {
                let text: Vec<String> = labels::lines(value).iter().map(|line| tui::visible(line)).collect();
                ruled(&format!("{who}, {}", labels::heading(label)), &text, columns)
            })
            .collect(),
        Content::Sealed => vec![format!("  {}", talks::SEALED)],
        Content::Deleted => vec![format!("  {}", talks::DELETED)],
        Content::Missing => vec![format!("  {}", talks::CONTENT_NOT_HERE)],
        Content::None => Vec::new(),
    })
}

/// The content for a document: its values, or why there are none.
pub(crate) fn document(accord: &Accord<'_>, position: &Position) -> Result<serde_json::Value, Failure> {
    let state = |word: &str| serde_json::json!({ "state": word });
    Ok(match accord.content(position)? {
        Content::Readable(values) => {
            serde_json::json!({ "state": "readable", "labels": values_document(&values) })
        }
        Content::Sealed => state("sealed"),
        Content::Deleted => state("deleted"),
        Content::Missing => state("not-here"),
        Content::None => state("none"),
    })
}

fn values_document(values: &BTreeMap<String, Value>) -> serde_json::Map<String, serde_json::Value> {
    values.iter().map(|(label, value)| (label.clone(), as_json(value))).collect()
}

/// A value of ours as one of documents.
pub(crate) fn as_json(value: &Value) -> serde_json::Value {
    serde_json::from_slice(&value.encode()).unwrap_or(serde_json::Value::Null)
}

/// What can be read of an entry; nothing where it can't.
pub(crate) fn readable(accord: &Accord<'_>, position: &Position) -> Result<BTreeMap<String, Value>, Failure> {
    Ok(match accord.content(position)? {
        Content::Readable(values) => values,
        _ => BTreeMap::new(),
    })
}
