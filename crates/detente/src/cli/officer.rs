//! `detente officer`: who may use the pages and the API of this node.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use detente_store::officers::{Officers, StoredOfficer};
use serde::Serialize;
use serde_json::json;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::gate::{Role, people};
use crate::{accords, clock, homes, tui};

#[derive(Subcommand)]
pub(crate) enum OfficerCommand {
    /// Add an officer, and print the link that lets it in the first time
    Add(AddArgs),
    /// List the officers, and what an approval takes
    #[command(after_help = "Example:\n  detente officer list --json")]
    List,
    /// Remove an officer; its sessions, links, keys and passkeys end at once
    #[command(after_help = "Example:\n  detente officer remove ada")]
    Remove(OneArgs),
    /// Print a link that lets an officer in, once, within the hour
    #[command(after_help = "Example:\n  detente officer link ada")]
    Link(OneArgs),
    /// Write a key with which a program works for an officer; it drafts and reads, and approves nothing
    Key(KeyArgs),
    /// Choose what an approval takes on this computer
    Approvals(ApprovalsArgs),
    /// Show what officers did here, newest first
    Audit(AuditArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente officer add ada --office desk
  detente officer add grace --office desk,chief --role admin
  detente officer add \"press office\" --role observer")]
pub(crate) struct AddArgs {
    /// What the officer is called here; a pseudonym is enough
    name: String,
    /// The offices of the accord that it acts for
    #[arg(long, value_name = "OFFICES", value_delimiter = ',')]
    office: Vec<String>,
    /// What it may do
    #[arg(long, value_enum, default_value_t = AsRole::Officer)]
    role: AsRole,
}

#[derive(Clone, Copy, ValueEnum)]
enum AsRole {
    /// Drafts, releases what others drafted, matches
    Officer,
    /// Looks on
    Observer,
    /// An officer who also has peers and keys
    Admin,
}

#[derive(Args)]
pub(crate) struct OneArgs {
    /// The officer's name
    name: String,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente officer key ada --to /run/credentials/ada.key
  detente officer key ada --end                   every key of ada's programs ends")]
pub(crate) struct KeyArgs {
    /// The officer's name
    name: String,
    /// The file that the key goes into, readable by you alone
    #[arg(long, value_name = "FILE", required_unless_present = "end")]
    to: Option<PathBuf>,
    /// How long it stands
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u64,
    /// End all keys instead
    #[arg(long, conflicts_with = "to")]
    end: bool,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente officer approvals passkey      a touch of the officer's passkey, for exactly the text on the screen
  detente officer approvals session      a click: for rehearsals; every page says so")]
pub(crate) struct ApprovalsArgs {
    /// What it takes
    #[arg(value_enum)]
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// A touch of the officer's passkey
    Passkey,
    /// A click, on this computer alone
    Session,
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente officer audit
  detente officer audit --lines 20 --json")]
pub(crate) struct AuditArgs {
    /// How many lines
    #[arg(long, value_name = "N", default_value_t = 100)]
    lines: usize,
}

pub(crate) fn run(command: &OfficerCommand, context: &Context) -> Result<Exit, Failure> {
    let mut officers = Officers::open(&homes::place(context.home.as_deref())?)?;
    match command {
        OfficerCommand::Add(args) => add(args, &mut officers, context),
        OfficerCommand::List => list(&officers, context),
        OfficerCommand::Remove(args) => remove(&args.name, &mut officers, context),
        OfficerCommand::Link(args) => link(&args.name, &mut officers, context),
        OfficerCommand::Key(args) => key(args, &mut officers, context),
        OfficerCommand::Approvals(args) => approvals(args.by, &mut officers, context),
        OfficerCommand::Audit(args) => audit(args.lines, &officers, context),
    }
}

#[derive(Serialize)]
struct Shown {
    name: String,
    role: String,
    offices: Vec<String>,
    added: String,
    passkeys: usize,
}

fn shown(officers: &Officers, officer: &StoredOfficer) -> Result<Shown, Failure> {
    Ok(Shown {
        name: officer.name.clone(),
        role: officer.role.clone(),
        offices: officer.offices.clone(),
        added: clock::rfc3339(officer.made),
        passkeys: officers.passkeys(&officer.id)?.len(),
    })
}

fn add(args: &AddArgs, officers: &mut Officers, context: &Context) -> Result<Exit, Failure> {
    let offices = args.office.iter().map(|office| accords::office(office)).collect::<Result<Vec<_>, _>>()?;
    let role = match args.role {
        AsRole::Officer => Role::Officer,
        AsRole::Observer => Role::Observer,
        AsRole::Admin => Role::Admin,
    };
    let officer = people::add(officers, &args.name, role, &offices)?;
    if offices.is_empty() && role != Role::Observer {
        context.tui.warn("this officer acts for no office: it can look, and say nothing");
    }
    tell_link("detente.officer-add.v1", officers, &officer, context)
}

fn link(name: &str, officers: &mut Officers, context: &Context) -> Result<Exit, Failure> {
    let officer = people::named(officers, name)?;
    tell_link("detente.officer-link.v1", officers, &officer, context)
}

/// The link stands on standard output: it is the answer. It is in no log, and on disk only as a hash.
fn tell_link(
    schema: &str,
    officers: &mut Officers,
    officer: &StoredOfficer,
    context: &Context,
) -> Result<Exit, Failure> {
    let (link, until) = people::link(officers, officer)?;
    let document = json!({
        "schema": schema, "officer": shown(officers, officer)?, "link": link, "until": clock::rfc3339(until),
    });
    context.tui.note(&format!("This lets {} in, once, until {}:", officer.name, clock::in_words(until)));
    say(context, &document, &link)?;
    Ok(Exit::Done)
}

fn list(officers: &Officers, context: &Context) -> Result<Exit, Failure> {
    let all = officers.all()?;
    let shown: Vec<Shown> = all.iter().map(|one| shown(officers, one)).collect::<Result<_, _>>()?;
    let line = |one: &Shown| {
        let offices = if one.offices.is_empty() { "no office".to_owned() } else { one.offices.join(", ") };
        let passkeys = if one.passkeys == 1 { "passkey" } else { "passkeys" };
        format!("{}  {}, {offices}, {} {passkeys}", one.name, one.role, one.passkeys)
    };
    let mut words: Vec<String> = shown.iter().map(line).collect();
    if words.is_empty() {
        words.push("No officers yet: the pages let nobody in.".to_owned());
    }
    let by = people::approves_by(officers)?;
    words.push(format!(
        "An approval takes {}.",
        if by == "session" { "a click" } else { "a touch of a passkey" }
    ));
    let document = json!({ "schema": "detente.officers.v1", "officers": shown, "approvals": by });
    say(context, &document, &words.join("\n"))?;
    Ok(Exit::Done)
}

fn remove(name: &str, officers: &mut Officers, context: &Context) -> Result<Exit, Failure> {
    let officer = people::named(officers, name)?;
    people::remove(officers, &officer)?;
    let document = json!({ "schema": "detente.officer-removed.v1", "name": officer.name });
    say(context, &document, &format!("Removed {}; what it said and approved stays.", officer.name))?;
    Ok(Exit::Done)
}

fn key(args: &KeyArgs, officers: &mut Officers, context: &Context) -> Result<Exit, Failure> {
    let officer = people::named(officers, &args.name)?;
    let Some(to) = &args.to else {
        let ended = people::end_program_keys(officers, &officer)?;
        let document =
            json!({ "schema": "detente.officer-keys-ended.v1", "name": officer.name, "ended": ended });
        say(context, &document, &format!("{ended} keys of {}'s programs ended.", officer.name))?;
        return Ok(Exit::Done);
    };
    let (secret, until) = people::program_key(officers, &officer, args.days)?;
    files::write(&Target::File(to.clone()), format!("{}\n", secret.text().as_str()).into_bytes())?;
    let document = json!({
        "schema": "detente.officer-key.v1", "name": officer.name, "file": to.display().to_string(),
        "until": clock::rfc3339(until),
    });
    let words = format!(
        "Key of {}, until {}: {}\nA program sends it as: Authorization: Bearer KEY",
        officer.name,
        clock::in_words(until),
        to.display(),
    );
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

fn approvals(by: By, officers: &mut Officers, context: &Context) -> Result<Exit, Failure> {
    people::approve_by(officers, by == By::Session)?;
    if by == By::Session {
        context.tui.warn("whoever sits at a signed-in browser can approve: for rehearsals");
    }
    let by = people::approves_by(officers)?;
    let document = json!({ "schema": "detente.officer-approvals.v1", "approvals": by });
    say(
        context,
        &document,
        &format!("An approval takes {}.", if by == "session" { "a click" } else { "a touch of a passkey" }),
    )?;
    Ok(Exit::Done)
}

fn audit(lines: usize, officers: &Officers, context: &Context) -> Result<Exit, Failure> {
    let rows = officers.audit_lines(None, lines)?;
    let fault = officers.audit_fault()?;
    let document = json!({
        "schema": "detente.officer-audit.v1",
        "broken_at": fault,
        "lines": rows.iter().map(people::audit_document).collect::<Vec<_>>(),
    });
    let line = |row: &detente_store::officers::AuditRow| {
        let line = &row.line;
        let about =
            if line.about.is_empty() { String::new() } else { format!(" {}", tui::quoted(&line.about)) };
        format!(
            "{:>5}  {}  {}: {}{about}: {}",
            row.seq,
            clock::in_words(line.at),
            line.officer,
            line.what,
            line.outcome
        )
    };
    let words: Vec<String> = rows.iter().map(line).collect();
    say(
        context,
        &document,
        if words.is_empty() { "Nothing yet.".to_owned() } else { words.join("\n") }.as_str(),
    )?;
    match fault {
        None => Ok(Exit::Done),
        Some(at) => Err(Failure::new(
            Exit::Integrity,
            format!("line {at} of the audit log does not follow from those before it"),
        )
        .hint("somebody changed the officers' database: compare it with a back-up")),
    }
}
