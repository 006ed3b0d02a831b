//! A log as static files of C2SP tlog-tiles: derived from the database, and written after it.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use detente_tlog::{EntryBundle, KeyName, TileKind, TilePath, TreeSize, grown_tiles};

use super::files::hash;
use super::notes::ParsedNote;
use super::place::LogNumber;
use super::{Error, Record, private};

const FOLDER: &str = "tiles";
const CHECKPOINT: &str = "checkpoint";

impl Record {
    /// Where the files of a log stand: under the hex SHA-256 of its origin, as mirrors serve them, so that no
    /// origin makes a path.
    pub fn tiles_folder(&self, origin: &KeyName) -> PathBuf {
        let hash = detente_tlog::Hash::from_bytes(hash(origin.as_str().as_bytes()));
        self.path().join(FOLDER).join(hash.to_string())
    }

    /// Writes the tiles and entry bundles that the log has and its folder has not, synced, and gives the size that
    /// they are complete for.
    ///
    /// # Errors
    /// [`Error::UnknownLog`]; as of any write.
    pub fn write_tiles(&mut self, origin: &KeyName) -> Result<u64, Error> {
        self.check_writable()?;
        let from = match self.tiles_sizes.get(origin) {
            Some(size) => *size,
            None => self.published(origin)?.map_or(0, |(size, _)| size),
        };
        self.write_tiles_from(origin, from)
    }

    /// Writes all files of a log again.
    ///
    /// # Errors
    /// As [`Record::write_tiles`].
    pub fn rebuild_tiles(&mut self, origin: &KeyName) -> Result<u64, Error> {
        self.check_writable()?;
        self.write_tiles_from(origin, 0)
    }

    /// Makes a note the log's checkpoint file, after the tiles it covers were written.
    ///
    /// # Errors
    /// [`Error::OtherRoot`] if the note says another root than the leaves here; [`Error::Rejected`] for a note of
    /// another log or of leaves that are not here; as of any write.
    pub fn write_checkpoint(&mut self, origin: &KeyName, note: &[u8]) -> Result<(), Error> {
        let parsed = ParsedNote::parse(note)?;
        if parsed.origin != *origin {
            return Err(detente_tlog::Rejection::OtherOrigin.into());
        }
        if self.root_at(origin, parsed.size)? != parsed.root {
            return Err(Error::OtherRoot { origin: origin.clone(), size: parsed.size });
        }
        self.write_tiles(origin)?;
        let older = self.published(origin)?.map_or(0, |(size, _)| size);
        let folder = self.tiles_folder(origin);
        make_folder(&folder, &mut BTreeSet::new())?;
        private::replace(&folder.join(CHECKPOINT), note)?;
        self.remove_superfluous(origin, older, parsed.size)
    }

    /// Takes away the partial tiles of sizes that full tiles cover now.
    fn remove_superfluous(&self, origin: &KeyName, older: u64, newer: u64) -> Result<(), Error> {
        let (older, newer) = (TreeSize::new(older.min(newer))?, TreeSize::new(newer)?);
        for path in grown_tiles(older, newer).filter(|path| path.is_full()) {
            let mut partial = self.tile_file(origin, path).into_os_string();
            partial.push(".p");
            // One that stays does no harm.
            let _ = fs::remove_dir_all(partial);
        }
        Ok(())
    }

    /// The checkpoint file of a log: the size it says, and its bytes. `None` if there is none, or it is not in form.
    pub(super) fn published(&self, origin: &KeyName) -> Result<Option<(u64, Vec<u8>)>, Error> {
        let bytes = read(&self.tiles_folder(origin).join(CHECKPOINT))?;
        let size = |bytes: &[u8]| ParsedNote::parse(bytes).ok().map(|note| note.size);
        Ok(bytes.and_then(|bytes| Some((size(&bytes)?, bytes))))
    }

    /// Where a tile stands.
    pub(super) fn tile_file(&self, origin: &KeyName, path: TilePath) -> PathBuf {
        self.tiles_folder(origin).join(path.to_string())
    }

    fn write_tiles_from(&mut self, origin: &KeyName, from: u64) -> Result<u64, Error> {
        let unknown = || Error::UnknownLog(origin.clone());
        let state = self.state(origin)?.ok_or_else(unknown)?;
        let number = self.number(origin)?.ok_or_else(unknown)?;
        let (older, newer) = (TreeSize::new(from.min(state.size))?, TreeSize::new(state.size)?);
        let (mut files, mut folders) = (Vec::new(), BTreeSet::new());
        for path in grown_tiles(older, newer) {
            let file = self.tile_file(origin, path);
            make_folder(private::folder_of(&file), &mut folders)?;
            private::write_beside(&file, &self.tile_bytes(number, path)?)?;
            folders.insert(private::folder_of(&file).to_owned());
            files.push(file);
        }
        files.iter().try_for_each(|file| private::put_in_place(file))?;
        folders.iter().try_for_each(|folder| private::sync_folder(folder))?;
        self.tiles_sizes.insert(origin.clone(), state.size);
        Ok(state.size)
    }

    /// The bytes of a tile or an entry bundle, from the database.
    fn tile_bytes(&self, number: LogNumber, path: TilePath) -> Result<Vec<u8>, Error> {
        let short = || self.damaged("a tile is too short");
        match path.kind() {
            TileKind::Hashes(level) => {
                let stored = self.tile(number, level, path.index())?.unwrap_or_default();
                Ok(stored.get(..32 * path.width()).ok_or_else(short)?.to_vec())
            }
            TileKind::Entries => {
                let (first, mut leaves) = (path.index() << 8, Vec::new());
                self.each_leaf(number, first, first + path.width() as u64, |_, leaf| {
                    leaves.push(leaf.to_vec());
                    Ok(())
                })?;
                let leaves: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
                if leaves.len() != path.width() {
                    return Err(short());
                }
                Ok(EntryBundle::new(leaves)?.to_bytes())
            }
        }
    }
}

/// Makes a folder and those above it; the folders that got a new name in them are to be synced.
fn make_folder(folder: &Path, to_sync: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = private::folder_of(folder);
    make_folder(above, to_sync)?;
    private::make_folders(folder)?;
    to_sync.insert(above.to_owned());
    Ok(())
}

/// A whole file; `None` if there is none.
pub(super) fn read(file: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::io(file, error)),
    }
}
