//! `bench link`: bytes of a match through a stream, and connections, beside TLS of the same suite with nothing around it.

mod bare;

use anyhow::{Context as _, Result};
use detente_accord::{PartyId, SecretKey};
use detente_link::{Code, Credentials, Endpoint, Kind, Limits, LinkKeys, Pin};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::measure::{best_of, megabytes};
use crate::report::Report;

/// What a match of 10^6 items sends, about.
const BYTES: usize = 100 << 20;
/// One call of `send`, or of `write_all`.
const PIECE_BYTES: usize = 1 << 20;
const ROUNDS: u32 = 5;
/// Connections in a round.
const CONNECTIONS: u32 = 50;

/// Measures both ends on one thread, so that seconds are those of a processor.
pub(crate) fn run() -> Result<Report> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::new("detente.bench.link.v1");
    let ((), bare) = best_of(ROUNDS, || runtime.block_on(bare::send(BYTES, PIECE_BYTES)))?;
    let ((), link) = best_of(ROUNDS, || runtime.block_on(send()))?;
    let mega = megabytes(BYTES as u64);
    report.row(vec![
        ("case", "stream".into()),
        ("link", (mega / link).into()),
        ("bare_tls", (mega / bare).into()),
        ("unit", "MB/s of a core for both ends".into()),
        ("ratio_of_seconds", (link / bare).into()),
    ]);
    let (link, bare) = (connections(&runtime)?, bare_connections(&runtime)?);
    report.row(vec![
        ("case", "connect".into()),
        ("link", (f64::from(CONNECTIONS) / link).into()),
        ("bare_tls", (f64::from(CONNECTIONS) / bare).into()),
        ("unit", "connections a second of a core for both ends".into()),
        ("ratio_of_seconds", (link / bare).into()),
    ]);
    report.note("loopback, TLS_AES_256_GCM_SHA384, X25519MLKEM768, raw keys; a link adds two hellos (Ed25519, ML-DSA-44)");
    Ok(report)
}

fn connections(runtime: &Runtime) -> Result<f64> {
    let work = || {
        runtime.block_on(async {
            for _ in 0..CONNECTIONS {
                let (a, b) = (endpoint(1, 2)?, endpoint(2, 1)?);
                connect(&a, &b).await?;
                a.close(Code::Done);
                b.close(Code::Done);
            }
            Ok(())
        })
    };
    Ok(best_of(ROUNDS, work)?.1)
}

fn bare_connections(runtime: &Runtime) -> Result<f64> {
    let work = || {
        runtime.block_on(async {
            for _ in 0..CONNECTIONS {
                bare::connect().await?;
            }
            Ok(())
        })
    };
    Ok(best_of(ROUNDS, work)?.1)
}

async fn send() -> Result<()> {
    let (a, b) = (endpoint(1, 2)?, endpoint(2, 1)?);
    let (at_a, at_b) = connect(&a, &b).await?;
    let read = tokio::spawn(async move {
        let (_, mut stream) = at_b.accepted().await?;
        while stream.receive(PIECE_BYTES).await.ok()?.is_some() {}
        Some(())
    });
    let mut stream = at_a.open(Kind::Match).await?;
    for _ in 0..BYTES / PIECE_BYTES {
        stream.send(vec![7; PIECE_BYTES]).await?;
    }
    stream.finish().await?;
    read.await?.context("the stream broke")?;
    a.close(Code::Done);
    Ok(())
}

async fn connect(a: &Endpoint, b: &Endpoint) -> Result<(detente_link::Connection, detente_link::Connection)> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let at = socket.local_addr()?;
    let mut listener = b.listen(socket);
    let at_a = a.dial(&party(2)?, at).await?;
    Ok((at_a, listener.next().await.context("nobody came")?))
}

fn party(number: u8) -> Result<PartyId> {
    PartyId::parse(&format!("cert-{number}")).context("an id")
}

fn keys(number: u8) -> (LinkKeys, SecretKey) {
    (LinkKeys::from_seeds(&[10 + number; 32], &[20 + number; 32]), SecretKey::from_seed(&[number; 32]))
}

fn endpoint(us: u8, peer: u8) -> Result<Endpoint> {
    let (keys_here, node) = keys(us);
    let endpoint =
        Endpoint::new(Credentials { party: party(us)?, keys: keys_here, node }, Limits::default())?;
    let (keys_there, node) = keys(peer);
    let link = keys_there.public(Vec::new());
    endpoint.pin(vec![Pin { party: party(peer)?, tls: link.tls, node: node.public(), pq: link.pq }]);
    Ok(endpoint)
}
