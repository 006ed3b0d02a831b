//! Two parties, their lists, and a run of three files between them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use detente_accord::card::{DESK, NODE};
use detente_accord::exchange::{
    AskOrder, Opened, ReceivedAnswer, ReceivedAsk, RunSecrets, accept, answer_file, ask_file, open, propose,
};
use detente_accord::file::{self, File, Header};
use detente_accord::jcs::Value;
use detente_accord::limits::DAY_MS;
use detente_accord::receipt::{FileFact, Receipt, Run as Signed};
use detente_accord::{Acceptance, Card, CardFields, Entropy, PartyId, Proposal, SecretKey, Time, Us};
use detente_indicators::Kind;
use detente_psi::Sequential;
use proptest::test_runner::{Config, RngSeed};

/// The moment everything in these tests happens at.
pub(crate) const NOW: Time = Time(1_800_000_000_000);
/// The canon profile of both sides.
pub(crate) const PROFILE: [u8; 32] = [9; 32];

pub(crate) struct Party {
    pub(crate) card: Card,
    pub(crate) identity: SecretKey,
    pub(crate) desk: SecretKey,
    pub(crate) node: SecretKey,
}

impl Party {
    pub(crate) fn new(id: &str, seed: u8) -> Party {
        let key = |part| SecretKey::from_seed(&[[seed; 16], [part; 16]].concat().try_into().unwrap());
        let (identity, desk, node) = (key(1), key(2), key(3));
        let card = Card::sign(fields(id, 1, &desk, &node), &identity).unwrap();
        Party { card, identity, desk, node }
    }

    pub(crate) fn us(&self) -> Us<'_> {
        Us { card: &self.card, desk: &self.desk, node: &self.node }
    }

    pub(crate) fn id(&self) -> &PartyId {
        self.card.id()
    }
}

pub(crate) fn fields(id: &str, revision: u64, desk: &SecretKey, node: &SecretKey) -> CardFields {
    CardFields {
        id: PartyId::parse(id).unwrap(),
        name: id.to_uppercase(),
        contact: format!("soc@{id}.example"),
        revision,
        keys: BTreeMap::from([(DESK.to_owned(), desk.public()), (NODE.to_owned(), node.public())]),
        link: None,
    }
}

/// Encoded items, sorted.
pub(crate) type Items = BTreeSet<Vec<u8>>;

/// Items that are IPv4 addresses, one for each number.
pub(crate) fn addresses(numbers: Range<u32>) -> Items {
    numbers.map(|number| [[1, 1, 4, 0], number.to_be_bytes()].concat()).collect()
}

pub(crate) fn borrowed(items: &Items) -> Vec<&[u8]> {
    items.iter().map(Vec::as_slice).collect()
}

pub(crate) fn entropy(seed: u8) -> Entropy {
    Entropy::from_random([seed; 32])
}

pub(crate) fn order<'a>(
    peer: &'a Party,
    list: &'a [&'a [u8]],
    counts: &'a BTreeMap<Kind, u64>,
) -> AskOrder<'a> {
    AskOrder {
        peer: &peer.card,
        list,
        counts,
        kinds: vec![Kind::Ipv4, Kind::Domain],
        profile: PROFILE,
        warninglists: vec![[3; 32]],
        purpose: "phishing wave of 20 November".to_owned(),
        cap: None,
        made: NOW,
        until: Time(NOW.0 + 14 * DAY_MS),
    }
}

/// A whole run: `a` asks, `b` answers, `a` opens.
pub(crate) struct Run {
    pub(crate) a: Party,
    pub(crate) b: Party,
    pub(crate) asked: Items,
    pub(crate) held: Items,
    pub(crate) proposal: Proposal,
    pub(crate) ask_secrets: RunSecrets,
    pub(crate) ask: Vec<u8>,
    pub(crate) acceptance: Acceptance,
    pub(crate) answer_secrets: RunSecrets,
    pub(crate) answer: Vec<u8>,
    pub(crate) common: Vec<usize>,
    pub(crate) result: Vec<u8>,
}

impl Run {
    pub(crate) fn new(asked: Items, held: Items) -> Run {
        Run::seeded(asked, held, 1)
    }

    /// Another `seed` gives other terms between the same two.
    pub(crate) fn seeded(asked: Items, held: Items, seed: u8) -> Run {
        let (a, b) = (Party::new("a", 1), Party::new("b", 2));
        let counts = BTreeMap::from([(Kind::Ipv4, asked.len() as u64)]);
        let list = borrowed(&asked);
        let (proposal, ask_secrets) =
            propose(&a.us(), order(&b, &list, &counts), &mut entropy(seed)).unwrap();
        let ask = ask_file(&a.us(), &proposal, &ask_secrets, &list, &Sequential).unwrap();

        // From here on b knows nothing but its own list and the bytes of the ask.
        let received = ReceivedAsk::read(&ask).unwrap();
        let list = borrowed(&held);
        let counts = BTreeMap::from([(Kind::Ipv4, held.len() as u64)]);
        let mut draws = entropy(100 + seed);
        let (acceptance, answer_secrets) =
            accept(&b.us(), received.proposal(), &list, &counts, NOW, &mut draws).unwrap();
        let answer =
            answer_file(&b.us(), &received, &acceptance, &answer_secrets, &list, &Sequential).unwrap();

        let Opened { common, file: result } = {
            let received = ReceivedAnswer::read(&answer.file).unwrap();
            open(&a.us(), &proposal, &received, &ask_secrets, &borrowed(&asked), &Sequential).unwrap()
        };
        let answer = answer.file;
        Run {
            a,
            b,
            asked,
            held,
            proposal,
            ask_secrets,
            ask,
            acceptance,
            answer_secrets,
            answer,
            common,
            result,
        }
    }

    /// A small run with three items in common.
    pub(crate) fn small() -> Run {
        Run::new(addresses(0..10), addresses(7..30))
    }

    /// The same, made once for all tests that change nothing in it.
    pub(crate) fn kept() -> &'static Run {
        static KEPT: OnceLock<Run> = OnceLock::new();
        KEPT.get_or_init(Run::small)
    }

    /// What plain comparison gives, as ranks in the asked list.
    pub(crate) fn plain(&self) -> Vec<usize> {
        (0..).zip(&self.asked).filter(|(_, item)| self.held.contains(*item)).map(|(rank, _)| rank).collect()
    }

    pub(crate) fn signed(&self) -> Signed {
        Signed { proposal: self.proposal.clone(), acceptance: self.acceptance.clone() }
    }

    pub(crate) fn facts(&self) -> [FileFact; 3] {
        let fact = |kind, bytes: &[u8]| FileFact { kind, hash: file::hash(bytes), size: bytes.len() as u64 };
        [
            fact(file::Kind::Ask, &self.ask),
            fact(file::Kind::Answer, &self.answer),
            fact(file::Kind::Result, &self.result),
        ]
    }

    /// The closed receipt of one side.
    pub(crate) fn receipt(&self, author: &Party) -> Receipt {
        let (run, us, mut draws) = (self.signed(), author.us(), entropy(77));
        let handovers = self.facts().map(|fact| run.sign_handover(&us, fact, NOW, &mut draws)).to_vec();
        let common = (author.id() == self.a.id()).then_some(self.common.len() as u64);
        let closing = run.sign_closing(&us, &self.facts(), common, NOW, &mut draws);
        Receipt { run, author: author.id().clone(), handovers, closing: Some(closing) }
    }
}

/// A file taken apart, changed, and signed again by its author: what a hostile peer can send.
pub(crate) fn resign(
    bytes: &[u8],
    kind: file::Kind,
    node: &SecretKey,
    change: impl FnOnce(&mut Header, &mut Option<Value>, &mut Vec<u8>),
) -> Vec<u8> {
    let File { mut header, mut statements, body, .. } = File::read(bytes, kind).unwrap();
    let mut body = body.to_vec();
    change(&mut header, &mut statements, &mut body);
    file::write(&header, statements.as_ref(), &body, node)
}

/// The member at `path` of a tree of objects and arrays.
pub(crate) fn at<'v>(value: &'v mut Value, path: &[&str]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(*step).unwrap_or_else(|| panic!("no member {step}")),
        Value::Array(values) => &mut values[step.parse::<usize>().unwrap()],
        _ => panic!("nothing inside a leaf at {step}"),
    })
}

pub(crate) fn members(value: &mut Value) -> &mut BTreeMap<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => panic!("not an object"),
    }
}

/// Property tests draw the same cases on every run.
pub(crate) fn replayable(cases: u32) -> Config {
    Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::with_cases(cases) }
}
