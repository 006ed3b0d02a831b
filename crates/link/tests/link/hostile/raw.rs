//! A peer without manners: TLS as the link has it, or not quite, and whatever bytes the test wants behind it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use detente_accord::{PublicKey, SecretKey};
use detente_link::frame::{Header, Type, frame_bytes};
use detente_link::hello::{self, Channel, Role, Speaker};
use detente_link::limits::HEADER_BYTES;
use detente_link::{Connection, Endpoint, Limits, Listener};
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{default_provider, kx_group};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::peers::{A, B, Party, listen, soon};

/// What differs from the link's own TLS.
#[derive(Clone)]
pub(crate) struct Knobs {
    pub(crate) provider: CryptoProvider,
    pub(crate) alpn: Vec<Vec<u8>>,
    pub(crate) tls_seed: u8,
    pub(crate) raw: bool,
    pub(crate) key: bool,
}

impl Knobs {
    /// As the link has it, with the TLS key of this party.
    pub(crate) fn of(party: Party) -> Knobs {
        let provider = CryptoProvider { kx_groups: vec![kx_group::X25519MLKEM768], ..default_provider() };
        Knobs { provider, alpn: vec![b"detente/1".to_vec()], tls_seed: 100 + party.0, raw: true, key: true }
    }

    fn certified(&self) -> Arc<CertifiedKey> {
        let seed = [self.tls_seed; 32];
        let pkcs8 = [hex("302e020100300506032b657004220420"), seed.to_vec()].concat();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8));
        let signer = self.provider.key_provider.load_private_key(key).unwrap();
        let public = SecretKey::from_seed(&seed).public();
        let spki = [hex("302a300506032b6570032100"), public.bytes().to_vec()].concat();
        Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki)], signer))
    }

    pub(crate) fn initiator(&self) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::new(self.provider.clone()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody { raw: self.raw }));
        let mut config = match (self.key, self.raw) {
            (false, _) => builder.with_no_client_auth(),
            (true, true) => builder.with_client_cert_resolver(Arc::new(
                AlwaysResolvesClientRawPublicKeys::new(self.certified()),
            )),
            (true, false) => builder.with_client_cert_resolver(Arc::new(Certificate(self.certified()))),
        };
        config.alpn_protocols = self.alpn.clone();
        Arc::new(config)
    }

    pub(crate) fn responder(&self) -> Arc<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(Arc::new(self.provider.clone()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap();
        let builder = match self.key {
            true => builder.with_client_cert_verifier(Arc::new(Anybody { raw: self.raw })),
            false => builder.with_no_client_auth(),
        };
        let mut config = match self.raw {
            true => {
                builder.with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(self.certified())))
            }
            false => builder.with_cert_resolver(Arc::new(Certificate(self.certified()))),
        };
        config.alpn_protocols = self.alpn.clone();
        Arc::new(config)
    }
}

/// A key shown as a certificate.
#[derive(Debug)]
struct Certificate(Arc<CertifiedKey>);

impl rustls::client::ResolvesClientCert for Certificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl rustls::server::ResolvesServerCert for Certificate {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// Takes every key.
struct Anybody {
    raw: bool,
}

impl fmt::Debug for Anybody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Anybody")
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
    fn requires_raw_public_keys(&self) -> bool {
        self.raw
    }
}

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }
    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
    fn requires_raw_public_keys(&self) -> bool {
        self.raw
    }
}

/// The hostile end of a channel. It is A, and the other end is B.
pub(crate) struct Raw {
    pub(crate) tls: TlsStream<TcpStream>,
    pub(crate) role: Role,
    pub(crate) bound: Channel,
}

impl Raw {
    /// Dials B.
    pub(crate) async fn dial(at: SocketAddr, knobs: &Knobs) -> std::io::Result<Raw> {
        Raw::over(TcpStream::connect(at).await?, knobs).await
    }

    /// Dials B over this socket.
    pub(crate) async fn over(socket: TcpStream, knobs: &Knobs) -> std::io::Result<Raw> {
        let name = ServerName::IpAddress(socket.peer_addr()?.ip().into());
        let tls = TlsConnector::from(knobs.initiator()).connect(name, socket).await?;
        let exporter =
            tls.get_ref().1.export_keying_material([0; 32], b"EXPORTER-detente-link-v1", None).unwrap();
        let bound = Channel {
            exporter,
            initiator_tls: tls_public(knobs.tls_seed),
            responder_tls: tls_public(100 + B.0),
        };
        Ok(Raw { tls: tls.into(), role: Role::Initiator, bound })
    }

    /// Lets B dial.
    pub(crate) async fn accept(listener: &TcpListener, knobs: &Knobs) -> std::io::Result<Raw> {
        let (socket, _) = listener.accept().await?;
        let tls = TlsAcceptor::from(knobs.responder()).accept(socket).await?;
        let exporter =
            tls.get_ref().1.export_keying_material([0; 32], b"EXPORTER-detente-link-v1", None).unwrap();
        let bound = Channel {
            exporter,
            initiator_tls: tls_public(100 + B.0),
            responder_tls: tls_public(knobs.tls_seed),
        };
        Ok(Raw { tls: tls.into(), role: Role::Responder, bound })
    }

    /// The hello that A would say here.
    pub(crate) fn hello(&self) -> Vec<u8> {
        let (party, node, keys) = (A.id(), A.node(), A.keys());
        hello::write(&Speaker { party: &party, node: &node, keys: &keys }, &B.id(), self.role, &self.bound)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        // The other side may have closed already: then the test looks at what it said.
        let _ = self.tls.write_all(bytes).await;
        let _ = self.tls.flush().await;
    }

    /// The next frame; `None` when there is none to come.
    pub(crate) async fn frame(&mut self) -> Option<(Header, Vec<u8>)> {
        let mut head = [0; HEADER_BYTES];
        self.tls.read_exact(&mut head).await.ok()?;
        let header = Header::read(head).unwrap();
        let mut rest = vec![0; header.frame_bytes() - HEADER_BYTES];
        self.tls.read_exact(&mut rest).await.ok()?;
        rest.truncate(header.payload_bytes);
        Some((header, rest))
    }

    /// Reads to the end; the number in the word of the end.
    pub(crate) async fn last_word(&mut self) -> Option<u8> {
        loop {
            let (header, payload) = self.frame().await?;
            if header.kind == Type::Close {
                return payload.first().copied();
            }
        }
    }
}

/// B, and A as a hostile peer with all its keys that has said its hello.
pub(crate) struct Met {
    pub(crate) raw: Raw,
    pub(crate) b: Endpoint,
    pub(crate) at_b: Connection,
    pub(crate) _listener: Listener,
}

/// A hostile peer that came to stand, in this role.
pub(crate) async fn meet(role: Role, limits: Limits) -> Met {
    let b = B.endpoint(&[A], limits);
    let (mut listener, at) = listen(&b).await;
    let knobs = Knobs::of(A);
    let (raw, at_b) = match role {
        Role::Initiator => {
            let mut raw = Raw::dial(at, &knobs).await.unwrap();
            let hello = frame(Type::Hello, 0, &raw.hello());
            raw.write(&hello).await;
            assert_eq!(raw.frame().await.unwrap().0.kind, Type::Hello);
            (raw, soon(listener.next()).await.unwrap())
        }
        Role::Responder => {
            let ours = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = ours.local_addr().unwrap();
            let (dialler, id) = (b.clone(), A.id());
            let dialled = tokio::spawn(async move { dialler.dial(&id, at).await });
            let mut raw = Raw::accept(&ours, &knobs).await.unwrap();
            assert_eq!(raw.frame().await.unwrap().0.kind, Type::Hello);
            let hello = frame(Type::Hello, 0, &raw.hello());
            raw.write(&hello).await;
            (raw, soon(dialled).await.unwrap().unwrap())
        }
    };
    Met { raw, b, at_b, _listener: listener }
}

/// A frame in form.
pub(crate) fn frame(kind: Type, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Header { kind, stream, payload_bytes: payload.len() }.write().to_vec();
    bytes.extend(payload);
    bytes.resize(frame_bytes(payload.len()), 0);
    bytes
}

pub(crate) fn tls_public(seed: u8) -> PublicKey {
    SecretKey::from_seed(&[seed; 32]).public()
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}
