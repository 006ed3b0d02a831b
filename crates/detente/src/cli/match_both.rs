//! `detente try`: both sides on this computer, through the real protocol.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use detente_accord::words;
use detente_psi::size::SizeClass;
use detente_psi::voprf::{self, Answerer, AnswererParameters, Asker, AskerParameters};
use detente_psi::{Input, Items, Message, Output, Par, Seed};
use serde::Serialize;

use super::result_table::{self, Row};
use super::{Context, say};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::lists::{CountsJson, ListArgs, ReadList, Side, counts_in_words};
use crate::pool::Pool;
use crate::tui;

/// Compare two lists of yours, both sides on this computer
#[derive(Args)]
#[command(after_help = "Examples:
  detente try ours.csv theirs.txt
  detente try misp.json dns.log.gz --types domain --format theirs:zeek --json")]
pub(crate) struct TryArgs {
    /// Our list: a file, a folder, or - for standard input
    ours: PathBuf,
    /// Their list
    theirs: PathBuf,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Serialize)]
struct Tried<'a> {
    schema: &'static str,
    suite: &'static str,
    ours: CountsJson,
    theirs: CountsJson,
    common_count: u64,
    common: Vec<Common<'a>>,
    seconds: f64,
    bytes: u64,
}

#[derive(Serialize)]
struct Common<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

pub(crate) fn run(args: &TryArgs, context: &Context) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let ours = args.lists.read(&args.ours, Side::Ours, &context.tui)?;
    let theirs = args.lists.read(&args.theirs, Side::Theirs, &context.tui)?;
    let found = compare(&ours, &theirs, context)?;
    let seconds = begun.elapsed().as_secs_f64();

    let document = Tried {
        schema: "detente.try.v1",
        suite: detente_accord::SUITE,
        ours: CountsJson::of(&ours),
        theirs: CountsJson::of(&theirs),
        common_count: found.rows.len() as u64,
        common: found.rows.iter().map(|row| Common { kind: &row.kind, value: &row.value }).collect(),
        seconds,
        bytes: found.bytes,
    };
    let learn =
        format!("between two parties: that we asked, and that we hold {}", words::size_in_words(found.class));
    let text = format!(
        "Both sides on this computer: no privacy, just a demonstration.\n{}{}",
        tui::table(&[
            ("Ours", counts_in_words(ours.counts())),
            ("Theirs", counts_in_words(theirs.counts())),
            ("In common", result_table::count_in_words(&found.rows)),
            ("They learn", learn),
            ("Next", "detente init NAME, then detente ask LIST --peer PEER".to_owned()),
        ]),
        result_table::items_in_words(&found.rows),
    );
    say(context, &document, &text)?;
    Ok(if found.rows.is_empty() { Exit::Negative } else { Exit::Done })
}

/// What both sides found.
struct Found {
    rows: Vec<Row>,
    class: SizeClass,
    bytes: u64,
}

/// Runs both machines and carries their messages by hand.
fn compare(ours: &ReadList, theirs: &ReadList, context: &Context) -> Result<Found, Failure> {
    let bar = context.tui.progress("matching");
    let pool = Pool::with_progress(bar.clone());
    let found = run_machines(&ours.items(), &theirs.items(), &pool);
    bar.finish_and_clear();
    found
}

fn run_machines(ours: &[&[u8]], theirs: &[&[u8]], par: &dyn Par) -> Result<Found, Failure> {
    let class = |items: &[&[u8]]| {
        SizeClass::for_count(items.len() as u64).ok_or_else(|| {
            Failure::refused(format!("{} items are more than one match can take", items.len()))
        })
    };
    let (asker_class, answerer_class) = (class(ours)?, class(theirs)?);
    let refuse = |rejection| Failure::from(detente_accord::Rejection::from(rejection));
    let items = |list: &[&[u8]]| Items::new(list).map_err(refuse);
    let (our_items, their_items) = (items(ours)?, items(theirs)?);
    // Nobody signs terms with themselves: fresh ids stand for those of terms and acceptance.
    let (terms_id, accept_id) = (clock::random()?, clock::random()?);
    let (asker_nonce, answerer_nonce) = (clock::random()?, clock::random()?);
    let (our_seed, their_seed) = (Seed::from_bytes(clock::random()?), Seed::from_bytes(clock::random()?));
    let now = clock::now();

    let mut asker = Asker::new(AskerParameters {
        terms_id,
        class: asker_class,
        seed: &our_seed,
        nonce: asker_nonce,
        items: &our_items,
        par,
    })
    .map_err(refuse)?;
    asker.handle(now, Input::Start).map_err(refuse)?;
    let ask = sent(asker.poll())?;

    let mut answerer = Answerer::new(AnswererParameters {
        terms_id,
        accept_id,
        asker_nonce,
        answerer_nonce,
        asker_class,
        answerer_class,
        seed: &their_seed,
        items: &their_items,
        par,
    })
    .map_err(refuse)?;
    let bytes_asked = body(&ask).len() as u64;
    answerer.handle(now, Input::Message(ask)).map_err(refuse)?;
    let answer = sent(answerer.poll())?;
    let bytes = bytes_asked + body(&answer).len() as u64;

    asker.handle(now, Input::Message(answer)).map_err(refuse)?;
    match asker.poll() {
        Some(Output::Done(common)) => {
            let ranks: Vec<usize> = common.ranks().collect();
            Ok(Found { rows: result_table::rows(ours, &ranks, None), class: asker_class, bytes })
        }
        _ => Err(silent()),
    }
}

fn sent(said: Option<Output>) -> Result<Message<'static>, Failure> {
    match said {
        Some(Output::Send(message)) => Ok(message),
        _ => Err(silent()),
    }
}

fn body<'m>(message: &'m Message<'_>) -> &'m Cow<'m, [u8]> {
    match message {
        Message::Voprf(voprf::Message::Ask(ask)) => &ask.body,
        Message::Voprf(voprf::Message::Answer(answer)) => &answer.body,
    }
}

fn silent() -> Failure {
    Failure::new(Exit::Integrity, "the matching core said nothing; please report this")
}
