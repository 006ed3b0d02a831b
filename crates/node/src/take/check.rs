//! Checking a packet against what is held. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::Rejection;
use detente_accord::record::packet::{LogPart, Packet};
use detente_accord::record::{Held, HeldEntry, HeldNote, Leaf, LogId, Position, Ring, Scope, Standing};
use detente_tlog::{Checkpoint, Hash, Note, leaf_hash};

use super::bound;
use super::evidence::Fork;
use super::forks;
use crate::{Accord, Error, Refused, held};

/// A packet that may be kept: what is new in it.
pub(super) struct Checked<'p> {
    /// For each log that grows: the first new index, the new leaves and the note over them.
    pub(super) grown: BTreeMap<LogId, Grown<'p>>,
    /// Notes whose signatures hold, by hash.
    pub(super) notes: BTreeMap<[u8; 32], (HeldNote, &'p [u8])>,
    /// Key sets, offers and rules files that came, beside what is held.
    pub(super) files: Held,
    /// The keys that follow from what is held once all of it is kept, where they may be others than now.
    ring: Option<Ring>,
    /// Evidence that convicts somebody.
    pub(super) evidence: Vec<&'p [u8]>,
}

/// How a log grows.
pub(super) struct Grown<'p> {
    pub(super) first: u64,
    pub(super) leaves: Vec<&'p [u8]>,
    pub(super) entries: Vec<HeldEntry>,
    pub(super) note: &'p [u8],
}

impl Checked<'_> {
    /// The keys once all of it is kept.
    pub(super) fn ring<'a>(&'a self, accord: &'a Accord<'_>) -> &'a Ring {
        self.ring.as_ref().unwrap_or(accord.state.ring())
    }

    /// Whether keys came, or ended.
    pub(super) fn changes_keys(&self) -> bool {
        self.ring.is_some()
    }

    /// The entries that came.
    pub(super) fn new_leaves(&self) -> impl Iterator<Item = &Leaf> {
        self.grown.values().flat_map(|grown| &grown.entries).filter_map(|entry| entry.leaf.as_deref())
    }

    /// How many entries of a log are held then.
    pub(super) fn size(&self, accord: &Accord<'_>, log: &LogId) -> u64 {
        accord.held.size(log) + self.grown.get(log).map_or(0, |grown| grown.entries.len() as u64)
    }

    /// The hashes of the entries of a log that are held then.
    pub(super) fn hashes<'a>(
        &'a self,
        accord: &'a Accord<'_>,
        log: &LogId,
    ) -> impl Iterator<Item = Hash> + 'a {
        let before = accord.held.logs.get(log).into_iter().flatten();
        before.chain(self.grown.get(log).into_iter().flat_map(|grown| &grown.entries)).map(|entry| entry.hash)
    }

    /// The keys as of now, if anything came that may change them.
    fn find_keys(&mut self, accord: &Accord<'_>) {
        let held = &accord.held;
        let files = self.files.keysets.keys().any(|hash| !held.keysets.contains_key(hash))
            || self.files.offers.keys().any(|hash| !held.offers.contains_key(hash));
        let entries = || self.new_leaves().any(|leaf| matches!(leaf.said.kind.as_str(), "keys" | "member"));
        if files || entries() {
            self.ring = Some(Ring::of(&accord.charter, &self.after(accord)));
        }
    }

    /// All that is held then, without the new notes.
    fn after(&self, accord: &Accord<'_>) -> Held {
        let mut after = accord.held.clone();
        self.grow(&mut after);
        after
    }

    /// Adds what came to what is held.
    pub(super) fn grow(&self, held: &mut Held) {
        for (log, grown) in &self.grown {
            held.logs.entry(log.clone()).or_default().extend(grown.entries.iter().cloned());
        }
        held.keysets.extend(self.files.keysets.clone());
        held.offers.extend(self.files.offers.clone());
        held.rules.extend(self.files.rules.clone());
    }
}

/// Why a packet is not kept.
pub(super) enum Fault {
    Refused(Refused),
    Fork(Fork),
    Ahead { note: Vec<u8>, here: u64, there: u64 },
    Error(Error),
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        Fault::Refused(refused)
    }
}

pub(super) fn failed(error: impl Into<Error>) -> Fault {
    Fault::Error(error.into())
}

pub(super) fn check<'p>(accord: &Accord<'_>, packet: &'p Packet<'p>) -> Result<Checked<'p>, Fault> {
    // Whether this home is older than what it has said comes before anything else that may be wrong.
    check_own(accord, packet)?;
    let mut checked = Checked {
        grown: BTreeMap::new(),
        notes: BTreeMap::new(),
        files: Held::default(),
        ring: None,
        evidence: Vec::new(),
    };
    bound::read_public(packet, &mut checked.files)?;
    let mut left: BTreeSet<&LogId> = packet.logs.keys().collect();
    // An entry of one log may give the keys of another: whatever can be checked now is, until nothing is left.
    loop {
        checked.find_keys(accord);
        let known = left.iter().find(|log| checked.ring(accord).keyset(log).is_some());
        let Some(log) = known.copied() else { break };
        left.remove(log);
        let part = packet.logs.get(log).ok_or_else(|| Refused::UnknownLog(log.clone()))?;
        pass_over_convicted(accord, log, check_log(accord, &mut checked, log, part))?;
    }
    if let Some(log) = left.first() {
        return Err(Refused::UnknownLog((*log).clone()).into());
    }
    open_again(accord, &mut checked)?;
    if checked.ring(accord).current(&packet.from).is_none() {
        return Err(Refused::UnknownSender(packet.from.clone()).into());
    }
    bound::check_public(accord, packet, &checked)?;
    for (hash, note) in &packet.notes {
        check_note(accord, &mut checked, *hash, note)?;
    }
    bound::check_sealed(accord, packet, &checked)?;
    bound::check_evidence(accord, packet, &mut checked)?;
    Ok(checked)
}

/// A line by a key that an entry of this packet gave was nobody's when its note was opened.
fn open_again(accord: &Accord<'_>, checked: &mut Checked<'_>) -> Result<(), Fault> {
    let Some(ring) = &checked.ring else { return Ok(()) };
    if ring.logs().eq(accord.state.ring().logs()) {
        return Ok(());
    }
    for (read, bytes) in checked.notes.values_mut() {
        let opened = ring.open(bytes);
        let (_, note) = opened.map_err(|why| Refused::Note { log: read.log.clone(), why })?;
        *read = note;
    }
    Ok(())
}

/// Every head of our own logs, wherever it stands in the packet: one that we do not know of shows that this home is
/// older than what we have said, or that somebody else has our key.
fn check_own(accord: &Accord<'_>, packet: &Packet<'_>) -> Result<(), Fault> {
    let heads = packet.logs.values().filter_map(|part| part.checkpoint);
    for bytes in heads.chain(packet.notes.values().copied()) {
        let Ok((_, note)) = accord.state.ring().open(bytes) else { continue };
        if note.log.party != *accord.us.id() || note.size == 0 {
            continue;
        }
        let here = accord.held.size(&note.log);
        if note.size > here {
            return Err(Fault::Ahead { note: bytes.to_vec(), here, there: note.size });
        }
        if !accord.is_convicted(&note.log) && forks::root_here(accord, &note)? != Some(note.root) {
            return forks::below(accord, &note.log, bytes, &note);
        }
    }
    Ok(())
}

/// What does not fit of a log that has forked is passed over: else its author could keep all others from hearing
/// each other.
fn pass_over_convicted(accord: &Accord<'_>, log: &LogId, result: Result<(), Fault>) -> Result<(), Fault> {
    match result {
        Err(Fault::Refused(_) | Fault::Fork(_)) if accord.is_convicted(log) => Ok(()),
        other => other,
    }
}

fn check_log<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    log: &LogId,
    part: &'p LogPart<'p>,
) -> Result<(), Fault> {
    let Some(bytes) = part.checkpoint else {
        return match part.runs.is_empty() {
            true => Ok(()),
            false => Err(Refused::NoCheckpoint(log.clone()).into()),
        };
    };
    let bad = |why| Refused::Note { log: log.clone(), why };
    let (checkpoint, note) = checked.ring(accord).open(bytes).map_err(bad)?;
    if note.log != *log {
        return Err(bad(Rejection::Log(detente_tlog::Rejection::OtherOrigin)).into());
    }
    if note.size <= checked.size(accord, log) {
        check_old(accord, log, part, bytes, &note)?;
    } else if log.party == *accord.us.id() {
        // An epoch that this home has not come to.
        let here = checked.size(accord, log);
        return Err(Fault::Ahead { note: bytes.to_vec(), here, there: note.size });
    } else if accord.is_convicted(log) {
        // Which of its histories goes on is not for us to choose.
        return Ok(());
    } else {
        forks::same_size(accord, checked, bytes, &note)?;
        if !(part.runs.is_empty() && reads_heads_alone(accord)) {
            check_growth(accord, checked, log, part, bytes, &checkpoint)?;
        }
    }
    keep_head(checked, bytes, note);
    Ok(())
}

fn keep_head<'p>(checked: &mut Checked<'p>, bytes: &'p [u8], note: HeldNote) {
    // The head of an empty log says nothing.
    if note.size > 0 {
        checked.notes.insert(sha256(bytes), (note, bytes));
    }
}

/// An observer that may not read entries gets heads without them.
fn reads_heads_alone(accord: &Accord<'_>) -> bool {
    match accord.us.standing() {
        Standing::Observer(observes) => observes.scope == Scope::ExistenceOnly,
        Standing::Party => false,
    }
}

/// A head of entries that are held already.
fn check_old(
    accord: &Accord<'_>,
    log: &LogId,
    part: &LogPart<'_>,
    note: &[u8],
    read: &HeldNote,
) -> Result<(), Fault> {
    if forks::root_here(accord, read)? != Some(read.root) {
        return forks::below(accord, log, note, read);
    }
    for (seq, leaf) in part.entries() {
        if seq >= read.size {
            return Err(Refused::EntriesBeyond { log: log.clone(), size: read.size }.into());
        }
        check_same(accord, log, seq, leaf)?;
    }
    Ok(())
}

/// An entry that came again must be the one that is held.
fn check_same(accord: &Accord<'_>, log: &LogId, seq: u64, leaf: &[u8]) -> Result<(), Refused> {
    let held = accord.held.entry(&Position::new(log.clone(), seq));
    if held.is_some_and(|held| held.hash != leaf_hash(leaf)) {
        return Err(Refused::EntryDiffers { log: log.clone(), seq });
    }
    Ok(())
}

fn check_growth<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    log: &LogId,
    part: &'p LogPart<'p>,
    note: &'p [u8],
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let (held, size) = (checked.size(accord, log), checkpoint.size().get());
    let all: Vec<(u64, &'p [u8])> = part.entries().collect();
    if all.iter().any(|(seq, _)| *seq >= size) {
        return Err(Refused::EntriesBeyond { log: log.clone(), size }.into());
    }
    let new: Vec<&'p [u8]> = (held..)
        .zip(all.iter().filter(|(seq, _)| *seq >= held))
        .map_while(|(due, (seq, leaf))| (due == *seq).then_some(*leaf))
        .collect();
    let there = held + new.len() as u64;
    if there < size {
        // Without the entries nothing can be stored; but hashes alone may show that the log forked.
        forks::by_growth(accord, log, part, note, checkpoint)?;
        return Err(match all.first() {
            Some((first, _)) if *first > held => Refused::Gap { log: log.clone(), held, first: *first },
            _ => Refused::EntriesMissing { log: log.clone(), size, there },
        }
        .into());
    }
    let mut frontier = accord.index.tree(log);
    for leaf in &new {
        frontier.append(leaf_hash(leaf), |_, _| ()).map_err(failed)?;
    }
    if frontier.root() != *checkpoint.root() {
        forks::by_growth(accord, log, part, note, checkpoint)?;
        forks::by_entries(accord, log, &all, note, checkpoint)?;
        return Err(Refused::RootDiffers(log.clone()).into());
    }
    for (seq, leaf) in all.iter().filter(|(seq, _)| *seq < held) {
        check_same(accord, log, *seq, leaf)?;
    }
    let entries = (held..).zip(&new).map(|(seq, leaf)| held::entry(log, seq, leaf)).collect();
    checked.grown.insert(log.clone(), Grown { first: held, leaves: new, entries, note });
    forks::by_earlier_notes(accord, checked, log, note, size)
}

/// A note beside the heads: named by an entry, or passed on.
fn check_note<'p>(
    accord: &Accord<'_>,
    checked: &mut Checked<'p>,
    hash: [u8; 32],
    bytes: &'p [u8],
) -> Result<(), Fault> {
    if checked.notes.contains_key(&hash) {
        return Ok(());
    }
    let note = match checked.ring(accord).open(bytes) {
        Ok((_, note)) => note,
        Err(Rejection::Log(detente_tlog::Rejection::UnknownOrigin)) => {
            return Err(Refused::FileUnbound("note".into()).into());
        }
        Err(why) => {
            let log = named_log(accord, bytes).unwrap_or_else(|| accord.log.clone());
            return Err(Refused::Note { log, why }.into());
        }
    };
    if accord.is_convicted(&note.log) && forks::root_here(accord, &note)? != Some(note.root) {
        return Ok(());
    }
    if note.size <= accord.held.size(&note.log) {
        if forks::root_here(accord, &note)? != Some(note.root) {
            return forks::below(accord, &note.log, bytes, &note);
        }
    } else {
        forks::same_size(accord, checked, bytes, &note)?;
        forks::within_packet(accord, checked, bytes, &note)?;
    }
    keep_head(checked, bytes, note);
    Ok(())
}

fn named_log(accord: &Accord<'_>, bytes: &[u8]) -> Option<LogId> {
    let note = Note::parse(bytes).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    accord.charter.names().log_of(checkpoint.origin())
}

/// The root over the first entries of a log, new ones included.
pub(super) fn root_after(accord: &Accord<'_>, checked: &Checked<'_>, log: &LogId, size: u64) -> Option<Hash> {
    let all = checked.size(accord, log);
    let size = usize::try_from(size).ok().filter(|size| *size as u64 <= all)?;
    Some(detente_tlog::root_of_hashes(checked.hashes(accord, log).take(size)))
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
