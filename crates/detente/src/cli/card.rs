//! `detente card`: what to hand to a peer.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::card::import::{Imported, Kind};
use detente_accord::{Card, CardFields};
use detente_store::Access;

use super::Context;
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui::{self, quoted};

/// Print your card, to hand to a peer
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  detente card > cert-a.card
  detente card --words        the six words to read aloud"
)]
pub(crate) struct CardArgs {
    #[command(subcommand)]
    command: Option<CardCommand>,
    /// Print only the six words that peers compare
    #[arg(long)]
    words: bool,
    /// Change the name on the card
    #[arg(long, value_name = "NAME", conflicts_with = "words")]
    set_name: Option<String>,
    /// Change the contact on the card
    #[arg(long, value_name = "TEXT", conflicts_with = "words")]
    set_contact: Option<String>,
    /// Write the card to a file
    #[arg(long, short, value_name = "FILE", conflicts_with = "words")]
    output: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
enum CardCommand {
    /// Take the contacts from a security.txt or an RFC 2350 text
    Import(ImportArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente card import security.txt
  detente card import rfc2350.txt --dry-run      show what would be taken

A file that is signed with OpenPGP is read without its armour; its signature is not checked.")]
struct ImportArgs {
    /// The file
    file: PathBuf,
    /// Show what would be taken, change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &CardArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(CardCommand::Import(args)) = &args.command {
        return import(args, context);
    }
    let changes = args.set_name.is_some() || args.set_contact.is_some();
    let access = if changes { Access::Write } else { Access::Read };
    let mut home = context.open(access)?;
    if changes {
        let revised = revise(home.card(), args, &home.keys().identity)?;
        home.set_card(revised)?;
    }
    if args.words {
        return match context.json {
            true => tui::answer_json(&serde_json::json!({
                "schema": "detente.card-words.v1", "id": home.card().id().as_str(), "words": home.card().words(),
            })),
            false => tui::answer(&home.card().words().join(" ")),
        }
        .map(|()| Exit::Done);
    }
    let mut bytes = home.card().bytes().to_vec();
    bytes.push(b'\n');
    let target = args.output.as_ref().map_or(Target::Stdout, |path| Target::from(path.as_os_str()));
    files::write(&target, bytes)?;
    Ok(Exit::Done)
}

fn revise(card: &Card, args: &CardArgs, identity: &detente_accord::SecretKey) -> Result<Card, Failure> {
    let CardFields { id, name, contact, revision, keys, link } = card.fields().clone();
    let fields = CardFields {
        id,
        name: args.set_name.clone().unwrap_or(name),
        contact: args.set_contact.clone().unwrap_or(contact),
        revision: revision + 1,
        keys,
        link,
    };
    super::init::sign(fields, identity)
}

fn import(args: &ImportArgs, context: &Context) -> Result<Exit, Failure> {
    let read = Imported::read(&files::read(&args.file)?).map_err(|why| {
        Failure::usage(format!("{}: {why} ({})", args.file.display(), why.name()))
            .hint("detente card --set-contact takes a contact as you type it")
    })?;
    let access = if args.dry_run { Access::Read } else { Access::Write };
    let mut home = context.open(access)?;
    let contact = read.line();
    if !args.dry_run {
        let CardFields { id, name, revision, keys, link, .. } = home.card().fields().clone();
        let fields = CardFields { id, name, contact: contact.clone(), revision: revision + 1, keys, link };
        let card = super::init::sign(fields, &home.keys().identity)?;
        home.set_card(card)?;
    }
    let kind = match read.kind {
        Kind::SecurityTxt => "security.txt (RFC 9116)",
        Kind::Rfc2350 => "RFC 2350",
    };
    let document = serde_json::json!({
        "schema": "detente.card-import.v1", "kind": kind, "contact": contact, "name": read.name,
        "signature": if read.armoured { "not-checked" } else { "none" }, "expires": read.expires,
        "languages": read.languages, "time_zone": read.time_zone, "key": read.key, "changed": !args.dry_run,
    });
    let no_room =
        [("Expires", &read.expires), ("Languages", &read.languages), ("Time zone", &read.time_zone)];
    let mut rows = vec![("Read as", kind.to_owned()), ("Contact", quoted(&contact))];
    rows.extend(read.name.as_ref().map(|name| ("It is of", quoted(name))));
    rows.extend(no_room.into_iter().filter_map(|(label, value)| Some((label, quoted(value.as_deref()?)))));
    rows.extend(read.armoured.then(|| ("Signature", "OpenPGP, taken off and not checked".to_owned())));
    let changed =
        if args.dry_run { "nothing" } else { "the contact of our card; hand the new card to your peers" };
    rows.push(("Changed", changed.to_owned()));
    super::say(context, &document, &tui::table(&rows))?;
    Ok(Exit::Done)
}
