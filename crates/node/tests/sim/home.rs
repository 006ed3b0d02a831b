//! Homes that were founded once for each number of parties, and are copied for each run.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use detente_accord::record::RecordId;

use crate::world::World;

/// The names of parties, in the order of their ids.
pub(crate) const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Homes of an accord that is open and at rest.
pub(crate) struct Template {
    folder: tempfile::TempDir,
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
            Template { folder: world.folder, record }
        })
    }

    /// Copies the home of a party.
    pub(crate) fn copy(&self, node: usize, to: &Path) -> PathBuf {
        let path = to.join(NAMES[node]);
        crate::world::copy_folder(&self.folder.path().join(NAMES[node]), &path);
        path
    }
}
