//! What faces see of a run.

use std::fmt;

use detente_accord::record::{Position, RecordId};
use detente_accord::{PartyId, Time};
use detente_indicators::Kind;
use detente_psi::size::SizeClass;

use super::list::Listed;
use super::order::Reveal;

/// A run, by the id of its terms: the same on both sides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RunId(pub [u8; 32]);

impl fmt::Display for RunId {
    /// 64 lower-case hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Which side of a run we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// We proposed it.
    Proposer,
    /// They did.
    Answerer,
}

/// How far a run has come here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Terms stand; nothing has come from the other side.
    Proposed,
    /// It waits for an officer of ours.
    Asked,
    /// Consented by both; frames have not begun.
    Agreed,
    /// Frames travel.
    Running,
    /// It is over: [`RunView::outcome`] says how.
    Ended,
}

impl Stage {
    /// Its name in JSON and on pages.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Proposed => "proposed",
            Stage::Asked => "asked",
            Stage::Agreed => "agreed",
            Stage::Running => "running",
            Stage::Ended => "ended",
        }
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It came to its end. How many items are in common, if we learned that.
    Done(Option<u64>),
    /// The other side, or we, refused it before anything was compared: the code on the record.
    Refused(String),
    /// Broken off after consent: the code on the record, and the step.
    Aborted {
        /// Why.
        reason: String,
        /// Where it stood.
        step: String,
    },
    /// No answer by the end of its terms.
    Lapsed,
}

impl Outcome {
    /// Its name in JSON and on pages.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Aborted { .. } => "aborted",
            Outcome::Lapsed => "lapsed",
        }
    }
}

impl Outcome {
    /// For a home.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Outcome::Done(None) => "done".to_owned(),
            Outcome::Done(Some(common)) => format!("done {common}"),
            Outcome::Refused(reason) => format!("refused {reason}"),
            Outcome::Aborted { reason, step } => format!("aborted {reason} {step}"),
            Outcome::Lapsed => "lapsed".to_owned(),
        }
    }

    /// From there; `None` if it is damaged.
    pub(crate) fn from_text(text: &str) -> Option<Outcome> {
        let words: Vec<&str> = text.split(' ').collect();
        Some(match words.as_slice() {
            ["done"] => Outcome::Done(None),
            ["done", common] => Outcome::Done(Some(common.parse().ok()?)),
            ["refused", reason] => Outcome::Refused((*reason).to_owned()),
            ["aborted", reason, step] => {
                Outcome::Aborted { reason: (*reason).to_owned(), step: (*step).to_owned() }
            }
            ["lapsed"] => Outcome::Lapsed,
            _ => return None,
        })
    }
}

/// A run as it stands here. It holds nothing of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct RunView {
    /// Which.
    pub id: RunId,
    /// In which accord.
    pub record: RecordId,
    /// The other side.
    pub peer: PartyId,
    /// Which side we are.
    pub role: Role,
    /// Who learns.
    pub reveal: Reveal,
    /// The code inside the suite: `qc` or `fast`.
    pub code: &'static str,
    /// The kinds compared, in table order.
    pub kinds: Vec<Kind>,
    /// Matches above which a person is asked before the result is shown.
    pub cap: u64,
    /// Why, as the proposer wrote it; foreign text where they did.
    pub purpose: String,
    /// The size class of the proposer's list.
    pub asked: SizeClass,
    /// The size class of the other's list, once consented.
    pub held: Option<SizeClass>,
    /// When the terms were made.
    pub made: Time,
    /// When they run out.
    pub until: Time,
    /// How far it has come.
    pub stage: Stage,
    /// What is worked on now, by its stable name, while it runs.
    pub phase: Option<&'static str>,
    /// How much of it is done, from 0 to 1, by the bytes that travel.
    pub progress: f32,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The number of the run that receipts name, once consented.
    pub run: Option<[u8; 16]>,
    /// Its entries on the record so far: terms, lists, consent, receipts.
    pub entries: Vec<Position>,
    /// Whose receipts stand.
    pub receipts: Vec<PartyId>,
    /// What was charged for it to the peer's budget with us, in items; 0 before it began.
    pub charged_items: u64,
}

/// What a peer asks of us, for an officer to decide.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// The run.
    pub view: RunView,
    /// What both sides would learn, as it stands in the terms that both sign.
    pub learns: String,
    /// What it would charge to their budget, in items.
    pub charge_items: u64,
    /// What is left of that budget now, in items.
    pub budget_left_items: u64,
    /// The standing list that the policy names, if any.
    pub list: Option<String>,
}

/// What came of a run.
pub struct Found {
    /// The run.
    pub view: RunView,
    /// What we learned; `None`: we were not to learn anything, or it did not come to that.
    pub learned: Option<Learned>,
    /// What the other side learned, in words.
    pub they_learned: String,
    /// Milliseconds from the first frame to the last.
    pub wall_ms: u64,
    /// Bytes of the suite's messages, both directions.
    pub bytes: u64,
    /// The hash over all of them.
    pub transcript: Option<[u8; 32]>,
}

/// The items in common, with the places they stood at in our list. It stays with us.
pub struct Learned {
    /// They.
    pub common: Listed,
    /// Whether a person has to agree before they are shown: there are more than the cap of the terms.
    pub over_cap: bool,
}
