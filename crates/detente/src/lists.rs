//! Reading a LIST: a file, a folder of files, or standard input.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use detente_indicators::expand::Expansions;
use detente_indicators::read::{self, Column, Format, Reading};
use detente_indicators::warninglist::Warninglist;
use detente_indicators::{Counts, Intake, Item, Kind, List, Marking, Options, Pap, Reason, Tlp};
use detente_indicators::{Note, profile};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::files;
use crate::tui::{Tui, quoted};

/// How lists are read; the same flags on every command that takes one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading lists")]
pub(crate) struct ListArgs {
    /// Read as this format instead of telling it by content
    #[arg(long, value_name = "[ours:|theirs:]FORMAT")]
    format: Vec<String>,
    /// Take this column of a CSV or TSV file, by name or number
    #[arg(long, value_name = "[ours:|theirs:]COLUMN")]
    column: Vec<String>,
    /// Take only these types: ipv4,ipv6,cidr,domain,url,email,md5,sha1,sha256,sha512,imphash
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Drop what these MISP warninglists name
    #[arg(long, value_name = "FILE", num_args = 1..)]
    warninglist: Vec<PathBuf>,
    /// Also take MISP attributes that are not marked for detection
    #[arg(long)]
    all: bool,
    /// Also take STIX observables that no indicator names
    #[arg(long)]
    observables: bool,
    /// The TLP of files that carry none: clear, green, amber, amber+strict, red
    #[arg(long, value_name = "LEVEL")]
    tlp: Option<String>,
    /// The PAP of files that carry none: clear, green, amber, red
    #[arg(long, value_name = "LEVEL")]
    pap: Option<String>,
    /// Write every dropped value to this CSV file, with its place and the reason
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Unpack at most this many bytes of a compressed file
    #[arg(long, value_name = "BYTES")]
    unpacked_max: Option<u64>,
}

/// Which of two lists a flag is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Ours,
    Theirs,
}

/// A list as it was read.
pub(crate) struct ReadList {
    /// Its distinct canonical items.
    pub(crate) list: List,
    /// What each source was read as.
    pub(crate) formats: Vec<(String, Format)>,
}

impl ReadList {
    pub(crate) fn counts(&self) -> &Counts {
        self.list.counts()
    }

    /// The encoded items, bytewise ascending.
    pub(crate) fn items(&self) -> Vec<&[u8]> {
        self.list.items().map(Item::bytes).collect()
    }

    /// Holds back TLP:RED items: they enter a match only if the peer is their named recipient.
    pub(crate) fn for_peer(mut self, named_recipient: bool) -> ReadList {
        if !named_recipient {
            self.list.hold_back_tlp_red();
        }
        self
    }

    /// The encoded items one after the other.
    pub(crate) fn packed(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.items().concat())
    }

    /// Items of each kind.
    pub(crate) fn kinds(&self) -> BTreeMap<Kind, u64> {
        self.counts().kinds.clone()
    }
}

/// Reads a list that came as bytes, as lists are read where nobody says otherwise. TLP:RED items are held back.
///
/// # Errors
/// Where it cannot be read as a whole.
pub(crate) fn read_bytes(bytes: &[u8], name: &str, all: bool, pap: Option<Pap>) -> Result<ReadList, Failure> {
    let marking = Marking { tlp: None, pap };
    let options = Options { types: None, all, observables: false, special_use: false, marking };
    let mut intake = Intake::new(options);
    intake.begin_source(name);
    let format = read::read(bytes, &Reading::default(), &mut intake).map_err(Failure::from)?;
    let read = ReadList { list: intake.finish(), formats: vec![(name.to_owned(), format)] };
    Ok(read.for_peer(false))
}

/// Cuts packed items apart again; `None` if they are damaged.
pub(crate) fn unpack_items(mut packed: &[u8]) -> Option<Vec<&[u8]>> {
    let mut items = Vec::new();
    while let [_, _, low, high, ..] = packed {
        let length = 4 + usize::from(u16::from_le_bytes([*low, *high]));
        let (item, rest) = packed.split_at_checked(length)?;
        items.push(item);
        packed = rest;
    }
    packed.is_empty().then_some(items)
}

impl ListArgs {
    /// The types that are wanted, in table order; all of them if none is named.
    pub(crate) fn kinds(&self) -> Result<Vec<Kind>, Failure> {
        if self.types.is_empty() {
            return Ok(Kind::ALL.to_vec());
        }
        let kind = |name: &String| {
            Kind::from_name(name.trim()).ok_or_else(|| {
                let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
                Failure::usage(format!("{} is not a type", quoted(name)))
                    .hint(format!("types are {}", known.join(", ")))
            })
        };
        let kinds: BTreeSet<Kind> = self.types.iter().map(kind).collect::<Result<_, _>>()?;
        Ok(kinds.into_iter().collect())
    }

    /// The same flags, for a match about these types: others could not match, and would only raise the size
    /// that the other side sees.
    pub(crate) fn narrowed_to(&self, asked: &[Kind]) -> Result<ListArgs, Failure> {
        let ours = self.kinds()?;
        let types: Vec<String> =
            asked.iter().filter(|kind| ours.contains(kind)).map(|kind| kind.name().to_owned()).collect();
        if types.is_empty() {
            return Err(Failure::usage("none of the types that were asked for is among --types"));
        }
        Ok(ListArgs { types, ..self.clone() })
    }

    /// SHA-256 of each warninglist file, ascending.
    pub(crate) fn warninglist_hashes(&self) -> Result<Vec<[u8; 32]>, Failure> {
        let hash = |path: &PathBuf| Ok(Sha256::digest(read_whole(path)?).into());
        let hashes: BTreeSet<[u8; 32]> = self.warninglist.iter().map(hash).collect::<Result<_, Failure>>()?;
        Ok(hashes.into_iter().collect())
    }

    /// Reads one list. `side` picks the flags that name a side.
    pub(crate) fn read(&self, path: &Path, side: Side, tui: &Tui) -> Result<ReadList, Failure> {
        let reading = self.reading(side)?;
        let rejects = self.rejects.as_deref().map(files::stream).transpose()?.map(RefCell::new);
        let mut intake = Intake::new(self.options()?).with_warninglists(self.warninglists()?);
        if let Some(rejects) = &rejects {
            rejects.borrow_mut().row(&["source", "line", "reason", "value"]);
            intake = intake.with_rejects(|reject| {
                let (line, text) = (reject.line.to_string(), String::from_utf8_lossy(reject.text));
                rejects.borrow_mut().row(&[reject.source, &line, reject.reason.name(), &text]);
            });
        }
        let mut formats = Vec::new();
        for (name, path) in sources(path, tui)? {
            intake.begin_source(&name);
            let format = read_source(&name, path.as_deref(), &reading, &mut intake, tui)?;
            formats.push((name, format));
        }
        let list = intake.finish();
        let unflagged = list.counts().dropped.get(&Reason::NotForDetection).copied().unwrap_or(0);
        if unflagged > 0 {
            tui.note(&format!("hint: {unflagged} values are not marked for detection; --all takes them too"));
        }
        if let Some(rejects) = rejects {
            rejects.into_inner().release()?;
        }
        Ok(ReadList { list, formats })
    }

    fn reading(&self, side: Side) -> Result<Reading, Failure> {
        let format = for_side(&self.format, side, "--format")?;
        let format = format.map(|name| {
            Format::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
                let hint = format!("formats are {}", known.join(", "));
                Failure::usage(format!("{} is not a format", quoted(name))).hint(hint)
            })
        });
        let column = for_side(&self.column, side, "--column")?.map(|column| match column.parse() {
            Ok(number) => Column::Number(number),
            Err(_) => Column::Name(column.to_owned()),
        });
        Ok(Reading { format: format.transpose()?, column, unpacked_bytes_max: self.unpacked_max })
    }

    fn options(&self) -> Result<Options, Failure> {
        let types = if self.types.is_empty() { None } else { Some(self.kinds()?.into_iter().collect()) };
        let tlp = level(&["clear", "green", "amber", "amber+strict", "red"], self.tlp.as_deref(), "--tlp")?;
        let pap = level(&["clear", "green", "amber", "red"], self.pap.as_deref(), "--pap")?;
        Ok(Options {
            types,
            all: self.all,
            observables: self.observables,
            special_use: false,
            marking: Marking { tlp: tlp.map(Tlp::from_level), pap: pap.map(Pap::from_level) },
        })
    }

    fn warninglists(&self) -> Result<Vec<Warninglist>, Failure> {
        let read = |path: &PathBuf| {
            Warninglist::read(read_whole(path)?.as_slice())
                .map_err(|error| Failure::usage(error.to_string()).about(path.display()))
        };
        self.warninglist.iter().map(read).collect()
    }
}

/// A marking's level, if it is one.
fn level<'a>(known: &[&str], level: Option<&'a str>, flag: &str) -> Result<Option<&'a str>, Failure> {
    match level {
        Some(level) if !known.contains(&level.to_lowercase().as_str()) => {
            let failure = Failure::usage(format!("{} is no level of {flag}", quoted(level)));
            Err(failure.hint(format!("levels are {}", known.join(", "))))
        }
        level => Ok(level),
    }
}

/// The last value given for this side: `theirs:csv` is for one side, `csv` for both.
fn for_side<'a>(values: &'a [String], side: Side, flag: &str) -> Result<Option<&'a str>, Failure> {
    let mut found = None;
    for value in values {
        let (wanted, rest) = match value.split_once(':') {
            Some(("ours", rest)) => (Some(Side::Ours), rest),
            Some(("theirs", rest)) => (Some(Side::Theirs), rest),
            _ => (None, value.as_str()),
        };
        if rest.is_empty() {
            return Err(Failure::usage(format!("{flag} has no value")));
        }
        if wanted.is_none_or(|wanted| wanted == side) {
            found = Some(rest);
        }
    }
    Ok(found)
}

/// The files of a LIST with the names they go by: itself, or a folder's files in name order.
fn sources(path: &Path, tui: &Tui) -> Result<Vec<(String, Option<PathBuf>)>, Failure> {
    if path == Path::new("-") {
        return Ok(vec![("-".to_owned(), None)]);
    }
    let failed = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    if !fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![(path.display().to_string(), Some(path.to_owned()))]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        let meta = fs::metadata(&file).map_err(failed)?;
        let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if meta.is_file() && meta.len() == 0 {
            tui.warn(&format!("{} is empty", file.display()));
        } else if meta.is_file() && !hidden {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(Failure::usage(format!("there is no file to read in {}", path.display())));
    }
    files.sort();
    Ok(files.into_iter().map(|file| (file.display().to_string(), Some(file))).collect())
}

fn read_source(
    name: &str,
    path: Option<&Path>,
    reading: &Reading,
    intake: &mut Intake<'_>,
    tui: &Tui,
) -> Result<Format, Failure> {
    let bar = tui.progress("reading");
    let read = match path {
        None => read::read(bar.wrap_read(io::stdin().lock()), reading, intake),
        Some(path) => {
            let failed = |error| Failure::usage(format!("cannot read {name}: {error}"));
            let file = File::open(path).map_err(failed)?;
            bar.set_length(file.metadata().map_err(failed)?.len());
            read::read(bar.wrap_read(file), reading, intake)
        }
    };
    bar.finish_and_clear();
    read.map_err(|error| Failure::from(error).about(name))
}

fn read_whole(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

/// The counts of a list in JSON.
#[derive(Serialize)]
pub(crate) struct CountsJson {
    read: u64,
    items: u64,
    #[serde(flatten)]
    rest: RestJson,
}

/// The counts besides those of the items.
#[derive(Serialize)]
pub(crate) struct RestJson {
    held_back: u64,
    dropped: BTreeMap<&'static str, u64>,
    notes: BTreeMap<&'static str, u64>,
    unmarked: u64,
    sources: Vec<SourceJson>,
}

#[derive(Serialize)]
struct SourceJson {
    name: String,
    format: &'static str,
}

impl CountsJson {
    pub(crate) fn of(read: &ReadList) -> CountsJson {
        CountsJson { read: read.counts().read, items: read.counts().items, rest: RestJson::of(read) }
    }
}

impl RestJson {
    pub(crate) fn of(read: &ReadList) -> RestJson {
        let counts = read.counts();
        let source =
            |(name, format): &(String, Format)| SourceJson { name: name.clone(), format: format.name() };
        RestJson {
            held_back: counts.held_back,
            dropped: counts.dropped.iter().map(|(reason, n)| (reason.name(), *n)).collect(),
            notes: counts.notes.iter().map(|(note, n)| (note.name(), *n)).collect(),
            unmarked: counts.unmarked,
            sources: read.formats.iter().map(source).collect(),
        }
    }
}

/// `41 207 read, 312 dropped (warninglist 312), 58 held back, 40 837 items`.
pub(crate) fn counts_in_words(counts: &Counts) -> String {
    use detente_accord::words::grouped;
    let dropped: u64 = counts.dropped.values().sum();
    let mut words = format!("{} read", grouped(counts.read));
    if dropped > 0 {
        let reasons: Vec<String> = Reason::ALL
            .iter()
            .filter_map(|reason| counts.dropped.get(reason).map(|n| format!("{reason} {}", grouped(*n))))
            .collect();
        words += &format!(", {} dropped ({})", grouped(dropped), reasons.join(", "));
    }
    if counts.held_back > 0 {
        words += &format!(", {} held back by their marking", grouped(counts.held_back));
    }
    words += &format!(", {} items", grouped(counts.items));
    let notes: Vec<String> = Note::ALL
        .iter()
        .filter_map(|note| counts.notes.get(note).map(|n| format!("{} {}", note.name(), grouped(*n))))
        .collect();
    if !notes.is_empty() {
        words += &format!(" ({})", notes.join(", "));
    }
    words
}

/// The canon profile of this build without expansions: what both sides of a match must share.
pub(crate) fn canon_profile() -> [u8; 32] {
    profile::profile(Expansions::NONE)
}
