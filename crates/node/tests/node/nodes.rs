//! Running nodes on homes of a world: a clock and randomness that tests hand out.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use detente_accord::record::RecordId;
use detente_accord::{Entropy, Time};
use detente_node::engine::{self, Node};

use crate::world::START;

/// The time of all nodes of a test, by hand; randomness that never repeats in it.
#[derive(Clone)]
pub(crate) struct Hands {
    now: Arc<AtomicU64>,
    draws: Arc<AtomicU64>,
}

impl Hands {
    pub(crate) fn new() -> Hands {
        // Behind all that the world has said before.
        Hands { now: Arc::new(AtomicU64::new(START.0 + 3_600_000)), draws: Arc::default() }
    }

    pub(crate) fn now(&self) -> Time {
        Time(self.now.load(Ordering::SeqCst))
    }

    /// Each node has its own randomness.
    pub(crate) fn world(&self, node: u8) -> engine::World {
        let (clock, draws) = (self.clone(), self.draws.clone());
        let entropy = move || {
            let mut random = [node; 32];
            random[..8].copy_from_slice(&draws.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            Entropy::from_random(random)
        };
        engine::World { now: Arc::new(move || clock.now()), entropy: Arc::new(entropy) }
    }

    pub(crate) fn start(&self, home: &Path, node: u8) -> Node {
        Node::start(home, self.world(node)).unwrap()
    }
}

/// The only accord of a node.
pub(crate) async fn only(node: &engine::NodeHandle) -> RecordId {
    node.accords().await.unwrap()[0].record
}
