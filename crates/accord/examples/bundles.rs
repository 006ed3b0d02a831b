//! Writes bundles into a folder: good ones, and ones that must be refused, each with the record's id in
//! `<name>.accord` beside it. `verifiers/compare.py --folder` gives them to every verifier.

#![allow(clippy::unwrap_used, reason = "the world of the tests fails as tests do")]

#[path = "../tests/bundle/cases.rs"]
mod cases;
#[path = "../tests/bundle/world.rs"]
mod world;

use std::path::Path;

use detente_accord::record::RecordId;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("FOLDER is missing"))?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (name, bytes, record) in cases::good() {
        write(folder, &format!("good-{name}"), &bytes, &record)?;
    }
    for (number, case) in cases::refused().iter().enumerate() {
        let words = case.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = format!("refused-{number:03}-{}-{words}", case.reason.name());
        write(folder, &name, &case.bytes, &case.record)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8], record: &RecordId) -> std::io::Result<()> {
    std::fs::write(folder.join(format!("{name}.detente.tar")), bytes)?;
    std::fs::write(folder.join(format!("{name}.accord")), format!("{record}\n"))
}
