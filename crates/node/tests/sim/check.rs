//! What must hold in every run: nothing that stood is lost, no size has two roots, all agree in the end.

use std::collections::BTreeMap;

use detente_accord::record::{LogId, Position};
use detente_node::{Accord, Error};
use detente_tlog::Hash;

use crate::home::NAMES;

/// What a node holds.
pub(crate) struct View {
    logs: BTreeMap<LogId, Vec<Hash>>,
    heads: Vec<(LogId, u64, Hash)>,
    own: LogId,
    convicted: usize,
    pub(crate) digest: String,
}

impl View {
    pub(crate) fn of(accord: &Accord<'_>) -> Result<View, Error> {
        let held = accord.held();
        let hashes =
            |entries: &Vec<detente_accord::record::HeldEntry>| entries.iter().map(|e| e.hash).collect();
        Ok(View {
            logs: held.logs.iter().map(|(log, entries)| (log.clone(), hashes(entries))).collect(),
            heads: held.notes.values().map(|note| (note.log.clone(), note.size, note.root)).collect(),
            own: accord.own_log().clone(),
            convicted: accord.record().evidence_hashes()?.len(),
            digest: facts(&accord.state().digest_text()),
        })
    }

    pub(crate) fn entries(&self) -> u64 {
        self.logs.values().map(|entries| entries.len() as u64).sum()
    }

    fn holds(&self, position: &Position, hash: &Hash) -> bool {
        let entries = self.logs.get(&position.log);
        entries.and_then(|entries| entries.get(usize::try_from(position.seq).ok()?)) == Some(hash)
    }
}

/// The state without the bounds of times: between two nodes they may differ by the cosignatures of heads that were
/// followed by others at once, and count for nothing before an entry names them.
fn facts(digest: &str) -> String {
    let bare = |line: &str| line.split(" Interval ").next().unwrap_or_default().to_owned();
    digest.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// What has stood, anywhere.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Entries that their author's node told to have appended.
    said: BTreeMap<Position, Hash>,
    /// The root of each head, and whose node showed it first.
    roots: BTreeMap<(LogId, u64), (Hash, usize)>,
}

impl Ledger {
    /// Takes note of a node. Its own log must have all that it had, unless it is still to be recovered.
    pub(crate) fn look(&mut self, node: usize, view: &View, recovers: bool) -> Result<(), String> {
        self.heads(node, view)?;
        if recovers {
            return Ok(());
        }
        let own = |position: &Position| position.log.party == view.own.party;
        if let Some((lost, _)) =
            self.said.iter().find(|(position, hash)| own(position) && !view.holds(position, hash))
        {
            return Err(format!("{} lost its own entry {lost}", NAMES[node]));
        }
        for (log, entries) in view.logs.iter().filter(|(log, _)| log.party == view.own.party) {
            for (seq, hash) in (0..).zip(entries) {
                self.said.insert(Position::new(log.clone(), seq), *hash);
            }
        }
        Ok(())
    }

    fn heads(&mut self, node: usize, view: &View) -> Result<(), String> {
        for (log, size, root) in &view.heads {
            let (first, by) = *self.roots.entry((log.clone(), *size)).or_insert((*root, node));
            if first != *root {
                let (one, other) = (NAMES[by], NAMES[node]);
                return Err(format!("two roots for {size} entries of {log}: {one} has one, {other} another"));
            }
        }
        if view.convicted > 0 {
            return Err("evidence against an honest party".into());
        }
        Ok(())
    }

    /// A disk is lost, and a copy stands in its place: what no other holds is gone with it.
    pub(crate) fn forget(&mut self, node: usize, others: &[View]) {
        let is_own = |log: &LogId| log.party.as_str() == NAMES[node];
        let held = |position: &Position, hash: &Hash| others.iter().any(|view| view.holds(position, hash));
        self.said.retain(|position, hash| !is_own(&position.log) || held(position, hash));
        // Heads that it signed and showed nobody contradict nobody.
        let shown = |log: &LogId, size: u64| {
            others.iter().flat_map(|view| &view.heads).any(|head| head.0 == *log && head.1 == size)
        };
        self.roots.retain(|(log, size), _| !is_own(log) || shown(log, *size));
    }

    /// All hold all that was said, and it adds up to one state.
    pub(crate) fn end(&mut self, views: &[View]) -> Result<(), String> {
        for (node, view) in views.iter().enumerate() {
            self.look(node, view, false)?;
        }
        for (node, view) in views.iter().enumerate() {
            if let Some((lost, _)) = self.said.iter().find(|(position, hash)| !view.holds(position, hash)) {
                return Err(format!("{} does not hold {lost}", NAMES[node]));
            }
            if view.digest != views[0].digest {
                let differs = view.digest.lines().zip(views[0].digest.lines()).find(|(a, b)| a != b);
                return Err(format!("{} and a see other states: {differs:?}", NAMES[node]));
            }
        }
        Ok(())
    }
}
