//! Parties with homes in temporary folders, who exchange packets by hand.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use detente_accord::record::{
    Charter, Observes, Offer, Office, Pq, Quorum, Role, Roles, Rules, Sort, Standing, Titled,
};
use detente_accord::{Card, CardFields, Entropy, PartyId, SecretKey, Time};
use detente_link::LinkKeys;
use detente_node::{Accord, Error, OfferTerms, Sought, Taken, What, find, make_offer, sign_charter};
use detente_store::{Compared, Home, KeySeeds, Peer};

/// 2026-11-22 12:00Z.
pub(crate) const START: Time = Time(1_795_348_800_000);

pub(crate) struct Party {
    pub(crate) home: Home,
    pub(crate) path: PathBuf,
}

pub(crate) struct World {
    pub(crate) parties: BTreeMap<String, Party>,
    pub(crate) charter: Vec<u8>,
    pub(crate) folder: tempfile::TempDir,
    draws: u32,
    pub(crate) now: Time,
}

pub(crate) fn id(name: &str) -> PartyId {
    PartyId::parse(name).unwrap()
}

fn home(folder: &std::path::Path, name: &str, seed: u8, at: Vec<SocketAddr>) -> Home {
    let seeds = || KeySeeds { identity: [seed; 32], desk: [seed + 1; 32], node: [seed + 2; 32] };
    let key = |seed: u8| SecretKey::from_seed(&[seed; 32]).public();
    let keys = BTreeMap::from([("desk".to_owned(), key(seed + 1)), ("node".to_owned(), key(seed + 2))]);
    let link = seeds().keys().link;
    let fields = CardFields {
        id: id(name),
        name: name.to_uppercase(),
        contact: format!("soc@{name}.example"),
        revision: 1,
        keys,
        link: Some(LinkKeys::from_seeds(&link.tls, &link.pq).public(at)),
    };
    let card = Card::sign(fields, &SecretKey::from_seed(&[seed; 32])).unwrap();
    Home::create(&folder.join(name), &seeds(), &card).unwrap()
}

impl World {
    /// Parties that have compared each other's keys and founded an accord; nothing was exchanged since.
    pub(crate) fn founded(names: &[&str]) -> World {
        World::observed(names, &[], |_| ())
    }

    /// The same with nodes that others reach at these addresses.
    pub(crate) fn reached(names: &[&str], at: impl Fn(&str) -> Vec<SocketAddr>) -> World {
        World::all(names, &[], |_| (), at)
    }

    /// The same with observers, under rules that differ from the usual ones.
    pub(crate) fn observed(
        names: &[&str],
        observers: &[(&str, Observes)],
        change: impl FnOnce(&mut Rules),
    ) -> World {
        World::all(names, observers, change, |_| Vec::new())
    }

    fn all(
        names: &[&str],
        observers: &[(&str, Observes)],
        change: impl FnOnce(&mut Rules),
        at: impl Fn(&str) -> Vec<SocketAddr>,
    ) -> World {
        let folder = folder();
        let all = names.iter().chain(observers.iter().map(|(name, _)| name));
        let homes: Vec<Home> =
            all.zip(1u8..).map(|(name, i)| home(folder.path(), name, 10 * i, at(name))).collect();
        let cards: Vec<Card> = homes.iter().map(|home| Card::read(home.card().bytes()).unwrap()).collect();
        let mut world = World { parties: BTreeMap::new(), charter: Vec::new(), folder, draws: 0, now: START };
        let mut offers = Vec::new();
        let mut homes_with = Vec::new();
        for mut home in homes {
            let us = home.card().id().clone();
            for card in cards.iter().filter(|card| *card.id() != us) {
                let card = Card::read(card.bytes()).unwrap();
                let peer =
                    Peer { card, added: START, compared: Some((Compared::InPerson, START)), budget: 0 };
                home.put_peer(&peer).unwrap();
            }
            let observes = observers.iter().find(|(name, _)| *name == us.as_str());
            let standing =
                observes.map_or(Standing::Party, |(_, observes)| Standing::Observer(observes.clone()));
            let terms = OfferTerms { standing, sort: Sort::Csirt, offices: BTreeMap::new() };
            offers.push(make_offer(&home, terms, START, &mut world.entropy()).unwrap());
            homes_with.push(home);
        }
        world.charter = charter_of(&offers, change).bytes().to_vec();
        for home in homes_with {
            let name = home.card().id().to_string();
            let charter = world.charter.clone();
            let mut entropy = world.entropy();
            drop(sign_charter(&home, &charter, START, &mut entropy).unwrap());
            let path = find(&home, &Sought::Only).unwrap().path;
            world.parties.insert(name, Party { home, path });
        }
        world
    }

    pub(crate) fn entropy(&mut self) -> Entropy {
        self.draws += 1;
        let mut random = [0x5a; 32];
        random[..4].copy_from_slice(&self.draws.to_be_bytes());
        Entropy::from_random(random)
    }

    /// A minute passes.
    pub(crate) fn tick(&mut self) -> Time {
        self.now = Time(self.now.0 + 60_000);
        self.now
    }

    /// Lets go of a home, so that a node can have it; gives its folder.
    pub(crate) fn release(&mut self, name: &str) -> PathBuf {
        drop(self.parties.remove(name));
        self.folder.path().join(name)
    }

    pub(crate) fn open(&self, name: &str) -> Accord<'_> {
        let party = &self.parties[name];
        Accord::open(&party.home, &party.path, detente_node::Access::Write).unwrap()
    }

    pub(crate) fn packet(&mut self, from: &str, to: &str) -> Vec<u8> {
        self.packet_of(from, to, What::Lacking)
    }

    pub(crate) fn packet_of(&mut self, from: &str, to: &str, what: What) -> Vec<u8> {
        let (now, mut entropy) = (self.tick(), self.entropy());
        self.open(from).packet_for(&id(to), what, now, &mut entropy).unwrap().bytes
    }

    pub(crate) fn take(&mut self, by: &str, packet: &[u8]) -> Result<Taken, Error> {
        let (now, mut entropy) = (self.tick(), self.entropy());
        self.open(by).take(packet, now, &mut entropy)
    }

    /// The offer of somebody who is not in the accord, and has compared keys with all who are.
    pub(crate) fn newcomer(&mut self, name: &str) -> Offer {
        let mut new = home(self.folder.path(), name, 200, Vec::new());
        for party in self.parties.values() {
            let card = Card::read(party.home.card().bytes()).unwrap();
            let peer = Peer { card, added: START, compared: Some((Compared::InPerson, START)), budget: 0 };
            new.put_peer(&peer).unwrap();
        }
        // Only founders are named as parties of one officer.
        let chief = (Office::parse("chief").unwrap(), Roles::new(vec![Role::Hod]).unwrap());
        let offices = BTreeMap::from([chief]);
        let terms = OfferTerms { standing: Standing::Party, sort: Sort::Csirt, offices };
        let (now, mut entropy) = (self.tick(), self.entropy());
        make_offer(&new, terms, now, &mut entropy).unwrap()
    }

    /// The newcomer makes its record.
    pub(crate) fn join(&mut self, name: &str) {
        let folder = self.folder.path().join(name);
        let home = Home::open(&folder, detente_store::Access::Write).unwrap();
        let (now, mut entropy) = (self.tick(), self.entropy());
        drop(sign_charter(&home, &self.charter, now, &mut entropy).unwrap());
        let path = find(&home, &Sought::Only).unwrap().path;
        self.parties.insert(name.to_owned(), Party { home, path });
    }

    /// One packet each way between all of them, `rounds` times.
    pub(crate) fn exchange(&mut self, rounds: usize) {
        let names: Vec<String> = self.parties.keys().cloned().collect();
        self.exchange_among(&names.iter().map(String::as_str).collect::<Vec<_>>(), rounds);
    }

    pub(crate) fn exchange_among(&mut self, names: &[&str], rounds: usize) {
        for _ in 0..rounds {
            for from in names {
                for to in names.iter().filter(|to| *to != from) {
                    let packet = self.packet(from, to);
                    self.take(to, &packet).unwrap();
                }
            }
        }
    }
}

/// In memory where that is possible: no test here is about what a disk loses.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Copies a folder with everything in it.
pub(crate) fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn charter_of(offers: &[Offer], change: impl FnOnce(&mut Rules)) -> Charter {
    match offers {
        [one, other] => Charter::bare(one, other).unwrap(),
        many => {
            let parties: Vec<_> = many.iter().map(|offer| offer.party().clone()).collect();
            let speakers = parties.iter().filter(|party| party.is_party());
            let ids: Vec<_> = speakers.map(|party| party.id().clone()).collect();
            let mut rules = Rules::bare(&ids);
            change(&mut rules);
            let quorum = Quorum::default_for(ids.len(), Pq::Carried);
            let text =
                Titled { domain: "accord.example".into(), title: "Test".into(), parties, quorum, rules };
            Charter::titled(&text).unwrap()
        }
    }
}
