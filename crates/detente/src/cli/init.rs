//! `detente init`: make a home.

use std::collections::BTreeMap;

use clap::Args;
use detente_accord::card::{DESK, NODE};
use detente_accord::{Card, CardFields};
use detente_link::LinkKeys;
use detente_store::{Home, KeySeeds};
use serde::Serialize;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::{clock, homes};

/// Make a home: identity, keys, an empty record
#[derive(Args)]
#[command(after_help = "Examples:
  detente init \"CERT-A\" --contact soc@cert-a.example
  detente init \"ЦЕРТ\" --id cert-ru --home ./home")]
pub(crate) struct InitArgs {
    /// The name that peers will see
    name: String,
    /// The short id; made from the name if not given
    #[arg(long)]
    id: Option<String>,
    /// How to reach a person, shown on your card
    #[arg(long, default_value = "")]
    contact: String,
}

#[derive(Serialize)]
struct Made<'a> {
    schema: &'static str,
    id: &'a str,
    name: &'a str,
    home: String,
    words: [&'static str; 6],
}

pub(crate) fn run(args: &InitArgs, context: &Context) -> Result<Exit, Failure> {
    let place = homes::place(context.home.as_deref())?;
    let home = make(&place, &args.name, args.id.as_deref(), &args.contact)?;
    let card = home.card();
    let document = Made {
        schema: "detente.init.v1",
        id: card.id().as_str(),
        name: &card.fields().name,
        home: place.display().to_string(),
        words: card.words(),
    };
    let words = format!(
        "Made the home of {name} (id {id}) in {place}.\nYour six words: {words}",
        name = card.fields().name,
        id = card.id(),
        place = place.display(),
        words = card.words().join(" "),
    );
    say(context, &document, &words)?;
    if !context.json {
        context.tui.note(
            "next: detente card > my.card, hand it to the peer, and compare the words by another channel",
        );
    }
    Ok(Exit::Done)
}

/// Makes a home with fresh keys; also what the demonstration does.
pub(super) fn make(
    place: &std::path::Path,
    name: &str,
    id: Option<&str>,
    contact: &str,
) -> Result<Home, Failure> {
    let id = homes::new_id(name, id)?;
    let seeds = KeySeeds { identity: clock::random()?, desk: clock::random()?, node: clock::random()? };
    let keys = seeds.keys();
    let fields = CardFields {
        id,
        name: name.to_owned(),
        contact: contact.to_owned(),
        revision: 1,
        keys: BTreeMap::from([(DESK.to_owned(), keys.desk.public()), (NODE.to_owned(), keys.node.public())]),
        link: Some(LinkKeys::from_seeds(&keys.link.tls, &keys.link.pq).public(Vec::new())),
    };
    let card = sign(fields, &keys.identity)?;
    Ok(Home::create(place, &seeds, &card)?)
}

/// Signs our own card: what is wrong with it was typed here, so it is a matter of usage.
pub(super) fn sign(fields: CardFields, identity: &detente_accord::SecretKey) -> Result<Card, Failure> {
    Card::sign(fields, identity).map_err(|rejection| {
        Failure::usage(rejection.to_string()).hint("a name has 1 to 200 bytes and no control characters")
    })
}
