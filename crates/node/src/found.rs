//! Founding: an offer with fresh keys, then a charter that names it, then entry 0 of our log.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use detente_accord::record::{
    Charter, Offer, OfferFields, Office, Party, PartyFields, RecordId, Role, Roles, Sort, Standing,
};
use detente_accord::{Entropy, PartyId, Rejection, Time};
use detente_store::Home;
use detente_store::record::{NewRecord, Record};

use crate::seeds::{EpochSeeds, Keyring, LastingSeeds, desk_office};
use crate::{Access, Accord, Error};

/// What we say of ourselves in an offer.
pub struct OfferTerms {
    /// How we stand in the accord.
    pub standing: Standing,
    /// What we are.
    pub sort: Sort,
    /// Seats besides the desk, each with its roles.
    pub offices: BTreeMap<Office, Roles>,
}

/// An accord in a home.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its id.
    pub record: RecordId,
    /// Its folder.
    pub path: PathBuf,
    /// Its title; empty for a bare accord.
    pub title: String,
    /// Everybody that the charter names.
    pub parties: Vec<PartyId>,
}

/// How a person names an accord.
pub enum Sought<'a> {
    /// The only one there is.
    Only,
    /// By the first digits of its id, its title, or the other side of a bare one.
    Named(&'a str),
}

/// Makes an offer: keys for one accord and no other, kept before the offer leaves.
///
/// # Errors
/// [`Error::Rejected`] for offices out of form; those of the disk.
pub fn make_offer(home: &Home, terms: OfferTerms, now: Time, entropy: &mut Entropy) -> Result<Offer, Error> {
    let others: Vec<Office> = terms.offices.keys().cloned().collect();
    let desk = home.card().desk();
    let first = EpochSeeds::draw(&others, entropy);
    let next = EpochSeeds::draw(&others, entropy);
    let lasting = LastingSeeds::draw(entropy);
    let mut offices = terms.offices;
    offices.insert(desk_office(), desk_roles(&terms.standing)?);
    let card = home.card();
    let party = Party::new(PartyFields {
        id: card.id().clone(),
        name: card.fields().name.clone(),
        standing: terms.standing,
        sort: terms.sort,
        root: *card.identity(),
        keys: first.key_set(desk)?,
        next: next.key_set(desk)?.commitment(),
        recovery: lasting.recovery().public(),
        offices,
    })?;
    let fields = OfferFields {
        made: now,
        party,
        sealing: Some(lasting.sealing().public()),
        transport: Some(lasting.transport().public()),
    };
    let offer = Offer::make(fields, &home.keys().identity)?;
    let folder = offers(home).join(hex(&offer.hash()));
    Keyring::at(folder.join(KEYS)).create([&first, &next], &lasting)?;
    write_file(&folder.join(OFFER), offer.bytes())?;
    Ok(offer)
}

/// Signs a charter that names us by an offer of ours: makes the record, and logs entry 0. May be repeated after a
/// crash; what is done already stays.
///
/// # Errors
/// [`Error::Unknown`] if no offer of ours is in it; [`Error::Rejected`] for a founder whose card we do not hold,
/// or never compared; those of the disk.
pub fn sign_charter<'h>(
    home: &'h Home,
    charter: &[u8],
    now: Time,
    entropy: &mut Entropy,
) -> Result<Accord<'h>, Error> {
    let charter = Charter::decode(charter)?;
    let us = home.card().id();
    for party in charter.parties().iter().filter(|party| party.id() != us) {
        check_compared(home, party)?;
    }
    let (offer, keys) = our_offer(home, &charter)?;
    let path = accords(home).join(charter.record_id().prefix());
    if !path.exists() {
        let new = NewRecord {
            record_id: *charter.record_id().bytes(),
            charter: charter.bytes(),
            instance: entropy.draw(),
        };
        drop(Record::create(&path, &new)?);
    }
    Keyring::at(path.join(KEYS)).copy_from(&keys, &other_offices(offer.party()))?;
    keep_offer(&path, &offer)?;
    let mut accord = Accord::open(home, &path, Access::Write)?;
    if accord.own_size() == 0 {
        accord.open_log(now, entropy)?;
    }
    Ok(accord)
}

/// All accords of a home; not one that a command is just making.
///
/// # Errors
/// Those of the disk.
pub fn list(home: &Home) -> Result<Vec<Found>, Error> {
    let folder = accords(home);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_none());
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let record = Record::open(&path, detente_store::record::Access::Read)?;
        let charter = Charter::decode(&record.charter()?)?;
        found.push(Found {
            record: charter.record_id(),
            path,
            title: charter.title().to_owned(),
            parties: charter.parties().iter().map(|party| party.id().clone()).collect(),
        });
    }
    Ok(found)
}

/// The accord that a person means.
///
/// # Errors
/// [`Error::Unknown`] if there is none, or more than one.
pub fn find(home: &Home, sought: &Sought<'_>) -> Result<Found, Error> {
    let us = home.card().id();
    let mut found = list(home)?;
    if let Sought::Named(name) = sought {
        found.retain(|accord| {
            accord.record.to_string().starts_with(name)
                || accord.title == *name
                || accord
                    .parties
                    .iter()
                    .any(|party| party != us && party.as_str() == *name && accord.parties.len() == 2)
        });
    }
    match (found.len(), sought) {
        (1, _) => Ok(found.swap_remove(0)),
        (0, Sought::Only) => Err(Error::Unknown("there is no accord in this home".into())),
        (0, Sought::Named(name)) => Err(Error::Unknown(format!("no accord here is called {name:?}"))),
        (many, _) => Err(Error::Unknown(format!("{many} accords fit"))),
    }
}

/// Our offer lies beside the log: it says who we are, and carries the key to which content is sealed.
fn keep_offer(path: &Path, offer: &Offer) -> Result<(), Error> {
    let mut record = Record::open(path, Access::Write)?;
    Ok(record.put_public_file(crate::held::OFFER, &hex(&offer.hash()), offer.bytes())?)
}

/// A charter whose founder we never compared proves nothing about who founded it.
fn check_compared(home: &Home, party: &Party) -> Result<(), Error> {
    let from = party.id().to_string();
    let peer = home.peer(party.id())?.ok_or(Rejection::UnknownPeer { from: from.clone() })?;
    if peer.card.identity() != party.root() {
        return Err(Rejection::OtherIdentity.into());
    }
    if peer.compared.is_none() {
        return Err(Rejection::NotCompared { from }.into());
    }
    Ok(())
}

/// The offer of ours that a charter took up, and its keys. A charter that does not name us may have invited us:
/// then it is the newest offer that stands for a party.
fn our_offer(home: &Home, charter: &Charter) -> Result<(Offer, Keyring), Error> {
    let us = charter.party(home.card().id());
    let mut newest: Option<(Offer, Keyring)> = None;
    let entries = fs::read_dir(offers(home)).into_iter().flatten().filter_map(Result::ok);
    for folder in entries.map(|entry| entry.path()) {
        let Ok(bytes) = fs::read(folder.join(OFFER)) else { continue };
        let offer = Offer::read(&bytes)?;
        if Some(offer.party()) == us {
            return Ok((offer, Keyring::at(folder.join(KEYS))));
        }
        let is_newer = newest.as_ref().is_none_or(|(other, _)| offer.made() > other.made());
        if us.is_none() && offer.party().is_party() && is_newer {
            newest = Some((offer, Keyring::at(folder.join(KEYS))));
        }
    }
    newest.ok_or_else(|| {
        Error::Unknown("the charter names no offer of ours: its keys are not in this home".into())
    })
}

/// The offices that have keys of their own in this accord.
pub(crate) fn other_offices(party: &Party) -> Vec<Office> {
    party.offices().keys().filter(|office| **office != desk_office()).cloned().collect()
}

fn desk_roles(standing: &Standing) -> Result<Roles, Rejection> {
    let roles = match standing {
        Standing::Party => vec![Role::Do, Role::Ro, Role::Hod, Role::Te, Role::Rec, Role::Key],
        Standing::Observer(_) => vec![Role::Ob],
    };
    Roles::new(roles).ok_or(Rejection::BadField { part: "offer", field: "offices" })
}

fn accords(home: &Home) -> PathBuf {
    home.path().join("accords")
}

fn offers(home: &Home) -> PathBuf {
    home.path().join("offers")
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = fs::write(path, bytes).and_then(|()| fs::File::open(path)?.sync_all());
    written.map_err(|source| detente_store::record::Error::Io { path: path.to_owned(), source }.into())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

const OFFER: &str = "offer.json";
pub(crate) const KEYS: &str = "keys";
