//! Which key an evidence file convicts. It names one key, and says nothing about why that key was used so.

use std::fmt;

use detente_tlog::{
    Checkpoint, Evidence, EvidenceKind, Finding, KeyName, Note, PartName, ProofFile, ProvedLeaf,
};
use sha2::{Digest, Sha256};

use super::held::Position;
use super::interval::not_after;
use super::known::{Checks, Known, Opened};
use super::leaf::Leaf;
use super::names::LogId;
use crate::Rejection;

/// What an evidence file shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conviction {
    /// The kind.
    pub kind: EvidenceKind,
    /// The name of the key.
    pub key: KeyName,
}

impl fmt::Display for Conviction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match self.kind {
            EvidenceKind::ForkSame | EvidenceKind::ForkGrow | EvidenceKind::ForkLeaf => {
                write!(f, "two versions of the log {key} exist, both signed by its key")
            }
            EvidenceKind::Misplaced => {
                write!(f, "the key of {key} signed for an entry that says it stands elsewhere")
            }
            EvidenceKind::BadLeaf => write!(f, "the key of {key} signed for an entry that is not in form"),
            EvidenceKind::Regress => {
                write!(f, "the key of {key} signed for an entry that names a smaller head than one before it")
            }
            EvidenceKind::DoubleCosign => write!(f, "the key {key} cosigned two versions of one log"),
            EvidenceKind::Clock => {
                write!(f, "the key {key} gave a later time than others gave to an entry that names its line")
            }
        }
    }
}

/// Judges an evidence file with the keys of a record.
///
/// Every note in it is checked as one in a bundle is, so that a line which does not hold voids it. ML-DSA never
/// convicts by itself: it has had no independent audit.
///
/// # Errors
/// Those of [`Evidence::judge`] and [`Known::open`]; [`Rejection::Log`] with
/// [`NoContradiction`](detente_tlog::Rejection::NoContradiction) if everything in it can be true; those of
/// [`Leaf::decode`] where a leaf must be in form.
pub fn convict(evidence: &Evidence<'_>, known: &Known<'_>, ml_dsa: bool) -> Result<Conviction, Rejection> {
    let log = known.log_of(evidence.origin()).ok_or(UNKNOWN_ORIGIN)?;
    let proved_under = open_notes(evidence, known, ml_dsa)?;
    let key = match evidence.judge(&known.convictable(&log.party)).map_err(Rejection::Log)? {
        Finding::TwoHistories(key) => key,
        Finding::Leaves(key, leaves) => {
            convicts_log(evidence.kind(), &log, &leaves, known)?;
            key
        }
        Finding::Time { cosigner, time, note, leaf, .. } => {
            let under = proved_under.ok_or(NO_CONTRADICTION)?;
            convicts_clock(time.seconds(), note, &leaf, &under, known)?;
            cosigner
        }
    };
    Ok(Conviction { kind: evidence.kind(), key: key.name().clone() })
}

/// Checks every note of the file. Gives that of `proof-a`.
fn open_notes(evidence: &Evidence<'_>, known: &Known<'_>, ml_dsa: bool) -> Result<Option<Opened>, Rejection> {
    // What a cosigner signs convicts it, whether the log has signed it or not.
    let log_line = evidence.kind() != EvidenceKind::DoubleCosign;
    let checks = Checks { ml_dsa, log_line };
    for note in [PartName::NoteA, PartName::NoteB].into_iter().filter_map(|part| evidence.part(part)) {
        known.open(note, checks)?;
    }
    let mut proofs = [PartName::ProofA, PartName::ProofB].into_iter().map(|part| {
        let Some(proof) = evidence.part(part) else { return Ok(None) };
        let proof = ProofFile::parse(proof).map_err(Rejection::Log)?;
        known.open(proof.note(), checks).map(Some)
    });
    let first = proofs.next().transpose()?.flatten();
    proofs.try_for_each(|proof| proof.map(drop))?;
    Ok(first)
}

/// Whether what the leaves say is what their log must never sign.
fn convicts_log(
    kind: EvidenceKind,
    log: &LogId,
    leaves: &[ProvedLeaf<'_>],
    known: &Known<'_>,
) -> Result<(), Rejection> {
    let decoded: Vec<Result<Leaf, Rejection>> = leaves.iter().map(|leaf| Leaf::decode(leaf.bytes)).collect();
    let convicts = match (kind, leaves, &decoded[..]) {
        (EvidenceKind::BadLeaf, _, [leaf]) => leaf.is_err(),
        (EvidenceKind::Misplaced, [proved], [Ok(leaf)]) => {
            !is_in_place(leaf, &Position::new(log.clone(), proved.index.get()), known)
        }
        (EvidenceKind::Regress, _, [Ok(earlier), Ok(later)]) => regresses(earlier, later),
        _ => false,
    };
    if convicts { Ok(()) } else { Err(NO_CONTRADICTION) }
}

/// Whether a leaf says that it stands there, in this record.
fn is_in_place(leaf: &Leaf, entry: &Position, known: &Known<'_>) -> bool {
    leaf.log() == entry.log && leaf.place.seq == entry.seq && known.is_of_record(leaf)
}

fn regresses(earlier: &Leaf, later: &Leaf) -> bool {
    let heads = &earlier.place.heads;
    later.place.heads.iter().any(|new| heads.iter().any(|old| old.log == new.log && new.size < old.size))
}

/// Whether a cosignature is later than an entry which names the note with it: by more than clocks may differ.
fn convicts_clock(
    time: u64,
    note: &[u8],
    proved: &ProvedLeaf<'_>,
    under: &Opened,
    known: &Known<'_>,
) -> Result<(), Rejection> {
    let leaf = Leaf::decode(proved.bytes)?;
    let entry = Position::new(under.log.clone(), proved.index.get());
    let hash = <[u8; 32]>::from(Sha256::digest(note));
    let named = Note::parse(note).and_then(|note| Checkpoint::parse(note.text())).map_err(Rejection::Log)?;
    let names_it = leaf.place.heads.iter().any(|head| {
        head.note == hash
            && known.log_of(named.origin()).as_ref() == Some(&head.log)
            && head.size == named.size().get()
            && head.root == *named.root()
    });
    let charter = known.charter();
    let bound = not_after(std::iter::once(under), &entry.log.party, charter.quorum().f);
    let skew = charter.rules().skew.seconds();
    let is_late = bound.is_some_and(|bound| time > bound.saturating_add(skew));
    if is_in_place(&leaf, &entry, known) && names_it && is_late { Ok(()) } else { Err(NO_CONTRADICTION) }
}

const UNKNOWN_ORIGIN: Rejection = Rejection::Log(detente_tlog::Rejection::UnknownOrigin);
const NO_CONTRADICTION: Rejection = Rejection::Log(detente_tlog::Rejection::NoContradiction);
