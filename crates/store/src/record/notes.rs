//! Notes: every head that was seen, kept for ever, and the one whose entries are still on their way.

use detente_tlog::{Checkpoint, Hash, KeyName, Note};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::files::hash;
use super::place::{LogNumber, StoredHash};
use super::{Error, Record, SignedHead};

/// A note as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredNote {
    /// SHA-256 of its bytes: what an entry names.
    pub hash: [u8; 32],
    /// Of which log.
    pub origin: KeyName,
    /// The size it says.
    pub size: u64,
    /// The root it says.
    pub root: Hash,
    /// Signature lines.
    pub lines: usize,
    /// The note.
    pub bytes: Vec<u8>,
}

/// A note in form, of which no signature was verified.
pub(super) struct ParsedNote<'a> {
    pub(super) origin: KeyName,
    pub(super) size: u64,
    pub(super) root: Hash,
    lines: usize,
    pub(super) bytes: &'a [u8],
}

impl Record {
    /// Keeps a note for ever and gives its hash. The same one twice is kept once.
    ///
    /// # Errors
    /// [`Error::Rejected`] if it is no note of a checkpoint; [`Error::TooManyLogs`]; as of any write.
    pub fn put_note(&mut self, bytes: &[u8]) -> Result<[u8; 32], Error> {
        self.put_parsed(&ParsedNote::parse(bytes)?, false)
    }

    /// Keeps a note whose entries have not all come; it takes the place of the one that was pending.
    ///
    /// # Errors
    /// As [`Record::put_note`].
    pub fn put_pending(&mut self, bytes: &[u8]) -> Result<[u8; 32], Error> {
        self.put_parsed(&ParsedNote::parse(bytes)?, true)
    }

    /// The note that is pending for a log.
    ///
    /// # Errors
    /// [`Error::Damaged`] and the like.
    pub fn pending(&self, origin: &KeyName) -> Result<Option<StoredNote>, Error> {
        let note = format!("{SELECT} JOIN pending ON pending.note = note.hash WHERE origin = ?1");
        self.one_note(&note, params![origin.as_str()])
    }

    /// Nothing is pending for a log any more. Its note is kept.
    ///
    /// # Errors
    /// As of any write.
    pub fn clear_pending(&mut self, origin: &KeyName) -> Result<(), Error> {
        let Some(number) = self.number(origin)? else { return Ok(()) };
        self.transact(0, |db| db.execute("DELETE FROM pending WHERE log = ?1", [number])).map(drop)
    }

    /// The note with this hash.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it no longer has it.
    pub fn note(&self, hash: &[u8; 32]) -> Result<Option<StoredNote>, Error> {
        self.one_note(&format!("{SELECT} WHERE hash = ?1"), params![hash])
    }

    /// The note of a log with the largest size; among those the one with the most signature lines, and among
    /// those the one with the smallest hash. Of a log that forked it may be either side.
    ///
    /// # Errors
    /// As [`Record::note`].
    pub fn latest_note(&self, origin: &KeyName) -> Result<Option<StoredNote>, Error> {
        let note = format!("{SELECT} WHERE origin = ?1 ORDER BY note.size DESC, lines DESC, hash LIMIT 1");
        self.one_note(&note, params![origin.as_str()])
    }

    /// All notes of a log that say this size or more, the smallest first, at most `limit`.
    ///
    /// # Errors
    /// As [`Record::note`].
    pub fn notes(&self, origin: &KeyName, from_size: u64, limit: usize) -> Result<Vec<StoredNote>, Error> {
        let select = format!(
            "{SELECT} WHERE origin = ?1 AND note.size >= ?2 ORDER BY note.size, lines, hash LIMIT ?3"
        );
        let rows = self.ask(|db| {
            db.prepare_cached(&select)?
                .query_map(params![origin.as_str(), from_size, limit], NoteRow::read)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter().map(|row| self.read_note(row)).collect()
    }

    /// The largest head of a log among the notes that carry a line under one of `names` and that `holds` says are
    /// so signed. Anybody can write a line with any name.
    pub(super) fn largest_note_of(
        &self,
        origin: &KeyName,
        names: &[&KeyName],
        holds: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<SignedHead>, Error> {
        let Some(number) = self.number(origin)? else { return Ok(None) };
        let mut largest: Option<SignedHead> = None;
        for name in names {
            let line = format!("\n\u{2014} {name} ");
            let found = self.ask(|db| {
                let mut select = db.prepare_cached(
                    "SELECT size, root, bytes FROM note WHERE log = ?1 AND instr(bytes, ?2) > 0 ORDER BY size DESC",
                )?;
                let mut rows = select.query(params![number, line.as_bytes()])?;
                while let Some(row) = rows.next()? {
                    if holds(&row.get::<_, Vec<u8>>(2)?) {
                        let root = row.get::<_, StoredHash>(1)?.0;
                        return Ok(Some(SignedHead { size: row.get(0)?, root }));
                    }
                }
                Ok(None)
            })?;
            largest = largest.into_iter().chain(found).max_by_key(|head| head.size);
        }
        Ok(largest)
    }

    /// Size and root of the newest note that says at most this size, as its row says.
    pub(super) fn newest_note_within(
        &self,
        origin: &KeyName,
        size: u64,
    ) -> Result<Option<(u64, Hash)>, Error> {
        let select = format!(
            "{SELECT} WHERE origin = ?1 AND note.size <= ?2 ORDER BY note.size DESC, lines DESC, hash LIMIT 1"
        );
        let row = self.ask(|db| {
            db.prepare_cached(&select)?.query_row(params![origin.as_str(), size], NoteRow::read).optional()
        })?;
        Ok(row.map(|row| (row.size, row.root)))
    }

    /// Shows every note as it stands.
    pub(super) fn each_note(&self, mut show: impl FnMut(NoteRow)) -> Result<(), Error> {
        self.ask(|db| {
            let mut select = db.prepare(SELECT)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                show(NoteRow::read(row)?);
            }
            Ok(())
        })
    }

    fn put_parsed(&mut self, note: &ParsedNote<'_>, is_pending: bool) -> Result<[u8; 32], Error> {
        let numbers = self.number_all([&note.origin].into_iter())?;
        let number = numbers.get(&note.origin).copied().unwrap_or(LogNumber(0));
        self.transact(note.bytes.len(), |db| {
            note.insert(db, number)?;
            if is_pending { note.set_pending(db, number) } else { Ok(()) }
        })?;
        Ok(hash(note.bytes))
    }

    fn one_note(&self, select: &str, with: &[&dyn rusqlite::ToSql]) -> Result<Option<StoredNote>, Error> {
        let row = self.ask(|db| db.prepare_cached(select)?.query_row(with, NoteRow::read).optional())?;
        row.map(|row| self.read_note(row)).transpose()
    }

    /// A note that changed on disk would be served under a hash that is not its own.
    pub(super) fn read_note(&self, row: NoteRow) -> Result<StoredNote, Error> {
        let damaged = || self.damaged("a note is not what was stored");
        let parsed = ParsedNote::parse(&row.bytes).map_err(|_| damaged())?;
        let (origin, size, root, lines) = (parsed.origin, parsed.size, parsed.root, parsed.lines);
        let is_same = hash(&row.bytes) == row.hash
            && (origin.as_str(), size, root, lines) == (&row.origin, row.size, row.root, row.lines);
        if is_same {
            Ok(StoredNote { hash: row.hash, origin, size, root, lines, bytes: row.bytes })
        } else {
            Err(damaged())
        }
    }
}

impl<'a> ParsedNote<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<ParsedNote<'a>, Error> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let (size, root) = (checkpoint.size().get(), *checkpoint.root());
        Ok(ParsedNote {
            origin: checkpoint.origin().clone(),
            size,
            root,
            lines: note.signatures().len(),
            bytes,
        })
    }

    pub(super) fn insert(&self, db: &Connection, number: LogNumber) -> rusqlite::Result<()> {
        let mut insert = db.prepare_cached(
            "INSERT INTO note VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO NOTHING",
        )?;
        let hash = hash(self.bytes);
        insert.execute(params![hash, number, self.size, self.root.as_bytes(), self.lines, self.bytes])?;
        Ok(())
    }

    pub(super) fn set_pending(&self, db: &Connection, number: LogNumber) -> rusqlite::Result<()> {
        let mut insert = db.prepare_cached("INSERT OR REPLACE INTO pending VALUES (?1, ?2)")?;
        insert.execute(params![number, hash(self.bytes)])?;
        Ok(())
    }
}

/// A pending note whose entries are all here now is pending no longer.
pub(super) fn settle_pending(db: &Connection, number: LogNumber, size: u64) -> rusqlite::Result<()> {
    let mut delete = db.prepare_cached(
        "DELETE FROM pending WHERE log = ?1 AND (SELECT size FROM note WHERE hash = pending.note) <= ?2",
    )?;
    delete.execute(params![number, size])?;
    Ok(())
}

const SELECT: &str = "SELECT hash, origin, note.size, note.root, lines, bytes
    FROM note JOIN log ON log.number = note.log";

pub(super) struct NoteRow {
    pub(super) hash: [u8; 32],
    pub(super) origin: String,
    size: u64,
    root: Hash,
    lines: usize,
    pub(super) bytes: Vec<u8>,
}

impl NoteRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<NoteRow> {
        Ok(NoteRow {
            hash: row.get(0)?,
            origin: row.get(1)?,
            size: row.get(2)?,
            root: row.get::<_, StoredHash>(3)?.0,
            lines: row.get(4)?,
            bytes: row.get(5)?,
        })
    }
}
