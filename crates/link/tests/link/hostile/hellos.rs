//! The first frame: a hello that is not one, is another's, or is for another channel. From both sides.

use detente_accord::{PartyId, SecretKey};
use detente_link::frame::Type;
use detente_link::hello::{self, Channel, Role, Speaker};
use detente_link::limits::HELLO_PAYLOAD_BYTES_MAX;
use detente_link::{Code, Error, Limits, LinkKeys, Rejection};
use tokio::net::TcpListener;

use super::cases::{Case, run_all, same};
use super::raw::{Knobs, Raw, frame, tls_public};
use crate::peers::{A, B, C, Party, listen};

/// Makes the bytes of the first frame; it is given what B said before, where B speaks first.
type Make = Box<dyn FnOnce(&Raw, Option<Vec<u8>>) -> Vec<u8> + Send>;

fn make(make: impl FnOnce(&Raw, Option<Vec<u8>>) -> Vec<u8> + Send + 'static) -> Make {
    Box::new(make)
}

/// A hello with one thing other than it should be.
struct Said {
    party: Party,
    to: PartyId,
    node: SecretKey,
    keys: LinkKeys,
    role: Role,
    bound: Channel,
}

impl Said {
    fn honest(raw: &Raw) -> Said {
        Said { party: A, to: B.id(), node: A.node(), keys: A.keys(), role: raw.role, bound: raw.bound }
    }

    fn frame(&self) -> Vec<u8> {
        let party = self.party.id();
        let speaker = Speaker { party: &party, node: &self.node, keys: &self.keys };
        frame(Type::Hello, 0, &hello::write(&speaker, &self.to, self.role, &self.bound))
    }
}

fn other(change: fn(&mut Said)) -> Make {
    make(move |raw, _| {
        let mut said = Said::honest(raw);
        change(&mut said);
        said.frame()
    })
}

/// A's hello after a change to its bytes.
fn changed(change: impl FnOnce(&mut Vec<u8>) + Send + 'static) -> Make {
    make(move |raw, _| {
        let mut hello = raw.hello();
        change(&mut hello);
        frame(Type::Hello, 0, &hello)
    })
}

/// Where the parts of A's hello begin, with one version and ids of six bytes.
const VERSIONS_AT: usize = 0;
const CAPABILITIES_AT: usize = 3;
const FROM_AT: usize = 11;
const TO_AT: usize = 18;
const PQ_KEY_AT: usize = 25;
const SIGNATURE_AT: usize = 1_337;
const PQ_SIGNATURE_AT: usize = 1_401;
const END: usize = 3_821;

fn faults() -> Vec<(String, Make, Rejection)> {
    let mut all: Vec<(String, Make, Rejection)> = Vec::new();
    let mut add = |name: String, make: Make, due| all.push((name, make, due));
    for (name, kind, stream, payload) in [
        ("open", Type::Open, 1, vec![1]),
        ("part", Type::Part, 1, vec![1]),
        ("last", Type::Last, 1, vec![1]),
        ("finish", Type::Finish, 1, vec![]),
        ("reset", Type::Reset, 1, vec![3]),
        ("grant", Type::Grant, 1, vec![0; 4]),
        ("ping", Type::Ping, 0, vec![0; 8]),
        ("pong", Type::Pong, 0, vec![0; 8]),
    ] {
        add(
            format!("{name}-first"),
            make(move |_, _| frame(kind, stream, &payload)),
            Rejection::HelloExpected,
        );
    }
    add("http-first".into(), make(|_, _| b"GET / HTTP/1.1\r\n\r\n".to_vec()), Rejection::UnknownFrame);
    add(
        "hello-of-16-mib".into(),
        make(|_, _| [&[0, 255, 255, 255][..], &[0; 252]].concat()),
        Rejection::FrameTooLong,
    );
    add(
        "hello-on-a-stream".into(),
        make(|_, _| [&[0, 8, 0, 0, 1][..], &[0; 251]].concat()),
        Rejection::WrongStream,
    );
    add(
        "hello-above-its-size".into(),
        changed(|hello| hello.resize(HELLO_PAYLOAD_BYTES_MAX + 1, 0)),
        Rejection::BadHello,
    );
    add(
        "hello-of-a-mebibyte".into(),
        make(|_, _| frame(Type::Hello, 0, &[0; (1 << 20) - 8])),
        Rejection::BadHello,
    );
    for end in [0, 1, 2, 3, 10, 11, 12, 17, 18, 24, 25, 26, 1_336, 1_337, 1_400, 1_401, 2_000, END - 1] {
        add(format!("hello-cut-at-{end}"), changed(move |hello| hello.truncate(end)), Rejection::BadHello);
    }
    add("hello-with-a-byte-behind".into(), changed(|hello| hello.push(0)), Rejection::BadHello);
    add(
        "hello-padded-with-a-one".into(),
        make(|raw, _| {
            let mut bytes = frame(Type::Hello, 0, &raw.hello());
            *bytes.last_mut().unwrap() = 1;
            bytes
        }),
        Rejection::BadPadding,
    );
    for (name, versions) in [
        ("none", vec![0]),
        ("zero", vec![1, 0, 0]),
        ("twice", vec![2, 1, 0, 1, 0]),
        ("descending", vec![2, 2, 0, 1, 0]),
        ("nine", [vec![9], (1..=9).flat_map(|version: u16| version.to_le_bytes()).collect()].concat()),
        ("255", [vec![255], (1..=255).flat_map(|version: u16| version.to_le_bytes()).collect()].concat()),
    ] {
        let versions: Vec<u8> = versions;
        add(
            format!("versions-{name}"),
            changed(move |hello| {
                hello.splice(VERSIONS_AT..CAPABILITIES_AT, versions);
            }),
            Rejection::BadHello,
        );
    }
    for (name, versions) in [("2", vec![1, 2, 0]), ("2-to-9", vec![2, 2, 0, 9, 0]), ("256", vec![1, 0, 1])] {
        add(
            format!("only-version-{name}"),
            changed(move |hello| {
                hello.splice(VERSIONS_AT..CAPABILITIES_AT, versions);
            }),
            Rejection::NoCommonVersion,
        );
    }
    for (name, at, byte) in
        [("from", FROM_AT, b'A'), ("to", TO_AT, b'!'), ("from", FROM_AT, 0xff), ("to", TO_AT, b'-')]
    {
        add(format!("{name}-no-id-{byte}"), changed(move |hello| hello[at + 1] = byte), Rejection::BadHello);
    }
    add("from-no-length".into(), changed(|hello| hello[FROM_AT] = 0), Rejection::BadHello);
    add("from-another".into(), other(|said| said.party = C), Rejection::WrongParty);
    add("from-b-itself".into(), other(|said| said.party = B), Rejection::WrongParty);
    add("to-another".into(), other(|said| said.to = C.id()), Rejection::WrongParty);
    add("to-a-itself".into(), other(|said| said.to = A.id()), Rejection::WrongParty);
    add(
        "from-and-to-swapped".into(),
        other(|said| (said.party, said.to) = (B, A.id())),
        Rejection::WrongParty,
    );
    add(
        "unknown-capabilities-after-signing".into(),
        changed(|hello| hello[CAPABILITIES_AT] = 1),
        Rejection::BadSignature,
    );
    add(
        "a-version-more-after-signing".into(),
        changed(|hello| {
            hello.splice(VERSIONS_AT..CAPABILITIES_AT, [2, 1, 0, 2, 0]);
        }),
        Rejection::BadSignature,
    );
    add("other-role".into(), other(|said| said.role = said.role.other()), Rejection::BadSignature);
    add("other-channel".into(), other(|said| said.bound.exporter[31] ^= 1), Rejection::BadSignature);
    add("no-channel".into(), other(|said| said.bound.exporter = [0; 32]), Rejection::BadSignature);
    add(
        "tls-keys-swapped".into(),
        other(|said| {
            let Channel { exporter, initiator_tls, responder_tls } = said.bound;
            said.bound = Channel { exporter, initiator_tls: responder_tls, responder_tls: initiator_tls };
        }),
        Rejection::BadSignature,
    );
    add(
        "for-cs-tls-key".into(),
        other(|said| {
            let to_c = tls_public(100 + C.0);
            match said.role {
                Role::Initiator => said.bound.responder_tls = to_c,
                Role::Responder => said.bound.initiator_tls = to_c,
            }
        }),
        Rejection::BadSignature,
    );
    add(
        "stolen-tls-key-alone".into(),
        other(|said| {
            said.node = SecretKey::from_seed(&[99; 32]);
            said.keys = LinkKeys::from_seeds(&[98; 32], &[97; 32]);
        }),
        Rejection::WrongPqKey,
    );
    add(
        "stolen-tls-and-ml-dsa-keys".into(),
        other(|said| said.node = SecretKey::from_seed(&[99; 32])),
        Rejection::BadSignature,
    );
    add(
        "stolen-tls-and-node-keys".into(),
        other(|said| {
            said.keys = LinkKeys::from_seeds(&[101; 32], &[97; 32]);
        }),
        Rejection::WrongPqKey,
    );
    add(
        "stolen-tls-and-node-keys-and-as-ml-dsa-key".into(),
        make(|raw, _| {
            let mut said = Said::honest(raw);
            said.keys = LinkKeys::from_seeds(&[101; 32], &[97; 32]);
            let mut bytes = said.frame();
            let at = 8 + PQ_KEY_AT;
            bytes[at..at + 1_312].copy_from_slice(&A.keys().pq_public());
            // Signed again over the key that was put in, with Ed25519; ML-DSA it cannot.
            resign(&mut bytes, raw);
            bytes
        }),
        Rejection::BadPqSignature,
    );
    for at in [0, 1, 655, 1_310, 1_311] {
        add(
            format!("ml-dsa-key-byte-{at}"),
            changed(move |hello| hello[PQ_KEY_AT + at] ^= 1),
            Rejection::WrongPqKey,
        );
    }
    for at in 0..64 {
        add(
            format!("signature-byte-{at}"),
            changed(move |hello| hello[SIGNATURE_AT + at] ^= 1),
            Rejection::BadSignature,
        );
    }
    add(
        "signature-of-zeros".into(),
        changed(|hello| hello[SIGNATURE_AT..PQ_SIGNATURE_AT].fill(0)),
        Rejection::BadSignature,
    );
    add(
        "signature-of-small-order".into(),
        changed(|hello| {
            hello[SIGNATURE_AT..PQ_SIGNATURE_AT].fill(0);
            hello[SIGNATURE_AT] = 1;
        }),
        Rejection::BadSignature,
    );
    add(
        "signature-plus-the-order".into(),
        changed(|hello| add_order(&mut hello[SIGNATURE_AT + 32..PQ_SIGNATURE_AT])),
        Rejection::BadSignature,
    );
    for at in (0..2_420).step_by(71) {
        add(
            format!("ml-dsa-signature-byte-{at}"),
            changed(move |hello| hello[PQ_SIGNATURE_AT + at] ^= 1),
            Rejection::BadPqSignature,
        );
    }
    add(
        "ml-dsa-signature-of-zeros".into(),
        changed(|hello| hello[PQ_SIGNATURE_AT..].fill(0)),
        Rejection::BadPqSignature,
    );
    add(
        "ml-dsa-signature-of-ones".into(),
        changed(|hello| hello[PQ_SIGNATURE_AT..].fill(255)),
        Rejection::BadPqSignature,
    );
    add(
        "ml-dsa-hint-repeated".into(),
        changed(|hello| {
            // The first two hints of the first polynomial made equal (CVE-2026-24850).
            let hints = END - 84;
            hello[hints + 1] = hello[hints];
        }),
        Rejection::BadPqSignature,
    );
    add("close-for-no-cause".into(), make(|_, _| frame(Type::Close, 0, &[0])), Rejection::UnknownCode);
    all
}

/// Puts A's Ed25519 signature under a hello whose front was changed.
fn resign(bytes: &mut [u8], raw: &Raw) {
    let role = if raw.role == Role::Initiator { 1 } else { 2 };
    let keys = [raw.bound.initiator_tls.bytes().as_slice(), raw.bound.responder_tls.bytes()].concat();
    let front = &bytes[8..8 + SIGNATURE_AT];
    let signed = [b"detente/link-hello/v1\0".as_slice(), &[role], &raw.bound.exporter, &keys, front].concat();
    bytes[8 + SIGNATURE_AT..8 + PQ_SIGNATURE_AT].copy_from_slice(&A.node().sign(&signed));
}

/// s + L: the same number to a careless verifier.
fn add_order(s: &mut [u8]) {
    let order = super::raw::hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0;
    for (byte, add) in s.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

/// B meets a hostile A in this role; what B did, and its last word.
async fn first(role: Role, make: Make) -> (&'static str, Option<u8>) {
    let b = B.endpoint(&[A, C], Limits { handshake_ms: 3_000, ..Limits::default() });
    let (_listener, at) = listen(&b).await;
    let (mut raw, before, dialled) = match role {
        Role::Initiator => (Raw::dial(at, &Knobs::of(A)).await.unwrap(), None, None),
        Role::Responder => {
            let ours = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (at, dialler) = (ours.local_addr().unwrap(), b.clone());
            let dialled = tokio::spawn(async move { dialler.dial(&A.id(), at).await.map(drop) });
            let mut raw = Raw::accept(&ours, &Knobs::of(A)).await.unwrap();
            let before = raw.frame().await.unwrap();
            (raw, Some(before.1), Some(dialled))
        }
    };
    let bytes = make(&raw, before);
    raw.write(&bytes).await;
    let last_word = raw.last_word().await;
    drop(raw);
    let name = match dialled {
        Some(dialled) => dialled.await.unwrap().err().map_or("none", |error| error.name()),
        None => loop {
            // The count follows the last bytes.
            if let Some(name) = b.counters().ended.keys().next() {
                break *name;
            }
            tokio::task::yield_now().await;
        },
    };
    (name, last_word)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_hello_is_refused_by_its_name() {
    let mut cases = Vec::new();
    for role in [Role::Initiator, Role::Responder] {
        for (name, make, due) in faults() {
            cases.push(Case::new(format!("{role:?}/{name}"), async move {
                let (name, last_word) = first(role, make).await;
                same("the end", name, due.name())?;
                same("the last word", last_word, Some(due.number()))
            }));
        }
    }
    run_all(cases, 300).await;
}

#[tokio::test]
async fn the_hello_of_the_other_side_is_no_hello_of_ours() {
    // Reflection: B dials, and hears its own words.
    let reflect = make(|_, before| frame(Type::Hello, 0, &before.unwrap()));
    let (name, last_word) = first(Role::Responder, reflect).await;
    assert_eq!((name, last_word), ("wrong-party", Some(Rejection::WrongParty.number())));
}

#[tokio::test]
async fn a_hello_of_another_channel_is_refused() {
    // Replay: what A said to B before, over a channel that the thief of A's TLS key opened.
    let b = B.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&b).await;
    let before = Raw::dial(at, &Knobs::of(A)).await.unwrap().hello();
    let (name, _) = first(Role::Initiator, make(move |_, _| frame(Type::Hello, 0, &before))).await;
    assert_eq!(name, "bad-signature");
}

#[tokio::test]
async fn a_peer_that_passes_words_on_is_found_out() {
    // C, pinned by A and B, says to B what A said to C.
    let b = B.endpoint(&[A, C], Limits::default());
    let (_listener, at) = listen(&b).await;
    let mut to_b = Raw::dial(at, &Knobs::of(C)).await.unwrap();
    let mut said = Said::honest(&to_b);
    said.to = C.id();
    to_b.write(&said.frame()).await;
    assert_eq!(to_b.last_word().await, Some(Rejection::WrongParty.number()));
    // Even if A had meant B: the key that TLS saw was C's.
    let mut to_b = Raw::dial(at, &Knobs::of(C)).await.unwrap();
    let said = Said::honest(&to_b).frame();
    to_b.write(&said).await;
    assert_eq!(to_b.last_word().await, Some(Rejection::WrongParty.number()));
}

#[tokio::test]
async fn the_responder_says_nothing_before_the_hello_holds() {
    let (_, last_word) = first(Role::Initiator, changed(|hello| hello[SIGNATURE_AT] ^= 1)).await;
    // `last_word` skips frames: so look at the first one itself.
    assert_eq!(last_word, Some(Rejection::BadSignature.number()));
    let b = B.endpoint(&[A], Limits::default());
    let (_listener, at) = listen(&b).await;
    let mut raw = Raw::dial(at, &Knobs::of(A)).await.unwrap();
    let mut hello = raw.hello();
    hello[SIGNATURE_AT] ^= 1;
    raw.write(&frame(Type::Hello, 0, &hello)).await;
    assert_eq!(raw.frame().await.unwrap().0.kind, Type::Close);
    assert!(raw.frame().await.is_none());
}

#[tokio::test]
async fn a_peer_that_closes_instead_of_a_hello_is_heard() {
    let closes = make(|_, _| frame(Type::Close, 0, &[Code::Stopping.number()]));
    assert_eq!(first(Role::Responder, closes).await.0, Error::Closed(Code::Stopping).name());
    let accuses = make(|_, _| frame(Type::Close, 0, &[Rejection::NoCommonVersion.number()]));
    assert_eq!(first(Role::Responder, accuses).await.0, "no-common-version");
}

#[test]
fn hellos_of_two_honest_sides_hold_and_all_have_one_size() {
    let bound = Channel { exporter: [5; 32], initiator_tls: tls_public(101), responder_tls: tls_public(102) };
    for (role, party, peer) in [(Role::Initiator, A, B), (Role::Responder, B, A)] {
        let (id, node, keys) = (party.id(), party.node(), party.keys());
        let said = hello::write(&Speaker { party: &id, node: &node, keys: &keys }, &peer.id(), role, &bound);
        assert_eq!((said.len(), frame(Type::Hello, 0, &said).len()), (END, 4_096));
        let heard = hello::read(&said, &party.pin(), &peer.id(), role, &bound).unwrap();
        assert_eq!((heard.version, heard.capabilities), (1, 0));
        // Longest ids.
        let long = |digit: char| PartyId::parse(&format!("a{}", digit.to_string().repeat(31))).unwrap();
        let (id, to) = (long('1'), long('2'));
        let said = hello::write(&Speaker { party: &id, node: &node, keys: &keys }, &to, role, &bound);
        assert_eq!(frame(Type::Hello, 0, &said).len(), 4_096);
    }
}
