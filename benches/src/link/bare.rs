//! TLS with nothing around it: the same group, suite and kind of key.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, ServerConfig, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// Ed25519 keys up to the key itself: PKCS#8 and SubjectPublicKeyInfo (RFC 8410).
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
/// One call of `read`.
const READ_BYTES: usize = 64 << 10;

/// Sends so many bytes, in pieces.
pub(super) async fn send(bytes: usize, piece_bytes: usize) -> Result<()> {
    let (mut from, mut to) = connect().await?;
    let read = tokio::spawn(async move {
        let (mut buffer, mut left) = (vec![0; READ_BYTES], bytes);
        while left > 0 {
            left -= to.read(&mut buffer).await?;
        }
        std::io::Result::Ok(())
    });
    for _ in 0..bytes / piece_bytes {
        from.write_all(&vec![7; piece_bytes]).await?;
    }
    from.flush().await?;
    Ok(read.await??)
}

/// Both ends of a connection.
pub(super) async fn connect() -> Result<(TlsStream<TcpStream>, TlsStream<TcpStream>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    let acceptor = TlsAcceptor::from(responder()?);
    let accept = tokio::spawn(async move {
        let (socket, _) = listener.accept().await?;
        acceptor.accept(socket).await
    });
    let name = ServerName::IpAddress(at.ip().into());
    let from = TlsConnector::from(initiator()?).connect(name, TcpStream::connect(at).await?).await?;
    Ok((from.into(), accept.await??.into()))
}

fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![cipher_suite::TLS13_AES_256_GCM_SHA384],
        kx_groups: vec![kx_group::X25519MLKEM768],
        ..default_provider()
    }
}

fn responder() -> Result<Arc<ServerConfig>> {
    let provider = provider();
    let seed = [42; 32];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from([&PKCS8[..], &seed].concat()));
    let signer = provider.key_provider.load_private_key(key)?;
    let public = detente_accord::SecretKey::from_seed(&seed).public();
    let spki = CertificateDer::from([&SPKI[..], public.bytes()].concat());
    let key = Arc::new(CertifiedKey::new(vec![spki], signer));
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(key)));
    Ok(Arc::new(config))
}

fn initiator() -> Result<Arc<ClientConfig>> {
    let config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("no TLS 1.3")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Takes every key, but checks its signature.
#[derive(Debug)]
struct Anybody;

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
        Err(Error::General("not on offer".into()))
    }

    fn verify_tls13_signature(
        &self,
        bytes: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = default_provider().signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(bytes, &key.as_ref().into(), signed, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
