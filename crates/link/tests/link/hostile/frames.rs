//! Frames of a peer whose hello held: every fault in every state of a stream, from both sides.

use detente_link::frame::{Header, Type};
use detente_link::hello::Role;
use detente_link::limits::{GRANT_PART, PAYLOAD_BYTES_MAX, window_bytes};
use detente_link::{Code, Error, Kind, Limits, Rejection};

use super::cases::{Case, run_all, same};
use super::raw::{Met, frame, meet};

/// What stands before the fault.
#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Fresh,
    Opened,
    InPiece,
    Finished,
    Reset,
    Match,
    TheyOpened,
}

const STATES: [State; 7] = [
    State::Fresh,
    State::Opened,
    State::InPiece,
    State::Finished,
    State::Reset,
    State::Match,
    State::TheyOpened,
];

/// Numbers of streams in a state: ours that comes next, theirs that comes next.
#[derive(Clone, Copy)]
struct Numbers {
    first: u32,
    next: u32,
    theirs: u32,
}

/// Brings about a state, and says what comes next.
async fn enter(state: State, met: &mut Met) -> Numbers {
    let (first, theirs) = if met.raw.role == Role::Initiator { (1, 2) } else { (2, 1) };
    let open = |kind: Kind| frame(Type::Open, first, &[kind.number()]);
    let bytes = match state {
        State::Fresh => vec![],
        State::Opened => open(Kind::Exchange),
        State::InPiece => [open(Kind::Exchange), frame(Type::Part, first, &[1; 100])].concat(),
        State::Finished => {
            [open(Kind::Exchange), frame(Type::Last, first, b"all"), frame(Type::Finish, first, &[])].concat()
        }
        State::Reset => [open(Kind::Ping), frame(Type::Reset, first, &[Code::Cancelled.number()])].concat(),
        State::Match => open(Kind::Match),
        State::TheyOpened => {
            let mut stream = met.at_b.open(Kind::Exchange).await.unwrap();
            stream.send(b"theirs".to_vec()).await.unwrap();
            std::mem::forget(stream);
            assert_eq!(met.raw.frame().await.unwrap().0.kind, Type::Open);
            assert_eq!(met.raw.frame().await.unwrap().0.kind, Type::Last);
            vec![]
        }
    };
    let next = if bytes.is_empty() { first } else { first + 2 };
    let theirs = if state == State::TheyOpened { theirs + 2 } else { theirs };
    met.raw.write(&bytes).await;
    Numbers { first, next, theirs }
}

type Make = fn(Numbers) -> Vec<u8>;

/// A frame as bytes that no honest peer writes.
fn odd(number: u8, stream: u32, payload_bytes: u32) -> Vec<u8> {
    let [l0, l1, l2, _] = payload_bytes.to_le_bytes();
    let mut bytes = vec![number, l0, l1, l2];
    bytes.extend(stream.to_le_bytes());
    bytes.resize(8 + 1024, 0);
    bytes
}

fn padded(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    frame[at] = 1;
    frame
}

fn padded_last(frame: Vec<u8>) -> Vec<u8> {
    let last = frame.len() - 1;
    padded(frame, last)
}

/// Faults that do not depend on what stands.
const ANYWHERE: &[(&str, Make, Rejection)] = &[
    ("type-10", |_| odd(10, 0, 0), Rejection::UnknownFrame),
    ("type-11-on-a-stream", |n| odd(11, n.first, 0), Rejection::UnknownFrame),
    ("type-64", |_| odd(64, 0, 8), Rejection::UnknownFrame),
    ("type-127", |_| odd(127, 1, 8), Rejection::UnknownFrame),
    ("type-128", |_| odd(128, 0, 1), Rejection::UnknownFrame),
    ("type-255-and-all-ones", |_| vec![255; 64], Rejection::UnknownFrame),
    ("http", |_| b"GET / HTTP/1.1\r\nHost: b\r\n\r\n".to_vec(), Rejection::UnknownFrame),
    ("part-one-too-long", |n| odd(2, n.first, PAYLOAD_BYTES_MAX as u32 + 1), Rejection::FrameTooLong),
    ("last-one-too-long", |n| odd(3, n.first, PAYLOAD_BYTES_MAX as u32 + 1), Rejection::FrameTooLong),
    ("part-of-16-mib", |n| odd(2, n.first, (1 << 24) - 1), Rejection::FrameTooLong),
    ("ping-of-16-mib", |_| odd(7, 0, (1 << 24) - 1), Rejection::FrameTooLong),
    ("hello-of-16-mib", |_| odd(0, 0, (1 << 24) - 1), Rejection::FrameTooLong),
    ("hello-on-a-stream", |n| odd(0, n.first, 100), Rejection::WrongStream),
    ("open-on-no-stream", |_| odd(1, 0, 1), Rejection::WrongStream),
    ("part-on-no-stream", |_| odd(2, 0, 1), Rejection::WrongStream),
    ("last-on-no-stream", |_| odd(3, 0, 1), Rejection::WrongStream),
    ("finish-on-no-stream", |_| odd(4, 0, 0), Rejection::WrongStream),
    ("reset-on-no-stream", |_| odd(5, 0, 1), Rejection::WrongStream),
    ("grant-on-no-stream", |_| odd(6, 0, 4), Rejection::WrongStream),
    ("ping-on-a-stream", |n| odd(7, n.first, 8), Rejection::WrongStream),
    ("pong-on-a-stream", |n| odd(8, n.first, 8), Rejection::WrongStream),
    ("close-on-a-stream", |n| odd(9, n.first, 1), Rejection::WrongStream),
    ("open-of-nothing", |n| odd(1, n.next, 0), Rejection::BadLength),
    ("open-of-two-bytes", |n| odd(1, n.next, 2), Rejection::BadLength),
    ("part-of-nothing", |n| odd(2, n.first, 0), Rejection::BadLength),
    ("finish-with-a-byte", |n| odd(4, n.first, 1), Rejection::BadLength),
    ("reset-without-a-code", |n| odd(5, n.first, 0), Rejection::BadLength),
    ("reset-with-two-codes", |n| odd(5, n.first, 2), Rejection::BadLength),
    ("grant-of-no-bytes", |n| odd(6, n.first, 0), Rejection::BadLength),
    ("grant-of-three-bytes", |n| odd(6, n.first, 3), Rejection::BadLength),
    ("grant-of-eight-bytes", |n| odd(6, n.first, 8), Rejection::BadLength),
    ("ping-of-seven-bytes", |_| odd(7, 0, 7), Rejection::BadLength),
    ("ping-of-nothing", |_| odd(7, 0, 0), Rejection::BadLength),
    ("pong-of-nine-bytes", |_| odd(8, 0, 9), Rejection::BadLength),
    ("close-without-a-code", |_| odd(9, 0, 0), Rejection::BadLength),
    ("close-with-two-codes", |_| odd(9, 0, 2), Rejection::BadLength),
    ("ping-padded-with-a-one", |_| padded(frame(Type::Ping, 0, &[0; 8]), 16), Rejection::BadPadding),
    (
        "ping-padded-with-a-one-at-the-end",
        |_| padded_last(frame(Type::Ping, 0, &[0; 8])),
        Rejection::BadPadding,
    ),
    ("open-padded-with-a-one", |n| padded_last(frame(Type::Open, n.next, &[1])), Rejection::BadPadding),
    ("close-padded-with-a-one", |_| padded_last(frame(Type::Close, 0, &[1])), Rejection::BadPadding),
    ("hello-again", |_| frame(Type::Hello, 0, &[0; 3_900]), Rejection::HelloAgain),
    ("empty-hello-again", |_| frame(Type::Hello, 0, &[]), Rejection::HelloAgain),
    ("open-skips-a-number", |n| frame(Type::Open, n.next + 2, &[1]), Rejection::BadStreamNumber),
    ("open-under-their-number", |n| frame(Type::Open, n.theirs, &[1]), Rejection::BadStreamNumber),
    ("open-under-the-last-number", |_| frame(Type::Open, u32::MAX, &[1]), Rejection::BadStreamNumber),
    (
        "open-under-the-last-even-number",
        |_| frame(Type::Open, u32::MAX - 1, &[1]),
        Rejection::BadStreamNumber,
    ),
    ("open-twice", |n| frame(Type::Open, n.next, &[3]).repeat(2), Rejection::BadStreamNumber),
    ("open-of-kind-0", |n| frame(Type::Open, n.next, &[0]), Rejection::UnknownKind),
    ("open-of-kind-4", |n| frame(Type::Open, n.next, &[4]), Rejection::UnknownKind),
    ("open-of-kind-255", |n| frame(Type::Open, n.next, &[255]), Rejection::UnknownKind),
    ("part-of-a-stream-to-come", |n| frame(Type::Part, n.next, b"x"), Rejection::UnknownStream),
    ("last-of-a-stream-to-come", |n| frame(Type::Last, n.next, b"x"), Rejection::UnknownStream),
    ("last-of-nothing-of-a-stream-to-come", |n| frame(Type::Last, n.next, b""), Rejection::UnknownStream),
    ("finish-of-a-stream-to-come", |n| frame(Type::Finish, n.next, b""), Rejection::UnknownStream),
    ("reset-of-a-stream-to-come", |n| frame(Type::Reset, n.next, &[3]), Rejection::UnknownStream),
    ("grant-on-a-stream-to-come", |n| grant(n.next, 1 << 20), Rejection::UnknownStream),
    ("last-of-their-stream-to-come", |n| frame(Type::Last, n.theirs, b"x"), Rejection::UnknownStream),
    ("finish-of-their-stream-to-come", |n| frame(Type::Finish, n.theirs, b""), Rejection::UnknownStream),
    ("reset-of-their-stream-to-come", |n| frame(Type::Reset, n.theirs, &[3]), Rejection::UnknownStream),
    ("grant-on-their-stream-to-come", |n| grant(n.theirs, 1 << 20), Rejection::UnknownStream),
    ("part-of-the-last-stream", |_| frame(Type::Part, u32::MAX, b"x"), Rejection::UnknownStream),
    ("pong-unasked", |_| frame(Type::Pong, 0, &[0; 8]), Rejection::UnaskedPong),
    ("pong-unasked-of-one", |_| frame(Type::Pong, 0, &1_u64.to_le_bytes()), Rejection::UnaskedPong),
    ("ping-again", |_| frame(Type::Ping, 0, &[7; 8]).repeat(2), Rejection::PingAgain),
    ("close-for-0", |_| frame(Type::Close, 0, &[0]), Rejection::UnknownCode),
    ("close-for-12", |_| frame(Type::Close, 0, &[12]), Rejection::UnknownCode),
    ("close-for-63", |_| frame(Type::Close, 0, &[63]), Rejection::UnknownCode),
    ("close-for-255", |_| frame(Type::Close, 0, &[255]), Rejection::UnknownCode),
    (
        "reset-for-0",
        |n| [frame(Type::Open, n.next, &[3]), frame(Type::Reset, n.next, &[0])].concat(),
        Rejection::UnknownCode,
    ),
    (
        "reset-for-a-rule",
        |n| [frame(Type::Open, n.next, &[3]), frame(Type::Reset, n.next, &[64])].concat(),
        Rejection::UnknownCode,
    ),
    ("no-credit-in-one-frame", |n| over_window(n.next, Kind::Ping, 1), Rejection::NoCredit),
    ("no-credit-in-small-frames", |n| over_window(n.next, Kind::Ping, 300), Rejection::NoCredit),
    ("no-credit-in-empty-pieces", |n| empty_pieces(n.next), Rejection::NoCredit),
    ("grant-of-0", |n| opened_and(n.next, grant(n.next, 0)), Rejection::BadCredit),
    ("grant-of-1", |n| opened_and(n.next, grant(n.next, 1)), Rejection::BadCredit),
    ("grant-below-the-least", |n| opened_and(n.next, grant(n.next, least_ping() - 1)), Rejection::BadCredit),
    ("grant-above-the-window", |n| opened_and(n.next, grant(n.next, least_ping())), Rejection::BadCredit),
    ("grant-of-all", |n| opened_and(n.next, grant(n.next, u32::MAX)), Rejection::BadCredit),
    (
        "finish-twice",
        |n| opened_and(n.next, frame(Type::Finish, n.next, b"").repeat(2)),
        Rejection::AfterFinish,
    ),
    (
        "part-after-the-end",
        |n| opened_and(n.next, [frame(Type::Finish, n.next, b""), frame(Type::Part, n.next, b"x")].concat()),
        Rejection::AfterFinish,
    ),
    (
        "last-after-the-end",
        |n| opened_and(n.next, [frame(Type::Finish, n.next, b""), frame(Type::Last, n.next, b"")].concat()),
        Rejection::AfterFinish,
    ),
    (
        "finish-in-a-piece",
        |n| opened_and(n.next, [frame(Type::Part, n.next, b"x"), frame(Type::Finish, n.next, b"")].concat()),
        Rejection::HalfAPiece,
    ),
    (
        "after-a-reset-of-its-own",
        |n| {
            opened_and(
                n.next,
                [frame(Type::Reset, n.next, &[3]), frame(Type::Last, n.next, &[0; 60_000])].concat(),
            )
        },
        Rejection::LateFrame,
    ),
];

fn grant(stream: u32, bytes: u32) -> Vec<u8> {
    frame(Type::Grant, stream, &bytes.to_le_bytes())
}

fn least_ping() -> u32 {
    window_bytes(Kind::Ping) / GRANT_PART
}

fn opened_and(stream: u32, then: Vec<u8>) -> Vec<u8> {
    [frame(Type::Open, stream, &[Kind::Ping.number()]), then].concat()
}

fn over_window(stream: u32, kind: Kind, payload_bytes: usize) -> Vec<u8> {
    let window = window_bytes(kind) as usize;
    let payload_bytes = if payload_bytes == 1 { window } else { payload_bytes };
    let one = frame(Type::Last, stream, &vec![0; payload_bytes]);
    opened_and(stream, one.repeat(window / one.len() + 1))
}

fn empty_pieces(stream: u32) -> Vec<u8> {
    opened_and(stream, frame(Type::Last, stream, b"").repeat(window_bytes(Kind::Ping) as usize / 256 + 1))
}

async fn breaks(role: Role, state: State, make: Make, due: Rejection) -> Result<(), String> {
    let mut met = meet(role, Limits::default()).await;
    let numbers = enter(state, &mut met).await;
    met.raw.write(&make(numbers)).await;
    same("the end", met.at_b.closed().await, Error::Rejected(due))?;
    same("the last word", met.raw.last_word().await, Some(due.number()))?;
    // The count follows the last bytes.
    let Met { raw, b, .. } = met;
    drop(raw);
    while b.counters().open > 0 {
        tokio::task::yield_now().await;
    }
    same("the count", b.counters().ended.get(due.name()).copied(), Some(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_the_connection_by_its_name() {
    let mut cases = Vec::new();
    for role in [Role::Initiator, Role::Responder] {
        for state in STATES {
            for (name, make, due) in ANYWHERE {
                let name = format!("{role:?}/{state:?}/{name}");
                cases.push(Case::new(name, breaks(role, state, *make, *due)));
            }
        }
    }
    run_all(cases, 1_000).await;
}

/// What an honest peer may do, at the edge of what it may.
const ALLOWED: &[(&str, Make)] = &[
    ("nothing", |_| vec![]),
    ("ping", |_| frame(Type::Ping, 0, &[9; 8])),
    ("open-each-kind", |n| {
        [1, 2, 3]
            .iter()
            .zip([0, 2, 4])
            .flat_map(|(kind, more)| frame(Type::Open, n.next + more, &[*kind]))
            .collect()
    }),
    ("empty-piece", |n| opened_and(n.next, frame(Type::Last, n.next, b""))),
    ("a-frame-of-a-mebibyte", |n| {
        [frame(Type::Open, n.next, &[2]), frame(Type::Last, n.next, &vec![1; PAYLOAD_BYTES_MAX])].concat()
    }),
    ("all-of-the-window", |n| opened_and(n.next, frame(Type::Last, n.next, &[0; 248]).repeat(256))),
    ("piece-in-parts-of-a-byte", |n| {
        opened_and(
            n.next,
            [frame(Type::Part, n.next, b"x").repeat(200), frame(Type::Last, n.next, b"")].concat(),
        )
    }),
    ("finish-at-once", |n| opened_and(n.next, frame(Type::Finish, n.next, b""))),
    ("reset-in-a-piece", |n| {
        opened_and(n.next, [frame(Type::Part, n.next, b"x"), frame(Type::Reset, n.next, &[3])].concat())
    }),
    ("more-streams-than-may-be", |n| (0..20).flat_map(|i| frame(Type::Open, n.next + 2 * i, &[1])).collect()),
    ("open-and-reset-many", |n| {
        (0..40).flat_map(|i| opened_and(n.next + 2 * i, frame(Type::Reset, n.next + 2 * i, &[3]))).collect()
    }),
    ("bytes-on-a-refused-stream", |n| {
        [opened_and(n.next, vec![]), opened_and(n.next + 2, frame(Type::Last, n.next + 2, &[0; 60_000]))]
            .concat()
    }),
];

async fn stands(role: Role, state: State, make: Make) -> Result<(), String> {
    let mut met = meet(role, Limits::default()).await;
    let numbers = enter(state, &mut met).await;
    met.raw.write(&make(numbers)).await;
    if make(numbers) == frame(Type::Ping, 0, &[9; 8]) {
        same("the answer", met.raw.frame().await, Some((pong(), vec![9; 8])))?;
    }
    met.raw.write(&frame(Type::Ping, 0, &[8; 8])).await;
    while let Some((header, payload)) = met.raw.frame().await {
        match header.kind {
            Type::Pong => return same("the answer", payload, vec![8; 8]),
            Type::Close => return Err(format!("closed: {payload:?}")),
            _ => {}
        }
    }
    Err("no answer".to_owned())
}

fn pong() -> Header {
    Header { kind: Type::Pong, stream: 0, payload_bytes: 8 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_allowed_is_borne() {
    let mut cases = Vec::new();
    for role in [Role::Initiator, Role::Responder] {
        for state in [State::Fresh, State::Opened, State::InPiece, State::Finished, State::TheyOpened] {
            for (name, make) in ALLOWED {
                cases.push(Case::new(format!("{role:?}/{state:?}/{name}"), stands(role, state, *make)));
            }
        }
    }
    run_all(cases, 100).await;
}

#[tokio::test]
async fn beyond_the_quota_streams_are_refused_one_by_one() {
    let mut met = meet(Role::Initiator, Limits::default()).await;
    let bytes: Vec<u8> = (0..7).flat_map(|i| frame(Type::Open, 1 + 2 * i, &[1])).collect();
    met.raw.write(&bytes).await;
    for stream in [9, 11, 13] {
        let (header, payload) = met.raw.frame().await.unwrap();
        assert_eq!((header.kind, header.stream, payload), (Type::Reset, stream, vec![Code::Busy.number()]));
    }
    // Reset ones make room, but those that nobody here has taken yet do count.
    met.raw.write(&frame(Type::Reset, 1, &[3])).await;
    met.raw.write(&frame(Type::Open, 15, &[1])).await;
    met.raw.write(&frame(Type::Open, 17, &[1])).await;
    let (header, _) = met.raw.frame().await.unwrap();
    assert_eq!((header.kind, header.stream), (Type::Reset, 17));
}

#[tokio::test]
async fn streams_are_opened_no_faster_than_they_may_be() {
    let limits = Limits { opens_per_second: 50, opens_burst: 10, ..Limits::default() };
    let mut met = meet(Role::Initiator, limits).await;
    let begun = std::time::Instant::now();
    let bytes: Vec<u8> =
        (0..20).flat_map(|i| opened_and(1 + 2 * i, frame(Type::Reset, 1 + 2 * i, &[3]))).collect();
    met.raw.write(&bytes).await;
    met.raw.write(&frame(Type::Ping, 0, &[0; 8])).await;
    while met.raw.frame().await.unwrap().0.kind != Type::Pong {}
    assert!(begun.elapsed().as_millis() >= 180, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn bytes_on_a_stream_that_was_reset_here_are_borne_up_to_the_window() {
    for (frames, stands) in [(16, true), (18, false)] {
        let mut met = meet(Role::Initiator, Limits::default()).await;
        met.raw.write(&frame(Type::Open, 1, &[1])).await;
        let (_, stream) = met.at_b.accepted().await.unwrap();
        stream.reset(Code::Refused);
        let (header, payload) = met.raw.frame().await.unwrap();
        assert_eq!((header.kind, payload), (Type::Reset, vec![Code::Refused.number()]));
        let one = frame(Type::Last, 1, &vec![0; (64 << 10) - 8]);
        met.raw.write(&one.repeat(frames)).await;
        met.raw.write(&frame(Type::Ping, 0, &[0; 8])).await;
        let (header, payload) = met.raw.frame().await.unwrap();
        let due = if stands {
            (Type::Pong, vec![0; 8])
        } else {
            (Type::Close, vec![Rejection::LateFrame.number()])
        };
        assert_eq!((header.kind, payload), due);
    }
}
