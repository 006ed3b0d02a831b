//! Checking a record against itself: leaves, tree, tiles, roots, notes, files. Every copy is compared with what the
//! leaves say.

mod finding;
mod log;

pub use finding::{Finding, FindingKind};

use std::collections::BTreeMap;

use detente_tlog::{KeyName, Note, VerifierKey};

use self::log::LogCheck;
use super::notes::NoteRow;
use super::place::LogNumber;
use super::{Error, LogState, Record};

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// Leaves since the last check, the right edge, the newest note, the checkpoint file: at every start.
    Incremental,
    /// Everything: every week, and before a recovered log is adopted.
    Full,
}

/// How far a check has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The log that is being read.
    pub origin: &'a KeyName,
    /// Leaves of it that were read.
    pub done: u64,
    /// Leaves that it has.
    pub total: u64,
}

/// What a check has found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What differs, at most [`FINDINGS_MAX`] of it.
    pub findings: Vec<Finding>,
    /// Leaves that were hashed again.
    pub leaves: u64,
    /// Files of tiles that were compared.
    pub tile_files: u64,
    /// Notes that were read.
    pub notes: u64,
}

impl Report {
    /// Whether nothing differs.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, kind: FindingKind) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { kind });
        }
    }
}

/// Findings that a report holds: enough to see how far a damage goes. More are dropped.
pub const FINDINGS_MAX: usize = 1000;

/// Hashes all leaves of a log again and compares leaves, tiles and root in the database.
pub(super) fn check_all(record: &Record, state: &LogState, number: LogNumber) -> Result<(), Error> {
    let mut report = Report::default();
    LogCheck { record, state, number }.all(&mut report, &mut |_| ())?;
    let differs = |what, place| Error::Differs { origin: state.origin.clone(), what, place };
    for finding in report.findings {
        match finding.kind {
            FindingKind::Leaf { seq, .. } => return Err(differs("leaf and hash", seq)),
            FindingKind::Sequence { seq, .. } => return Err(differs("the leaves", seq)),
            FindingKind::Tile { index, .. } => return Err(differs("the tiles", index << 8)),
            FindingKind::Root { size, .. } => return Err(differs("the root", size)),
            // Files can be written again, and a log that forked has a note of another root.
            _ => {}
        }
    }
    Ok(())
}

impl Record {
    /// Checks the record against itself and names what differs. `progress` is told now and then.
    ///
    /// A full check of a clean log counts as the last check from then on.
    ///
    /// # Errors
    /// As of any read that fails altogether; a database that can no longer be read is [`Error::Damaged`].
    pub fn fsck(&mut self, depth: Depth, mut progress: impl FnMut(Progress<'_>)) -> Result<Report, Error> {
        let mut report = Report::default();
        for state in self.logs()? {
            let Some(number) = self.number(&state.origin)? else { continue };
            let check = LogCheck { record: self, state: &state, number };
            match depth {
                Depth::Full => {
                    let before = report.findings.len();
                    let frontier = check.all(&mut report, &mut progress)?;
                    let edge = self.edges.get_mut(&state.origin);
                    if let Some(edge) = edge.filter(|_| report.findings.len() == before) {
                        edge.checked = frontier;
                    }
                }
                Depth::Incremental => check.since_last(&mut report)?,
            }
        }
        if depth == Depth::Full {
            self.check_rest(&mut report)?;
        }
        Ok(report)
    }

    /// Verifies the signatures of all notes with the keys that `keys` gives for a log: those of the log and of its
    /// cosigners. A note none of whose lines is by one of them, or one of whose known lines does not hold, is a
    /// finding; one of a log without keys is passed over.
    ///
    /// # Errors
    /// As of any read.
    pub fn check_signatures(
        &self,
        mut keys: impl FnMut(&KeyName) -> Vec<VerifierKey>,
    ) -> Result<Vec<Finding>, Error> {
        let (mut report, mut known) = (Report::default(), BTreeMap::new());
        for log in self.logs()? {
            let keys = keys(&log.origin);
            known.insert(log.origin.as_str().to_owned(), keys);
        }
        self.each_note(|note| {
            let Some(keys) = known.get(&note.origin).filter(|keys| !keys.is_empty()) else { return };
            let keys: Vec<&VerifierKey> = keys.iter().collect();
            if Note::parse(&note.bytes).and_then(|note| note.verify(&keys)).is_err() {
                report.find(FindingKind::Signature { hash: note.hash });
            }
        })?;
        Ok(report.findings)
    }

    /// Notes, public files, evidence, sealed items, and SQLite's own structure.
    fn check_rest(&self, report: &mut Report) -> Result<(), Error> {
        for database in [&self.log_database, &self.content_database] {
            let told: Vec<String> = database.ask(|db| {
                db.prepare("PRAGMA integrity_check(20)")?.query_map([], |row| row.get(0))?.collect()
            })?;
            for detail in told.into_iter().filter(|detail| detail != "ok") {
                report.find(FindingKind::Database { path: database.path().to_owned(), detail });
            }
        }
        self.each_note(|note: NoteRow| {
            report.notes += 1;
            let hash = note.hash;
            if self.read_note(note).is_err() {
                report.find(FindingKind::Note { hash });
            }
        })?;
        if self.charter().is_err() {
            report.find(FindingKind::Charter);
        }
        let files: Vec<(String, String)> = self.ask(|db| {
            db.prepare("SELECT kind, name FROM public_file")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        for (kind, name) in files {
            if self.public_file(&kind, &name).is_err() {
                report.find(FindingKind::PublicFile { kind, name });
            }
        }
        for hash in self.evidence_hashes()? {
            if self.evidence(&hash).is_err() {
                report.find(FindingKind::Evidence { hash });
            }
        }
        let sealed: Vec<[u8; 32]> = self
            .content_database
            .ask(|db| db.prepare("SELECT hash FROM sealed")?.query_map([], |row| row.get(0))?.collect())?;
        for hash in sealed {
            if self.sealed(&hash).is_err() {
                report.find(FindingKind::Sealed { hash });
            }
        }
        Ok(())
    }
}
