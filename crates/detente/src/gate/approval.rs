//! Whether something may be done: roles, offices, a touch of the passkey for exactly this text, two persons. Pure.

use detente_accord::Time;
use detente_accord::record::Office;
use detente_store::officers::OfficerId;
use sha2::{Digest as _, Sha256};

use super::Refusal;
use super::limits::APPROVAL_MS_MAX;
use super::role::{Action, Needs, Role};

/// The hash of the text that an approval is for: what is done, where, and every word that is shown beside the button.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Subject([u8; 32]);

impl Subject {
    /// Of an action in an accord (zeros: of the home) and its text as it is rendered.
    pub(crate) fn new(action: Action, record: &[u8; 32], text: &str) -> Subject {
        let mut hash = Sha256::new();
        hash.update(b"detente/approval/v1\0");
        hash.update(record);
        for part in [action.name(), text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Subject(hash.finalize().into())
    }

    /// From what a script sent or the disk kept.
    pub(crate) fn of(bytes: [u8; 32]) -> Subject {
        Subject(bytes)
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As pages carry it.
    pub(crate) fn text(&self) -> String {
        super::session::hex(&self.0)
    }

    /// From a page.
    pub(crate) fn parse(text: &str) -> Option<Subject> {
        let secret = super::session::Secret::parse(text)?;
        Some(Subject(secret.bytes()))
    }
}

/// That an officer approved a text. Only the gate makes one, after a touch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Approval {
    by: OfficerId,
    subject: Subject,
    at: Time,
}

impl Approval {
    pub(super) fn new(by: OfficerId, subject: Subject, at: Time) -> Approval {
        Approval { by, subject, at }
    }
}

/// Who stands behind what is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Persons {
    /// One, where one is enough.
    One,
    /// One, because this node has no other officer: shown everywhere.
    Single,
    /// Two.
    Two,
}

/// What was prepared, by whom and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prepared {
    pub(crate) by: OfficerId,
    pub(crate) at: Time,
}

/// What is asked: everything that the answer depends on.
pub(crate) struct Case<'c> {
    pub(crate) action: Action,
    pub(crate) role: Role,
    pub(crate) by: OfficerId,
    pub(crate) offices: &'c [Office],
    /// The office that acts.
    pub(crate) office: Option<&'c Office>,
    /// None: it was prepared at the command line, by nobody we know.
    pub(crate) prepared: Option<Prepared>,
    pub(crate) approvals: &'c [Approval],
    /// The text as it stands now.
    pub(crate) subject: Subject,
    /// Whether this node has one officer alone who may act.
    pub(crate) is_single: bool,
    pub(crate) now: Time,
}

/// Judges a case.
///
/// # Errors
/// The first reason in this order: role, office, age of what was prepared, text, age of approvals, number of persons.
pub(crate) fn judge(case: &Case<'_>) -> Result<Persons, Refusal> {
    check_role(case.action, case.role, case.offices, case.office)?;
    if case.action.needs() == Needs::Session {
        return Ok(Persons::One);
    }
    let is_old = |at: Time| case.now.0.saturating_sub(at.0) > APPROVAL_MS_MAX;
    if case.prepared.is_some_and(|prepared| is_old(prepared.at)) {
        return Err(Refusal::ApprovalExpired);
    }
    if case.approvals.is_empty() {
        return Err(Refusal::ApprovalMissing);
    }
    if case.approvals.iter().any(|approval| approval.subject != case.subject) {
        return Err(Refusal::ApprovalOtherText);
    }
    if case.approvals.iter().any(|approval| is_old(approval.at)) {
        return Err(Refusal::ApprovalExpired);
    }
    if !case.approvals.iter().any(|approval| approval.by == case.by) {
        return Err(Refusal::ApprovalMissing);
    }
    persons(case)
}

fn persons(case: &Case<'_>) -> Result<Persons, Refusal> {
    if case.action.needs() != Needs::TwoPersons {
        return Ok(Persons::One);
    }
    if case.is_single {
        return Ok(Persons::Single);
    }
    let repeated = case
        .approvals
        .iter()
        .enumerate()
        .any(|(at, approval)| case.approvals.iter().take(at).any(|before| before.by == approval.by));
    match case.prepared {
        Some(prepared) if prepared.by != case.by => Ok(Persons::Two),
        Some(_) if repeated => Err(Refusal::ApprovalTwice),
        // Whoever has the command line has the home: it counts as the first person of what waits there.
        None if case.action == Action::Release => Ok(Persons::Two),
        Some(_) | None => Err(Refusal::ApprovalOwn),
    }
}

/// Refuses what a role or an office does not allow.
///
/// # Errors
/// [`Refusal::NotYourRole`], [`Refusal::NotYourOffice`].
pub(crate) fn check_role(
    action: Action,
    role: Role,
    offices: &[Office],
    office: Option<&Office>,
) -> Result<(), Refusal> {
    if !action.is_open_to(role) {
        return Err(Refusal::NotYourRole);
    }
    match office {
        _ if !action.takes_office() => Ok(()),
        Some(office) if offices.contains(office) => Ok(()),
        _ => Err(Refusal::NotYourOffice),
    }
}

#[cfg(test)]
mod tests;
