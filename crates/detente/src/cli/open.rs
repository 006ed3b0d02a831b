//! `detente open`: what is in common, and the third file.

use std::path::PathBuf;

use clap::Args;
use detente_accord::exchange::{ReceivedAnswer, open};
use detente_accord::receipt::{FileFact, Receipt, Run, run_number};
use detente_accord::words::{self, grouped};
use detente_accord::{Rejection, file, session_id};
use detente_store::{Access, Home, Opened, Peer, StoredAsk, StoredReceipt};
use serde::Serialize;
use zeroize::Zeroizing;

use super::result_table::{self, AllPlaces, Row};
use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::pool::Pool;
use crate::shown;
use crate::{clock, homes, lists, tui};

/// Open the answer to your ask: prints what is in common, writes the third file
#[derive(Args)]
#[command(after_help = "Examples:
  detente open answer.dtn -o result.dtn --csv result.csv
  detente open answer.dtn --json")]
pub(crate) struct OpenArgs {
    /// The answer you were sent; - is standard input
    answer: PathBuf,
    /// Where to write the result file for the peer; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where to write what is in common, with the places it stood in your list; stays with you
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the result even if more items are in common than the cap of the terms
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct OpenedJson<'a> {
    schema: &'static str,
    suite: &'static str,
    run: String,
    terms: String,
    peer: String,
    ours_class_items: u64,
    theirs_class_items: u64,
    common_count: u64,
    common: &'a [Row],
    they_learned: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    csv: Option<String>,
}

pub(crate) fn run(args: &OpenArgs, context: &Context) -> Result<Exit, Failure> {
    let bytes = files::read(&args.answer)?;
    let about = shown::about(&args.answer);
    let answer = ReceivedAnswer::read(&bytes).map_err(&about)?;
    let mut home = context.open(Access::Write)?;
    let peer = homes::compared_peer(&home, answer.author())
        .map_err(|failure| failure.about(args.answer.display()))?;
    answer.verify(&peer.card, home.card()).map_err(&about)?;
    let ask = home.ask(&answer.terms_id())?.ok_or_else(|| about(Rejection::UnknownAsk))?;
    answer.check_answers(&ask.proposal, &ask.file_hash, &peer.card).map_err(&about)?;
    if home.knows_run_key(&answer.pk(), &ask.terms_id)? {
        return Err(about(Rejection::KeyReused));
    }

    let opened = match ask.opened {
        Some(ref opened) if opened.answer_hash != answer.hash() => {
            home.keep_evidence(peer.card.id(), "second-answer", &ask.terms_id, &bytes, clock::now())?;
            return Err(about(Rejection::SecondAnswer));
        }
        Some(_) => None,
        None => Some(
            find(&home, &ask, &answer, &bytes, args, context)
                .map_err(|failure| failure.about(args.answer.display()))?,
        ),
    };
    if let Some((opened, stored)) = &opened {
        home.close_ask(&ask.terms_id, opened, stored)?;
    }
    let run = run_number(&session_id(&ask.proposal, answer.acceptance()));
    super::receipt::log_ours(&home, &run, peer.card.id())?;
    let opened = match (opened, ask.opened) {
        (Some((opened, _)), _) => opened,
        (None, Some(opened)) => opened,
        (None, None) => return Err(about(Rejection::UnknownAsk)),
    };
    let rows = result_table::from_bytes(&opened.common)?;
    release(args, &opened, &rows)?;
    let run = Run { proposal: ask.proposal, acceptance: opened.acceptance };
    report(args, &peer, &run, &rows, context)?;
    Ok(if rows.is_empty() { Exit::Negative } else { Exit::Done })
}

/// Runs the match and signs the receipt; stores nothing.
fn find(
    home: &Home,
    ask: &StoredAsk,
    answer: &ReceivedAnswer<'_>,
    bytes: &[u8],
    args: &OpenArgs,
    context: &Context,
) -> Result<(Opened, StoredReceipt), Failure> {
    let damaged = || Failure::new(Exit::Integrity, "the list kept for this ask no longer reads");
    let packed = ask.items.as_ref().ok_or_else(damaged)?;
    let items = lists::unpack_items(packed).ok_or_else(damaged)?;
    let places = ask.places.as_ref().and_then(|places| AllPlaces::from_bytes(&places.0));
    let us = home.us();
    let pool = Pool::with_progress(context.tui.progress("opening"));
    let opened = open(&us, &ask.proposal, answer, &ask.secrets, &items, &pool)?;
    let common = opened.common.len() as u64;
    heed_cap(ask.proposal.terms().cap, common, args, context)?;

    let (now, entropy) = (clock::now(), &mut clock::entropy()?);
    let run = Run { proposal: ask.proposal.clone(), acceptance: answer.acceptance().clone() };
    let facts = [
        FileFact { kind: file::Kind::Ask, hash: ask.file_hash, size: ask.file.len() as u64 },
        FileFact { kind: file::Kind::Answer, hash: answer.hash(), size: answer.size() },
        FileFact { kind: file::Kind::Result, hash: file::hash(&opened.file), size: opened.file.len() as u64 },
    ];
    let handovers = facts.map(|fact| run.sign_handover(&us, fact, now, entropy)).to_vec();
    let closing = run.sign_closing(&us, &facts, Some(common), now, entropy);
    let private = closing.to_value().encode();
    let number = run.number();
    let document = Receipt { run, author: us.card.id().clone(), handovers, closing: Some(closing) }.encode();
    let receipt = StoredReceipt {
        run: number,
        author: us.card.id().clone(),
        peer: ask.peer.clone(),
        document,
        private,
        kept: now,
    };
    let rows = result_table::rows(&items, &opened.common, places.as_ref());
    let opened = Opened {
        acceptance: answer.acceptance().clone(),
        pk: answer.pk(),
        answer: bytes.to_vec(),
        answer_hash: answer.hash(),
        result: opened.file,
        common: Zeroizing::new(result_table::to_bytes(&rows)?.to_vec()),
        at: now,
    };
    Ok((opened, receipt))
}

/// More matches than the terms' cap may mean that one side guessed: a person decides.
fn heed_cap(cap: u64, common: u64, args: &OpenArgs, context: &Context) -> Result<(), Failure> {
    if common <= cap || args.yes {
        return Ok(());
    }
    let question = format!(
        "{} items are in common, the terms say to stop above {}. Go on?",
        grouped(common),
        grouped(cap)
    );
    match context.tui.confirm(&question) {
        Some(true) => Ok(()),
        _ => Err(Failure::refused(format!(
            "more items are in common than the cap of {} (over-cap)",
            grouped(cap)
        ))
        .hint("say --yes to write the result all the same")),
    }
}

fn release(args: &OpenArgs, opened: &Opened, rows: &[Row]) -> Result<(), Failure> {
    if let Some(path) = &args.csv {
        files::write(&Target::from(path.as_os_str()), result_table::to_csv(rows))?;
    }
    if let Some(path) = &args.output {
        files::write(&Target::from(path.as_os_str()), opened.result.clone())?;
    }
    Ok(())
}

fn report(args: &OpenArgs, peer: &Peer, run: &Run, rows: &[Row], context: &Context) -> Result<(), Failure> {
    let terms = run.proposal.terms();
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| shown::path(path));
    let (result, csv) = (shown(&args.output), shown(&args.csv));
    let document = OpenedJson {
        schema: "detente.open.v1",
        suite: detente_accord::SUITE,
        run: shown::hex(&run.number()),
        terms: shown::hex(&run.proposal.terms_id()),
        peer: peer.card.id().to_string(),
        ours_class_items: terms.n_ask.get(),
        theirs_class_items: run.acceptance.list().class.get(),
        common_count: rows.len() as u64,
        common: rows,
        they_learned: words::they_learned(terms),
        result: result.clone(),
        csv: csv.clone(),
    };
    let next = match &result {
        Some(result) => format!("send {result} back, so that both sides hold the same three files"),
        None => format!("detente open {} -o result.dtn writes the file to send back", args.answer.display()),
    };
    let mut lines = vec![
        ("Peer", shown::described(peer)),
        ("Theirs", format!("{} (size class)", words::size_in_words(run.acceptance.list().class))),
        ("In common", result_table::count_in_words(rows)),
        ("They learned", words::they_learned(terms)),
        ("Receipt", format!("run {}, signed", shown::hex(&run.number()))),
    ];
    if let Some(csv) = &csv {
        lines.push(("Table", format!("{csv}: stays with you")));
    }
    lines.push(("Next", next));
    let mut text = tui::table(&lines);
    if csv.is_none() {
        text += &result_table::items_in_words(rows);
    }
    let on_stdout = |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str() == "-");
    if on_stdout(&args.output) || on_stdout(&args.csv) {
        context.tui.note(&text);
        return Ok(());
    }
    say(context, &document, &text)?;
    if !context.json && !rows.is_empty() {
        context.tui.note(words::NOT_ATTRIBUTION);
    }
    Ok(())
}
