//! `detente receipt`: what was signed about each match, and the proof of one's own conduct.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use detente_accord::exchange::ReceivedResult;
use detente_accord::receipt::{FileFact, Receipt, Run, Shown};
use detente_accord::words::{self, grouped};
use detente_accord::{Card, PartyId, Rejection, file};
use detente_store::{Access, Home, StoredReceipt};
use serde::Serialize;

use super::{Context, replay, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::shown;
use crate::tui::{self, quoted};
use crate::{clock, homes};

#[derive(Subcommand)]
pub(crate) enum ReceiptCommand {
    /// File the result of a match you answered
    Add(AddArgs),
    /// List the receipts
    #[command(after_help = "Example:\n  detente receipt list --json")]
    List,
    /// Show one receipt; -o writes it to a file for others
    Show(ShowArgs),
    /// Check a receipt's signatures and references
    Verify(VerifyArgs),
    /// Recompute your own files from the kept seed and your list, and compare them with the record
    Replay(replay::ReplayArgs),
}

#[derive(Args)]
#[command(after_help = "Example:
  detente receipt add result.dtn")]
pub(crate) struct AddArgs {
    /// The result you were sent, or the other side's receipt; - is standard input
    file: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente receipt show 3f9c
  detente receipt show 3f9c -o receipt.json")]
pub(crate) struct ShowArgs {
    /// The run number or its first digits, or a receipt file
    receipt: String,
    /// Write the signed document to a file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente receipt verify 3f9c
  detente receipt verify receipt.json --card a.card --card b.card     without a home")]
pub(crate) struct VerifyArgs {
    /// The run number or its first digits, or a receipt file
    receipt: String,
    /// Trust this card, beside those in the home
    #[arg(long, value_name = "CARD")]
    card: Vec<PathBuf>,
}

pub(crate) fn run(command: &ReceiptCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        ReceiptCommand::Add(args) => add(args, context),
        ReceiptCommand::List => list(context),
        ReceiptCommand::Show(args) => show(args, context),
        ReceiptCommand::Verify(args) => verify(args, context),
        ReceiptCommand::Replay(args) => replay::run(args, context),
    }
}

fn add(args: &AddArgs, context: &Context) -> Result<Exit, Failure> {
    let bytes = files::read(&args.file)?;
    if file::looks_like_file(&bytes) {
        add_result(&bytes, &args.file, context)
    } else {
        add_receipt(&bytes, &args.file, context)
    }
}

fn add_result(bytes: &[u8], path: &Path, context: &Context) -> Result<Exit, Failure> {
    let about = shown::about(path);
    let result = ReceivedResult::read(bytes).map_err(&about)?;
    let mut home = context.open(Access::Write)?;
    let known = home.answer(&result.terms_id())?;
    // A changed author's name on a run that we know is a changed file, not a stranger's.
    if known.as_ref().is_some_and(|known| known.peer != *result.author()) {
        return Err(about(Rejection::Contradiction { field: "from" }));
    }
    let peer =
        homes::compared_peer(&home, result.author()).map_err(|failure| failure.about(path.display()))?;
    result.verify(&peer.card, home.card()).map_err(&about)?;
    let known = known.ok_or_else(|| about(Rejection::UnknownAnswer))?;
    let Some((acceptance, _, answer, answer_hash)) = known.answer else {
        return Err(about(Rejection::UnknownAnswer));
    };
    result.check_follows(&known.proposal, &acceptance.accept_id(), &answer_hash).map_err(&about)?;
    let run = Run { proposal: known.proposal, acceptance };
    match known.result_hash {
        Some(hash) if hash != result.hash() => {
            home.keep_evidence(peer.card.id(), "second-result", &known.terms_id, bytes, clock::now())?;
            return Err(about(Rejection::SecondResult));
        }
        Some(_) => context.tui.note("this result was filed before; nothing changed"),
        None => {
            let facts = [
                FileFact { kind: file::Kind::Ask, hash: known.ask_hash, size: known.ask.len() as u64 },
                FileFact { kind: file::Kind::Answer, hash: answer_hash, size: answer.len() as u64 },
                FileFact { kind: file::Kind::Result, hash: result.hash(), size: result.size() },
            ];
            let receipt = close(&home, run.clone(), &facts, &known.peer)?;
            home.close_answer(&known.terms_id, bytes, result.hash(), receipt.kept, &receipt)?;
        }
    }
    log_ours(&home, &run.number(), peer.card.id())?;
    let asked = words::size_in_words(run.proposal.terms().n_ask);
    let text = tui::table(&[
        ("Filed", format!("the result of {}", shown::described(&peer))),
        ("We learned", format!("that they asked, and that they asked about {asked}; not what is in common")),
        ("Receipt", format!("run {}, signed", shown::hex(&run.number()))),
    ]);
    let document = serde_json::json!({
        "schema": "detente.receipt-added.v1", "run": shown::hex(&run.number()), "peer": peer.card.id().as_str(),
    });
    say(context, &document, &text)?;
    Ok(Exit::Done)
}

/// Signs our closing receipt of a run that we answered.
fn close(home: &Home, run: Run, facts: &[FileFact; 3], peer: &PartyId) -> Result<StoredReceipt, Failure> {
    let (now, entropy, us) = (clock::now(), &mut clock::entropy()?, home.us());
    let handovers = facts.map(|fact| run.sign_handover(&us, fact, now, entropy)).to_vec();
    let closing = run.sign_closing(&us, facts, None, now, entropy);
    let private = closing.to_value().encode();
    let number = run.number();
    let author = us.card.id().clone();
    let document = Receipt { run, author: author.clone(), handovers, closing: Some(closing) }.encode();
    Ok(StoredReceipt { run: number, author, peer: peer.clone(), document, private, kept: now })
}

/// Takes our own receipt of a run into the record: the closing part, and the handover of the result, which
/// nothing said before. May be repeated.
pub(super) fn log_ours(home: &Home, run: &[u8; 16], peer: &PartyId) -> Result<(), Failure> {
    let us = home.card().id();
    let stored = home.receipts()?.into_iter().find(|stored| stored.run == *run && stored.author == *us);
    let Some(stored) = stored else { return Ok(()) };
    let receipt = stored.read()?;
    let is_asker = receipt.run.proposal.terms().asker == *us;
    // The answerer said what it made of ask and answer when it answered.
    let handovers = receipt.handovers.into_iter().skip(if is_asker { 0 } else { 2 });
    let mut statements: Vec<_> = handovers.collect();
    if !stored.private.is_empty() {
        let closing = detente_accord::jcs::Value::decode(&stored.private)
            .map_err(|fault| Rejection::NotCanonical { part: "receipt", fault })?;
        statements.extend(crate::logged::statements(closing)?);
    }
    crate::logged::put(home, peer, statements)?;
    Ok(())
}

/// Files the other side's own receipt of a run.
fn add_receipt(bytes: &[u8], path: &Path, context: &Context) -> Result<Exit, Failure> {
    let about = shown::about(path);
    let receipt = Receipt::read(bytes).map_err(|rejection| match rejection {
        Rejection::BadMagic => Failure::usage("neither a result file nor a receipt").about(path.display()),
        other => about(other),
    })?;
    let mut home = context.open(Access::Write)?;
    let peer =
        homes::compared_peer(&home, &receipt.author).map_err(|failure| failure.about(path.display()))?;
    let (asker, answerer) =
        (receipt.run.proposal.terms().asker.clone(), receipt.run.acceptance.answerer().clone());
    let card = |id: &PartyId| {
        if id == peer.card.id() { Some(&peer.card) } else { Some(home.card()).filter(|own| own.id() == id) }
    };
    let (Some(asker), Some(answerer)) = (card(&asker), card(&answerer)) else {
        return Err(about(Rejection::NotAddressedToUs { to: answerer.to_string() }));
    };
    receipt.verify(asker, answerer).map_err(&about)?;
    let stored = StoredReceipt {
        run: receipt.run.number(),
        author: receipt.author.clone(),
        peer: peer.card.id().clone(),
        document: receipt.encode(),
        private: Vec::new(),
        kept: clock::now(),
    };
    home.put_receipt(&stored)?;
    let document = serde_json::json!({
        "schema": "detente.receipt-added.v1", "run": shown::hex(&stored.run), "peer": peer.card.id().as_str(),
    });
    say(
        context,
        &document,
        &format!("Filed     the receipt of {} for run {}", shown::described(&peer), shown::hex(&stored.run)),
    )?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct ReceiptJson {
    schema: &'static str,
    run: String,
    author: String,
    asker: String,
    answerer: String,
    purpose: String,
    types: Vec<&'static str>,
    asked_class_items: u64,
    held_class_items: u64,
    asked_root: String,
    held_root: String,
    charged_items: u64,
    state: &'static str,
    kept_at: Option<String>,
}

impl ReceiptJson {
    fn of(receipt: &Receipt, kept: Option<detente_accord::Time>) -> ReceiptJson {
        let (terms, acceptance) = (receipt.run.proposal.terms(), &receipt.run.acceptance);
        ReceiptJson {
            schema: "detente.receipt.v1",
            run: shown::hex(&receipt.run.number()),
            author: receipt.author.to_string(),
            asker: terms.asker.to_string(),
            answerer: acceptance.answerer().to_string(),
            purpose: terms.purpose.clone(),
            types: terms.kinds.iter().map(|kind| kind.name()).collect(),
            asked_class_items: terms.n_ask.get(),
            held_class_items: acceptance.list().class.get(),
            asked_root: shown::hex(&receipt.run.proposal.list().root),
            held_root: shown::hex(&acceptance.list().root),
            charged_items: terms.n_ask.get(),
            state: state(receipt),
            kept_at: kept.map(clock::rfc3339),
        }
    }
}

fn state(receipt: &Receipt) -> &'static str {
    if receipt.closing.is_some() { "closed" } else { "answered" }
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let mut documents = Vec::new();
    let mut lines = Vec::new();
    for stored in home.receipts()? {
        let receipt = stored.read().map_err(Failure::from)?;
        lines.push(format!(
            "{}  {}  {} asked {}  {}  signed by {}",
            shown::short(&stored.run),
            clock::in_words(stored.kept),
            receipt.run.proposal.terms().asker,
            receipt.run.acceptance.answerer(),
            state(&receipt),
            stored.author,
        ));
        documents.push(ReceiptJson::of(&receipt, Some(stored.kept)));
    }
    let text = if lines.is_empty() { "no receipts yet".to_owned() } else { lines.join("\n") };
    say(context, &serde_json::json!({"schema": "detente.receipts.v1", "receipts": documents}), &text)?;
    Ok(Exit::Done)
}

/// A receipt as it was named on the command line: a file, or the digits of a run in the home.
pub(super) struct Named {
    pub(super) receipt: Receipt,
    pub(super) home: Option<Home>,
}

/// Whether a receipt was named by its file, and not by the digits of its run.
fn is_file(name: &str) -> bool {
    name == "-" || Path::new(name).is_file()
}

pub(super) fn find(name: &str, own: bool, context: &Context) -> Result<Named, Failure> {
    let path = Path::new(name);
    if is_file(name) {
        let receipt = Receipt::read(&files::read(path)?).map_err(|rejection| match rejection {
            Rejection::BadMagic => Failure::usage(format!("{name} is not a receipt"))
                .hint("a receipt is what `detente receipt show RUN -o FILE` writes"),
            other => Failure::from(other).about(name),
        })?;
        return Ok(Named { receipt, home: context.open(Access::Read).ok() });
    }
    let home = context.open(Access::Read)?;
    let digits = name.to_lowercase();
    let is_ours = |stored: &StoredReceipt| !own || stored.author == *home.card().id();
    let all = home.receipts()?;
    let mut found: Vec<&StoredReceipt> = all
        .iter()
        .filter(|stored| {
            is_ours(stored) && !digits.is_empty() && shown::hex(&stored.run).starts_with(&digits)
        })
        .collect();
    // Of one run our own receipt comes first.
    found.sort_by_key(|stored| (stored.run, stored.author != *home.card().id()));
    let Some(first) = found.first() else {
        return Err(Failure::new(Exit::Negative, format!("there is no receipt {}", quoted(name)))
            .hint("detente receipt list"));
    };
    if found.iter().any(|other| other.run != first.run) {
        return Err(Failure::usage(format!("several runs begin with {name}")).hint("give more digits"));
    }
    let receipt = first.read().map_err(Failure::from)?;
    Ok(Named { receipt, home: Some(home) })
}

fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let named = find(&args.receipt, false, context)?;
    if let Some(path) = &args.output {
        let mut bytes = named.receipt.encode();
        bytes.push(b'\n');
        files::write(&Target::from(path.as_os_str()), bytes)?;
        return Ok(Exit::Done);
    }
    let receipt = &named.receipt;
    let (terms, acceptance) = (receipt.run.proposal.terms(), &receipt.run.acceptance);
    let party = |id: &PartyId, class, root: &[u8; 32]| {
        format!("{id}, {}, committed to under {}", words::size_in_words(class), shown::short(root))
    };
    let purpose = if terms.purpose.is_empty() { "none stated".to_owned() } else { quoted(&terms.purpose) };
    let (asked, held) = (receipt.run.proposal.list(), acceptance.list());
    let text = tui::table(&[
        ("Run", shown::hex(&receipt.run.number())),
        ("Asker", party(&terms.asker, asked.class, &asked.root)),
        ("Answerer", party(acceptance.answerer(), held.class, &held.root)),
        ("Types", shown::kinds(&terms.kinds)),
        ("Purpose", purpose),
        ("Learned", words::learns(terms)),
        ("Charged", format!("{} items", grouped(terms.n_ask.get()))),
        ("State", state(receipt).to_owned()),
        ("Signed by", receipt.author.to_string()),
        ("Not shown", "which items are in common, how many, and whether the lists are true".to_owned()),
    ]);
    say(context, &ReceiptJson::of(receipt, None), &text)?;
    Ok(Exit::Done)
}

fn verify(args: &VerifyArgs, context: &Context) -> Result<Exit, Failure> {
    let named = match find(&args.receipt, false, context) {
        // A file that begins as a receipt and does not read as one: the verdict is about it.
        Err(Failure { exit: Exit::Integrity | Exit::Refused, message, .. }) if is_file(&args.receipt) => {
            let document = serde_json::json!({
                "schema": "detente.receipt-verdict.v1", "verdict": "not verified", "reason": message,
            });
            say(context, &document, &format!("not verified: {message}"))?;
            return Ok(Exit::Negative);
        }
        named => named?,
    };
    let receipt = &named.receipt;
    let mut cards = Vec::new();
    for path in &args.card {
        cards.push(Card::read(&files::read(path)?).map_err(shown::about(path))?);
    }
    if let Some(home) = &named.home {
        cards.push(home.card().clone());
        cards.extend(home.peers()?.into_iter().filter(|peer| peer.compared.is_some()).map(|peer| peer.card));
    }
    let card = |id: &PartyId| cards.iter().find(|card| card.id() == id);
    let (asker, answerer) = (&receipt.run.proposal.terms().asker, receipt.run.acceptance.answerer());
    let (Some(asker_card), Some(answerer_card)) = (card(asker), card(answerer)) else {
        let missing = if card(asker).is_none() { asker } else { answerer };
        let reason = format!("no compared card of {missing} is at hand");
        verdict(context, receipt, "cannot decide", Some(&reason), None)?;
        return Ok(Exit::Usage);
    };
    match receipt.verify(asker_card, answerer_card) {
        Ok(shown) => {
            verdict(context, receipt, "verified", None, Some(&shown))?;
            Ok(Exit::Done)
        }
        Err(rejection) => {
            verdict(context, receipt, "not verified", Some(&rejection.to_string()), None)?;
            Ok(Exit::Negative)
        }
    }
}

fn verdict(
    context: &Context,
    receipt: &Receipt,
    verdict: &str,
    reason: Option<&str>,
    shown: Option<&Shown>,
) -> Result<(), Failure> {
    let not_proved = "that the lists are true or complete, which items are in common, when it happened beyond the \
                      authors' own word";
    let files: Vec<_> = shown
        .iter()
        .flat_map(|shown| &shown.files)
        .map(|(file, at)| {
            serde_json::json!({
                "file": file.kind.name(), "blake3": shown::hex(&file.hash), "size_bytes": file.size, "said_at": clock::rfc3339(*at),
            })
        })
        .collect();
    let document = serde_json::json!({
        "schema": "detente.receipt-verdict.v1", "verdict": verdict, "reason": reason,
        "run": shown::hex(&receipt.run.number()), "author": receipt.author.as_str(), "files": files, "not_proved": not_proved,
    });
    let mut rows = Vec::new();
    match reason {
        Some(reason) => rows.push(("Reason", reason.to_owned())),
        None => {
            let (asker, answerer) = (&receipt.run.proposal.terms().asker, receipt.run.acceptance.answerer());
            let signed = format!(
                "{asker} asked {answerer} under terms that both signed; the commitments to both lists; {} files, \
                 byte for byte",
                files.len()
            );
            rows.push(("Shows", signed));
        }
    }
    rows.push(("Not proved", not_proved.to_owned()));
    let run = shown::hex(&receipt.run.number());
    let text =
        format!("{verdict}: receipt of run {run}, signed by {}\n{}", receipt.author, tui::table(&rows));
    if context.json { tui::answer_json(&document) } else { tui::answer(&text) }
}
