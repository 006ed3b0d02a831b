//! `detente ask`: the first of the three files.

use std::path::PathBuf;

use clap::Args;
use detente_accord::exchange::{AskOrder, ask_file, propose};
use detente_accord::limits::{ASK_DAYS_DEFAULT, ASK_DAYS_MAX, DAY_MS};
use detente_accord::words::{self, grouped};
use detente_accord::{Time, file, is_purpose};
use detente_store::{Access, Home, Peer, Places, StoredAsk};
use serde::Serialize;

use super::result_table::AllPlaces;
use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::lists::{self, CountsJson, ListArgs, ReadList, Side};
use crate::pool::Pool;
use crate::shown;
use crate::{clock, homes, logged, tui};

/// Ask a peer what its list and yours have in common: writes the first of three files
#[derive(Args)]
#[command(after_help = "Examples:
  detente ask ours.csv --peer cert-b --purpose \"phishing wave of 20 November\" -o ask.dtn
  detente ask misp-export.json --peer cert-b --types domain,sha256 -o ask.dtn")]
pub(crate) struct AskArgs {
    /// The list: a file, a folder, or - for standard input
    list: PathBuf,
    /// Whom to ask, by id or name
    #[arg(long)]
    peer: String,
    /// Why you ask; the peer reads this
    #[arg(long, default_value = "")]
    purpose: String,
    /// Days until the ask runs out
    #[arg(long, value_name = "N", default_value_t = ASK_DAYS_DEFAULT)]
    days: u64,
    /// If more items are in common than this, ask before the result is written
    #[arg(long, value_name = "N")]
    cap: Option<u64>,
    /// Go on without asking about a list that carries no marking
    #[arg(long)]
    yes: bool,
    /// Where to write the ask; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The peer is the named recipient of TLP:RED items: take them too
    #[arg(long)]
    named_recipient: bool,
    #[command(flatten)]
    lists: ListArgs,
}

#[derive(Serialize)]
struct Asked {
    schema: &'static str,
    terms: String,
    peer: String,
    purpose: String,
    types: Vec<&'static str>,
    class_items: u64,
    until: String,
    ours: CountsJson,
    file: String,
    size_bytes: u64,
    blake3: String,
    logged: Vec<String>,
}

pub(crate) fn run(args: &AskArgs, context: &Context) -> Result<Exit, Failure> {
    let until = expiry(args)?;
    let mut home = context.open(Access::Write)?;
    let peer = homes::peer(&home, &args.peer)?;
    homes::require_compared(&peer)?;
    let read = args.lists.read(&args.list, Side::Ours, &context.tui)?.for_peer(args.named_recipient);
    refuse_empty(&read)?;
    confirm_unmarked(&read, args.yes, context)?;

    let ask = make(&home, &peer, args, &read, until, context)?;
    let target = Target::from(args.output.as_os_str());
    // On disk beside its place first, then in the home, then in place: the ask never leaves unrecorded, and
    // a full disk leaves neither half behind.
    let prepared = files::prepare(&target, ask.file.clone())?;
    home.put_ask(&ask)?;
    let statements = logged::statements(ask.proposal.to_private_value())?;
    let logged = match logged::put(&home, peer.card.id(), statements) {
        Ok(logged) => logged,
        Err(failure) => {
            home.remove_ask(&ask.terms_id)?;
            return Err(failure);
        }
    };
    if let Err(failure) = prepared.release() {
        home.remove_ask(&ask.terms_id)?;
        return Err(failure);
    }
    report(&ask, &peer, &read, &target, &logged, context)?;
    Ok(Exit::Done)
}

fn expiry(args: &AskArgs) -> Result<Time, Failure> {
    if args.days == 0 || args.days > ASK_DAYS_MAX {
        return Err(Failure::usage(format!("an ask stands for 1 to {ASK_DAYS_MAX} days")));
    }
    if !is_purpose(&args.purpose) {
        return Err(Failure::usage("the purpose is longer than 1 KiB or holds control characters"));
    }
    Ok(Time(clock::now().0 + args.days * DAY_MS))
}

fn refuse_empty(read: &ReadList) -> Result<(), Failure> {
    if !read.list.is_empty() {
        return Ok(());
    }
    let counts = lists::counts_in_words(read.counts());
    Err(Failure::usage(format!("the list holds no item to ask about: {counts}"))
        .hint("detente list show LIST --rejects FILE lists what was dropped, and why"))
}

/// Asks once about a list without markings; without a terminal it goes on and says so.
pub(super) fn confirm_unmarked(read: &ReadList, yes: bool, context: &Context) -> Result<(), Failure> {
    let unmarked = read.counts().unmarked;
    if unmarked == 0 || yes {
        return Ok(());
    }
    let question = format!(
        "{} of {} items carry no TLP or PAP marking. May they take part in a match?",
        grouped(unmarked),
        grouped(read.counts().items)
    );
    match context.tui.confirm(&question) {
        Some(false) => Err(Failure::refused("nobody said that unmarked items may take part")
            .hint("mark the file with --tlp and --pap, or say --yes")),
        Some(true) => Ok(()),
        None => {
            context.tui.note(&format!("{} items carry no TLP or PAP marking", grouped(unmarked)));
            Ok(())
        }
    }
}

fn make(
    home: &Home,
    peer: &Peer,
    args: &AskArgs,
    read: &ReadList,
    until: Time,
    context: &Context,
) -> Result<StoredAsk, Failure> {
    let (us, items) = (home.us(), read.items());
    let order = AskOrder {
        peer: &peer.card,
        list: &items,
        counts: &read.kinds(),
        kinds: args.lists.kinds()?,
        profile: lists::canon_profile(),
        warninglists: args.lists.warninglist_hashes()?,
        purpose: args.purpose.clone(),
        cap: args.cap,
        made: clock::now(),
        until,
    };
    let (proposal, secrets) = propose(&us, order, &mut clock::entropy()?)?;
    let pool = Pool::with_progress(context.tui.progress("blinding"));
    let file = ask_file(&us, &proposal, &secrets, &items, &pool)?;
    Ok(StoredAsk {
        terms_id: proposal.terms_id(),
        peer: peer.card.id().clone(),
        file_hash: file::hash(&file),
        proposal,
        secrets,
        file,
        items: Some(read.packed()),
        places: Some(Places(AllPlaces::of(&read.list).to_bytes()?)),
        opened: None,
    })
}

fn report(
    ask: &StoredAsk,
    peer: &Peer,
    read: &ReadList,
    target: &Target,
    logged: &[String],
    context: &Context,
) -> Result<(), Failure> {
    let terms = ask.proposal.terms();
    let document = Asked {
        schema: "detente.ask.v1",
        terms: shown::hex(&ask.terms_id),
        peer: peer.card.id().to_string(),
        purpose: terms.purpose.clone(),
        types: terms.kinds.iter().map(|kind| kind.name()).collect(),
        class_items: terms.n_ask.get(),
        until: clock::rfc3339(terms.until),
        ours: CountsJson::of(read),
        file: target.to_string(),
        size_bytes: ask.file.len() as u64,
        blake3: shown::hex(&ask.file_hash),
        logged: logged.to_vec(),
    };
    let mut rows = vec![
        ("Peer", shown::described(peer)),
        ("Ours", lists::counts_in_words(read.counts())),
        ("Ask", format!("{target} ({} bytes)", grouped(ask.file.len() as u64))),
        ("Terms", format!("{}, open until {}", shown::short(&ask.terms_id), clock::in_words(terms.until))),
        ("They learn", words::they_learned(terms)),
        ("Next", format!("send {target} to them; then detente open ANSWER -o result.dtn")),
    ];
    rows.extend(logged::in_words(logged));
    let text = tui::table(&rows);
    if *target == Target::Stdout {
        context.tui.note(&text);
        return Ok(());
    }
    say(context, &document, &text)
}
