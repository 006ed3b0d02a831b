//! `detente peer`: cards of others, how their keys were compared, their budgets.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use detente_accord::limits::{BUDGET_ITEMS_CEILING, BUDGET_ITEMS_DEFAULT};
use detente_accord::words::grouped;
use detente_accord::{Card, Rejection, budget};
use detente_store::{Access, Compared, Home, MatchPolicy, Peer};
use serde::Serialize;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::shown;
use crate::tui::{self, quoted};
use crate::{clock, files, homes};

#[derive(Subcommand)]
pub(crate) enum PeerCommand {
    /// Keep a peer's card; compare its six words first
    Add(AddArgs),
    /// List the peers
    #[command(after_help = "Example:\n  detente peer list --json")]
    List,
    /// Show one peer: card, comparison, budget left, open asks
    #[command(after_help = "Example:\n  detente peer show cert-b")]
    Show(OneArgs),
    /// Change what you decided about a peer
    Set(SetArgs),
    /// Forget a peer's card; receipts stay
    #[command(after_help = "Example:\n  detente peer remove cert-b")]
    Remove(OneArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente peer add b.card --words \"one two three four five six\" --compared call
  detente peer add b.card                 asks for the words on a terminal; else stored as not compared")]
pub(crate) struct AddArgs {
    /// The card; - is standard input
    card: PathBuf,
    /// The six words, as the peer read them to you by another channel
    #[arg(long, requires = "compared")]
    words: Option<String>,
    /// How you compared them: in-person, call, third-party
    #[arg(long, value_name = "HOW", requires = "words")]
    compared: Option<String>,
}

#[derive(Args)]
pub(crate) struct OneArgs {
    /// The peer, by id or name
    peer: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente peer set cert-b --budget 50000
  detente peer set cert-b --match allow --list feed")]
pub(crate) struct SetArgs {
    /// The peer, by id or name
    peer: String,
    /// Items it may ask of you in any 30 days
    #[arg(long, value_name = "N", required_unless_present = "policy")]
    budget: Option<u64>,
    /// When it proposes a live match: let it run, ask an officer, or refuse it
    #[arg(long = "match", value_enum, value_name = "POLICY", id = "policy")]
    policy: Option<PolicyFlag>,
    /// The standing list that answers it: detente list keep
    #[arg(long, value_name = "NAME", requires = "policy")]
    list: Option<String>,
}

/// What a peer that proposes a live match is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum PolicyFlag {
    Allow,
    Ask,
    Refuse,
}

pub(crate) fn run(command: &PeerCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        PeerCommand::Add(args) => add(args, context),
        PeerCommand::List => list(context),
        PeerCommand::Show(args) => show(args, context),
        PeerCommand::Set(args) => set(args, context),
        PeerCommand::Remove(args) => remove(args, context),
    }
}

fn add(args: &AddArgs, context: &Context) -> Result<Exit, Failure> {
    let card = read_card(&args.card)?;
    let mut home = context.open(Access::Write)?;
    if card.identity() == home.card().identity() {
        return Err(Failure::usage("this is your own card")
            .hint("hand it to the peer, and add the card you get back"));
    }
    if card.id() == home.card().id() {
        let failure = Failure::refused(format!("the peer has the same id as you: {}", card.id()));
        return Err(failure.hint("one of you makes a home with another id: detente init NAME --id ID"));
    }
    let held = home.peer(card.id())?;
    if let Some(held) = &held {
        card.replaces(&held.card)?;
    }
    let compared = match held.as_ref().and_then(|peer| peer.compared) {
        Some(compared) if args.words.is_none() => Some(compared),
        _ => compare(args, &card, context)?,
    };
    let peer = Peer {
        added: held.as_ref().map_or_else(clock::now, |held| held.added),
        budget: held.as_ref().map_or(BUDGET_ITEMS_DEFAULT, |held| held.budget),
        compared,
        card,
    };
    home.put_peer(&peer)?;
    let document = PeerJson::of(&peer, None);
    let compared =
        peer.compared.map_or("not compared".to_owned(), |(how, _)| format!("compared {}", how.in_words()));
    let words = format!(
        "Added {}, card revision {}, {compared}.",
        shown::described(&peer),
        peer.card.fields().revision
    );
    say(context, &document, &words)?;
    if peer.compared.is_none() {
        context.tui.warn("the key of this peer was not compared: ask and answer refuse it until it is");
        context.tui.note(
            "hint: have them read their words to you by another channel (detente card --words), then: \
             detente peer add CARD --words \"w1 … w6\" --compared call",
        );
    }
    Ok(Exit::Done)
}

fn read_card(path: &std::path::Path) -> Result<Card, Failure> {
    Card::read(&files::read(path)?).map_err(|rejection| {
        let failure = match rejection {
            Rejection::BadMagic => Failure::usage("this is not a card")
                .hint("a card is what `detente card` prints on the peer's side"),
            other => Failure::from(other),
        };
        failure.about(path.display())
    })
}

/// Compares the words that were given, or asks for them on a terminal. `None`: not compared.
fn compare(
    args: &AddArgs,
    card: &Card,
    context: &Context,
) -> Result<Option<(Compared, detente_accord::Time)>, Failure> {
    let (said, how) = match (&args.words, &args.compared) {
        (Some(words), Some(how)) => (words.clone(), how.clone()),
        _ => {
            let question = format!(
                "Ask {} to read their six words to you by another channel, and type them (empty: not compared):",
                quoted(&card.fields().name)
            );
            let Some(said) = context.tui.ask(&question).filter(|said| !said.is_empty()) else {
                return Ok(None);
            };
            let how = context
                .tui
                .ask("How did you compare them? in-person, call, third-party:")
                .unwrap_or_default();
            (said, how)
        }
    };
    let how = Compared::from_name(&how).ok_or_else(|| {
        Failure::usage(format!("{} is no way to compare", quoted(&how)))
            .hint("ways are in-person, call, third-party")
    })?;
    if !card.words_are(&said) {
        return Err(Rejection::WordsDiffer.into());
    }
    Ok(Some((how, clock::now())))
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let peers = home.peers()?;
    let documents: Vec<PeerJson> = peers
        .iter()
        .map(|peer| Ok(PeerJson::of(peer, Some(&standing(&home, peer)?))))
        .collect::<Result<_, Failure>>()?;
    let lines: Vec<String> =
        peers.iter().map(|peer| format!("{}  {}", shown::described(peer), comparison(peer))).collect();
    let words = if lines.is_empty() { "no peers yet".to_owned() } else { lines.join("\n") };
    say(context, &serde_json::json!({"schema": "detente.peers.v1", "peers": documents}), &words)?;
    Ok(Exit::Done)
}

fn show(args: &OneArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let peer = homes::peer(&home, &args.peer)?;
    let standing = standing(&home, &peer)?;
    let fields = peer.card.fields();
    let mut rows = vec![
        ("Peer", shown::described(&peer)),
        ("Card", format!("revision {}, added {}", fields.revision, clock::in_words(peer.added))),
        ("Key", comparison(&peer)),
        ("Words", peer.card.words().join(" ")),
        ("Budget", format!("{} of {} items left in 30 days", grouped(standing.left), grouped(peer.budget))),
    ];
    rows.push(("Matches", policy_in_words(&standing.policy)));
    if !fields.contact.is_empty() {
        rows.push(("Contact", quoted(&fields.contact)));
    }
    for ask in &standing.open_asks {
        rows.push(("Open ask", format!("{}, made {}: {}", ask.terms, ask.made, ask.state)));
    }
    let words = tui::table(&rows);
    say(context, &PeerJson::of(&peer, Some(&standing)), &words)?;
    Ok(Exit::Done)
}

/// All peers, as documents by id.
///
/// # Errors
/// Those of the disk.
pub(crate) fn documents(home: &Home) -> Result<Vec<serde_json::Value>, Failure> {
    let one = |peer: &Peer| Ok(serde_json::json!(PeerJson::of(peer, Some(&standing(home, peer)?))));
    home.peers()?.iter().map(one).collect()
}

fn set(args: &SetArgs, context: &Context) -> Result<Exit, Failure> {
    if args.budget.is_some_and(|budget| budget > BUDGET_ITEMS_CEILING) {
        let failure = Failure::usage(format!("a budget is at most {} items", grouped(BUDGET_ITEMS_CEILING)));
        return Err(failure.hint("more would let a peer sweep the IPv4 addresses by guessing"));
    }
    let mut home = context.open(Access::Write)?;
    let mut peer = homes::peer(&home, &args.peer)?;
    let policy = args.policy.map(|policy| policy_of(policy, args.list.as_deref(), &home)).transpose()?;
    if let Some(budget) = args.budget {
        peer.budget = budget;
        home.put_peer(&peer)?;
    }
    if let Some(policy) = &policy {
        home.set_match_policy(peer.card.id(), policy)?;
    }
    let standing = standing(&home, &peer)?;
    let words = format!(
        "{} may ask {} items in 30 days; {} are left. {}.",
        shown::described(&peer),
        grouped(peer.budget),
        grouped(standing.left),
        policy_in_words(&standing.policy)
    );
    say(context, &PeerJson::of(&peer, Some(&standing)), &words)?;
    Ok(Exit::Done)
}

fn policy_of(flag: PolicyFlag, list: Option<&str>, home: &Home) -> Result<MatchPolicy, Failure> {
    if let Some(name) = list
        && !home.kept_lists()?.iter().any(|kept| kept.name == name)
    {
        return Err(Failure::usage(format!("no list {} is kept", quoted(name)))
            .hint("detente list keep NAME LIST keeps one"));
    }
    match (flag, list) {
        (PolicyFlag::Allow, Some(list)) => Ok(MatchPolicy::Allow(list.to_owned())),
        (PolicyFlag::Allow, None) => Err(Failure::usage("to let matches run takes a standing list")
            .hint("detente list keep NAME LIST, then: detente peer set PEER --match allow --list NAME")),
        (PolicyFlag::Ask, list) => Ok(MatchPolicy::Ask(list.map(str::to_owned))),
        (PolicyFlag::Refuse, None) => Ok(MatchPolicy::Refuse),
        (PolicyFlag::Refuse, Some(_)) => Err(Failure::usage("a refusal takes no list")),
    }
}

fn policy_in_words(policy: &MatchPolicy) -> String {
    match policy {
        MatchPolicy::Allow(list) => format!("Live matches run with the list {list}"),
        MatchPolicy::Ask(None) => "An officer decides about live matches".to_owned(),
        MatchPolicy::Ask(Some(list)) => format!("An officer decides about live matches with the list {list}"),
        MatchPolicy::Refuse => "Live matches are refused".to_owned(),
    }
}

fn remove(args: &OneArgs, context: &Context) -> Result<Exit, Failure> {
    let mut home = context.open(Access::Write)?;
    let peer = homes::peer(&home, &args.peer)?;
    home.remove_peer(peer.card.id())?;
    let document = serde_json::json!({"schema": "detente.peer-removed.v1", "id": peer.card.id().as_str()});
    say(
        context,
        &document,
        &format!("Removed the card of {}. Receipts and budget ledger stay.", shown::described(&peer)),
    )?;
    Ok(Exit::Done)
}

fn comparison(peer: &Peer) -> String {
    match peer.compared {
        Some((how, at)) => format!("compared {}, {}", how.in_words(), clock::in_words(at)),
        None => "not compared".to_owned(),
    }
}

/// What is going on with a peer.
struct Standing {
    left: u64,
    policy: MatchPolicy,
    open_asks: Vec<OpenAsk>,
}

#[derive(Serialize, Clone)]
struct OpenAsk {
    terms: String,
    made: String,
    until: String,
    state: String,
}

fn standing(home: &Home, peer: &Peer) -> Result<Standing, Failure> {
    let now = clock::now();
    let left = budget::left(peer.budget, &home.charges(peer.card.id())?, now);
    let asks = home.asks(Some(peer.card.id()))?;
    let open_asks = asks
        .iter()
        .filter(|ask| ask.opened.is_none())
        .map(|ask| {
            let terms = ask.proposal.terms();
            let until = clock::in_words(terms.until);
            OpenAsk {
                terms: shown::short(&ask.terms_id),
                made: clock::rfc3339(terms.made),
                until: clock::rfc3339(terms.until),
                state: if now > terms.until {
                    format!("no answer by {until}")
                } else {
                    format!("open until {until}")
                },
            }
        })
        .collect();
    Ok(Standing { left, policy: home.match_policy(peer.card.id())?, open_asks })
}

#[derive(Serialize)]
struct PeerJson {
    schema: &'static str,
    id: String,
    name: String,
    contact: String,
    revision: u64,
    words: [&'static str; 6],
    compared: Option<&'static str>,
    compared_at: Option<String>,
    added_at: String,
    budget_items: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_left_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "match")]
    policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    match_list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_asks: Option<Vec<OpenAsk>>,
}

impl PeerJson {
    fn of(peer: &Peer, standing: Option<&Standing>) -> PeerJson {
        let fields = peer.card.fields();
        PeerJson {
            schema: "detente.peer.v1",
            id: fields.id.to_string(),
            name: fields.name.clone(),
            contact: fields.contact.clone(),
            revision: fields.revision,
            words: peer.card.words(),
            compared: peer.compared.map(|(how, _)| how.name()),
            compared_at: peer.compared.map(|(_, at)| clock::rfc3339(at)),
            added_at: clock::rfc3339(peer.added),
            budget_items: peer.budget,
            budget_left_items: standing.map(|standing| standing.left),
            policy: standing.map(|standing| standing.policy.name()),
            match_list: standing.and_then(|standing| standing.policy.list().map(str::to_owned)),
            open_asks: standing.map(|standing| standing.open_asks.clone()),
        }
    }
}
