//! TLS that is not quite the link's: groups, ciphers, protocols, kinds of key. From both sides.

use std::process::Command;

use detente_link::frame::Type;
use detente_link::hello::Role;
use detente_link::{Error, Handshake, Limits};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use tokio::net::TcpListener;

use super::cases::{Case, run_all, same};
use super::raw::{Knobs, Raw, frame};
use crate::peers::{A, B, C, listen};

type Turn = fn(&mut Knobs);

/// What is turned, the name when B was dialled, the name when B dials.
const TURNS: &[(&str, Turn, Option<Handshake>, Option<Handshake>)] = &[
    ("as-it-should-be", |_| {}, None, None),
    (
        "x25519",
        |k| k.provider.kx_groups = vec![kx_group::X25519],
        Some(Handshake::Group),
        Some(Handshake::Alert),
    ),
    (
        "p-256",
        |k| k.provider.kx_groups = vec![kx_group::SECP256R1],
        Some(Handshake::Group),
        Some(Handshake::Alert),
    ),
    (
        "p-384",
        |k| k.provider.kx_groups = vec![kx_group::SECP384R1],
        Some(Handshake::Group),
        Some(Handshake::Alert),
    ),
    (
        "ml-kem-alone",
        |k| k.provider.kx_groups = vec![kx_group::MLKEM768],
        Some(Handshake::Group),
        Some(Handshake::Alert),
    ),
    (
        "p-256-and-ml-kem",
        |k| k.provider.kx_groups = vec![kx_group::SECP256R1MLKEM768],
        Some(Handshake::Group),
        Some(Handshake::Alert),
    ),
    ("all-groups", |k| k.provider.kx_groups = default_provider().kx_groups, None, None),
    (
        "classical-first",
        |k| k.provider.kx_groups = vec![kx_group::X25519, kx_group::X25519MLKEM768],
        None,
        None,
    ),
    (
        "aes-128",
        |k| k.provider.cipher_suites = vec![cipher_suite::TLS13_AES_128_GCM_SHA256],
        Some(Handshake::Cipher),
        Some(Handshake::Alert),
    ),
    (
        "chacha20",
        |k| k.provider.cipher_suites = vec![cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        None,
        None,
    ),
    ("all-ciphers", |k| k.provider = default_provider(), None, None),
    ("no-protocol", |k| k.alpn = vec![], Some(Handshake::Alpn), Some(Handshake::Alpn)),
    ("http/1.1", |k| k.alpn = vec![b"http/1.1".to_vec()], Some(Handshake::Alpn), Some(Handshake::Alert)),
    ("h2", |k| k.alpn = vec![b"h2".to_vec()], Some(Handshake::Alpn), Some(Handshake::Alert)),
    ("detente/2", |k| k.alpn = vec![b"detente/2".to_vec()], Some(Handshake::Alpn), Some(Handshake::Alert)),
    ("detente/1-behind-others", |k| k.alpn = vec![b"h2".to_vec(), b"detente/1".to_vec()], None, None),
    ("unknown-key", |k| k.tls_seed = 77, Some(Handshake::UnknownKey), Some(Handshake::UnknownKey)),
    ("cs-key", |k| k.tls_seed = 100 + C.0, Some(Handshake::UnknownKey), Some(Handshake::UnknownKey)),
    ("bs-own-key", |k| k.tls_seed = 100 + B.0, Some(Handshake::UnknownKey), Some(Handshake::UnknownKey)),
    ("a-certificate", |k| k.raw = false, Some(Handshake::NoRawKey), Some(Handshake::Alert)),
];

/// What B made of a peer with these knobs.
async fn meets(role: Role, knobs: Knobs) -> Option<&'static str> {
    let b = B.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&b).await;
    if role == Role::Initiator {
        let raw = Raw::dial(at, &knobs).await;
        if let Ok(mut raw) = raw {
            let hello = frame(Type::Hello, 0, &raw.hello());
            raw.write(&hello).await;
            raw.frame().await;
        }
        loop {
            if b.counters().connected > 0 {
                return None;
            }
            if let Some(name) = b.counters().ended.keys().next() {
                return Some(*name);
            }
            tokio::task::yield_now().await;
        }
    }
    let ours = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = ours.local_addr().unwrap();
    let answers = tokio::spawn(async move {
        let mut raw = Raw::accept(&ours, &knobs).await.ok()?;
        raw.frame().await?;
        let hello = frame(Type::Hello, 0, &raw.hello());
        raw.write(&hello).await;
        raw.frame().await
    });
    let dialled = b.dial(&A.id(), at).await.err().map(|error| error.name());
    answers.abort();
    dialled
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_tls_as_the_link_has_it_comes_to_stand() {
    let mut cases = Vec::new();
    for (name, turn, dialled, dials) in TURNS {
        for (role, due) in [(Role::Initiator, dialled), (Role::Responder, dials)] {
            let mut knobs = Knobs::of(A);
            turn(&mut knobs);
            let due = due.map(Handshake::name);
            cases.push(Case::new(format!("{role:?}/{name}"), async move {
                same("the end", meets(role, knobs).await, due)
            }));
        }
    }
    let mut no_key = Knobs::of(A);
    no_key.key = false;
    cases.push(Case::new("Initiator/no-key".into(), async move {
        same("the end", meets(Role::Initiator, no_key).await, Some(Handshake::NoRawKey.name()))
    }));
    run_all(cases, 40).await;
}

#[tokio::test]
async fn a_node_does_not_speak_to_itself() {
    let b = B.endpoint(&[A, B], Limits::default());
    let (_listener, at) = listen(&b).await;
    assert_eq!(b.dial(&B.id(), at).await.err(), Some(Error::Ourselves));
    // Its own address, under the name of a peer.
    assert_eq!(b.dial(&A.id(), at).await.err(), Some(Error::Handshake(Handshake::UnknownKey)));
    // A peer whose card names our own key is not pinned at all.
    let mut mirror = A.pin();
    mirror.tls = B.pin().tls;
    b.pin(vec![mirror]);
    assert_eq!(b.dial(&A.id(), at).await.err(), Some(Error::NotPinned));
}

/// Programs of the system that know neither the group nor raw keys must not get anywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssl_and_sslscan_do_not_connect() {
    let b = B.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&b).await;
    let at = at.to_string();
    type IsRefused = fn(&str) -> bool;
    let runs: [(&str, Vec<&str>, IsRefused); 4] = [
        ("openssl", vec!["s_client", "-connect", &at], |said| !said.contains("Cipher is TLS")),
        ("openssl", vec!["s_client", "-tls1_3", "-connect", &at], |said| !said.contains("Cipher is TLS")),
        ("openssl", vec!["s_client", "-tls1_2", "-connect", &at], |said| !said.contains("Cipher is ECDHE")),
        ("sslscan", vec!["--no-colour", &at], |said| !said.contains("enabled") && !said.contains("Accepted")),
    ];
    for (program, arguments, is_refused) in runs {
        let mut command = Command::new(program);
        command.args(&arguments).stdin(std::process::Stdio::null());
        match tokio::task::spawn_blocking(move || command.output()).await.unwrap() {
            Err(_) => eprintln!("SKIPPED: needs {program}"),
            Ok(output) => {
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert!(is_refused(&said), "{program} {arguments:?}: {said}");
            }
        }
    }
    assert_eq!(b.counters().connected, 0);
}
