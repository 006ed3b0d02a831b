//! One honest run between two parties with fixed keys: what the other targets damage, and the corpus files
//! that only our own code can make.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use detente_accord::card::{DESK, NODE};
use detente_accord::exchange::{self, AskOrder, ReceivedAnswer, ReceivedAsk};
use detente_accord::file::Kind as FileKind;
use detente_accord::receipt::{FileFact, Receipt, Run};
use detente_accord::{Card, CardFields, Entropy, PartyId, SecretKey, Time, Us};
use detente_indicators::Kind;
use detente_psi::Sequential;

/// The one run, made once a process.
pub static HONEST: LazyLock<Honest> = LazyLock::new(make);

/// When it happens: in the year 2026.
pub const NOW: Time = Time(1_790_000_000_000);
const DAY_MS: u64 = 86_400_000;

/// A party with its keys.
pub struct Party {
    pub card: Card,
    desk: SecretKey,
    node: SecretKey,
}

impl Party {
    fn new(id: &str, seed: u8) -> Party {
        let key = |number: u8| SecretKey::from_seed(&[seed + number; 32]);
        let (identity, desk, node) = (key(0), key(1), key(2));
        let keys = BTreeMap::from([(DESK.to_owned(), desk.public()), (NODE.to_owned(), node.public())]);
        let id = PartyId::parse(id).expect("an id in form");
        let (name, contact) = (format!("CERT {id}"), format!("soc@{id}.example"));
        let fields = CardFields { id, name, contact, revision: 1, keys, link: None };
        Party { card: Card::sign(fields, &identity).expect("a card in form"), desk, node }
    }

    fn us(&self) -> Us<'_> {
        Us { card: &self.card, desk: &self.desk, node: &self.node }
    }
}

/// Everything the run gave, as bytes.
pub struct Honest {
    pub asker: Party,
    pub answerer: Party,
    pub ask: Vec<u8>,
    pub answer: Vec<u8>,
    pub result: Vec<u8>,
    /// The asker's receipt.
    pub receipt: Vec<u8>,
    /// The asker's statements with all their openings.
    pub proposal: Vec<u8>,
    /// The answerer's.
    pub acceptance: Vec<u8>,
}

fn make() -> Honest {
    let (asker, answerer) = (Party::new("a", 10), Party::new("b", 20));
    let mut entropy = Entropy::from_random([7; 32]);
    let (asked, held) = (items(0..5), items(3..9));
    let (asked, held) = (views(&asked), views(&held));

    let order = AskOrder {
        peer: &answerer.card,
        list: &asked,
        counts: &BTreeMap::from([(Kind::Ipv4, 5)]),
        kinds: vec![Kind::Ipv4],
        profile: [9; 32],
        warninglists: vec![[8; 32]],
        purpose: "phishing wave of 20 November".into(),
        cap: None,
        made: NOW,
        until: Time(NOW.0 + 14 * DAY_MS),
    };
    let us = asker.us();
    let (proposal, secrets) = exchange::propose(&us, order, &mut entropy).expect("terms in form");
    let ask = exchange::ask_file(&us, &proposal, &secrets, &asked, &Sequential).expect("an ask");

    let received = ReceivedAsk::read(&ask).expect("our own ask");
    let (them, counts) = (answerer.us(), BTreeMap::from([(Kind::Ipv4, 6)]));
    let accepted = exchange::accept(&them, received.proposal(), &held, &counts, NOW, &mut entropy);
    let (acceptance, their_secrets) = accepted.expect("an acceptance");
    let making = exchange::answer_file(&them, &received, &acceptance, &their_secrets, &held, &Sequential)
        .expect("an answer");

    let answer = ReceivedAnswer::read(&making.file).expect("our own answer");
    let opened = exchange::open(&us, &proposal, &answer, &secrets, &asked, &Sequential).expect("a result");
    assert_eq!(opened.common, [3, 4], "two of five are in common");

    let run = Run { proposal, acceptance };
    let receipt = receipt(&us, &run, [&ask, &making.file, &opened.file], &mut entropy);
    Honest {
        proposal: run.proposal.to_private_value().encode(),
        acceptance: run.acceptance.to_private_value().encode(),
        receipt: receipt.encode(),
        ask,
        answer: making.file.clone(),
        result: opened.file,
        asker,
        answerer,
    }
}

fn receipt(us: &Us<'_>, run: &Run, files: [&[u8]; 3], entropy: &mut Entropy) -> Receipt {
    let kinds = [FileKind::Ask, FileKind::Answer, FileKind::Result];
    let fact = |i: usize| {
        let (kind, file) = (kinds[i], files[i]);
        FileFact { kind, hash: detente_accord::file::hash(file), size: file.len() as u64 }
    };
    let facts: [FileFact; 3] = std::array::from_fn(fact);
    let handovers = facts.iter().map(|file| run.sign_handover(us, *file, NOW, entropy)).collect();
    let closing = Some(run.sign_closing(us, &facts, Some(2), NOW, entropy));
    Receipt { run: run.clone(), author: us.card.id().clone(), handovers, closing }
}

/// Encoded items that look like IPv4 addresses, ascending.
pub fn items(numbers: std::ops::Range<u8>) -> Vec<Vec<u8>> {
    numbers.map(|number| vec![1, 1, 4, 0, 198, 51, 100, number]).collect()
}

fn views(items: &[Vec<u8>]) -> Vec<&[u8]> {
    items.iter().map(Vec::as_slice).collect()
}

/// The corpus files that only our own code can make: target, name, bytes.
pub fn seeds() -> Vec<(&'static str, &'static str, &'static [u8])> {
    let honest = &*HONEST;
    vec![
        ("card", "a.card", honest.asker.card.bytes()),
        ("card", "b.card", honest.answerer.card.bytes()),
        ("file_ask", "ask.dtn", &honest.ask),
        ("file_answer", "answer.dtn", &honest.answer),
        ("file_result", "result.dtn", &honest.result),
        ("receipt", "receipt.json", &honest.receipt),
        ("terms", "proposal.json", &honest.proposal),
        ("terms", "acceptance.json", &honest.acceptance),
        ("jcs", "card.json", honest.asker.card.bytes()),
        ("jcs", "acceptance.json", &honest.acceptance),
    ]
}
