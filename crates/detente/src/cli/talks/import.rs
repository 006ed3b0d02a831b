//! `detente norm import`: the norms of a pack put on the table, with the brackets they leave open.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use detente_accord::norm_pack::{Choices, Dates, NormPack, PackFault, PackNorm, Proposal};
use detente_accord::record::{Draft, Position, Rel};
use detente_node::{Accord, By};
use detente_store::Access;
use serde::Serialize;

use super::content::{text, texts};
use super::said::{self, flag};
use crate::cli::{Context, say};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::files;
use crate::say::{preview, times};
use crate::tui::quoted;

/// Adds the command.
pub(super) fn augment(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let again = |arg: Arg| arg.action(ArgAction::Append);
    let pack = Arg::new("pack").value_name("PACK").required(true);
    let import = Command::new("import")
        .about("Put the norms of a pack on the table, with the brackets they leave open")
        .args([
            pack.help("A norm pack, or starter: the one that comes with détente"),
            text("set", "SET", "Only this set"),
            again(text("norm", "CODE", "Only this norm; again for another")),
            again(text(
                "choose",
                "NORM.BRACKET=ALTERNATIVE",
                "Take an alternative; the bracket is not opened",
            )),
            again(text("parameter", "NORM.ID=N", "A number other than the pack's")),
            text("due", "TIME", "By when expectations are met"),
            text("in-force", "TIME", "When you think that they come into force: reviews count from there"),
            Arg::new("yes")
                .long("yes")
                .short('y')
                .action(ArgAction::SetTrue)
                .help("Release without being asked"),
            text("accord", "ACCORD", "The accord: first digits of its id, its title, or the other side"),
        ])
        .after_help(
            "Examples:
  detente norm import starter --set election --norm E2 --choose E2.b1=a
  detente norm import pack.json --due 2027-01-01 --yes",
        );
    command.mut_subcommand("norm", |command| command.subcommand(import))
}

/// Runs it.
pub(super) fn run(matches: &ArgMatches, context: &Context) -> Option<Result<Exit, Failure>> {
    match matches.subcommand()? {
        ("import", matches) => Some(import(matches, context)),
        _ => None,
    }
}

#[derive(Serialize)]
struct Imported {
    code: String,
    entry: String,
    number: Option<String>,
    brackets: Vec<String>,
}

fn import(matches: &ArgMatches, context: &Context) -> Result<Exit, Failure> {
    let pack = read(text(matches, "pack").unwrap_or_default())?;
    let dates = Dates {
        due: text(matches, "due").map(times::time).transpose()?,
        in_force: text(matches, "in-force").map(times::time).transpose()?,
    };
    let norms = wanted(&pack, matches)?;
    let mut proposals: Vec<(&PackNorm, Proposal)> = Vec::new();
    for norm in norms {
        let choices = choices(norm, matches)?;
        proposals.push((norm, pack.propose(norm, &choices, dates).map_err(fault)?));
    }
    let home = context.open(Access::Write)?;
    let mut accord = flag(matches).open(&home, detente_node::Access::Write)?;
    tell(&accord, &proposals, context)?;
    if !matches.get_flag("yes") {
        said::confirm(context)?;
    }
    let imported = table(&mut accord, proposals)?;
    let line = |norm: &Imported| {
        let number = norm.number.as_deref().unwrap_or_default();
        let open = count(norm.brackets.len(), "bracket");
        let at = if norm.brackets.is_empty() { "" } else { ": " };
        let which = norm.brackets.join(", ");
        format!("{:<8}{number}, entry {}, {open} open{at}{which}", norm.code, norm.entry)
    };
    let words: Vec<String> = imported.iter().map(line).collect();
    let document = serde_json::json!({
        "schema": "detente.norm-import.v1", "pack": pack.file().pack, "sha256": crate::shown::hex(pack.sha256()),
        "norms": imported,
    });
    say(context, &document, &words.join("\n"))?;
    Ok(Exit::Done)
}

/// Says every norm, then the brackets of all of them: each refers to its norm.
fn table(accord: &mut Accord<'_>, proposals: Vec<(&PackNorm, Proposal)>) -> Result<Vec<Imported>, Failure> {
    let mut norms: Vec<Draft> = Vec::new();
    let mut of: Vec<(&PackNorm, Vec<Draft>)> = Vec::new();
    for (norm, Proposal { norm: draft, brackets }) in proposals {
        norms.push(draft);
        of.push((norm, brackets));
    }
    let said = accord.say_all(norms, clock::now(), &mut clock::entropy()?)?;
    let mut imported = Vec::new();
    for (position, (norm, brackets)) in said.positions.into_iter().zip(of) {
        imported.push(Imported {
            code: norm.code.clone(),
            entry: position.to_string(),
            number: accord.state().number(&position).map(ToString::to_string),
            brackets: open(accord, &position, brackets)?,
        });
    }
    Ok(imported)
}

fn open(accord: &mut Accord<'_>, norm: &Position, brackets: Vec<Draft>) -> Result<Vec<String>, Failure> {
    if brackets.is_empty() {
        return Ok(Vec::new());
    }
    let to = accord.reference(Rel::To, norm)?;
    let about = |bracket: Draft| Draft { refs: vec![to.clone()], ..bracket };
    let drafts = brackets.into_iter().map(about).collect();
    let said = accord.say_all(drafts, clock::now(), &mut clock::entropy()?)?;
    Ok(said.positions.iter().map(ToString::to_string).collect())
}

/// What the first of them does, all of them do.
fn tell(accord: &Accord<'_>, proposals: &[(&PackNorm, Proposal)], context: &Context) -> Result<(), Failure> {
    let Some((_, first)) = proposals.first() else { return Ok(()) };
    let entropy = &mut clock::entropy()?;
    let prepared = accord.prepare_to_say(first.norm.clone(), &By::Roles, false, clock::now(), entropy)?;
    let open: usize = proposals.iter().map(|(_, proposal)| proposal.brackets.len()).sum();
    let codes: Vec<&str> = proposals.iter().map(|(norm, _)| norm.code.as_str()).collect();
    let told = preview::of(accord, &prepared).paragraph(clock::in_words);
    context.tui.disclose(&format!(
        "Proposes {} ({}) and opens {}. {told} {}",
        count(proposals.len(), "norm"),
        codes.join(", "),
        count(open, "bracket"),
        said::signed(&prepared),
    ));
    Ok(())
}

fn count(n: usize, of: &str) -> String {
    if n == 1 { format!("1 {of}") } else { format!("{n} {of}s") }
}

fn read(pack: &str) -> Result<NormPack, Failure> {
    if pack == "starter" {
        return NormPack::starter().map_err(fault);
    }
    NormPack::decode(&files::read(Path::new(pack))?).map_err(fault).map_err(|failure| failure.about(pack))
}

fn fault(fault: PackFault) -> Failure {
    let hint = match &fault {
        PackFault::NeedsDue { .. } => Some("--due says by when"),
        PackFault::NoSuchChoice { .. } => Some("--choose NORM.BRACKET=ALTERNATIVE, by their ids in the pack"),
        _ => None,
    };
    let failure = Failure::usage(fault.to_string());
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn wanted<'p>(pack: &'p NormPack, matches: &ArgMatches) -> Result<Vec<&'p PackNorm>, Failure> {
    let unknown = |what: &str, name: &str| {
        Failure::usage(format!("the pack has no {what} {}", quoted(name))).hint(format!(
            "it has {}",
            pack.norms().map(|norm| norm.code.as_str()).collect::<Vec<_>>().join(", ")
        ))
    };
    let mut norms: Vec<&PackNorm> = match text(matches, "set") {
        Some(set) => pack.set(set).ok_or_else(|| unknown("set", set))?.norms.iter().collect(),
        None => pack.norms().collect(),
    };
    let codes = texts(matches, "norm");
    if let Some(code) = codes.iter().find(|code| !norms.iter().any(|norm| norm.code == **code)) {
        return Err(unknown("norm", code));
    }
    norms.retain(|norm| codes.is_empty() || codes.contains(&norm.code.as_str()));
    Ok(norms)
}

/// What was chosen of one norm.
fn choices(norm: &PackNorm, matches: &ArgMatches) -> Result<Choices, Failure> {
    let mut alternatives = BTreeMap::new();
    let mut parameters = BTreeMap::new();
    for (code, id, value) in pairs(matches, "choose")? {
        if code == norm.code {
            alternatives.insert(id, value);
        }
    }
    for (code, id, value) in pairs(matches, "parameter")? {
        if code == norm.code {
            let number =
                value.parse().map_err(|_| Failure::usage(format!("{} is no number", quoted(&value))))?;
            parameters.insert(id, number);
        }
    }
    Ok(Choices { parameters, alternatives })
}

/// `NORM.ID=VALUE`.
fn pairs(matches: &ArgMatches, flag: &str) -> Result<Vec<(String, String, String)>, Failure> {
    let read = |pair: &&str| {
        let (place, value) = pair.split_once('=')?;
        let (norm, id) = place.split_once('.')?;
        Some((norm.to_owned(), id.to_owned(), value.to_owned()))
    };
    let typed = texts(matches, flag);
    let refused = |pair: &str| {
        Failure::usage(format!("{} is not NORM.ID=VALUE", quoted(pair)))
            .hint(format!("for example --{flag} E2.b1=a"))
    };
    typed.iter().map(|pair| read(pair).ok_or_else(|| refused(pair))).collect()
}
