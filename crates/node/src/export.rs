//! Bundles: proof for somebody who has nothing but the record's id.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::PartyId;
use detente_accord::commitment::Opening;
use detente_accord::jcs::Value;
use detente_accord::record::bundle::{BundleBuilder, Claim};
use detente_accord::record::{Cosigner, Disclosure, HeldNote, Leaf, LogId, NamedHead, Position};
use detente_tlog::{EntryIndex, Hash, Note, ProofFile};

use crate::{Accord, Error};

/// What is to be proved.
#[derive(Clone, Default, Debug)]
pub struct Wanted {
    /// That these were said.
    pub entries: BTreeSet<Position>,
    /// That these are all entries of a log in a range: from, and behind the last.
    pub ranges: Vec<(LogId, u64, u64)>,
    /// Evidence files, by SHA-256.
    pub evidence: Vec<[u8; 32]>,
    /// Which fields of the entries are shown.
    pub disclose: Disclose,
}

/// Which fields are shown. Whatever is shown is no longer sealed from whoever gets the bundle.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Disclose {
    /// None.
    #[default]
    Nothing,
    /// All that are held here.
    Everything,
    /// Those under these labels.
    Labels(BTreeSet<String>),
}

impl Accord<'_> {
    /// Puts a bundle together: the entries, proofs under the heads that show most, who acknowledged them, the heads
    /// they name, the keys of later epochs, and what is disclosed.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an entry that is not here or stands under no signed head; those of the disk.
    pub fn bundle(&self, wanted: &Wanted) -> Result<Vec<u8>, Error> {
        let mut bundle = BundleBuilder::new(self.charter.bytes());
        let mut said = wanted.entries.clone();
        for (log, from, to) in &wanted.ranges {
            said.extend((*from..*to).map(|seq| Position::new(log.clone(), seq)));
            self.add_range(&mut bundle, log, *from, *to)?;
        }
        for position in &said {
            self.add_entry(&mut bundle, position)?;
            self.add_acknowledgements(&mut bundle, position)?;
            self.add_disclosure(&mut bundle, position, &wanted.disclose)?;
        }
        self.add_founders(&mut bundle)?;
        self.add_later_keys(&mut bundle)?;
        for hash in &wanted.evidence {
            let evidence = self.record.evidence(hash)?;
            bundle
                .evidence(&evidence.ok_or_else(|| Error::Unknown("there is no such evidence here".into()))?);
        }
        Ok(bundle.finish()?)
    }

    /// The claim that a party said this, with its leaf, proofs under the heads that show most, and the heads that
    /// bound its time from below.
    fn add_entry(&self, bundle: &mut BundleBuilder, position: &Position) -> Result<(), Error> {
        for size in self.best_sizes(position)? {
            self.add_proof(bundle, position, size)?;
        }
        bundle.claim(Claim::Said(position.clone()));
        self.add_heads_of(bundle, position)
    }

    /// Heads that the entry names, or, if it names none, those of the last entry before it that does.
    fn add_heads_of(&self, bundle: &mut BundleBuilder, position: &Position) -> Result<(), Error> {
        for seq in (0..=position.seq).rev() {
            let place = Position::new(position.log.clone(), seq);
            let heads = self.held.leaf(&place).map(|leaf| leaf.place.heads.as_slice()).unwrap_or_default();
            if heads.is_empty() {
                continue;
            }
            if seq < position.seq {
                self.add_best_proof(bundle, &place)?;
            }
            return self.add_head_notes(bundle, heads);
        }
        Ok(())
    }

    fn add_head_notes(&self, bundle: &mut BundleBuilder, heads: &[NamedHead]) -> Result<(), Error> {
        for head in heads {
            if let Some(note) = self.record.note(&head.note)? {
                bundle.head(&note.bytes);
            }
        }
        Ok(())
    }

    fn add_best_proof(&self, bundle: &mut BundleBuilder, position: &Position) -> Result<u64, Error> {
        let sizes = self.best_sizes(position)?;
        let size = *sizes.first().ok_or_else(|| missing(position))?;
        self.add_proof(bundle, position, size)?;
        Ok(size)
    }

    /// The proof under the head of this size, with every line under it that is here.
    fn add_proof(&self, bundle: &mut BundleBuilder, position: &Position, size: u64) -> Result<(), Error> {
        let origin = self.charter.names().origin(&position.log);
        let leaf = self.record.leaf(&origin, position.seq)?.ok_or_else(|| missing(position))?;
        let note = self.gathered(&position.log, size)?.ok_or_else(|| missing(position))?;
        let path = self.record.inclusion_proof(&origin, position.seq, size)?;
        let proof = ProofFile::write(EntryIndex::new(position.seq), &path, &note)?;
        bundle.leaf(position, &leaf);
        bundle.proof(position, size, &proof);
        Ok(())
    }

    /// The notes of one head as one: they came by several ways, each with other cosignatures.
    fn gathered(&self, log: &LogId, size: u64) -> Result<Option<Vec<u8>>, Error> {
        let mut notes = Vec::new();
        for (hash, _) in self.notes_at(log, size)? {
            notes.extend(self.record.note(&hash)?.map(|note| note.bytes));
        }
        let parsed = notes.iter().map(|note| Note::parse(note)).collect::<Result<Vec<_>, _>>()?;
        let Some((first, others)) = parsed.split_first() else { return Ok(None) };
        Ok(first.merged(others).map(String::into_bytes))
    }

    /// Notes of a head that agree with the entries here, those with the most cosignatures first.
    fn notes_at(&self, log: &LogId, size: u64) -> Result<Vec<([u8; 32], &HeldNote)>, Error> {
        let root = self.record.root_at(&self.charter.names().origin(log), size)?;
        let fits = |note: &HeldNote| note.log == *log && note.size == size && note.root == root;
        let mut notes: Vec<([u8; 32], &HeldNote)> =
            self.held.notes.iter().filter(|(_, note)| fits(note)).map(|(hash, note)| (*hash, note)).collect();
        notes.sort_by_key(|(hash, note)| (std::cmp::Reverse(note.cosigners.len()), *hash));
        Ok(notes)
    }

    /// Heads over an entry: first the one that most have cosigned, of equal ones the smallest, because its times
    /// are the first; then those that others have cosigned, until all are there.
    fn best_sizes(&self, position: &Position) -> Result<Vec<u64>, Error> {
        let covers = |note: &&HeldNote| {
            note.log == position.log && note.size > position.seq && note.size <= self.held.size(&position.log)
        };
        let sizes: BTreeSet<u64> = self.held.notes.values().filter(covers).map(|note| note.size).collect();
        let mut heads: Vec<(u64, BTreeSet<&Cosigner>)> = Vec::new();
        for size in sizes {
            let notes = self.notes_at(&position.log, size)?;
            if !notes.is_empty() {
                heads.push((size, notes.iter().flat_map(|(_, note)| note.cosigners.keys()).collect()));
            }
        }
        heads.sort_by_key(|(size, cosigners)| (std::cmp::Reverse(cosigners.len()), *size));
        let mut shown: BTreeSet<&Cosigner> = BTreeSet::new();
        let mut best = Vec::new();
        for (size, cosigners) in heads {
            if best.is_empty() || !cosigners.is_subset(&shown) {
                shown.extend(cosigners);
                best.push(size);
            }
        }
        if best.is_empty() {
            return Err(Error::Unknown(format!("no signed head covers {position}")));
        }
        Ok(best)
    }

    /// For each other party, the first of its entries that names a head with this entry in it.
    fn add_acknowledgements(&self, bundle: &mut BundleBuilder, position: &Position) -> Result<(), Error> {
        let mut done: BTreeSet<&PartyId> = BTreeSet::new();
        let others = self.held.logs.iter().filter(|(log, _)| log.party != position.log.party);
        for (log, entries) in others {
            let leaves = entries.iter().filter_map(|entry| entry.leaf.as_deref());
            let naming = leaves.into_iter().find_map(|leaf| {
                let covers = |head: &&NamedHead| head.log == position.log && head.size > position.seq;
                Some((leaf, leaf.place.heads.iter().find(covers)?))
            });
            let Some((leaf, head)) = naming.filter(|_| !done.contains(&log.party)) else { continue };
            let by = Position::new(log.clone(), leaf.place.seq);
            if self.add_acknowledgement(bundle, position, &by, leaf, head)? {
                done.insert(&log.party);
            }
        }
        Ok(())
    }

    fn add_acknowledgement(
        &self,
        bundle: &mut BundleBuilder,
        position: &Position,
        by: &Position,
        leaf: &Leaf,
        head: &NamedHead,
    ) -> Result<bool, Error> {
        let origin = self.charter.names().origin(&position.log);
        let agrees =
            head.size <= self.held.size(&head.log) && self.record.root_at(&origin, head.size)? == head.root;
        let is_here = agrees && !self.notes_at(&head.log, head.size)?.is_empty();
        if !is_here || self.best_sizes(by).is_err() || self.record.note(&head.note)?.is_none() {
            return Ok(false);
        }
        self.add_best_proof(bundle, by)?;
        self.add_proof(bundle, position, head.size)?;
        self.add_head_notes(bundle, &leaf.place.heads)?;
        bundle.claim(Claim::Acknowledged { entry: position.clone(), by: by.clone() });
        Ok(true)
    }

    fn add_disclosure(
        &self,
        bundle: &mut BundleBuilder,
        position: &Position,
        disclose: &Disclose,
    ) -> Result<(), Error> {
        let log = &position.log;
        let shown = |label: &str| match disclose {
            Disclose::Nothing => false,
            Disclose::Everything => true,
            Disclose::Labels(labels) => labels.contains(label),
        };
        let kept = self.record.fields(log.party.as_str(), log.epoch, position.seq)?;
        let mut fields = Vec::new();
        for field in kept.iter().filter(|field| shown(&field.label)) {
            let value = Value::decode(&field.value)
                .map_err(|fault| detente_accord::Rejection::NotCanonical { part: "field", fault })?;
            fields.push(Opening { salt: *field.salt, label: field.label.clone(), value });
        }
        if !fields.is_empty() {
            bundle.disclosure(&Disclosure { log: log.clone(), seq: position.seq, fields });
        }
        Ok(())
    }

    /// That nothing is left out between two indexes, under the newest head.
    fn add_range(&self, bundle: &mut BundleBuilder, log: &LogId, from: u64, to: u64) -> Result<(), Error> {
        let last = Position::new(log.clone(), to.saturating_sub(1));
        let size = self.add_best_proof(bundle, &last)?;
        let entries = self.held.logs.get(log).into_iter().flatten();
        let hashes: Vec<Hash> =
            entries.take(usize::try_from(size).unwrap_or(usize::MAX)).map(|entry| entry.hash).collect();
        bundle.leaves(log, &hashes);
        bundle.claim(Claim::Complete { log: log.clone(), from, to, size });
        Ok(())
    }

    fn add_founders(&self, bundle: &mut BundleBuilder) -> Result<(), Error> {
        for party in self.charter.parties() {
            bundle.policy(&LogId::new(party.id().clone(), 0), &self.charter.policy(party.id())?);
        }
        Ok(())
    }

    /// Key sets of later epochs and offers of those who joined, each with the entry that binds it.
    fn add_later_keys(&self, bundle: &mut BundleBuilder) -> Result<(), Error> {
        let ring = self.state.ring();
        let mut binding: BTreeMap<Position, ()> = BTreeMap::new();
        for log in ring.logs().filter(|log| log.epoch > 0) {
            let before = LogId::new(log.party.clone(), log.epoch - 1);
            let Some(keys) = ring.keyset(log) else { continue };
            let rotates = |leaf: &&Leaf| {
                leaf.said.kind == "keys" && leaf.said.public.get("epoch") == Some(&Value::Integer(log.epoch))
            };
            let entries = self.held.logs.get(&before).into_iter().flatten();
            if let Some(leaf) = entries.filter_map(|entry| entry.leaf.as_deref()).find(rotates) {
                bundle.keyset(log, &keys.encode());
                binding.insert(Position::new(before, leaf.place.seq), ());
            }
        }
        let founders: BTreeSet<&PartyId> = self.charter.parties().iter().map(|party| party.id()).collect();
        for (party, member) in self.state.members().iter().filter(|(party, _)| !founders.contains(party)) {
            let (Some(offer), Some(invited)) = (self.offer_of(party), member.invited.clone()) else {
                continue;
            };
            bundle.offer(party, offer.bytes());
            binding.insert(invited, ());
        }
        for position in binding.keys() {
            self.add_best_proof(bundle, position)?;
        }
        Ok(())
    }
}

fn missing(position: &Position) -> Error {
    Error::Unknown(format!("there is no entry {position} here"))
}
