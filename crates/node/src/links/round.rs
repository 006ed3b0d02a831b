//! One exchange of packets on a stream: three pieces, and what became of each side's packet.
//!
//! Whatever the line does meanwhile, the record stays right: a packet is taken in as a whole or not at all, and the
//! same one again changes nothing.

use detente_accord::PartyId;
use detente_accord::record::RecordId;
use detente_accord::record::handed::{Answered, Asked, Closing, HANDED_BYTES_MAX, Outcome, Reason};
use detente_link::{Code, Connection, Error as LinkError, Kind, Stream};

use super::{Shared, lock};
use crate::exchange::Fate;
use crate::limits::{CLOSING_BYTES_MAX, PING_BYTES_MAX};
use crate::{Accord, Error, What};

/// What an exchange of ours begins with.
pub(super) struct Begun {
    pub(super) record: RecordId,
    /// What the peer was shown already.
    pub(super) shown: Option<u64>,
    /// Whether it lacks more than it was thought to.
    pub(super) everything: bool,
}

/// What became of our packet.
pub(super) struct Pushed {
    pub(super) fate: Fate,
    /// What went wrong, on either side, by name.
    pub(super) fault: Option<String>,
    /// Whether the peer refused our packet because it holds less than we thought.
    pub(super) lacks_more: bool,
}

/// What was made for the peer.
struct Made {
    packet: Vec<u8>,
    stamp: u64,
    /// Our own log is in doubt: we want everything, and take nothing in before that.
    recovers: bool,
}

/// Why an exchange came to nothing.
enum Fault {
    Link(LinkError),
    Node(Error),
    /// What came is not in form.
    Form(&'static str),
}

impl From<LinkError> for Fault {
    fn from(error: LinkError) -> Fault {
        Fault::Link(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Node(error)
    }
}

impl From<detente_accord::Rejection> for Fault {
    fn from(rejection: detente_accord::Rejection) -> Fault {
        Fault::Form(rejection.name())
    }
}

impl Fault {
    fn name(&self) -> &'static str {
        match self {
            Fault::Link(error) => error.name(),
            Fault::Node(error) => error.name(),
            Fault::Form(name) => name,
        }
    }
}

/// An exchange that the peer asks for, its first piece received.
pub(super) struct Wanted {
    stream: Stream,
    first: Vec<u8>,
    record: RecordId,
}

impl Wanted {
    /// Receives the first piece. Nothing if it doesn't come, or is none.
    pub(super) async fn receive(mut stream: Stream) -> Option<Wanted> {
        let first = stream.receive(HANDED_BYTES_MAX).await.ok()??;
        match Asked::decode(&first).map(|asked| asked.record) {
            Ok(record) => Some(Wanted { stream, first, record }),
            Err(_) => {
                stream.reset(Code::Refused);
                None
            }
        }
    }

    pub(super) fn record(&self) -> RecordId {
        self.record
    }

    /// Says that it is not to be.
    pub(super) async fn decline(mut self, reason: &str) {
        let answered = Answered { outcome: refused(reason), packet: &[] };
        // Whoever asked is gone, or will be told by the end of the stream.
        let _ = self.stream.send(answered.encode()).await;
        let _ = self.stream.finish().await;
    }
}

/// Begins an exchange and carries it to its end.
pub(super) async fn begin(shared: &Shared, peer: &PartyId, connection: &Connection, begun: Begun) -> Pushed {
    begin_or_fail(shared, peer, connection, begun).await.unwrap_or_else(|fault| lost(&fault))
}

async fn begin_or_fail(
    shared: &Shared,
    peer: &PartyId,
    connection: &Connection,
    begun: Begun,
) -> Result<Pushed, Fault> {
    let Begun { record, shown, everything } = begun;
    let what = if everything { What::Everything } else { What::Lacking };
    let made = make(shared, peer, record, what, shown).await?;
    let asked = Asked { record, everything: made.recovers, packet: &made.packet }.encode();
    let mut stream = connection.open(Kind::Exchange).await?;
    stream.send(asked).await?;
    let answer = receive(&mut stream, HANDED_BYTES_MAX).await?;
    let Answered { outcome, packet } = Answered::decode(&answer)?;
    if outcome == refused(crate::exchange::Why::Busy.name()) {
        return Ok(Pushed { fate: Fate::Declined, fault: None, lacks_more: false });
    }
    let (theirs, stamp) = match made.recovers {
        true => (recover(shared, peer, record, packet.to_vec()).await?, None),
        false => take(shared, peer, record, packet.to_vec(), made.stamp).await?,
    };
    stream.send(Closing { outcome: theirs.clone() }.encode()).await?;
    stream.finish().await?;
    let mut pushed = pushed(&outcome, stamp.unwrap_or(made.stamp));
    if let Outcome::Refused(reason) = theirs {
        pushed.fault = Some(reason.as_str().to_owned());
    }
    // A log in doubt is asked for again until it was taken up.
    if made.recovers && stamp.is_none() {
        pushed.fate = Fate::Lost;
    }
    Ok(pushed)
}

/// Takes part in an exchange that the peer has begun.
pub(super) async fn serve(shared: &Shared, peer: &PartyId, wanted: Wanted) -> Pushed {
    serve_or_fail(shared, peer, wanted).await.unwrap_or_else(|fault| lost(&fault))
}

async fn serve_or_fail(shared: &Shared, peer: &PartyId, wanted: Wanted) -> Result<Pushed, Fault> {
    let Wanted { mut stream, first, record } = wanted;
    let Asked { everything, packet, .. } = Asked::decode(&first)?;
    let what = if everything { What::Everything } else { What::Lacking };
    let packet = packet.to_vec();
    drop(first);
    let (outcome, _) = match take(shared, peer, record, packet, 0).await {
        Err(Fault::Node(error @ (Error::Lent | Error::Recovering(_)))) => (refused(error.name()), None),
        taken => taken?,
    };
    let made = make(shared, peer, record, what, None).await?;
    stream.send(Answered { outcome, packet: &made.packet }.encode()).await?;
    let closing = receive(&mut stream, CLOSING_BYTES_MAX).await?;
    let Closing { outcome } = Closing::decode(&closing)?;
    stream.finish().await?;
    Ok(pushed(&outcome, made.stamp))
}

/// Makes a packet, or none where the peer was shown all there is.
async fn make(
    shared: &Shared,
    peer: &PartyId,
    record: RecordId,
    what: What,
    shown: Option<u64>,
) -> Result<Made, Fault> {
    let (to, now) = (peer.clone(), (shared.node.world().now)());
    let mut entropy = (shared.node.world().entropy)();
    let made = shared.node.look(record, move |accord| {
        let nobody = || Error::Unknown(format!("{to} is nobody else in this accord"));
        let stamp = accord.stamp_for(&to, now)?.ok_or_else(nobody)?;
        let recovers = !accord.recovering().is_empty();
        let packet = match shown == Some(stamp) {
            true => Vec::new(),
            false => accord.packet_for(&to, what, now, &mut entropy)?.bytes,
        };
        Ok(Made { packet, stamp, recovers })
    });
    Ok(made.await?)
}

/// Takes a packet in. Gives what became of it, and the new stamp of the accord if the packet alone made the difference:
/// then the peer has all of that.
async fn take(
    shared: &Shared,
    peer: &PartyId,
    record: RecordId,
    packet: Vec<u8>,
    before: u64,
) -> Result<(Outcome, Option<u64>), Fault> {
    if packet.is_empty() {
        return Ok((Outcome::Nothing, None));
    }
    let from = peer.clone();
    let taken = shared.node.act(record, move |accord, moment| {
        let stood = accord.stamp_for(&from, moment.now)? == Some(before);
        match accord.take(&packet, moment.now, &mut moment.entropy) {
            Ok(taken) if stood && taken.made_nothing() => {
                Ok((Outcome::Taken, accord.stamp_for(&from, moment.now)?))
            }
            Ok(_) => Ok((Outcome::Taken, None)),
            Err(error @ (Error::Refused(_) | Error::Rejected(_))) => Ok((refused(error.name()), None)),
            Err(error) => Err(error),
        }
    });
    Ok(taken.await?)
}

/// Takes our own log up again, if enough peers have answered by now.
async fn recover(
    shared: &Shared,
    peer: &PartyId,
    record: RecordId,
    packet: Vec<u8>,
) -> Result<Outcome, Fault> {
    if packet.is_empty() {
        return Ok(Outcome::Nothing);
    }
    let packets = lock(&shared.recovery).collect(record, peer.clone(), packet);
    let recovered = shared.node.act(record, move |accord: &mut Accord<'_>, moment| {
        // Another peer's packet may have been enough meanwhile.
        if accord.recovering().is_empty() {
            return Ok(true);
        }
        match accord.recover(&packets, false, moment.now, &mut moment.entropy) {
            Ok(_) => Ok(true),
            Err(Error::Unknown(_) | Error::Recovering(_) | Error::Refused(_) | Error::Rejected(_)) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    });
    if recovered.await? {
        lock(&shared.recovery).is_over(record);
    }
    Ok(Outcome::Taken)
}

/// Asks for a sign of life.
pub(super) async fn ping(connection: &Connection) -> Result<(), LinkError> {
    let mut stream = connection.open(Kind::Ping).await?;
    stream.send(Vec::new()).await?;
    stream.finish().await?;
    stream.receive(PING_BYTES_MAX).await.map(drop)
}

/// Answers one.
pub(super) async fn pong(mut stream: Stream) {
    if let Ok(Some(_)) = stream.receive(PING_BYTES_MAX).await {
        // Whoever asked may be gone.
        let _ = stream.send(Vec::new()).await;
        let _ = stream.finish().await;
    }
}

async fn receive(stream: &mut Stream, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    stream.receive(bytes_max).await?.ok_or(Fault::Form("too-short"))
}

fn refused(name: &str) -> Outcome {
    // All names of ours are names; the type alone does not know it.
    Reason::parse(name).map_or(Outcome::Nothing, Outcome::Refused)
}

fn pushed(outcome: &Outcome, stamp: u64) -> Pushed {
    match outcome {
        Outcome::Nothing | Outcome::Taken => {
            Pushed { fate: Fate::Taken(stamp), fault: None, lacks_more: false }
        }
        Outcome::Refused(reason) => Pushed {
            fate: Fate::Refused,
            fault: Some(reason.as_str().to_owned()),
            lacks_more: LACKS_MORE.contains(&reason.as_str()),
        },
    }
}

fn lost(fault: &Fault) -> Pushed {
    // Two exchanges that crossed: one of them goes on.
    let crossed = matches!(fault, Fault::Link(LinkError::Reset(Code::Cancelled)));
    let fault = (!crossed).then(|| fault.name().to_owned());
    Pushed { fate: Fate::Lost, fault, lacks_more: false }
}

/// Refusals that show that the peer holds less than its cosignatures say: its disk is an older one.
const LACKS_MORE: [&str; 4] = ["entries-missing", "gap", "unknown-log", "unknown-sender"];
