//! What the tests share: the data beside the checkout, and lists made from it.
#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and report as tests do")]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use detente_indicators::read::{self, Format, ReadError, Reading};
use detente_indicators::{Intake, Kind, List, Marking, Options};

/// A file of the shared data, or `None` with a note if the folder is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    println!("SKIPPED: needs shared/data/{path}");
    None
}

/// The bytes of a shared file as they are.
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(shared(path)?).unwrap())
}

/// The bytes of a shared `.zst` file, unpacked.
pub(crate) fn unzstd(path: &str) -> Option<Vec<u8>> {
    let packed = bytes(path)?;
    let mut unpacked = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).unwrap().read_to_end(&mut unpacked).unwrap();
    Some(unpacked)
}

/// Takes everything, unmarked.
pub(crate) fn options() -> Options {
    Options { types: None, all: false, observables: false, special_use: false, marking: Marking::default() }
}

/// Reads one input with everything told by content.
pub(crate) fn list(input: &[u8]) -> List {
    read_as(input, &Reading::default(), options()).unwrap().1
}

pub(crate) fn read_as(
    input: &[u8],
    reading: &Reading,
    options: Options,
) -> Result<(Format, List), ReadError> {
    let mut intake = Intake::new(options);
    intake.begin_source("test");
    let format = read::read(input, reading, &mut intake)?;
    let list = intake.finish();
    assert!(list.counts().add_up(), "{:?}", list.counts());
    assert_eq!(list.counts().items, list.len() as u64);
    Ok((format, list))
}

/// The printed forms of one kind.
pub(crate) fn printed(list: &List, kind: Kind) -> BTreeSet<String> {
    list.items().filter(|item| item.kind() == Some(kind)).map(|item| item.printed()).collect()
}

/// Every printed form.
pub(crate) fn all_printed(list: &List) -> Vec<String> {
    list.items().map(|item| item.printed()).collect()
}

/// The members of a tar archive whose name is wanted.
pub(crate) fn tar_members(archive: &[u8], mut wanted: impl FnMut(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let mut members = Vec::new();
    let mut rest = archive;
    let mut long_name = None;
    while rest.len() >= 512 && rest[0] != 0 {
        let (header, after) = rest.split_at(512);
        let field = |range: std::ops::Range<usize>| {
            let bytes = &header[range];
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(&bytes[..end]).into_owned()
        };
        let size = usize::from_str_radix(field(124..136).trim(), 8).unwrap();
        let (content, _) = after.split_at(size);
        let (short, prefix) = (field(0..100), field(345..500));
        let name = if prefix.is_empty() { short } else { format!("{prefix}/{short}") };
        match header[156] {
            b'L' => long_name = Some(String::from_utf8_lossy(content).trim_end_matches('\0').to_owned()),
            _ => {
                let name = long_name.take().unwrap_or(name);
                if header[156] == b'0' && wanted(&name) {
                    members.push((name, content.to_vec()));
                }
            }
        }
        rest = &after[size.div_ceil(512) * 512..];
    }
    members
}

/// What a script of `testdata/peers` prints about a file, run in the virtual environment that the environment
/// variable `DETENTE_PEERS` names; `None` with a note if there is none.
pub(crate) fn peer(script: &str, file: &std::path::Path) -> Option<Vec<u8>> {
    let Some(environment) = std::env::var_os("DETENTE_PEERS") else {
        println!("SKIPPED: {script} needs a virtual environment named by DETENTE_PEERS");
        return None;
    };
    let python = PathBuf::from(environment).join("bin/python");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/peers").join(script);
    let output = std::process::Command::new(python).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
