//! Reading a packet: archive, list, names, and the form of each part.

use std::collections::BTreeMap;

use detente_tlog::{Checkpoint, EVIDENCE_BYTES_MAX, EntryBundle, Note, TILE_WIDTH};
use sha2::{Digest, Sha256};

use super::{EntryRun, FIRST, Growth, KIND, PART, Packet};
use crate::fields;
use crate::limits::{PUBLIC_FILE_BYTES_MAX, SEALED_FILE_BYTES_MAX};
use crate::record::manifest::Manifest;
use crate::record::names::RecordId;
use crate::record::path;
use crate::record::sealed::WrappedKey;
use crate::record::tar::{self, Member};
use crate::{PartyId, Rejection, Time};

impl<'a> Packet<'a> {
    /// Reads a packet.
    ///
    /// # Errors
    /// [`Rejection::NotArchive`]; [`Rejection::NotListed`]; [`Rejection::NotCanonical`] and
    /// [`Rejection::BadField`] for `packet.json`; [`Rejection::BadMember`] for a member whose name or form is none
    /// of a packet, or whose hash is not its name.
    pub fn read(bytes: &'a [u8]) -> Result<Packet<'a>, Rejection> {
        let members = tar::read(bytes, FIRST).map_err(Rejection::NotArchive)?;
        let (first, rest) =
            members.split_first().ok_or(Rejection::BadField { part: PART, field: "files" })?;
        let mut packet = describe(first.bytes, rest)?;
        for member in rest {
            packet.take(member).ok_or_else(|| Rejection::BadMember { name: member.name.to_owned() })?;
        }
        packet.check_runs()?;
        Ok(packet)
    }

    fn take(&mut self, member: &Member<'a>) -> Option<()> {
        let (folder, rest) = member.name.split_once('/')?;
        let bytes = member.bytes;
        match folder {
            "log" => self.take_log(rest, bytes),
            "note" => {
                is_checkpoint(bytes).then_some(())?;
                self.notes.insert(named_by_hash(rest, bytes)?, bytes);
                Some(())
            }
            "sealed" => by_hash(&mut self.sealed, rest, bytes, SEALED_FILE_BYTES_MAX),
            "k" => {
                let (party, file) = rest.split_once('/')?;
                let key = WrappedKey::from_bytes(bytes).ok()?;
                self.keys.insert((path::hash(file)?, PartyId::parse(party)?), key);
                Some(())
            }
            "offer" => {
                let party = PartyId::parse(rest.strip_suffix(".json")?)?;
                within(bytes, PUBLIC_FILE_BYTES_MAX)?;
                self.offers.insert(party, bytes);
                Some(())
            }
            "keys" => {
                let (party, epoch) = rest.strip_suffix(".json")?.split_once('/')?;
                let log = path::log(party, epoch).filter(|log| log.epoch > 0)?;
                within(bytes, PUBLIC_FILE_BYTES_MAX)?;
                self.keysets.insert(log, bytes);
                Some(())
            }
            "rules" => by_hash(&mut self.rules, rest.strip_suffix(".json")?, bytes, PUBLIC_FILE_BYTES_MAX),
            "evidence" => {
                by_hash(&mut self.evidence, rest.strip_suffix(".evidence")?, bytes, EVIDENCE_BYTES_MAX)
            }
            _ => None,
        }
    }

    /// `<party>/<epoch>/` and `checkpoint`, `growth` or `entries/<first>-<end>`.
    fn take_log(&mut self, rest: &str, bytes: &'a [u8]) -> Option<()> {
        let mut words = rest.splitn(3, '/');
        let log = path::log(words.next()?, words.next()?)?;
        let part = self.logs.entry(log).or_default();
        match words.next()? {
            "checkpoint" => {
                is_checkpoint(bytes).then_some(())?;
                part.checkpoint = Some(bytes);
            }
            "growth" => part.growth = Some(Growth::decode(bytes).ok()?),
            run => part.runs.push(read_run(run.strip_prefix("entries/")?, bytes)?),
        }
        Some(())
    }

    /// Puts the runs of each log in order, and refuses two with the same entry.
    fn check_runs(&mut self) -> Result<(), Rejection> {
        for (log, part) in &mut self.logs {
            part.runs.sort_by_key(|run| run.first);
            if part.runs.windows(2).any(|pair| matches!(pair, [a, b] if a.end() > b.first)) {
                return Err(Rejection::BadMember { name: format!("log/{log}/entries") });
            }
        }
        Ok(())
    }
}

/// What `packet.json` says, once the list in it is checked.
fn describe<'a>(json: &[u8], rest: &[Member<'a>]) -> Result<Packet<'a>, Rejection> {
    let mut all = fields::decode(json, PART)?;
    all.constant("kind", KIND)?;
    if all.integer("v")? != 1 {
        return Err(all.bad("v"));
    }
    let record = RecordId::from_bytes(all.bytes("accord")?);
    let (from, to, made) = (all.party("from")?, all.party("to")?, Time(all.integer("made")?));
    if from == to {
        return Err(all.bad("to"));
    }
    let manifest = Manifest::take(&mut all, PART)?;
    all.finish()?;
    manifest.check(rest)?;
    Ok(Packet {
        record,
        from,
        to,
        made,
        logs: BTreeMap::new(),
        notes: BTreeMap::new(),
        sealed: BTreeMap::new(),
        keys: BTreeMap::new(),
        offers: BTreeMap::new(),
        keysets: BTreeMap::new(),
        rules: BTreeMap::new(),
        evidence: BTreeMap::new(),
    })
}

/// `<first>-<end>`: 1 to 256 entries, none across a multiple of 256.
fn read_run<'a>(range: &str, bytes: &'a [u8]) -> Option<EntryRun<'a>> {
    let (first, end) = range.split_once('-')?;
    let (first, end) = (path::number(first)?, path::number(end)?);
    let width = usize::try_from(end.checked_sub(first)?).ok()?;
    if width == 0 || first / TILE_WIDTH != (end - 1) / TILE_WIDTH {
        return None;
    }
    let leaves = EntryBundle::parse(bytes, width).ok()?.entries().to_vec();
    Some(EntryRun { first, leaves })
}

fn is_checkpoint(bytes: &[u8]) -> bool {
    Note::parse(bytes).and_then(|note| Checkpoint::parse(note.text())).is_ok()
}

fn named_by_hash(name: &str, bytes: &[u8]) -> Option<[u8; 32]> {
    path::hash(name).filter(|hash| *hash == <[u8; 32]>::from(Sha256::digest(bytes)))
}

fn by_hash<'a>(
    map: &mut BTreeMap<[u8; 32], &'a [u8]>,
    name: &str,
    bytes: &'a [u8],
    bytes_max: usize,
) -> Option<()> {
    within(bytes, bytes_max)?;
    map.insert(named_by_hash(name, bytes)?, bytes);
    Some(())
}

fn within(bytes: &[u8], bytes_max: usize) -> Option<()> {
    (bytes.len() <= bytes_max).then_some(())
}
