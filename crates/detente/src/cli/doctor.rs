//! `detente doctor`: what is well with this home and its node, what is not, and the next step of each.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use detente_store::record::{Access as RecordAccess, Depth, Record};
use detente_store::{Access, Home};
use serde::Serialize;
use serde_json::json;

use super::config::FileFlag;
use super::{Context, say};
use crate::config::Config;
use crate::control::{self, Answer, Request, Status};
use crate::exit::{Exit, Failure};
use crate::{clock, homes};

/// Look over this home and its node: clock, files, disk, peers, records; each finding with its next step
#[derive(Args)]
#[command(after_help = "Examples:
  detente doctor
  detente doctor --json --config ./detente.toml

Exit code 0 if nothing is amiss, 1 if something is.")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    file: FileFlag,
}

/// How a thing is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Well.
    Well,
    /// Works, and could be better.
    Note,
    /// Amiss.
    Amiss,
}

#[derive(Serialize)]
struct Finding {
    /// What was looked at.
    what: &'static str,
    state: State,
    /// What was found.
    says: String,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Free space below which a disk counts as full: SECURITY's watermark.
const FREE_PERCENT_MIN: u64 = 5;
/// Free space below which no percentage counts: the largest act and its write-ahead log.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// How long a node may take to answer.
const WAIT: Duration = Duration::from_secs(10);
/// Before this a clock is wrong: 2026-11-01, when this program was not there yet.
const EARLIEST_MS: u64 = 1_793_491_200_000;

pub(crate) fn run(args: &DoctorArgs, context: &Context) -> Result<Exit, Failure> {
    let place = homes::place(context.home.as_deref())?;
    let mut found = vec![clock_is(), configuration(args, &place), modes(&place), disk(&place)];
    match Home::open(&place, Access::Read) {
        Err(error) => found.push(amiss("home", error.to_string(), error.hint())),
        Ok(home) => {
            found.push(well("home", format!("of {}, at {}", home.card().id(), place.display())));
            found.extend(records(&home));
            found.extend(node(&home, &place));
        }
    }
    let is_well = found.iter().all(|finding| finding.state != State::Amiss);
    let document = json!({ "schema": "detente.doctor.v1", "well": is_well, "findings": found });
    say(context, &document, &words(&found))?;
    Ok(if is_well { Exit::Done } else { Exit::Negative })
}

fn words(found: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let mark = match finding.state {
            State::Well => "well ",
            State::Note => "note ",
            State::Amiss => "AMISS",
        };
        let next = finding.next.as_ref().map_or_else(String::new, |next| format!("\n{:22}next: {next}", ""));
        format!("{mark}  {:<13}  {}{next}", finding.what, finding.says)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn well(what: &'static str, says: impl Into<String>) -> Finding {
    Finding { what, state: State::Well, says: says.into(), next: None }
}

fn note(what: &'static str, says: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { what, state: State::Note, says: says.into(), next: Some(next.into()) }
}

fn amiss(what: &'static str, says: impl Into<String>, next: Option<impl Into<String>>) -> Finding {
    Finding { what, state: State::Amiss, says: says.into(), next: next.map(Into::into) }
}

fn clock_is() -> Finding {
    let now = clock::now();
    let says = clock::in_words(now);
    match now.0 < EARLIEST_MS {
        true => {
            amiss("clock", format!("{says}: before this program was there"), Some("set the clock, by NTP"))
        }
        false => well("clock", says),
    }
}

fn configuration(args: &DoctorArgs, home: &Path) -> Finding {
    let checked = args.file.sources().and_then(|(raw, file)| {
        Config::check(&raw, home, file.as_deref()).map(|_| file).map_err(Failure::from)
    });
    match checked {
        Ok(Some(file)) => well("configuration", format!("{} fits", file.display())),
        Ok(None) => well("configuration", "no file; the defaults"),
        Err(failure) => amiss("configuration", failure.message, failure.hint),
    }
}

/// Files of the home that others than its owner can reach.
fn modes(home: &Path) -> Finding {
    let mut open = Vec::new();
    walk(home, 4, &mut |path, mode| {
        if mode & 0o077 != 0 {
            open.push(path.to_owned());
        }
    });
    // A folder that only its owner can enter shuts what is in it.
    let is_shut = fs::metadata(home).is_ok_and(|folder| folder.permissions().mode() & 0o077 == 0);
    match open.first() {
        Some(path) if !is_shut => {
            let next = "chmod -R go= on the home, then think about who may have read its keys";
            amiss("files", format!("{} can be reached by others", path.display()), Some(next))
        }
        _ => well("files", "the owner's alone"),
    }
}

fn walk(path: &Path, depth: usize, visit: &mut impl FnMut(&Path, u32)) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    visit(path, metadata.permissions().mode());
    if metadata.is_dir() && depth > 0 {
        let below: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        below.iter().for_each(|path| walk(path, depth - 1, visit));
    }
}

fn disk(home: &Path) -> Finding {
    let Ok(disk) = rustix::fs::statvfs(home) else {
        return note("disk", "cannot be asked", "look at the free space yourself");
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let percent = disk.f_bavail.saturating_mul(100).checked_div(disk.f_blocks).unwrap_or(100);
    let says = format!("{} MiB free ({percent} %)", free >> 20);
    match percent < FREE_PERCENT_MIN && free < FREE_BYTES_MIN {
        true => amiss("disk", says, Some("make room: a node stops taking entries on a full disk")),
        false => well("disk", says),
    }
}

/// Each accord: its bytes, and whether it may be signed.
fn records(home: &Home) -> Vec<Finding> {
    let accords = match detente_node::list(home) {
        Ok(accords) => accords,
        Err(error) => return vec![amiss("records", error.to_string(), Some("detente record fsck"))],
    };
    let checked = accords.iter().map(|found| {
        let name = found.record.to_string();
        let name = name.get(..8).unwrap_or(&name).to_owned();
        let report = Record::open(&found.path, RecordAccess::Read)
            .and_then(|mut record| record.fsck(Depth::Incremental, |_| ()));
        let has_state = found.path.join("signer.json").is_file();
        match report {
            Ok(report) if !report.is_clean() => {
                let says = format!("accord {name}: {} things differ", report.findings.len());
                amiss("record", says, Some("detente record fsck"))
            }
            Ok(_) if !has_state => {
                let says =
                    format!("accord {name}: what was signed before is not known here; nothing is signed");
                amiss("record", says, Some("start the node, or: detente record recover"))
            }
            Ok(_) => well("record", format!("accord {name}: nothing differs")),
            Err(error) => amiss("record", format!("accord {name}: {error}"), error.hint()),
        }
    });
    checked.collect()
}

/// The node that runs on the home, and the peers.
fn node(home: &Home, place: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let status = match control::call(place, &Request::Status {}, WAIT) {
        Ok(Some(mut call)) => call.next().ok().flatten(),
        _ => None,
    };
    let status = match status {
        Some(Answer::Status(status)) => Some(status),
        _ => None,
    };
    found.push(match &status {
        None => note("node", "none runs on this home", "detente serve"),
        Some(status) => well("node", format!("process {}, since {}", status.pid, status.started)),
    });
    if let Some(status) = &status {
        found.push(confined(&status.confinement));
    }
    found.extend(peers(home, status.as_ref()));
    found
}

fn confined(says: &str) -> Finding {
    let next = "Linux 6.7 or later with Landlock and seccomp, and an account that is not root";
    match says.starts_with("Landlock") && says.contains(", seccomp, tried") {
        true if says.ends_with("as root") => {
            note("confinement", says, "run the node under an account of its own")
        }
        true => well("confinement", says),
        false => amiss("confinement", says, Some(next)),
    }
}

fn peers(home: &Home, status: Option<&Status>) -> Vec<Finding> {
    let peers = match home.peers() {
        Ok(peers) => peers,
        Err(error) => return vec![amiss("peers", error.to_string(), error.hint())],
    };
    let finding = |peer: &detente_store::Peer| {
        let id = peer.card.id();
        let line = status.and_then(|status| status.lines.iter().find(|line| line.peer == id.as_str()));
        let has_address = peer.card.fields().link.as_ref().map(|link| !link.at.is_empty());
        match (peer.compared.is_some(), has_address, line) {
            (false, _, _) => {
                note("peer", format!("{id}: its key was never compared"), "detente peer show says how")
            }
            (true, None, _) => {
                note("peer", format!("{id}: its card has no keys of a link"), "ask for its newest card")
            }
            (true, Some(_), Some(line)) if line.up => well("peer", format!("{id}: the line stands")),
            (true, Some(true), Some(line)) => {
                let why = line.fault.clone().unwrap_or_else(|| "not reached yet".to_owned());
                let next = "check its address and port, and ours; it is tried again by itself";
                note("peer", format!("{id}: no line ({why})"), next)
            }
            (true, Some(false), Some(_)) => note(
                "peer",
                format!("{id}: no line; it names no address, so it has to reach us"),
                "detente serve --peer ADDR",
            ),
            (true, Some(_), None) => well("peer", format!("{id}: its key was compared")),
        }
    };
    peers.iter().map(finding).collect()
}
