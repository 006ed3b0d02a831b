//! Somebody at every desk who says one thing after the other, and keeps what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::cluster::{Cluster, Desk};

/// What was said.
#[derive(Default)]
pub(super) struct Said {
    pub(super) tried: usize,
    /// Entry and text of each notice whose command ended with 0.
    pub(super) acknowledged: Vec<(String, String)>,
}

#[derive(Default)]
struct Shared {
    is_over: AtomicBool,
    tried: AtomicUsize,
    acknowledged: AtomicUsize,
}

pub(super) struct Speakers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<Vec<(String, String)>>>,
}

impl Speakers {
    pub(super) fn begin(cluster: &Cluster<'_>) -> Speakers {
        let shared = Arc::new(Shared::default());
        let speak = |node| {
            let (desk, shared) = (cluster.desk.clone(), Arc::clone(&shared));
            std::thread::spawn(move || speak(&desk, node, &shared))
        };
        let threads = (0..cluster.nodes()).map(speak).collect();
        Speakers { shared, threads }
    }

    /// How many were tried and acknowledged so far.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.shared.tried.load(Ordering::Relaxed), self.shared.acknowledged.load(Ordering::Relaxed))
    }

    /// They finish what they say, and stop.
    pub(super) fn end(self) -> Said {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let acknowledged = self.threads.into_iter().filter_map(|thread| thread.join().ok()).flatten();
        let acknowledged = acknowledged.collect();
        Said { tried: self.shared.tried.load(Ordering::Relaxed), acknowledged }
    }
}

fn speak(desk: &Desk, node: usize, shared: &Shared) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    for number in 1.. {
        if shared.is_over.load(Ordering::Relaxed) {
            break;
        }
        shared.tried.fetch_add(1, Ordering::Relaxed);
        let text = format!("notice {number} of node {}", node + 1);
        if let Some(entry) = say(desk, node, &text) {
            shared.acknowledged.fetch_add(1, Ordering::Relaxed);
            acknowledged.push((entry, text));
        }
        std::thread::sleep(PAUSE);
    }
    acknowledged
}

/// The entry that says it, if the command ended with 0.
fn say(desk: &Desk, node: usize, text: &str) -> Option<String> {
    let issue = ["notice", "issue", "--kind", "early-warning", "--known-since", "2026-01-01T00:00Z"];
    let output =
        desk.command(node, &[&issue[..], &["--text", text, "--yes", "--json"]].concat()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let document: Value = serde_json::from_slice(&output.stdout).ok()?;
    // An answer without an entry would be a loss as well: it names no entry that any node has.
    Some(document["entry"].as_str().unwrap_or("no entry").to_owned())
}

/// Between two notices of a node.
const PAUSE: Duration = Duration::from_millis(400);
