//! Judges many bundles: for each line `<path> <64 hex>`, or `<path> -` without a record id, one JSON verdict a line.
//!
//! `verifiers/compare.py` runs it beside the verifiers that share no code with this one. With `--no-ml-dsa` it
//! behaves as a verifier that cannot check ML-DSA-44; with `--text` it answers as to a person.

use std::io::{self, BufRead as _, Write as _};

use detente_accord::record::RecordId;
use detente_accord::record::verify::{Options, Trust, Verdict, verify};

fn main() -> io::Result<()> {
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    let (options, is_text) = (Options { ml_dsa: !has("--no-ml-dsa") }, has("--text"));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let verdict = match line.rsplit_once(' ') {
            Some((path, trust)) => judge(path, trust, options),
            None => Verdict::unreadable(),
        };
        match is_text {
            true => out.write_all(verdict.to_text(|time| format!("{} ms", time.0)).as_bytes())?,
            false => out.write_all(&verdict.to_json())?,
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn judge(path: &str, trust: &str, options: Options) -> Verdict {
    let trust = match RecordId::parse_hex(trust) {
        Some(record) => Trust::Record(record),
        None => Trust::None,
    };
    std::fs::read(path).map_or_else(|_| Verdict::unreadable(), |bytes| verify(&bytes, trust, options))
}
