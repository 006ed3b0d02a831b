//! Records in scratch folders, and logs to keep in them.

use std::path::{Path, PathBuf};

use detente_store::record::{
    Access, Beside, CosignerSeeds, Error, LogSeeds, NewRecord, Record, Signer, SignerSeeds,
};
use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, Hash, KeyName, LogKey, MemoryTree, TreeSize, leaf_hash,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

pub(crate) const CHARTER: &[u8] = br#"{"example":true}"#;
pub(crate) const INSTANCE: [u8; 16] = [7; 16];

pub(crate) const NOTHING: Beside<'_> = Beside { notes: &[], pending: None, outbox: &[] };

/// A scratch folder with a record in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        let place = Place { folder: TempDir::new().unwrap() };
        drop(Record::create(&place.path(), &new_record()).unwrap());
        place
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("record")
    }

    pub(crate) fn open(&self) -> Record {
        Record::open(&self.path(), Access::Write).unwrap()
    }
}

pub(crate) fn new_record() -> NewRecord<'static> {
    NewRecord { record_id: Sha256::digest(CHARTER).into(), charter: CHARTER, instance: INSTANCE }
}

pub(crate) fn origin(party: &str) -> KeyName {
    KeyName::parse(&format!("accord.example/r/0123456789abcdef0123456789abcdef/{party}/0")).unwrap()
}

pub(crate) fn mirror(party: &str) -> KeyName {
    KeyName::parse(&format!("accord.example/m/0123456789abcdef0123456789abcdef/{party}/0")).unwrap()
}

/// A leaf of its own length and bytes.
pub(crate) fn leaf(seq: u64) -> Vec<u8> {
    let unit = format!("leaf {seq} ");
    unit.repeat(1 + seq as usize % 40).into_bytes()
}

pub(crate) fn leaves(first: u64, end: u64) -> Vec<Vec<u8>> {
    (first..end).map(leaf).collect()
}

pub(crate) fn borrowed(leaves: &[Vec<u8>]) -> Vec<&[u8]> {
    leaves.iter().map(Vec::as_slice).collect()
}

/// Appends the leaves up to `end`.
pub(crate) fn fill(record: &mut Record, origin: &KeyName, end: u64) {
    let first = record.state(origin).unwrap().map_or(0, |state| state.size);
    record.append(origin, first, &borrowed(&leaves(first, end)), &NOTHING).unwrap();
}

/// The tree over the first leaves, made by other code than the store's.
pub(crate) fn tree(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    (0..size).for_each(|seq| tree.append(leaf_hash(&leaf(seq))).unwrap());
    tree
}

pub(crate) fn checkpoint(origin: &KeyName, size: u64, root: Hash) -> Checkpoint {
    Checkpoint::new(origin.clone(), TreeSize::new(size).unwrap(), root).unwrap()
}

pub(crate) fn log_key(party: &str) -> LogKey {
    LogKey::from_seed(origin(party), &[party.as_bytes()[0]; 32]).unwrap()
}

/// A note of this size and root, cosigned by so many.
pub(crate) fn note(party: &str, size: u64, root: Hash, cosigners: u8) -> Vec<u8> {
    let checkpoint = checkpoint(&origin(party), size, root);
    let mut note = log_key(party).sign(&checkpoint).unwrap();
    for number in 0..cosigners {
        let name = mirror(&format!("m{number}"));
        let key = CosignerKey::ed25519(name, &[100 + number; 32]).unwrap();
        note += &key.cosign(&checkpoint, CosignTime::new(1_790_000_000).unwrap());
    }
    note.into_bytes()
}

/// Asserts the name of what was refused.
pub(crate) fn check<T>(result: Result<T, Error>, name: &str) {
    assert_eq!(result.err().map(|error| error.name()), Some(name));
}

/// Every file below a folder, with its bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

/// The seeds of party `party`, whose log is signed with Ed25519 alone.
pub(crate) fn seeds(party: &str) -> SignerSeeds {
    let seed = party.as_bytes()[0];
    SignerSeeds {
        logs: vec![LogSeeds { origin: origin(party), ed25519: [seed; 32], ml_dsa_44: None }],
        mirror: Some(CosignerSeeds { name: mirror(party), ed25519: [seed + 100; 32], ml_dsa_44: None }),
        witness: None,
    }
}

pub(crate) fn time() -> CosignTime {
    CosignTime::new(1_790_000_000).unwrap()
}

/// Signs the head of party `party` at the size the record has, after all checks, and keeps the note.
pub(crate) fn sign(signer: &mut Signer, record: &mut Record, party: &str) -> Result<Vec<u8>, Error> {
    let origin = origin(party);
    let (size, root) = record.root_checked(&origin)?;
    let old = signer.signed(&origin).map_or(0, |head| head.size);
    let proof = record.consistency_proof(&origin, old.min(size), size)?;
    let note = signer.sign_head(old, &checkpoint(&origin, size, root), &proof, time())?;
    record.put_note(&note)?;
    Ok(note)
}
