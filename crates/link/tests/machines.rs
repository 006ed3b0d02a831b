//! Streams of two honest sides, without a socket: in every order of their steps nobody breaks a rule, nothing is lost,
//! and everything comes to rest.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Poll, Waker};

use detente_link::frame::{Header, Type};
use detente_link::hello::Role;
use detente_link::limits::{streams_max, window_bytes};
use detente_link::mux::Mux;
use detente_link::{Code, Kind};
use proptest::prelude::*;

/// A step of one side.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(Kind),
    Accept,
    Say {
        stream: u8,
        bytes: u32,
    },
    Finish(u8),
    Reset(u8),
    Hear(u8),
    Drop(u8),
    Ping,
    /// So many frames arrive at the other side.
    Deliver(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    let bytes = prop_oneof![Just(0), 1_u32..300, 16_000_u32..17_000, 60_000_u32..300_000];
    prop_oneof![
        2 => kind.prop_map(Step::Open),
        2 => Just(Step::Accept),
        6 => (any::<u8>(), bytes).prop_map(|(stream, bytes)| Step::Say { stream, bytes }),
        2 => any::<u8>().prop_map(Step::Finish),
        1 => any::<u8>().prop_map(Step::Reset),
        8 => any::<u8>().prop_map(Step::Hear),
        1 => any::<u8>().prop_map(Step::Drop),
        1 => Just(Step::Ping),
        6 => (1_u8..20).prop_map(Step::Deliver),
    ]
}

/// What one side holds.
struct Side {
    mux: Mux,
    held: Vec<u32>,
    /// Pieces said and heard of each stream, as lengths; a piece is filled with its number.
    said: BTreeMap<u32, Vec<usize>>,
    heard: BTreeMap<u32, Vec<usize>>,
    hearing: BTreeMap<u32, usize>,
    finished: Vec<u32>,
    reset: Vec<u32>,
    ended: Vec<u32>,
}

impl Side {
    fn new(role: Role) -> Side {
        Side {
            mux: Mux::new(role),
            held: vec![],
            said: BTreeMap::new(),
            heard: BTreeMap::new(),
            hearing: BTreeMap::new(),
            finished: vec![],
            reset: vec![],
            ended: vec![],
        }
    }

    fn of(&self, stream: u8) -> Option<u32> {
        self.held.get(usize::from(stream) % self.held.len().max(1)).copied()
    }

    fn say(&mut self, id: u32, bytes: usize) {
        if self.mux.poll_room(&cx(), id) == Poll::Ready(Ok(())) {
            let said = self.said.entry(id).or_default();
            self.mux.push(id, vec![said.len() as u8; bytes]);
            said.push(bytes);
        }
    }

    fn hear(&mut self, id: u32) -> bool {
        match self.mux.poll_receive(&cx(), id) {
            Poll::Ready(Ok(Some(part))) => {
                let heard = self.heard.entry(id).or_default();
                assert!(part.bytes.iter().all(|byte| *byte == heard.len() as u8), "a part of another piece");
                let piece = self.hearing.entry(id).or_default();
                *piece += part.bytes.len();
                if part.is_last {
                    heard.push(std::mem::take(piece));
                }
                true
            }
            Poll::Ready(Ok(None)) => {
                self.ended.push(id);
                false
            }
            _ => false,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Open(kind) => {
                if let Poll::Ready(opened) = self.mux.poll_open(&cx(), kind) {
                    self.held.push(opened.unwrap());
                }
            }
            Step::Accept => {
                if let Poll::Ready(accepted) = self.mux.poll_accept(&cx()) {
                    self.held.push(accepted.unwrap().1);
                }
            }
            Step::Say { stream, bytes } => self.of(stream).map_or((), |id| self.say(id, bytes as usize)),
            Step::Finish(stream) => {
                if let Some(id) = self.of(stream) {
                    self.mux.finish(id);
                    self.finished.push(id);
                }
            }
            Step::Reset(stream) => {
                if let Some(id) = self.of(stream) {
                    self.mux.reset(id, Code::Cancelled);
                    self.reset.push(id);
                }
            }
            Step::Hear(stream) => drop(self.of(stream).map(|id| self.hear(id))),
            Step::Drop(stream) => {
                if let Some(id) = self.of(stream) {
                    self.held.retain(|held| *held != id);
                    self.reset.push(id);
                    self.mux.drop_outgoing(id);
                    self.mux.drop_incoming(id);
                }
            }
            Step::Ping => self.mux.ping(),
            Step::Deliver(_) => {}
        }
    }
}

fn cx() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Two sides and the frames between them.
struct Pair {
    sides: [Side; 2],
    /// To each side.
    lines: [VecDeque<(Header, Vec<u8>)>; 2],
    refused: Vec<u32>,
}

impl Pair {
    fn new() -> Pair {
        let sides = [Side::new(Role::Initiator), Side::new(Role::Responder)];
        Pair { sides, lines: Default::default(), refused: vec![] }
    }

    fn step(&mut self, side: usize, step: Step) {
        match step {
            Step::Deliver(count) => {
                self.deliver(side, usize::from(count));
            }
            step => self.sides[side].take(step),
        }
        let most: usize =
            Kind::ALL.iter().map(|kind| window_bytes(*kind) as usize * streams_max(*kind) * 3).sum();
        assert!(self.sides[side].mux.unread_bytes() <= most + self.sides[side].held.len() * (4 << 20));
    }

    /// Writes frames of a side, and lets as many arrive; how many did.
    fn deliver(&mut self, from: usize, count: usize) -> usize {
        (0..count).filter(|_| self.deliver_one(from)).count()
    }

    fn deliver_one(&mut self, from: usize) -> bool {
        let to = 1 - from;
        if let Some(frame) = self.sides[from].mux.frame() {
            self.lines[to].push_back((frame.header, frame.payload().to_vec()));
        }
        let Some((header, payload)) = self.lines[to].pop_front() else { return false };
        if header.kind == Type::Reset && payload == [Code::Busy.number()] {
            self.refused.push(header.stream);
        }
        assert_eq!(self.sides[to].mux.check(&header), Ok(()), "{header:?}");
        assert_eq!(self.sides[to].mux.handle(&header, payload), Ok(()), "{header:?}");
        true
    }

    /// Everybody reads and writes until nothing moves.
    fn rest(&mut self) {
        for _ in 0..100_000 {
            let mut moved = 0;
            for side in 0..2 {
                let before = self.sides[side].held.len();
                self.sides[side].take(Step::Accept);
                let held = self.sides[side].held.clone();
                moved += held.len() - before;
                moved += held.into_iter().filter(|id| self.sides[side].hear(*id)).count();
                moved += self.deliver(side, 100);
            }
            if moved == 0 {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// What was said was heard, piece for piece, on every stream that nobody ended early.
    fn check(&self) {
        for (from, to) in [(0, 1), (1, 0)] {
            let cut =
                |id: &u32| self.sides.iter().any(|side| side.reset.contains(id)) || self.refused.contains(id);
            for (id, said) in &self.sides[from].said {
                let heard = self.sides[to].heard.get(id).cloned().unwrap_or_default();
                assert!(said.starts_with(&heard), "stream {id}: heard what was not said");
                assert!(cut(id) || heard.len() == said.len(), "stream {id}: {said:?}, heard {heard:?}");
            }
            for id in self.sides[from].finished.iter().filter(|id| !cut(id)) {
                assert!(self.sides[to].ended.contains(id), "stream {id}: its end was not heard");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_honest_sides_break_no_rule_and_lose_nothing(
        steps in prop::collection::vec((0_usize..2, step()), 0..200)
    ) {
        let mut pair = Pair::new();
        for (side, step) in steps {
            pair.step(side, step);
        }
        pair.rest();
        pair.check();
    }

    #[test]
    fn no_header_is_two(bytes in any::<[u8; 8]>()) {
        if let Ok(header) = Header::read(bytes) {
            prop_assert_eq!(header.write(), bytes);
        }
    }
}

#[test]
fn streams_take_turns() {
    let mut pair = Pair::new();
    for kind in [Kind::Match, Kind::Match, Kind::Exchange] {
        pair.step(0, Step::Open(kind));
    }
    for stream in 0..3 {
        pair.step(0, Step::Say { stream, bytes: 900_000 });
    }
    let mux = &mut pair.sides[0].mux;
    let order: Vec<(Type, u32)> = std::iter::from_fn(|| mux.frame())
        .map(|frame| (frame.header.kind, frame.header.stream))
        .take(12)
        .collect();
    assert_eq!(order[..3], [(Type::Open, 1), (Type::Open, 3), (Type::Open, 5)]);
    let turns: Vec<u32> = order[3..].iter().map(|(_, stream)| *stream).collect();
    assert_eq!(turns, [1, 3, 5, 1, 3, 5, 1, 3, 5]);
}

#[test]
fn a_small_one_may_send_as_much_as_a_large_one_before_its_turn_ends() {
    let mut pair = Pair::new();
    pair.step(0, Step::Open(Kind::Match));
    pair.step(0, Step::Open(Kind::Exchange));
    pair.step(0, Step::Say { stream: 0, bytes: 300_000 });
    for _ in 0..100 {
        pair.step(0, Step::Say { stream: 1, bytes: 1_000 });
    }
    let mux = &mut pair.sides[0].mux;
    let sent: Vec<(u32, usize)> = std::iter::from_fn(|| mux.frame())
        .filter(|frame| frame.header.kind != Type::Open)
        .map(|frame| (frame.header.stream, frame.header.frame_bytes()))
        .collect();
    let (mut large, mut small) = (0, 0);
    for (stream, bytes) in sent {
        if stream == 1 {
            large += bytes
        } else {
            small += bytes
        }
        assert!(large <= small + 2 * (64 << 10) || small >= 100 << 10, "{large} {small}");
    }
}
