//! The gate of pages and API: who may come in, whether a request was meant for this node, who may do what, and
//! what was done. It decides; the handlers do.
//!
//! Every route stands behind [`around`]. What is not named as open needs a sign-in; what changes something takes
//! [`Checked`] or [`CheckedFile`]; what takes a touch or two persons takes a [`Permit`].

#![allow(dead_code, unused_imports, reason = "pages and API take them up as they come")]

mod approval;
mod checked;
mod guard;
mod headers;
mod limits;
mod officer;
mod pages;
mod passkeys;
pub(crate) mod people;
mod place;
mod rate;
mod refusal;
mod role;
mod session;
mod touch;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use detente_accord::Time;
use detente_accord::record::Office;
use detente_node::engine::World;
use detente_store::officers::{AuditLine, OfficerId, Officers, Proposal, StoredSession, WayIn};

pub(crate) use approval::{Approval, Persons, Subject};
pub(crate) use checked::{Checked, CheckedFile, MARK_HEADER, office};
pub(crate) use guard::{Face, RequestId, around, to};
pub(crate) use headers::POLICY;
pub(crate) use officer::Officer;
pub(crate) use place::Place;
pub(crate) use refusal::{Problem, Refusal};
pub(crate) use role::{Action, Role};
pub(crate) use session::{Secret, Session, Way, form_mark};

use approval::{Case, Prepared};
use passkeys::Passkeys;
use rate::Rates;
use touch::Touches;

use crate::clock;
use crate::exit::Failure;

/// The setting that says what an approval takes.
const APPROVALS: &str = "approvals";
/// Its value for approvals by a click.
const BY_SESSION: &str = "session";
/// The setting that says where the pages are.
const ORIGIN: &str = "origin";

/// The gate of one node.
pub(crate) struct Gate {
    place: Place,
    officers: Mutex<Officers>,
    passkeys: Passkeys,
    tries: Mutex<Rates<guard::From>>,
    requests: Mutex<Rates<OfficerId>>,
    touches: Mutex<Touches>,
    turns: Arc<Mutex<BTreeSet<(OfficerId, String)>>>,
    world: World,
}

/// Held while the request under a key is worked on.
pub(crate) struct Turn {
    turns: Arc<Mutex<BTreeSet<(OfficerId, String)>>>,
    whose: (OfficerId, String),
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.turns).remove(&self.whose);
    }
}

/// What an officer is about to do.
pub(crate) struct Asked<'a> {
    pub(crate) action: Action,
    /// The office that acts, where one does.
    pub(crate) office: Option<&'a Office>,
    /// The accord; zeros for the home.
    pub(crate) record: [u8; 32],
    /// The name of what was prepared: a statement that waits, or a proposal.
    pub(crate) name: &'a str,
    /// The text as it stands now.
    pub(crate) subject: Subject,
    /// What the script sent of the touch.
    pub(crate) touch: Option<&'a str>,
}

/// That something may be done, once. Only [`Gate::permit`] makes one.
pub(crate) struct Permit {
    /// Who stands behind it.
    pub(crate) persons: Persons,
    /// The action it is for.
    pub(crate) action: Action,
}

impl Gate {
    /// Opens the officers of a home, for pages at this place.
    ///
    /// # Errors
    /// Those of the disk; a place that passkeys cannot be bound to.
    pub(crate) fn open(home: &Path, place: Place, world: World) -> Result<Gate, Failure> {
        let mut officers = Officers::open(home)?;
        officers.set(ORIGIN, place.origin())?;
        Ok(Gate {
            passkeys: Passkeys::at(&place)?,
            place,
            officers: Mutex::new(officers),
            tries: Mutex::new(Rates::new(limits::TRIES_MAX, limits::TRIES_MS, limits::RATES_MAX)),
            requests: Mutex::new(Rates::new(
                limits::REQUESTS_BURST,
                1000 * u64::from(limits::REQUESTS_BURST / limits::REQUESTS_PER_SECOND),
                limits::RATES_MAX,
            )),
            touches: Mutex::new(Touches::default()),
            turns: Arc::default(),
            world,
        })
    }

    /// The routes of signing in, of passkeys, and of touches.
    pub(crate) fn router() -> Router {
        pages::router()
    }

    /// Where the pages are.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Now.
    pub(crate) fn now(&self) -> Time {
        (self.world.now)()
    }

    /// Whether an approval takes a click alone: chosen at the command line, for this computer alone. Every page
    /// says so.
    pub(crate) fn approves_by_session(&self) -> bool {
        let chosen = self.officers().setting(APPROVALS).ok().flatten();
        !self.place.is_tls() && chosen.as_deref() == Some(BY_SESSION)
    }

    /// Whether this node has one officer alone who may act. Every page says so.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn is_single(&self) -> Result<bool, Refusal> {
        let all = self.officers().all()?;
        Ok(all.iter().filter(|one| Role::named(&one.role).is_some_and(|role| role > Role::Observer)).count()
            == 1)
    }

    /// Whether anybody has a passkey.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn has_passkey(&self) -> Result<bool, Refusal> {
        Ok(self.officers().passkey_count()? > 0)
    }

    /// Keeps what one officer prepared for another one's approval. For a statement that waits, `name` is its name.
    ///
    /// # Errors
    /// What the role does not allow; those of the disk.
    pub(crate) fn propose(
        &self,
        officer: &Officer,
        action: Action,
        record: &[u8; 32],
        name: &str,
        (subject, body): (Subject, Vec<u8>),
    ) -> Result<(), Refusal> {
        officer.check(action, officer.offices.first())?;
        let proposal = Proposal {
            record: *record,
            name: name.to_owned(),
            action: action.name().to_owned(),
            officer: officer.id,
            subject: *subject.bytes(),
            body,
            made: self.now(),
        };
        self.officers().put_proposal(&proposal)?;
        self.audit(officer, "propose", &format!("{} {name}", action.name()), "done")
    }

    /// What waits for an approval in an accord, oldest first.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn proposals(&self, record: &[u8; 32]) -> Result<Vec<Proposal>, Refusal> {
        Ok(self.officers().proposals(record)?)
    }

    /// Who prepared something, by name; none for the command line.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn proposer(
        &self,
        record: &[u8; 32],
        name: &str,
    ) -> Result<Option<(OfficerId, String)>, Refusal> {
        let officers = self.officers();
        let Some(proposal) = officers.proposal(record, name)? else { return Ok(None) };
        let known = officers.officer(&proposal.officer)?;
        Ok(Some((proposal.officer, known.map_or_else(|| "a former officer".to_owned(), |known| known.name))))
    }

    /// Forgets what was prepared: it was done or given up.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn settle(&self, record: &[u8; 32], name: &str) -> Result<bool, Refusal> {
        Ok(self.officers().take_proposal(record, name)?)
    }

    /// Decides whether an officer may do something now, and writes down what was decided.
    ///
    /// # Errors
    /// The refusal by name.
    pub(crate) fn permit(&self, officer: &Officer, asked: &Asked<'_>) -> Result<Permit, Refusal> {
        let decided = self.decide(officer, asked);
        let outcome =
            decided.as_ref().map_or_else(|refusal| refusal.name().to_owned(), |_| "done".to_owned());
        self.audit(officer, asked.action.name(), asked.name, &outcome)?;
        decided.map(|persons| Permit { persons, action: asked.action })
    }

    fn decide(&self, officer: &Officer, asked: &Asked<'_>) -> Result<Persons, Refusal> {
        officer.check(asked.action, asked.office)?;
        let approval = match asked.action.needs() {
            role::Needs::Session => None,
            _ => self.approval(officer, asked)?,
        };
        let proposal = self.officers().proposal(&asked.record, asked.name)?;
        let prepared = proposal.map(|proposal| Prepared { by: proposal.officer, at: proposal.made });
        approval::judge(&Case {
            action: asked.action,
            role: officer.role,
            by: officer.id,
            offices: &officer.offices,
            office: asked.office,
            prepared,
            approvals: approval.as_slice(),
            subject: asked.subject,
            is_single: self.is_single()?,
            now: self.now(),
        })
    }

    /// The officer's approval: by a touch of its passkey, or by the session where that was chosen.
    fn approval(&self, officer: &Officer, asked: &Asked<'_>) -> Result<Option<Approval>, Refusal> {
        match asked.touch.filter(|touch| !touch.is_empty()) {
            Some(touch) => self.close_touch(officer, asked.subject, touch).map(Some),
            None if officer.session.way != Way::Program && self.approves_by_session() => {
                Ok(Some(Approval::new(officer.id, asked.subject, self.now())))
            }
            None => Ok(None),
        }
    }

    /// Writes down what an officer did or tried.
    ///
    /// # Errors
    /// Those of the disk: then nothing is done.
    pub(crate) fn audit(
        &self,
        officer: &Officer,
        what: &str,
        about: &str,
        outcome: &str,
    ) -> Result<(), Refusal> {
        self.audit_line(&officer.name, what, about, outcome, Vec::new())
    }

    fn audit_line(
        &self,
        officer: &str,
        what: &str,
        about: &str,
        outcome: &str,
        proof: Vec<u8>,
    ) -> Result<(), Refusal> {
        let line = AuditLine {
            at: self.now(),
            officer: officer.to_owned(),
            what: what.to_owned(),
            about: about.to_owned(),
            outcome: outcome.to_owned(),
            proof,
        };
        self.officers().audit(&line)?;
        Ok(())
    }

    /// The officer of a session's secret, if the session stands.
    fn signed_in(&self, secret: &Secret) -> Result<Option<Officer>, Refusal> {
        let now = self.now();
        let mut officers = self.officers();
        let digest = secret.digest();
        let Some(stored) = officers.session(&digest)? else { return Ok(None) };
        let age = now.0.saturating_sub(stored.began.0);
        let idle = now.0.saturating_sub(stored.seen.0);
        if age >= limits::SESSION_MS_MAX || idle >= limits::SESSION_IDLE_MS_MAX {
            officers.end_session(&digest)?;
            return Ok(None);
        }
        if idle >= limits::SESSION_SEEN_MS {
            officers.saw_session(&digest, now)?;
        }
        let known = officers.officer(&stored.officer)?;
        let way = Way::named(&stored.way).filter(|way| *way != Way::Program);
        Ok(known.zip(way).and_then(|(known, way)| Officer::of(known, guard::session(secret, way))))
    }

    /// The officer for whom a program works.
    fn program(&self, secret: &Secret) -> Result<Option<Officer>, Refusal> {
        let officers = self.officers();
        let Some(id) = officers.way_in(WayIn::Program, &secret.digest(), self.now())? else {
            return Ok(None);
        };
        let known = officers.officer(&id)?;
        Ok(known.and_then(|known| Officer::of(known, guard::session(secret, Way::Program))))
    }

    /// Begins a session; gives the cookie.
    fn begin_session(&self, officer: &OfficerId, way: Way) -> Result<String, Refusal> {
        let (now, secret) = (self.now(), Secret::of(self.random()?));
        let before = |ms: u64| Time(now.0.saturating_sub(ms));
        let session = StoredSession { officer: *officer, way: way.name().to_owned(), began: now, seen: now };
        let oldest = (before(limits::SESSION_MS_MAX), before(limits::SESSION_IDLE_MS_MAX));
        self.officers().begin_session(&secret.digest(), &session, oldest, limits::SESSIONS_MAX)?;
        Ok(self.place.set_cookie(&secret.text()))
    }

    /// Counts a try to sign in.
    fn count_try(&self, from: guard::From) -> Result<(), Refusal> {
        lock(&self.tries).take(&from, self.now()).map_err(|ms| Refusal::TooMany(ms.div_ceil(1000)))
    }

    fn count_request(&self, officer: &Officer) -> Result<(), Refusal> {
        let taken = lock(&self.requests).take(&officer.id, self.now());
        taken.map_err(|ms| Refusal::TooMany(ms.div_ceil(1000)))
    }

    /// Takes the turn of a key, so that a request that comes twice at once is done once.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] while the first one is worked on.
    pub(crate) fn turn(&self, officer: &Officer, key: &str) -> Result<Turn, Refusal> {
        let whose = (officer.id, key.to_owned());
        if lock(&self.turns).insert(whose.clone()) {
            Ok(Turn { turns: self.turns.clone(), whose })
        } else {
            Err(Refusal::TooMany(1))
        }
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        clock::random().map_err(|_| Refusal::Unavailable)
    }

    /// The officers' database. One request at a time: its work is short.
    pub(crate) fn officers(&self) -> MutexGuard<'_, Officers> {
        lock(&self.officers)
    }
}

/// What a panic left behind is whole: each change of it is one assignment or one transaction.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The gate of a request, for handlers.
pub(crate) struct AtGate(pub(crate) Arc<Gate>);

impl<S: Sync> axum::extract::FromRequestParts<S> for AtGate {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<AtGate, Refusal> {
        parts.extensions.get::<Arc<Gate>>().cloned().map(AtGate).ok_or(Refusal::Internal)
    }
}

#[cfg(test)]
mod tests;
