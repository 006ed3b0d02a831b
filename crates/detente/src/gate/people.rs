//! Officers, as the command line adds them.

use detente_accord::Time;
use detente_accord::record::Office;
use detente_store::officers::{AuditLine, AuditRow, Officers, StoredOfficer, WayIn};
use serde_json::{Value, json};

use super::limits::{LINK_MS, NAME_BYTES_MAX, PROGRAM_DAYS_MAX};
use super::{APPROVALS, BY_SESSION, ORIGIN, Role, Secret};
use crate::clock;
use crate::exit::Failure;
use crate::tui::quoted;

/// Who acts at the command line, in the audit log.
const COMMAND_LINE: &str = "command line";

/// Adds an officer.
///
/// # Errors
/// A name that is taken or has not the form; those of the disk.
pub(crate) fn add(
    officers: &mut Officers,
    name: &str,
    role: Role,
    offices: &[Office],
) -> Result<StoredOfficer, Failure> {
    let well_formed = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | '_'));
    if !well_formed || name.trim() != name {
        return Err(Failure::usage(format!("{} cannot be an officer's name", quoted(name)))
            .hint("letters, digits, blanks, - . and _; a pseudonym is enough"));
    }
    if role == Role::Observer && !offices.is_empty() {
        return Err(Failure::usage("an observer acts for no office")
            .hint("leave out --office, or choose another --role"));
    }
    let officer = StoredOfficer {
        id: clock::random()?,
        name: name.to_owned(),
        role: role.name().to_owned(),
        offices: offices.iter().map(ToString::to_string).collect(),
        made: clock::now(),
    };
    if !officers.add(&officer)? {
        return Err(Failure::usage(format!("there is an officer called {}", quoted(name)))
            .hint("detente officer list shows all of them"));
    }
    audit(officers, "add-officer", &format!("{name} {}", role.name()))?;
    Ok(officer)
}

/// The officer of this name.
///
/// # Errors
/// If there is none; those of the disk.
pub(crate) fn named(officers: &Officers, name: &str) -> Result<StoredOfficer, Failure> {
    officers.named(name)?.ok_or_else(|| {
        Failure::usage(format!("there is no officer called {}", quoted(name)))
            .hint("detente officer list shows all of them")
    })
}

/// Removes an officer.
///
/// # Errors
/// Those of the disk.
pub(crate) fn remove(officers: &mut Officers, officer: &StoredOfficer) -> Result<(), Failure> {
    officers.remove(&officer.id, clock::now())?;
    audit(officers, "remove-officer", &officer.name)
}

/// A link that lets an officer in once; links made before end.
///
/// # Errors
/// Those of the disk.
pub(crate) fn link(officers: &mut Officers, officer: &StoredOfficer) -> Result<(String, Time), Failure> {
    let (secret, now) = (Secret::of(clock::random()?), clock::now());
    let until = Time(now.0.saturating_add(LINK_MS));
    officers.end_ways_in(WayIn::Link, &officer.id)?;
    officers.put_way_in(WayIn::Link, &secret.digest(), &officer.id, (now, until))?;
    audit(officers, "link", &officer.name)?;
    let origin = officers.setting(ORIGIN)?.unwrap_or_else(|| "http://localhost:7480".to_owned());
    Ok((format!("{origin}/sign-in/link/{}", secret.text().as_str()), until))
}

/// A key for a program that works for an officer.
///
/// # Errors
/// More days than are allowed; those of the disk.
pub(crate) fn program_key(
    officers: &mut Officers,
    officer: &StoredOfficer,
    days: u64,
) -> Result<(Secret, Time), Failure> {
    if days == 0 || days > PROGRAM_DAYS_MAX {
        return Err(Failure::usage(format!("a key stands for 1 to {PROGRAM_DAYS_MAX} days")));
    }
    let (secret, now) = (Secret::of(clock::random()?), clock::now());
    let until = Time(now.0.saturating_add(days.saturating_mul(24 * 60 * 60 * 1000)));
    officers.put_way_in(WayIn::Program, &secret.digest(), &officer.id, (now, until))?;
    audit(officers, "program-key", &officer.name)?;
    Ok((secret, until))
}

/// Ends every key of an officer's programs; gives how many there were.
///
/// # Errors
/// Those of the disk.
pub(crate) fn end_program_keys(officers: &mut Officers, officer: &StoredOfficer) -> Result<usize, Failure> {
    let ended = officers.end_ways_in(WayIn::Program, &officer.id)?;
    audit(officers, "end-program-keys", &officer.name)?;
    Ok(ended)
}

/// Chooses what an approval takes: a touch of a passkey, or a click in a session on this computer.
///
/// # Errors
/// Those of the disk.
pub(crate) fn approve_by(officers: &mut Officers, by_session: bool) -> Result<(), Failure> {
    let value = if by_session { BY_SESSION } else { "passkey" };
    officers.set(APPROVALS, value)?;
    audit(officers, "approve-by", value)
}

/// What an approval takes, in a word.
///
/// # Errors
/// Those of the disk.
pub(crate) fn approves_by(officers: &Officers) -> Result<&'static str, Failure> {
    let chosen = officers.setting(APPROVALS)?;
    Ok(if chosen.as_deref() == Some(BY_SESSION) { BY_SESSION } else { "passkey" })
}

fn audit(officers: &mut Officers, what: &str, about: &str) -> Result<(), Failure> {
    let line = AuditLine {
        at: clock::now(),
        officer: COMMAND_LINE.to_owned(),
        what: what.to_owned(),
        about: about.to_owned(),
        outcome: "done".to_owned(),
        proof: Vec::new(),
    };
    officers.audit(&line)?;
    Ok(())
}

/// A line of the audit log, for documents.
pub(crate) fn audit_document(row: &AuditRow) -> Value {
    json!({
        "seq": row.seq, "at": clock::rfc3339(row.line.at), "officer": row.line.officer, "what": row.line.what,
        "about": row.line.about, "outcome": row.line.outcome, "chain": super::session::hex(&row.chain),
    })
}
