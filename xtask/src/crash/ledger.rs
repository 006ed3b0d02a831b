//! What the driver was told is done, over all its runs on one folder.

use std::collections::{BTreeMap, BTreeSet};

/// What is known of the content of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    Stored,
    /// Its erasure began.
    Either,
    Erased,
}

/// What must be there.
#[derive(Default)]
pub(super) struct Ledger {
    /// Root by log and size, as appended.
    acked: BTreeMap<(String, u64), String>,
    /// Root by log and size, as signed.
    signed: BTreeMap<(String, u64), String>,
    /// Entries whose content was stored.
    fields: BTreeMap<u64, Content>,
    faults: Vec<String>,
}

impl Ledger {
    /// Takes what a run printed.
    pub(super) fn take(&mut self, printed: &[u8]) {
        let printed = String::from_utf8_lossy(printed);
        // A line without its end was not told.
        let complete = printed.rfind('\n').map_or("", |end| printed.split_at(end).0);
        for line in complete.lines() {
            self.line(line);
        }
    }

    /// Takes one line of a run.
    pub(super) fn line(&mut self, line: &str) {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["acked", log, size, root] => self.head(false, log, size, root),
            ["signed", log, size, root] => self.head(true, log, size, root),
            ["field", seq] => self.content(seq, Content::Stored),
            ["erasing", seq] => self.content(seq, Content::Either),
            ["erased", seq] => self.content(seq, Content::Erased),
            ["backup"] | ["failed", ..] => {}
            _ => self.faults.push(format!("the driver said {line:?}")),
        }
    }

    fn content(&mut self, seq: &str, content: Content) {
        self.fields.insert(seq.parse().unwrap_or(u64::MAX), content);
    }

    fn head(&mut self, is_signed: bool, log: &str, size: &str, root: &str) {
        let place = (log.to_owned(), size.parse().unwrap_or(u64::MAX));
        let heads = if is_signed { &mut self.signed } else { &mut self.acked };
        let before = heads.insert(place, root.to_owned());
        if before.is_some_and(|before| before != root) {
            self.faults.push(format!("two roots for {log} at {size}, signed: {is_signed}"));
        }
    }

    /// What is missing in what a check found, or should not be there.
    pub(super) fn compare(&self, found: &str) -> Vec<String> {
        let mut lost = self.faults.clone();
        let (mut roots, mut fields) = (BTreeMap::new(), BTreeSet::new());
        for line in found.lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["root", log, size, root] => {
                    roots.insert(((*log).to_owned(), size.parse().unwrap_or(u64::MAX)), (*root).to_owned());
                }
                ["field", seq] => drop(fields.insert(seq.parse().unwrap_or(u64::MAX))),
                _ => lost.push(line.to_owned()),
            }
        }
        for ((log, size), root) in self.acked.iter().chain(&self.signed) {
            if roots.get(&(log.clone(), *size)) != Some(root) {
                lost.push(format!("{log} at {size}"));
            }
        }
        let differs = |(seq, content): &(&u64, &Content)| match content {
            Content::Stored => !fields.contains(*seq),
            Content::Either => false,
            Content::Erased => fields.contains(*seq),
        };
        let contents = self.fields.iter().filter(differs);
        lost.extend(contents.map(|(seq, content)| format!("content of {seq}: {content:?}")));
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(told: &str, found: &str, due: &[&str]) {
        let mut ledger = Ledger::default();
        ledger.take(told.as_bytes());
        assert_eq!(ledger.compare(found), due, "{told} / {found}");
    }

    #[test]
    fn what_was_told_must_be_there() {
        check("acked a 1 x\nsigned a 1 x\n", "root a 0 e\nroot a 1 x\nroot a 2 y\n", &[]);
        check("acked a 1 x\n", "root a 0 e\n", &["a at 1"]);
        check("acked a 1 x\n", "root a 1 y\n", &["a at 1"]);
        check("acked a 1 x\nacked a 2", "root a 1 x\n", &[]);
        check("field 0\nfield 1\nerased 0\n", "field 1\n", &[]);
        check("field 0\nfield 1\nerased 0\n", "field 0\nfield 1\n", &["content of 0: Erased"]);
        check("field 0\nfield 1\n", "field 1\n", &["content of 0: Stored"]);
        check("field 0\nerasing 0\n", "", &[]);
        check("", "recovering no-state\n", &["recovering no-state"]);
    }

    #[test]
    fn two_roots_of_one_size_are_never_forgotten() {
        check("signed a 1 x\nsigned a 1 y\n", "root a 1 y\n", &["two roots for a at 1, signed: true"]);
    }
}
