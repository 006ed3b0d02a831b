//! Homes in scratch folders, and statements and files to keep in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use detente_accord::card::{DESK, NODE};
use detente_accord::exchange::{
    AskOrder, ReceivedAnswer, ReceivedAsk, RunSecrets, accept, answer_file, ask_file, open, propose,
};
use detente_accord::limits::DAY_MS;
use detente_accord::receipt::{FileFact, Receipt, Run};
use detente_accord::{Acceptance, Card, CardFields, Entropy, PartyId, Proposal, Time, Us, file};
use detente_indicators::Kind;
use detente_psi::Sequential;
use detente_store::{Answered, Claim, Home, KeySeeds, Keys, Opened, Places, StoredAsk, StoredReceipt};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const NOW: Time = Time(1_800_000_000_000);

pub(crate) fn seeds(number: u8) -> KeySeeds {
    KeySeeds { identity: [number; 32], desk: [number + 100; 32], node: [number + 200; 32] }
}

pub(crate) fn card(id: &str, keys: &Keys, revision: u64) -> Card {
    let fields = CardFields {
        id: PartyId::parse(id).unwrap(),
        name: id.to_uppercase(),
        contact: String::new(),
        revision,
        keys: BTreeMap::from([(DESK.to_owned(), keys.desk.public()), (NODE.to_owned(), keys.node.public())]),
        link: None,
    };
    Card::sign(fields, &keys.identity).unwrap()
}

/// A party that has no home here.
pub(crate) struct Other {
    pub(crate) keys: Keys,
    pub(crate) card: Card,
}

impl Other {
    pub(crate) fn new(id: &str, number: u8) -> Other {
        let keys = seeds(number).keys();
        let card = card(id, &keys, 1);
        Other { keys, card }
    }

    pub(crate) fn us(&self) -> Us<'_> {
        Us { card: &self.card, desk: &self.keys.desk, node: &self.keys.node }
    }
}

/// The party whose home these tests make.
pub(crate) fn owner() -> Other {
    Other::new("a", 1)
}

/// A scratch folder with a home in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        let place = Place { folder: TempDir::new().unwrap() };
        drop(create(&place.home()));
        place
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn open(&self) -> Home {
        Home::open(&self.home(), detente_store::Access::Write).unwrap()
    }
}

pub(crate) fn create(path: &Path) -> Home {
    Home::create(path, &seeds(1), &owner().card).unwrap()
}

/// Domains as encoded items, sorted.
pub(crate) fn domains(names: &[&str]) -> Vec<Vec<u8>> {
    let mut items: Vec<Vec<u8>> =
        names.iter().map(|name| [&[4, 1, name.len() as u8, 0], name.as_bytes()].concat()).collect();
    items.sort();
    items
}

fn borrowed(items: &[Vec<u8>]) -> Vec<&[u8]> {
    items.iter().map(Vec::as_slice).collect()
}

/// An ask by `from` with its secrets.
pub(crate) fn ask(from: &Us<'_>, to: &Card, items: &[Vec<u8>], seed: u8) -> (Proposal, RunSecrets, Vec<u8>) {
    let (list, counts) = (borrowed(items), BTreeMap::from([(Kind::Domain, items.len() as u64)]));
    let order = AskOrder {
        peer: to,
        list: &list,
        counts: &counts,
        kinds: vec![Kind::Domain],
        profile: [9; 32],
        warninglists: Vec::new(),
        purpose: "a test".into(),
        cap: None,
        made: NOW,
        until: Time(NOW.0 + DAY_MS),
    };
    let (proposal, secrets) = propose(from, order, &mut Entropy::from_random([seed; 32])).unwrap();
    let file = ask_file(from, &proposal, &secrets, &list, &Sequential).unwrap();
    (proposal, secrets, file)
}

/// An ask as its author's home keeps it.
pub(crate) fn stored_ask(from: &Us<'_>, to: &Card, items: &[Vec<u8>], seed: u8) -> StoredAsk {
    let (proposal, secrets, file) = ask(from, to, items, seed);
    StoredAsk {
        terms_id: proposal.terms_id(),
        peer: to.id().clone(),
        file_hash: file::hash(&file),
        proposal,
        secrets,
        file,
        items: Some(Zeroizing::new(items.concat())),
        places: Some(Places(b"canary-place.csv:17".to_vec())),
        opened: None,
    }
}

pub(crate) fn claim<'a>(proposal: &'a Proposal, bytes: &'a [u8]) -> Claim<'a> {
    Claim { proposal, ask: bytes, ask_hash: file::hash(bytes), at: NOW }
}

/// A finished answer.
pub(crate) struct Made {
    pub(crate) acceptance: Acceptance,
    pub(crate) secrets: RunSecrets,
    pub(crate) pk: [u8; 32],
    pub(crate) file: Vec<u8>,
}

impl Made {
    pub(crate) fn answered(&self) -> Answered<'_> {
        Answered {
            acceptance: &self.acceptance,
            secrets: &self.secrets,
            pk: self.pk,
            file: &self.file,
            file_hash: file::hash(&self.file),
            at: NOW,
        }
    }
}

pub(crate) fn answer(us: &Us<'_>, ask: &[u8], items: &[Vec<u8>], seed: u8) -> Made {
    let (list, counts) = (borrowed(items), BTreeMap::from([(Kind::Domain, items.len() as u64)]));
    let received = ReceivedAsk::read(ask).unwrap();
    let mut entropy = Entropy::from_random([seed; 32]);
    let (acceptance, secrets) = accept(us, received.proposal(), &list, &counts, NOW, &mut entropy).unwrap();
    let making = answer_file(us, &received, &acceptance, &secrets, &list, &Sequential).unwrap();
    Made { acceptance, secrets, pk: making.pk, file: making.file }
}

/// What opening the answer to `stored` gives, with the receipt.
pub(crate) fn opened(
    us: &Us<'_>,
    stored: &StoredAsk,
    items: &[Vec<u8>],
    made: &Made,
) -> (Opened, StoredReceipt) {
    let received = ReceivedAnswer::read(&made.file).unwrap();
    let opened =
        open(us, &stored.proposal, &received, &stored.secrets, &borrowed(items), &Sequential).unwrap();
    let facts = [&stored.file, &made.file, &opened.file];
    let kinds = [file::Kind::Ask, file::Kind::Answer, file::Kind::Result];
    let fact =
        |i: usize| FileFact { kind: kinds[i], hash: file::hash(facts[i]), size: facts[i].len() as u64 };
    let receipt = receipt(us, &stored.proposal, &made.acceptance, &[fact(0), fact(1), fact(2)]);
    let opened = Opened {
        acceptance: made.acceptance.clone(),
        pk: made.pk,
        answer: made.file.clone(),
        answer_hash: file::hash(&made.file),
        result: opened.file,
        common: Zeroizing::new(b"[\"the common ones\"]".to_vec()),
        at: NOW,
    };
    (opened, receipt)
}

/// The closed receipt of `us`.
pub(crate) fn receipt(
    us: &Us<'_>,
    proposal: &Proposal,
    acceptance: &Acceptance,
    facts: &[FileFact; 3],
) -> StoredReceipt {
    let run = Run { proposal: proposal.clone(), acceptance: acceptance.clone() };
    let mut entropy = Entropy::from_random([50; 32]);
    let handovers = facts.map(|fact| run.sign_handover(us, fact, NOW, &mut entropy)).to_vec();
    let closing = run.sign_closing(us, facts, Some(1), NOW, &mut entropy);
    let private = closing.to_value().encode();
    let (number, author) = (run.number(), us.card.id().clone());
    let document = Receipt { run, author: author.clone(), handovers, closing: Some(closing) }.encode();
    StoredReceipt {
        run: number,
        peer: proposal.terms().answerer.clone(),
        author,
        document,
        private,
        kept: NOW,
    }
}

/// The receipt of an answerer that has no result yet.
pub(crate) fn answer_receipt(us: &Us<'_>, proposal: &Proposal, ask: &[u8], made: &Made) -> StoredReceipt {
    let run = Run { proposal: proposal.clone(), acceptance: made.acceptance.clone() };
    let mut entropy = Entropy::from_random([51; 32]);
    let facts = [(file::Kind::Ask, ask), (file::Kind::Answer, &made.file[..])];
    let handovers = facts
        .map(|(kind, bytes)| {
            let fact = FileFact { kind, hash: file::hash(bytes), size: bytes.len() as u64 };
            run.sign_handover(us, fact, NOW, &mut entropy)
        })
        .to_vec();
    let (number, author) = (run.number(), us.card.id().clone());
    let document = Receipt { run, author: author.clone(), handovers, closing: None }.encode();
    let (peer, private) = (proposal.terms().asker.clone(), Vec::new());
    StoredReceipt { run: number, author, peer, document, private, kept: NOW }
}

/// Names of everything below a folder.
pub(crate) fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(listing(&path));
        }
    }
    names.sort();
    names
}

/// The files below a folder in which these bytes stand.
pub(crate) fn holding(folder: &Path, needle: &[u8]) -> Vec<String> {
    let holds = |path: &String| {
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
    };
    listing(folder).into_iter().filter(holds).collect()
}
