//! The verdict on a bundle: what it proves to somebody who has nothing but the record's id.
//!
//! All members are checked, whether a claim needs them or not, in twelve steps; the first that fails ends it, and
//! names itself. Then each claim is judged by itself. Steps, reasons and labels are those that the independent
//! verifiers have, so that all of them give the same verdict on the same bytes.
//!
//! A verdict says that a party *says* something. That it is true is nowhere proved, and nowhere said.

mod claims;
mod content;
mod disclosed;
mod entries;
mod heads;
mod keyring;
mod labels;
mod text;
mod verdict;

pub use verdict::{Judged, Outcome, Reason, Verdict};

use super::bundle::Bundle;
use super::names::RecordId;
use super::tar::Member;
use crate::Rejection;
use claims::Proved;
use entries::Entries;
use heads::Notes;
use keyring::Keyring;

/// Against what a bundle is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// The id of the record, from somewhere else than the bundle.
    Record(RecordId),
    /// Nothing: a bundle can then be consistent with itself, and no more.
    None,
}

/// What is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whether ML-DSA-44 signatures are verified. Without, the verdict is that of a verifier that cannot.
    pub ml_dsa: bool,
}

/// Judges a bundle file.
pub fn verify(bytes: &[u8], trust: Trust, options: Options) -> Verdict {
    judge(Bundle::read(bytes), trust, options)
}

/// Judges the files of an extracted bundle, in any order.
pub fn verify_files(files: &[Member<'_>], trust: Trust, options: Options) -> Verdict {
    judge(Bundle::of_files(files), trust, options)
}

fn judge(bundle: Result<Bundle<'_>, Rejection>, trust: Trust, options: Options) -> Verdict {
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(rejection) => return Verdict::malformed(rejection),
    };
    match steps(&bundle, trust, options) {
        Ok(claims) => Verdict::of_claims(claims),
        Err(failure) => Verdict::failed(&failure),
    }
}

/// Steps 2 to 12, and the claims.
fn steps(bundle: &Bundle<'_>, trust: Trust, options: Options) -> Result<Vec<Judged>, Failure> {
    let charter = keyring::charter(bundle, trust)?;
    let entries = Entries::decode(bundle);
    let keyring = Keyring::of(bundle, &charter, &entries)?;
    content::policies(bundle, &keyring)?;
    let known = keyring.known()?;
    entries.check_leaves(bundle, &known)?;
    entries.check_proofs(bundle, &known)?;
    let mut notes = Notes::new(&known, options);
    notes.open_all(bundle)?;
    let unknown_offices = entries.check_offices(&keyring)?;
    heads::check_heads(bundle, &known, &entries)?;
    let disclosed = content::disclosures(bundle, &entries)?;
    content::leaves(bundle, &notes, &entries)?;
    content::evidence(bundle)?;
    let proved =
        Proved { bundle, known: &known, entries: &entries, notes: &notes, unknown_offices, disclosed };
    Ok(proved.judge(trust, options))
}

/// A step that failed.
struct Failure {
    reason: Reason,
    /// The member, as far as it is one.
    place: String,
    rejection: Rejection,
}

impl Failure {
    fn new(reason: Reason, place: impl Into<String>, rejection: Rejection) -> Failure {
        Failure { reason, place: place.into(), rejection }
    }

    /// A member that is in form by itself and does not fit the others.
    fn misfit(reason: Reason, place: impl Into<String>) -> Failure {
        let place = place.into();
        Failure { reason, rejection: Rejection::BadMember { name: place.clone() }, place }
    }
}
