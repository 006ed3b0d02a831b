//! Reading a bundle: from its archive, or from the files of an extracted one.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::claim::evidence_number;
use super::{Bundle, Claim, EntryFiles, FIRST, KIND, PART};
use crate::fields;
use crate::limits::{ARCHIVE_BYTES_MAX, BUNDLE_JSON_BYTES_MAX, CLAIMS_MAX, MEMBER_BYTES_MAX, MEMBERS_MAX};
use crate::record::held::Position;
use crate::record::manifest::Manifest;
use crate::record::names::RecordId;
use crate::record::path;
use crate::record::tar::{self, Member, is_name};
use crate::{PartyId, Rejection};

impl<'a> Bundle<'a> {
    /// Reads a bundle.
    ///
    /// # Errors
    /// [`Rejection::NotArchive`]; [`Rejection::NotListed`]; [`Rejection::NotCanonical`] and
    /// [`Rejection::BadField`] for `bundle.json`; [`Rejection::BadMember`] for a member whose name is none of a
    /// bundle.
    pub fn read(bytes: &'a [u8]) -> Result<Bundle<'a>, Rejection> {
        let members = tar::read(bytes, FIRST).map_err(Rejection::NotArchive)?;
        Bundle::of_members(&members)
    }

    /// Reads the files of an extracted bundle, in any order: `/` separates the parts of a name.
    ///
    /// # Errors
    /// As [`Bundle::read`]; the limits of an archive hold for its files too.
    pub fn of_files(files: &[Member<'a>]) -> Result<Bundle<'a>, Rejection> {
        let refuse = |fault| Err(Rejection::NotArchive(tar::NotArchive { fault, offset: 0 }));
        if files.len() > MEMBERS_MAX {
            return refuse(tar::Fault::TooManyMembers);
        }
        if files.iter().any(|file| file.bytes.len() > MEMBER_BYTES_MAX) {
            return refuse(tar::Fault::MemberTooLarge);
        }
        if files.iter().map(|file| file.bytes.len()).sum::<usize>() > ARCHIVE_BYTES_MAX {
            return refuse(tar::Fault::TooLarge);
        }
        if !files.iter().all(|file| is_name(file.name)) {
            return refuse(tar::Fault::BadName);
        }
        let mut members = files.to_vec();
        members.sort_by_key(|member| (member.name != FIRST, member.name));
        if members.windows(2).any(|pair| matches!(pair, [a, b] if a.name == b.name)) {
            return refuse(tar::Fault::OutOfOrder);
        }
        if members.first().is_none_or(|member| member.name != FIRST) {
            return refuse(tar::Fault::OtherFirstMember);
        }
        Bundle::of_members(&members)
    }

    fn of_members(members: &[Member<'a>]) -> Result<Bundle<'a>, Rejection> {
        let (first, rest) =
            members.split_first().ok_or(Rejection::BadField { part: PART, field: "files" })?;
        let mut bundle = describe(first.bytes, rest)?;
        for member in rest {
            bundle.take(member).ok_or_else(|| Rejection::BadMember { name: member.name.to_owned() })?;
        }
        Ok(bundle)
    }

    fn take(&mut self, member: &Member<'a>) -> Option<()> {
        let bytes = member.bytes;
        let Some((folder, rest)) = member.name.split_once('/') else {
            return matches!(member.name, "README.txt" | "charter.json").then_some(());
        };
        match folder {
            "policy" => {
                self.policies.insert(log_of(rest, ".txt")?, bytes);
            }
            "entry" => self.take_entry(rest, bytes)?,
            "content" => {
                self.contents.insert(path::hash(rest)?, bytes);
            }
            "head" => {
                self.heads.insert(path::hash(rest.strip_suffix(".note")?)?, bytes);
            }
            "leaves" => {
                let place = entry_of(rest.strip_suffix(".hashes")?)?;
                self.leaves.insert((place.log, place.seq), bytes);
            }
            "keys" => {
                self.keysets.insert(log_of(rest, ".json")?, bytes);
            }
            "rules" => {
                let hash = path::hash(rest.strip_suffix(".json")?)?;
                (hash == <[u8; 32]>::from(Sha256::digest(bytes))).then_some(())?;
            }
            "offer" => {
                self.offers.insert(PartyId::parse(rest.strip_suffix(".json")?)?, bytes);
            }
            "anchor" => {
                let place = rest.strip_suffix(".tsr").or(rest.strip_suffix(".ots"))?;
                self.anchors.insert(entry_of(place)?);
            }
            "evidence" => {
                self.evidence.insert(evidence_number(member.name)?, bytes);
            }
            _ => return None,
        }
        Some(())
    }

    /// `<party>/<epoch>/` and `<seq>.json`, `<seq>.disclosed.json` or `<seq>.<size>.tlog-proof`.
    fn take_entry(&mut self, rest: &str, bytes: &'a [u8]) -> Option<()> {
        let (place, kind) = rest.split_once('.')?;
        let files = self.entries.entry(entry_of(place)?).or_default();
        match kind {
            "json" => files.leaf = Some(bytes),
            "disclosed.json" => files.disclosed = Some(bytes),
            proof => {
                let size = path::number(proof.strip_suffix(".tlog-proof")?)?;
                files.proofs.insert(size, bytes);
            }
        }
        Some(())
    }
}

/// What `bundle.json` says, once the list in it is checked.
fn describe<'a>(json: &[u8], rest: &[Member<'a>]) -> Result<Bundle<'a>, Rejection> {
    if json.len() > BUNDLE_JSON_BYTES_MAX {
        return Err(Rejection::BadField { part: PART, field: "size" });
    }
    let mut all = fields::decode(json, PART)?;
    all.constant("kind", KIND)?;
    if all.integer("v")? != 1 {
        return Err(all.bad("v"));
    }
    let record = RecordId::from_bytes(all.bytes("accord")?);
    let claims = all.array("claims", CLAIMS_MAX)?;
    let claims = claims.into_iter().map(Claim::from_value).collect::<Result<_, _>>()?;
    let manifest = Manifest::take(&mut all, PART)?;
    all.finish()?;
    manifest.check(rest)?;
    let charter = rest.iter().find(|member| member.name == "charter.json");
    let charter = charter.ok_or_else(|| Rejection::BadMember { name: "charter.json".to_owned() })?.bytes;
    Ok(Bundle {
        record,
        claims,
        charter,
        policies: BTreeMap::new(),
        entries: BTreeMap::new(),
        contents: BTreeMap::new(),
        heads: BTreeMap::new(),
        leaves: BTreeMap::new(),
        keysets: BTreeMap::new(),
        offers: BTreeMap::new(),
        anchors: BTreeSet::new(),
        evidence: BTreeMap::new(),
    })
}

/// `<party>/<epoch>` and an ending.
fn log_of(rest: &str, ending: &str) -> Option<crate::record::LogId> {
    let (party, epoch) = rest.strip_suffix(ending)?.split_once('/')?;
    path::log(party, epoch)
}

/// `<party>/<epoch>/<number>`.
fn entry_of(text: &str) -> Option<Position> {
    let (log, number) = text.rsplit_once('/')?;
    let (party, epoch) = log.split_once('/')?;
    Some(Position::new(path::log(party, epoch)?, path::number(number)?))
}

impl EntryFiles<'_> {
    /// Whether the leaf is here, with a proof at least.
    pub fn is_proved(&self) -> bool {
        self.leaf.is_some() && !self.proofs.is_empty()
    }
}
