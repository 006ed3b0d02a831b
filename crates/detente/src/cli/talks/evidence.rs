//! Evidence: files committed to, opened one by one, and taken from the record.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use detente_accord::Entropy;
use detente_accord::record::{Act, Draft, Of};
use detente_node::{Accord, ExhibitFile};
use detente_store::Access;
use serde::Serialize;
use zeroize::Zeroizing;

use super::content::{text, texts};
use super::flags;
use super::said::flag;
use crate::accords;
use crate::cli::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::say::content::Content;
use crate::say::entry::{self, Fits};
use crate::tui::quoted;

/// What a commitment to files takes.
pub(super) fn commit_args(command: Command, act: &'static Act) -> Command {
    let files = Arg::new("file").value_name("FILE").num_args(1..).required(true).help("The files");
    let kind = Arg::new("kind").long("kind").value_name("CODE").default_value("file");
    let kind = kind.help("What they are: log, file, image, pcap, statement, match-receipt");
    let media = Arg::new("media").long("media").value_name("TYPE").default_value("application/octet-stream");
    let sealed = Arg::new("sealed").long("sealed").value_name("FILE").action(ArgAction::Append);
    let sealed = sealed.help("One more file, of kind sealed: others see that there is one, not how large");
    flags::add_computed(command.args([files, kind, media.help("Their media type"), sealed]), act)
}

/// What opening items takes.
pub(super) fn open_args(command: Command, act: &'static Act) -> Command {
    let items = Arg::new("item").value_name("ITEM").num_args(1..).required(true);
    let items = items.value_parser(clap::value_parser!(u64)).help("Items by number, from 0");
    flags::add_computed(command.arg(flags::entries(act)).arg(items), act)
}

/// Adds what reads evidence.
pub(super) fn augment(command: Command) -> Command {
    let accord = || Arg::new("accord").long("accord").value_name("ACCORD").help("The accord");
    let entry = || Arg::new("entry").value_name("ENTRY").required(true).help("The entry that commits to it");
    let list = Command::new("list")
        .about("List the items of evidence that you know")
        .args([entry(), accord()])
        .after_help("Example:\n  detente evidence list 4");
    let item = Arg::new("item").value_name("ITEM").required(true).value_parser(clap::value_parser!(u64));
    let output = Arg::new("output").long("output").short('o').value_name("FILE").required(true);
    let take = Command::new("take")
        .about("Write an item into a file; it is checked here against what was committed to")
        .args([entry(), item.help("Its number"), output.help("Where to; - is standard output"), accord()])
        .after_help("Example:\n  detente evidence take 4 0 -o mail.log");
    command.mut_subcommand("evidence", |command| command.subcommands([list, take]))
}

/// Runs what reads evidence.
pub(super) fn run(matches: &ArgMatches, context: &Context) -> Option<Result<Exit, Failure>> {
    match matches.subcommand()? {
        ("list", matches) => Some(list(matches, context)),
        ("take", matches) => Some(take(matches, context)),
        _ => None,
    }
}

/// The draft that commits to the files that were named.
pub(super) fn commit(
    accord: &Accord<'_>,
    matches: &ArgMatches,
    content: Content,
    entropy: &mut Entropy,
) -> Result<Draft, Failure> {
    let code = |id: &str| text(matches, id).unwrap_or_default().to_owned();
    let read = |(path, kind): (&str, String)| {
        let name = PathBuf::from(path).file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| Failure::usage(format!("{} is no file", quoted(path))))?;
        let bytes = Zeroizing::new(files::read(Path::new(path))?);
        Ok(ExhibitFile { kind, name, media: code("media"), bytes })
    };
    let files = texts(matches, "file").into_iter().map(|path| (path, code("kind")));
    let sealed = texts(matches, "sealed").into_iter().map(|path| (path, "sealed".to_owned()));
    let files = files.chain(sealed).map(read).collect::<Result<Vec<_>, Failure>>()?;
    let to = accords::party(&code("to"))?;
    let mut draft = accord.commit_exhibit(files, &to, entropy)?;
    add(&mut draft, content, matches);
    Ok(draft)
}

/// The draft that opens items to a reader.
pub(super) fn open(accord: &Accord<'_>, matches: &ArgMatches, content: Content) -> Result<Draft, Failure> {
    let entry = text(matches, "entry").unwrap_or_default();
    let position = entry::entry(accord, entry, Fits { of: COMMITTED, own: true })?;
    let items: Vec<u64> = matches.get_many("item").into_iter().flatten().copied().collect();
    let to = accords::party(text(matches, "to").unwrap_or_default())?;
    let mut draft = accord.open_exhibit(&position, &items, &to, text(matches, "exercise"))?;
    add(&mut draft, content, matches);
    Ok(draft)
}

/// What is said besides.
fn add(draft: &mut Draft, content: Content, matches: &ArgMatches) {
    let labels = detente_accord::record::StatementType::of(draft.kind).map_or(&[][..], |kind| kind.labels);
    for (name, value) in content {
        if let Some(label) = labels.iter().find(|label| **label == name) {
            draft.values.insert(label, value);
        }
    }
    draft.exercise = text(matches, "exercise").map(str::to_owned);
}

#[derive(Serialize)]
struct Shown {
    item: u64,
    kind: String,
    name: String,
    media: String,
    size: u64,
    sha256: String,
    here: bool,
    opened_to: Vec<String>,
}

fn list(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = flag(matches).open(&home, detente_node::Access::Read)?;
    let entry = text(matches, "entry").unwrap_or_default();
    let position = entry::entry(&accord, entry, Fits { of: COMMITTED, own: false })?;
    let known = accord.exhibit_items(&position)?;
    let items: Vec<Shown> = known
        .iter()
        .map(|known| Shown {
            item: known.item.index,
            kind: known.item.kind.clone(),
            name: known.item.name.clone(),
            media: known.item.media.clone(),
            size: known.item.size,
            sha256: crate::shown::hex(&known.item.sha256),
            here: known.is_here,
            opened_to: known.opened_to.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let line = |item: &Shown| {
        let opened = if item.opened_to.is_empty() { "nobody".to_owned() } else { item.opened_to.join(", ") };
        let here = if item.here { "" } else { "; its bytes are not here" };
        format!(
            "{:>3}  {} {}, {} bytes, opened to {opened}{here}",
            item.item,
            item.kind,
            quoted(&item.name),
            item.size
        )
    };
    let lines: Vec<String> = items.iter().map(line).collect();
    let words = if lines.is_empty() {
        "Sealed: fingerprints on record, content not shown.".to_owned()
    } else {
        lines.join("\n")
    };
    let document =
        serde_json::json!({ "schema": "detente.evidence.v1", "entry": position.to_string(), "items": items });
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn take(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = flag(matches).open(&home, detente_node::Access::Read)?;
    let entry = text(matches, "entry").unwrap_or_default();
    let position = entry::entry(&accord, entry, Fits { of: EXHIBIT, own: false })?;
    let index = matches.get_one("item").copied().unwrap_or_default();
    let (item, bytes) = accord.exhibit_item(&position, index)?;
    let target = Target::from(Path::new(text(matches, "output").unwrap_or_default()).as_os_str());
    files::write(&target, bytes.to_vec())?;
    if target != Target::Stdout {
        let sha256 = crate::shown::hex(&item.sha256);
        let document = serde_json::json!({
            "schema": "detente.evidence-take.v1", "entry": position.to_string(), "item": index,
            "name": item.name, "sha256": sha256, "file": target.to_string(),
        });
        let name = quoted(&item.name);
        say(
            context,
            &document,
            &format!("Item {index}, {name}, checked here: {target}\nSHA-256   {sha256}"),
        )?;
    }
    Ok(Exit::Done)
}

const COMMITTED: &[Of] = &[Of { kind: "exhibit", acts: &["commit"] }];
const EXHIBIT: &[Of] = &[Of { kind: "exhibit", acts: &["commit", "open"] }];
