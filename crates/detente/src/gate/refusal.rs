//! Why the gate refuses: a closed list of names that programs may rely on. How a refusal looks is decided at the
//! outermost layer: a page for people, `application/problem+json` (RFC 9457) for programs.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A refusal of the gate or of a handler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// Nobody is signed in.
    SignInNeeded,
    /// The link, passkey or key does not let in: unknown, used, or too old. The same for all.
    SignInRefused,
    /// Too many tries or requests; come back after so many seconds.
    TooMany(u64),
    /// The role does not allow it.
    NotYourRole,
    /// None of the officer's offices does it.
    NotYourOffice,
    /// No touch of a passkey came with it.
    ApprovalMissing,
    /// The one who prepared it approves it too.
    ApprovalOwn,
    /// Two approvals of one officer.
    ApprovalTwice,
    /// The approval, or what it is for, is older than a day.
    ApprovalExpired,
    /// The approval is for another text.
    ApprovalOtherText,
    /// The passkey's signature does not hold.
    ApprovalNotValid,
    /// A name that this node does not answer to.
    OtherHost,
    /// The request came from another site.
    OtherSite,
    /// Two lengths, two hosts, or a request for another server.
    Ambiguous,
    /// The form was not made for this session.
    FormMark,
    /// A body of a type that is not read here.
    OtherType,
    /// The body cannot be read.
    BadRequest(String),
    /// The body is larger than what is read here.
    TooLarge,
    /// There is nothing of that name.
    NotFound(String),
    /// The method does nothing here.
    OtherMethod,
    /// The same key came with another request.
    KeyReused,
    /// What it is about has changed in between.
    Changed,
    /// The record refuses it: the name of the reason, and its words.
    Record(String, String),
    /// The node cannot work now.
    Unavailable,
    /// A bug of ours, or the disk.
    Internal,
}

/// What a refusal is outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    /// Stable, kebab-case; for the record's refusals its own name.
    pub(crate) name: String,
    pub(crate) status: StatusCode,
    /// The same for every occurrence.
    pub(crate) title: &'static str,
    /// About this one.
    pub(crate) detail: Option<String>,
    /// Seconds to wait.
    pub(crate) wait_s: Option<u64>,
}

impl Refusal {
    /// One of each, for tables of the API and tests.
    pub(crate) fn samples() -> Vec<Refusal> {
        use Refusal::*;
        let text = String::new;
        vec![
            SignInNeeded,
            SignInRefused,
            TooMany(1),
            NotYourRole,
            NotYourOffice,
            ApprovalMissing,
            ApprovalOwn,
            ApprovalTwice,
            ApprovalExpired,
            ApprovalOtherText,
            ApprovalNotValid,
            OtherHost,
            OtherSite,
            Ambiguous,
            FormMark,
            OtherType,
            BadRequest(text()),
            TooLarge,
            NotFound(text()),
            OtherMethod,
            KeyReused,
            Changed,
            Record("refused-by-the-record".into(), text()),
            Unavailable,
            Internal,
        ]
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Refusal::Record(name, _) => name,
            other => other.row().0,
        }
    }

    /// What it is outside.
    pub(crate) fn problem(&self) -> Problem {
        let (_, status, title) = self.row();
        let detail = match self {
            Refusal::BadRequest(detail) | Refusal::NotFound(detail) | Refusal::Record(_, detail) => {
                Some(detail.clone()).filter(|detail| !detail.is_empty())
            }
            _ => None,
        };
        let wait_s = match self {
            Refusal::TooMany(seconds) => Some(*seconds),
            _ => None,
        };
        Problem { name: self.name().to_owned(), status, title, detail, wait_s }
    }

    fn row(&self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Refusal::SignInNeeded => ("sign-in-needed", S::UNAUTHORIZED, "Sign in first"),
            Refusal::SignInRefused => {
                ("sign-in-refused", S::FORBIDDEN, "This does not let anybody in: ask for a new link")
            }
            Refusal::TooMany(_) => ("too-many", S::TOO_MANY_REQUESTS, "Too many tries: wait, then try again"),
            Refusal::NotYourRole => ("not-your-role", S::FORBIDDEN, "Your role does not allow this"),
            Refusal::NotYourOffice => {
                ("not-your-office", S::FORBIDDEN, "This takes an office that you do not act for")
            }
            Refusal::ApprovalMissing => {
                ("approval-missing", S::FORBIDDEN, "This takes a touch of your passkey")
            }
            Refusal::ApprovalOwn => {
                ("approval-own", S::FORBIDDEN, "Another officer than the one who prepared it has to approve")
            }
            Refusal::ApprovalTwice => {
                ("approval-twice", S::FORBIDDEN, "Two approvals of one officer count once")
            }
            Refusal::ApprovalExpired => {
                ("approval-expired", S::FORBIDDEN, "The approval, or what it is for, is older than a day")
            }
            Refusal::ApprovalOtherText => (
                "approval-other-text",
                S::FORBIDDEN,
                "The approval is for another text than the one that stands",
            ),
            Refusal::ApprovalNotValid => {
                ("approval-not-valid", S::FORBIDDEN, "The touch of the passkey was not accepted")
            }
            Refusal::OtherHost => {
                ("other-host", S::MISDIRECTED_REQUEST, "This node does not answer to that name")
            }
            Refusal::OtherSite => ("other-site", S::FORBIDDEN, "The request came from another site"),
            Refusal::Ambiguous => ("ambiguous", S::BAD_REQUEST, "The request can be read in two ways"),
            Refusal::FormMark => {
                ("form-mark", S::FORBIDDEN, "The form was made for another session: load the page again")
            }
            Refusal::OtherType => {
                ("other-type", S::UNSUPPORTED_MEDIA_TYPE, "A body of this type is not read here")
            }
            Refusal::BadRequest(_) => ("bad-request", S::BAD_REQUEST, "The request cannot be read"),
            Refusal::TooLarge => {
                ("too-large", S::PAYLOAD_TOO_LARGE, "The body is larger than what is read here")
            }
            Refusal::NotFound(_) => ("not-found", S::NOT_FOUND, "There is nothing of that name"),
            Refusal::OtherMethod => ("other-method", S::METHOD_NOT_ALLOWED, "That method does nothing here"),
            Refusal::KeyReused => {
                ("key-reused", S::UNPROCESSABLE_ENTITY, "The same key came with another request before")
            }
            Refusal::Changed => {
                ("changed", S::PRECONDITION_FAILED, "What it is about has changed: look again")
            }
            Refusal::Record(..) => ("refused-by-the-record", S::CONFLICT, "The record does not take this"),
            Refusal::Unavailable => ("unavailable", S::SERVICE_UNAVAILABLE, "The node cannot work now"),
            Refusal::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "Something failed here"),
        }
    }
}

impl From<detente_store::Error> for Refusal {
    fn from(error: detente_store::Error) -> Refusal {
        tracing::error!(error = %error, "the officers' database failed");
        match error {
            detente_store::Error::Locked { .. } | detente_store::Error::DiskFull(_) => Refusal::Unavailable,
            _ => Refusal::Internal,
        }
    }
}

impl From<detente_node::Error> for Refusal {
    fn from(error: detente_node::Error) -> Refusal {
        use detente_node::Error;
        match error {
            Error::NoEffect { why, words, .. } => Refusal::Record(why.to_owned(), words),
            Error::Unknown(words) => Refusal::NotFound(words),
            Error::Stopped => Refusal::Unavailable,
            Error::MayNotSign(_) | Error::NotAllowed(_) => {
                Refusal::Record("not-allowed".to_owned(), error.to_string())
            }
            Error::Recovering(_) => Refusal::Record("recovering".to_owned(), error.to_string()),
            Error::Rejected(rejection) => Refusal::Record("rejected".to_owned(), rejection.to_string()),
            error => {
                tracing::error!(error = %error, "the record failed");
                Refusal::Internal
            }
        }
    }
}

impl IntoResponse for Refusal {
    /// Status and no body: the outermost layer writes it, as a page or as a problem.
    fn into_response(self) -> Response {
        let problem = self.problem();
        let mut response = problem.status.into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_no_two_are_alike() {
        let samples = Refusal::samples();
        let mut names: Vec<&str> = samples.iter().map(Refusal::name).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), samples.len());
    }
}
