//! News for pages that are open: server-sent events. They say what changed and how far things have come, never what
//! an entry says; a page without scripts is reloaded instead.
//!
//! | event | says |
//! |---|---|
//! | `live` | `{"name": text or number}` for the elements with that name |
//! | `changed` | the record has grown since the page was made |
//! | `ended` | a match on this page is over: read the page again |

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use detente_accord::record::RecordId;
use detente_accord::talks::desk::Desk;
use detente_node::Accord;
use detente_node::engine::Change;
use detente_node::live::Live;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout_at};

use crate::cli::match_both::step_in_words;
use crate::serve::Service;

/// Streams that are open at a time, of all officers: each costs a look at the accord after a change.
pub(crate) const STREAMS_MAX: usize = 64;
/// What changes faster is told once in this time.
const PAUSE: Duration = Duration::from_secs(1);
/// A comment as often keeps what stands between from closing the connection.
const COMMENT: Duration = Duration::from_secs(15);
/// A stream ends then and the browser opens another: so a session that ended is noticed.
const STREAM_MAX: Duration = Duration::from_secs(10 * 60);

/// What a stream needs.
struct Watch {
    service: Arc<Service>,
    live: Live,
    record: RecordId,
    until: Instant,
    changes: watch::Receiver<Change>,
    runs: watch::Receiver<u64>,
    told: Option<News>,
    /// Gives its place back when the stream ends.
    _place: OwnedSemaphorePermit,
}

/// What has changed.
#[derive(Clone, Copy)]
enum Changed {
    Record,
    Runs,
}

/// What pages show and what may change while they are open.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct News {
    /// Values by name.
    values: BTreeMap<String, Value>,
    /// Entries of people on the record.
    said: u64,
    /// Matches that have not ended: how far each has come, and what is worked on.
    runs: BTreeMap<String, (f32, String)>,
}

/// The news of an accord. `None`: too many streams are open.
pub(crate) fn stream(
    service: Arc<Service>,
    live: Live,
    record: RecordId,
    places: &Arc<Semaphore>,
) -> Option<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    let place = places.clone().try_acquire_owned().ok()?;
    let (changes, runs) = (service.node.changes(), live.changes());
    let until = Instant::now() + STREAM_MAX;
    let watch = Watch { service, live, record, until, changes, runs, told: None, _place: place };
    let events = unfold(watch, |mut watch| async {
        let events = watch.next().await?;
        Some((events, watch))
    });
    let each = futures_util::StreamExt::flat_map(events, |events| {
        futures_util::stream::iter(events.into_iter().map(Ok))
    });
    Some(Sse::new(each).keep_alive(KeepAlive::new().interval(COMMENT)))
}

impl Watch {
    /// The next events; nothing when the stream is to end.
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let now = match self.told.clone() {
                None => {
                    let news = self.look().await?;
                    self.look_at_runs(news).await?
                }
                Some(told) => match self.wait().await? {
                    Changed::Record => News { runs: told.runs, ..self.look().await? },
                    Changed::Runs => self.look_at_runs(told).await?,
                },
            };
            let before = self.told.replace(now.clone());
            let events = events(before.as_ref(), &now);
            if !events.is_empty() {
                return Some(events);
            }
        }
    }

    /// Until something has changed; nothing when the stream is to end. Each wait is for one of the two: what it
    /// takes to look at the runs may itself count as a change of the home.
    async fn wait(&mut self) -> Option<Changed> {
        let stop = self.service.stop.clone();
        let changed = async {
            tokio::select! {
                changed = self.runs.changed() => changed.ok().map(|()| Changed::Runs),
                changed = self.changes.changed() => changed.ok().map(|()| Changed::Record),
                () = stop.told() => None,
            }
        };
        let changed = timeout_at(self.until, changed).await.ok().flatten()?;
        sleep(PAUSE).await;
        Some(changed)
    }

    async fn look(&mut self) -> Option<News> {
        self.changes.mark_unchanged();
        let now = (self.service.node.world().now)();
        self.service.node.look(self.record, move |accord| Ok(News::of(accord, now))).await.ok()
    }

    async fn look_at_runs(&mut self, mut news: News) -> Option<News> {
        self.runs.mark_unchanged();
        let runs = self.live.runs().await.ok()?;
        let ours = runs.iter().filter(|run| run.record == self.record && run.outcome.is_none());
        news.runs = ours
            .map(|run| {
                (run.id.to_string(), (run.progress, run.phase.map_or("begins", step_in_words).to_owned()))
            })
            .collect();
        news.set("asked", self.live.asked().await.ok()?.len());
        Some(news)
    }
}

impl News {
    /// Of an accord: how much is owed, and how long the record is.
    fn of(accord: &Accord<'_>, now: detente_accord::Time) -> News {
        let (state, held) = (accord.state(), accord.held());
        let desk = Desk::of(state, held, accord.charter(), accord.us().id(), now);
        let leaves = held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        let mut news =
            News { said: leaves.filter(|leaf| leaf.said.kind != "ack").count() as u64, ..News::default() };
        news.set("we-owe", desk.we_owe.len());
        news.set("they-owe", desk.they_owe.len());
        news.set("undelivered", desk.undelivered.len());
        news
    }

    fn set(&mut self, name: &str, count: usize) {
        self.values.insert(name.to_owned(), json!(count));
    }

    /// All values by name, those of runs too.
    fn all(&self) -> BTreeMap<String, Value> {
        let of = |(run, (progress, phase)): (&String, &(f32, String))| {
            [(format!("progress-{run}"), json!(progress)), (format!("phase-{run}"), json!(phase))]
        };
        self.values.clone().into_iter().chain(self.runs.iter().flat_map(of)).collect()
    }
}

/// What to tell of a change; of the first look, every value.
fn events(before: Option<&News>, now: &News) -> Vec<Event> {
    let known = before.map(News::all).unwrap_or_default();
    let values: BTreeMap<String, Value> =
        now.all().into_iter().filter(|(name, value)| known.get(name) != Some(value)).collect();
    let mut events = Vec::new();
    if !values.is_empty() {
        events.push(Event::default().event("live").data(json!(values).to_string()));
    }
    let Some(before) = before else { return events };
    if before.said < now.said {
        events.push(Event::default().event("changed").data("{}"));
    }
    let ended: Vec<&String> = before.runs.keys().filter(|run| !now.runs.contains_key(*run)).collect();
    if !ended.is_empty() {
        events.push(Event::default().event("ended").data(json!({ "runs": ended }).to_string()));
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(owe: usize, said: u64, running: &[&str]) -> News {
        let runs = running.iter().map(|run| ((*run).to_owned(), (0.5, "begins".to_owned()))).collect();
        let mut news = News { said, runs, ..News::default() };
        news.set("we-owe", owe);
        news.set("they-owe", 1);
        news
    }

    /// The names of the events, by the text that goes to the browser.
    fn told(before: Option<&News>, now: &News) -> String {
        let texts = events(before, now).into_iter().map(|event| format!("{event:?}"));
        texts.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn only_what_changed_is_told() {
        let one = news(2, 5, &[]);
        assert_eq!(told(Some(&one), &one), "");
        let first = told(None, &one);
        assert!(
            first.contains("we-owe") && first.contains("they-owe") && !first.contains("changed"),
            "{first}"
        );
        let next = told(Some(&one), &news(3, 6, &[]));
        assert!(next.contains("we-owe") && !next.contains("they-owe") && next.contains("changed"), "{next}");
    }

    #[test]
    fn the_end_of_a_match_is_told_once() {
        let (running, over) = (news(1, 5, &["ab"]), news(1, 5, &[]));
        assert!(told(Some(&running), &over).contains("ended"));
        assert_eq!(told(Some(&over), &over), "");
    }
}
