//! Homes that were founded once for each number of parties, and are written out for each run.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use detente_accord::record::RecordId;

use crate::world::World;

/// The names of parties, in the order of their ids.
pub(crate) const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Homes of an accord that is open and at rest, in memory: nothing of them stays behind when the process ends.
pub(crate) struct Template {
    homes: Vec<Folder>,
    pub(crate) record: RecordId,
}

impl Template {
    /// For so many parties.
    pub(crate) fn of(nodes: usize) -> &'static Template {
        static MADE: [OnceLock<Template>; 10] = [const { OnceLock::new() }; 10];
        MADE[nodes].get_or_init(|| {
            let mut world = World::founded(&NAMES[..nodes]);
            world.exchange(3);
            let record = world.open("a").charter().record_id();
            // Closed first: what SQLite holds back is written then.
            world.parties.clear();
            let home = |name: &&str| Folder::read(&world.folder.path().join(name));
            Template { homes: NAMES[..nodes].iter().map(home).collect(), record }
        })
    }

    /// Writes the home of a party.
    pub(crate) fn copy(&self, node: usize, to: &Path) -> PathBuf {
        let path = to.join(NAMES[node]);
        self.homes[node].write(&path);
        path
    }
}

/// A folder with everything in it.
struct Folder {
    mode: u32,
    files: Vec<(String, u32, Vec<u8>)>,
    folders: Vec<(String, Folder)>,
}

impl Folder {
    fn read(path: &Path) -> Folder {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        let mut folder = Folder { mode: mode(path), files: Vec::new(), folders: Vec::new() };
        for entry in std::fs::read_dir(path).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() {
                folder.folders.push((name, Folder::read(&path)));
            } else {
                folder.files.push((name, mode(&path), std::fs::read(&path).unwrap()));
            }
        }
        folder
    }

    fn write(&self, path: &Path) {
        let set = |path: &Path, mode: u32| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        std::fs::create_dir(path).unwrap();
        set(path, self.mode);
        for (name, mode, bytes) in &self.files {
            std::fs::write(path.join(name), bytes).unwrap();
            set(&path.join(name), *mode);
        }
        self.folders.iter().for_each(|(name, folder)| folder.write(&path.join(name)));
    }
}
