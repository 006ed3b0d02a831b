//! What the Observer's view shows, from an accord as it is held here.

use detente_accord::Time;
use detente_accord::record::{ObserverOf, Party, Standing};
use detente_accord::talks::overview::Overview;
use detente_accord::words::overview::rows;
use detente_node::{Accord, Content as Held, Error};

use super::{Content, Observer, Scope, View};
use crate::cli::desk::title;
use crate::web::layout::Place;

/// Entries whose content is looked for on the disk for one page.
const CONTENT_COUNTED_MAX: usize = 2000;

impl View {
    /// The record at a glance.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(
        accord: &Accord<'_>,
        place: Place,
        now: Time,
        mark: Option<String>,
    ) -> Result<View, Error> {
        let seen = Overview::of(accord.state(), accord.held(), now);
        let charter = accord.charter();
        let own = charter.party(accord.us().id()).and_then(scope);
        Ok(View {
            rows: rows(&seen, &title(charter)),
            observers: charter.parties().iter().filter_map(observer).collect(),
            own,
            content: content(accord)?,
            acts: Vec::new(),
            place,
            now,
            mark,
        })
    }
}

fn scope(party: &Party) -> Option<Scope> {
    match party.standing() {
        Standing::Party => None,
        Standing::Observer(observes) => Some(Scope { of: observes.scope, delay_d: observes.delay_d }),
    }
}

fn observer(party: &Party) -> Option<Observer> {
    let Standing::Observer(observes) = party.standing() else { return None };
    let named_by = match &observes.by {
        ObserverOf::Joint => "all parties".to_owned(),
        ObserverOf::Party(by) => by.to_string(),
    };
    Some(Observer { id: party.id().to_string(), named_by, scope: scope(party)? })
}

/// How much of the content is here; nothing of a record that is too long to look through for a page.
fn content(accord: &Accord<'_>) -> Result<Option<Content>, Error> {
    let positions: Vec<_> = accord.state().order().positions().take(CONTENT_COUNTED_MAX + 1).collect();
    if positions.len() > CONTENT_COUNTED_MAX {
        return Ok(None);
    }
    let mut content = Content::default();
    for position in &positions {
        match accord.content(position)? {
            Held::Readable(_) => content.readable += 1,
            Held::Sealed => content.sealed += 1,
            Held::Deleted => content.deleted += 1,
            Held::Missing => content.missing += 1,
            Held::None => {}
        }
    }
    Ok(Some(content))
}
