//! The figures, as a document and as a table.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::words::grouped;
use serde::Serialize;

use super::calibration::Calibration;
use super::order::Order;
use super::party::Party;
use super::processes::Both;
use crate::matching::Chosen;

/// The document of `bench psi`.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    schema: &'static str,
    n: u64,
    suite: &'static str,
    code: Option<&'static str>,
    security: &'static str,
    threads: usize,
    reveal: &'static str,
    one_process: bool,
    runs: u32,
    common: u64,
    wall_seconds: f64,
    sender: Side<'a>,
    receiver: Side<'a>,
    bytes: Bytes,
    calibration: Calibration,
    /// CPU of both sides by that of the calibration with BLAKE3.
    ratio: f64,
}

#[derive(Serialize)]
struct Side<'a> {
    cpu_seconds: f64,
    peak_bytes: Option<u64>,
    phases: &'a BTreeMap<String, f64>,
}

#[derive(Serialize)]
struct Bytes {
    to_sender: u64,
    to_receiver: u64,
}

impl<'a> Report<'a> {
    pub(crate) fn new(
        order: &Order,
        suite: Chosen,
        (runs, one_process): (u32, bool),
        both: &'a Both,
        calibration: Calibration,
    ) -> Report<'a> {
        Report {
            schema: "detente.bench.psi.v1",
            n: order.n,
            suite: suite.name(),
            code: suite.code_name(),
            security: "malicious",
            threads: order.threads.get(),
            reveal: order.reveal.name(),
            one_process,
            runs,
            common: both.receiver.common.unwrap_or(0),
            wall_seconds: both.wall_seconds(),
            sender: Side::of(&both.sender),
            receiver: Side::of(&both.receiver),
            bytes: Bytes { to_sender: both.receiver.bytes_sent, to_receiver: both.sender.bytes_sent },
            calibration,
            ratio: both.cpu_seconds() / calibration.blake3_seconds,
        }
    }

    /// A table for a person.
    pub(crate) fn in_words(&self) -> String {
        let mut text = self.head();
        let mut row = |label: &str, sender: String, receiver: String| {
            text.push_str(&format!("{label:<16}{sender:>14}{receiver:>14}\n"));
        };
        row("", "sender".into(), "receiver".into());
        for phase in self.phases() {
            let of = |side: &Side<'_>| side.phases.get(phase).map_or_else(|| "-".to_owned(), |s| seconds(*s));
            row(phase, of(&self.sender), of(&self.receiver));
        }
        row("CPU", seconds(self.sender.cpu_seconds), seconds(self.receiver.cpu_seconds));
        row("received", megabytes(self.bytes.to_sender), megabytes(self.bytes.to_receiver));
        row("peak memory", peak(self.sender.peak_bytes), peak(self.receiver.peak_bytes));
        text.push_str(&self.foot());
        text
    }

    fn head(&self) -> String {
        let code = self.code.map(|code| format!(", code {code}")).unwrap_or_default();
        let threads = if self.threads == 1 { "1 thread".into() } else { format!("{} threads", self.threads) };
        let place = if self.one_process { "both in one process" } else { "each in its process" };
        format!(
            "{} items a party, {} in common; suite {}{code}; {threads} a party, {place}\n\n",
            grouped(self.n),
            grouped(self.common),
            self.suite,
        )
    }

    fn foot(&self) -> String {
        let Calibration { blake3_seconds, aes_blocks_seconds } = self.calibration;
        format!(
            "\nwall {} s; CPU of both {} s = {:.1} times {} BLAKE3 hashes of 32 bytes ({blake3_seconds:.4} s here; as many AES \
             blocks {aes_blocks_seconds:.4} s)\n",
            seconds(self.wall_seconds).trim_end_matches(" s"),
            seconds(self.sender.cpu_seconds + self.receiver.cpu_seconds).trim_end_matches(" s"),
            self.ratio,
            grouped(self.n),
        )
    }

    /// The phases that cost either side as much as the table can show, the dearest first.
    fn phases(&self) -> Vec<&str> {
        let names: BTreeSet<&str> =
            self.sender.phases.keys().chain(self.receiver.phases.keys()).map(String::as_str).collect();
        let cost = |name: &str| -> f64 {
            [&self.sender, &self.receiver].iter().filter_map(|side| side.phases.get(name)).sum()
        };
        let mut names: Vec<&str> = names.into_iter().filter(|name| cost(name) >= 0.001).collect();
        names.sort_by(|one, other| cost(other).total_cmp(&cost(one)));
        names
    }
}

impl<'a> Side<'a> {
    fn of(party: &'a Party) -> Side<'a> {
        Side { cpu_seconds: party.cpu_seconds, peak_bytes: party.peak_bytes, phases: &party.phases }
    }
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3} s")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

fn peak(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20)))
}
