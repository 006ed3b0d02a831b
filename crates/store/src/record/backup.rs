//! Back-ups: copies of both databases, made beside a writer. Never keys, never the state of the signer: a back-up
//! that is restored must not sign before its peers were asked.

use std::fs;
use std::path::{Path, PathBuf};

use super::database::Database;
use super::open::{Building, CONTENT_DATABASE, RECORD_DATABASE};
use super::{Access, Error, Record, private};

impl Record {
    /// Copies the record into a new numbered folder below `to`, synced, and takes away the oldest ones beyond
    /// `keep` (at least the new one stays). Gives the new folder.
    ///
    /// The log is copied before the content, so that no entry is in the copy without what it commits to. A
    /// back-up holds salts and content: after an erasure the earlier ones are the caller's to destroy.
    ///
    /// # Errors
    /// As of any write. A back-up that was cut off stands under a name that ends in `.new`, and is taken away by
    /// the next one.
    pub fn backup(&self, to: &Path, keep: usize) -> Result<PathBuf, Error> {
        private::make_folders(to)?;
        private::refuse_open_mode(to)?;
        let made = numbered(to)?;
        let next = made.last().map_or(1, |(number, _)| number + 1);
        let (unfinished, finished) = (to.join(format!("{next:08}.new")), to.join(format!("{next:08}")));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(|error| Error::io(&unfinished, error))?;
        }
        private::make_folders(&unfinished)?;
        copy(&self.log_database, &unfinished.join(RECORD_DATABASE))?;
        copy(&self.content_database, &unfinished.join(CONTENT_DATABASE))?;
        private::sync_folder(&unfinished)?;
        fs::rename(&unfinished, &finished).map_err(|error| Error::io(&finished, error))?;
        private::sync_folder(to)?;
        let superfluous = (made.len() + 1).saturating_sub(keep.max(1));
        for (_, path) in made.iter().take(superfluous) {
            fs::remove_dir_all(path).map_err(|error| Error::io(path, error))?;
        }
        Ok(finished)
    }

    /// Makes a record at `path` from a back-up. It has no state of a signer: what was signed since the back-up
    /// must be learned from the peers. Tiles are written anew with [`Record::rebuild_tiles`].
    ///
    /// # Errors
    /// [`Error::Missing`] if `from` is no back-up; [`Error::Exists`]; those of [`Record::open`].
    pub fn restore(from: &Path, path: &Path) -> Result<Record, Error> {
        if !from.join(RECORD_DATABASE).is_file() {
            return Err(Error::Missing(from.to_owned()));
        }
        let building = Building::begin(path)?;
        for name in [RECORD_DATABASE, CONTENT_DATABASE] {
            let (from, to) = (from.join(name), building.folder().join(name));
            let mut source = fs::File::open(&from).map_err(|error| Error::io(&from, error))?;
            let mut target = private::make_file(&to)?;
            std::io::copy(&mut source, &mut target)
                .and_then(|_| private::sync(&target))
                .map_err(|error| Error::io(&to, error))?;
        }
        drop(Record::open(building.folder(), Access::Write)?);
        building.finish()?;
        Record::open(path, Access::Write)
    }
}

/// The finished back-ups below a folder, the oldest first.
fn numbered(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let failed = |error| Error::io(folder, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let number =
            entry.file_name().to_str().filter(|name| name.len() == 8).and_then(|name| name.parse().ok());
        found.extend(number.map(|number: u64| (number, entry.path())));
    }
    found.sort();
    Ok(found)
}

fn copy(database: &Database, to: &Path) -> Result<(), Error> {
    // By us first, so that it is never readable to others; SQLite takes an empty file.
    let file = private::make_file(to)?;
    let name = to.to_str().ok_or_else(|| {
        Error::io(to, std::io::Error::new(std::io::ErrorKind::InvalidFilename, "the path is not UTF-8"))
    })?;
    database.ask(|db| db.execute("VACUUM INTO ?1", [name]))?;
    private::sync(&file).map_err(|error| Error::io(to, error))
}
