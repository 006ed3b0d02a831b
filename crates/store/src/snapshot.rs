//! A whole home as one sealed file, to be brought back later: databases as of one moment, and whatever else is in it.
//!
//! Never what the signer remembers having signed: a home that is brought back asks its peers before it signs. Keys
//! only where that is asked for; a second snapshot can give them back.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path};

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::export::{self, SEAL_RANDOM_BYTES};
use crate::home::Building;
use crate::keys::sync_folder;
use crate::{Access, Error, Home};

const MAGIC: &[u8; 8] = b"DETSNAP\x01";

/// Largest snapshot, unsealed: it is made and opened in memory. A larger record has `record backup`.
pub const SNAPSHOT_BYTES_MAX: usize = 1 << 30;

/// Deepest folder of a home, with room: an accord's tiles, which are not taken, are deeper.
const DEPTH_MAX: usize = 8;

/// Files that are made anew, or that only a running process needs.
const LEFT_OUT: [&str; 5] = ["lock", "signer.lock", "signer.json", "node.sock", "metrics.sock"];
/// Folders that are made anew.
const TILES: &str = "tiles";
/// Folders of keys, of the home and of each accord.
const KEYS: &str = "keys";

/// The files of a home. Wiped on drop.
pub struct Snapshot(Vec<(String, Zeroizing<Vec<u8>>)>);

impl Snapshot {
    /// Takes the files of a home whose lock is held.
    ///
    /// # Errors
    /// As of any read; [`Error::TooLarge`].
    pub fn take(home: &Home, with_keys: bool) -> Result<Snapshot, Error> {
        let mut snapshot = Snapshot(Vec::new());
        snapshot.walk(home.path(), "", with_keys, DEPTH_MAX)?;
        if snapshot.size() > SNAPSHOT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        // An entry that is in the copy has to have what it commits to: the log (`record.db`) is read before the
        // content, which the lock makes a matter of order in the file alone.
        Ok(snapshot)
    }

    fn size(&self) -> usize {
        self.0.iter().map(|(name, bytes)| name.len() + bytes.len()).sum()
    }

    /// How many files.
    pub fn files(&self) -> usize {
        self.0.len()
    }

    fn walk(&mut self, root: &Path, below: &str, with_keys: bool, depth: usize) -> Result<(), Error> {
        let folder = root.join(below);
        let failed = |error| Error::io(&folder, error);
        let mut names: Vec<_> = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>, _>>())
            .map_err(failed)?;
        names.sort();
        for name in names.iter().filter_map(|name| name.to_str()) {
            let place = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            let path = root.join(&place);
            let kind = fs::symlink_metadata(&path).map_err(|error| Error::io(&path, error))?;
            let is_left_out = name == TILES || (name == KEYS && !with_keys);
            if kind.is_dir() && !is_left_out && depth > 0 {
                self.walk(root, &place, with_keys, depth - 1)?;
            } else if kind.is_file() && !is_of_a_process(name) {
                self.0.push((place, read(&path)?));
            }
        }
        Ok(())
    }

    /// The keys of another snapshot of the same home, in place of those that are here.
    pub fn with_keys_of(mut self, other: Snapshot) -> Snapshot {
        let is_key = |place: &str| place.split('/').any(|part| part == KEYS);
        self.0.retain(|(place, _)| !is_key(place));
        self.0.extend(other.0.into_iter().filter(|(place, _)| is_key(place)));
        self
    }

    /// Seals it with a passphrase.
    ///
    /// # Errors
    /// [`Error::NotOpened`] where the cipher fails.
    pub fn seal(&self, passphrase: &str, random: [u8; SEAL_RANDOM_BYTES]) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.size() + 16 * self.0.len()));
        for (place, bytes) in &self.0 {
            for part in [place.as_bytes(), bytes.as_slice()] {
                plain.extend_from_slice(&(part.len() as u64).to_le_bytes());
                plain.extend_from_slice(part);
            }
        }
        export::seal(MAGIC, passphrase, random, &plain)
    }

    /// Opens a sealed one.
    ///
    /// # Errors
    /// [`Error::NotAnExport`], [`Error::NotOpened`].
    pub fn open(file: &[u8], passphrase: &str) -> Result<Snapshot, Error> {
        let plain = export::open(MAGIC, file, passphrase)?;
        let (mut rest, mut files) = (plain.as_slice(), Vec::new());
        while !rest.is_empty() {
            let place = part(&mut rest).and_then(|place| std::str::from_utf8(place).ok()).and_then(inside);
            let place = place.ok_or(Error::NotAnExport)?.to_owned();
            files.push((place, Zeroizing::new(part(&mut rest).ok_or(Error::NotAnExport)?.to_vec())));
        }
        Ok(Snapshot(files))
    }

    /// Makes a home of it. Nothing is left behind on failure.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::BadKeyFile`] and the like where keys are missing; those of [`Home::open`].
    pub fn restore(&self, path: &Path) -> Result<Home, Error> {
        let building = Building::begin(path)?;
        for (place, bytes) in &self.0 {
            write(path, place, bytes)?;
        }
        sync_folder(path)?;
        let home = Home::open(path, Access::Write)?;
        building.finish();
        Ok(home)
    }
}

/// Files beside a database, sockets, locks, and what was half written.
fn is_of_a_process(name: &str) -> bool {
    LEFT_OUT.contains(&name) || name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with(".tmp")
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let bytes = match path.extension().is_some_and(|extension| extension == "db") {
        true => database(path)?,
        false => fs::read(path).map_err(|error| Error::io(path, error))?,
    };
    Ok(Zeroizing::new(bytes))
}

/// A database with what its write-ahead log holds, as one file.
fn database(path: &Path) -> Result<Vec<u8>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = Connection::open_with_flags(path, flags).and_then(|mut db| Ok(db.serialize("main")?.to_vec()));
    read.map_err(|error| Error::database(path, error))
}

/// A length of eight bytes, little-endian, and so many bytes.
fn part<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk::<8>()?;
    let (part, after) = after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *rest = after;
    Some(part)
}

/// A place that stays in the folder that it is put into.
fn inside(place: &str) -> Option<&str> {
    let is_plain = Path::new(place).components().all(|part| matches!(part, Component::Normal(_)));
    (is_plain && !place.is_empty() && !place.contains('\0')).then_some(place)
}

fn write(root: &Path, place: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = root.join(place);
    let failed = |error| Error::io(&path, error);
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().mode(0o700).recursive(true).create(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{Snapshot, inside, part};

    #[test]
    fn a_place_stays_inside() {
        for place in ["", "/etc/passwd", "../x", "a/../../x", "./a", "a\0b"] {
            assert_eq!(inside(place), None, "{place:?}");
        }
        assert_eq!(inside("accords/ab/record.db"), Some("accords/ab/record.db"));
    }

    #[test]
    fn a_length_that_lies_is_refused() {
        let mut rest: &[u8] = &[255; 8];
        assert_eq!(part(&mut rest), None);
        let mut rest: &[u8] = &[1, 0, 0];
        assert_eq!(part(&mut rest), None);
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        assert!(Snapshot::open(b"DETHOME\x01 and more", "passphrase").is_err());
    }
}
