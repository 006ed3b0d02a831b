//! Two nodes with an accord, linked over loopback, each with its live matches.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use detente_accord::record::{RecordId, Rules};
use detente_accord::{Card, CardFields, Entropy, PartyId, Time};
use detente_indicators::profile::profile;
use detente_indicators::{Item, Kind, expand::Expansions};
use detente_link::{Limits, LinkKeys};
use detente_node::engine::{Node, NodeHandle, World as Source};
use detente_node::links::Links;
use detente_node::live::{Listed, Live, Order, Outcome, Reach, Reveal, RunId, RunView, Stage};
use detente_store::{Access, Compared, Home, KeptList, MatchPolicy, Peer};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::world::{World, id};

/// Nothing in these tests takes longer, on a slow machine with other work.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// One of the two.
pub(crate) struct Side {
    pub(crate) home: PathBuf,
    at: SocketAddr,
    pub(crate) us: PartyId,
    pub(crate) node: NodeHandle,
    pub(crate) links: Links,
    pub(crate) live: Live,
    writer: Option<Node>,
}

pub(crate) struct Pair {
    pub(crate) a: Side,
    pub(crate) b: Side,
    pub(crate) record: RecordId,
    _folder: tempfile::TempDir,
}

impl Pair {
    /// Two nodes under the usual rules.
    pub(crate) async fn new() -> Pair {
        Pair::of(World::founded(&["a", "b"])).await
    }

    /// The same under other rules: an accord of two cannot have them, so that somebody else is in it who says nothing.
    pub(crate) async fn under(change: impl FnOnce(&mut Rules)) -> Pair {
        Pair::of(World::observed(&["a", "b", "c"], &[], change)).await
    }

    async fn of(mut world: World) -> Pair {
        world.exchange(3);
        let record = RecordId::of(&world.charter);
        let listeners = [listener(), listener()];
        let places: Vec<(PathBuf, SocketAddr)> = ["a", "b"]
            .iter()
            .zip(&listeners)
            .map(|(name, listener)| {
                (world.parties[*name].home.path().to_owned(), listener.local_addr().unwrap())
            })
            .collect();
        let World { folder, parties, .. } = world;
        drop(parties);
        introduce(&places);
        let [first, second] = listeners;
        let a = Side::start(places[0].0.clone(), Some(first)).await;
        let b = Side::start(places[1].0.clone(), Some(second)).await;
        Pair { a, b, record, _folder: folder }
    }

    /// What B's node gives A when it asks.
    pub(crate) async fn policy(&self, policy: MatchPolicy) {
        let a = self.a.us.clone();
        self.b.node.home(move |home, _| Ok(home.set_match_policy(&a, &policy)?)).await.unwrap();
    }

    /// B keeps a standing list and answers A from it.
    pub(crate) async fn allow(&self, items: &[String]) {
        let (list, count) = (listed(items), items.len() as u64);
        let kept = KeptList { name: "standing".to_owned(), kept: Time(1), items: count };
        self.b.node.home(move |home, _| Ok(home.keep_list(&kept, &list.to_bytes())?)).await.unwrap();
        self.policy(MatchPolicy::Allow("standing".to_owned())).await;
    }

    pub(crate) fn order(&self, items: &[String], reveal: Reveal) -> Order {
        Order {
            record: self.record,
            peer: self.b.us.clone(),
            list: listed(items),
            kinds: Kind::ALL.to_vec(),
            profile: profile(Expansions::NONE),
            warninglists: Vec::new(),
            reveal,
            code: None,
            purpose: "a wave of last night".to_owned(),
            cap: None,
            until: Time(now().0 + 3_600_000),
        }
    }

    /// Runs an order to its end on both sides.
    pub(crate) async fn run(&self, order: Order) -> (RunView, RunView) {
        let run = self.a.live.start(order).await.unwrap();
        (self.a.ended(run).await, self.b.ended(run).await)
    }
}

impl Side {
    async fn start(home: PathBuf, listener: Option<std::net::TcpListener>) -> Side {
        let source = Source { now: Arc::new(now), entropy: Arc::new(entropy) };
        let writer = Node::start(&home, source).unwrap();
        let node = writer.handle();
        let us = node.home(|home, _| Ok(home.card().id().clone())).await.unwrap();
        let at = listener.as_ref().unwrap().local_addr().unwrap();
        let listener = listener.map(|listener| TcpListener::from_std(listener).unwrap());
        let (links, offered) = Links::start(node.clone(), listener, Limits::default()).await.unwrap();
        let live = Live::begin(node.clone(), Reach::Links(links.clone(), offered)).await.unwrap();
        Side { home, at, us, node, links, live, writer: Some(writer) }
    }

    /// Stops the node at once, and starts it again.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let listener = std::net::TcpListener::bind(self.at).unwrap();
        listener.set_nonblocking(true).unwrap();
        *self = Side::start(self.home.clone(), Some(listener)).await;
    }

    pub(crate) async fn stop(&mut self) {
        self.links.stop().await;
        self.node.stop().await;
        let writer = self.writer.take().unwrap();
        tokio::task::spawn_blocking(|| writer.join()).await.unwrap().unwrap();
    }

    /// The run once something holds of it.
    pub(crate) async fn when(&self, run: RunId, holds: impl Fn(&RunView) -> bool) -> RunView {
        let mut changes = self.live.changes();
        let mut records = self.node.changes();
        let found = async {
            loop {
                let views = self.live.runs().await.unwrap();
                if let Some(view) = views.into_iter().find(|view| view.id == run && holds(view)) {
                    return view;
                }
                tokio::select! {
                    changed = changes.changed() => changed.unwrap(),
                    changed = records.changed() => changed.unwrap(),
                }
            }
        };
        match tokio::time::timeout(LONG, found).await {
            Ok(view) => view,
            Err(_) => panic!("{} waits: {:?}", self.us, self.live.runs().await.unwrap()),
        }
    }

    /// The run once it has ended, with the receipts of both where it was done.
    pub(crate) async fn ended(&self, run: RunId) -> RunView {
        self.when(run, |view| match &view.outcome {
            Some(Outcome::Done(_)) => view.receipts.len() == 2,
            _ => view.stage == Stage::Ended,
        })
        .await
    }

    /// What this side found in common, as printed.
    pub(crate) async fn common(&self, run: RunId) -> Option<Vec<String>> {
        let found = self.live.result(run).await.unwrap()?;
        let common = found.learned?.common;
        let mut printed: Vec<String> =
            common.items().unwrap().iter().map(|item| Item::from_bytes(item).unwrap().printed()).collect();
        printed.sort();
        Some(printed)
    }
}

pub(crate) fn now() -> Time {
    Time(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
}

fn entropy() -> Entropy {
    static DRAWS: AtomicU64 = AtomicU64::new(1);
    let mut random = [0xa5; 32];
    random[..8].copy_from_slice(&DRAWS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Entropy::from_random(random)
}

fn listener() -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

/// Both cards name keys and addresses of links, and each home has the other's, compared.
fn introduce(places: &[(PathBuf, SocketAddr)]) {
    let mut homes: Vec<Home> =
        places.iter().map(|(path, _)| Home::open(path, Access::Write).unwrap()).collect();
    for (home, (_, at)) in homes.iter_mut().zip(places) {
        let keys = home.read_keys().unwrap();
        let link = LinkKeys::from_seeds(&keys.link.tls, &keys.link.pq).public(vec![*at]);
        let fields = home.card().fields().clone();
        let fields = CardFields { link: Some(link), revision: fields.revision + 1, ..fields };
        home.set_card(Card::sign(fields, &keys.identity).unwrap()).unwrap();
    }
    let cards: Vec<Card> = homes.iter().map(|home| Card::read(home.card().bytes()).unwrap()).collect();
    for (home, card) in homes.iter_mut().zip(cards.into_iter().rev()) {
        let compared = Some((Compared::InPerson, Time(1)));
        home.put_peer(&Peer { card, added: Time(1), compared, budget: 3_000_000 }).unwrap();
    }
}

/// `count` domains, the first of them `from`.
pub(crate) fn domains(from: u64, count: u64) -> Vec<String> {
    (from..from + count).map(|n| format!("host-{n:07}.example.org")).collect()
}

/// A list of domains.
pub(crate) fn listed(domains: &[String]) -> Listed {
    // Type 4, version 1, length: a domain.
    let item = |name: &String| [&[4, 1, name.len() as u8, 0], name.as_bytes()].concat();
    let mut items: Vec<Vec<u8>> = domains.iter().map(item).collect();
    items.sort();
    items.dedup();
    Listed { packed: Zeroizing::new(items.concat()), sources: Vec::new(), places: Vec::new() }
}

/// The id of somebody.
pub(crate) fn party(name: &str) -> PartyId {
    id(name)
}
