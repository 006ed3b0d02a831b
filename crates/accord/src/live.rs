//! The statements of a live match: as drafts of a record, and read back from its entries.
//!
//! They say the same as those of files ([`crate::exchange`]), in the form of a record: references name entries, and
//! content is sealed to whoever may read it. Purpose and sentence are for the other side; counts of a list and of
//! what is in common are for nobody but their author.

use std::collections::BTreeMap;

use detente_indicators::Kind;
use detente_psi::size::SizeClass;

use crate::exchange::RunSecrets;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::record::{Draft, Leaf, Reference};
use crate::{Entropy, ListCommitment, PartyId, Rejection, Terms, b64, words};

/// The entries that a receipt of a run refers to.
pub struct RunRefs {
    /// The terms, with rel `to`.
    pub terms: Reference,
    /// The consent, with rel `to`.
    pub consent: Reference,
    /// The asker's list, with rel `cites`.
    pub asked: Reference,
    /// The answerer's list, with rel `cites`.
    pub held: Reference,
}

/// What a receipt or an abort says of a run.
pub struct Closing<'a> {
    /// To whom.
    pub to: &'a PartyId,
    /// The number of the run.
    pub run: [u8; 16],
    /// Items charged, and runs.
    pub charge: (u64, u64),
}

/// Proposes a match.
pub fn terms_draft(terms: &Terms) -> Draft {
    let mut draft = Draft::new("terms", [("to", Value::text(terms.answerer.as_str()))]);
    draft.public.extend(terms.public());
    draft.aud = "to".to_owned();
    draft.values.insert("learns", Value::text(words::learns(terms)));
    draft.values.insert("purpose", Value::text(terms.purpose.as_str()));
    draft
}

/// Reads terms back. The purpose stands in the content of the entry.
///
/// # Errors
/// [`Rejection::NotOffered`], [`Rejection::BadField`], [`Rejection::Matching`] for a suite, a form or numbers that are
/// not offered here.
pub fn read_terms(leaf: &Leaf, purpose: String) -> Result<Terms, Rejection> {
    let mut public = fields(leaf, "terms")?;
    Terms::read(&mut public, leaf.said.party.clone(), leaf.said.made, purpose)
}

/// Consents to terms.
pub fn consent_draft(terms: &Terms, entry: Reference) -> Draft {
    let mut draft = Draft::new(
        "terms",
        [
            ("act", Value::text("consent")),
            ("profile", Value::text(b64::encode(&terms.profile))),
            ("to", Value::text(terms.asker.as_str())),
        ],
    );
    draft.aud = "to".to_owned();
    draft.refs = vec![entry];
    draft
}

/// Refuses terms. `reason` is a code: 1 to 64 of `[a-z0-9.-]`.
pub fn refusal_draft(asker: &PartyId, entry: Reference, reason: &str) -> Draft {
    let public = [
        ("act", Value::text("refuse")),
        ("reason", Value::text(reason)),
        ("to", Value::text(asker.as_str())),
    ];
    let mut draft = Draft::new("terms", public);
    draft.aud = "to".to_owned();
    draft.refs = vec![entry];
    draft
}

/// Commits to a list under these secrets.
pub fn commitment(
    list: &[&[u8]],
    class: SizeClass,
    secrets: &RunSecrets,
    entropy: &mut Entropy,
) -> ListCommitment {
    ListCommitment {
        root: secrets.list_salt.root(list, class),
        class,
        seed: secrets.seed_commitment(),
        nonce: entropy.draw(),
    }
}

/// Says a list. `refs` are the terms, and the consent where it stands.
pub fn list_draft(
    to: &PartyId,
    refs: Vec<Reference>,
    list: &ListCommitment,
    counts: &BTreeMap<Kind, u64>,
) -> Draft {
    let mut draft = Draft::new("list", list.public());
    draft.public.insert("to".to_owned(), Value::text(to.as_str()));
    draft.aud = "own".to_owned();
    draft.refs = refs;
    let counts = counts.iter().map(|(kind, n)| (kind.name().to_owned(), Value::Integer(*n))).collect();
    draft.values.insert("counts", Value::Object(counts));
    draft
}

/// Reads a list back.
///
/// # Errors
/// [`Rejection::BadField`].
pub fn read_list(leaf: &Leaf) -> Result<ListCommitment, Rejection> {
    ListCommitment::read(&mut fields(leaf, "list")?)
}

/// Signs that a run came to its end. `common` is what we learned, `learned` the sentence about it.
pub fn receipt_draft(
    closing: &Closing<'_>,
    refs: RunRefs,
    transcript: &[u8; 32],
    common: Option<u64>,
    learned: &str,
) -> Draft {
    let mut draft = closing.draft("receipt", refs);
    draft.public.insert("transcript".to_owned(), Value::text(b64::encode(transcript)));
    let outcome = common.map_or(Value::Null, |n| Value::object([("common", Value::Integer(n))]));
    draft.values.insert("outcome", outcome);
    draft.values.insert("learned", Value::text(learned));
    draft
}

/// Says that a run was broken off. `reason` and `step` are codes.
pub fn abort_draft(closing: &Closing<'_>, refs: RunRefs, reason: &str, step: &str) -> Draft {
    let mut draft = closing.draft("abort", refs);
    draft.public.insert("reason".to_owned(), Value::text(reason));
    draft.public.insert("step".to_owned(), Value::text(step));
    draft
}

impl Closing<'_> {
    fn draft(&self, act: &str, refs: RunRefs) -> Draft {
        let mut draft = Draft::new(
            "receipt",
            [
                ("act", Value::text(act)),
                ("charge_items", Value::Integer(self.charge.0)),
                ("charge_runs", Value::Integer(self.charge.1)),
                ("run", Value::text(b64::encode(&self.run))),
                ("to", Value::text(self.to.as_str())),
            ],
        );
        draft.aud = "own".to_owned();
        draft.refs = vec![refs.terms, refs.consent, refs.asked, refs.held];
        draft
    }
}

fn fields(leaf: &Leaf, part: &'static str) -> Result<Fields, Rejection> {
    Fields::of(Value::Object(leaf.said.public.clone()), part)
}
