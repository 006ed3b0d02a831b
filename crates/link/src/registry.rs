//! Who is pinned, and which connection to each of them stands.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use detente_accord::{PartyId, PublicKey};
use tokio::sync::Notify;

use crate::tls::Known;
use crate::{Code, Connection, Error, Pin};

/// Pins and connections of an endpoint.
pub(crate) struct Registry {
    us: PartyId,
    our_tls: PublicKey,
    known: Known,
    held: Mutex<Held>,
    closing: Notify,
}

#[derive(Default)]
struct Held {
    pins: BTreeMap<PartyId, Pin>,
    connections: BTreeMap<PartyId, Connection>,
    /// One dial at a time for each party.
    dialling: BTreeMap<PartyId, Arc<tokio::sync::Mutex<()>>>,
    closed: Option<Code>,
}

impl Registry {
    pub(crate) fn new(us: PartyId, our_tls: PublicKey) -> Registry {
        Registry {
            us,
            our_tls,
            known: Arc::new(RwLock::default()),
            held: Mutex::default(),
            closing: Notify::new(),
        }
    }

    /// The keys that may come in.
    pub(crate) fn known(&self) -> Known {
        self.known.clone()
    }

    pub(crate) fn us(&self) -> &PartyId {
        &self.us
    }

    /// Replaces all pins. Our own key is never one of them, so nobody passes our words back to us.
    pub(crate) fn pin(&self, pins: Vec<Pin>) {
        let pins = pins.into_iter().filter(|pin| pin.party != self.us && pin.tls != self.our_tls);
        let pins: BTreeMap<PartyId, Pin> = pins.map(|pin| (pin.party.clone(), pin)).collect();
        let keys = pins.values().map(|pin| pin.tls).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
        let mut held = self.held();
        for connection in held.connections.values() {
            if pins.get(connection.peer()) != Some(&connection.0.pin) {
                connection.close(Code::Unpinned);
            }
        }
        held.pins = pins;
    }

    /// The pin of a party that we are about to dial.
    ///
    /// # Errors
    /// [`Error::Ourselves`], [`Error::NotPinned`]; [`Error::ClosedHere`].
    pub(crate) fn pin_of(&self, party: &PartyId) -> Result<Pin, Error> {
        let held = self.held();
        match held.closed {
            Some(code) => Err(Error::ClosedHere(code)),
            None if *party == self.us => Err(Error::Ourselves),
            None => held.pins.get(party).cloned().ok_or(Error::NotPinned),
        }
    }

    /// The pin that has this key.
    pub(crate) fn pin_by_key(&self, key: &PublicKey) -> Option<Pin> {
        self.held().pins.values().find(|pin| pin.tls == *key).cloned()
    }

    pub(crate) fn dialling(&self, party: &PartyId) -> Arc<tokio::sync::Mutex<()>> {
        self.held().dialling.entry(party.clone()).or_default().clone()
    }

    /// The connection that stands.
    pub(crate) fn connection(&self, party: &PartyId) -> Option<Connection> {
        self.held().connections.get(party).filter(|connection| connection.is_open()).cloned()
    }

    /// Whether a new connection may take the place of the one that stands, by the rule for two of one pair: the newer
    /// of two by the same initiator; else that of the initiator with the smaller id, as long as it answers.
    pub(crate) async fn may_replace(&self, new: &Connection, probe: Duration) -> bool {
        let Some(old) = self.connection(new.peer()) else { return true };
        self.outranks(new, &old) || !old.answers(probe).await
    }

    fn outranks(&self, new: &Connection, old: &Connection) -> bool {
        new.is_ours() == old.is_ours() || new.initiator(&self.us) < old.initiator(&self.us)
    }

    /// Lets a connection stand that [`Registry::may_replace`]; the one before it is closed.
    ///
    /// # Errors
    /// The code to close it with: its party is no longer pinned with its keys, or we stop.
    pub(crate) fn stand(&self, new: &Connection) -> Result<(), Code> {
        let mut held = self.held();
        if let Some(code) = held.closed {
            return Err(code);
        }
        if held.pins.get(new.peer()) != Some(&new.0.pin) {
            return Err(Code::Unpinned);
        }
        if let Some(old) = held.connections.insert(new.peer().clone(), new.clone()) {
            old.close(Code::Replaced);
        }
        Ok(())
    }

    /// Forgets a connection that has ended, unless another one stands in its place already.
    pub(crate) fn forget(&self, ended: &Connection) {
        let mut held = self.held();
        if held.connections.get(ended.peer()).is_some_and(|held| Arc::ptr_eq(&held.0, &ended.0)) {
            held.connections.remove(ended.peer());
        }
    }

    /// Closes all, and lets none stand from now on.
    pub(crate) fn close(&self, why: Code) {
        let mut held = self.held();
        held.closed = Some(why);
        held.connections.values().for_each(|connection| connection.close(why));
        // Kept for a listener that is not waiting yet; there is one of them, or they wait already.
        self.closing.notify_waiters();
        self.closing.notify_one();
    }

    /// Waits for the end of all.
    pub(crate) async fn closing(&self) {
        self.closing.notified().await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.held().closed.is_some()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
