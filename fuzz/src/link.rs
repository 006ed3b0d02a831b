//! Frames and hellos of a link: a peer writes what it likes, and the streams of the other side bear it or name the
//! rule that was broken.

use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use detente_accord::{PartyId, SecretKey};
use detente_link::frame::{Header, Type, frame_bytes, payload_within};
use detente_link::hello::{self, Channel, Role, Speaker};
use detente_link::limits::{FRAME_BYTES_MAX, STREAMS_LENIENCE, streams_max, window_bytes};
use detente_link::mux::Mux;
use detente_link::{Code, Error, Kind, LinkKeys, Pin, Rejection};

use crate::{edits, planted};

/// Any header, then steps of both sides against the streams of one.
pub fn check_frame(data: &[u8]) {
    let Some((head, steps)) = data.split_first_chunk() else { return };
    check_header(*head);
    let mut side = Side::new();
    for step in steps.as_chunks().0 {
        if let Err(rejection) = side.step(*step) {
            side.mux.end(Error::Rejected(rejection));
            side.ends(rejection);
            planted::in_link(rejection);
            return;
        }
        side.check();
        if side.mux.ended().is_some() {
            return;
        }
    }
}

/// What reads is written as the same bytes, and its frame fits.
fn check_header(bytes: [u8; 8]) {
    if let Ok(header) = Header::read(bytes) {
        assert_eq!(header.write(), bytes);
        assert!(header.frame_bytes() <= FRAME_BYTES_MAX);
        assert!(payload_within(header.frame_bytes()).is_some_and(|most| most >= header.payload_bytes));
    }
}

/// The streams of a responder, and what its user holds.
struct Side {
    mux: Mux,
    held: Vec<u32>,
}

impl Side {
    fn new() -> Side {
        Side { mux: Mux::new(Role::Responder), held: Vec::new() }
    }

    /// One step: of the peer, a frame; or of the user.
    fn step(&mut self, [what, stream, a, b]: [u8; 4]) -> Result<(), Rejection> {
        let cx = &mut Context::from_waker(Waker::noop());
        let payload_bytes = usize::from(u16::from_le_bytes([a, b]));
        let at = |held: &[u32]| held.get(usize::from(stream) % held.len().max(1)).copied().unwrap_or(1);
        let id = at(&self.held);
        match what % 20 {
            0..10 => return self.frame(what % 10, u32::from(stream), payload_bytes, a),
            10 => {
                if let Poll::Ready(Ok(id)) = self.mux.poll_open(cx, kind(a)) {
                    self.held.push(id);
                }
            }
            11 => {
                if let Poll::Ready(Some((_, id))) = self.mux.poll_accept(cx) {
                    self.held.push(id);
                }
            }
            12 => {
                if self.mux.poll_room(cx, id) == Poll::Ready(Ok(())) {
                    self.mux.push(id, vec![a; payload_bytes]);
                }
            }
            13 => self.mux.finish(id),
            14 => self.mux.reset(id, Code::Cancelled),
            15 | 16 => {
                let _ = self.mux.poll_receive(cx, id);
            }
            17 => self.mux.ping(),
            18 => self.drop(id),
            _ => self.leave(),
        }
        Ok(())
    }

    fn frame(&mut self, number: u8, stream: u32, length: usize, first: u8) -> Result<(), Rejection> {
        let length = match number {
            1 | 5 | 9 => 1,
            4 => 0,
            6 => 4,
            7 | 8 => 8,
            _ => length,
        };
        let [l0, l1, l2, _] = (length as u32).to_le_bytes();
        let [s0, s1, ..] = stream.to_le_bytes();
        let header = Header::read([number, l0, l1, l2, s0, s1, 0, 0])?;
        self.mux.check(&header)?;
        let mut payload = vec![0; length];
        // A grant is of 64 KiB steps, everything else of its first byte.
        let place = if header.kind == Type::Grant { 2 } else { 0 };
        if let Some(byte) = payload.get_mut(place) {
            *byte = first;
        }
        self.mux.handle(&header, payload)
    }

    fn drop(&mut self, id: u32) {
        self.held.retain(|held| *held != id);
        self.mux.drop_outgoing(id);
        self.mux.drop_incoming(id);
    }

    /// What leaves is in form.
    fn leave(&mut self) {
        while let Some(frame) = self.mux.frame() {
            assert_eq!(Header::read(frame.header.write()), Ok(frame.header));
            assert_eq!(frame.payload().len(), frame.header.payload_bytes);
            assert!(frame_bytes(frame.payload().len()) <= FRAME_BYTES_MAX);
        }
    }

    /// What is unread of a peer fits the windows of the streams that it may have, and of those that our user holds.
    fn check(&self) {
        let windows = |kind: &Kind| window_bytes(*kind) as usize * STREAMS_LENIENCE * streams_max(*kind);
        let held = self.held.len() * window_bytes(Kind::Match) as usize;
        assert!(self.mux.unread_bytes() <= Kind::ALL.iter().map(windows).sum::<usize>() + held);
    }

    /// The last word is the rule, and then there is silence.
    fn ends(&mut self, rejection: Rejection) {
        let last = self.mux.frame().expect("a word of the end");
        assert_eq!((last.header.kind, last.payload()), (Type::Close, &[rejection.number()][..]));
        assert!(self.mux.frame().is_none());
        let cx = &mut Context::from_waker(Waker::noop());
        assert_eq!(self.mux.poll_ended(cx), Poll::Ready(Error::Rejected(rejection)));
        assert_eq!(self.mux.poll_open(cx, Kind::Ping), Poll::Ready(Err(Error::Rejected(rejection))));
    }
}

fn kind(byte: u8) -> Kind {
    Kind::ALL[usize::from(byte) % Kind::ALL.len()]
}

/// An honest hello, its pin and its channel.
struct Honest {
    hello: Vec<u8>,
    pin: Pin,
    us: PartyId,
    channel: Channel,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let id = |text: &str| PartyId::parse(text).expect("an id");
    let (party, us) = (id("cert-a"), id("cert-b"));
    let (node, keys) = (SecretKey::from_seed(&[1; 32]), LinkKeys::from_seeds(&[2; 32], &[3; 32]));
    let link = keys.public(Vec::new());
    let responder_tls = SecretKey::from_seed(&[4; 32]).public();
    let channel = Channel { exporter: [5; 32], initiator_tls: link.tls, responder_tls };
    let speaker = Speaker { party: &party, node: &node, keys: &keys };
    let hello = hello::write(&speaker, &us, Role::Initiator, &channel);
    Honest { hello, pin: Pin { party, tls: link.tls, node: node.public(), pq: link.pq }, us, channel }
});

/// A hello that holds is the one that was said.
pub fn check_hello(data: &[u8]) {
    let honest = &*HONEST;
    let Some((front, edits)) = data.split_first() else { return };
    // Edits begin at one of the parts, or they would all end in the signatures.
    let start = [0, 3, 11, 18, 25, 1_337, 1_401][usize::from(*front) % 7];
    let (kept, rest) = honest.hello.split_at(start);
    let said = [kept, &edits::apply(rest, edits)].concat();
    for role in [Role::Initiator, Role::Responder] {
        match hello::read(&said, &honest.pin, &honest.us, role, &honest.channel) {
            Ok(_) => assert!(said == honest.hello && role == Role::Initiator),
            Err(rejection) => {
                assert!(said != honest.hello || role == Role::Responder);
                if role == Role::Initiator {
                    planted::in_link(rejection);
                }
            }
        }
    }
    let _ = hello::read(data, &honest.pin, &honest.us, Role::Initiator, &honest.channel);
}

/// Beginnings for both targets.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let ping = [7, 8, 0, 0, 0, 0, 0, 0];
    let steps = |steps: &[[u8; 4]]| [&ping[..], steps.as_flattened()].concat();
    vec![
        (
            "frame",
            "open-and-say",
            steps(&[[1, 1, 1, 0], [3, 1, 9, 0], [4, 1, 0, 0], [11, 0, 0, 0], [15, 0, 0, 0]]),
        ),
        (
            "frame",
            "we-open",
            steps(&[[10, 0, 1, 0], [12, 0, 0, 2], [13, 0, 0, 0], [19, 0, 0, 0], [3, 2, 4, 0]]),
        ),
        (
            "frame",
            "reset-and-late",
            steps(&[[1, 1, 2, 0], [11, 0, 0, 0], [14, 0, 0, 0], [3, 1, 0, 1], [6, 1, 16, 0]]),
        ),
        ("frame", "ping", steps(&[[7, 0, 3, 0], [19, 0, 0, 0], [17, 0, 0, 0], [8, 0, 1, 0]])),
        ("hello", "as-it-is", vec![0]),
        ("hello", "another-version", vec![0, 0, 1, 0, 3]),
        ("hello", "another-party", vec![2, 0, 3, 0, 1]),
    ]
}
