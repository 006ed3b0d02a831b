//! Waits until all nodes tell the same, and compares that with what was acknowledged.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::cluster::{Cluster, Desk};
use super::speaker::Said;

/// What is wrong.
#[derive(Default)]
pub(super) struct Verdict {
    /// Acknowledged notices that a node does not have, in words.
    pub(super) lost: Vec<String>,
    /// Pieces of evidence against keys, over all nodes.
    pub(super) forks: usize,
    /// Everything else.
    pub(super) findings: Vec<String>,
}

/// One node's account: by entry what it says, and when and with which content.
type Account = BTreeMap<String, (String, Value)>;

/// How long the nodes have to agree once the network is whole.
const AGREE_MAX: Duration = Duration::from_secs(120);

pub(super) fn agree_and_judge(cluster: &mut Cluster<'_>, said: &Said) -> Result<Verdict> {
    let mut verdict = Verdict { findings: cluster.ended(), ..Verdict::default() };
    if !verdict.findings.is_empty() {
        return Ok(verdict);
    }
    let begun = Instant::now();
    let accounts = loop {
        let accounts = accounts(cluster)?;
        let differ = difference(cluster, &accounts)?;
        match differ {
            None => break accounts,
            Some(differ) if begun.elapsed() > AGREE_MAX => {
                verdict.findings.push(format!("no agreement: {differ}"));
                break accounts;
            }
            Some(_) => std::thread::sleep(Duration::from_secs(1)),
        }
    };
    if verdict.findings.is_empty() {
        let entries = accounts.first().map_or(0, BTreeMap::len);
        println!("net: agreement on {entries} entries {:.1} s after healing", begun.elapsed().as_secs_f32());
    }
    verdict.lost = lost(&accounts, said);
    for node in 0..cluster.nodes() {
        evidence(&cluster.desk, node, &mut verdict)?;
    }
    Ok(verdict)
}

fn accounts(cluster: &Cluster<'_>) -> Result<Vec<Account>> {
    (0..cluster.nodes()).map(|node| account(&cluster.desk, node)).collect()
}

fn account(desk: &Desk, node: usize) -> Result<Account> {
    let shown = desk.json(node, &["record", "show"])?;
    let entries = shown["entries"].as_array().context("record show has no entries")?;
    let one = |entry: &Value| {
        let id = entry["entry"].as_str()?.to_owned();
        let says = format!("{} {} {}", entry["claimed"], entry["says"], entry["effect"]);
        // Content without a field is there for its author, and nothing for the others.
        let content = entry["content"].clone();
        Some((id, (says, if content == serde_json::json!([]) { Value::Null } else { content })))
    };
    Ok(entries.iter().filter_map(one).collect())
}

/// In what two nodes differ, or one knows of more than it has.
fn difference(cluster: &Cluster<'_>, accounts: &[Account]) -> Result<Option<String>> {
    let Some((first, others)) = accounts.split_first() else { return Ok(None) };
    if let Some(node) = others.iter().position(|other| other != first) {
        let apart = others.get(node).and_then(|other| apart(first, other)).unwrap_or_default();
        return Ok(Some(format!("nodes 1 and {}: {apart}", node + 2)));
    }
    let mut logs = None;
    for node in 0..cluster.nodes() {
        let overview = cluster.desk.json(node, &["overview"])?;
        let whole = |log: &Value| log["entries"] == log["known"] && log["unreadable"] == 0;
        if !overview["logs"].as_array().is_some_and(|logs| logs.iter().all(whole)) {
            return Ok(Some(format!("node {} knows of entries that it does not have", node + 1)));
        }
        let before = logs.get_or_insert_with(|| overview["logs"].clone());
        if *before != overview["logs"] {
            return Ok(Some(format!("node {} has logs of other sizes", node + 1)));
        }
    }
    Ok(None)
}

/// The first entry that two nodes tell differently.
fn apart(one: &Account, other: &Account) -> Option<String> {
    let entry = one.keys().chain(other.keys()).find(|entry| one.get(*entry) != other.get(*entry))?;
    let told = |account: &Account| {
        account
            .get(entry)
            .map_or_else(|| String::from("nothing"), |(says, content)| format!("{says} {content}"))
    };
    Some(format!("{entry}: {}, and {}", told(one), told(other)))
}

fn lost(accounts: &[Account], said: &Said) -> Vec<String> {
    let mut lost = Vec::new();
    for (entry, text) in &said.acknowledged {
        let content = serde_json::json!([["text", text]]);
        for (node, account) in accounts.iter().enumerate() {
            if account.get(entry).is_none_or(|(_, found)| *found != content) {
                lost.push(format!("lost on node {}: {entry}, {text}", node + 1));
            }
        }
    }
    lost
}

/// Evidence, logs that are stopped, and what does not compute.
fn evidence(desk: &Desk, node: usize, verdict: &mut Verdict) -> Result<()> {
    let evidence = desk.json(node, &["record", "evidence"])?;
    verdict.forks += evidence["evidence"].as_array().context("no evidence in the document")?.len();
    let accord = desk.json(node, &["accord", "show"])?;
    let logs = accord["logs"].as_array().context("accord show has no logs")?;
    for log in logs.iter().filter(|log| !log["frozen_at"].is_null()) {
        verdict.findings.push(format!("node {}: {} is frozen", node + 1, log["log"]));
    }
    if accord["recovering"].as_array().is_none_or(|logs| !logs.is_empty()) {
        verdict.findings.push(format!("node {}: recovering {}", node + 1, accord["recovering"]));
    }
    let fsck = desk.json(node, &["record", "fsck"])?;
    if fsck["clean"] != true {
        verdict.findings.push(format!("node {}: fsck {}", node + 1, fsck["findings"]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Said, lost};

    #[test]
    fn a_notice_that_one_node_lacks_is_lost_there() {
        let notice = (String::from("says"), json!([["text", "a"]]));
        let whole = BTreeMap::from([(String::from("cert-1/0/2"), notice)]);
        let said = Said { tried: 1, acknowledged: vec![("cert-1/0/2".into(), "a".into())] };
        assert!(lost(&[whole.clone(), whole.clone()], &said).is_empty());
        assert_eq!(lost(&[whole.clone(), BTreeMap::new()], &said), ["lost on node 2: cert-1/0/2, a"]);
        let other = Said { tried: 1, acknowledged: vec![("cert-1/0/2".into(), "b".into())] };
        assert_eq!(lost(&[whole], &other), ["lost on node 1: cert-1/0/2, b"]);
    }
}
