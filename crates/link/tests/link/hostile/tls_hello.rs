//! First bytes that no TLS library writes: hellos of TLS put together by hand, and no TLS at all.

use detente_link::{Handshake, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::cases::{Case, run_all, same};
use super::raw::hex;
use crate::peers::{A, B, listen};

/// A hello of TLS (RFC 8446, section 4.1.2).
struct Hello {
    version: u16,
    session: Vec<u8>,
    ciphers: Vec<u16>,
    compression: Vec<u8>,
    extensions: Vec<(u16, Vec<u8>)>,
}

const ALPN: u16 = 16;
const CLIENT_KEY: u16 = 19;
const SERVER_KEY: u16 = 20;
const SIGNATURES: u16 = 13;
const GROUPS: u16 = 10;
const VERSIONS: u16 = 43;
const SHARES: u16 = 51;

const HYBRID: u16 = 0x11ec;

impl Hello {
    /// One that the node answers.
    fn good() -> Hello {
        Hello {
            version: 0x0303,
            session: vec![7; 32],
            ciphers: vec![0x1302],
            compression: vec![0],
            extensions: vec![
                (VERSIONS, hex("020304")),
                (GROUPS, list2(&[HYBRID])),
                (SHARES, share(HYBRID, &good_share())),
                (SIGNATURES, list2(&[0x0807])),
                (ALPN, [&[0, 10, 9][..], b"detente/1"].concat()),
                (CLIENT_KEY, vec![1, 2]),
                (SERVER_KEY, vec![1, 2]),
            ],
        }
    }

    fn set(&mut self, id: u16, value: Vec<u8>) {
        self.extensions
            .iter_mut()
            .filter(|(other, _)| *other == id)
            .for_each(|(_, old)| *old = value.clone());
    }

    fn drop(&mut self, id: u16) {
        self.extensions.retain(|(other, _)| *other != id);
    }

    /// The message.
    fn bytes(&self) -> Vec<u8> {
        let mut body = self.version.to_be_bytes().to_vec();
        body.extend([5; 32]);
        body.push(self.session.len() as u8);
        body.extend(&self.session);
        body.extend(list2(&self.ciphers));
        body.push(self.compression.len() as u8);
        body.extend(&self.compression);
        let extensions: Vec<u8> = self
            .extensions
            .iter()
            .flat_map(|(id, value)| [id.to_be_bytes().to_vec(), long(value)].concat())
            .collect();
        body.extend(long(&extensions));
        [&[1, 0][..], &long(&body)].concat()
    }
}

/// With a length of two bytes in front.
fn long(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

fn list2(numbers: &[u16]) -> Vec<u8> {
    long(&numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>())
}

fn share(group: u16, key: &[u8]) -> Vec<u8> {
    long(&[&group.to_be_bytes()[..], &long(key)].concat())
}

/// An ML-KEM key of zeros, and the base point of X25519.
fn good_share() -> Vec<u8> {
    let mut share = vec![0; 1_184 + 32];
    share[1_184] = 9;
    share
}

fn record(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1][..], &long(bytes)].concat()
}

type Change = fn(&mut Hello);

/// What is other than in a good hello, and the name of its end.
const CHANGES: &[(&str, Change, Handshake)] = &[
    ("no-versions", |h| h.drop(VERSIONS), Handshake::Version),
    ("tls-1.2", |h| h.set(VERSIONS, hex("020303")), Handshake::Version),
    ("tls-1.0-to-1.2", |h| h.set(VERSIONS, hex("06030303020301")), Handshake::Version),
    ("a-draft", |h| h.set(VERSIONS, hex("027f1c")), Handshake::Version),
    ("grease-alone", |h| h.set(VERSIONS, hex("020a0a")), Handshake::Version),
    ("ssl-3", |h| (h.version, _) = (0x0300, h.drop(VERSIONS)), Handshake::Version),
    ("tls-1.1-by-its-first-field", |h| (h.version, _) = (0x0302, h.drop(VERSIONS)), Handshake::Version),
    ("no-groups", |h| h.drop(GROUPS), Handshake::Group),
    ("x25519-alone", |h| groups(h, 0x001d, 32), Handshake::Group),
    ("p-256-alone", |h| groups(h, 0x0017, 65), Handshake::Group),
    ("x448-alone", |h| groups(h, 0x001e, 56), Handshake::Group),
    ("ffdhe2048-alone", |h| groups(h, 0x0100, 256), Handshake::Group),
    ("ml-kem-768-alone", |h| groups(h, 0x0201, 1_184), Handshake::Group),
    ("ml-kem-1024-alone", |h| groups(h, 0x0202, 1_568), Handshake::Group),
    ("p-256-ml-kem-768-alone", |h| groups(h, 0x11eb, 1_249), Handshake::Group),
    ("kyber-draft-alone", |h| groups(h, 0x6399, 1_216), Handshake::Group),
    ("no-shares", |h| h.drop(SHARES), Handshake::Group),
    ("share-one-short", |h| cut(h, 1_215), Handshake::Group),
    ("share-one-long", |h| cut(h, 1_217), Handshake::Group),
    ("share-of-ml-kem-alone", |h| cut(h, 1_184), Handshake::Group),
    ("share-of-x25519-size", |h| cut(h, 32), Handshake::Group),
    ("x25519-half-of-zeros", |h| low_order(h, "00"), Handshake::Group),
    ("x25519-half-of-one", |h| low_order(h, "01"), Handshake::Group),
    (
        "x25519-half-of-order-8",
        |h| low_order(h, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        Handshake::Group,
    ),
    (
        "x25519-half-of-order-8-too",
        |h| low_order(h, "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        Handshake::Group,
    ),
    (
        "x25519-half-of-p-less-1",
        |h| low_order(h, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Handshake::Group,
    ),
    (
        "x25519-half-of-p",
        |h| low_order(h, "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Handshake::Group,
    ),
    (
        "x25519-half-of-p-and-1",
        |h| low_order(h, "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        Handshake::Group,
    ),
    ("ml-kem-half-not-reduced", |h| ml_kem(h, &[0x01, 0x0d]), Handshake::Group),
    ("ml-kem-half-of-ones", |h| ml_kem(h, &[0xff; 1_152]), Handshake::Group),
    ("no-signatures", |h| h.drop(SIGNATURES), Handshake::Signature),
    ("ecdsa-alone", |h| h.set(SIGNATURES, list2(&[0x0403])), Handshake::Signature),
    ("rsa-alone", |h| h.set(SIGNATURES, list2(&[0x0804, 0x0401])), Handshake::Signature),
    ("aes-128-alone", |h| h.ciphers = vec![0x1301], Handshake::Cipher),
    ("ccm-alone", |h| h.ciphers = vec![0x1304, 0x1305], Handshake::Cipher),
    ("ciphers-of-tls-1.2", |h| h.ciphers = vec![0xc02f, 0xc030], Handshake::Cipher),
    ("null-cipher", |h| h.ciphers = vec![0x0000], Handshake::Cipher),
    ("h2", |h| h.set(ALPN, hex("0003026832")), Handshake::Alpn),
    ("detente-without-its-version", |h| h.set(ALPN, [&[0, 8, 7][..], b"detente"].concat()), Handshake::Alpn),
    ("no-raw-keys", |h| (h.drop(CLIENT_KEY), h.drop(SERVER_KEY)).0, Handshake::NoRawKey),
    ("server-key-x509", |h| h.set(SERVER_KEY, vec![1, 0]), Handshake::NoRawKey),
    ("client-key-x509", |h| h.set(CLIENT_KEY, vec![1, 0]), Handshake::NoRawKey),
    ("client-key-not-named", |h| h.drop(CLIENT_KEY), Handshake::NoRawKey),
    ("server-key-not-named", |h| h.drop(SERVER_KEY), Handshake::NoRawKey),
    ("compressed", |h| h.compression = vec![1], Handshake::NotTls),
    ("extension-twice", |h| h.extensions.push((GROUPS, list2(&[HYBRID]))), Handshake::NotTls),
    ("shares-empty-bytes", |h| h.set(SHARES, vec![]), Handshake::NotTls),
    ("versions-cut", |h| h.set(VERSIONS, hex("0203")), Handshake::NotTls),
    ("groups-odd", |h| h.set(GROUPS, hex("000311ec00")), Handshake::NotTls),
    ("alpn-of-nothing", |h| h.set(ALPN, hex("00010000")), Handshake::NotTls),
    ("session-of-33-bytes", |h| h.session = vec![0; 33], Handshake::NotTls),
];

fn groups(hello: &mut Hello, group: u16, share_bytes: usize) {
    hello.set(GROUPS, list2(&[group]));
    hello.set(SHARES, share(group, &vec![9; share_bytes]));
}

fn cut(hello: &mut Hello, bytes: usize) {
    let mut key = good_share();
    key.resize(bytes, 9);
    hello.set(SHARES, share(HYBRID, &key));
}

fn low_order(hello: &mut Hello, point: &str) {
    let mut key = good_share();
    let point = hex(point);
    key[1_184..].fill(0);
    key[1_184..1_184 + point.len()].copy_from_slice(&point);
    hello.set(SHARES, share(HYBRID, &key));
}

fn ml_kem(hello: &mut Hello, front: &[u8]) {
    let mut key = good_share();
    key[..front.len()].copy_from_slice(front);
    hello.set(SHARES, share(HYBRID, &key));
}

/// Bytes that are no TLS, or not where it begins.
fn others() -> Vec<(&'static str, Vec<u8>, Handshake)> {
    let good = Hello::good().bytes();
    let mut huge = good.clone();
    huge[1] = 0xff;
    vec![
        ("http", b"GET / HTTP/1.1\r\nHost: b.example\r\n\r\n".to_vec(), Handshake::NotTls),
        ("ssh", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), Handshake::NotTls),
        ("zeros", vec![0; 100], Handshake::NotTls),
        ("ones", vec![0xff; 100], Handshake::NotTls),
        ("ssl-2", hex("802e0100020015000000100100800200800300800400800500800600400700c0"), Handshake::NotTls),
        ("frame-of-the-link", vec![0; 4_096], Handshake::NotTls),
        ("bytes-before-keys", record(23, &[0; 32]), Handshake::NotTls),
        ("change-of-cipher-first", record(20, &[1]), Handshake::NotTls),
        ("alert-that-ends", record(21, &[2, 40]), Handshake::Alert),
        ("answer-of-a-responder", record(22, &[&[2][..], &good[1..]].concat()), Handshake::NotTls),
        ("finished-first", record(22, &[20, 0, 0, 1, 0]), Handshake::NotTls),
        ("key-update-first", record(22, &[24, 0, 0, 1, 0]), Handshake::NotTls),
        ("empty-record", record(22, &[]), Handshake::NotTls),
        ("record-of-2-to-the-14-and-257", record(22, &vec![0; (1 << 14) + 257]), Handshake::NotTls),
        ("record-of-65535", record(22, &vec![1; 65_535]), Handshake::NotTls),
        ("hello-of-16-mib", record(22, &huge), Handshake::NotTls),
        ("hello-with-a-byte-behind", record(22, &[good.clone(), vec![0]].concat()), Handshake::NotTls),
        ("hello-twice", record(22, &good).repeat(2), Handshake::NotTls),
        ("unknown-record", record(99, &good), Handshake::NotTls),
    ]
}

/// Sends first bytes to B; the type of the record that it answers with, and how it named the end.
async fn says(bytes: Vec<u8>, piece_bytes: usize) -> (Option<u8>, &'static str) {
    let b = B.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&b).await;
    let mut socket = TcpStream::connect(at).await.unwrap();
    socket.set_nodelay(true).unwrap();
    for piece in bytes.chunks(piece_bytes) {
        let _ = socket.write_all(piece).await;
    }
    let _ = socket.shutdown().await;
    let mut answer = [0];
    let answered = matches!(socket.read(&mut answer).await, Ok(1));
    let ended = loop {
        if let Some(name) = b.counters().ended.keys().next() {
            break *name;
        }
        tokio::task::yield_now().await;
    };
    (answered.then_some(answer[0]), ended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hellos_of_tls_that_ask_for_less_are_refused_by_their_name() {
    let mut cases = Vec::new();
    for (name, change, due) in CHANGES {
        let mut hello = Hello::good();
        change(&mut hello);
        cases.push(Case::new(format!("hello/{name}"), async move {
            same("the end", says(record(22, &hello.bytes()), usize::MAX).await.1, due.name())
        }));
    }
    for (name, bytes, due) in others() {
        cases.push(Case::new(format!("bytes/{name}"), async move {
            same("the end", says(bytes, usize::MAX).await.1, due.name())
        }));
    }
    run_all(cases, 65).await;
}

/// The table above means nothing if its good hello is none: the node must answer it, whole or byte by byte.
#[tokio::test]
async fn the_good_hello_is_answered() {
    for (piece_bytes, mut hello) in
        [(usize::MAX, Hello::good()), (1, Hello::good()), (usize::MAX, Hello::good())]
    {
        if piece_bytes == 1 {
            hello.extensions.push((0, [&[0, 8, 0, 0, 5][..], b"b.com"].concat()));
            hello.extensions.push((0x0a0a, vec![]));
        }
        let said = says(record(22, &hello.bytes()), piece_bytes).await;
        assert_eq!(said, (Some(22), Handshake::BrokenOff.name()));
    }
}

/// Who offers the hybrid group beside others, with a share of another, is asked for the hybrid one.
#[tokio::test]
async fn another_share_is_asked_for() {
    let mut hello = Hello::good();
    hello.set(GROUPS, list2(&[0x001d, HYBRID]));
    hello.set(SHARES, share(0x001d, &[9; 32]));
    assert_eq!(says(record(22, &hello.bytes()), usize::MAX).await, (Some(22), Handshake::BrokenOff.name()));
}
