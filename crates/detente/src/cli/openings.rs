//! `detente match openings`: proof that a matched item stood in the list before the run, for the matches that one
//! side decides to raise.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::openings::Openings;
use detente_accord::receipt::Receipt;
use detente_accord::{ListCommitment, ListSalt, Rejection};
use detente_indicators::Item;
use detente_store::Access;
use serde::Serialize;

use super::{Context, receipt, result_table, say};
use crate::accords::AccordFlag;
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::lists::{ListArgs, Side};
use crate::tui::quoted;
use crate::{clock, shown};

#[derive(Subcommand)]
pub(crate) enum MatchCommand {
    /// Open matched items against the commitment that was made before the run
    Openings(Box<MakeArgs>),
    /// Check opened items: against the record, or a receipt
    CheckOpenings(CheckArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente match openings 3f9c ours.csv -o openings.json              all that is in common: by the side that asked
  detente match openings 3f9c ours.csv --item evil.example -o openings.json
  detente match openings 3f9c theirs.csv --like openings.json -o back.json   the other side opens the same items")]
pub(crate) struct MakeArgs {
    /// The run number or its first digits
    run: String,
    /// The list as it was when the match ran
    list: PathBuf,
    /// Only this item, as it is printed; may be given more than once
    #[arg(long, value_name = "ITEM")]
    item: Vec<String>,
    /// The items that the other side opened
    #[arg(long, value_name = "FILE", conflicts_with = "item")]
    like: Option<PathBuf>,
    /// Write the file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// As in the match: the peer is the named recipient of TLP:RED items
    #[arg(long)]
    named_recipient: bool,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente match check-openings openings.json                         against an accord of this home
  detente match check-openings openings.json --receipt receipt.json  without a home")]
pub(crate) struct CheckArgs {
    /// The file of opened items
    file: PathBuf,
    /// A receipt of the run, instead of the record
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(command: &MatchCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        MatchCommand::Openings(args) => make(args, context),
        MatchCommand::CheckOpenings(args) => check(args, context),
    }
}

/// Our list of a run: what it was committed to with, and what is known to be in common.
struct OurList {
    salt: ListSalt,
    commitment: ListCommitment,
    common: Option<Vec<(String, String)>>,
}

fn make(args: &MakeArgs, context: &Context) -> Result<Exit, Failure> {
    let named = receipt::find(&args.run, true, context)?;
    let home = named.home.ok_or_else(|| Failure::usage("openings need the home that ran the match"))?;
    let proposal = &named.receipt.run.proposal;
    let ours = our_list(&home, &proposal.terms_id())?;
    let read = args.lists.narrowed_to(&proposal.terms().kinds)?.read(&args.list, Side::Ours, &context.tui)?;
    let read = read.for_peer(args.named_recipient);
    let items = read.items();
    let wanted = wanted(args, &ours, &items)?;
    let run = named.receipt.run.number();
    let commitment = &ours.commitment;
    let openings = Openings::make(
        home.card().id().clone(),
        run,
        (&ours.salt, commitment.class, commitment.root),
        &items,
        &wanted,
    )?;
    if openings.items.is_empty() {
        return Err(Failure::new(Exit::Negative, "none of these items stands in the list")
            .hint("name items as detente open prints them"));
    }
    let target = Target::from(args.output.as_os_str());
    context.tui.disclose(&format!(
        "This file tells whoever reads it that we hold {} items, by name. It tells nothing of the others.",
        openings.items.len()
    ));
    files::write(&target, openings.encode())?;
    if target != Target::Stdout {
        let document = serde_json::json!({
            "schema": "detente.match-openings.v1", "run": shown::hex(&run), "items": openings.items.len(),
            "file": target.to_string(),
        });
        say(
            context,
            &document,
            &format!("Opened    {} items of run {} in {target}", openings.items.len(), shown::hex(&run)),
        )?;
    }
    Ok(Exit::Done)
}

fn our_list(home: &detente_store::Home, terms_id: &[u8; 32]) -> Result<OurList, Failure> {
    if let Some(ask) = home.ask(terms_id)? {
        let rows = ask.opened.as_ref().map(|opened| result_table::from_bytes(&opened.common)).transpose()?;
        let common = rows.map(|rows| rows.into_iter().map(|row| (row.kind, row.value)).collect());
        let salt = ListSalt::from_bytes(*ask.secrets.list_salt.bytes());
        return Ok(OurList { salt, commitment: ask.proposal.list().clone(), common });
    }
    let answer = home.answer(terms_id)?.and_then(|answer| answer.answer);
    let Some((acceptance, secrets, ..)) = answer else {
        return Err(Failure::new(Exit::Negative, "this home did not run that match")
            .hint("choose its home with --home"));
    };
    let salt = ListSalt::from_bytes(*secrets.list_salt.bytes());
    Ok(OurList { salt, commitment: acceptance.list().clone(), common: None })
}

/// The canonical bytes of the items that are to be opened.
fn wanted<'l>(args: &MakeArgs, ours: &OurList, items: &[&'l [u8]]) -> Result<Vec<&'l [u8]>, Failure> {
    if let Some(like) = &args.like {
        let theirs = Openings::read(&files::read(like)?).map_err(shown::about(like))?;
        let same = |item: &&&'l [u8]| theirs.items.iter().any(|opened| opened.item == **item);
        return Ok(items.iter().filter(same).copied().collect());
    }
    let printed = |bytes: &[u8]| {
        Item::from_bytes(bytes).and_then(|item| Some((item.kind()?.name().to_owned(), item.printed())))
    };
    if !args.item.is_empty() {
        let named = |item: &&&'l [u8]| printed(item).is_some_and(|(_, value)| args.item.contains(&value));
        return Ok(items.iter().filter(named).copied().collect());
    }
    let Some(common) = &ours.common else {
        return Err(Failure::usage("only the side that asked knows what is in common")
            .hint("name items with --item, or take those of the other side with --like FILE"));
    };
    let is_common = |item: &&&'l [u8]| printed(item).is_some_and(|row| common.contains(&row));
    Ok(items.iter().filter(is_common).copied().collect())
}

#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    verdict: &'static str,
    party: String,
    run: String,
    committed: Option<String>,
    items: Vec<(String, String)>,
}

fn check(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let openings = match Openings::read(&files::read(&args.file)?) {
        Ok(openings) => openings,
        Err(rejection @ Rejection::BadMagic) => return Err(shown::about(&args.file)(rejection)),
        Err(rejection) => return refused(&rejection, context),
    };
    let committed = match &args.receipt {
        Some(path) => in_receipt(&Receipt::read(&files::read(path)?).map_err(shown::about(path))?, &openings),
        None => in_record(args, &openings, context)?,
    };
    let items: Vec<(String, String)> = openings
        .items
        .iter()
        .filter_map(|opened| {
            let item = Item::from_bytes(&opened.item)?;
            Some((item.kind()?.name().to_owned(), item.printed()))
        })
        .collect();
    let holds = committed.is_some() && items.len() == openings.items.len();
    let document = Checked {
        schema: "detente.match-check-openings.v1",
        verdict: if holds { "verified" } else { "not-verified" },
        party: openings.party.to_string(),
        run: shown::hex(&openings.run),
        committed: committed.clone(),
        items: items.clone(),
    };
    let mut text = match &committed {
        Some(place) => {
            format!("verified: {} had committed to a list with these items: {place}", openings.party)
        }
        None => format!("not verified: no commitment of {} to this list is known here", openings.party),
    };
    for (kind, value) in &items {
        text += &format!("\n  {kind:<8} {}", quoted(value));
    }
    text += "\nNot shown: that the item is what it is said to be, or where it came from.";
    say(context, &document, &text)?;
    Ok(if holds { Exit::Done } else { Exit::Negative })
}

fn refused(rejection: &Rejection, context: &Context) -> Result<Exit, Failure> {
    let document = serde_json::json!({
        "schema": "detente.match-check-openings.v1", "verdict": "not-verified", "reason": rejection.name(),
    });
    say(context, &document, &format!("not verified: {rejection}"))?;
    Ok(Exit::Negative)
}

/// Where a receipt shows the commitment; its signatures are checked by `detente receipt verify`.
fn in_receipt(receipt: &Receipt, openings: &Openings) -> Option<String> {
    let run = &receipt.run;
    let (asker, answerer) = (&run.proposal.terms().asker, run.acceptance.answerer());
    let list = match &openings.party {
        party if party == asker => run.proposal.list(),
        party if party == answerer => run.acceptance.list(),
        _ => return None,
    };
    let same = run.number() == openings.run && (list.root, list.class) == (openings.root, openings.class);
    same.then(|| format!("in the receipt of run {}", shown::hex(&openings.run)))
}

/// The entry of the list commitment, and the last time before which it stood.
fn in_record(args: &CheckArgs, openings: &Openings, context: &Context) -> Result<Option<String>, Failure> {
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    for run in accord.state().matches() {
        for (party, position, root) in &run.lists {
            if *party == openings.party && *root == openings.root {
                let after = accord.state().holders().interval(position).not_after;
                let when = after.map_or_else(
                    || "at a time that is not proved".to_owned(),
                    |seconds| {
                        format!(
                            "not after {}",
                            clock::in_words(detente_accord::Time(seconds.saturating_mul(1000)))
                        )
                    },
                );
                return Ok(Some(format!("entry {position}, {when}")));
            }
        }
    }
    Ok(None)
}
