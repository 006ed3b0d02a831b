//! `detente record`: the record read by people, checked, recovered, and parts of its content deleted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::jcs::Value;
use detente_accord::record::{Effect, Position};
use detente_node::{Accord, Content};
use detente_store::Access;
use detente_store::record::Depth;
use serde::Serialize;

use super::{Context, say};
use crate::accords::{self, AccordFlag};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui::{self, quoted};
use crate::{clock, shown};

#[derive(Subcommand)]
pub(crate) enum RecordCommand {
    /// Show the record as a timeline; what nobody can order is shown as concurrent
    Show(ShowArgs),
    /// Recompute everything from the bytes and name what differs
    Fsck(FsckArgs),
    /// Take up our own log again after a lost or restored disk
    Recover(RecoverArgs),
    /// Ask that the content of entries of ours is deleted everywhere, and delete it here
    Redact(RedactArgs),
    /// Delete the content of entries that their authors redacted
    #[command(after_help = "Example:\n  detente record erase")]
    Erase(AccordFlag),
    /// List evidence against keys, or write one file
    Evidence(EvidenceArgs),
    /// Save both databases while they are in use; never keys
    Backup(BackupArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente record show
  detente record show cert-b/0/17                one entry, and what is here of its content
  detente record show --log cert-b/0 --json")]
pub(crate) struct ShowArgs {
    /// One entry: party/epoch/number
    #[arg(conflicts_with = "log")]
    entry: Option<String>,
    /// Only this log
    #[arg(long, value_name = "LOG")]
    log: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente record fsck")]
pub(crate) struct FsckArgs {
    /// Only what came since the last check
    #[arg(long)]
    incremental: bool,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente record recover from-b.dtn from-c.dtn      packets made with: detente sync out --to US --all
  detente record recover --override                 no peer can be reached; the next entry says so")]
pub(crate) struct RecoverArgs {
    /// Packets of peers with everything they hold
    packets: Vec<PathBuf>,
    /// Go on with what is here although too few peers answered
    #[arg(long = "override")]
    by_hand: bool,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente record redact cert-a/0/17 --ground gdpr-17")]
pub(crate) struct RedactArgs {
    /// Entries of ours: party/epoch/number
    #[arg(required = true)]
    entries: Vec<String>,
    /// The legal ground, as a code
    #[arg(long, value_name = "CODE")]
    ground: String,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente record evidence
  detente record evidence 3f9c -o fork.evidence")]
pub(crate) struct EvidenceArgs {
    /// First digits of the file's SHA-256
    evidence: Option<String>,
    /// Write the file; - is standard output
    #[arg(long, short, value_name = "FILE", requires = "evidence")]
    output: Option<PathBuf>,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente record backup /media/safe --keep 7")]
pub(crate) struct BackupArgs {
    /// The folder that back-ups go into
    to: PathBuf,
    /// How many back-ups stay; older ones go
    #[arg(long, default_value_t = 7)]
    keep: usize,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(command: &RecordCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        RecordCommand::Show(args) => show(args, context),
        RecordCommand::Fsck(args) => fsck(args, context),
        RecordCommand::Recover(args) => recover(args, context),
        RecordCommand::Redact(args) => redact(args, context),
        RecordCommand::Erase(flag) => erase(flag, context),
        RecordCommand::Evidence(args) => evidence(args, context),
        RecordCommand::Backup(args) => backup(args, context),
    }
}

#[derive(Serialize)]
struct Line {
    entry: String,
    /// For people: `a>b 2026/014`.
    number: Option<String>,
    says: Option<String>,
    effect: String,
    single: bool,
    claimed: Option<String>,
    not_before: Option<u64>,
    not_after: Option<u64>,
    held_by: Vec<String>,
    acknowledged_by: Vec<String>,
    content: Option<Vec<Label>>,
    /// What is here of its content.
    content_is: &'static str,
    concurrent_with: Vec<String>,
}

fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let only = args.log.as_deref().map(accords::log).transpose()?;
    let entry = args.entry.as_deref().map(accords::entry).transpose()?;
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let order: Vec<Position> = accord.state().order().positions().collect();
    if let Some(entry) = entry.as_ref().filter(|entry| !order.contains(entry)) {
        return Err(
            Failure::usage(format!("there is no entry {entry} here")).hint("detente record show lists them")
        );
    }
    let mut lines = Vec::new();
    for (at, position) in order.iter().enumerate() {
        let is_meant = only.as_ref().is_none_or(|log| *log == position.log);
        if is_meant && entry.as_ref().is_none_or(|entry| entry == position) {
            lines.push(line(&accord, &order, at, position)?);
        }
    }
    let mut words = lines.iter().map(in_words).collect::<Vec<_>>().join("\n");
    if let ([line], true) = (lines.as_slice(), entry.is_some()) {
        words = format!("{words}\n{}", words_of(line.content_is)).trim_end().to_owned();
    }
    let document = serde_json::json!({
        "schema": "detente.record-show.v1", "accord": accord.charter().record_id().to_string(), "entries": lines,
    });
    say(context, &document, if words.is_empty() { "No entries yet." } else { &words })?;
    Ok(Exit::Done)
}

/// One page of the record in its order: those after an entry, of one log or of all, at most so many; and whether
/// there are more.
///
/// # Errors
/// Those of the disk.
pub(crate) fn page(
    accord: &Accord<'_>,
    only: Option<&detente_accord::record::LogId>,
    after: Option<&Position>,
    count_max: usize,
) -> Result<(Vec<serde_json::Value>, Option<Position>), Failure> {
    let order: Vec<Position> = accord.state().order().positions().collect();
    let from = after.and_then(|after| order.iter().position(|one| one == after)).map_or(0, |at| at + 1);
    let wanted = order.iter().enumerate().skip(from);
    let mut wanted = wanted.filter(|(_, one)| only.is_none_or(|log| *log == one.log));
    let (mut lines, mut last) = (Vec::new(), None);
    for (at, position) in wanted.by_ref().take(count_max) {
        lines.push(serde_json::json!(line(accord, &order, at, position)?));
        last = Some(position.clone());
    }
    Ok((lines, last.filter(|_| wanted.next().is_some())))
}

/// One entry, as a document.
///
/// # Errors
/// Those of the disk.
pub(crate) fn one(accord: &Accord<'_>, entry: &Position) -> Result<Option<serde_json::Value>, Failure> {
    let order: Vec<Position> = accord.state().order().positions().collect();
    let Some(at) = order.iter().position(|one| one == entry) else { return Ok(None) };
    Ok(Some(serde_json::json!(line(accord, &order, at, entry)?)))
}

fn line(accord: &Accord<'_>, order: &[Position], at: usize, position: &Position) -> Result<Line, Failure> {
    let state = accord.state();
    let leaf = accord.held().leaf(position);
    let interval = state.holders().interval(position);
    let ids = |parties: Vec<&detente_accord::PartyId>| parties.into_iter().map(ToString::to_string).collect();
    let neighbours = order.iter().skip(at.saturating_sub(1)).take(3);
    let (content, content_is) = content(accord, position)?;
    Ok(Line {
        entry: position.to_string(),
        number: state.number(position).map(ToString::to_string),
        says: leaf.map(detente_node::says),
        effect: state.effect(position).map_or_else(String::new, ToString::to_string),
        single: state.is_single(position),
        claimed: leaf.map(|leaf| clock::rfc3339(leaf.place.time)),
        not_before: interval.not_before,
        not_after: interval.not_after,
        held_by: ids(state.holders().held_by(position)),
        acknowledged_by: ids(state.holders().acknowledged_by(position)),
        content,
        content_is,
        concurrent_with: neighbours
            .filter(|other| state.order().are_concurrent(position, other))
            .map(ToString::to_string)
            .collect(),
    })
}

/// The labels that say something, if their values are here, and how the content stands.
fn content(accord: &Accord<'_>, position: &Position) -> Result<(Option<Vec<Label>>, &'static str), Failure> {
    let readable = |values: &BTreeMap<String, Value>| {
        let json = |value: &Value| serde_json::from_slice(&value.encode()).unwrap_or(serde_json::Value::Null);
        values.iter().map(|(label, value)| (label.clone(), json(value))).collect()
    };
    Ok(match accord.content(position)? {
        Content::Readable(values) => (Some(readable(&values)), "readable"),
        Content::Sealed => (None, "sealed"),
        Content::Deleted => (None, "deleted"),
        Content::Missing => (None, "missing"),
        Content::None => (None, "none"),
    })
}

type Label = (String, serde_json::Value);

/// How the content stands, for one entry that was asked for.
fn words_of(content_is: &str) -> &'static str {
    match content_is {
        "sealed" => "               sealed: fingerprint on record, content not shown",
        "deleted" => "               content deleted, commitment kept",
        "missing" => "               its content is for us and has not come yet",
        _ => "",
    }
}

fn in_words(line: &Line) -> String {
    let says = line.says.as_deref().unwrap_or("something that can't be read");
    let mut label = match (line.acknowledged_by.as_slice(), line.held_by.as_slice()) {
        ([], []) => "logged; not yet held by others".to_owned(),
        ([], held) => format!("held by {}", held.join(", ")),
        (acks, _) => format!("acknowledged by {}", acks.join(", ")),
    };
    if line.effect != Effect::Took.to_string() {
        label = format!("{}; {label}", line.effect);
    }
    if line.single {
        label = format!("released by one person; {label}");
    }
    if let Some(number) = &line.number {
        label = format!("{number}; {label}");
    }
    let mut text = format!("{:<14} says: {says:<22} {}   {label}", line.entry, between(line));
    if !line.concurrent_with.is_empty() {
        text += &format!("\n               concurrent with {}", line.concurrent_with.join(", "));
    }
    for (name, value) in line.content.iter().flatten() {
        let shown = value.as_str().map_or_else(|| value.to_string(), quoted);
        text += &format!("\n               {name}: {shown}");
    }
    text
}

/// The provable interval; an end nobody vouches for is said to be open.
fn between(line: &Line) -> String {
    let time = |seconds: u64| clock::in_words(detente_accord::Time(seconds.saturating_mul(1000)));
    match (line.not_before, line.not_after) {
        (Some(from), Some(to)) => format!("between {} and {}", time(from), time(to)),
        (None, Some(to)) => format!("not after {}", time(to)),
        (Some(from), None) => format!("not before {}", time(from)),
        (None, None) => "time not proved".to_owned(),
    }
}

fn fsck(args: &FsckArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    let depth = if args.incremental { Depth::Incremental } else { Depth::Full };
    let bar = context.tui.progress("entries checked");
    let report = accord
        .record_mut()
        .fsck(depth, |progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        })
        .map_err(detente_node::Error::from)?;
    bar.finish_and_clear();
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    let document = serde_json::json!({
        "schema": "detente.record-fsck.v1", "clean": report.is_clean(), "entries": report.leaves,
        "tiles": report.tile_files, "notes": report.notes, "findings": findings,
    });
    let words = if report.is_clean() {
        format!(
            "checked here: {}, {} tiles, {} notes; nothing differs",
            accords::entries(report.leaves),
            report.tile_files,
            report.notes
        )
    } else {
        format!("{} things differ:\n{}", findings.len(), findings.join("\n"))
    };
    say(context, &document, &words)?;
    Ok(if report.is_clean() { Exit::Done } else { Exit::Integrity })
}

fn recover(args: &RecoverArgs, context: &Context) -> Result<Exit, Failure> {
    let packets = args.packets.iter().map(|path| files::read_large(path)).collect::<Result<Vec<_>, _>>()?;
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    if accord.recovering().is_empty() {
        return Err(Failure::refused("nothing has to be recovered: what was signed fits what is stored")
            .hint("detente record fsck checks every byte"));
    }
    let recovered = accord.recover(&packets, args.by_hand, clock::now(), &mut clock::entropy()?)?;
    let from: Vec<String> = recovered.from.iter().map(ToString::to_string).collect();
    let document = serde_json::json!({
        "schema": "detente.record-recover.v1", "before": recovered.before, "entries": recovered.size, "from": from,
    });
    let words = format!(
        "Our log is taken up again: {}, {} of them were here before. {}",
        accords::entries(recovered.size),
        recovered.before,
        if from.is_empty() {
            "No peer was asked; the next entry says so.".to_owned()
        } else {
            format!("From: {}.", from.join(", "))
        },
    );
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn redact(args: &RedactArgs, context: &Context) -> Result<Exit, Failure> {
    let entries = args.entries.iter().map(|text| accords::entry(text)).collect::<Result<Vec<_>, _>>()?;
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    let gone = accord.redact(&entries, &args.ground, clock::now(), &mut clock::entropy()?)?;
    erased(context, "detente.record-redact.v1", &gone)
}

fn erase(flag: &AccordFlag, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = flag.open(&home, detente_node::Access::Write)?;
    let gone = accord.erase_redacted(clock::now(), &mut clock::entropy()?)?;
    erased(context, "detente.record-erase.v1", &gone)
}

fn erased(context: &Context, schema: &str, gone: &[Position]) -> Result<Exit, Failure> {
    let gone: Vec<String> = gone.iter().map(ToString::to_string).collect();
    let words = match gone.as_slice() {
        [] => "Nothing to delete.".to_owned(),
        gone => format!(
            "content deleted, commitment kept: {}\nBack-ups made before keep it until they are rotated out.",
            gone.join(", ")
        ),
    };
    say(context, &serde_json::json!({ "schema": schema, "deleted": gone }), &words)?;
    Ok(Exit::Done)
}

fn evidence(args: &EvidenceArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let hashes = accord.record().evidence_hashes().map_err(detente_node::Error::from)?;
    let wanted = args.evidence.clone().unwrap_or_default();
    let fitting: Vec<&[u8; 32]> =
        hashes.iter().filter(|hash| shown::hex(*hash).starts_with(&wanted)).collect();
    if let Some(output) = &args.output {
        let [hash] = fitting.as_slice() else {
            return Err(Failure::usage(format!("{} evidence files fit {}", fitting.len(), quoted(&wanted))));
        };
        let bytes = accord.record().evidence(hash).map_err(detente_node::Error::from)?.unwrap_or_default();
        files::write(&Target::from(output.as_os_str()), bytes)?;
        return Ok(Exit::Done);
    }
    let mut listed = Vec::new();
    for hash in fitting {
        let bytes = accord.record().evidence(hash).map_err(detente_node::Error::from)?.unwrap_or_default();
        let (kind, origin) = detente_tlog::Evidence::parse(&bytes)
            .map_or(("unreadable", String::new()), |read| (read.kind().name(), read.origin().to_string()));
        listed.push(serde_json::json!({ "sha256": shown::hex(hash), "kind": kind, "origin": origin }));
    }
    let words = listed
        .iter()
        .map(|item| {
            format!(
                "{}  {}  {}",
                item["sha256"].as_str().unwrap_or(""),
                item["kind"].as_str().unwrap_or(""),
                item["origin"].as_str().unwrap_or("")
            )
        })
        .collect::<Vec<_>>()
        .join("\n");
    let words = if words.is_empty() { "No evidence against any key.".to_owned() } else { words };
    say(context, &serde_json::json!({ "schema": "detente.record-evidence.v1", "evidence": listed }), &words)?;
    Ok(Exit::Done)
}

fn backup(args: &BackupArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let path = accord.record().backup(&args.to, args.keep).map_err(detente_node::Error::from)?;
    let document =
        serde_json::json!({ "schema": "detente.record-backup.v1", "backup": path.display().to_string() });
    let words = tui::table(&[
        ("Saved", path.display().to_string()),
        (
            "Not in it",
            "keys, and what was signed last: a restored copy asks the peers before it signs".into(),
        ),
    ]);
    say(context, &document, &words)?;
    Ok(Exit::Done)
}
