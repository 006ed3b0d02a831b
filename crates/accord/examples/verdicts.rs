//! Judges many bundles: `verdicts [--no-ml-dsa] [--text] --batch FILE`. For each line `<path> <64 hex>` of the file,
//! or `<path> -` without a record id, one JSON verdict a line.
//!
//! `verifiers/compare.py` runs it beside the verifiers that share no code with this one. With `--no-ml-dsa` it
//! behaves as a verifier that cannot check ML-DSA-44; with `--text` it answers as to a person.

use std::io::{self, Write as _};
use std::path::Path;

use detente_accord::Rejection;
use detente_accord::record::RecordId;
use detente_accord::record::tar::Member;
use detente_accord::record::verify::{Options, Trust, Verdict, verify, verify_files};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let (options, is_text) = (Options { ml_dsa: !has("--no-ml-dsa") }, has("--text"));
    let batch = arguments.iter().skip_while(|argument| *argument != "--batch").nth(1);
    let batch = batch.ok_or_else(|| io::Error::other("--batch FILE is missing"))?;
    let mut out = io::stdout().lock();
    for line in std::fs::read_to_string(batch)?.lines() {
        let verdict = match line.rsplit_once(' ') {
            Some((path, trust)) => {
                let trust = RecordId::parse_hex(trust).map_or(Trust::None, Trust::Record);
                judge(Path::new(path), trust, options).unwrap_or_else(|_| Verdict::unreadable())
            }
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

fn judge(path: &Path, trust: Trust, options: Options) -> io::Result<Verdict> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(verify(&std::fs::read(path)?, trust, options));
    }
    let mut files = Vec::new();
    if !read_folder(path, "", &mut files)? {
        return Ok(Verdict::malformed(Rejection::BadMember { name: path.display().to_string() }));
    }
    let members: Vec<Member<'_>> = files.iter().map(|(name, bytes)| Member { name, bytes }).collect();
    Ok(verify_files(&members, trust, options))
}

/// Reads all files below a folder; false if something there is neither a file nor a folder.
fn read_folder(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !read_folder(&entry.path(), &format!("{name}/"), files)? {
                return Ok(false);
            }
        } else if kind.is_file() {
            files.push((name, std::fs::read(entry.path())?));
        } else {
            return Ok(false);
        }
    }
    Ok(true)
}
