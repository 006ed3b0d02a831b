//! Exhibits: files committed to, opened to somebody one by one, and what came of others'.

use detente_accord::commitment::Opening;
use detente_accord::jcs::Value;
use detente_accord::limits::{EXHIBIT_ITEMS_MAX, LEAF_SEALED_MAX};
use detente_accord::record::exhibit::{ExhibitItem, ITEMS, OpenedItems, listed, parts, size_class};
use detente_accord::record::sealed::{ItemKey, open_part};
use detente_accord::record::{Attachment, Draft, Effect, Leaf, Position, Rel, Target};
use detente_accord::talks::overview::SEALED_CLASS;
use detente_accord::{Entropy, PartyId, Rejection};
use detente_store::record::ItemKeyFor;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::new::addressee;
use crate::{Accord, Error};

/// A file that is to become an item. No `Debug`: its bytes are what is kept from others.
pub struct ExhibitFile {
    /// What it is, as a code: log, file, image, pcap, statement, match-receipt; `sealed` for one that is meant to
    /// stay so, which everybody then sees instead of its size class.
    pub kind: String,
    /// Its name, which whoever it is opened to will read.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// An item of an exhibit, as far as it is known here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownItem {
    /// What describes it.
    pub item: ExhibitItem,
    /// Whether its bytes are here.
    pub is_here: bool,
    /// To whom it was opened. Of another's exhibit: us.
    pub opened_to: Vec<PartyId>,
}

/// What everybody sees of a file: its size class, or that it is meant to stay sealed.
fn class(file: &ExhibitFile) -> Value {
    match file.kind.as_str() {
        SEALED_CLASS => Value::text(SEALED_CLASS),
        _ => Value::Integer(size_class(file.bytes.len() as u64)),
    }
}

impl Accord<'_> {
    /// A draft that commits to files, to be said like any other. It concerns `to`, who reads nothing of it before it
    /// is opened. What the draft says besides (`text`, `custody`) its author alone reads.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] for no file, an empty one, more than 32, or more bytes than the sealed files of one
    /// statement take: seven of 1 MiB.
    pub fn commit_exhibit(
        &self,
        files: Vec<ExhibitFile>,
        to: &PartyId,
        entropy: &mut Entropy,
    ) -> Result<Draft, Error> {
        if files.is_empty() || files.iter().any(|file| file.bytes.is_empty()) {
            return Err(Error::NotAllowed("an exhibit has at least one file, and none of them is empty"));
        }
        if files.len() > EXHIBIT_ITEMS_MAX {
            return Err(Error::NotAllowed(
                "an exhibit has at most 32 files; commit to the others in a second one",
            ));
        }
        let sealed: u64 = files.iter().map(|file| parts(file.bytes.len() as u64)).sum();
        if sealed >= LEAF_SEALED_MAX as u64 {
            return Err(Error::NotAllowed(
                "an exhibit takes at most seven sealed parts of 1 MiB, and each file at least one; commit to the \
                 others in a second one",
            ));
        }
        let classes = files.iter().map(class).collect();
        let mut attachments = Vec::new();
        let mut first = 1;
        for (index, ExhibitFile { kind, name, media, bytes }) in (0..).zip(files) {
            let (size, sha256) = (bytes.len() as u64, Sha256::digest(&bytes).into());
            let item = ExhibitItem { index, kind, name, media, sha256, size, first };
            first += item.parts();
            attachments.push(Attachment { opening: item.opening(entropy.draw()), bytes });
        }
        let openings: Vec<Opening> =
            attachments.iter().map(|attachment| attachment.opening.clone()).collect();
        let mut draft = Draft::new(
            "exhibit",
            [
                ("act", Value::text("commit")),
                ("to", Value::text(to.as_str())),
                ("count", Value::Integer(openings.len() as u64)),
                ("classes", Value::Array(classes)),
            ],
        );
        draft.aud = "own".to_owned();
        draft.values.insert(ITEMS, listed(&openings, self.charter.record_id().bytes(), self.us.id()));
        draft.attachments = attachments;
        Ok(draft)
    }

    /// A draft that opens these items of an exhibit of ours to a reader, to be said like any other. Once it is said,
    /// packets to the reader carry the items and their keys; nobody else learns which they are.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the exhibit is not ours, or for no item at all; [`Error::Unknown`] for an item that
    /// is not among them or whose bytes are gone.
    pub fn open_exhibit(
        &self,
        commit: &Position,
        items: &[u64],
        reader: &PartyId,
        exercise: Option<&str>,
    ) -> Result<Draft, Error> {
        let leaf = self.exhibit(commit, "commit")?;
        if commit.log.party != *self.us.id() {
            return Err(Error::NotAllowed("only its author opens an exhibit"));
        }
        let mut items = items.to_vec();
        items.sort_unstable();
        items.dedup();
        if items.is_empty() {
            return Err(Error::NotAllowed("name the items that are to be opened"));
        }
        let mut opened = OpenedItems { list: self.opening(commit, ITEMS)?, items: Vec::new() };
        for index in &items {
            opened.items.push(self.opening(commit, &ExhibitItem::label(*index))?);
        }
        for item in opened.check(leaf)? {
            if !self.is_item_here(leaf, &item)? {
                return Err(Error::Unknown(format!("the bytes of item {} are gone", item.index)));
            }
        }
        let mut draft = Draft::new(
            "exhibit",
            [
                ("act", Value::text("open")),
                ("to", Value::text(reader.as_str())),
                ("opened", Value::Integer(items.len() as u64)),
            ],
        );
        draft.aud = "to".to_owned();
        draft.refs = vec![self.reference(Rel::To, commit)?];
        draft.values.insert(ITEMS, opened.to_value());
        draft.exercise = exercise.map(ToOwned::to_owned);
        Ok(draft)
    }

    /// A draft that says that an exhibit of ours is destroyed. Its content goes by a redaction of what
    /// [`Accord::exhibit_entries`] gives.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the exhibit is not ours.
    pub fn destroy_exhibit(&self, commit: &Position) -> Result<Draft, Error> {
        let leaf = self.exhibit(commit, "commit")?;
        if commit.log.party != *self.us.id() {
            return Err(Error::NotAllowed("only its author destroys an exhibit"));
        }
        let to = leaf.said.public.get("to").cloned().unwrap_or(Value::Null);
        let mut draft = Draft::new("exhibit", [("act", Value::text("destroy")), ("to", to)]);
        draft.aud = "to".to_owned();
        draft.refs = vec![self.reference(Rel::To, commit)?];
        Ok(draft)
    }

    /// An exhibit's commitment and everything that opened items of it: what holds its content.
    ///
    /// # Errors
    /// [`Error::Unknown`] if the entry commits to no exhibit.
    pub fn exhibit_entries(&self, commit: &Position) -> Result<Vec<Position>, Error> {
        self.exhibit(commit, "commit")?;
        let opens = self.opens_of(commit).map(|(position, _)| position);
        Ok(std::iter::once(commit.clone()).chain(opens).collect())
    }

    /// The items of an exhibit that are known here: all of our own, of another's those that were opened to us.
    ///
    /// # Errors
    /// [`Error::Unknown`] if the entry commits to no exhibit; [`Error::Rejected`] if what was opened to us is not
    /// what was committed to; those of the disk.
    pub fn exhibit_items(&self, commit: &Position) -> Result<Vec<KnownItem>, Error> {
        let leaf = self.exhibit(commit, "commit")?;
        let mut known: Vec<KnownItem> = Vec::new();
        if commit.log.party == *self.us.id() {
            for field in self.record.fields(commit.log.party.as_str(), commit.log.epoch, commit.seq)? {
                if field.label.starts_with("item-") {
                    let item = ExhibitItem::read(&self.opening(commit, &field.label)?)?;
                    known.push(KnownItem {
                        is_here: self.is_item_here(leaf, &item)?,
                        item,
                        opened_to: Vec::new(),
                    });
                }
            }
        }
        for (position, open) in self.opens_of(commit) {
            let Some(items) = self.opened_by(&position)? else { continue };
            let reader = addressee(open);
            for item in items {
                let at = match known.iter().position(|known| known.item == item) {
                    Some(at) => at,
                    None => {
                        let is_here = self.is_item_here(leaf, &item)?;
                        known.push(KnownItem { item, is_here, opened_to: Vec::new() });
                        known.len() - 1
                    }
                };
                let readers = known.get_mut(at).map(|known| &mut known.opened_to);
                if let (Some(readers), Some(reader)) = (readers, &reader)
                    && !readers.contains(reader)
                {
                    readers.push(reader.clone());
                }
            }
        }
        known.sort_by_key(|known| known.item.index);
        Ok(known)
    }

    /// One item with its bytes, each of them checked here against the commitment. `entry` commits to the exhibit, or
    /// opens items of it.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an item that was not opened to us, or has not come, or is deleted;
    /// [`Error::Rejected`] if it is not what was committed to.
    pub fn exhibit_item(
        &self,
        entry: &Position,
        index: u64,
    ) -> Result<(ExhibitItem, Zeroizing<Vec<u8>>), Error> {
        let commit = self.commit_of(entry).unwrap_or_else(|| entry.clone());
        let leaf = self.exhibit(&commit, "commit")?;
        let known = self.exhibit_items(&commit)?.into_iter().find(|known| known.item.index == index);
        let item = known.ok_or_else(|| Error::Unknown(format!("item {index} was not opened to us")))?.item;
        let bytes = self.item_bytes(leaf, &item)?;
        let bytes = bytes.ok_or_else(|| Error::Unknown(format!("the bytes of item {index} are not here")))?;
        let same = bytes.len() as u64 == item.size && item.sha256 == <[u8; 32]>::from(Sha256::digest(&bytes));
        if !same {
            return Err(Rejection::SealedContradicts { label: ExhibitItem::label(index) }.into());
        }
        Ok((item, bytes))
    }

    /// The items that an entry opens, if what it opens is here and it had effect. Checked against the commitment.
    pub(crate) fn opened_by(&self, open: &Position) -> Result<Option<Vec<ExhibitItem>>, Error> {
        let Some(leaf) = self.commit_of(open).and_then(|commit| self.held.leaf(&commit)) else {
            return Ok(None);
        };
        if !matches!(self.state.effect(open), Some(Effect::Took)) {
            return Ok(None);
        }
        match self.opening(open, ITEMS) {
            Ok(opening) => Ok(Some(OpenedItems::read(&opening.value)?.check(leaf)?)),
            Err(Error::Unknown(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The commitment that an entry opens items of, if it does.
    pub(crate) fn commit_of(&self, open: &Position) -> Option<Position> {
        let leaf = self.held.leaf(open)?;
        let first = leaf.said.refs.first().filter(|_| is_exhibit(leaf, "open"))?;
        match &first.target {
            Target::Entry { log, seq, .. } if *log.party.as_str() == *open.log.party.as_str() => {
                Some(Position::new(log.clone(), *seq))
            }
            _ => None,
        }
    }

    /// Entries with effect that open items of a commitment.
    pub(crate) fn opens_of(&self, commit: &Position) -> impl Iterator<Item = (Position, &Leaf)> {
        let logs = self.held.logs.iter().filter(|(log, _)| log.party == commit.log.party);
        let leaves = logs.flat_map(|(_, entries)| entries).filter_map(|entry| entry.leaf.as_deref());
        leaves.filter_map(|leaf| {
            let position = Position::new(leaf.log(), leaf.place.seq);
            let took = || matches!(self.state.effect(&position), Some(Effect::Took));
            (self.commit_of(&position).as_ref() == Some(commit) && took()).then_some((position, leaf))
        })
    }

    /// Whether every part of an item, and its key, are here.
    pub(crate) fn is_item_here(&self, commit: &Leaf, item: &ExhibitItem) -> Result<bool, Error> {
        for part in commit.said.sealed.get(item.places()).unwrap_or_default() {
            if self.record.item_key(&part.sha256, ItemKeyFor::Us)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn item_bytes(&self, commit: &Leaf, item: &ExhibitItem) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let record = self.charter.record_id();
        let mut bytes = Zeroizing::new(Vec::new());
        for part in commit.said.sealed.get(item.places()).unwrap_or_default() {
            let key = self.record.item_key(&part.sha256, ItemKeyFor::Us)?;
            let key = key.and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok());
            let (Some(key), Some(file)) = (key, self.record.sealed(&part.sha256)?) else { return Ok(None) };
            bytes.extend_from_slice(&open_part(&record, commit, part, &file, &ItemKey::from_bytes(key))?);
        }
        Ok(Some(bytes))
    }

    fn exhibit(&self, position: &Position, act: &str) -> Result<&Leaf, Error> {
        let leaf = self.held.leaf(position).filter(|leaf| is_exhibit(leaf, act));
        leaf.ok_or_else(|| Error::Unknown(format!("{position} commits to no exhibit")))
    }

    /// A field of an entry with its salt.
    fn opening(&self, position: &Position, label: &str) -> Result<Opening, Error> {
        let fields = self.record.fields(position.log.party.as_str(), position.log.epoch, position.seq)?;
        let field = fields.into_iter().find(|field| field.label == label);
        let field = field.ok_or_else(|| Error::Unknown(format!("{label} of {position} is not here")))?;
        let value = crate::content::read(&field.value)?;
        Ok(Opening { salt: *field.salt, label: field.label, value })
    }
}

fn is_exhibit(leaf: &Leaf, act: &str) -> bool {
    leaf.said.kind == "exhibit"
        && matches!(leaf.said.public.get("act"), Some(Value::Text(said)) if said == act)
}
