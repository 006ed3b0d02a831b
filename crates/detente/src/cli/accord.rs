//! `detente accord`: founding an accord, who is in it, its keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use detente_accord::record::{
    Charter, LogId, ObserverOf, Observes, Offer, Office, Pq, Quorum, Role, Roles, Rules, Scope, Sort,
    Standing, Titled,
};
use detente_accord::{PartyId, Rejection};
use detente_node::{Accord, OfferTerms};
use detente_store::Access;
use serde::Serialize;

use super::{Context, say};
use crate::accords::{self, AccordFlag};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui::{self, quoted};
use crate::{clock, rules_file, shown};

#[derive(Subcommand)]
pub(crate) enum AccordCommand {
    /// Make an offer: fresh keys for one accord, signed by your identity key
    Offer(OfferArgs),
    /// Write a charter from offers
    New(NewArgs),
    /// Print the rules that an accord begins with, to be edited for accord new --rules
    Rules(RulesArgs),
    /// Sign a charter: makes your log of this accord, with the charter as its first entry
    Sign(SignArgs),
    /// List the accords of this home
    #[command(after_help = "Example:\n  detente accord list --json")]
    List,
    /// Show who is in an accord, and what of it holds now
    Show(ShowArgs),
    /// Begin a new epoch with the keys that were committed to in advance
    #[command(after_help = "Example:\n  detente accord rotate")]
    Rotate(AccordFlag),
    /// Say that a log ends here: its key was lost, is in other hands, or signed two histories
    Freeze(FreezeArgs),
    /// Invite a party by its offer
    Invite(InviteArgs),
    /// Consent to an invitation
    Consent(ConsentArgs),
    /// Sign on to an accord that invited you, once all have consented
    #[command(after_help = "Example:\n  detente accord sign-on")]
    SignOn(AccordFlag),
    /// Leave an accord; what was said in it stays valid
    Leave(LeaveArgs),
}

/// What kind of body makes the offer.
#[derive(Clone, Copy, ValueEnum)]
enum SortArg {
    State,
    Csirt,
    Isac,
    Company,
    Campaign,
    ElectionOffice,
    Provider,
    Platform,
    Other,
}

/// What an observer reads.
#[derive(Clone, Copy, ValueEnum)]
enum ScopeArg {
    /// Heads, hashes and counts
    ExistenceOnly,
    /// Who says what kind of thing when
    Metadata,
    /// Content too, but no exhibit that was not opened to it
    FullExceptSealed,
    /// Also exhibits that were opened to anybody
    Full,
}

/// The longest time for which content is kept from an observer: ten years.
const DELAY_DAYS_MAX: u64 = 3653;

#[derive(Args)]
#[command(after_help = "Examples:
  detente accord offer -o cert-b.offer
  detente accord offer --office chief=hod,ro -o cert-b.offer     a second office: what binds then takes two keys
  detente accord offer --observer -o audit.offer
  detente accord offer --observer --scope full-except-sealed --delay 30 -o audit.offer")]
pub(crate) struct OfferArgs {
    /// What you are
    #[arg(long, value_enum, default_value = "other")]
    sort: SortArg,
    /// An office besides the desk, with its roles: do ro hod te rec key
    #[arg(long, value_name = "NAME=ROLES")]
    office: Vec<String>,
    /// Stand as an observer: holds and cosigns all logs, and speaks in notes alone
    #[arg(long, conflicts_with = "office")]
    observer: bool,
    /// The one party that names the observer; all of them if not given
    #[arg(long, value_name = "PARTY", requires = "observer")]
    of: Option<String>,
    /// What the observer reads: existence-only, metadata, full-except-sealed, full
    #[arg(long, value_enum, default_value = "metadata", requires = "observer", hide_possible_values = true)]
    scope: ScopeArg,
    /// How many days content is kept from the observer
    #[arg(long, value_name = "DAYS", default_value_t = 0, requires = "observer")]
    delay: u64,
    /// Write the offer to a file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente accord new --with cert-b.offer -o charter.dtn
  detente accord new --with b.offer --with c.offer --observer audit.offer --title \"Ports of three\" -o charter.dtn")]
pub(crate) struct NewArgs {
    /// The offer of another party
    #[arg(long, value_name = "OFFER", required = true)]
    with: Vec<PathBuf>,
    /// The offer of an observer
    #[arg(long, value_name = "OFFER")]
    observer: Vec<PathBuf>,
    /// Your own offer, if you have handed one out; one is made otherwise
    #[arg(long, value_name = "OFFER")]
    ours: Option<PathBuf>,
    /// A title: needed for more than two, or with an observer
    #[arg(long)]
    title: Option<String>,
    /// Rules of your own: a file that detente accord rules began
    #[arg(long, value_name = "FILE", requires = "title")]
    rules: Option<PathBuf>,
    /// The domain that names of logs begin with; it need not resolve
    #[arg(long, default_value = "accord.invalid")]
    domain: String,
    /// Write the charter to a file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente accord rules --with b.offer -o rules.json
  detente accord new --with b.offer --title \"Ports of two\" --rules rules.json -o charter.dtn")]
pub(crate) struct RulesArgs {
    /// The offers of the other parties
    #[arg(long, value_name = "OFFER")]
    with: Vec<PathBuf>,
    /// Write them to a file; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente accord sign charter.dtn
  detente accord sign charter.dtn --yes      without being asked")]
pub(crate) struct SignArgs {
    /// The charter
    charter: PathBuf,
    /// Sign without being asked
    #[arg(long, short)]
    yes: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente accord show
  detente accord show --accord cert-b --json")]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente accord freeze cert-b/0")]
pub(crate) struct FreezeArgs {
    /// The log: party and epoch
    log: String,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente accord invite cert-c.offer --reason \"as agreed on 3 November\"")]
pub(crate) struct InviteArgs {
    /// The offer of the party
    offer: PathBuf,
    /// Why, for the other parties
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente accord consent cert-c")]
pub(crate) struct ConsentArgs {
    /// The party that was invited
    party: String,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente accord leave --reason \"mandate ended\"")]
pub(crate) struct LeaveArgs {
    /// Why, for the other parties
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    accord: AccordFlag,
}

pub(crate) fn run(command: &AccordCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        AccordCommand::Offer(args) => offer(args, context),
        AccordCommand::New(args) => new(args, context),
        AccordCommand::Rules(args) => rules(args, context),
        AccordCommand::Sign(args) => sign(args, context),
        AccordCommand::List => list(context),
        AccordCommand::Show(args) => show(args, context),
        AccordCommand::Rotate(flag) => rotate(flag, context),
        AccordCommand::Freeze(args) => freeze(args, context),
        AccordCommand::Invite(args) => invite(args, context),
        AccordCommand::Consent(args) => consent(args, context),
        AccordCommand::SignOn(flag) => sign_on(flag, context),
        AccordCommand::Leave(args) => leave(args, context),
    }
}

fn offer(args: &OfferArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let terms = OfferTerms {
        standing: standing(args)?,
        sort: sort(args.sort),
        offices: args.office.iter().map(|text| office(text)).collect::<Result<BTreeMap<_, _>, _>>()?,
    };
    let offer = detente_node::make_offer(&home, terms, clock::now(), &mut clock::entropy()?)?;
    let target = Target::from(args.output.as_os_str());
    files::write(&target, offer.bytes().to_vec())?;
    if target != Target::Stdout {
        let document = serde_json::json!({
            "schema": "detente.accord-offer.v1", "party": offer.party().id().as_str(), "offer": shown::hex(&offer.hash()),
            "file": target.to_string(),
        });
        let words = format!(
            "Offer     {target}\nHand it to the other side; it holds public keys alone, made for one accord."
        );
        say(context, &document, &words)?;
    }
    Ok(Exit::Done)
}

fn standing(args: &OfferArgs) -> Result<Standing, Failure> {
    if !args.observer {
        return Ok(Standing::Party);
    }
    let by = match &args.of {
        Some(party) => ObserverOf::Party(accords::party(party)?),
        None => ObserverOf::Joint,
    };
    let scope = match args.scope {
        ScopeArg::ExistenceOnly => {
            return Err(Failure::refused("existence-only: an observer of heads alone can't take part yet")
                .hint("metadata reads who says what kind of thing when, and no content"));
        }
        ScopeArg::Metadata => Scope::Metadata,
        ScopeArg::FullExceptSealed => Scope::FullExceptSealed,
        ScopeArg::Full => Scope::Full,
    };
    if args.delay > DELAY_DAYS_MAX {
        return Err(Failure::usage(format!("a delay of {} days is too long", args.delay))
            .hint(format!("at most {DELAY_DAYS_MAX}")));
    }
    Ok(Standing::Observer(Observes { scope, by, delay_d: args.delay }))
}

fn sort(sort: SortArg) -> Sort {
    match sort {
        SortArg::State => Sort::State,
        SortArg::Csirt => Sort::Csirt,
        SortArg::Isac => Sort::Isac,
        SortArg::Company => Sort::Company,
        SortArg::Campaign => Sort::Campaign,
        SortArg::ElectionOffice => Sort::ElectionOffice,
        SortArg::Provider => Sort::Provider,
        SortArg::Platform => Sort::Platform,
        SortArg::Other => Sort::Other,
    }
}

fn office(text: &str) -> Result<(Office, Roles), Failure> {
    let failure = || {
        Failure::usage(format!("{} is not an office with its roles", quoted(text)))
            .hint("for example chief=hod,ro; roles are do ro hod te rec key")
    };
    let (name, roles) = text.split_once('=').ok_or_else(failure)?;
    let roles: Option<Vec<Role>> = roles.split(',').map(Role::parse).collect();
    let roles = roles.and_then(Roles::new).ok_or_else(failure)?;
    Ok((Office::parse(name).ok_or_else(failure)?, roles))
}

fn new(args: &NewArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let ours = match &args.ours {
        Some(path) => read_offer(path)?,
        None => {
            let terms = OfferTerms { standing: Standing::Party, sort: Sort::Other, offices: BTreeMap::new() };
            detente_node::make_offer(&home, terms, clock::now(), &mut clock::entropy()?)?
        }
    };
    let others =
        args.with.iter().chain(&args.observer).map(|path| read_offer(path)).collect::<Result<Vec<_>, _>>()?;
    let charter = match (&args.title, others.as_slice()) {
        (None, [other]) if other.party().is_party() => Charter::bare(&ours, other)?,
        (None, _) => {
            return Err(Failure::usage("a charter of more than two, or with an observer, has a title")
                .hint("name one with --title"));
        }
        (Some(title), others) => titled(title, args, &ours, others)?,
    };
    let target = Target::from(args.output.as_os_str());
    files::write(&target, charter.bytes().to_vec())?;
    if target != Target::Stdout {
        let document = serde_json::json!({
            "schema": "detente.accord-new.v1", "accord": charter.record_id().to_string(),
            "parties": ids(&charter), "safety_met": !charter.safety_not_met(), "file": target.to_string(),
        });
        say(context, &document, &described(&charter))?;
        context.tui.note("next, on every side: detente accord sign CHARTER");
    }
    Ok(Exit::Done)
}

/// The rules that an accord of us and these has if nobody says otherwise.
fn rules(args: &RulesArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let offers = args.with.iter().map(|path| read_offer(path)).collect::<Result<Vec<_>, _>>()?;
    let others = offers.iter().map(Offer::party).filter(|party| party.is_party()).map(|party| party.id());
    let rules = Rules::bare(std::iter::once(home.card().id()).chain(others));
    files::write(&Target::from(args.output.as_os_str()), rules_file::pretty("", &rules)?)?;
    Ok(Exit::Done)
}

fn titled(title: &str, args: &NewArgs, ours: &Offer, others: &[Offer]) -> Result<Charter, Failure> {
    let parties: Vec<_> = std::iter::once(ours).chain(others).map(|offer| offer.party().clone()).collect();
    let speakers: Vec<PartyId> =
        parties.iter().filter(|party| party.is_party()).map(|party| party.id().clone()).collect();
    let text = Titled {
        domain: args.domain.clone(),
        title: title.to_owned(),
        quorum: Quorum::default_for(speakers.len(), Pq::Carried),
        rules: match &args.rules {
            Some(path) => rules_file::read(path)?.rules,
            None => Rules::bare(&speakers),
        },
        parties,
    };
    Ok(Charter::titled(&text)?)
}

fn read_offer(path: &Path) -> Result<Offer, Failure> {
    if !path.exists() {
        return Err(Failure::usage(format!("there is no offer at {}", path.display()))
            .hint("ask the other side for one: detente accord offer -o FILE"));
    }
    Offer::read(&files::read(path)?).map_err(shown::about(path))
}

fn sign(args: &SignArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let bytes = files::read(&args.charter)?;
    let charter = Charter::decode(&bytes).map_err(shown::about(&args.charter))?;
    context.tui.disclose(&tui::visible(&described(&charter)));
    if !args.yes && context.tui.confirm("Sign it?") != Some(true) {
        return Err(
            Failure::refused("the charter was not signed").hint("say --yes to sign without being asked")
        );
    }
    let accord = detente_node::sign_charter(&home, &bytes, clock::now(), &mut clock::entropy()?)?;
    let document = serde_json::json!({
        "schema": "detente.accord-sign.v1", "accord": charter.record_id().to_string(),
        "log": accord.own_log().to_string(), "entries": accord.own_size(),
    });
    let words = tui::table(&[
        ("Signed", format!("accord {}", charter.record_id())),
        ("Our log", format!("{}, {}", accord.own_log(), accords::entries(accord.own_size()))),
        ("Next", format!("detente sync out --to {} -o packet.dtn", other(&charter, &accord))),
    ]);
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn other(charter: &Charter, accord: &Accord<'_>) -> String {
    let other = charter.parties().iter().find(|party| party.id() != accord.us().id());
    other.map_or_else(String::new, |party| party.id().to_string())
}

fn ids(charter: &Charter) -> Vec<String> {
    charter.parties().iter().map(|party| party.id().to_string()).collect()
}

fn described(charter: &Charter) -> String {
    let quorum = charter.quorum();
    let party = |party: &detente_accord::record::Party| {
        let standing = match party.standing() {
            Standing::Party => "party".to_owned(),
            Standing::Observer(observes) => format!("observer{}", in_words(observes)),
        };
        format!("{} ({}, {standing})", party.name(), party.id())
    };
    let title = if charter.is_bare() {
        "none: two parties, default rules".to_owned()
    } else {
        charter.title().to_owned()
    };
    let mut rows = vec![
        ("Accord", charter.record_id().to_string()),
        ("Title", title),
        ("Founders", charter.parties().iter().map(party).collect::<Vec<_>>().join(", ")),
        (
            "Held",
            format!(
                "an entry counts as held when at least {} of the others say that they have stored it; up to {} of them may lie",
                quorum.k, quorum.f
            ),
        ),
    ];
    if charter.safety_not_met() {
        rows.push(("Note", "with these numbers two versions of one log could both be held".into()));
    }
    tui::table(&rows)
}

/// What an observer reads: `, reads full-except-sealed after 30 days, named by cert-a`.
fn in_words(observes: &Observes) -> String {
    let delay =
        if observes.delay_d == 0 { String::new() } else { format!(" after {} days", observes.delay_d) };
    let by = match &observes.by {
        ObserverOf::Joint => String::new(),
        ObserverOf::Party(party) => format!(", named by {party}"),
    };
    format!(", reads {}{delay}{by}", observes.scope.name())
}

#[derive(Serialize)]
struct Listed {
    accord: String,
    title: String,
    parties: Vec<String>,
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let found = detente_node::list(&home)?;
    let accords: Vec<Listed> = found
        .iter()
        .map(|found| Listed {
            accord: found.record.to_string(),
            title: found.title.clone(),
            parties: found.parties.iter().map(ToString::to_string).collect(),
        })
        .collect();
    let words = match accords.as_slice() {
        [] => "No accord in this home yet. Begin with: detente accord offer -o OFFER".to_owned(),
        accords => accords
            .iter()
            .map(|accord| {
                let title = if accord.title.is_empty() { "(bare)" } else { accord.title.as_str() };
                format!("{}  {title}  {}", &accord.accord[..16], accord.parties.join(", "))
            })
            .collect::<Vec<_>>()
            .join("\n"),
    };
    say(context, &serde_json::json!({ "schema": "detente.accord-list.v1", "accords": accords }), &words)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    accord: String,
    title: String,
    open: bool,
    quorum: u64,
    liars: u64,
    members: Vec<ShownMember>,
    logs: Vec<ShownLog>,
    recovering: Vec<String>,
}

#[derive(Serialize)]
struct ShownMember {
    party: String,
    standing: String,
}

#[derive(Serialize)]
struct ShownLog {
    log: String,
    entries: u64,
    held_by: BTreeMap<String, u64>,
    frozen_at: Option<u64>,
}

fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let document = shown(&accord);
    let mut text = described(accord.charter());
    for member in &document.members {
        text += &format!("\n{:<9} {}", member.standing, member.party);
    }
    for log in &document.logs {
        let held: Vec<String> =
            log.held_by.iter().map(|(party, size)| format!("{party} holds {size}")).collect();
        let held = if held.is_empty() { "not yet held by others".to_owned() } else { held.join(", ") };
        let frozen = log.frozen_at.map_or_else(String::new, |size| format!("; frozen at {size}"));
        text += &format!("\nlog       {}: {}, {held}{frozen}", log.log, accords::entries(log.entries));
    }
    for reason in &document.recovering {
        text += &format!("\nrecovering: {reason}");
    }
    say(context, &document, &text)?;
    Ok(Exit::Done)
}

fn shown(accord: &Accord<'_>) -> Shown {
    let (charter, state) = (accord.charter(), accord.state());
    let members = state.members().iter().map(|(party, member)| ShownMember {
        party: party.to_string(),
        standing: format!("{:?}", member.standing).to_lowercase(),
    });
    let parties: Vec<PartyId> = state.members().keys().cloned().collect();
    let log = |log: &LogId| ShownLog {
        log: log.to_string(),
        entries: accord.held().size(log),
        held_by: parties
            .iter()
            .filter(|party| **party != log.party)
            .map(|party| (party.to_string(), state.holders().mirrored(log, party)))
            .filter(|(_, size)| *size > 0)
            .collect(),
        frozen_at: state.freezes().last_valid(log),
    };
    Shown {
        schema: "detente.accord.v1",
        accord: charter.record_id().to_string(),
        title: charter.title().to_owned(),
        open: accord.is_open(),
        quorum: charter.quorum().k,
        liars: charter.quorum().f,
        members: members.collect(),
        logs: accord.held().logs.keys().map(log).collect(),
        recovering: accord.recovering(),
    }
}

fn rotate(flag: &AccordFlag, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = flag.open(&home, detente_node::Access::Write)?;
    let log = accord.rotate(clock::now(), &mut clock::entropy()?)?;
    let document = serde_json::json!({ "schema": "detente.accord-rotate.v1", "log": log.to_string() });
    say(
        context,
        &document,
        &format!("Our log goes on as {log}. The old one is closed; what it says stays valid."),
    )?;
    Ok(Exit::Done)
}

fn freeze(args: &FreezeArgs, context: &Context) -> Result<Exit, Failure> {
    let log = accords::log(&args.log)?;
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    accord.freeze(&log, clock::now(), &mut clock::entropy()?)?;
    let counted = accord.state().freezes().last_valid(&log);
    let document = serde_json::json!({
        "schema": "detente.accord-freeze.v1", "log": log.to_string(), "last_valid": counted,
    });
    let words = match counted {
        Some(size) => {
            format!("Log {log} is frozen: what stands before entry {size} counts, the rest does not.")
        }
        None => format!(
            "We have said that log {log} ends. It is frozen once {} parties say so.",
            accord.charter().quorum().k
        ),
    };
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn invite(args: &InviteArgs, context: &Context) -> Result<Exit, Failure> {
    let offer = read_offer(&args.offer)?;
    let home = context.open(Access::Write)?;
    let peer = crate::homes::compared_peer(&home, offer.party().id())?;
    if peer.card.identity() != offer.party().root() {
        return Err(Rejection::OtherIdentity.into());
    }
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    let said = accord.invite(&offer, args.reason.as_deref(), clock::now(), &mut clock::entropy()?)?;
    let document = serde_json::json!({
        "schema": "detente.accord-invite.v1", "party": offer.party().id().as_str(),
        "entry": said.positions.first().map(ToString::to_string),
    });
    let words = format!(
        "Invited {}. All parties have to consent; then they sign on. Hand them the charter.",
        offer.party().id()
    );
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn consent(args: &ConsentArgs, context: &Context) -> Result<Exit, Failure> {
    let party = accords::party(&args.party)?;
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    accord.consent(&party, clock::now(), &mut clock::entropy()?)?;
    let document = serde_json::json!({ "schema": "detente.accord-consent.v1", "party": party.as_str() });
    say(context, &document, &format!("Consented to the invitation of {party}."))?;
    Ok(Exit::Done)
}

fn sign_on(flag: &AccordFlag, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = flag.open(&home, detente_node::Access::Write)?;
    accord.sign_on(clock::now(), &mut clock::entropy()?)?;
    let document =
        serde_json::json!({ "schema": "detente.accord-sign-on.v1", "log": accord.own_log().to_string() });
    say(context, &document, "Signed on. Send every party a packet: detente sync out --to PARTY")?;
    Ok(Exit::Done)
}

fn leave(args: &LeaveArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Write)?;
    let mut accord = args.accord.open(&home, detente_node::Access::Write)?;
    accord.leave(args.reason.as_deref(), clock::now(), &mut clock::entropy()?)?;
    let document = serde_json::json!({ "schema": "detente.accord-leave.v1" });
    say(context, &document, "We have said that we leave. What was said stays valid and on record.")?;
    Ok(Exit::Done)
}
