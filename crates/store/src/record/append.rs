//! Appending: leaves, tree, notes and what is to be sent, in one synced transaction.

use std::collections::BTreeMap;

use detente_tlog::{ENTRY_BYTES_MAX, Hash, KeyName, TreeSize, leaf_hash, root_at};
use rusqlite::{Connection, params};

use super::edge::{Edge, GrownTile};
use super::notes::ParsedNote;
use super::outbox::Outgoing;
use super::place::{LogNumber, TILE_BYTES};
use super::{Error, LogState, Record, notes, outbox};

/// How a log grew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grown {
    /// Leaves before.
    pub old_size: u64,
    /// The root over them.
    pub old_root: Hash,
    /// Leaves now.
    pub new_size: u64,
    /// The root over them, from the leaves as they were given.
    pub new_root: Hash,
}

/// What is stored in the same transaction as leaves.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Notes, of any log.
    pub notes: &'a [&'a [u8]],
    /// A note whose entries have not all come, which takes the place of the one that was pending for its log.
    pub pending: Option<&'a [u8]>,
    /// What is to be sent.
    pub outbox: &'a [Outgoing<'a>],
}

impl Record {
    /// Appends leaves to a log, which begins with the first ones. When it returns they are on disk.
    ///
    /// # Errors
    /// [`Error::Gap`] if `first` is not the size of the log; [`Error::LeafTooLarge`]; [`Error::TooManyLogs`];
    /// [`Error::Rejected`] for a note that is not in form; [`Error::Poisoned`], [`Error::DiskFull`] and the like.
    /// Nothing was stored then.
    pub fn append(
        &mut self,
        origin: &KeyName,
        first: u64,
        leaves: &[&[u8]],
        beside: &Beside<'_>,
    ) -> Result<Grown, Error> {
        self.append_to(origin, first, leaves, beside, None)
    }

    /// Appends leaves of another party's log together with the note that covers them: one transaction. A note of
    /// exactly the new size must have the root that the leaves lead to; one of a larger size becomes, or stays,
    /// pending. A pending note that is covered now is pending no longer.
    ///
    /// # Errors
    /// [`Error::OtherRoot`] if the leaves lead elsewhere; those of [`Record::append`]. Nothing was stored then.
    pub fn store_grown(
        &mut self,
        origin: &KeyName,
        first: u64,
        leaves: &[&[u8]],
        note: &[u8],
    ) -> Result<Grown, Error> {
        let parsed = ParsedNote::parse(note)?;
        if parsed.origin != *origin {
            return Err(Error::Rejected(detente_tlog::Rejection::OtherOrigin));
        }
        let size = first + leaves.len() as u64;
        let beside = if parsed.size > size {
            Beside { notes: &[], pending: Some(note), outbox: &[] }
        } else {
            Beside { notes: &[note], pending: None, outbox: &[] }
        };
        self.append_to(origin, first, leaves, &beside, Some((parsed.size, parsed.root)))
    }

    /// The root over all leaves of a log, for the one who signs it: the leaves that came since the last check are
    /// read back from the database and hashed again, and the root must be the same from them, from the leaves as
    /// they were given, from the tiles, and in the row of the log.
    ///
    /// # Errors
    /// [`Error::Differs`] names the copy that differs: nothing may be signed. [`Error::UnknownLog`],
    /// [`Error::OpenedForReading`], [`Error::Poisoned`].
    pub fn root_checked(&mut self, origin: &KeyName) -> Result<(u64, Hash), Error> {
        self.check_writable()?;
        let unknown = || Error::UnknownLog(origin.clone());
        let state = self.state(origin)?.ok_or_else(unknown)?;
        let differs = |what| Error::Differs { origin: origin.clone(), what, place: state.size };
        let mut edge = self.edges.get(origin).cloned().ok_or_else(|| differs("the copies"))?;
        edge.catch_up(self, origin, state.size)?;
        let size = TreeSize::new(state.size)?;
        if (edge.frontier.size(), edge.frontier.root()) != (state.size, state.root) {
            return Err(differs("the root"));
        }
        if edge.checked.root() != state.root {
            return Err(differs("the leaves"));
        }
        if root_at(size, &self.tree_of(edge.number, size))? != state.root {
            return Err(differs("the tiles"));
        }
        self.edges.insert(origin.clone(), edge);
        Ok((state.size, state.root))
    }

    fn append_to(
        &mut self,
        origin: &KeyName,
        first: u64,
        leaves: &[&[u8]],
        beside: &Beside<'_>,
        due: Option<(u64, Hash)>,
    ) -> Result<Grown, Error> {
        self.check_writable()?;
        check_lengths(origin, first, leaves)?;
        let prepared = Prepared::new(beside)?;
        let mut numbers = self.number_all(prepared.origins().chain([origin]))?;
        let number = numbers.remove(origin).unwrap_or(LogNumber(0));
        let damaged = || Error::Differs { origin: origin.clone(), what: "the copies", place: first };
        let edge = self.edges.get(origin).cloned().ok_or_else(damaged)?;
        let (old_size, old_root) = (edge.frontier.size(), edge.frontier.root());
        if first != old_size {
            return Err(Error::Gap { origin: origin.clone(), size: old_size, first });
        }
        let mut next = edge;
        let tiles = next.grow(leaves.iter().map(|leaf| leaf_hash(leaf)))?;
        let (new_size, new_root) = (next.frontier.size(), next.frontier.root());
        if due.is_some_and(|(size, root)| size == new_size && root != new_root) {
            return Err(Error::OtherRoot { origin: origin.clone(), size: new_size });
        }
        numbers.insert(origin.clone(), number);
        let bytes = leaves.iter().map(|leaf| leaf.len() + ROW_BYTES).sum::<usize>() + prepared.bytes();
        self.transact(bytes, |db| {
            insert_leaves(db, number, first, leaves)?;
            insert_tiles(db, number, &tiles)?;
            advance(db, &next, old_size)?;
            prepared.insert(db, &numbers)?;
            notes::settle_pending(db, number, new_size)
        })?;
        self.edges.insert(origin.clone(), next);
        Ok(Grown { old_size, old_root, new_size, new_root })
    }

    /// The numbers of these logs; a new log gets one, which is kept even if nothing follows.
    pub(super) fn number_all<'o>(
        &mut self,
        origins: impl Iterator<Item = &'o KeyName>,
    ) -> Result<BTreeMap<KeyName, LogNumber>, Error> {
        let mut numbers = BTreeMap::new();
        for origin in origins {
            let number = match self.number(origin)? {
                Some(number) => number,
                None => self.add_log(origin)?,
            };
            numbers.insert(origin.clone(), number);
        }
        Ok(numbers)
    }

    fn add_log(&mut self, origin: &KeyName) -> Result<LogNumber, Error> {
        let count: u64 = self.ask(|db| db.query_row("SELECT count(*) FROM log", [], |row| row.get(0)))?;
        if count >= super::LOGS_MAX {
            return Err(Error::TooManyLogs);
        }
        let number = LogNumber(count + 1);
        let empty = LogState::of_empty_log(origin.clone());
        self.transact(0, |db| {
            db.execute(
                "INSERT INTO log VALUES (?1, ?2, 0, ?3, 0, x'')",
                params![number, origin.as_str(), empty.root.as_bytes()],
            )
        })?;
        self.edges.insert(origin.clone(), Edge::of_empty_log(number));
        Ok(number)
    }
}

/// Everything beside the leaves, in form.
struct Prepared<'a> {
    notes: Vec<ParsedNote<'a>>,
    pending: Option<ParsedNote<'a>>,
    outbox: &'a [Outgoing<'a>],
}

impl<'a> Prepared<'a> {
    fn new(beside: &Beside<'a>) -> Result<Prepared<'a>, Error> {
        outbox::check_lengths(beside.outbox)?;
        Ok(Prepared {
            notes: beside.notes.iter().map(|note| ParsedNote::parse(note)).collect::<Result<_, _>>()?,
            pending: beside.pending.map(ParsedNote::parse).transpose()?,
            outbox: beside.outbox,
        })
    }

    fn origins(&self) -> impl Iterator<Item = &KeyName> {
        self.notes.iter().chain(&self.pending).map(|note| &note.origin)
    }

    fn bytes(&self) -> usize {
        let notes = self.notes.iter().chain(&self.pending).map(|note| note.bytes.len());
        notes.chain(self.outbox.iter().map(|outgoing| outgoing.body.len())).sum()
    }

    fn insert(&self, db: &Connection, numbers: &BTreeMap<KeyName, LogNumber>) -> rusqlite::Result<()> {
        let number = |note: &ParsedNote<'_>| numbers.get(&note.origin).copied().unwrap_or(LogNumber(0));
        self.notes.iter().try_for_each(|note| note.insert(db, number(note)))?;
        if let Some(note) = &self.pending {
            note.insert(db, number(note))?;
            note.set_pending(db, number(note))?;
        }
        self.outbox.iter().try_for_each(|outgoing| outgoing.insert(db))
    }
}

fn check_lengths(origin: &KeyName, first: u64, leaves: &[&[u8]]) -> Result<(), Error> {
    let too_large = (first..).zip(leaves).find(|(_, leaf)| leaf.len() > ENTRY_BYTES_MAX);
    match too_large {
        Some((seq, leaf)) => Err(Error::LeafTooLarge { origin: origin.clone(), seq, bytes: leaf.len() }),
        None => Ok(()),
    }
}

fn insert_leaves(db: &Connection, number: LogNumber, first: u64, leaves: &[&[u8]]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO leaf VALUES (?1, ?2)")?;
    for (seq, leaf) in (first..).zip(leaves) {
        insert.execute(params![number.leaf(seq), leaf])?;
    }
    Ok(())
}

fn insert_tiles(db: &Connection, number: LogNumber, tiles: &[GrownTile]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO tile VALUES (?1, ?2)")?;
    for tile in tiles {
        // Always as long as a full one: SQLite then writes over it, and only those of its pages that changed.
        let mut hashes = tile.hashes.clone();
        hashes.resize(TILE_BYTES, 0);
        insert.execute(params![number.tile(tile.level, tile.index), hashes])?;
    }
    Ok(())
}

/// Compare-and-swap on the row of the log: it still has the size that memory knows.
fn advance(db: &Connection, next: &Edge, old_size: u64) -> rusqlite::Result<()> {
    let checked: Vec<u8> = next.checked.hashes().iter().flat_map(|hash| *hash.as_bytes()).collect();
    let mut update = db.prepare_cached(
        "UPDATE log SET size = ?3, root = ?4, checked_size = ?5, checked = ?6 WHERE number = ?1 AND size = ?2",
    )?;
    let changed = update.execute(params![
        next.number,
        old_size,
        next.frontier.size(),
        next.frontier.root().as_bytes(),
        next.checked.size(),
        checked,
    ])?;
    crate::home::one_row(changed)
}

/// What SQLite adds to a leaf.
const ROW_BYTES: usize = 64;
