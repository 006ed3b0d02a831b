//! How the line to a peer stands, for people.

use detente_accord::{PartyId, Time};

use super::clock::Clock;
use crate::exchange::LineView;

/// How the line to a peer stands. All times by the wall.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The peer.
    pub peer: PartyId,
    /// Whether a connection stands.
    pub standing: Standing,
    /// When something came from its node last; while this node runs.
    pub heard: Option<Time>,
    /// Its last machine receipt on any record that we share, by its own clock.
    pub receipt: Option<Time>,
    /// Whether it was shown all we hold, and nothing is under way.
    pub is_at_rest: bool,
    /// Packets that it has taken in.
    pub taken: u64,
    /// The name of the last fault, of ours or theirs; never their text.
    pub fault: Option<String>,
}

/// Whether a connection stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It does.
    Up {
        /// Since.
        since: Time,
    },
    /// It does not.
    Down {
        /// Since.
        since: Time,
        /// When it is dialled next; `None` while a dial is under way.
        next_try: Option<Time>,
        /// Tries that failed in a row.
        failures: u32,
    },
}

impl Line {
    pub(super) fn new(peer: PartyId, now: Time) -> Line {
        let standing = Standing::Down { since: now, next_try: None, failures: 0 };
        Line { peer, standing, heard: None, receipt: None, is_at_rest: false, taken: 0, fault: None }
    }

    /// Whether a connection stands.
    pub fn is_up(&self) -> bool {
        matches!(self.standing, Standing::Up { .. })
    }

    pub(super) fn stands(&mut self, view: &LineView, clock: Clock, wall: Time) {
        let at = |time: Time| clock.on_wall(time, wall);
        self.standing = match view.is_up {
            true => Standing::Up { since: at(view.since) },
            false => Standing::Down {
                since: at(view.since),
                next_try: view.next_try.map(at),
                failures: view.failures,
            },
        };
        self.heard = self.heard.max(view.heard.map(at));
    }
}
