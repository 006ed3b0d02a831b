//! Appending to our own log: content first, then entries, then the head, then the tiles.

use std::ops::{Bound, RangeBounds, RangeInclusive};
use std::sync::Arc;

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Draft, Effect, HeldEntry, HeldNote, Leaf, LogId, Membership, NamedHead, Office, Place, Position,
    Reference, Rel, RoleSignature, SealedItem, Signed, SignerRule, State, Target,
};
use detente_accord::{Entropy, Rejection, Time};
use detente_store::record::Beside;
use detente_tlog::{Checkpoint, CosignTime, KeyName, TreeSize};

use crate::release::By;
use crate::seal::ForReaders;
use crate::{Accord, Error, say};

/// Entries that were appended, under a signed head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appended {
    /// Where, one for each statement.
    pub positions: Vec<Position>,
    /// How many entries the log has now.
    pub size: u64,
}

/// A statement ready for its place, with what lies beside it.
pub(crate) struct Ready {
    pub(crate) signed: Signed,
    pub(crate) sealed: Vec<ForReaders>,
}

/// A statement that was made elsewhere, with what opens it: one of an exchange by files.
pub struct Made {
    /// The statement.
    pub statement: Value,
    /// Its signatures.
    pub sigs: Vec<RoleSignature>,
    /// What is known of its fields.
    pub openings: Vec<detente_accord::commitment::Opening>,
}

impl Accord<'_> {
    /// Says these statements, in this order. When it returns they are on disk under a head that our log signed.
    ///
    /// # Errors
    /// [`Error::Record`] with the signer's refusal while recovering: then the entries stand, unsigned, and are
    /// signed later; those of the disk.
    pub fn say_all(
        &mut self,
        drafts: Vec<Draft>,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Appended, Error> {
        self.may_append()?;
        self.say(drafts, true, now, entropy)
    }

    /// The same where nobody can judge it yet: the first entries of a log, and the last one of a log that was ended
    /// by a freeze.
    pub(crate) fn say_unjudged(
        &mut self,
        drafts: Vec<Draft>,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Appended, Error> {
        self.say(drafts, false, now, entropy)
    }

    fn say(
        &mut self,
        drafts: Vec<Draft>,
        must_count: bool,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Appended, Error> {
        if let Some(reason) = self.recovering().into_iter().next() {
            return Err(Error::Recovering(reason));
        }
        let mut ready = Vec::new();
        for draft in drafts {
            ready.push(self.prepare(draft, now, entropy)?);
        }
        self.place(ready, must_count, now)
    }

    /// Takes statements that were made and signed before into our log, bytes unchanged. Where two offices are due and
    /// we have more than the desk that signed the file, a second one of them signs too.
    ///
    /// # Errors
    /// As [`Accord::say_all`].
    pub fn log_made(&mut self, made: Vec<Made>, now: Time) -> Result<Appended, Error> {
        self.may_append()?;
        let mut ready = Vec::new();
        for Made { statement, sigs, openings } in made {
            let rule = rule_of_files(&statement);
            let mut signed = Signed { statement, sigs, openings };
            let first = signed.offices();
            if let (Some(rule @ SignerRule::Two(_)), [_]) = (rule, first.as_slice())
                && let Some(second) = self.next_signer(rule, &first)
            {
                self.sign(&mut signed, &[second])?;
            }
            ready.push(Ready { signed, sealed: Vec::new() });
        }
        self.place(ready, true, now)
    }

    /// Signs whatever stands beyond the last signed head: after a crash between the entry and its head.
    ///
    /// # Errors
    /// As [`Accord::say_all`].
    pub fn sign_what_stands(&mut self, now: Time) -> Result<(), Error> {
        let origin = self.charter.names().origin(&self.log);
        let (size, root) = match self.record.state(&origin)? {
            Some(state) if state.size > 0 => self.record.root_checked(&origin)?,
            _ => return Ok(()),
        };
        let signed = self.signer()?.signed(&origin).map_or(0, |head| head.size);
        let noted = self.record.latest_note(&origin)?.map_or(0, |note| note.size);
        if signed == size && noted == size {
            return Ok(());
        }
        let proof = self.record.consistency_proof(&origin, signed.min(size), size)?;
        let head = Checkpoint::new(origin.clone(), TreeSize::new(size)?, root)?;
        let time = cosign_time(now)?;
        let note = self.signer()?.sign_head(signed, &head, &proof, time)?;
        self.keep_note(&note)?;
        self.derive_files(&origin)
    }

    /// Writes the static files of a log: tiles first, then the checkpoint that covers them.
    pub(crate) fn write_files_of(&mut self, origin: &KeyName) -> Result<(), Error> {
        self.record.write_tiles(origin)?;
        let stored = self.record.state(origin)?.map_or(0, |state| state.size);
        match self.record.latest_note(origin)? {
            Some(note) if note.size <= stored => Ok(self.record.write_checkpoint(origin, &note.bytes)?),
            _ => Ok(()),
        }
    }

    /// A reference to an entry that is held.
    ///
    /// # Errors
    /// [`Error::Unknown`] if it is not.
    pub fn reference(&self, rel: Rel, position: &Position) -> Result<Reference, Error> {
        let entry = self.held.entry(position);
        let entry = entry.ok_or_else(|| Error::Unknown(format!("there is no entry {position} here")))?;
        let target = Target::Entry { log: position.log.clone(), seq: position.seq, leaf: entry.hash };
        Ok(Reference { rel, target })
    }

    pub(crate) fn may_append(&self) -> Result<(), Error> {
        let frozen = self.state.freezes().last_valid(&self.log).is_some();
        if frozen {
            return Err(Error::MayNotSign("it was frozen; begin a new epoch with detente accord rotate"));
        }
        if let Some(reason) = self.recovering().into_iter().next() {
            return Err(Error::Recovering(reason));
        }
        // Entries that a crash left unsigned come first.
        Ok(())
    }

    /// Whether the node says something by itself. While we are invited our next entry is the one by which we join.
    pub(crate) fn says_by_itself(&self) -> bool {
        let standing = self.state.members().get(self.us.id()).map(|member| member.standing);
        self.may_append().is_ok() && !matches!(standing, None | Some(Membership::Invited))
    }

    /// Commits, seals and signs a draft, by the offices that have the roles for it.
    fn prepare(&self, mut draft: Draft, now: Time, entropy: &mut Entropy) -> Result<Ready, Error> {
        let signing = self.signing(&mut draft, &By::Roles)?;
        let mut ready = self.fix(draft, now, entropy)?;
        self.sign(&mut ready.signed, &signing.offices)?;
        Ok(ready)
    }

    /// Commits and seals a draft. Its bytes are fixed then; nobody has signed.
    pub(crate) fn fix(&self, draft: Draft, now: Time, entropy: &mut Entropy) -> Result<Ready, Error> {
        let readers = self.reading(&draft);
        let labels = say::labels(draft.kind);
        let committed = draft.commit(self.charter.record_id(), self.us.id().clone(), now, labels, entropy);
        let sealed = self.seal(&committed, &readers, entropy)?;
        let items: Vec<SealedItem> = sealed.iter().map(|one| one.sealed.item.clone()).collect();
        Ok(Ready { signed: committed.fix(&items), sealed })
    }

    /// Lets our offices sign.
    pub(crate) fn sign(&self, signed: &mut Signed, offices: &[Office]) -> Result<(), Error> {
        self.with_offices(offices, |keys| keys.iter().for_each(|(name, key)| signed.sign(name, key)))
    }

    /// The entries that statements would be if they came next.
    pub(crate) fn next_leaves(&self, statements: &[&Signed], now: Time) -> Result<Vec<Leaf>, Error> {
        let mut heads = self.new_heads()?;
        let leaf = |(seq, signed): (u64, &&Signed)| {
            let place = Place { epoch: self.log.epoch, seq, time: now, heads: std::mem::take(&mut heads) };
            Ok(Leaf::encode(&place, &signed.statement, &signed.sigs)?)
        };
        (self.own_size()..).zip(statements).map(leaf).collect()
    }

    pub(crate) fn place(
        &mut self,
        ready: Vec<Ready>,
        must_count: bool,
        now: Time,
    ) -> Result<Appended, Error> {
        let origin = self.charter.names().origin(&self.log);
        let first = self.own_size();
        let statements: Vec<&Signed> = ready.iter().map(|ready| &ready.signed).collect();
        let leaves = self.next_leaves(&statements, now)?;
        // What is held in memory runs ahead of the disk here; whatever fails, the disk is right.
        let followed = self.hold(&leaves);
        let written = if must_count { self.all_count(&self.state, &leaves) } else { Ok(()) };
        let written = written.and_then(|()| self.write(&origin, first, &leaves, &ready, now));
        if let Err(error) = written {
            self.refresh()?;
            return Err(error);
        }
        if followed || !leaves.iter().any(opens_notes) {
            self.follow();
        } else {
            self.refresh()?;
        }
        let positions = leaves.iter().map(|leaf| Position::new(self.log.clone(), leaf.place.seq));
        Ok(Appended { positions: positions.collect(), size: self.own_size() })
    }

    /// Takes entries of our log up in memory. Gives whether the state could be taken on without computing all again.
    fn hold(&mut self, leaves: &[Leaf]) -> bool {
        let entry = |leaf: &Leaf| HeldEntry { hash: leaf.hash(), leaf: Some(Arc::new(leaf.clone())) };
        self.held.logs.entry(self.log.clone()).or_default().extend(leaves.iter().map(entry));
        self.follow()
    }

    /// Content, entries, head, files: in the order in which they may be missing.
    fn write(
        &mut self,
        origin: &KeyName,
        first: u64,
        leaves: &[Leaf],
        ready: &[Ready],
        now: Time,
    ) -> Result<(), Error> {
        // Content without its entry is harmless; an entry whose content was lost is not.
        for (leaf, ready) in leaves.iter().zip(ready) {
            self.keep_content(leaf, &ready.signed.openings, &ready.sealed)?;
        }
        let bytes: Vec<&[u8]> = leaves.iter().map(Leaf::bytes).collect();
        self.record.append(origin, first, &bytes, &Beside::default())?;
        self.sign_what_stands(now)
    }

    /// What the record would add up to with these entries, if all of them count.
    pub(crate) fn judge(&self, leaves: &[Leaf]) -> Result<State, Error> {
        let mut after = self.held.clone();
        let entries = after.logs.entry(self.log.clone()).or_default();
        entries.extend(
            leaves.iter().map(|leaf| HeldEntry { hash: leaf.hash(), leaf: Some(Arc::new(leaf.clone())) }),
        );
        let state = State::with(&self.charter, &after, self.state.checked().clone());
        self.all_count(&state, leaves)?;
        Ok(state)
    }

    /// A node says nothing that would have no effect: everybody would see it, and nobody could take it back.
    fn all_count(&self, state: &State, leaves: &[Leaf]) -> Result<(), Error> {
        for leaf in leaves {
            // A statement of an exchange by files may answer one that stands in the other's log alone so far.
            let of_files = leaf.said.accord != *self.charter.record_id().bytes();
            if of_files && leaf.said.refs.iter().any(|r| !self.knows(&r.target)) {
                continue;
            }
            if let Some(Effect::Without(why)) = state.effect(&Position::new(self.log.clone(), leaf.place.seq))
            {
                let (why, words) = (why.name(), why.to_string());
                return Err(Error::NoEffect { kind: leaf.said.kind.clone(), why, words });
            }
        }
        Ok(())
    }

    /// Whether the statement that a reference names stands in a log that is held.
    fn knows(&self, target: &Target) -> bool {
        let Target::Statement { id, .. } = target else { return true };
        let leaves = self.held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        leaves.into_iter().any(|leaf| leaf.statement_id() == *id)
    }

    /// Heads of other logs that are held in full and that our log has not named yet.
    fn new_heads(&self) -> Result<Vec<NamedHead>, Error> {
        let named = self.index.named_by(self.us.id());
        let mut heads = Vec::new();
        for log in self.held.logs.keys() {
            // To name what came after we ended a log would be to vouch for it.
            let is_own = log.party == *self.us.id() && !self.is_end_of_own(log);
            if is_own || self.is_stopped(log) {
                continue;
            }
            let from = named.get(log).copied().unwrap_or(0) + 1;
            if let Some((hash, note)) = self.largest_head(log, from..=self.held.size(log))? {
                heads.push(NamedHead { log: log.clone(), size: note.size, root: note.root, note: hash });
            }
        }
        heads.truncate(detente_accord::limits::HEADS_MAX);
        Ok(heads)
    }

    /// The note of the largest of these sizes whose root is that of the entries here; of equal ones that with the most
    /// cosignatures.
    pub(crate) fn largest_head(
        &self,
        log: &LogId,
        sizes: RangeInclusive<u64>,
    ) -> Result<Option<([u8; 32], &HeldNote)>, Error> {
        let origin = self.charter.names().origin(log);
        let mut best: Option<([u8; 32], &HeldNote)> = None;
        for (hash, note) in self.notes_of(log, sizes) {
            if best.is_some_and(|(_, best)| best.size > note.size) {
                break;
            }
            let lines = |(hash, note): ([u8; 32], &HeldNote)| (note.cosigners.len(), hash);
            let is_fuller = best.is_none_or(|best| lines(best) < lines((*hash, note)));
            if is_fuller && note.size > 0 && self.record.root_at(&origin, note.size)? == note.root {
                best = Some((*hash, note));
            }
        }
        Ok(best)
    }

    /// The notes of a log that are held, of these sizes, the largest first.
    pub(crate) fn notes_of(
        &self,
        log: &LogId,
        sizes: impl RangeBounds<u64>,
    ) -> impl Iterator<Item = (&[u8; 32], &HeldNote)> {
        // A tree of a map refuses a range that ends before it begins.
        let notes = (!is_empty(&sizes)).then_some(sizes);
        let hashes = notes.into_iter().flat_map(|sizes| self.index.notes(log, sizes));
        hashes.filter_map(|hash| self.held.notes.get_key_value(hash))
    }

    /// Whether this is our log of the epoch before, whose last head entry 1 of the new one names.
    fn is_end_of_own(&self, log: &LogId) -> bool {
        log.epoch.checked_add(1) == Some(self.log.epoch) && self.own_size() == 1
    }
}

/// Whether no size is among them: a range whose end is before its start.
fn is_empty(sizes: &impl RangeBounds<u64>) -> bool {
    let start = match sizes.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    match sizes.end_bound() {
        Bound::Included(end) => start > *end,
        Bound::Excluded(end) => start >= *end,
        Bound::Unbounded => false,
    }
}

/// Who signs an act of an exchange by files in a record.
fn rule_of_files(statement: &Value) -> Option<SignerRule> {
    let text = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let Value::Object(members) = statement else { return None };
    let act = match members.get("pub") {
        Some(Value::Object(public)) => text(public.get("act")),
        _ => String::new(),
    };
    Act::of_files(&text(members.get("type")), &act).map(|act| act.signers)
}

/// Milliseconds as the seconds of a cosignature.
pub(crate) fn cosign_time(now: Time) -> Result<CosignTime, Rejection> {
    Ok(CosignTime::new((now.0 / 1000).max(1))?)
}

/// Whether notes that could not be read before can be read after an entry: it brings keys, or ends them.
fn opens_notes(leaf: &Leaf) -> bool {
    matches!(leaf.said.kind.as_str(), "charter" | "freeze" | "keys" | "member")
}
