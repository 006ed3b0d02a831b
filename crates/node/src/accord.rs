//! One accord, open: its record on disk, the signer, and the state that the entries add up to.

use std::collections::BTreeSet;
use std::path::Path;

use detente_accord::record::{Charter, Held, LogId, Offer, Office, Party, Position, RulesFile, State};
use detente_accord::{Entropy, PartyId, SecretKey, Time};
use detente_store::Home;
use detente_store::record::{Record, Signer};
use detente_tlog::KeyName;
use sha2::{Digest, Sha256};

use crate::found::{KEYS, other_offices};
use crate::held::{self, OFFER, RULES};
use crate::index::Index;
use crate::seeds::{EpochSeeds, Keyring, LastingSeeds, desk_office};
use crate::take::evidence::convicted;
use crate::{Error, say};

pub use detente_store::record::Access;

/// An open accord.
pub struct Accord<'h> {
    pub(crate) home: &'h Home,
    pub(crate) record: Record,
    pub(crate) charter: Charter,
    pub(crate) us: Party,
    pub(crate) log: LogId,
    pub(crate) held: Held,
    pub(crate) state: State,
    /// What is looked up in what is held.
    pub(crate) index: Index,
    /// Notes that are held and of which the state does not know yet.
    new_notes: Vec<[u8; 32]>,
    /// Logs whose files are behind.
    to_derive: BTreeSet<KeyName>,
    /// Whether files are written later: see [`Accord::defer_files`].
    pub(crate) defers_files: bool,
    /// Logs whose keys signed two histories.
    pub(crate) convicted: BTreeSet<LogId>,
    /// Whether packets are being taken in whose entries may show what we signed before.
    pub(crate) is_recovering: bool,
    keys: Keyring,
    signer: Option<Signer>,
}

impl<'h> Accord<'h> {
    /// Opens the record in a folder. With [`Access::Write`] the signer is opened too, and nobody else can.
    ///
    /// # Errors
    /// [`Error::Unknown`] if its charter does not name us; those of the disk.
    pub fn open(home: &'h Home, path: &Path, access: Access) -> Result<Accord<'h>, Error> {
        let record = Record::open(path, access)?;
        let charter = Charter::decode(&record.charter()?)?;
        let held = held::load(&record, &charter)?;
        let state = State::of(&charter, &held);
        let us = us(home, &charter, &held)?;
        let log = state.ring().current(us.id()).cloned().unwrap_or_else(|| LogId::new(us.id().clone(), 0));
        let keys = Keyring::at(path.join(KEYS));
        let convicted = convicted(&record, &charter)?;
        let index = Index::of(&held);
        let mut accord = Accord {
            home,
            record,
            charter,
            us,
            log,
            held,
            state,
            index,
            new_notes: Vec::new(),
            to_derive: BTreeSet::new(),
            defers_files: false,
            convicted,
            is_recovering: false,
            keys,
            signer: None,
        };
        if access == Access::Write {
            accord.open_signer()?;
            accord.forget_said()?;
        }
        Ok(accord)
    }

    /// Opens the signer with the keys of the epoch that our log is in.
    pub(crate) fn open_signer(&mut self) -> Result<(), Error> {
        // The old one's lock goes first.
        self.signer = None;
        let seeds = self.epoch_seeds(self.log.epoch)?;
        let seeds = seeds.signer(self.charter.names(), &self.log, !self.us.is_party());
        self.signer = Some(Signer::open(self.record.path(), &seeds, &self.record)?);
        Ok(())
    }

    /// The charter.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// We, as the charter or our offer says.
    pub fn us(&self) -> &Party {
        &self.us
    }

    /// Our own log, of the newest epoch.
    pub fn own_log(&self) -> &LogId {
        &self.log
    }

    /// How many entries our own log has.
    pub fn own_size(&self) -> u64 {
        self.held.size(&self.log)
    }

    /// What is held.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// What it adds up to.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How much is held, of all that a packet can bring. It only grows: where it is the same, nothing is new.
    pub fn stamp(&self) -> u64 {
        let entries: usize = self.held.logs.values().map(Vec::len).sum();
        let files = self.held.keysets.len() + self.held.offers.len() + self.held.rules.len();
        (entries + self.held.notes.len() + files + self.convicted.len()) as u64
    }

    /// The record on disk.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The same, to be changed.
    pub fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    /// The signer.
    ///
    /// # Errors
    /// [`Error::MayNotSign`] if the accord was opened for reading.
    pub fn signer(&mut self) -> Result<&mut Signer, Error> {
        self.signer.as_mut().ok_or(Error::MayNotSign("the accord was opened for reading"))
    }

    /// Why nothing is signed, if so: in words.
    pub fn recovering(&self) -> Vec<String> {
        let reasons = self.signer.iter().flat_map(Signer::recovering);
        let reasons = reasons.map(|reason| format!("{reason} ({})", reason.name()));
        let forked = self.is_convicted(&self.log);
        let forked = forked.then(|| format!("our key signed two versions of {} (own-fork)", self.log));
        let running = self.is_recovering.then(|| "a recovery is running (in-recovery)".to_owned());
        reasons.chain(forked).chain(running).collect()
    }

    /// Whether the accord is open: every founder's log has its first entry, held by all others.
    pub fn is_open(&self) -> bool {
        let founders: Vec<&PartyId> = self.charter.speakers().map(Party::id).collect();
        founders.iter().all(|party| {
            let first = Position::new(LogId::new((*party).clone(), 0), 0);
            let holders = self.state.holders().held_by(&first);
            founders.iter().filter(|other| *other != party).all(|other| holders.contains(other))
        })
    }

    /// Entries that were redacted by their authors and whose content was not deleted here yet.
    pub fn to_erase(&self) -> usize {
        self.state
            .redactions()
            .values()
            .filter(|redaction| !redaction.erased_by.contains(self.us.id()))
            .count()
    }

    /// Reads everything again and computes the state anew: after keys came, or where memory may be ahead of the disk.
    pub(crate) fn refresh(&mut self) -> Result<(), Error> {
        self.held = held::load(&self.record, &self.charter)?;
        self.index = Index::of(&self.held);
        self.new_notes.clear();
        self.state = State::with(&self.charter, &self.held, self.state.checked().clone());
        self.refresh_convicted()
    }

    /// After evidence came.
    pub(crate) fn refresh_convicted(&mut self) -> Result<(), Error> {
        self.convicted = convicted(&self.record, &self.charter)?;
        Ok(())
    }

    /// Takes the state on to what is held now. Gives whether that was possible without computing all of it again.
    pub(crate) fn follow(&mut self) -> bool {
        self.index.grow(&self.held);
        let notes = std::mem::take(&mut self.new_notes);
        self.state.extend(&self.charter, &self.held, &notes)
    }

    /// Stores a note, and holds it. The state takes it up with the next [`Accord::follow`].
    pub(crate) fn keep_note(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let hash = self.record.put_note(bytes)?;
        self.hold_note(hash, bytes);
        Ok(())
    }

    /// Holds a note that is stored. One by keys that nobody knows yet is read once they came.
    pub(crate) fn hold_note(&mut self, hash: [u8; 32], bytes: &[u8]) {
        if !self.held.notes.contains_key(&hash)
            && let Some(note) = held::note(&self.charter, self.state.ring(), bytes)
        {
            self.index.add_note(hash, &note);
            self.held.notes.insert(hash, note);
            self.new_notes.push(hash);
        }
    }

    /// From now on the static files of the logs are written by [`Accord::write_files`], not with each entry: they are
    /// for whoever mirrors them, and nothing that is acknowledged rests on them.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn defer_files(&mut self) -> Result<(), Error> {
        self.defers_files = true;
        // A crash may have left them behind.
        self.to_derive = self.record.logs()?.into_iter().map(|state| state.origin).collect();
        Ok(())
    }

    /// Writes the static files of all logs that have grown.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write_files(&mut self) -> Result<(), Error> {
        while let Some(origin) = self.to_derive.first().cloned() {
            self.write_files_of(&origin)?;
            self.to_derive.remove(&origin);
        }
        Ok(())
    }

    /// The files of a log are behind: they are written now, or later.
    pub(crate) fn derive_files(&mut self, origin: &KeyName) -> Result<(), Error> {
        self.to_derive.insert(origin.clone());
        if self.defers_files { Ok(()) } else { self.write_files() }
    }

    /// Keeps an offer beside the log: it carries the key to which content is sealed.
    pub(crate) fn keep_offer(&mut self, offer: &Offer) -> Result<(), Error> {
        self.record.put_public_file(OFFER, &hex_name(&offer.hash()), offer.bytes())?;
        self.held.offers.insert(offer.hash(), offer.clone());
        Ok(())
    }

    /// Keeps a rules file beside the log, so that a draft can name it; gives its hash.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn keep_rules(&mut self, file: &RulesFile) -> Result<[u8; 32], Error> {
        let bytes = file.encode();
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        self.record.put_public_file(RULES, &hex_name(&hash), &bytes)?;
        self.held.rules.insert(hash, file.clone());
        Ok(hash)
    }

    /// The newest offer that is held of a party.
    pub(crate) fn offer_of(&self, party: &PartyId) -> Option<&Offer> {
        self.held
            .offers
            .values()
            .filter(|offer| offer.party().id() == party)
            .max_by_key(|offer| (offer.made(), offer.hash()))
    }

    /// The first entry of our log: it names the charter, and proves that we hold the keys it names.
    pub(crate) fn open_log(&mut self, now: Time, entropy: &mut Entropy) -> Result<(), Error> {
        self.say_unjudged(vec![say::charter(&self.charter)], now, entropy)?;
        if !self.charter.is_bare() && self.us.is_party() && self.log.epoch == 0 {
            let own = self.reference(detente_accord::record::Rel::To, &Position::new(self.log.clone(), 0))?;
            self.say_all(vec![say::sign(own)], now, entropy)?;
        }
        Ok(())
    }

    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }

    pub(crate) fn epoch_seeds(&self, epoch: u64) -> Result<EpochSeeds, Error> {
        self.keys.epoch(epoch, &other_offices(&self.us))
    }

    pub(crate) fn lasting_seeds(&self) -> Result<LastingSeeds, Error> {
        self.keys.lasting()
    }

    /// Lets the keys of these offices sign.
    pub(crate) fn with_offices<T>(
        &self,
        offices: &[Office],
        sign: impl FnOnce(&[(String, &SecretKey)]) -> T,
    ) -> Result<T, Error> {
        let seeds = self.epoch_seeds(self.log.epoch)?;
        let mut own: Vec<(Office, SecretKey)> = Vec::new();
        for office in offices.iter().filter(|office| **office != desk_office()) {
            let key = seeds.office(office);
            let key = key.ok_or_else(|| {
                Error::Unknown(format!("the key of the office {office} is not in this home"))
            })?;
            own.push((office.clone(), key));
        }
        let mut named: Vec<(String, &SecretKey)> =
            own.iter().map(|(office, key)| (office.key_name(self.us.id(), &key.public()), key)).collect();
        if offices.contains(&desk_office()) {
            let desk = &self.home.keys().desk;
            named.push((desk_office().key_name(self.us.id(), &desk.public()), desk));
        }
        Ok(sign(&named))
    }
}

/// The party that this home is: by the charter, else by an offer that was taken up later.
fn us(home: &Home, charter: &Charter, held: &Held) -> Result<Party, Error> {
    let id = home.card().id();
    let founder = charter.party(id).filter(|party| party.root() == home.card().identity());
    let joined = held.offers.values().map(Offer::party).find(|party| party.id() == id);
    founder
        .or(joined)
        .cloned()
        .ok_or_else(|| Error::Unknown(format!("the charter does not name {id} by our identity key")))
}

pub(crate) fn hex_name(hash: &[u8; 32]) -> String {
    crate::found::hex(hash)
}
