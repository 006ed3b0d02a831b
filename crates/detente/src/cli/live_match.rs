//! `detente match LIST --with PEER`: a live match, through the node that runs on the home, or without one.
//!
//! The command proposes it itself: terms and list go on our record, seed and list into our home. Whoever runs on the
//! home then finds both there and goes on; where no node runs, this process is one for as long as the match takes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use detente_accord::limits::{ASK_DAYS_DEFAULT, ASK_DAYS_MAX, DAY_MS};
use detente_accord::words::{self, grouped};
use detente_accord::{PartyId, Time, is_purpose};
use detente_link::Limits;
use detente_node::engine::{Moment, Node, World};
use detente_node::links::Links;
use detente_node::live::{self, Listed, Live, Order, Outcome, Reach, Reveal, RunId, RunView, Stage};
use detente_node::{Access as Open, Accord};
use detente_psi::size::SizeClass;
use detente_store::{Access, EndedRun, Home, Peer};
use serde::Serialize;

use super::ask::confirm_unmarked;
use super::result_table::{self, Place, Row};
use super::{Context, say};
use crate::accords::AccordFlag;
use crate::control::{self, Request};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::lists::{self, CountsJson, ListArgs, ReadList, Side};
use crate::matching::Chosen;
use crate::tui;
use crate::{clock, homes, shown};

/// Between two looks at what has become of the match.
const LOOK: Duration = Duration::from_millis(100);

/// How long a receipt of the other side is waited for once we have ours: it comes with its next packet.
const RECEIPT_WAIT: Duration = Duration::from_secs(10);

/// Match a list with a peer's, over a link
#[derive(Args)]
pub(crate) struct MatchArgs {
    /// The list: a file, a folder, or - for standard input
    pub(crate) list: Option<PathBuf>,
    /// With whom, by id or name
    #[arg(long, value_name = "PEER", required = true)]
    with: Option<String>,
    /// Who learns what is in common: we, or both sides
    #[arg(long, value_enum, default_value_t = RevealFlag::Ours)]
    reveal: RevealFlag,
    #[command(flatten)]
    suite: crate::matching::SuiteArgs,
    /// Why you ask; the peer reads this
    #[arg(long, default_value = "")]
    purpose: String,
    /// Days until the terms run out
    #[arg(long, value_name = "N", default_value_t = ASK_DAYS_DEFAULT)]
    days: u64,
    /// If more items are in common than this, ask before the result is shown
    #[arg(long, value_name = "N")]
    cap: Option<u64>,
    /// Go on without asking about a list that carries no marking, or about more matches than the cap
    #[arg(long)]
    yes: bool,
    /// Propose the match and do not wait for its end
    #[arg(long)]
    no_wait: bool,
    /// Where to write what is in common, with the places it stood in your list; stays with you
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The peer is the named recipient of TLP:RED items: take them too
    #[arg(long)]
    named_recipient: bool,
    #[command(flatten)]
    accord: AccordFlag,
    #[command(flatten)]
    lists: ListArgs,
}

/// Who learns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum RevealFlag {
    Ours,
    Both,
}

impl RevealFlag {
    fn reveal(self) -> Reveal {
        match self {
            RevealFlag::Ours => Reveal::Ours,
            RevealFlag::Both => Reveal::Both,
        }
    }
}

#[derive(Serialize)]
struct Matched<'a> {
    schema: &'static str,
    suite: &'static str,
    code: &'static str,
    reveal: &'static str,
    peer: String,
    run: String,
    ours: CountsJson,
    theirs: Theirs,
    common_count: u64,
    common: &'a [Row],
    they_learned: String,
    seconds: f64,
    bytes: u64,
    receipt: Receipt,
    entries: Vec<String>,
}

#[derive(Serialize)]
struct Theirs {
    class_items: u64,
}

#[derive(Serialize)]
struct Receipt {
    run: Option<String>,
    transcript: Option<String>,
    signed_by: Vec<String>,
}

#[derive(Serialize)]
struct Proposed {
    schema: &'static str,
    run: String,
    peer: String,
    until: String,
}

pub(crate) fn run(args: &MatchArgs, context: &Context) -> Result<Exit, Failure> {
    let (Some(list), Some(with)) = (&args.list, &args.with) else {
        return Err(
            Failure::usage("name a list, and with whom to match it").hint("detente match LIST --with PEER")
        );
    };
    check(args)?;
    let read = args.lists.read(list, Side::Ours, &context.tui)?.for_peer(args.named_recipient);
    confirm_unmarked(&read, args.yes, context)?;
    let place = homes::place(context.home.as_deref())?;
    let proposed = propose(args, with, &read, context)?;
    // The node, if one runs, has the home back from here on.
    control::give_back();
    if args.no_wait {
        return report_proposed(&proposed, context);
    }
    let alone = match control::call(&place, &Request::Status {}, control::LEND_WAIT)? {
        Some(_) => None,
        None => Some(Alone::start(&place)?),
    };
    let ended = wait(&place, &proposed, context);
    if let Some(alone) = alone {
        alone.stop()?;
    }
    report(args, &proposed, &read, ended?, context)
}

fn check(args: &MatchArgs) -> Result<(), Failure> {
    if args.days == 0 || args.days > ASK_DAYS_MAX {
        return Err(Failure::usage(format!("terms stand for 1 to {ASK_DAYS_MAX} days")));
    }
    if !is_purpose(&args.purpose) {
        return Err(Failure::usage("the purpose is longer than 1 KiB or holds control characters"));
    }
    Ok(())
}

/// What was proposed, and what is needed to tell of it.
struct Standing {
    run: RunId,
    record: PathBuf,
    peer: PartyId,
    described: String,
    until: Time,
}

fn propose(args: &MatchArgs, with: &str, read: &ReadList, context: &Context) -> Result<Standing, Failure> {
    let home = context.open(Access::Write)?;
    let peer = homes::peer(&home, with)?;
    homes::require_compared(&peer)?;
    let until = Time(clock::now().0 + args.days * DAY_MS);
    let record = place_of(&home, &peer, &args.accord)?;
    let mut accord = Accord::open(&home, &record, Open::Write)?;
    let order = order(args, &peer, &accord, read, until)?;
    context.tui.disclose(&terms_in_words(args, &peer, read));
    let moment = Moment { now: clock::now(), entropy: clock::entropy()? };
    let mut desk = home.second()?;
    let run = live::propose(&mut desk, &mut accord, order, moment)?;
    Ok(Standing { run, record, peer: peer.card.id().clone(), described: shown::described(&peer), until })
}

/// The folder of the accord with a peer: the one that was named, else a bare one before others.
pub(super) fn place_of(home: &Home, peer: &Peer, flag: &AccordFlag) -> Result<PathBuf, Failure> {
    if let Some(named) = &flag.accord {
        return Ok(detente_node::find(home, &detente_node::Sought::Named(named))?.path);
    }
    let (us, them) = (home.card().id(), peer.card.id());
    let mut found = detente_node::list(home)?;
    found.retain(|accord| accord.parties.contains(us) && accord.parties.contains(them));
    found.sort_by_key(|accord| !accord.title.is_empty());
    found.into_iter().next().map(|accord| accord.path).ok_or_else(|| {
        Failure::refused(format!("there is no accord with {them}: its terms have no record to stand on"))
            .hint("found one: detente accord offer; or match by files: detente ask LIST --peer PEER")
    })
}

fn order(
    args: &MatchArgs,
    peer: &Peer,
    accord: &Accord<'_>,
    read: &ReadList,
    until: Time,
) -> Result<Order, Failure> {
    let count = read.list.len() as u64;
    if read.list.is_empty() {
        return Err(Failure::usage("the list holds no item to match")
            .hint("detente list show LIST --rejects FILE lists what was dropped, and why"));
    }
    let class = SizeClass::for_count(count)
        .ok_or_else(|| Failure::refused(format!("{count} items are more than one match can take")))?;
    // Over a link the suite is vole: `--suite voprf` is what files are for.
    let code = match args.suite.choose_live(class)? {
        Chosen::Vole(code) => Some(code),
        Chosen::Voprf => {
            return Err(Failure::usage("the suite voprf is for files")
                .hint("detente ask LIST --peer PEER; or leave --suite away"));
        }
    };
    Ok(Order {
        record: accord.charter().record_id(),
        peer: peer.card.id().clone(),
        list: listed(read),
        kinds: args.lists.kinds()?,
        profile: lists::canon_profile(),
        warninglists: args.lists.warninglist_hashes()?,
        reveal: args.reveal.reveal(),
        code,
        purpose: args.purpose.clone(),
        cap: args.cap,
        until,
    })
}

/// A list that was read, as a match takes it.
pub(super) fn listed(read: &ReadList) -> Listed {
    let place = |place: &detente_indicators::Place| live::Place { source: place.source, line: place.line };
    let places = (0..read.list.len()).map(|rank| read.list.places(rank).iter().map(place).collect());
    Listed { packed: read.packed(), sources: read.list.sources().to_vec(), places: places.collect() }
}

/// What will leave and what they will learn, before anything does.
fn terms_in_words(args: &MatchArgs, peer: &Peer, read: &ReadList) -> String {
    let how = peer.compared.map_or("not compared", |(how, _)| how.in_words());
    let size = SizeClass::for_count(read.list.len() as u64).map(words::size_in_words).unwrap_or_default();
    let learn = match args.reveal {
        RevealFlag::Ours => {
            format!("that we ask, and that we hold {size}. Not which are in common, nor how many")
        }
        RevealFlag::Both => {
            format!("which of their own items are also on our list, that we ask, and that we hold {size}")
        }
    };
    tui::table(&[
        ("Peer", format!("{}; you compared its key {how}", shown::described(peer))),
        ("Ours", lists::counts_in_words(read.counts())),
        ("They learn", learn),
    ])
    .trim_end()
    .to_owned()
}

/// A node for as long as the match takes, where none runs on the home.
struct Alone {
    runtime: tokio::runtime::Runtime,
    node: Node,
    links: Links,
    _live: Live,
}

impl Alone {
    fn start(home: &Path) -> Result<Alone, Failure> {
        let world = World { now: Arc::new(clock::now), entropy: Arc::new(clock::entropy_or_end) };
        let node = Node::start(home, world)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Exit::Temporary, format!("the runtime does not start: {error}")))?;
        let (links, live) = runtime.block_on(async {
            let (links, offered) = Links::start(node.handle(), None, Limits::default()).await?;
            let live = Live::begin(node.handle(), Reach::Links(links.clone(), offered)).await?;
            Ok::<_, detente_node::Error>((links, live))
        })?;
        Ok(Alone { runtime, node, links, _live: live })
    }

    fn stop(self) -> Result<(), Failure> {
        self.runtime.block_on(async {
            self.links.stop().await;
            self.node.handle().stop().await;
        });
        let ended = self.node.join();
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        Ok(ended?)
    }
}

/// How it ended, as home and record have it.
struct Ended {
    view: RunView,
    row: EndedRun,
}

/// Waits until the match has ended, and a while for the receipt of the other side.
fn wait(place: &Path, standing: &Standing, context: &Context) -> Result<Ended, Failure> {
    let bar = context.tui.progress("matching");
    let row = loop {
        let home = Home::open(place, Access::Read)?;
        let run = home.live_run(&standing.run.0)?;
        let run =
            run.ok_or_else(|| Failure::new(Exit::Integrity, "the match is not in the home any more"))?;
        bar.set_message(if run.begun.is_some() { "matching" } else { "waiting for the other side" });
        if let Some(ended) = run.ended {
            break ended;
        }
        std::thread::sleep(LOOK);
    };
    let until = Instant::now() + RECEIPT_WAIT;
    let view = loop {
        let view = view(place, standing)?;
        let is_done = match &view.outcome {
            Some(Outcome::Done(_)) => view.receipts.len() == 2,
            _ => view.stage == Stage::Ended,
        };
        if is_done || Instant::now() > until {
            break view;
        }
        std::thread::sleep(LOOK);
    };
    bar.finish_and_clear();
    Ok(Ended { view, row })
}

fn view(place: &Path, standing: &Standing) -> Result<RunView, Failure> {
    let home = Home::open(place, Access::Read)?;
    let accord = Accord::open(&home, &standing.record, Open::Read)?;
    let found = live::views(&home, &accord, clock::now())?.into_iter().find(|view| view.id == standing.run);
    found.ok_or_else(|| Failure::new(Exit::Integrity, "the match is not on the record any more"))
}

fn report_proposed(standing: &Standing, context: &Context) -> Result<Exit, Failure> {
    let document = Proposed {
        schema: "detente.match-proposed.v1",
        run: standing.run.to_string(),
        peer: standing.peer.to_string(),
        until: clock::rfc3339(standing.until),
    };
    let text = tui::table(&[
        ("Peer", standing.described.clone()),
        (
            "Match",
            format!(
                "{} proposed, open until {}",
                shown::short(&standing.run.0),
                clock::in_words(standing.until)
            ),
        ),
        ("Next", "the running node goes on with it: detente match list".to_owned()),
    ]);
    say(context, &document, &text)?;
    Ok(Exit::Done)
}

fn report(
    args: &MatchArgs,
    standing: &Standing,
    read: &ReadList,
    ended: Ended,
    context: &Context,
) -> Result<Exit, Failure> {
    let Ended { view, row } = ended;
    if let Some(failure) = failure(view.outcome.as_ref(), standing) {
        return Err(failure);
    }
    let rows = rows(&row)?;
    heed_cap(args, &view, &rows, context)?;
    if let Some(path) = &args.csv {
        files::write(&Target::from(path.as_os_str()), result_table::to_csv(&rows))?;
    }
    let class = view.held.ok_or_else(|| Failure::new(Exit::Integrity, "the match has no list of theirs"))?;
    let they_learned = they_learned(args, &view);
    let document = Matched {
        schema: "detente.match.v1",
        suite: "vole",
        code: view.code,
        reveal: view.reveal.name(),
        peer: standing.peer.to_string(),
        run: view.id.to_string(),
        ours: CountsJson::of(read),
        theirs: Theirs { class_items: class.get() },
        common_count: rows.len() as u64,
        common: &rows,
        they_learned: they_learned.clone(),
        seconds: row.wall_ms as f64 / 1000.0,
        bytes: row.bytes,
        receipt: Receipt {
            run: view.run.map(|run| shown::hex(&run)),
            transcript: row.transcript.map(|transcript| shown::hex(&transcript)),
            signed_by: signers(&view),
        },
        entries: view.entries.iter().map(ToString::to_string).collect(),
    };
    let mut lines = vec![
        ("Peer", standing.described.clone()),
        ("Ours", lists::counts_in_words(read.counts())),
        ("Theirs", format!("{} (size class)", words::size_in_words(class))),
        ("In common", result_table::count_in_words(&rows)),
        ("They learned", they_learned),
        ("Receipt", receipt_in_words(&view)),
    ];
    if let Some(path) = &args.csv {
        lines.push(("Table", format!("{}: stays with you", shown::path(path))));
    }
    let mut text = tui::table(&lines);
    if args.csv.is_none() {
        text += &result_table::items_in_words(&rows);
    }
    say(context, &document, &text)?;
    if !context.json && !rows.is_empty() {
        context.tui.note(words::NOT_ATTRIBUTION);
    }
    Ok(if rows.is_empty() { Exit::Negative } else { Exit::Done })
}

/// Why there is no result, if there is none.
fn failure(outcome: Option<&Outcome>, standing: &Standing) -> Option<Failure> {
    let peer = &standing.peer;
    match outcome {
        Some(Outcome::Done(_)) | None => None,
        Some(Outcome::Refused(reason)) => {
            Some(Failure::refused(format!("{peer} refused the match: {reason}")).hint(refusal_hint(reason)))
        }
        Some(Outcome::Aborted { reason, step }) => Some(
            Failure::new(Exit::Temporary, format!("the match was broken off in step {step}: {reason}"))
                .hint("it stands on the record and was charged; a new match needs new terms: run this again"),
        ),
        Some(Outcome::Lapsed) => {
            let until = clock::in_words(standing.until);
            Some(Failure::new(Exit::Temporary, format!("no answer by {until}")))
        }
    }
}

fn refusal_hint(reason: &str) -> &'static str {
    match reason {
        "over-budget" => {
            "their budget for you is spent for now: it comes back over 30 days, or they raise it"
        }
        "other-profile" => {
            "both sides need versions of détente with the same canon profile: detente --version"
        }
        "ask-too-large" => "split the list, or narrow it with --types",
        "policy" => "they do not match with you now; ask them by an inquiry",
        _ => "the reason is their code; ask them",
    }
}

/// The common items with their places.
fn rows(ended: &EndedRun) -> Result<Vec<Row>, Failure> {
    let damaged = || Failure::new(Exit::Integrity, "what the home keeps of the match no longer reads");
    let Some(common) = &ended.common else { return Ok(Vec::new()) };
    let common = Listed::from_bytes(common).ok_or_else(damaged)?;
    rows_of(&common).ok_or_else(damaged)
}

/// The rows of a list with its places; `None` if it is damaged.
pub(crate) fn rows_of(listed: &Listed) -> Option<Vec<Row>> {
    let items = listed.items()?;
    let ranks: Vec<usize> = (0..items.len()).collect();
    let mut rows = result_table::rows(&items, &ranks, None);
    let places = |rank: usize| -> Vec<Place> {
        let places = listed.places.get(rank).into_iter().flatten();
        let place = |place: &live::Place| {
            let source = listed.sources.get(place.source as usize)?.clone();
            Some(Place { source, line: place.line })
        };
        places.filter_map(place).collect()
    };
    // The rows are sorted as they are printed: each finds its item again by that.
    for (rank, item) in items.iter().enumerate() {
        let item = detente_indicators::Item::from_bytes(item)?;
        let (kind, value) = (item.kind()?.name(), item.printed());
        if let Some(row) = rows.iter_mut().find(|row| row.kind == kind && row.value == value) {
            row.places = places(rank);
        }
    }
    Some(rows)
}

fn heed_cap(args: &MatchArgs, view: &RunView, rows: &[Row], context: &Context) -> Result<(), Failure> {
    let (common, cap) = (rows.len() as u64, view.cap);
    if common <= cap || args.yes {
        return Ok(());
    }
    let question = format!(
        "{} items are in common, the terms say to stop above {}. Show them?",
        grouped(common),
        grouped(cap)
    );
    match context.tui.confirm(&question) {
        Some(true) => Ok(()),
        _ => Err(Failure::refused(format!(
            "more items are in common than the cap of {} (over-cap)",
            grouped(cap)
        ))
        .hint("say --yes, or a higher --cap, to see the result all the same")),
    }
}

fn they_learned(args: &MatchArgs, view: &RunView) -> String {
    let size = words::size_in_words(view.asked);
    match args.reveal {
        RevealFlag::Ours => {
            format!("that we asked, and that we hold {size}. Not which are in common, nor how many")
        }
        RevealFlag::Both => {
            format!("which of their own items are also on our list, that we asked, and that we hold {size}")
        }
    }
}

/// Whose receipts stand, by id.
fn signers(view: &RunView) -> Vec<String> {
    let mut signers: Vec<String> = view.receipts.iter().map(PartyId::to_string).collect();
    signers.sort();
    signers
}

fn receipt_in_words(view: &RunView) -> String {
    let run = view.run.map_or_else(String::new, |run| shown::hex(&run));
    let by: Vec<&str> = view.receipts.iter().map(PartyId::as_str).collect();
    match by.len() {
        2 => format!("run {run}, signed by both"),
        _ => format!("run {run}, signed by {}; the other one has not come", by.join(", ")),
    }
}
