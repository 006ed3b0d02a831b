//! The task of one peer: it does what the machine says, and tells it what came of that.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use detente_accord::record::RecordId;
use detente_accord::{PartyId, Time};
use detente_link::{Code, Connection, Error as LinkError, Kind, Stream};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::sleep_until;

use super::round::{self, Begun, Pushed, Wanted};
use super::{Line, Offered, Shared};
use crate::Error;
use crate::engine::Change;
use crate::exchange::{Exchange, Fate, Input, Output, Why};

/// What a task of this peer came to.
enum News {
    /// A dial.
    Dialled(Result<Connection, LinkError>),
    /// The connection with this number ended.
    Ended(u64, LinkError),
    /// The peer opened a stream on it; nothing when it has ended.
    Opened(u64, Option<(Kind, Stream)>),
    /// The peer asks for an exchange.
    Asked(u64, Box<Wanted>),
    /// It answered a ping.
    Heard(u64),
    /// An exchange that it began is over.
    Served(RecordId, Pushed),
    /// An exchange of ours is over.
    Done(RecordId, u64, Pushed),
    /// How our accords stand towards it.
    Stands(Vec<Stands>),
    /// Nothing to tell.
    Nothing,
}

/// How an accord stands towards a peer.
struct Stands {
    record: RecordId,
    version: u64,
    /// Nothing if it is not in the accord.
    stamp: Option<u64>,
    receipt: Option<Time>,
}

/// One accord with the peer, beside what the machine knows.
#[derive(Default)]
struct Shown {
    /// The version of ours that was looked at.
    version: u64,
    /// What the peer has taken in on this connection.
    stamp: Option<u64>,
    /// It lacks more than it was thought to: the next packet has everything.
    everything: bool,
}

/// The task of one peer.
pub(super) struct Peer {
    shared: Arc<Shared>,
    id: PartyId,
    addresses: watch::Receiver<Option<Vec<SocketAddr>>>,
    arrived: mpsc::Receiver<Connection>,
    changes: watch::Receiver<Change>,
    publish: watch::Sender<Line>,
    line: Line,
    machine: Exchange,
    connection: Option<Connection>,
    /// The number of the connection, so that what an older one still tells is passed over.
    epoch: u64,
    dials: usize,
    dial: Option<AbortHandle>,
    tasks: JoinSet<News>,
    running: BTreeMap<RecordId, AbortHandle>,
    /// Exchanges that the peer asks for, until the machine has decided.
    wanted: BTreeMap<u64, Box<Wanted>>,
    streams: u64,
    accords: BTreeMap<RecordId, Shown>,
    is_looking: bool,
}

impl Peer {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: PartyId,
        addresses: watch::Receiver<Option<Vec<SocketAddr>>>,
        arrived: mpsc::Receiver<Connection>,
        publish: watch::Sender<Line>,
    ) -> Peer {
        let mut seed = (shared.node.world().entropy)();
        let line = publish.borrow().clone();
        let machine = Exchange::new(shared.clock.now(), shared.us < id, u64::from_be_bytes(seed.draw()));
        Peer {
            addresses,
            arrived,
            changes: shared.node.changes(),
            line,
            publish,
            machine,
            connection: None,
            epoch: 0,
            dials: 0,
            dial: None,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
            wanted: BTreeMap::new(),
            streams: 0,
            accords: BTreeMap::new(),
            is_looking: false,
            shared,
            id,
        }
    }

    /// Until the node stops, or the peer is none any more.
    pub(super) async fn run(mut self) {
        self.look();
        loop {
            self.drain();
            self.publish();
            let deadline = self.machine.deadline().unwrap_or(Time(u64::MAX >> 20));
            let deadline = self.shared.clock.instant(deadline);
            tokio::select! {
                () = self.shared.stopped() => break,
                Some(connection) = self.arrived.recv() => self.connected(connection),
                Some(news) = self.tasks.join_next() => self.news(news),
                changed = self.changes.changed() => match changed {
                    Ok(()) => self.look(),
                    // The writer has ended.
                    Err(_) => break,
                },
                changed = self.addresses.changed() => {
                    if changed.is_err() || self.addresses.borrow_and_update().is_none() {
                        break;
                    }
                }
                () = sleep_until(deadline) => self.tell(Input::Tick),
            }
        }
        if let Some(connection) = self.connection.take() {
            connection.close(Code::Stopping);
        }
    }

    fn tell(&mut self, input: Input) {
        self.machine.handle(self.shared.clock.now(), input);
    }

    fn publish(&mut self) {
        let wall = (self.shared.node.world().now)();
        self.line.stands(&self.machine.line(), self.shared.clock, wall);
        self.line.is_at_rest = self.machine.is_at_rest() && !self.is_looking;
        let line = &self.line;
        self.publish.send_if_modified(|published| {
            let is_new = *published != *line;
            if is_new {
                *published = line.clone();
            }
            is_new
        });
    }

    /// Does what the machine says.
    fn drain(&mut self) {
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Dial => self.dial(),
                Output::HangUp => self.hang_up(),
                Output::Ping => self.ping(),
                Output::Begin(record, number) => self.begin(record, number),
                Output::Serve(record, stream) => self.serve(record, stream),
                Output::Decline(_, stream, why) => self.decline(stream, why),
                Output::Abandon(record) => self.abandon(record),
            }
        }
    }

    fn news(&mut self, news: Result<News, JoinError>) {
        match news {
            Ok(News::Dialled(Ok(connection))) => self.dialled(connection),
            Ok(News::Dialled(Err(error))) => {
                self.fault(error.name());
                self.dial = None;
                self.tell(Input::Unreachable);
            }
            Ok(News::Ended(epoch, error)) if epoch == self.epoch => self.ended(error),
            Ok(News::Opened(epoch, Some((kind, stream)))) if epoch == self.epoch => self.opened(kind, stream),
            Ok(News::Asked(epoch, wanted)) if epoch == self.epoch => self.asked(wanted),
            Ok(News::Heard(epoch)) if epoch == self.epoch => self.tell(Input::Heard),
            Ok(News::Served(record, pushed)) => {
                let fate = self.over(record, pushed);
                self.tell(Input::Served(record, fate));
            }
            Ok(News::Done(record, number, pushed)) => {
                let fate = self.over(record, pushed);
                self.tell(Input::Done(record, number, fate));
            }
            Ok(News::Stands(stands)) => self.stands(stands),
            Ok(News::Ended(..) | News::Opened(..) | News::Asked(..) | News::Heard(_) | News::Nothing) => {}
            Err(error) if error.is_panic() => self.panicked(),
            // Aborted, by us.
            Err(_) => {}
        }
    }

    /// A panic ends its connection; others are served on.
    fn panicked(&mut self) {
        tracing::error!("a task of a link panicked");
        self.fault("internal");
        // What it was about is not known: look again, and begin anew.
        self.is_looking = false;
        if let Some(connection) = &self.connection {
            connection.close(Code::Internal);
        }
        self.look();
    }

    fn fault(&mut self, name: &str) {
        tracing::debug!(peer = %self.id, name, "a fault of a link");
        self.line.fault = Some(name.to_owned());
    }

    // ---- the line

    fn dial(&mut self) {
        let addresses = self.addresses.borrow().clone().unwrap_or_default();
        let Some(at) = addresses.get(self.dials % addresses.len().max(1)).copied() else {
            // It calls us.
            return self.tell(Input::Unreachable);
        };
        self.dials = self.dials.wrapping_add(1);
        let (endpoint, to) = (self.shared.endpoint.clone(), self.id.clone());
        let dial = self.tasks.spawn(async move { News::Dialled(endpoint.dial(&to, at).await) });
        self.dial = Some(dial);
    }

    fn dialled(&mut self, connection: Connection) {
        self.dial = None;
        // One that came meanwhile may be the same.
        if self.connection.is_none() {
            self.connected(connection);
        }
    }

    fn connected(&mut self, connection: Connection) {
        self.forget_streams();
        self.epoch = self.epoch.wrapping_add(1);
        self.connection = Some(connection.clone());
        self.line.fault = None;
        let (epoch, standing) = (self.epoch, connection.clone());
        self.tasks.spawn(async move { News::Ended(epoch, standing.closed().await) });
        self.accept(connection);
        self.tell(Input::Connected);
    }

    fn accept(&mut self, connection: Connection) {
        let epoch = self.epoch;
        self.tasks.spawn(async move { News::Opened(epoch, connection.accepted().await) });
    }

    fn ended(&mut self, error: LinkError) {
        self.connection = None;
        self.forget_streams();
        // Another one of the pair may have taken its place.
        match self.shared.endpoint.connection(&self.id) {
            Some(connection) => self.connected(connection),
            None => {
                self.fault(error.name());
                self.tell(Input::Closed);
            }
        }
    }

    fn hang_up(&mut self) {
        self.dial.take().into_iter().for_each(|dial| dial.abort());
        self.epoch = self.epoch.wrapping_add(1);
        if let Some(connection) = self.connection.take() {
            self.fault("silent");
            connection.close(Code::TooSlow);
        }
        self.forget_streams();
    }

    /// What was shown on a connection before may be lost there, and what ran is over.
    fn forget_streams(&mut self) {
        self.wanted.clear();
        self.accords.values_mut().for_each(|accord| accord.stamp = None);
        std::mem::take(&mut self.running).into_values().for_each(|round| round.abort());
    }

    fn ping(&mut self) {
        let Some(connection) = self.connection.clone() else { return };
        let epoch = self.epoch;
        self.tasks.spawn(async move {
            match round::ping(&connection).await {
                Ok(()) => News::Heard(epoch),
                Err(_) => News::Nothing,
            }
        });
    }

    // ---- streams of the peer

    fn opened(&mut self, kind: Kind, stream: Stream) {
        self.connection.clone().into_iter().for_each(|connection| self.accept(connection));
        self.tell(Input::Heard);
        let epoch = self.epoch;
        match kind {
            Kind::Exchange => {
                self.tasks.spawn(async move {
                    match Wanted::receive(stream).await {
                        Some(wanted) => News::Asked(epoch, Box::new(wanted)),
                        None => News::Nothing,
                    }
                });
            }
            Kind::Ping => {
                self.tasks.spawn(async move {
                    round::pong(stream).await;
                    News::Nothing
                });
            }
            Kind::Match => {
                let offered = Offered { peer: self.id.clone(), stream };
                if let Err(refused) = self.shared.offered.try_send(offered) {
                    refused.into_inner().stream.reset(Code::Busy);
                }
            }
        }
    }

    fn asked(&mut self, wanted: Box<Wanted>) {
        self.streams = self.streams.wrapping_add(1);
        let record = wanted.record();
        self.wanted.insert(self.streams, wanted);
        self.tell(Input::Asked(record, self.streams));
    }

    fn serve(&mut self, record: RecordId, stream: u64) {
        let Some(wanted) = self.wanted.remove(&stream) else { return };
        let (shared, peer) = (self.shared.clone(), self.id.clone());
        let task = async move { News::Served(record, round::serve(&shared, &peer, *wanted).await) };
        self.replace(record, task);
    }

    fn decline(&mut self, stream: u64, why: Why) {
        let Some(wanted) = self.wanted.remove(&stream) else { return };
        self.tasks.spawn(async move {
            wanted.decline(why.name()).await;
            News::Nothing
        });
    }

    // ---- exchanges

    fn begin(&mut self, record: RecordId, number: u64) {
        let Some(connection) = self.connection.clone() else {
            return self.tell(Input::Done(record, number, Fate::Lost));
        };
        let accord = self.accords.entry(record).or_default();
        let begun = Begun { record, shown: accord.stamp, everything: accord.everything };
        let (shared, peer) = (self.shared.clone(), self.id.clone());
        let task =
            async move { News::Done(record, number, round::begin(&shared, &peer, &connection, begun).await) };
        self.replace(record, task);
    }

    /// One exchange of an accord at a time; what ran before was declined or given up.
    fn replace(&mut self, record: RecordId, task: impl Future<Output = News> + Send + 'static) {
        let round = self.tasks.spawn(task);
        if let Some(older) = self.running.insert(record, round) {
            older.abort();
        }
    }

    fn abandon(&mut self, record: RecordId) {
        self.running.remove(&record).into_iter().for_each(|round| round.abort());
    }

    /// What an exchange came to.
    fn over(&mut self, record: RecordId, pushed: Pushed) -> Fate {
        if let Some(fault) = &pushed.fault {
            self.fault(fault);
        }
        let accord = self.accords.entry(record).or_default();
        accord.everything = pushed.lacks_more;
        if let Fate::Taken(stamp) = pushed.fate {
            accord.stamp = Some(stamp);
            self.line.taken = self.line.taken.saturating_add(1);
        }
        pushed.fate
    }

    // ---- our accords

    /// Looks at the accords that may have changed.
    fn look(&mut self) {
        if self.is_looking {
            // Done again at the end of that look.
            return;
        }
        let versions = self.shared.node.versions().into_iter();
        let seen = |record: &RecordId| self.accords.get(record).map_or(0, |accord: &Shown| accord.version);
        let changed: Vec<(RecordId, u64)> =
            versions.filter(|(record, version)| seen(record) != *version).collect();
        if changed.is_empty() {
            return;
        }
        self.is_looking = true;
        let (shared, peer) = (self.shared.clone(), self.id.clone());
        self.tasks.spawn(async move { News::Stands(look_at(&shared, &peer, changed).await) });
    }

    fn stands(&mut self, stands: Vec<Stands>) {
        for Stands { record, version, stamp, receipt } in stands {
            self.accords.entry(record).or_default().version = version;
            self.line.receipt = self.line.receipt.max(receipt);
            match stamp {
                Some(stamp) => self.tell(Input::Stands(record, stamp)),
                None => self.tell(Input::Gone(record)),
            }
        }
        self.is_looking = false;
        self.look();
    }
}

async fn look_at(shared: &Shared, peer: &PartyId, changed: Vec<(RecordId, u64)>) -> Vec<Stands> {
    let mut stands = Vec::new();
    for (record, version) in changed {
        let (to, now) = (peer.clone(), (shared.node.world().now)());
        let looked = shared
            .node
            .look(record, move |accord| Ok((accord.stamp_for(&to, now)?, accord.last_receipt_of(&to))));
        match looked.await {
            Ok((stamp, receipt)) => stands.push(Stands { record, version, stamp, receipt }),
            Err(Error::Stopped) => break,
            Err(error) => {
                tracing::warn!(name = error.name(), "an accord could not be looked at");
                stands.push(Stands { record, version, stamp: None, receipt: None });
            }
        }
    }
    stands
}
