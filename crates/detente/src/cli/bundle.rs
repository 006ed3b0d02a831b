//! `detente bundle` and `detente verify`: proof for an outsider, and its verdict.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use detente_accord::record::tar::{self, Member};
use detente_accord::record::verify::{Options, Trust, Verdict, verify, verify_files};
use detente_accord::record::{Position, RecordId};
use detente_node::{Accord, Disclose, Wanted};
use detente_store::Access;

use super::{Context, say};
use crate::accords::{self, AccordFlag};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui::{self, quoted};
use crate::{clock, homes, shown};

#[derive(Subcommand)]
pub(crate) enum BundleCommand {
    /// Write proof of entries into one file, or into a folder
    Export(ExportArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente bundle export --entries cert-a/0/3..9 -o case.detente.tar
  detente bundle export --ref cert-b/0/17 --disclose text -o case/
  detente bundle export --ref \"cert-a>cert-b 2026/014\" --disclose all -o case.detente.tar
  detente bundle export --evidence 3f9c -o fork.detente.tar")]
pub(crate) struct ExportArgs {
    /// All entries of a range, with proof that none is left out: party/epoch/from..to
    #[arg(long, value_name = "RANGE")]
    entries: Vec<String>,
    /// One entry: party/epoch/number, the number people use, or first digits of the statement's id
    #[arg(long = "ref", value_name = "ID")]
    refs: Vec<String>,
    /// An evidence file, by first digits of its SHA-256
    #[arg(long, value_name = "HASH")]
    evidence: Vec<String>,
    /// Show these fields in clear: all, or labels with commas between; none if not given
    #[arg(long, value_name = "LABELS")]
    disclose: Option<String>,
    /// The bundle: a folder if it ends in / or is one, else a file
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,
    #[command(flatten)]
    accord: AccordFlag,
}

/// Check a bundle: verified, not verified, or cannot decide. Needs no network and no home
#[derive(Args)]
#[command(after_help = "Examples:
  detente verify case.detente.tar --charter charter.dtn
  detente verify case/ --accord 1ea94c9d…  --json       64 digits
  detente verify case.detente.tar                       inside a home its own accords count

Exit codes: 0 verified, 1 not verified, 2 cannot decide or unreadable")]
pub(crate) struct VerifyArgs {
    /// A bundle, or the folder it was unpacked into
    bundle: Option<PathBuf>,
    /// The id of the accord, from somewhere else than the bundle: 64 digits
    #[arg(long, value_name = "ID", conflicts_with = "charter")]
    accord: Option<String>,
    /// The charter of the accord, from somewhere else than the bundle
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// Leave ML-DSA-44 signatures unchecked, as a verifier does that does not know them
    #[arg(long)]
    no_ml_dsa: bool,
    /// Judge many: a file with a path and the accord's id on each line; one JSON verdict a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bundle", "accord", "charter"], hide = true)]
    batch: Option<PathBuf>,
}

pub(crate) fn run(command: &BundleCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        BundleCommand::Export(args) => export(args, context),
    }
}

fn export(args: &ExportArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let mut wanted = Wanted { disclose: disclose(args.disclose.as_deref()), ..Wanted::default() };
    for range in &args.entries {
        wanted.ranges.push(read_range(range)?);
    }
    for reference in &args.refs {
        wanted.entries.insert(find(&accord, reference)?);
    }
    for digits in &args.evidence {
        wanted.evidence.push(evidence(&accord, digits)?);
    }
    if wanted.ranges.is_empty() && wanted.entries.is_empty() && wanted.evidence.is_empty() {
        return Err(Failure::usage("nothing to prove was named")
            .hint("name entries with --entries or --ref, or --evidence"));
    }
    let bytes = accord.bundle(&wanted)?;
    let verdict = verify(&bytes, Trust::Record(accord.charter().record_id()), Options { ml_dsa: true });
    let size = bytes.len();
    write(&args.output, &bytes)?;
    let document = serde_json::json!({
        "schema": "detente.bundle-export.v1", "bundle": args.output.display().to_string(), "bytes": size,
        "accord": accord.charter().record_id().to_string(), "verdict": verdict.outcome.name(),
    });
    let words = tui::table(&[
        ("Bundle", format!("{}, {size} bytes", args.output.display())),
        ("Checked here", verdict.outcome.words().to_owned()),
        (
            "Check it",
            format!("detente verify {} --accord {}", args.output.display(), accord.charter().record_id()),
        ),
    ]);
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn disclose(labels: Option<&str>) -> Disclose {
    match labels {
        None => Disclose::Nothing,
        Some("all") => Disclose::Everything,
        Some(labels) => Disclose::Labels(labels.split(',').map(str::to_owned).collect::<BTreeSet<_>>()),
    }
}

fn read_range(text: &str) -> Result<(detente_accord::record::LogId, u64, u64), Failure> {
    let read = || {
        let (place, range) = text.rsplit_once('/')?;
        let (from, to) = range.split_once("..")?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from < to).then_some((accords::log(place).ok()?, from, to))
    };
    read().ok_or_else(|| {
        Failure::usage(format!("{} is not a range of entries", quoted(text)))
            .hint("for example cert-a/0/3..9: from 3 up to, not including, 9")
    })
}

/// The entry that a person means.
fn find(accord: &Accord<'_>, text: &str) -> Result<Position, Failure> {
    if let Ok(position) = accords::entry(text) {
        return Ok(position);
    }
    let mut fitting = accord.state().order().positions().filter(|position| {
        let number = accord.state().number(position).is_some_and(|number| number.to_string() == text);
        let id = accord
            .held()
            .leaf(position)
            .is_some_and(|leaf| text.len() >= 8 && shown::hex(&leaf.statement_id()).starts_with(text));
        number || id
    });
    match (fitting.next(), fitting.next()) {
        (Some(position), None) => Ok(position),
        (None, _) => Err(Failure::usage(format!("no entry here is {}", quoted(text)))
            .hint("detente record show lists them")),
        _ => Err(Failure::usage(format!("several entries are {}", quoted(text)))
            .hint("name it by party/epoch/number")),
    }
}

fn evidence(accord: &Accord<'_>, digits: &str) -> Result<[u8; 32], Failure> {
    let hashes = accord.record().evidence_hashes().map_err(detente_node::Error::from)?;
    let mut fitting = hashes.into_iter().filter(|hash| shown::hex(hash).starts_with(digits));
    match (fitting.next(), fitting.next()) {
        (Some(hash), None) => Ok(hash),
        _ => Err(Failure::usage(format!("not one evidence file begins with {}", quoted(digits)))
            .hint("detente record evidence lists them")),
    }
}

/// One file, or its members in a folder.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let is_folder = path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/');
    if !is_folder {
        return files::write(&Target::from(path.as_os_str()), bytes.to_vec());
    }
    let failed = |error: std::io::Error| Failure::usage(format!("cannot write {}: {error}", path.display()));
    let members = tar::read(bytes, "bundle.json").map_err(|fault| Failure::usage(fault.to_string()))?;
    for member in members {
        let place = path.join(member.name);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        files::write(&Target::File(place), member.bytes.to_vec())?;
    }
    Ok(())
}

pub(crate) fn check(args: &VerifyArgs, context: &Context) -> Result<Exit, Failure> {
    let options = Options { ml_dsa: !args.no_ml_dsa };
    if let Some(batch) = &args.batch {
        return check_batch(batch, options);
    }
    let Some(bundle) = &args.bundle else {
        return Err(Failure::usage("no bundle was named").hint("detente verify BUNDLE --charter FILE"));
    };
    let read = Files::read(bundle);
    let trust = trust(args, context, read.as_ref())?;
    let verdict = match (read, trust) {
        (Some(files), Some(trust)) => files.judge(trust, options),
        _ => Verdict::unreadable(),
    };
    if context.json {
        tui::answer_bytes(&[verdict.to_json(), b"\n".to_vec()].concat())?;
    } else {
        tui::answer(&verdict.to_text(clock::in_words))?;
    }
    Ok(exit(&verdict))
}

fn exit(verdict: &Verdict) -> Exit {
    match verdict.exit_code() {
        0 => Exit::Done,
        1 => Exit::Negative,
        _ => Exit::Usage,
    }
}

/// What a bundle is checked against: what was named, else the accords of the home. `None` for a charter that can't
/// be read.
fn trust(args: &VerifyArgs, context: &Context, files: Option<&Files>) -> Result<Option<Trust>, Failure> {
    if let Some(accord) = &args.accord {
        let id = RecordId::parse_hex(accord).ok_or_else(|| {
            Failure::usage(format!("{} is not the id of an accord", quoted(accord)))
                .hint("it has 64 digits: detente accord list --json")
        })?;
        return Ok(Some(Trust::Record(id)));
    }
    if let Some(charter) = &args.charter {
        return Ok(fs::read(charter).ok().map(|bytes| Trust::Record(RecordId::of(&bytes))));
    }
    let own =
        homes::open(context.home.as_deref(), Access::Read).and_then(|home| Ok(detente_node::list(&home)?));
    let named = files.and_then(Files::record);
    let known =
        own.ok().into_iter().flatten().map(|found| found.record).find(|record| Some(*record) == named);
    Ok(Some(known.map_or(Trust::None, Trust::Record)))
}

/// The bytes of a bundle, in one of its two forms.
enum Files {
    Archive(Vec<u8>),
    Folder(Vec<(String, Vec<u8>)>),
    /// Something in the folder is neither file nor folder, or too large.
    Malformed,
}

impl Files {
    /// `None` if it can't be read at all.
    fn read(path: &Path) -> Option<Files> {
        let kind = fs::metadata(path).ok()?.file_type();
        if kind.is_file() {
            return files::read_large(path).ok().map(Files::Archive);
        }
        if !kind.is_dir() {
            return None;
        }
        let mut members = Vec::new();
        let mut room = detente_accord::limits::ARCHIVE_BYTES_MAX as u64;
        match gather(path, "", &mut members, &mut room) {
            Ok(true) => Some(Files::Folder(members)),
            Ok(false) => Some(Files::Malformed),
            Err(_) => None,
        }
    }

    fn judge(&self, trust: Trust, options: Options) -> Verdict {
        match self {
            Files::Archive(bytes) => verify(bytes, trust, options),
            Files::Folder(members) => {
                let members: Vec<Member<'_>> =
                    members.iter().map(|(name, bytes)| Member { name, bytes }).collect();
                verify_files(&members, trust, options)
            }
            Files::Malformed => verify(&[], trust, options),
        }
    }

    /// The record that the charter in it makes.
    fn record(&self) -> Option<RecordId> {
        match self {
            Files::Archive(bytes) => {
                let members = tar::read(bytes, "bundle.json").ok()?;
                members
                    .iter()
                    .find(|member| member.name == "charter.json")
                    .map(|member| RecordId::of(member.bytes))
            }
            Files::Folder(members) => {
                members.iter().find(|(name, _)| name == "charter.json").map(|(_, bytes)| RecordId::of(bytes))
            }
            Files::Malformed => None,
        }
    }
}

/// All files below a folder; `false` for links and other things that a bundle never has.
fn gather(
    folder: &Path,
    prefix: &str,
    members: &mut Vec<(String, Vec<u8>)>,
    room: &mut u64,
) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { return Ok(false) };
        let (kind, name) = (entry.file_type()?, format!("{prefix}{name}"));
        let fits = members.len() < detente_accord::limits::MEMBERS_MAX;
        if kind.is_dir() {
            if !gather(&entry.path(), &format!("{name}/"), members, room)? {
                return Ok(false);
            }
        } else if kind.is_file() && fits && entry.metadata()?.len() <= *room {
            *room -= entry.metadata()?.len();
            members.push((name, fs::read(entry.path())?));
        } else {
            return Ok(false);
        }
    }
    Ok(true)
}

fn check_batch(batch: &Path, options: Options) -> Result<Exit, Failure> {
    let list =
        String::from_utf8(files::read_large(batch)?).map_err(|_| Failure::usage("the list is not text"))?;
    let mut out = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let (path, accord) = line.rsplit_once(' ').unwrap_or((line, ""));
        let trust = RecordId::parse_hex(accord).map_or(Trust::None, Trust::Record);
        let verdict = Files::read(Path::new(path))
            .map_or_else(Verdict::unreadable, |files| files.judge(trust, options));
        out.extend(verdict.to_json());
        out.push(b'\n');
    }
    tui::answer_bytes(&out)?;
    Ok(Exit::Done)
}
