//! `detente answer`: the second of the three files.

use std::path::PathBuf;

use clap::Args;
use detente_accord::exchange::{ReceivedAsk, accept, answer_file};
use detente_accord::receipt::{FileFact, Receipt, Run};
use detente_accord::words::{self, grouped};
use detente_accord::{Rejection, Time, budget, file};
use detente_psi::size::SizeClass;
use detente_store::{Access, Answered, Claim, Home, Peer, StoredAnswer, StoredReceipt};
use serde::Serialize;

use super::ask::confirm_unmarked;
use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::lists::{self, CountsJson, ListArgs, ReadList, Side};
use crate::pool::Pool;
use crate::shown;
use crate::tui::{self, quoted};
use crate::{clock, homes, logged};

/// Answer a peer's ask: writes the second file
#[derive(Args)]
#[command(after_help = "Examples:
  detente answer ask.dtn ours.csv -o answer.dtn
  detente answer ask.dtn misp-export.json --yes -o answer.dtn")]
pub(crate) struct AnswerArgs {
    /// The ask you were sent; - is standard input
    ask: PathBuf,
    /// Your list: a file or a folder
    list: PathBuf,
    /// Accept the terms without being asked; they are printed all the same
    #[arg(long)]
    yes: bool,
    /// Where to write the answer; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The peer is the named recipient of TLP:RED items: take them too
    #[arg(long)]
    named_recipient: bool,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Serialize)]
struct AnsweredJson {
    schema: &'static str,
    run: String,
    terms: String,
    peer: String,
    purpose: String,
    asked_class_items: u64,
    held_class_items: u64,
    charged_items: u64,
    budget_left_items: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ours: Option<CountsJson>,
    file: String,
    size_bytes: u64,
    blake3: String,
    /// The stored answer was written again; nothing was computed or charged.
    again: bool,
}

pub(crate) fn run(args: &AnswerArgs, context: &Context) -> Result<Exit, Failure> {
    let bytes = files::read(&args.ask)?;
    let about = shown::about(&args.ask);
    let ask = ReceivedAsk::read(&bytes).map_err(&about)?;
    let mut home = context.open(Access::Write)?;
    let peer =
        homes::compared_peer(&home, ask.author()).map_err(|failure| failure.about(args.ask.display()))?;
    ask.verify(&peer.card, home.card()).map_err(&about)?;

    if let Some(known) = home.answer(&ask.proposal().terms_id())? {
        return answer_again(&mut home, &peer, &ask, &bytes, known, args, context);
    }
    let now = clock::now();
    let left = budget::left(peer.budget, &home.charges(peer.card.id())?, now);
    ask.check_rules(now, &lists::canon_profile(), left).map_err(&about)?;
    if home.knows_asker_nonce(&ask.proposal().list().nonce, &ask.proposal().terms_id())? {
        return Err(about(Rejection::AskReplayed));
    }
    let read = read_asked_kinds(args, &ask, context)?;
    let class = SizeClass::for_count(read.list.len() as u64);
    context.tui.disclose(&terms_in_words(&ask, &peer, &read, class, left));
    consent(args, context)?;
    confirm_unmarked(&read, args.yes, context)?;

    let made = make(&mut home, &ask, &bytes, &read, now, context)?;
    let target = Target::from(args.output.as_os_str());
    files::write(&target, made.file.clone())?;
    report(&made, &ask, &peer, Some(&read), left - made.charged, &target, context)?;
    Ok(Exit::Done)
}

/// An answer that stands in the home.
struct Made {
    run: [u8; 16],
    file: Vec<u8>,
    hash: [u8; 32],
    held: SizeClass,
    charged: u64,
    again: bool,
}

/// Our list, narrowed to the types that the terms name: others could not match, and would only raise the
/// class that the peer sees.
fn read_asked_kinds(
    args: &AnswerArgs,
    ask: &ReceivedAsk<'_>,
    context: &Context,
) -> Result<ReadList, Failure> {
    let narrowed = args.lists.narrowed_to(&ask.proposal().terms().kinds)?;
    Ok(narrowed.read(&args.list, Side::Ours, &context.tui)?.for_peer(args.named_recipient))
}

fn terms_in_words(
    ask: &ReceivedAsk<'_>,
    peer: &Peer,
    read: &ReadList,
    class: Option<SizeClass>,
    left: u64,
) -> String {
    let terms = ask.proposal().terms();
    let purpose = if terms.purpose.is_empty() { "none stated".to_owned() } else { quoted(&terms.purpose) };
    let how = peer.compared.map_or("not compared", |(how, _)| how.in_words());
    let asked = words::size_in_words(terms.n_ask);
    let theirs = class.map_or_else(String::new, |class| words::they_learn(terms.asker.as_str(), class));
    let id = shown::short(&ask.proposal().terms_id());
    tui::table(&[
        ("Asker", format!("{}; you compared its key {how}", shown::described(peer))),
        ("Purpose", purpose),
        ("Asks about", format!("{asked}, {}", shown::kinds(&terms.kinds))),
        ("Ours", lists::counts_in_words(read.counts())),
        ("They learn", theirs),
        ("We learn", format!("that they asked, and that they ask about {asked}")),
        ("Budget", format!("this charges {} of {} items left", grouped(terms.n_ask.get()), grouped(left))),
        (
            "Terms",
            format!(
                "{id}, made {}, open until {}",
                clock::in_words(terms.made),
                clock::in_words(terms.until)
            ),
        ),
    ])
    .trim_end()
    .to_owned()
}

fn consent(args: &AnswerArgs, context: &Context) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    match context.tui.confirm("Accept these terms and answer?") {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::refused("the terms were not accepted; nothing was answered")),
        None => Err(Failure::refused("nobody accepted the terms; nothing was answered")
            .hint("read the terms above, then say --yes")),
    }
}

fn make(
    home: &mut Home,
    ask: &ReceivedAsk<'_>,
    bytes: &[u8],
    read: &ReadList,
    now: Time,
    context: &Context,
) -> Result<Made, Failure> {
    let proposal = ask.proposal();
    let items = read.items();
    let too_large =
        Rejection::ListTooLarge { held: items.len() as u64, allowed: proposal.terms().n_answer_max.get() };
    if SizeClass::for_count(items.len() as u64).is_none_or(|class| class > proposal.terms().n_answer_max) {
        return Err(too_large.into());
    }
    // From here on these terms are answered once or never: the claim is on disk before a secret exists.
    if !home.claim(&Claim { proposal, ask: bytes, ask_hash: ask.hash(), at: now })? {
        return Err(Rejection::AskReplayed.into());
    }
    let entropy = &mut clock::entropy()?;
    let us = home.us();
    let (acceptance, secrets) = accept(&us, proposal, &items, &read.kinds(), now, entropy)?;
    let pool = Pool::with_progress(context.tui.progress("answering"));
    let making = answer_file(&us, ask, &acceptance, &secrets, &items, &pool)?;
    let hash = file::hash(&making.file);

    let run = Run { proposal: proposal.clone(), acceptance: acceptance.clone() };
    let facts = [
        FileFact { kind: file::Kind::Ask, hash: ask.hash(), size: ask.size() },
        FileFact { kind: file::Kind::Answer, hash, size: making.file.len() as u64 },
    ];
    let handovers = facts.map(|fact| run.sign_handover(&us, fact, now, entropy)).to_vec();
    let number = run.number();
    let document =
        Receipt { run, author: us.card.id().clone(), handovers: handovers.clone(), closing: None }.encode();
    let receipt = StoredReceipt {
        run: number,
        author: us.card.id().clone(),
        peer: proposal.terms().asker.clone(),
        document,
        private: Vec::new(),
        kept: now,
    };
    let held = acceptance.list().class;
    let answered = Answered {
        acceptance: &acceptance,
        secrets: &secrets,
        pk: making.pk,
        file: &making.file,
        file_hash: hash,
        at: now,
    };
    home.put_answer(&proposal.terms_id(), &answered, &receipt)?;
    let mut statements = logged::statements(acceptance.to_private_value())?;
    statements.extend(handovers);
    logged::put(home, &proposal.terms().asker, statements)?;
    Ok(Made {
        run: number,
        file: making.file,
        hash,
        held,
        charged: proposal.terms().n_ask.get(),
        again: false,
    })
}

/// An ask that was claimed before: the same bytes get the stored answer, others are evidence.
fn answer_again(
    home: &mut Home,
    peer: &Peer,
    ask: &ReceivedAsk<'_>,
    bytes: &[u8],
    known: StoredAnswer,
    args: &AnswerArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    let about = shown::about(&args.ask);
    let now = clock::now();
    if known.ask_hash != ask.hash() {
        home.keep_evidence(peer.card.id(), "second-ask", &known.terms_id, bytes, now)?;
        return Err(about(Rejection::AskReplayed));
    }
    let Some((acceptance, _, file, hash)) = known.answer else { return Err(about(Rejection::AskBurnt)) };
    // After a crash between the home and the log.
    logged::put(home, peer.card.id(), logged::statements(acceptance.to_private_value())?)?;
    let held = acceptance.list().class;
    let run = Run { proposal: known.proposal, acceptance }.number();
    let target = Target::from(args.output.as_os_str());
    files::write(&target, file.clone())?;
    let left = budget::left(peer.budget, &home.charges(peer.card.id())?, now);
    let made = Made { run, file, hash, held, charged: 0, again: true };
    report(&made, ask, peer, None, left, &target, context)?;
    Ok(Exit::Done)
}

fn report(
    made: &Made,
    ask: &ReceivedAsk<'_>,
    peer: &Peer,
    read: Option<&ReadList>,
    left: u64,
    target: &Target,
    context: &Context,
) -> Result<(), Failure> {
    let terms = ask.proposal().terms();
    let document = AnsweredJson {
        schema: "detente.answer.v1",
        run: shown::hex(&made.run),
        terms: shown::hex(&ask.proposal().terms_id()),
        peer: peer.card.id().to_string(),
        purpose: terms.purpose.clone(),
        asked_class_items: terms.n_ask.get(),
        held_class_items: made.held.get(),
        charged_items: made.charged,
        budget_left_items: left,
        ours: read.map(CountsJson::of),
        file: target.to_string(),
        size_bytes: made.file.len() as u64,
        blake3: shown::hex(&made.hash),
        again: made.again,
    };
    let written = if made.again {
        format!("{target}: this ask was answered before; the same file again, nothing charged")
    } else {
        format!("{target} ({} bytes)", grouped(made.file.len() as u64))
    };
    let text = tui::table(&[
        ("Answer", written),
        ("Charged", format!("{} items, {} left", grouped(made.charged), grouped(left))),
        ("Receipt", format!("run {}, signed", shown::hex(&made.run))),
        ("Next", format!("send {target} back; when their result file comes: detente receipt add RESULT")),
    ]);
    if *target == Target::Stdout {
        context.tui.note(&text);
        return Ok(());
    }
    say(context, &document, &text)
}
