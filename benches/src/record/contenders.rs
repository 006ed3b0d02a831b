//! What takes entries, durably.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use detente_store::record::{Beside, LogSeeds, NewRecord, Outgoing, Record, Signer, SignerSeeds};
use detente_tlog::{Checkpoint, CosignTime, KeyName, TreeSize};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

pub(super) trait Contender {
    fn name(&self) -> &str;

    /// Takes entries; they are on disk when it returns.
    fn append(&mut self, batch: &[&[u8]]) -> Result<()>;

    /// Whether it syncs so many files that fewer batches tell as much.
    fn is_slow(&self) -> bool {
        false
    }
}

/// Appends to a file, and fdatasync.
pub(super) struct PlainFile(File);

impl PlainFile {
    pub(super) fn new(folder: &Path) -> Result<PlainFile> {
        Ok(PlainFile(OpenOptions::new().create(true).append(true).open(folder.join("plain"))?))
    }
}

impl Contender for PlainFile {
    fn name(&self) -> &str {
        "plain file + fdatasync"
    }

    fn append(&mut self, batch: &[&[u8]]) -> Result<()> {
        self.0.write_all(&batch.concat())?;
        Ok(self.0.sync_data()?)
    }
}

/// The entries as rows of one table, and nothing else.
pub(super) struct SqliteAlone(Connection);

impl SqliteAlone {
    pub(super) fn new(folder: &Path) -> Result<SqliteAlone> {
        let connection = Connection::open(folder.join("alone.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection
            .execute_batch("CREATE TABLE entry (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")?;
        Ok(SqliteAlone(connection))
    }
}

impl Contender for SqliteAlone {
    fn name(&self) -> &str {
        "SQLite alone"
    }

    fn append(&mut self, batch: &[&[u8]]) -> Result<()> {
        let transaction = self.0.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO entry (bytes) VALUES (?1)")?;
        for entry in batch {
            insert.execute([entry])?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }
}

/// The record: leaves, hashes, tree, outbox.
pub(super) struct Store {
    pub(super) record: Record,
    name: String,
    size: u64,
}

impl Store {
    pub(super) fn new(folder: &Path, name: &str) -> Result<Store> {
        let path = folder.join(name.replace(' ', "-"));
        Ok(Store { record: create(&path)?, name: name.to_owned(), size: 0 })
    }
}

impl Contender for Store {
    fn name(&self) -> &str {
        &self.name
    }

    fn append(&mut self, batch: &[&[u8]]) -> Result<()> {
        let outbox = [Outgoing { recipient: "b", kind: "entries", body: &self.size.to_be_bytes() }];
        let beside = Beside { outbox: &outbox, ..Beside::default() };
        self.size = self.record.append(&origin()?, self.size, batch, &beside)?.new_size;
        Ok(())
    }
}

/// The record, the check before signing, the state of the signer, the signatures, the note kept.
pub(super) struct Signing {
    store: Store,
    signer: Signer,
}

impl Signing {
    pub(super) fn new(folder: &Path, name: &str, with_ml_dsa: bool) -> Result<Signing> {
        let store = Store::new(folder, name)?;
        let ml_dsa_44 = with_ml_dsa.then_some([2; 32]);
        let log = LogSeeds { origin: origin()?, ed25519: [1; 32], ml_dsa_44 };
        let seeds = SignerSeeds { logs: vec![log], mirror: None, witness: None };
        let signer = Signer::open(store.record.path(), &seeds, &store.record)?;
        Ok(Signing { store, signer })
    }
}

impl Contender for Signing {
    fn name(&self) -> &str {
        self.store.name()
    }

    fn append(&mut self, batch: &[&[u8]]) -> Result<()> {
        let (old, origin) = (self.store.size, origin()?);
        self.store.append(batch)?;
        let record = &mut self.store.record;
        let (size, root) = record.root_checked(&origin)?;
        let proof = record.consistency_proof(&origin, old, size)?;
        let head = Checkpoint::new(origin, TreeSize::new(size)?, root)?;
        let note = self.signer.sign_head(old, &head, &proof, CosignTime::new(1_790_000_000)?)?;
        record.put_note(&note)?;
        Ok(())
    }
}

/// The record, and its static files after each batch.
pub(super) struct StoreWithTiles(Store);

impl StoreWithTiles {
    pub(super) fn new(folder: &Path) -> Result<StoreWithTiles> {
        Ok(StoreWithTiles(Store::new(folder, "store + tiles")?))
    }
}

impl Contender for StoreWithTiles {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn append(&mut self, batch: &[&[u8]]) -> Result<()> {
        self.0.append(batch)?;
        self.0.record.write_tiles(&origin()?)?;
        Ok(())
    }

    fn is_slow(&self) -> bool {
        true
    }
}

pub(super) fn create(path: &Path) -> Result<Record> {
    let charter = b"{}";
    let record_id = Sha256::digest(charter).into();
    Ok(Record::create(path, &NewRecord { record_id, charter, instance: [0; 16] })?)
}

pub(super) fn origin() -> Result<KeyName> {
    Ok(KeyName::parse("accord.example/r/0123456789abcdef0123456789abcdef/a/0")?)
}
