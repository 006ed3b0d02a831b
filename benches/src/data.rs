//! What the readers are measured on: real logs and lists beside the checkout, and a list made from a seed.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Documents that are read one after the other, and how often.
pub(crate) struct Documents {
    pub(crate) documents: Vec<Vec<u8>>,
    pub(crate) rounds: usize,
}

impl Documents {
    pub(crate) fn one(document: Vec<u8>) -> Documents {
        Documents { documents: vec![document], rounds: 1 }
    }

    /// Bytes of all rounds.
    pub(crate) fn bytes(&self) -> u64 {
        self.documents.iter().map(|document| document.len() as u64).sum::<u64>() * self.rounds as u64
    }
}

/// Where the real data stands; not part of this tree.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(crate::root()?.join("../shared/data"))
}

/// A gzip file, unpacked and repeated.
pub(crate) fn gzip(path: &Path, times: usize) -> Result<Documents> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(open(path)?).read_to_end(&mut bytes)?;
    Ok(Documents::one(bytes.repeat(times)))
}

/// All files of a packed tar archive whose name ends so, one after the other.
pub(crate) fn tar_zst(path: &Path, ending: &str) -> Result<Documents> {
    let mut bytes = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(open(path)?)?.read_to_end(&mut bytes)?;
    Ok(Documents::one(members(&bytes, ending)))
}

/// The files of a folder whose name ends so, in name order.
pub(crate) fn files(folder: &Path, ending: &str) -> Result<Vec<Vec<u8>>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).with_context(|| path.display().to_string())).collect()
}

/// Distinct names in the order of their numbers' hashes: dense, and as little sorted as a real list.
pub(crate) fn synthetic(count: u64, seed: u64) -> Documents {
    const ENDINGS: [&str; 8] = ["com", "net", "org", "info", "ru", "de", "co.uk", "xyz"];
    let mut list = Vec::with_capacity(count as usize * 24);
    for number in 0..count {
        let hash = splitmix(seed.wrapping_add(number));
        let mut rest = hash;
        // The number in base 26 keeps names apart; what follows it is for length.
        let mut digits = number;
        for _ in 0..5 {
            list.push(b'a' + (digits % 26) as u8);
            digits /= 26;
        }
        for _ in 0..hash % 12 {
            list.push(b'a' + (rest % 26) as u8);
            rest /= 26;
        }
        list.push(b'.');
        list.extend_from_slice(ENDINGS[(hash >> 56) as usize % ENDINGS.len()].as_bytes());
        list.push(b'\n');
    }
    Documents::one(list)
}

/// SplitMix64 (Steele, Lea, Flood 2014): one multiplication away from evenly spread.
pub(crate) fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn open(path: &Path) -> Result<std::io::BufReader<std::fs::File>> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(std::io::BufReader::new(file))
}

/// The contents of a ustar archive, as far as it is needed here: names, sizes, plain files.
fn members(archive: &[u8], ending: &str) -> Vec<u8> {
    const BLOCK: usize = 512;
    let (mut all, mut rest) = (Vec::new(), archive);
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        let text = |range: std::ops::Range<usize>| {
            let field = header.get(range).unwrap_or_default();
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124..136), 8).unwrap_or(0);
        if header[156] == b'0' && text(0..100).ends_with(ending) {
            all.extend_from_slice(after.get(..size).unwrap_or_default());
        }
        rest = after.get(size.next_multiple_of(BLOCK)..).unwrap_or_default();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synthetic_names_are_distinct_and_the_same_each_time() {
        let list = synthetic(50_000, 1).documents.remove(0);
        let names: std::collections::BTreeSet<&[u8]> = list.split(|byte| *byte == b'\n').collect();
        assert_eq!(names.len(), 50_001, "and the empty one at the end");
        assert_eq!(list, synthetic(50_000, 1).documents.remove(0));
    }
}
