//! `detente receipt replay`: the proof of one's own conduct.

use std::path::PathBuf;

use clap::Args;
use detente_accord::exchange::{ReceivedAnswer, ReceivedAsk, answer_file, ask_file, open};
use detente_accord::{Rejection, file};
use detente_store::{Home, StoredAnswer, StoredAsk};
use serde::Serialize;

use super::receipt::find;
use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::lists::{ListArgs, ReadList, Side};
use crate::pool::Pool;
use crate::shown;

#[derive(Args)]
#[command(after_help = "Example:
  detente receipt replay 3f9c ours.csv")]
pub(crate) struct ReplayArgs {
    /// The run number or its first digits, or a receipt file of your own
    receipt: String,
    /// The list as it was when the match ran
    list: PathBuf,
    /// As in the match: the peer is the named recipient of TLP:RED items
    #[arg(long)]
    named_recipient: bool,
    #[command(flatten)]
    lists: ListArgs,
}

pub(crate) fn run(args: &ReplayArgs, context: &Context) -> Result<Exit, Failure> {
    let named = find(&args.receipt, true, context)?;
    let home = named.home.ok_or_else(|| Failure::usage("a replay needs the home that ran the match"))?;
    let terms_id = named.receipt.run.proposal.terms_id();
    let kinds = &named.receipt.run.proposal.terms().kinds;
    let read = args.lists.narrowed_to(kinds)?.read(&args.list, Side::Ours, &context.tui)?;
    let read = read.for_peer(args.named_recipient);
    let compared = match (home.ask(&terms_id)?, home.answer(&terms_id)?) {
        (Some(ask), _) => replay_asker(&home, &ask, &read, context)?,
        (None, Some(answer)) => replay_answerer(&home, &answer, &read, context)?,
        (None, None) => {
            return Err(Failure::new(Exit::Negative, "this home did not run that match")
                .hint("a party replays its own part alone; choose its home with --home"));
        }
    };
    let same = compared.iter().all(|part| part.same);
    let lines: Vec<String> = compared
        .iter()
        .map(|part| {
            format!("{:<9} {}", part.part, if part.same { "byte for byte the same" } else { "differs" })
        })
        .collect();
    let verdict = if same {
        "verified: the seed and this list give exactly what is on record"
    } else {
        "not verified: the seed and this list give something else (another list, or other reading flags?)"
    };
    let document = serde_json::json!({
        "schema": "detente.replay.v1", "verdict": if same { "verified" } else { "not verified" },
        "run": shown::hex(&named.receipt.run.number()), "parts": compared,
    });
    say(context, &document, &format!("{}\n{verdict}", lines.join("\n")))?;
    Ok(if same { Exit::Done } else { Exit::Negative })
}

/// One recomputed thing beside the recorded one.
#[derive(Serialize)]
struct Compared {
    part: &'static str,
    same: bool,
}

fn replay_asker(
    home: &Home,
    ask: &StoredAsk,
    read: &ReadList,
    context: &Context,
) -> Result<Vec<Compared>, Failure> {
    let (us, items) = (home.us(), read.items());
    let pool = Pool::with_progress(context.tui.progress("replaying"));
    let list = ask.proposal.list();
    let root =
        items.len() as u64 <= list.class.get() && ask.secrets.list_salt.root(&items, list.class) == list.root;
    let mut compared = vec![Compared { part: "list root", same: root }];
    let file = ask_file(&us, &ask.proposal, &ask.secrets, &items, &pool);
    compared.push(Compared { part: "ask", same: same_hash(file, &ask.file_hash) });
    if let Some(opened) = &ask.opened {
        let answer = ReceivedAnswer::read(&opened.answer)?;
        let result = open(&us, &ask.proposal, &answer, &ask.secrets, &items, &pool).map(|opened| opened.file);
        compared.push(Compared { part: "result", same: same_hash(result, &file::hash(&opened.result)) });
    }
    Ok(compared)
}

fn replay_answerer(
    home: &Home,
    answer: &StoredAnswer,
    read: &ReadList,
    context: &Context,
) -> Result<Vec<Compared>, Failure> {
    let Some((acceptance, secrets, _, hash)) = &answer.answer else {
        return Err(Rejection::AskBurnt.into());
    };
    let (us, items) = (home.us(), read.items());
    let pool = Pool::with_progress(context.tui.progress("replaying"));
    let list = acceptance.list();
    let root =
        items.len() as u64 <= list.class.get() && secrets.list_salt.root(&items, list.class) == list.root;
    let ask = ReceivedAsk::read(&answer.ask)?;
    let file = answer_file(&us, &ask, acceptance, secrets, &items, &pool).map(|making| making.file);
    Ok(vec![
        Compared { part: "list root", same: root },
        Compared { part: "answer", same: same_hash(file, hash) },
    ])
}

/// Whether a recomputed file is the recorded one. A list that cannot even be computed with differs.
fn same_hash(file: Result<Vec<u8>, Rejection>, recorded: &[u8; 32]) -> bool {
    file.is_ok_and(|file| file::hash(&file) == *recorded)
}
