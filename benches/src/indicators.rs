//! `bench indicators`: how fast lists and logs are read, on one core, from memory, to the finished list.

use anyhow::Result;
use detente_indicators::read::{self, Reading};
use detente_indicators::{Counts, Intake, Marking, Options};

use crate::data::{self, Documents};
use crate::measure::{best_of, mean_of_short, megabytes};
use crate::report::Report;
use crate::tools;

/// Rounds of which the best counts.
const ROUNDS: u32 = 3;
const SYNTHETIC_NAMES: u64 = 5_000_000;

/// One thing to read.
struct Case {
    name: &'static str,
    /// The goal of FORMATS section 19, in MB/s.
    goal: Option<f64>,
    documents: fn() -> Result<Documents>,
}

const CASES: [Case; 7] = [
    Case { name: "zeek-tsv", goal: Some(300.0), documents: || zeek("dns.log.gz") },
    Case { name: "zeek-json", goal: Some(150.0), documents: || zeek("dns.json.gz") },
    Case { name: "domains-maltrail", goal: Some(100.0), documents: maltrail },
    Case {
        name: "domains-synthetic",
        goal: Some(100.0),
        documents: || Ok(data::synthetic(SYNTHETIC_NAMES, 1)),
    },
    Case { name: "prose", goal: Some(41.0), documents: prose },
    Case { name: "misp", goal: None, documents: misp },
    Case { name: "stix", goal: None, documents: stix },
];

/// Measures all cases, or the one that is named.
pub(crate) fn run(only: Option<&str>) -> Result<Report> {
    let mut report = Report::new("detente.bench.indicators.v1");
    for case in CASES.iter().filter(|case| only.is_none_or(|only| only == case.name)) {
        match (case.documents)() {
            Ok(documents) => measure(case, &documents, &mut report)?,
            Err(error) => report.note(format!("SKIPPED {}: {error:#}", case.name)),
        }
    }
    report.note("MB of 10^6 bytes; seconds of CPU, best of 3; lines: counting line feeds with memchr over the same bytes");
    Ok(report)
}

fn measure(case: &Case, documents: &Documents, report: &mut Report) -> Result<()> {
    let (counts, seconds) = best_of(ROUNDS, || read_all(documents))?;
    let (lines, lines_seconds) = (count_lines(documents), mean_of_short(|| count_lines(documents)));
    let bytes = documents.bytes();
    let speed = megabytes(bytes) / seconds;
    report.row(vec![
        ("case", case.name.into()),
        ("reader", "detente".into()),
        ("mb", (megabytes(bytes).round() as u64).into()),
        ("seconds", seconds.into()),
        ("mb_per_s", speed.into()),
        ("goal_mb_per_s", case.goal.into()),
        ("values", counts.read.into()),
        ("items", counts.items.into()),
        ("values_per_s", ((counts.read as f64 / seconds).round() as u64).into()),
        ("lines", lines.into()),
        ("lines_mb_per_s", (megabytes(bytes) / lines_seconds).into()),
        ("ratio_to_lines", (lines_seconds / seconds).into()),
    ]);
    for (peer, seconds) in tools::run(case.name, documents)? {
        report.row(vec![
            ("case", case.name.into()),
            ("reader", peer.into()),
            ("mb", (megabytes(bytes).round() as u64).into()),
            ("seconds", seconds.into()),
            ("mb_per_s", (megabytes(bytes) / seconds).into()),
        ]);
    }
    Ok(())
}

fn read_all(documents: &Documents) -> Result<Counts> {
    let mut intake = Intake::new(Options {
        types: None,
        all: false,
        observables: false,
        special_use: false,
        marking: Marking::default(),
    });
    intake.begin_source("bench");
    for _ in 0..documents.rounds {
        for document in &documents.documents {
            read::read(document.as_slice(), &Reading::default(), &mut intake)?;
        }
    }
    Ok(intake.finish().counts().clone())
}

fn count_lines(documents: &Documents) -> usize {
    let count = |document: &Vec<u8>| memchr::memchr_iter(b'\n', document).count();
    (0..documents.rounds).map(|_| documents.documents.iter().map(count).sum::<usize>()).sum()
}

/// 53,615 records, twenty times over, as FORMATS section 19 measured its anchors.
fn zeek(name: &str) -> Result<Documents> {
    data::gzip(&data::folder()?.join("zeek-logs").join(name), 20)
}

fn maltrail() -> Result<Documents> {
    data::tar_zst(&data::folder()?.join("maltrail/trails-static.tar.zst"), ".txt")
}

/// Vendor reports, repeated to some forty megabytes.
fn prose() -> Result<Documents> {
    let reports = data::files(&data::folder()?.join("election/eset-sednit-dukes"), ".adoc")?.concat();
    let times = 40_000_000_usize.div_ceil(reports.len().max(1));
    Ok(Documents::one(reports.repeat(times)))
}

fn misp() -> Result<Documents> {
    let mut documents = data::files(&data::folder()?.join("tweetfeed/misp"), ".json")?;
    // The manifest of the feed is no event.
    documents.retain(|document| document.windows(b"\"Event\"".len()).any(|part| part == b"\"Event\""));
    Ok(repeated(documents))
}

fn stix() -> Result<Documents> {
    Ok(repeated(data::files(&data::folder()?.join("tweetfeed"), "stix-week.json")?))
}

/// Small documents often enough to be measured.
fn repeated(documents: Vec<Vec<u8>>) -> Documents {
    let size: usize = documents.iter().map(Vec::len).sum();
    Documents { rounds: 40_000_000_usize.div_ceil(size.max(1)), documents }
}
