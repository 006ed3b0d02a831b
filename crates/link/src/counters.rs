//! What an endpoint has counted since it began.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts of an endpoint. Names are ours, never a peer's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Handshakes begun, of both sides.
    pub handshakes: u64,
    /// Connections that came to stand.
    pub connected: u64,
    /// Connections that stand now.
    pub open: u64,
    /// What was refused, and ended, by name.
    pub ended: BTreeMap<&'static str, u64>,
    /// Bytes of frames that came.
    pub received_bytes: u64,
    /// Bytes of frames that left.
    pub sent_bytes: u64,
}

/// The counting itself.
#[derive(Default)]
pub(crate) struct Counts {
    handshakes: AtomicU64,
    received_bytes: AtomicU64,
    sent_bytes: AtomicU64,
    slow: Mutex<Counters>,
}

impl Counts {
    pub(crate) fn handshake(&self) {
        self.handshakes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.received_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self) {
        self.change(|counters| {
            counters.connected += 1;
            counters.open += 1;
        });
    }

    /// A connection that stood has ended.
    pub(crate) fn disconnected(&self, name: &'static str) {
        self.change(|counters| {
            counters.open = counters.open.saturating_sub(1);
            *counters.ended.entry(name).or_default() += 1;
        });
    }

    /// A connection did not come to stand.
    pub(crate) fn refused(&self, name: &'static str) {
        self.change(|counters| *counters.ended.entry(name).or_default() += 1);
    }

    pub(crate) fn counters(&self) -> Counters {
        Counters {
            handshakes: self.handshakes.load(Ordering::Relaxed),
            received_bytes: self.received_bytes.load(Ordering::Relaxed),
            sent_bytes: self.sent_bytes.load(Ordering::Relaxed),
            ..self.slow.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    fn change(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.slow.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
