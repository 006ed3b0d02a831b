//! Who is signed in: what every handler of pages and API takes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use detente_accord::record::Office;
use detente_store::officers::{OfficerId, StoredOfficer};

use super::role::{Action, Role};
use super::session::Session;
use super::{Refusal, approval};

/// The officer whose request this is. A request without one is refused before it reaches a handler.
#[derive(Clone)]
pub(crate) struct Officer {
    /// For good.
    pub(crate) id: OfficerId,
    /// What it is called here: a pseudonym is enough.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) role: Role,
    /// The offices it may act for.
    pub(crate) offices: Vec<Office>,
    /// How it came in.
    pub(crate) session: Session,
}

impl Officer {
    /// From what is kept; none if this version does not know its role.
    pub(crate) fn of(stored: StoredOfficer, session: Session) -> Option<Officer> {
        let role = Role::named(&stored.role)?;
        let offices = stored.offices.iter().filter_map(|office| Office::parse(office)).collect();
        Some(Officer { id: stored.id, name: stored.name, role, offices, session })
    }

    /// Whether its role lets it, for deciding which buttons to show. What is done is judged again.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.check(action, self.offices.first()).is_ok()
    }

    /// Refuses what its role or its offices do not allow.
    ///
    /// # Errors
    /// [`Refusal::NotYourRole`], [`Refusal::NotYourOffice`].
    pub(crate) fn check(&self, action: Action, office: Option<&Office>) -> Result<(), Refusal> {
        approval::check_role(action, self.role, &self.offices, office)
    }

    /// What forms of this session carry.
    pub(crate) fn form_mark(&self) -> String {
        super::form_mark(&self.session)
    }
}

impl<S: Sync> FromRequestParts<S> for Officer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Officer, Refusal> {
        parts.extensions.get::<Officer>().cloned().ok_or(Refusal::SignInNeeded)
    }
}
