//! Confinement of the process by the kernel: what it reports.

/// What the kernel enforces on this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Confinement {}

impl Confinement {
    /// In words.
    pub(crate) fn in_words(&self) -> String {
        "none".to_owned()
    }
}
