//! Candidates that wait for the end of their record: a log line may turn out malformed after its first
//! value, the tags of a MISP event may stand behind its attributes.

use std::ops::Range;

use crate::canon::Declared;
use crate::{Candidate, Intake, Marking, Reason};

/// What becomes of a value once its record is complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// It is offered as this.
    Offer(Declared),
    /// It is counted and dropped.
    Refuse(Reason),
}

struct Entry {
    fate: Fate,
    line: u64,
    marking: Marking,
    text: Range<usize>,
}

/// The values of one record, their text in one buffer that is used again for the next record.
#[derive(Default)]
pub(crate) struct Held {
    text: Vec<u8>,
    entries: Vec<Entry>,
}

impl Held {
    /// Adds a value.
    pub(crate) fn push(&mut self, fate: Fate, line: u64, marking: Marking, text: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.entries.push(Entry { fate, line, marking, text: start..self.text.len() });
    }

    /// How many values wait.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Bytes in use, for a reader that has to bound them.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.entries.len() * size_of::<Entry>()
    }

    /// Marks every value from the one with this index on.
    pub(crate) fn mark_from(&mut self, index: usize, marking: Marking) {
        for entry in self.entries.iter_mut().skip(index) {
            entry.marking = entry.marking.and(marking);
        }
    }

    /// Forgets every value from the one with this index on.
    pub(crate) fn truncate(&mut self, index: usize) {
        if let Some(entry) = self.entries.get(index) {
            self.text.truncate(entry.text.start);
            self.entries.truncate(index);
        }
    }

    /// Hands all values to the intake and is empty again.
    pub(crate) fn release(&mut self, intake: &mut Intake<'_>) {
        for entry in &self.entries {
            let text = self.text.get(entry.text.clone()).unwrap_or_default();
            match entry.fate {
                Fate::Offer(declared) => {
                    intake.offer(Candidate { declared, text, line: entry.line, marking: entry.marking });
                }
                Fate::Refuse(reason) => intake.refuse(entry.line, reason, text),
            }
        }
        self.truncate(0);
    }
}
