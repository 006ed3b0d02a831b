//! What comes out: one outcome and one reason for each claim.

use super::Failure;
use crate::Rejection;
use crate::jcs::Value;

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It holds.
    Verified,
    /// It does not.
    NotVerified,
    /// What is there is not enough to say.
    CannotDecide,
}

impl Outcome {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Verified => "verified",
            Outcome::NotVerified => "not-verified",
            Outcome::CannotDecide => "cannot-decide",
        }
    }

    /// How it is said.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Verified => "verified",
            Outcome::NotVerified => "not verified",
            Outcome::CannotDecide => "cannot decide",
        }
    }

    /// The exit status of a verifier.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Verified => 0,
            Outcome::NotVerified => 1,
            Outcome::CannotDecide => 2,
        }
    }
}

macro_rules! reasons {
    ($($(#[$documentation:meta])* $reason:ident, $name:literal, $sentence:literal;)*) => {
        /// Why. One for each step, and one for each way a claim may end.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Reason {
            $($(#[$documentation])* $reason,)*
        }

        impl Reason {
            /// All of them.
            pub const ALL: &[Reason] = &[$(Reason::$reason,)*];

            /// The stable name, shared with the independent verifiers.
            pub fn name(self) -> &'static str {
                match self {
                    $(Reason::$reason => $name,)*
                }
            }

            /// What it means, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Reason::$reason => $sentence,)*
                }
            }
        }
    };
}

reasons! {
    /// Nothing is wrong.
    Ok, "ok", "everything that was checked holds";
    /// Step 1.
    Malformed, "malformed", "the file is not a bundle in form, or a file in it is not as its list says";
    /// Step 2.
    OtherAccord, "other-accord", "the bundle is of another record than the one you gave";
    /// Step 3.
    BadCharter, "bad-charter", "the charter is not in form";
    /// Step 4.
    BadKeys, "bad-keys", "keys of a later epoch or of a party that joined are not bound by an entry";
    /// Step 5.
    PolicyDiffers, "policy-differs", "a policy is not the one that follows from the charter";
    /// Step 6.
    BadLeaf, "bad-leaf", "an entry is not in form, or stands at another place than it says";
    /// Step 7.
    BadProof, "bad-proof", "a proof does not show that its entry stands in the log";
    /// Step 8.
    BadSignature, "bad-signature", "a signature by a known key does not hold";
    /// Step 9.
    BadHead, "bad-head", "a head is not in form, or is not the one that an entry names";
    /// Step 10.
    BadDisclosure, "bad-disclosure", "a disclosed field or attachment is not the one that was committed to";
    /// Step 11.
    BadLeaves, "bad-leaves", "the list of all entries of a log does not fit its signed head";
    /// Step 12.
    BadEvidence, "bad-evidence", "an evidence file is not in form";
    /// A file that the claim needs is not in the bundle.
    Missing, "missing", "a file that the claim needs is not in the bundle";
    /// The entry names no head that has the other entry in it.
    NotAcknowledged, "not-acknowledged", "the other party's entry does not show that it had this one";
    /// The evidence convicts nobody.
    NoEvidence, "no-evidence", "the evidence shows no contradiction";
    /// The charter requires ML-DSA and this verifier did not check it.
    PqNotChecked, "pq-not-checked", "the charter requires ML-DSA signatures, which were not checked";
    /// The record's id did not come from elsewhere.
    NoTrustRoot, "no-trust-root", "you gave no record id, so the bundle is only consistent with itself";
    /// The bundle claims nothing.
    NoClaims, "no-claims", "the bundle claims nothing";
    /// The file could not be read at all.
    Unreadable, "unreadable", "the file could not be read";
}

/// What was found about one claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// The claim's canonical text, or `bundle`.
    pub claim: String,
    /// The answer.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What the proof shows about holders, sorted.
    pub labels: Vec<String>,
    /// The entry was made at this time or later, in seconds since 1970.
    pub not_before: Option<u64>,
    /// The entry was made at this time or earlier.
    pub not_after: Option<u64>,
    /// What is not proved, sorted.
    pub not_proved: Vec<&'static str>,
    /// What a person should see, line by line: who says what, and what stays hidden. Escaped; not part of the
    /// verdict that is compared.
    pub shown: Vec<String>,
}

impl Judged {
    /// A claim without labels and times.
    pub(super) fn bare(claim: String, outcome: Outcome, reason: Reason) -> Judged {
        Judged {
            claim,
            outcome,
            reason,
            labels: Vec::new(),
            not_before: None,
            not_after: None,
            not_proved: Vec::new(),
            shown: Vec::new(),
        }
    }

    fn to_value(&self) -> Value {
        let time = |time: Option<u64>| time.map_or(Value::Null, Value::Integer);
        let words = |words: &mut dyn Iterator<Item = &str>| Value::Array(words.map(Value::text).collect());
        Value::object([
            ("claim", Value::text(self.claim.as_str())),
            ("labels", words(&mut self.labels.iter().map(String::as_str))),
            ("not_after", time(self.not_after)),
            ("not_before", time(self.not_before)),
            ("not_proved", words(&mut self.not_proved.iter().copied())),
            ("reason", Value::text(self.reason.name())),
            ("verdict", Value::text(self.outcome.name())),
        ])
    }
}

/// The verdict on a bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The answer to all claims together.
    pub outcome: Outcome,
    /// One for each claim, in the bundle's order.
    pub claims: Vec<Judged>,
}

impl Verdict {
    /// The verdict on a file that is not there or cannot be read.
    pub fn unreadable() -> Verdict {
        Verdict::of_bundle(Outcome::CannotDecide, Reason::Unreadable, Vec::new())
    }

    /// The verdict on files that cannot be those of a bundle, for whoever reads an extracted one: a link, say, or
    /// a name that is not text.
    pub fn malformed(rejection: Rejection) -> Verdict {
        Verdict::failed(&Failure::new(Reason::Malformed, "", rejection))
    }

    /// The exit status of a verifier: 0 verified, 1 not verified, 2 cannot decide.
    pub fn exit_code(&self) -> u8 {
        self.outcome.exit_code()
    }

    /// The document `detente/verdict@v1`, as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        Value::object([
            ("claims", Value::Array(self.claims.iter().map(Judged::to_value).collect())),
            ("schema", Value::text("detente/verdict@v1")),
            ("verdict", Value::text(self.outcome.name())),
        ])
        .encode()
    }

    pub(super) fn failed(failure: &Failure) -> Verdict {
        let place = super::text::escape(&failure.place);
        let why = super::text::escape(&failure.rejection.to_string());
        let shown = if place.is_empty() { why } else { format!("{place}: {why}") };
        Verdict::of_bundle(Outcome::NotVerified, failure.reason, vec![shown])
    }

    pub(super) fn of_claims(claims: Vec<Judged>) -> Verdict {
        let any = |outcome| claims.iter().any(|claim| claim.outcome == outcome);
        let outcome = if claims.is_empty() {
            return Verdict::of_bundle(Outcome::CannotDecide, Reason::NoClaims, Vec::new());
        } else if any(Outcome::NotVerified) {
            Outcome::NotVerified
        } else if any(Outcome::CannotDecide) {
            Outcome::CannotDecide
        } else {
            Outcome::Verified
        };
        Verdict { outcome, claims }
    }

    fn of_bundle(outcome: Outcome, reason: Reason, shown: Vec<String>) -> Verdict {
        let judged = Judged { shown, ..Judged::bare("bundle".to_owned(), outcome, reason) };
        Verdict { outcome, claims: vec![judged] }
    }
}
