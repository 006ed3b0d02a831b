//! Which accords may have changed since somebody looked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use detente_accord::record::RecordId;

/// A number for each accord, raised whenever it may have changed.
#[derive(Clone, Default)]
pub(super) struct Versions(Arc<Mutex<BTreeMap<RecordId, u64>>>);

impl Versions {
    pub(super) fn raise(&self, records: impl IntoIterator<Item = RecordId>) {
        // Numbers alone: whoever panicked over them left none half-way.
        let mut versions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            let version = versions.entry(record).or_default();
            *version = version.wrapping_add(1);
        }
    }

    pub(super) fn all(&self) -> BTreeMap<RecordId, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
