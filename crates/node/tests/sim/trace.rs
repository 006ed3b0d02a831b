//! What happened, line by line, and the hash over it: two runs of one seed give the same.

use sha2::{Digest, Sha256};

/// A trace.
pub(crate) struct Trace {
    hash: Sha256,
    /// Kept only where somebody will read them.
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn new(keep: bool) -> Trace {
        Trace { hash: Sha256::new(), lines: keep.then(Vec::new) }
    }

    pub(crate) fn line(&mut self, now: u64, what: &dyn std::fmt::Display) {
        let line = format!("{now:>8} {what}");
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    pub(crate) fn end(self) -> (String, Vec<String>) {
        let digits = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        (digits[..16].to_owned(), self.lines.unwrap_or_default())
    }
}

/// A few digits for bytes, enough to tell whether they differ.
pub(crate) fn mark(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
