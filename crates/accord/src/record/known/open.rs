//! Checking the signatures of one note.

use std::collections::{BTreeMap, BTreeSet};

use detente_tlog::{COSIGN_TIME_MAX, Checkpoint, KeyType, Note, Verified, VerifierKey};

use super::{Cosigner, Known, Source};
use crate::record::Pq;
use crate::record::names::LogId;
use crate::{PartyId, Rejection};

/// What of a note is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checks {
    /// Whether ML-DSA-44 signatures are verified; else only their form is.
    pub ml_dsa: bool,
    /// Whether a line by the log itself must be there.
    pub log_line: bool,
}

/// A note of which every line by a known key holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Of which log.
    pub log: LogId,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The Ed25519 cosignatures of sources whose times everybody takes.
    pub cosigned: Vec<Cosigned>,
    /// The other parties that hold the entries; with ML-DSA required, those of which both signatures hold.
    pub holders: BTreeSet<PartyId>,
    /// Whether a known ML-DSA line was not checked.
    pub has_unchecked: bool,
}

/// When a source says it signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cosigned {
    /// Who.
    pub source: Source,
    /// Seconds since 1970.
    pub time: u64,
}

impl Known<'_> {
    /// Checks a note: three lines of a known log; its Ed25519 line; and every other line by a known key.
    ///
    /// # Errors
    /// [`Rejection::Log`] with the form of the note, an unknown origin, a line that does not hold or stands twice,
    /// or without a line by the log.
    pub fn open(&self, note: &[u8], checks: Checks) -> Result<Opened, Rejection> {
        let note = Note::parse(note).map_err(Rejection::Log)?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(Rejection::Log)?;
        let log = self.log_of(checkpoint.origin()).ok_or(UNKNOWN_ORIGIN)?;
        let own = self.log(&log).ok_or(UNKNOWN_ORIGIN)?;
        let cosigners: Vec<&Cosigner> = self.cosigners_of(&log.party).collect();
        let known: Vec<&VerifierKey> = own.iter().chain(cosigners.iter().map(|c| &c.key)).collect();
        refuse_ambiguous(&note, &known)?;
        let (checked, unchecked): (Vec<&VerifierKey>, Vec<&VerifierKey>) =
            known.into_iter().partition(|key| checks.ml_dsa || key.kind() != KeyType::CosignatureMlDsa44);
        let has_unchecked = check_form(&note, &unchecked)?;
        let lines = match note.verify(&checked) {
            Err(detente_tlog::Rejection::NoKnownSignature) if !checks.log_line => Vec::new(),
            lines => lines.map_err(Rejection::Log)?,
        };
        let by = |line: &Verified| checked.get(line.key).copied();
        // The log's own Ed25519 key is the first of all.
        if checks.log_line && !lines.iter().any(|line| line.key == 0) {
            return Err(Rejection::Log(detente_tlog::Rejection::NoLogSignature));
        }
        let mut opened =
            Opened { log, checkpoint, cosigned: Vec::new(), holders: BTreeSet::new(), has_unchecked };
        self.count(&mut opened, &cosigners, lines.iter().filter_map(|line| Some((by(line)?, line))));
        Ok(opened)
    }

    /// Who holds, and who gives which time.
    fn count<'l>(
        &self,
        opened: &mut Opened,
        cosigners: &[&Cosigner],
        lines: impl Iterator<Item = (&'l VerifierKey, &'l Verified)>,
    ) {
        // The lines of each mirror: whether its Ed25519 line and its ML-DSA line are there.
        let mut mirrors: BTreeMap<&LogId, (bool, bool)> = BTreeMap::new();
        for (key, line) in lines {
            let is_its = |c: &&&Cosigner| c.key.id() == key.id() && c.key.name() == key.name();
            let Some(cosigner) = cosigners.iter().find(is_its) else { continue };
            let is_ed25519 = key.kind() == KeyType::CosignatureEd25519;
            if let Some(mirror) = &cosigner.mirror {
                let both = mirrors.entry(mirror).or_default();
                if is_ed25519 { both.0 = true } else { both.1 = true }
            }
            if let Some(time) = line.time.filter(|_| is_ed25519 && cosigner.gives_time) {
                opened.cosigned.push(Cosigned { source: cosigner.source.clone(), time: time.seconds() });
            }
        }
        let is_required = self.charter().quorum().pq == Pq::Required;
        let holds = |both: &(bool, bool)| both.0 && (both.1 || !is_required);
        let holders = mirrors.iter().filter(|(_, both)| holds(both)).map(|(mirror, _)| mirror.party.clone());
        opened.holders = holders.collect();
    }
}

/// A name and key id that stand for two known keys tell nobody which of them signed.
fn refuse_ambiguous(note: &Note<'_>, known: &[&VerifierKey]) -> Result<(), Rejection> {
    for (at, line) in note.signatures().iter().enumerate() {
        if known.iter().filter(|key| line.is_by(key)).count() > 1 {
            return Err(Rejection::Log(detente_tlog::Rejection::BadSignature { line: at }));
        }
    }
    Ok(())
}

/// The form of lines that are not verified: at most one for each key, with a time and the length of a signature.
/// Gives whether there are any.
fn check_form(note: &Note<'_>, keys: &[&VerifierKey]) -> Result<bool, Rejection> {
    let mut seen = BTreeSet::new();
    for (at, line) in note.signatures().iter().enumerate() {
        let Some(key) = keys.iter().position(|key| line.is_by(key)) else { continue };
        if !seen.insert(key) {
            return Err(Rejection::Log(detente_tlog::Rejection::DuplicateSignature { line: at }));
        }
        let time = line.signature().first_chunk().map(|time| u64::from_be_bytes(*time));
        let has_time = time.is_some_and(|time| (1..=COSIGN_TIME_MAX).contains(&time));
        if !has_time || line.signature().len() != TIMED_ML_DSA_BYTES {
            return Err(Rejection::Log(detente_tlog::Rejection::BadSignature { line: at }));
        }
    }
    Ok(!seen.is_empty())
}

const UNKNOWN_ORIGIN: Rejection = Rejection::Log(detente_tlog::Rejection::UnknownOrigin);
/// A time of eight bytes and a signature of ML-DSA-44.
const TIMED_ML_DSA_BYTES: usize = 8 + 2420;
