//! What a statement would do: who reads it, what stays, which clocks start. Computed from the accord and from the
//! state that the record would have.

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::{Draft, Sees, State, Target};
use detente_accord::talks::{Due, Now};
use detente_accord::words::preview::{Preview, Reads, Starts};
use detente_accord::words::talks::owed;
use detente_node::{Accord, Prepared};
use serde::Serialize;

use crate::clock;
use crate::shown::hex;

/// A reader, for documents.
#[derive(Serialize)]
pub(crate) struct ShownReader {
    party: String,
    reads: &'static str,
}

/// A clock, for documents.
#[derive(Serialize)]
pub(crate) struct ShownClock {
    by: String,
    owes: String,
    seconds: u64,
    at: Option<String>,
}

/// Computes it.
pub(crate) fn of(accord: &Accord<'_>, prepared: &Prepared) -> Preview {
    let before = clocks(accord.state(), prepared);
    let after = clocks(prepared.would(), prepared);
    let was =
        |due: &Due| before.iter().find(|old| (old.what, &old.by, &old.to) == (due.what, &due.by, &due.to));
    let is_new = |due: &&Due| {
        let changed = |old: &Due| {
            (old.start, old.length_ms, &old.pauses) != (due.start, due.length_ms, &due.pauses)
                || old.met.is_some()
        };
        due.met.is_none() && due.over.is_none() && was(due).is_none_or(changed)
    };
    let is_met = |due: &&Due| due.met.is_some() && was(due).is_some_and(|old| old.met.is_none());
    let starts = |due: &Due| Starts {
        by: due.by.to_string(),
        is_us: due.by == *accord.us().id(),
        what: due.what,
        length_ms: due.length_ms,
        at: due.at(&prepared.would().talks().pauses(&due.by, &due.to)),
    };
    Preview {
        readers: readers(accord, prepared.draft()),
        stays: stays(prepared),
        starts: after.iter().filter(is_new).map(starts).collect(),
        meets: after.iter().filter(is_met).map(|due| due.what).collect(),
    }
}

/// The clocks of the thread that a statement would stand in.
fn clocks(state: &State, prepared: &Prepared) -> Vec<Due> {
    let now = Now { time: clock::now(), rules: state.rules(), talks: state.talks() };
    let root = prepared.would().talks().thread_of(prepared.position()).map(|(root, _)| root);
    let thread = root.and_then(|root| state.talks().threads().get(root));
    thread.map(|thread| thread.dues(&now)).unwrap_or_default()
}

/// Who reads how much, those who read the content first.
fn readers(accord: &Accord<'_>, draft: &Draft) -> Vec<(String, Reads)> {
    let read = |(party, sees): (PartyId, Sees)| {
        let reads = match sees {
            Sees::Growth => Reads::Hash,
            Sees::Leaf => Reads::Existence,
            Sees::Content { after_d: 0 } => Reads::Content,
            Sees::Content { after_d } => Reads::ContentAfter(after_d),
        };
        (party.to_string(), reads)
    };
    let mut readers: Vec<(String, Reads)> = accord.reading(draft).into_iter().map(read).collect();
    readers.sort_by_key(|(_, reads)| !matches!(reads, Reads::Content));
    readers
}

/// What stays here: files that were committed to, and what its author alone reads.
fn stays(prepared: &Prepared) -> Vec<String> {
    let draft = prepared.draft();
    match draft.public.get("count") {
        Some(Value::Integer(files)) if prepared.act().kind == "exhibit" => {
            vec![format!("{files} files, until they are opened to somebody")]
        }
        _ if draft.aud == "own" && prepared.values().next().is_some() => vec!["its content".to_owned()],
        _ => Vec::new(),
    }
}

/// The readers for a document.
pub(crate) fn shown_readers(preview: &Preview) -> Vec<ShownReader> {
    let shown = |(party, reads): &(String, Reads)| ShownReader { party: party.clone(), reads: reads.name() };
    preview.readers.iter().map(shown).collect()
}

/// The clocks for a document.
pub(crate) fn shown_clocks(preview: &Preview) -> Vec<ShownClock> {
    let shown = |clock: &Starts| ShownClock {
        by: clock.by.clone(),
        owes: owed(clock.what).to_owned(),
        seconds: clock.length_ms / 1000,
        at: clock.at.map(clock::rfc3339),
    };
    preview.starts.iter().map(shown).collect()
}

/// Everything that a release is asked for, as text: what is said, to whom, and who will read it. An approval is bound
/// to it; no clock and no time of today stands in it, so that it stays the same until it is released.
pub(crate) fn canonical(name: &str, prepared: &Prepared, told: &Preview) -> String {
    let draft = prepared.draft();
    let shown = |value: &Value| String::from_utf8_lossy(&value.encode()).into_owned();
    let mut lines =
        vec![format!("draft {name}"), format!("says {} {}", prepared.act().kind, prepared.act().name)];
    lines.extend(draft.public.iter().map(|(field, value)| format!("public {field} {}", shown(value))));
    let named = draft.refs.iter().map(|reference| (reference.rel.name(), place_of(&reference.target)));
    lines.extend(named.map(|(rel, place)| format!("{rel} {place}")));
    lines.push(format!("class {}", draft.aud));
    lines.extend(prepared.values().map(|(label, value)| format!("label {label} {}", shown(value))));
    lines.extend(told.readers.iter().map(|(party, reads)| format!("read by {party} {}", reads.name())));
    lines.join("\n")
}

fn place_of(target: &Target) -> String {
    match target {
        Target::Entry { log, seq, leaf } => format!("{log}/{seq} {}", hex(leaf.as_bytes())),
        Target::Statement { party, id } => format!("{party} {}", hex(id)),
    }
}
