//! Running targets: as many at a time as there are processors, each with its bounds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::build;
use crate::shell;

/// Where a run ends, whichever comes first.
pub(super) struct Bounds {
    pub(super) runs: u64,
    pub(super) seconds: u64,
    /// To find a fault that is built in: begin with the committed corpus alone, and learn also from values that
    /// come closer to each other.
    pub(super) planted: bool,
}

/// How a target ended.
pub(super) struct Verdict {
    pub(super) target: String,
    pub(super) execs: u64,
    pub(super) seconds: u64,
    pub(super) failed: bool,
    pub(super) log: String,
}

/// Limits that differ from target to target.
struct Limits {
    /// Longest input in bytes.
    len_max: u32,
    /// Longest time one input may take.
    timeout_seconds: u32,
}

/// Memory one target may take, in MiB.
const RSS_MIB_MAX: u32 = 256;

fn limits(target: &str) -> Limits {
    match target {
        // Sixteen edits to an honest message; one run is some twenty milliseconds of curve arithmetic.
        "voprf_ask" | "voprf_answer" => Limits { len_max: 64, timeout_seconds: 5 },
        // The same, with the base transfers of a run.
        "vole_asker" | "vole_answerer" => Limits { len_max: 64, timeout_seconds: 10 },
        // Edits to one member of an honest bundle, whose signatures are all checked.
        "bundle" | "packet" => Limits { len_max: 1 << 10, timeout_seconds: 5 },
        // An honest answer has 15 KB.
        "file_ask" | "file_answer" => Limits { len_max: 24 << 10, timeout_seconds: 2 },
        "receipt" | "terms" | "unpack" | "sniff" => Limits { len_max: 16 << 10, timeout_seconds: 2 },
        _ => Limits { len_max: 4 << 10, timeout_seconds: 2 },
    }
}

/// How many targets run at a time.
pub(super) fn jobs() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs all targets.
pub(super) fn all(binaries: &Path, targets: &[String], bounds: &Bounds) -> Result<Vec<Verdict>> {
    let queue = Mutex::new(targets.iter());
    let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    let work = || {
        let mut verdicts = Vec::new();
        while let Some(target) = next() {
            verdicts.push(one(binaries, target, bounds)?);
        }
        Ok(verdicts)
    };
    let mut verdicts: Vec<Verdict> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs()).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Ok(Vec::new())));
        joined.collect::<Result<Vec<Vec<Verdict>>>>().map(|parts| parts.into_iter().flatten().collect())
    })?;
    verdicts.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(verdicts)
}

fn one(binaries: &Path, target: &str, bounds: &Bounds) -> Result<Verdict> {
    let root = shell::root()?;
    let artifacts = root.join("fuzz/artifacts").join(target);
    // What a run learns goes beside the build, not into the corpus that is committed.
    let learned = build::folder()?.join(if bounds.planted { "planted" } else { "corpus" }).join(target);
    if bounds.planted && learned.exists() {
        std::fs::remove_dir_all(&learned)?;
    }
    let seeds = root.join("fuzz/corpus").join(target);
    for folder in [&artifacts, &learned, &seeds] {
        std::fs::create_dir_all(folder)?;
    }
    let Limits { len_max, timeout_seconds } = limits(target);
    let mut command = Command::new(binaries.join(target));
    command.current_dir(&root).stdin(Stdio::null());
    // glibc else raises this threshold by itself, and what the corpus keeps then splits every freed buffer:
    // the limit on memory would count that, and not what an input asks for.
    command.env("MALLOC_MMAP_THRESHOLD_", "65536");
    command.arg(&learned).arg(&seeds);
    command.args([
        format!("-runs={}", bounds.runs),
        format!("-max_total_time={}", bounds.seconds),
        format!("-max_len={len_max}"),
        format!("-timeout={timeout_seconds}"),
        format!("-rss_limit_mb={RSS_MIB_MAX}"),
        format!("-use_value_profile={}", u8::from(bounds.planted)),
        format!("-artifact_prefix={}/", artifacts.display()),
        "-print_final_stats=1".to_owned(),
    ]);
    let begun = Instant::now();
    let output = command.output().with_context(|| format!("cannot run {target}"))?;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let execs = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    Ok(Verdict {
        target: target.to_owned(),
        execs: execs.and_then(|number| number.trim().parse().ok()).unwrap_or(0),
        seconds: begun.elapsed().as_secs(),
        failed: !output.status.success(),
        log,
    })
}

/// Runs one input; gives whether it passes.
pub(super) fn once(binaries: &Path, target: &str, input: &Path) -> Result<bool> {
    let mut command = Command::new(binaries.join(target));
    command.arg(input).stdin(Stdio::null()).env("RUST_BACKTRACE", "1");
    Ok(command.status().with_context(|| format!("cannot run {target}"))?.success())
}
