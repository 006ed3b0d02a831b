//! Which connections come to stand, and which stay.

use std::time::Duration;

use detente_link::{Code, Error, Handshake, Kind, Limits};
use tokio::net::TcpListener;

use crate::peers::{A, B, C, listen, pair, soon};

#[tokio::test]
async fn only_who_is_pinned_comes_in() {
    let b = B.endpoint(&[A], Limits::default());
    let (mut listener, at) = listen(&b).await;
    let c = C.endpoint(&[B], Limits::default());
    let error = soon(c.dial(&B.id(), at)).await.err().unwrap();
    // TLS 1.3 tells the initiator of a refusal after its own handshake is over.
    assert!(matches!(error, Error::Lost(_) | Error::Handshake(_)), "{error:?}");
    let a = A.endpoint(&[B], Limits::default());
    soon(a.dial(&B.id(), at)).await.unwrap();
    assert_eq!(*soon(listener.next()).await.unwrap().peer(), A.id());
    assert_eq!(b.counters().ended.get("tls-unknown-key"), Some(&1));
}

#[tokio::test]
async fn nobody_but_the_pinned_party_is_spoken_to() {
    let c = C.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&c).await;
    let a = A.endpoint(&[B, C], Limits::default());
    assert_eq!(soon(a.dial(&B.id(), at)).await.err(), Some(Error::Handshake(Handshake::UnknownKey)));
    assert_eq!(soon(a.dial(&A.id(), at)).await.err(), Some(Error::Ourselves));
    assert_eq!(
        soon(A.endpoint(&[], Limits::default()).dial(&B.id(), at)).await.err(),
        Some(Error::NotPinned)
    );
    soon(a.dial(&C.id(), at)).await.unwrap();
}

#[tokio::test]
async fn a_second_dial_gives_the_connection_that_stands() {
    let mut pair = pair(Limits::default()).await;
    let again = soon(pair.a.dial(&B.id(), pair.address)).await.unwrap();
    assert!(again.is_ours() && again.is_open());
    let back = soon(pair.b.dial(&A.id(), "192.0.2.1:1".parse().unwrap())).await.unwrap();
    assert!(!back.is_ours());
    assert_eq!(pair.b.counters().connected, 1);
    assert!(tokio::time::timeout(Duration::from_millis(20), pair.listener.next()).await.is_err());
}

#[tokio::test]
async fn two_that_dial_each_other_end_with_one_connection() {
    for round in 0..20 {
        let (a, b) = (A.endpoint(&[B], Limits::default()), B.endpoint(&[A], Limits::default()));
        let ((_la, at_a), (_lb, at_b)) = (listen(&a).await, listen(&b).await);
        let (id_a, id_b) = (A.id(), B.id());
        let (one, two) = soon(async { tokio::join!(a.dial(&id_b, at_b), b.dial(&id_a, at_a)) }).await;
        assert!(one.is_ok() || two.is_ok(), "round {round}: {:?} {:?}", one.err(), two.err());
        // Both ends agree in the end, and it carries streams.
        let settled = async {
            loop {
                if let (Some(x), Some(y)) = (a.connection(&id_b), b.connection(&id_a))
                    && x.is_ours() != y.is_ours()
                    && x.answers(Duration::from_millis(500)).await
                {
                    return (x, y);
                }
                tokio::task::yield_now().await;
            }
        };
        let (x, y) = soon(settled).await;
        let mut stream = x.open(Kind::Ping).await.unwrap();
        stream.send(vec![round]).await.unwrap();
        let (_, mut came) = soon(y.accepted()).await.unwrap();
        assert_eq!(soon(came.receive(1)).await, Ok(Some(vec![round])));
    }
}

#[tokio::test]
async fn whoever_is_no_longer_pinned_is_closed() {
    let pair = pair(Limits::default()).await;
    pair.b.pin(vec![C.pin(), A.pin()]);
    assert!(pair.at_b.is_open());
    let mut other_key = A.pin();
    other_key.pq = [0; 32];
    pair.b.pin(vec![other_key]);
    assert_eq!(soon(pair.at_a.closed()).await, Error::Closed(Code::Unpinned));
    assert_eq!(soon(pair.at_b.closed()).await, Error::ClosedHere(Code::Unpinned));
    assert!(pair.a.connection(&B.id()).is_none());
}

#[tokio::test]
async fn an_endpoint_that_closes_says_so_and_takes_no_more() {
    let mut pair = pair(Limits::default()).await;
    pair.b.close(Code::Stopping);
    assert_eq!(soon(pair.at_a.closed()).await, Error::Closed(Code::Stopping));
    assert!(soon(pair.listener.next()).await.is_none());
    assert_eq!(soon(pair.b.dial(&A.id(), pair.address)).await.err(), Some(Error::ClosedHere(Code::Stopping)));
    assert!(soon(pair.a.dial(&B.id(), pair.address)).await.is_err());
}

#[tokio::test]
async fn a_silent_address_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = Limits { handshake_ms: 100, probe_ms: 100, ..Limits::default() };
    let a = A.endpoint(&[B], limits);
    let error = soon(a.dial(&B.id(), silent.local_addr().unwrap())).await.err();
    assert_eq!(error, Some(Error::Handshake(Handshake::TooSlow)));
    let nobody = "127.0.0.1:1".parse().unwrap();
    let error = soon(a.dial(&B.id(), nobody)).await.err();
    assert_eq!(error, Some(Error::Unreachable(std::io::ErrorKind::ConnectionRefused)));
    assert_eq!(a.counters().ended.get("unreachable"), Some(&1));
}

#[test]
fn limits_have_ceilings() {
    let check = |limits: Limits| limits.check().err();
    assert_eq!(check(Limits::default()), None);
    assert_eq!(check(Limits { idle_ms: 0, ..Limits::default() }), Some(Error::Setup("idle_ms")));
    assert_eq!(check(Limits { handshakes: 1 << 20, ..Limits::default() }), Some(Error::Setup("handshakes")));
    assert_eq!(check(Limits { ping_ms: 30_001, ..Limits::default() }), Some(Error::Setup("ping_ms")));
    assert_eq!(check(Limits { opens_burst: 20_000, ..Limits::default() }), Some(Error::Setup("opens_burst")));
}
