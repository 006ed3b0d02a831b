//! Invariant A8, the part a text can show: no queue without a limit.

use super::Finding;
use super::rust::find_word;
use super::tree::{Tree, line_at};

/// Calls that, without an argument, make a queue without a limit.
const UNBOUNDED: [&str; 4] = ["mpsc::channel", "unbounded_channel", "channel::unbounded", "unbounded"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, scanned) in tree.rust() {
        for name in UNBOUNDED {
            for at in find_word(&scanned.code, name) {
                let (after, line) = (&scanned.code[at + name.len()..], line_at(&file.text, at));
                let called = is_call_without_arguments(after);
                let same = |finding: &Finding| finding.path == file.path && finding.line == line;
                if called && !findings.iter().any(same) {
                    let detail = format!("{name} has no limit: use a bounded channel");
                    findings.push(Finding { rule: "channels", path: file.path.clone(), line, detail });
                }
            }
        }
    }
    findings
}

/// `()`, maybe behind types. A bounded channel takes its bound.
fn is_call_without_arguments(after: &str) -> bool {
    let types = if after.starts_with("::<") { after.find(">(").map_or(0, |at| at + 1) } else { 0 };
    after[types..].strip_prefix('(').is_some_and(|arguments| arguments.trim_start().starts_with(')'))
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn check(text: &str, due: usize) {
        assert_eq!(found(super::check, &[("crates/node/src/lib.rs", text)]).len(), due, "{text}");
    }

    #[test]
    fn refuses_queues_without_a_limit() {
        check("let (a, b) = mpsc::channel();", 1);
        check("let (a, b) = std::sync::mpsc::channel::<u8>();", 1);
        check("let (a, b) = tokio::sync::mpsc::unbounded_channel();", 1);
        check("let (a, b) = crossbeam_channel::unbounded();", 1);
        check("let (a, b) = std::sync::mpsc::channel::<(u8, Vec<u8>)>();", 1);
        check("let (a, b) = tokio::sync::mpsc::channel(16);", 0);
        check("let (a, b) = mpsc::channel::<Event>(\n    EVENTS_MAX,\n);", 0);
        check("let (a, b) = mpsc::sync_channel(16); // not mpsc::channel()", 0);
        check("let unbounded = true;", 0);
    }
}
