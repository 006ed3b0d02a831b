//! Recovery: our own log, taken up again from what peers hold. Until then nothing is signed.
//!
//! Going on from an old copy is what forks append-only logs in practice. So a home that has less than it signed, or
//! that does not know what it signed, asks its peers first.

use std::collections::{BTreeMap, BTreeSet};

use detente_accord::record::packet::Packet;
use detente_accord::record::{HeldNote, KeySet, LogId, Position};
use detente_accord::{Entropy, PartyId, Time};
use detente_tlog::{Frontier, Hash, leaf_hash};

use crate::held::KEYSET;
use crate::{Accord, Error, Refused, say};

/// What a recovery found and did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// How many entries of our log were here before.
    pub before: u64,
    /// How many there are now: the largest head of it that anybody holds.
    pub size: u64,
    /// The peers whose packets were read.
    pub from: Vec<PartyId>,
}

/// One version of our log, as a peer holds it.
struct Copy<'p> {
    note: &'p [u8],
    read: HeldNote,
    leaves: Vec<&'p [u8]>,
}

impl Accord<'_> {
    /// Adopts the largest head of our own log that the packets show, with its entries; sets the signer; says so in
    /// an entry. The packets are those that peers made with everything they have.
    ///
    /// By `by_hand` an operator goes on with what is here where no peer answers; the entry says that too.
    ///
    /// # Errors
    /// [`Error::MayNotSign`] if too few peers answered; [`Error::Refused`] for packets whose versions of our log
    /// contradict each other: then our key has signed two histories, and people must meet.
    pub fn recover(
        &mut self,
        packets: &[Vec<u8>],
        by_hand: bool,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Recovered, Error> {
        let files = packets;
        let packets = files.iter().map(|bytes| Packet::read(bytes)).collect::<Result<Vec<_>, _>>()?;
        if packets.iter().any(|packet| packet.record != self.charter.record_id()) {
            return Err(Refused::OtherRecord.into());
        }
        let before = self.own_size();
        let from = self.adopt_own(&packets, by_hand)?;
        // What we cosigned of others is in there too: to be known before anything is cosigned again.
        self.is_recovering = true;
        let new = self.take_others(files, now, entropy);
        self.is_recovering = false;
        let new = new?;
        self.adopt_mirrored()?;
        self.open_signer()?;
        if let Some(reason) = self.recovering().into_iter().next() {
            return Err(Error::Recovering(reason));
        }
        let size = self.own_size();
        if self.log.epoch > 0 && size < 2 {
            self.begin_epoch(now, entropy)?;
        } else if size == 0 {
            self.open_log(now, entropy)?;
        } else {
            let origin = self.charter.names().origin(&self.log);
            let root = self.record.root_at(&origin, size)?;
            self.say_all(vec![say::recovery(size, &root, &from, by_hand)], now, entropy)?;
        }
        self.cosign(now)?;
        self.acknowledge(&new, now, entropy)?;
        Ok(Recovered { before, size, from })
    }

    /// Takes in what the packets have of other logs. Nothing is signed meanwhile; a packet that is refused for
    /// something else has served its purpose here.
    fn take_others(
        &mut self,
        files: &[Vec<u8>],
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Vec<Position>, Error> {
        let mut new = Vec::new();
        for file in files {
            match self.take(file, now, entropy) {
                Ok(taken) => new.extend(taken.new.into_iter().map(|new| new.position)),
                Err(Error::Refused(_) | Error::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(new)
    }

    /// Adopts our log, and the one of each later epoch to which its entries lead. Gives who had it.
    fn adopt_own(&mut self, packets: &[Packet<'_>], by_hand: bool) -> Result<Vec<PartyId>, Error> {
        let mut from: BTreeSet<PartyId> = BTreeSet::new();
        loop {
            let mut copies: BTreeMap<PartyId, Copy<'_>> = BTreeMap::new();
            for packet in packets {
                if let Some(copy) = self.copy_in(packet)? {
                    copies.insert(packet.from.clone(), copy);
                }
            }
            from.extend(copies.keys().cloned());
            self.enough_answers(from.len(), by_hand)?;
            self.adopt_largest(copies)?;
            self.adopt_signed()?;
            self.keep_own_keysets(packets)?;
            match self.state.ring().current(self.us.id()).cloned() {
                Some(next) if next != self.log => self.log = next,
                _ => return Ok(from.into_iter().collect()),
            }
        }
    }

    /// What stands here now is what was signed.
    fn adopt_signed(&mut self) -> Result<(), Error> {
        if self.own_size() > 0 {
            let origin = self.charter.names().origin(&self.log);
            let (size, root) = self.record.root_checked(&origin)?;
            self.signer()?.adopt(&origin, size, root)?;
        }
        Ok(())
    }

    /// Key sets of our later epochs: an entry binds each, so that it does not matter who brings it.
    fn keep_own_keysets(&mut self, packets: &[Packet<'_>]) -> Result<(), Error> {
        for (log, bytes) in packets.iter().flat_map(|packet| &packet.keysets) {
            if log.party == *self.us.id() {
                let keys = KeySet::decode(bytes)?;
                self.record.put_public_file(KEYSET, &crate::found::hex(&keys.commitment()), bytes)?;
            }
        }
        self.refresh()
    }

    /// At least as many peers as the quorum must have answered, and one in any case.
    fn enough_answers(&self, answers: usize, by_hand: bool) -> Result<(), Error> {
        let needed = usize::try_from(self.charter.quorum().k).unwrap_or(usize::MAX).max(1);
        if answers >= needed || by_hand {
            return Ok(());
        }
        Err(Error::Unknown(format!(
            "{answers} of {needed} peers answered: only they know how much of our log they hold"
        )))
    }

    /// What a packet has of our own log, if its head is signed by us and its entries lead there.
    fn copy_in<'p>(&self, packet: &'p Packet<'p>) -> Result<Option<Copy<'p>>, Error> {
        let Some(part) = packet.logs.get(&self.log) else { return Ok(None) };
        let Some(note) = part.checkpoint else { return Ok(None) };
        let (_, read) = self.state.ring().open(note)?;
        // A packet is not signed: who made it shows by its cosignature alone.
        if !read.cosigners.keys().any(|cosigner| cosigner.party() == Some(&packet.from)) {
            return Ok(None);
        }
        let leaves: Vec<&[u8]> = part.entries().map(|(_, leaf)| leaf).collect();
        let is_whole =
            part.entries().zip(0..).all(|((seq, _), due)| seq == due) && leaves.len() as u64 == read.size;
        if !is_whole {
            let (log, there) = (self.log.clone(), leaves.len() as u64);
            return Err(Refused::EntriesMissing { log, size: read.size, there }.into());
        }
        if root_of(&leaves)? != read.root {
            return Err(Refused::RootDiffers(self.log.clone()).into());
        }
        Ok(Some(Copy { note, read, leaves }))
    }

    /// Every version must be the beginning of the largest one, ours included.
    fn adopt_largest(&mut self, copies: BTreeMap<PartyId, Copy<'_>>) -> Result<(), Error> {
        let Some(largest) = copies.values().max_by_key(|copy| copy.read.size) else { return Ok(()) };
        for copy in copies.values() {
            let same = largest.leaves.get(..copy.leaves.len()) == Some(copy.leaves.as_slice());
            if !same {
                return Err(Refused::RootDiffers(self.log.clone()).into());
            }
        }
        let origin = self.charter.names().origin(&self.log);
        let here = self.record.state(&origin)?.map_or(0, |state| state.size);
        if here >= largest.read.size {
            let size = largest.read.size;
            let same = size == 0 || self.record.root_at(&origin, size)? == largest.read.root;
            return if same { Ok(()) } else { Err(Refused::RootDiffers(self.log.clone()).into()) };
        }
        let from = usize::try_from(here).unwrap_or(usize::MAX);
        let ours = self.record.leaves(&origin, 0..here, from)?;
        if ours.iter().map(Vec::as_slice).ne(largest.leaves.iter().take(from).copied()) {
            // Entries that no peer holds stand here where theirs are others: they were never sent.
            return Err(Refused::EntryDiffers {
                log: self.log.clone(),
                seq: first_difference(&ours, &largest.leaves),
            }
            .into());
        }
        let new = largest.leaves.get(from..).unwrap_or_default();
        self.record.store_grown(&origin, here, new, largest.note)?;
        self.refresh()
    }

    /// What we cosigned of other logs is at least what our lines stand under; a lost memory of it is set to what is
    /// stored here.
    fn adopt_mirrored(&mut self) -> Result<(), Error> {
        let others: Vec<LogId> =
            self.held.logs.keys().filter(|log| log.party != *self.us.id()).cloned().collect();
        for log in others {
            let origin = self.charter.names().origin(&log);
            let (size, root) = self.record.root_checked(&origin)?;
            if size > 0 && self.signer()?.signed(&origin).is_none() {
                self.signer()?.adopt(&origin, size, root)?;
            }
        }
        Ok(())
    }
}

fn root_of(leaves: &[&[u8]]) -> Result<Hash, Error> {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(leaf_hash(leaf), |_, _| ())?;
    }
    Ok(frontier.root())
}

fn first_difference(ours: &[Vec<u8>], theirs: &[&[u8]]) -> u64 {
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours.as_slice() == **theirs);
    same.count() as u64
}
