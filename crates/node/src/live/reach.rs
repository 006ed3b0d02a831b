//! How a run reaches the other side: over its link, or, where both nodes are in one process, directly.

use detente_accord::PartyId;
use detente_link::Kind;
use tokio::sync::mpsc;

use super::limits::OPEN_FRAME_BYTES_MAX;
use super::pipe::{Broken, Pipe};
use crate::links::{Links, Offered};

/// Pipes that wait to be taken up within one process.
const NEAR_WAITING_MAX: usize = 4;

/// How the other side is reached.
pub enum Reach {
    /// Over links, with the streams that peers open.
    Links(Links, mpsc::Receiver<Offered>),
    /// Another node in this process.
    Near(Near),
}

/// One of two nodes in one process.
pub struct Near {
    us: PartyId,
    out: mpsc::Sender<(PartyId, Pipe)>,
    offered: mpsc::Receiver<(PartyId, Pipe)>,
}

impl Near {
    /// The two ends between these parties.
    pub fn pair(one: &PartyId, other: &PartyId) -> (Near, Near) {
        let (to_other, from_one) = mpsc::channel(NEAR_WAITING_MAX);
        let (to_one, from_other) = mpsc::channel(NEAR_WAITING_MAX);
        let end = |us: &PartyId, out, offered| Near { us: us.clone(), out, offered };
        (end(one, to_other, from_other), end(other, to_one, from_one))
    }
}

/// The way out.
#[derive(Clone)]
pub(super) enum Out {
    Links(Links),
    Near(PartyId, mpsc::Sender<(PartyId, Pipe)>),
}

/// The way in.
pub(super) enum In {
    Links(mpsc::Receiver<Offered>),
    Near(mpsc::Receiver<(PartyId, Pipe)>),
}

impl Reach {
    pub(super) fn split(self) -> (Out, In) {
        match self {
            Reach::Links(links, offered) => (Out::Links(links), In::Links(offered)),
            Reach::Near(Near { us, out, offered }) => (Out::Near(us, out), In::Near(offered)),
        }
    }
}

impl Out {
    /// A pipe to the peer.
    pub(super) async fn open(&self, peer: &PartyId) -> Result<Pipe, Broken> {
        match self {
            Out::Links(links) => {
                let connection = links.connection(peer).ok_or(Broken("not-connected"))?;
                let stream = connection.open(Kind::Match).await.map_err(|error| Broken(error.name()))?;
                Ok(Pipe::over(stream, None))
            }
            Out::Near(us, out) => {
                let (ours, theirs) = Pipe::near();
                out.send((us.clone(), theirs)).await.map_err(|_| Broken("not-connected"))?;
                Ok(ours)
            }
        }
    }
}

impl In {
    /// The next pipe that a peer opened.
    pub(super) async fn next(&mut self) -> Option<(PartyId, Pipe)> {
        match self {
            In::Links(offered) => {
                let Offered { peer, stream } = offered.recv().await?;
                Some((peer, Pipe::over(stream, Some(OPEN_FRAME_BYTES_MAX))))
            }
            In::Near(offered) => offered.recv().await,
        }
    }
}
