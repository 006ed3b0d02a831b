//! One stream: what is queued for the peer, what came from it, and how much of either may.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use super::Part;
use crate::limits::window_bytes;
use crate::{Error, Kind};

/// What we send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sending {
    Open,
    /// The end is to follow what is queued.
    Finishing,
    Ended,
}

/// What comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Receiving {
    Open { in_piece: bool },
    Ended,
}

pub(super) struct Stream {
    pub(super) kind: Kind,
    pub(super) sending: Sending,
    pub(super) queue: VecDeque<Arc<Vec<u8>>>,
    /// Bytes of the first piece of the queue that have left.
    pub(super) offset: usize,
    pub(super) queued_bytes: usize,
    /// Bytes of frames that the peer still takes.
    pub(super) credit: u32,
    pub(super) receiving: Receiving,
    pub(super) inbox: VecDeque<(Part, u32)>,
    /// Bytes of frames that may still come.
    pub(super) granted: u32,
    /// Bytes of frames that were taken from the inbox since the last grant.
    pub(super) taken: u32,
    /// What ended it before its end.
    pub(super) broken: Option<Error>,
    /// Whether its user holds the outgoing and the incoming side. A stream of the peer is held by the queue of streams
    /// until somebody accepts it.
    pub(super) is_held: (bool, bool),
    pub(super) sender: Option<Waker>,
    pub(super) receiver: Option<Waker>,
}

impl Stream {
    pub(super) fn new(kind: Kind) -> Stream {
        Stream {
            kind,
            sending: Sending::Open,
            queue: VecDeque::new(),
            offset: 0,
            queued_bytes: 0,
            credit: window_bytes(kind),
            receiving: Receiving::Open { in_piece: false },
            inbox: VecDeque::new(),
            granted: window_bytes(kind),
            taken: 0,
            broken: None,
            is_held: (true, true),
            sender: None,
            receiver: None,
        }
    }

    /// Whether a frame may still come or go on it.
    pub(super) fn is_open(&self) -> bool {
        self.broken.is_none() && (self.sending != Sending::Ended || self.receiving != Receiving::Ended)
    }

    /// Whether it is one of the open streams of this kind.
    pub(super) fn counts(&self, kind: Kind) -> bool {
        self.kind == kind && self.is_open()
    }

    pub(super) fn is_sending(&self) -> bool {
        self.broken.is_none() && self.sending == Sending::Open
    }

    pub(super) fn is_receiving(&self) -> bool {
        self.broken.is_none() && self.receiving != Receiving::Ended
    }

    /// Bytes of frames that may be under way to us.
    pub(super) fn may_come(&self) -> u64 {
        if self.is_receiving() { u64::from(self.granted) } else { 0 }
    }

    /// Ends it. What came before an end in order can still be read.
    pub(super) fn break_off(&mut self, error: Error) {
        if self.broken.is_none() {
            self.broken = Some(error);
            self.queue.clear();
            self.queued_bytes = 0;
            if self.receiving != Receiving::Ended {
                self.inbox.clear();
            }
        }
        self.wake();
    }

    pub(super) fn wake(&mut self) {
        [self.sender.take(), self.receiver.take()].into_iter().flatten().for_each(Waker::wake);
    }
}
