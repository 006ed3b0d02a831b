//! What the tests leave for the independent verifiers: every log that a world ends with, as a bundle.

use std::fs;
use std::path::Path;

use detente_accord::record::LogId;
use detente_node::{Access, Accord, Disclose, Wanted};

use crate::world::World;

/// Where the bundles go; without it nothing is left.
const FOLDER: &str = "DETENTE_TEST_BUNDLES";

impl Drop for World {
    fn drop(&mut self) {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        // A test that failed has something else to say.
        if !std::thread::panicking() {
            self.leave(Path::new(&folder));
        }
    }
}

impl World {
    fn leave(&self, folder: &Path) {
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        for (name, party) in &self.parties {
            let Ok(accord) = Accord::open(&party.home, &party.path, Access::Read) else { continue };
            let Ok(bundle) = accord.bundle(&everything(&accord)) else { continue };
            let file = folder.join(format!("node-{test}-{name}"));
            let record = accord.charter().record_id();
            fs::write(file.with_extension("tar"), bundle).unwrap();
            fs::write(file.with_extension("accord"), format!("{record}\n")).unwrap();
        }
    }
}

/// All entries of all logs, up to their newest heads, with all that is known of them.
fn everything(accord: &Accord<'_>) -> Wanted {
    let notes = || accord.held().notes.values();
    let logs = accord.held().logs.keys();
    let signed = |log: &LogId| notes().filter(|note| note.log == *log).map(|note| note.size).max();
    let size = |log: &LogId| signed(log).unwrap_or(0).min(accord.held().size(log));
    Wanted {
        ranges: logs.map(|log| (log.clone(), 0, size(log))).filter(|(.., size)| *size > 0).collect(),
        evidence: accord.record().evidence_hashes().unwrap_or_default(),
        disclose: Disclose::Everything,
        ..Wanted::default()
    }
}
