//! One node of a run: the real writer on a copied home, and the machines that say when it exchanges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use detente_accord::{Entropy, PartyId, Time};
use detente_node::engine::{Node, NodeHandle, World as Outside};
use detente_node::exchange::Exchange;

use crate::dice::Dice;
use crate::home::NAMES;
use crate::world::{START, id};

/// The wall clock of a node and what it draws.
pub(crate) struct Nature {
    /// Simulated milliseconds since the start.
    pub(crate) now: Arc<AtomicU64>,
    pub(crate) skew: Arc<AtomicI64>,
    draws: Arc<AtomicU64>,
    seed: u64,
}

impl Nature {
    pub(crate) fn new(now: Arc<AtomicU64>, seed: u64) -> Nature {
        Nature { now, skew: Arc::default(), draws: Arc::default(), seed }
    }

    fn outside(&self) -> Outside {
        let (now, skew) = (self.now.clone(), self.skew.clone());
        let (draws, seed) = (self.draws.clone(), self.seed);
        Outside {
            now: Arc::new(move || {
                let skewed = now.load(Ordering::Relaxed).saturating_add_signed(skew.load(Ordering::Relaxed));
                Time(START.0 + 3_600_000 + skewed)
            }),
            entropy: Arc::new(move || {
                let mut dice = Dice::new(seed.wrapping_add(draws.fetch_add(1, Ordering::Relaxed)));
                let mut random = [0; 32];
                random.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&dice.draw().to_be_bytes()));
                Entropy::from_random(random)
            }),
        }
    }
}

/// An exchange that runs: the number of its stream, and the stamp of the packet that we brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Runs {
    pub(crate) stream: u64,
    pub(crate) stamp: u64,
}

/// A node.
pub(crate) struct Party {
    pub(crate) id: PartyId,
    pub(crate) path: PathBuf,
    pub(crate) nature: Nature,
    node: Option<(Node, NodeHandle)>,
    /// How often it was started: what was meant for an earlier one comes to nothing.
    pub(crate) boot: u64,
    pub(crate) machines: BTreeMap<usize, Exchange>,
    /// The connection to each peer, as this side sees it.
    pub(crate) lines: BTreeMap<usize, u64>,
    pub(crate) asking: BTreeMap<usize, Runs>,
    pub(crate) serving: BTreeMap<usize, Runs>,
    /// Packets of exchanges that peers began.
    pub(crate) asked: BTreeMap<(usize, u64), Vec<u8>>,
    /// Streams that were begun on the lines that stand.
    pub(crate) streams: BTreeSet<(usize, u64)>,
    pub(crate) wake_at: Option<u64>,
    /// Put aside, to be restored.
    pub(crate) copy: Option<PathBuf>,
    pub(crate) recovers: bool,
    /// Peers that were dialled, or told of what stands, since the start: for sabotage.
    pub(crate) dialled: BTreeSet<usize>,
    pub(crate) told: BTreeSet<usize>,
}

impl Party {
    pub(crate) fn new(node: usize, path: PathBuf, nature: Nature) -> Party {
        Party {
            id: id(NAMES[node]),
            path,
            nature,
            node: None,
            boot: 0,
            machines: BTreeMap::new(),
            lines: BTreeMap::new(),
            asking: BTreeMap::new(),
            serving: BTreeMap::new(),
            asked: BTreeMap::new(),
            streams: BTreeSet::new(),
            wake_at: None,
            copy: None,
            recovers: false,
            dialled: BTreeSet::new(),
            told: BTreeSet::new(),
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.node.is_some()
    }

    pub(crate) fn handle(&self) -> NodeHandle {
        self.node.as_ref().unwrap().1.clone()
    }

    /// Starts the writer on the home, and machines for all peers. Without giving way, no exchange goes before another.
    pub(crate) fn start(&mut self, us: usize, nodes: usize, now: Time, gives_way: bool) {
        let node = Node::start(&self.path, self.nature.outside()).unwrap();
        let handle = node.handle();
        self.node = Some((node, handle));
        self.boot += 1;
        let seed = |peer: usize| self.nature.seed ^ (peer as u64) << 32 ^ self.boot;
        let machine = |peer| (peer, Exchange::new(now, us < peer && gives_way, seed(peer)));
        self.machines = (0..nodes).filter(|peer| *peer != us).map(machine).collect();
    }

    /// The process is gone, with all that it did not write. Gives how the writer ended.
    pub(crate) fn kill(&mut self, runtime: &tokio::runtime::Runtime) {
        let (node, handle) = self.node.take().unwrap();
        runtime.block_on(handle.stop());
        drop(handle);
        node.join().unwrap();
        self.lines.clear();
        self.asking.clear();
        self.serving.clear();
        self.asked.clear();
        self.streams.clear();
        self.machines.clear();
        self.dialled.clear();
        self.told.clear();
        self.wake_at = None;
    }
}
