//! The links of a running node: who is connected, what goes over, and how each line stands.
//!
//! One task a peer drives an [`Exchange`](crate::exchange::Exchange), which alone decides when to dial and when to
//! exchange packets; the tasks here dial, carry, and tell it what came of that. Packets are made and taken in by the
//! writer; nothing of an accord is held here.

mod clock;
mod line;
mod peer;
mod recovery;
mod round;
mod tending;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use detente_accord::PartyId;
use detente_link::{Code, Connection, Counters, Credentials, Endpoint, LinkKeys, Listener, Pin, Stream};
use detente_store::Home;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::Error;
use crate::engine::NodeHandle;
use crate::limits::{ARRIVALS_MAX, OFFERED_MAX};
use clock::Clock;
pub use line::{Line, Standing};
use peer::Peer;
use recovery::Recovery;

/// A stream of a match that a peer opened.
pub struct Offered {
    /// Who.
    pub peer: PartyId,
    /// Its stream.
    pub stream: Stream,
}

/// The links of a running node. Cheap to clone.
#[derive(Clone)]
pub struct Links(Arc<Shared>);

/// What the tasks of all links share.
struct Shared {
    node: NodeHandle,
    us: PartyId,
    endpoint: Endpoint,
    clock: Clock,
    offered: mpsc::Sender<Offered>,
    peers: Mutex<BTreeMap<PartyId, Known>>,
    recovery: Mutex<Recovery>,
    stop: watch::Sender<bool>,
    tasks: Mutex<JoinSet<()>>,
}

/// A peer, as everybody else here knows it.
struct Known {
    /// Where its card says it listens; nothing once it is no peer any more.
    addresses: watch::Sender<Option<Vec<SocketAddr>>>,
    arrivals: mpsc::Sender<Connection>,
    line: watch::Receiver<Line>,
}

/// A peer as the home has it.
struct Compared {
    id: PartyId,
    pin: Pin,
    addresses: Vec<SocketAddr>,
}

impl Links {
    /// Starts the links of a node: listens, if there is a socket, and dials every compared peer whose card names keys
    /// of a link. Streams of matches come out of the receiver; those that nobody takes are refused.
    ///
    /// Must be called on a runtime, on which its tasks run until [`Links::stop`].
    ///
    /// # Errors
    /// Those of the home; [`Error::Link`] for keys or limits that a link does not take.
    pub async fn start(
        node: NodeHandle,
        listener: Option<TcpListener>,
        limits: detente_link::Limits,
    ) -> Result<(Links, mpsc::Receiver<Offered>), Error> {
        let credentials = node.home(|home, _| credentials(home)).await?;
        let us = credentials.party.clone();
        let endpoint = Endpoint::new(credentials, limits)?;
        let (offered, matches) = mpsc::channel(OFFERED_MAX);
        let shared = Shared {
            node,
            us,
            endpoint,
            clock: Clock::start(),
            offered,
            peers: Mutex::default(),
            recovery: Mutex::default(),
            stop: watch::channel(false).0,
            tasks: Mutex::default(),
        };
        let links = Links(Arc::new(shared));
        links.reload().await?;
        if let Some(listener) = listener {
            let listener = links.0.endpoint.listen(listener);
            links.0.spawn(links.0.clone().listen(listener));
        }
        links.0.spawn(tending::run(links.0.clone()));
        Ok((links, matches))
    }

    /// Reads the peers again: new ones are dialled, those whose cards changed are pinned anew, those that are gone are
    /// hung up on.
    ///
    /// # Errors
    /// Those of the home; [`Error::Stopped`].
    pub async fn reload(&self) -> Result<(), Error> {
        let compared = self.0.node.home(|home, _| compared(home)).await?;
        self.0.endpoint.pin(compared.iter().map(|peer| peer.pin.clone()).collect());
        let mut peers = lock(&self.0.peers);
        peers.retain(|id, known| {
            let stays = compared.iter().any(|peer| peer.id == *id);
            if !stays {
                known.addresses.send_replace(None);
            }
            stays
        });
        for Compared { id, addresses, .. } in compared {
            match peers.get(&id) {
                Some(known) => {
                    known.addresses.send_replace(Some(addresses));
                }
                None => {
                    peers.insert(id.clone(), self.0.clone().know(id, addresses));
                }
            }
        }
        Ok(())
    }

    /// How the line to each peer stands, by its id.
    pub fn status(&self) -> Vec<Line> {
        lock(&self.0.peers).values().map(|known| known.line.borrow().clone()).collect()
    }

    /// The connection to a peer that stands now.
    pub fn connection(&self, peer: &PartyId) -> Option<Connection> {
        self.0.endpoint.connection(peer)
    }

    /// What the endpoint has counted.
    pub fn counters(&self) -> Counters {
        self.0.endpoint.counters()
    }

    /// Hangs up on everybody and waits until all tasks have ended. What was acknowledged stands on the record; what
    /// was under way begins again at the next start.
    pub async fn stop(&self) {
        self.0.stop.send_replace(true);
        self.0.endpoint.close(Code::Stopping);
        let mut tasks = std::mem::take(&mut *lock(&self.0.tasks));
        while tasks.join_next().await.is_some() {}
    }
}

impl Shared {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        lock(&self.tasks).spawn(task);
    }

    /// Ends once the node stops.
    async fn stopped(&self) {
        // The sender lives as long as this does.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// Hands each connection that came to the task of its peer.
    async fn listen(self: Arc<Shared>, mut listener: Listener) {
        loop {
            let arrived = tokio::select! {
                () = self.stopped() => return,
                arrived = listener.next() => arrived,
            };
            let Some(connection) = arrived else { return };
            let arrivals = lock(&self.peers).get(connection.peer()).map(|known| known.arrivals.clone());
            let is_taken = arrivals.is_some_and(|arrivals| arrivals.try_send(connection.clone()).is_ok());
            if !is_taken {
                connection.close(Code::Busy);
            }
        }
    }

    fn know(self: Arc<Shared>, id: PartyId, addresses: Vec<SocketAddr>) -> Known {
        let (addresses, dialled) = watch::channel(Some(addresses));
        let (arrivals, arrived) = mpsc::channel(ARRIVALS_MAX);
        let (publish, line) = watch::channel(Line::new(id.clone(), (self.node.world().now)()));
        let task = Peer::new(self.clone(), id, dialled, arrived, publish).run();
        self.spawn(task);
        Known { addresses, arrivals, line }
    }
}

/// Nothing behind these locks is left half-way by a panic: each holds one map, and each change of it is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn credentials(home: &Home) -> Result<Credentials, Error> {
    let keys = home.read_keys()?;
    let link = LinkKeys::from_seeds(&keys.link.tls, &keys.link.pq);
    Ok(Credentials { party: home.card().id().clone(), keys: link, node: keys.node })
}

/// Peers whose keys people compared, and whose cards name keys of a link.
fn compared(home: &Home) -> Result<Vec<Compared>, Error> {
    let peers = home.peers()?.into_iter().filter(|peer| peer.compared.is_some());
    let compared = peers.filter_map(|peer| {
        let addresses = peer.card.fields().link.as_ref()?.at.clone();
        Some(Compared { id: peer.card.id().clone(), pin: Pin::of(&peer.card)?, addresses })
    });
    Ok(compared.collect())
}
