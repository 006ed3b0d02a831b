//! Peers that take their time: every wait has its deadline, and its name.

use std::time::Duration;

use detente_link::frame::Type;
use detente_link::hello::Role;
use detente_link::limits::window_bytes;
use detente_link::{Code, Error, Kind, Limits, Rejection};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::cases::same;
use super::raw::{Knobs, Raw, frame, meet};
use crate::peers::{A, B, listen, soon};

/// Waits of a tenth of what they are.
fn short() -> Limits {
    Limits {
        handshake_ms: 400,
        idle_ms: 400,
        ping_ms: 200,
        write_ms: 400,
        frame_ms: 300,
        rate_bytes_per_second_min: 1 << 20,
        probe_ms: 200,
        ..Limits::default()
    }
}

async fn slow(bytes: Vec<u8>, every: Duration, role: Role) -> (Error, Option<u8>) {
    let mut met = meet(role, short()).await;
    let at_b = met.at_b.clone();
    let write = async {
        for byte in &bytes {
            met.raw.write(&[*byte]).await;
            tokio::time::sleep(every).await;
        }
        met.raw.last_word().await
    };
    soon(async { tokio::join!(at_b.closed(), write) }).await
}

#[tokio::test]
async fn headers_payloads_and_padding_must_come_in_time() {
    let too_slow = Some(Code::TooSlow.number());
    let ping = frame(Type::Ping, 0, &[0; 8]);
    for role in [Role::Initiator, Role::Responder] {
        let drip = Duration::from_millis(100);
        for (name, bytes, every, due) in [
            ("one byte", vec![7], Duration::ZERO, "header"),
            ("seven bytes", ping[..7].to_vec(), Duration::ZERO, "header"),
            ("a header drop by drop", ping[..8].to_vec(), drip, "header"),
            ("a header alone", ping[..8].to_vec(), Duration::ZERO, "frame"),
            ("a frame without its last byte", ping[..255].to_vec(), Duration::ZERO, "frame"),
            ("nothing", vec![], Duration::ZERO, "idle"),
            ("pings, and then nothing", vec![], Duration::ZERO, "idle"),
        ] {
            let (error, last_word) = slow(bytes, every, role).await;
            same(name, (error, last_word), (Error::TooSlow(due), too_slow)).unwrap();
        }
    }
}

#[tokio::test]
async fn a_silent_peer_is_asked_before_it_is_given_up() {
    let mut met = meet(Role::Initiator, short()).await;
    assert_eq!(met.raw.frame().await.unwrap().0.kind, Type::Ping);
    assert_eq!(met.raw.last_word().await, Some(Code::TooSlow.number()));
    let mut met = meet(Role::Initiator, short()).await;
    for _ in 0..5 {
        let (header, payload) = met.raw.frame().await.unwrap();
        assert_eq!(header.kind, Type::Ping);
        met.raw.write(&frame(Type::Pong, 0, &payload)).await;
    }
    assert!(met.at_b.is_open());
}

#[tokio::test]
async fn a_wrong_answer_to_a_ping_is_none() {
    let mut met = meet(Role::Responder, short()).await;
    let (_, payload) = met.raw.frame().await.unwrap();
    let wrong = (u64::from_le_bytes(payload.try_into().unwrap()) + 1).to_le_bytes();
    met.raw.write(&frame(Type::Pong, 0, &wrong)).await;
    assert_eq!(met.at_b.closed().await, Error::Rejected(Rejection::UnaskedPong));
}

#[tokio::test]
async fn the_first_frame_must_come_in_time() {
    for bytes in [0, 1, 8, 100, 4_095] {
        let b = B.endpoint(&[A], short());
        let (_listener, at) = listen(&b).await;
        let mut raw = Raw::dial(at, &Knobs::of(A)).await.unwrap();
        let hello = frame(Type::Hello, 0, &raw.hello());
        raw.write(&hello[..bytes]).await;
        assert_eq!(soon(raw.last_word()).await, Some(Code::TooSlow.number()), "{bytes} bytes");
        drop(raw);
        while b.counters().ended.get("too-slow") != Some(&1) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_handshake_must_come_in_time() {
    for bytes in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]
    {
        let b = B.endpoint(&[A], short());
        let (_listener, at) = listen(&b).await;
        let mut socket = TcpStream::connect(at).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        let ended = async {
            while b.counters().ended.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        soon(ended).await;
        assert_eq!(b.counters().ended.get("handshake-too-slow"), Some(&1), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_given_up() {
    let b = B.endpoint(&[A], Limits { idle_ms: 20_000, ping_ms: 10_000, ..short() });
    let (mut listener, at) = listen(&b).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut raw = Raw::over(socket.connect(at).await.unwrap(), &Knobs::of(A)).await.unwrap();
    let hello = frame(Type::Hello, 0, &raw.hello());
    raw.write(&hello).await;
    let at_b = soon(listener.next()).await.unwrap();
    let mut streams = Vec::new();
    for kind in [Kind::Match, Kind::Match, Kind::Exchange, Kind::Exchange] {
        let mut stream = at_b.open(kind).await.unwrap();
        stream.send(vec![0; window_bytes(kind) as usize]).await.unwrap();
        streams.push(stream);
    }
    assert_eq!(soon(at_b.closed()).await, Error::TooSlow("write"));
    assert_eq!(streams[0].send(vec![1]).await, Err(Error::TooSlow("write")));
}

#[tokio::test]
async fn a_flood_of_one_address_keeps_no_other_out() {
    let b = B.endpoint(&[A], Limits { handshakes_per_address: 4, ..Limits::default() });
    let (mut listener, at) = listen(&b).await;
    let mut flood = Vec::new();
    for _ in 0..40 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
        flood.push(socket.connect(at).await.unwrap());
    }
    let refused = async {
        while b.counters().ended.get("many-of-address") != Some(&36) {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
    let a = A.endpoint(&[B], Limits::default());
    soon(a.dial(&B.id(), at)).await.unwrap();
    assert_eq!(*soon(listener.next()).await.unwrap().peer(), A.id());
    // Whoever goes makes room.
    drop(flood);
    let gone = async {
        while b.counters().ended.get("handshake-broken-off") != Some(&4) {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    let mut raw = Raw::over(socket.connect(at).await.unwrap(), &Knobs::of(A)).await.unwrap();
    let hello = frame(Type::Hello, 0, &raw.hello());
    raw.write(&hello).await;
    assert_eq!(raw.frame().await.unwrap().0.kind, Type::Hello);
}

#[tokio::test]
async fn handshakes_are_bounded_in_all() {
    let b = B.endpoint(&[A], Limits { handshakes: 6, handshakes_per_address: 2, ..short() });
    let (_listener, at) = listen(&b).await;
    let mut flood = Vec::new();
    for host in 1..=5 {
        for _ in 0..2 {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(format!("127.0.0.{host}:0").parse().unwrap()).unwrap();
            flood.push(socket.connect(at).await.unwrap());
        }
    }
    let refused = async {
        while b.counters().ended.get("many-handshakes") != Some(&4) {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
    // They are given up in time, and then there is room.
    let given_up = async {
        while b.counters().ended.get("handshake-too-slow") != Some(&6) {
            tokio::task::yield_now().await;
        }
    };
    soon(given_up).await;
    soon(A.endpoint(&[B], Limits::default()).dial(&B.id(), at)).await.unwrap();
}
