//! `detente card`: what to hand to a peer.

use clap::Args;
use detente_accord::{Card, CardFields};
use detente_store::Access;

use super::Context;
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui;

/// Print your card, to hand to a peer
#[derive(Args)]
#[command(after_help = "Examples:
  detente card > cert-a.card
  detente card --words        the six words to read aloud")]
pub(crate) struct CardArgs {
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

pub(crate) fn run(args: &CardArgs, context: &Context) -> Result<Exit, Failure> {
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
    let CardFields { id, name, contact, revision, keys } = card.fields().clone();
    let fields = CardFields {
        id,
        name: args.set_name.clone().unwrap_or(name),
        contact: args.set_contact.clone().unwrap_or(contact),
        revision: revision + 1,
        keys,
    };
    super::init::sign(fields, identity)
}
