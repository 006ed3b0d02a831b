//! Steps 5 and 10 to 12: policies, disclosures, lists of all entries, and the form of evidence.

use std::collections::BTreeMap;

use detente_tlog::{Evidence, Hash, root_of_hashes};
use sha2::{Digest, Sha256};

use super::disclosed::Disclosed;
use super::entries::Entries;
use super::heads::Notes;
use super::keyring::Keyring;
use super::{Failure, Reason};
use crate::Rejection;
use crate::record::bundle::Bundle;
use crate::record::held::Position;
use crate::record::names::LogId;
use crate::record::policy_text;

/// Step 5: each policy is the one that follows from the charter, whose mirrors stand in it in every epoch.
pub(super) fn policies(bundle: &Bundle<'_>, keyring: &Keyring<'_>) -> Result<(), Failure> {
    for (log, bytes) in &bundle.policies {
        if derived(log, keyring).is_none_or(|policy| policy.as_bytes() != *bytes) {
            return Err(Failure::misfit(Reason::PolicyDiffers, format!("policy/{log}.txt")));
        }
    }
    Ok(())
}

fn derived(log: &LogId, keyring: &Keyring<'_>) -> Option<String> {
    let charter = keyring.charter();
    charter.party(&log.party)?;
    let mirrors: Vec<_> =
        charter.speakers().map(|party| (LogId::new(party.id().clone(), 0), party.keys())).collect();
    policy_text(charter.names(), charter.quorum(), log, keyring.keys(log)?, &mirrors).ok()
}

/// Step 10: what is disclosed is what was committed to, and attachments have the hash of their name.
pub(super) fn disclosures(
    bundle: &Bundle<'_>,
    entries: &Entries,
) -> Result<BTreeMap<Position, Disclosed>, Failure> {
    let mut disclosed = BTreeMap::new();
    for (id, files) in &bundle.entries {
        let Some(bytes) = files.disclosed else { continue };
        let failure =
            |rejection| Failure::new(Reason::BadDisclosure, format!("entry/{id}.disclosed.json"), rejection);
        let leaf = entries.leaf(id).ok_or(Rejection::BadMember { name: format!("entry/{id}.json") });
        let opened = leaf.and_then(|leaf| Disclosed::read(bytes, id, leaf)).map_err(failure)?;
        disclosed.insert(id.clone(), opened);
    }
    for (hash, content) in &bundle.contents {
        if *hash != <[u8; 32]>::from(Sha256::digest(content)) {
            return Err(Failure::misfit(
                Reason::BadDisclosure,
                format!("content/{}", super::text::hex(hash)),
            ));
        }
    }
    Ok(disclosed)
}

/// Step 11: a list of all leaf hashes has the root of every note of that size, and the hashes of the leaves that
/// are here.
pub(super) fn leaves(bundle: &Bundle<'_>, notes: &Notes<'_>, entries: &Entries) -> Result<(), Failure> {
    for ((log, size), bytes) in &bundle.leaves {
        let misfit = || Failure::misfit(Reason::BadLeaves, format!("leaves/{log}/{size}.hashes"));
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() as u64 != *size {
            return Err(misfit());
        }
        let root = root_of_hashes(hashes.iter().map(|hash| Hash::from_bytes(*hash)));
        let mut roots = notes.of_size(log, *size).map(|note| note.checkpoint.root()).peekable();
        if roots.peek().is_none() || roots.any(|signed| *signed != root) {
            return Err(misfit());
        }
        for (id, leaf) in entries.of_log(log, *size) {
            let listed = usize::try_from(id.seq).ok().and_then(|seq| hashes.get(seq));
            if listed != Some(leaf.hash().as_bytes()) {
                return Err(misfit());
            }
        }
    }
    Ok(())
}

/// Step 12: evidence is in form. Whether it convicts is the claim's.
pub(super) fn evidence(bundle: &Bundle<'_>) -> Result<(), Failure> {
    for (number, bytes) in &bundle.evidence {
        let failure =
            |rejection| Failure::new(Reason::BadEvidence, format!("evidence/{number}.evidence"), rejection);
        let evidence = Evidence::parse(bytes).map_err(|refused| failure(Rejection::Log(refused)))?;
        let grows = evidence.full_form().is_none_or(|growth| {
            growth.older.get() > 0 && growth.older < growth.newer && !growth.hashes.is_empty()
        });
        if !grows {
            return Err(failure(Rejection::BadField { part: "evidence", field: "proof" }));
        }
    }
    Ok(())
}
