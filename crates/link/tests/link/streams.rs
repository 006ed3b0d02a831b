//! Streams of two honest peers.

use std::time::Duration;

use detente_link::limits::{self, streams_max};
use detente_link::{Code, Error, Kind, Limits};

use crate::peers::{pair, soon};

#[tokio::test]
async fn pieces_arrive_whole_and_in_order_both_ways() {
    let pair = pair(Limits::default()).await;
    let echo = tokio::spawn(async move {
        let (kind, mut stream) = pair.at_b.accepted().await.unwrap();
        assert_eq!(kind, Kind::Match);
        while let Some(piece) = stream.receive(32 << 20).await.unwrap() {
            stream.send(piece).await.unwrap();
        }
        stream.finish().await.unwrap();
    });
    let (mut outgoing, mut incoming) = pair.at_a.open(Kind::Match).await.unwrap().split();
    let sizes = [0, 1, 247, 248, 249, 16_376, 65_528, 65_529, 1 << 20, (5 << 20) + 3, 17 << 20, 0, 3];
    let piece = |i: usize, size: usize| (0..size).map(|at| (at * 31 + i) as u8).collect::<Vec<u8>>();
    let send = tokio::spawn(async move {
        for (i, size) in sizes.into_iter().enumerate() {
            outgoing.send(piece(i, size)).await.unwrap();
        }
        outgoing.finish().await.unwrap();
        assert_eq!(outgoing.send(vec![1]).await, Err(Error::Finished));
    });
    for (i, size) in sizes.into_iter().enumerate() {
        let came = soon(incoming.receive(32 << 20)).await.unwrap().unwrap();
        assert!(came == piece(i, size), "piece {i}");
    }
    assert_eq!(soon(incoming.receive(1)).await, Ok(None));
    soon(send).await.unwrap();
    soon(echo).await.unwrap();
    assert_eq!((pair.a.counters().open, pair.b.counters().open), (1, 1));
}

#[tokio::test]
async fn a_small_stream_does_not_wait_for_a_large_one() {
    let pair = pair(Limits::default()).await;
    let mut large = pair.at_a.open(Kind::Match).await.unwrap();
    large.send(vec![7; 64 << 20]).await.unwrap();
    let (_, _unread) = pair.at_b.accepted().await.unwrap();
    let mut small = pair.at_a.open(Kind::Exchange).await.unwrap();
    small.send(b"packet".to_vec()).await.unwrap();
    let (_, mut came) = soon(pair.at_b.accepted()).await.unwrap();
    assert_eq!(soon(came.receive(10)).await, Ok(Some(b"packet".to_vec())));
    // What is unread there is the window, and no more.
    let received = pair.b.counters().received_bytes;
    assert!(received <= u64::from(limits::window_bytes(Kind::Match)) + (64 << 10), "{received}");
}

#[tokio::test]
async fn a_sender_waits_for_a_reader_and_gives_up_in_the_end() {
    let pair = pair(Limits::default()).await;
    let mut stream = pair.at_a.open(Kind::Exchange).await.unwrap();
    stream.set_patience(Duration::from_millis(50));
    stream.send(vec![0; 4 << 20]).await.unwrap();
    let (_, mut unread) = pair.at_b.accepted().await.unwrap();
    assert_eq!(soon(stream.send(vec![1])).await, Err(Error::TooSlow("credit")));
    let reading = async {
        loop {
            if let Err(error) = unread.receive(8 << 20).await {
                return error;
            }
        }
    };
    assert_eq!(soon(reading).await, Error::Reset(Code::TooSlow));
    assert!(pair.at_a.is_open());
}

#[tokio::test]
async fn a_piece_above_what_the_reader_wants_ends_the_stream_alone() {
    let pair = pair(Limits::default()).await;
    let mut stream = pair.at_a.open(Kind::Exchange).await.unwrap();
    stream.send(vec![0; 100_000]).await.unwrap();
    let (_, mut came) = soon(pair.at_b.accepted()).await.unwrap();
    assert_eq!(soon(came.receive(99_999)).await, Err(Error::TooLarge));
    assert_eq!(soon(stream.receive(1)).await, Err(Error::Reset(Code::TooLarge)));
    assert!(pair.at_a.is_open() && pair.at_b.is_open());
}

#[tokio::test]
async fn dropping_a_stream_tells_the_peer() {
    let pair = pair(Limits::default()).await;
    let mut stream = pair.at_a.open(Kind::Exchange).await.unwrap();
    stream.send(b"asked".to_vec()).await.unwrap();
    let (_, mut came) = soon(pair.at_b.accepted()).await.unwrap();
    assert_eq!(soon(came.receive(10)).await, Ok(Some(b"asked".to_vec())));
    drop(stream);
    assert_eq!(soon(came.receive(10)).await, Err(Error::Reset(Code::Cancelled)));
    assert_eq!(came.send(vec![1]).await, Err(Error::Reset(Code::Cancelled)));
}

#[tokio::test]
async fn a_finished_stream_can_be_read_after_the_connection_ended() {
    let pair = pair(Limits::default()).await;
    let mut stream = pair.at_a.open(Kind::Exchange).await.unwrap();
    stream.send(b"said".to_vec()).await.unwrap();
    soon(stream.finish()).await.unwrap();
    let (_, mut came) = soon(pair.at_b.accepted()).await.unwrap();
    let mut other = pair.at_b.open(Kind::Ping).await.unwrap();
    soon(pair.at_a.accepted()).await.unwrap();
    pair.at_a.close(Code::Stopping);
    assert_eq!(soon(pair.at_b.closed()).await, Error::Closed(Code::Stopping));
    assert_eq!(soon(came.receive(10)).await, Ok(Some(b"said".to_vec())));
    assert_eq!(soon(came.receive(10)).await, Ok(None));
    assert_eq!(came.send(vec![1]).await, Err(Error::Closed(Code::Stopping)));
    assert_eq!(soon(other.receive(10)).await, Err(Error::Closed(Code::Stopping)));
    assert_eq!(soon(stream.receive(10)).await, Err(Error::ClosedHere(Code::Stopping)));
    assert!(pair.at_b.open(Kind::Ping).await.is_err() && pair.at_b.accepted().await.is_none());
}

#[tokio::test]
async fn opening_waits_for_room_and_is_busy_in_the_end() {
    let limits = Limits { stream_ms: 100, ..Limits::default() };
    let pair = pair(limits).await;
    let mut open = Vec::new();
    for _ in 0..streams_max(Kind::Exchange) {
        open.push(pair.at_a.open(Kind::Exchange).await.unwrap());
    }
    assert_eq!(soon(pair.at_a.open(Kind::Exchange)).await.err(), Some(Error::Busy));
    let waits = tokio::spawn({
        let connection = pair.at_a.clone();
        async move { connection.open(Kind::Exchange).await.map(drop) }
    });
    tokio::task::yield_now().await;
    drop(open.pop());
    assert_eq!(soon(waits).await.unwrap(), Ok(()));
    // Another kind has room of its own, and so has the other side.
    pair.at_a.open(Kind::Ping).await.unwrap();
    pair.at_b.open(Kind::Exchange).await.unwrap();
}

#[tokio::test]
async fn many_streams_one_after_another() {
    let pair = pair(Limits { opens_per_second: 10_000, opens_burst: 1_000, ..Limits::default() }).await;
    let answers = tokio::spawn(async move {
        while let Some((_, mut stream)) = pair.at_b.accepted().await {
            tokio::spawn(async move {
                let asked = stream.receive(100).await.unwrap().unwrap();
                stream.send(asked).await.unwrap();
                stream.finish().await.unwrap();
            });
        }
    });
    for i in 0..500_u32 {
        let mut stream = soon(pair.at_a.open(Kind::Exchange)).await.unwrap();
        stream.send(i.to_le_bytes().to_vec()).await.unwrap();
        stream.finish().await.unwrap();
        assert_eq!(soon(stream.receive(10)).await, Ok(Some(i.to_le_bytes().to_vec())), "{i}");
        assert_eq!(soon(stream.receive(10)).await, Ok(None));
    }
    pair.at_a.close(Code::Done);
    soon(answers).await.unwrap();
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing() {
    let pair = pair(Limits::default()).await;
    let mut stream = pair.at_a.open(Kind::Match).await.unwrap();
    let whole = vec![3; 3 << 20];
    stream.send(whole.clone()).await.unwrap();
    let (_, mut came) = soon(pair.at_b.accepted()).await.unwrap();
    let receive = async {
        loop {
            tokio::select! {
                biased;
                piece = came.receive(4 << 20) => return piece,
                () = tokio::task::yield_now() => {}
            }
        }
    };
    assert!(soon(receive).await == Ok(Some(whole)));
}
