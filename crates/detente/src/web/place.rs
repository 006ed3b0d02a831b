//! What the frame of a page says of an accord.

use detente_accord::Time;
use detente_accord::talks::desk::Force;
use detente_accord::words::desk::force;
use detente_node::{Accord, Error};

use super::layout::Place;
use crate::cli::desk::title;
use crate::shown::hex;

impl Place {
    /// From an accord as it is held here.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(accord: &Accord<'_>, now: Time) -> Result<Place, Error> {
        let (state, charter) = (accord.state(), accord.charter());
        let origin = charter.names().origin(accord.own_log());
        let note = accord.record().latest_note(&origin).map_err(Error::Record)?;
        let root = note.as_ref().and_then(|note| accord.held().notes.get(&note.hash));
        Ok(Place {
            path: path(&charter.record_id().to_string()),
            title: title(charter),
            force: force(&Force::of(state, charter)).trim_start_matches([' ', ',']).to_owned(),
            us: accord.us().id().to_string(),
            checkpoint: root.map(|note| (note.size, hex(note.root.as_bytes()))),
            exercises: running(accord, now),
            notices: Vec::new(),
        })
    }
}

/// Where the pages of a record are: the first digits of its id.
pub(crate) fn path(id: &str) -> String {
    id.chars().take(PATH_DIGITS).collect()
}

fn running(accord: &Accord<'_>, now: Time) -> Vec<String> {
    let (rules, talks) = (accord.state().rules(), accord.state().talks());
    let now = detente_accord::talks::Now { time: now, rules, talks };
    let threads = talks.threads().values().filter(|thread| thread.phase(&now) == "running");
    threads
        .filter_map(|thread| thread.opening().filter(|event| event.is("exercise", "announce"))?.word("id"))
        .map(str::to_owned)
        .collect()
}

/// Enough to tell the accords of one home apart.
const PATH_DIGITS: usize = 8;
