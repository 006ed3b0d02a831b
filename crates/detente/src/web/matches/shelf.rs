//! Lists that were read for a match and wait for a second officer's word. In memory alone: a list that nobody starts
//! is forgotten, and so are all of them when the node stops.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use detente_accord::record::RecordId;
use detente_accord::{PartyId, Time};
use detente_indicators::Kind;
use detente_node::live::{Choice, Listed, Reveal, RunId};
use detente_psi::size::SizeClass;
use sha2::{Digest as _, Sha256};

use crate::gate::Refusal;
use crate::shown::hex;

/// Lists that wait at a time. Each may be as large as a match: with lists of 64 MiB this is what a node can spare.
const WAITING_MAX: usize = 4;
/// How long one waits.
const WAIT_MS: u64 = 30 * 60 * 1000;

/// What a list is for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Doing {
    /// A match of ours.
    Start {
        /// Who learns.
        reveal: Reveal,
        /// Why, for them to read.
        purpose: String,
    },
    /// The answer to one of theirs.
    Answer {
        /// Which.
        run: RunId,
        /// What both sides learn, by its terms.
        learns: String,
    },
}

/// What was read of a list, for a page: no item.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct About {
    /// In which accord.
    pub(crate) record: RecordId,
    /// With whom.
    pub(crate) peer: PartyId,
    /// What for.
    pub(crate) doing: Doing,
    /// The file's name, as the browser said it, or the name of a standing list.
    pub(crate) file: String,
    /// What it was read as.
    pub(crate) format: String,
    /// How much was read, in words.
    pub(crate) counts: String,
    /// Items held back by their marking.
    pub(crate) held_back: u64,
    /// Items without any marking.
    pub(crate) unmarked: u64,
    /// Items of each type.
    pub(crate) kinds: BTreeMap<Kind, u64>,
    /// What the peer learns of its size; not known of a standing list before it is taken.
    pub(crate) class: Option<SizeClass>,
    /// SHA-256 over the items: what was approved is what leaves.
    pub(crate) digest: String,
    /// When the terms run out.
    pub(crate) until: Time,
    /// When it is forgotten.
    pub(crate) kept_until: Time,
    /// Who put it here.
    pub(crate) by: String,
}

/// A list that waits.
struct Waiting {
    about: About,
    choice: Choice,
}

/// All that wait, by a number that this node drew.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<BTreeMap<String, Waiting>>);

impl Shelf {
    /// Keeps a list until it is taken, put away or forgotten.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] where too many wait.
    pub(crate) fn put(
        &self,
        id: [u8; 16],
        mut about: About,
        choice: Choice,
        now: Time,
    ) -> Result<String, Refusal> {
        let mut waiting = self.lock(now);
        if waiting.len() >= WAITING_MAX {
            return Err(Refusal::Unavailable);
        }
        about.kept_until = Time(now.0 + WAIT_MS);
        let id = hex(&id);
        waiting.insert(id.clone(), Waiting { about, choice });
        Ok(id)
    }

    /// What waits in an accord.
    pub(crate) fn of(&self, record: RecordId, now: Time) -> Vec<(String, About)> {
        let waiting = self.lock(now);
        let ours = waiting.iter().filter(|(_, one)| one.about.record == record);
        ours.map(|(id, one)| (id.clone(), one.about.clone())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] once it is gone.
    pub(crate) fn about(&self, id: &str, record: RecordId, now: Time) -> Result<About, Refusal> {
        let found = self.of(record, now).into_iter().find(|(other, _)| other == id);
        found.map(|(_, about)| about).ok_or_else(gone)
    }

    /// Takes one away.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] once it is gone.
    pub(crate) fn take(&self, id: &str, now: Time) -> Result<(About, Choice), Refusal> {
        let taken = self.lock(now).remove(id);
        taken.map(|one| (one.about, one.choice)).ok_or_else(gone)
    }

    fn lock(&self, now: Time) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, one| one.about.kept_until > now);
        waiting
    }
}

fn gone() -> Refusal {
    Refusal::NotFound("this list is no longer here: it was put away, started, or forgotten".to_owned())
}

/// SHA-256 over the items, in digits.
pub(crate) fn digest(list: &Listed) -> String {
    hex(&Sha256::digest(list.packed.as_slice()))
}

impl About {
    /// Everything that an approval is bound to, as text.
    pub(crate) fn canonical(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, n)| format!("{n} {}", kind.name())).collect();
        let doing = match &self.doing {
            Doing::Start { reveal, purpose } => format!("start, {} learn\npurpose: {purpose}", reveal.name()),
            Doing::Answer { run, learns } => format!("answer {run}\nlearns: {learns}"),
        };
        format!(
            "match with {}\n{doing}\nlist: {} ({})\nitems: {}\nheld back: {}\nunmarked: {}\nsha256: {}",
            self.peer,
            self.file,
            self.format,
            kinds.join(", "),
            self.held_back,
            self.unmarked,
            self.digest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(record: u8) -> About {
        About {
            record: RecordId::from_bytes([record; 32]),
            peer: PartyId::parse("cert-b").unwrap(),
            doing: Doing::Start { reveal: Reveal::Ours, purpose: String::new() },
            file: "ours.csv".into(),
            format: "csv".into(),
            counts: String::new(),
            held_back: 0,
            unmarked: 0,
            kinds: BTreeMap::new(),
            class: None,
            digest: "0a".into(),
            until: Time(0),
            kept_until: Time(0),
            by: "Desk 1".into(),
        }
    }

    fn put(shelf: &Shelf, id: u8, now: Time) -> Result<String, Refusal> {
        shelf.put([id; 16], about(1), Choice::Kept("standing".into()), now)
    }

    #[test]
    fn a_list_waits_for_its_time_in_its_accord_and_is_taken_once() {
        let (shelf, now) = (Shelf::default(), Time(1));
        let id = put(&shelf, 7, now).unwrap();
        assert_eq!(shelf.of(RecordId::from_bytes([2; 32]), now).len(), 0);
        assert!(shelf.about(&id, RecordId::from_bytes([1; 32]), now).is_ok());
        assert!(shelf.take(&id, now).is_ok() && shelf.take(&id, now).is_err());
        let id = put(&shelf, 8, now).unwrap();
        assert!(shelf.take(&id, Time(1 + WAIT_MS)).is_err());
    }

    #[test]
    fn no_more_wait_than_a_node_can_spare() {
        let (shelf, now) = (Shelf::default(), Time(1));
        let kept = (0..10).filter(|id| put(&shelf, *id, now).is_ok()).count();
        assert_eq!((kept, put(&shelf, 11, now)), (WAITING_MAX, Err(Refusal::Unavailable)));
        assert!(put(&shelf, 12, Time(1 + WAIT_MS)).is_ok());
    }

    #[test]
    fn an_approval_is_bound_to_the_very_items() {
        let (one, mut other) = (about(1), about(1));
        other.digest = "0b".into();
        assert_ne!(one.canonical(), other.canonical());
    }
}
