//! TLS as the link has it: version 1.3, X25519MLKEM768, raw public keys on both sides, nothing resumed, nothing early.
//! No type of rustls leaves this crate, and hardly any this file.

use std::fmt;
use std::io;
use std::sync::{Arc, RwLock};

use detente_accord::{PublicKey, SecretKey};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, CommonState, DigitallySignedStruct, DistinguishedName, Error as TlsError,
    PeerIncompatible, PeerMisbehaved, ServerConfig, SignatureAlgorithm, SignatureScheme,
};

use crate::hello::Channel;
use crate::{Error, Handshake};

/// The application protocol (RFC 7301).
pub(crate) const ALPN: &[u8] = b"detente/1";

const EXPORTER: &[u8] = b"EXPORTER-detente-link-v1";

/// An Ed25519 SubjectPublicKeyInfo up to its key (RFC 8410, section 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The keys that may come in. Whoever holds it sees every change at once.
pub(crate) type Known = Arc<RwLock<Vec<PublicKey>>>;

/// What both kinds of configuration are made from.
pub(crate) struct Tls {
    provider: Arc<CryptoProvider>,
    key: Arc<CertifiedKey>,
    public: PublicKey,
}

impl Tls {
    pub(crate) fn new(secret: SecretKey) -> Tls {
        let provider = CryptoProvider {
            // 256 bits: the exchange is meant to hold against a quantum computer, so the cipher is.
            cipher_suites: vec![
                cipher_suite::TLS13_AES_256_GCM_SHA384,
                cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            ],
            kx_groups: vec![kx_group::X25519MLKEM768],
            signature_verification_algorithms: WebPkiSupportedAlgorithms { all: &[], mapping: &[] },
            ..default_provider()
        };
        let public = secret.public();
        let spki = [SPKI.as_slice(), public.bytes()].concat();
        let key = CertifiedKey::new(vec![CertificateDer::from(spki)], Arc::new(TlsKey(Arc::new(secret))));
        Tls { provider: Arc::new(provider), key: Arc::new(key), public }
    }

    /// Our raw public key.
    pub(crate) fn public(&self) -> PublicKey {
        self.public
    }

    /// For connections that come in: whoever holds one of the known keys.
    pub(crate) fn responder(&self, known: Known) -> Result<Arc<ServerConfig>, Error> {
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&TLS13])
            .map_err(|_| Error::Setup("tls"))?
            .with_client_cert_verifier(Arc::new(Verifier(Expected::OneOf(known))))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(self.key.clone())));
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }

    /// For a connection that we open: this key alone, so that nobody else there learns who calls.
    pub(crate) fn initiator(&self, expected: PublicKey) -> Result<Arc<ClientConfig>, Error> {
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&TLS13])
            .map_err(|_| Error::Setup("tls"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier(Expected::This(expected))))
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(self.key.clone())));
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.resumption = Resumption::disabled();
        config.enable_early_data = false;
        config.enable_sni = false;
        Ok(Arc::new(config))
    }
}

/// The key that the other side showed, once the handshake is over.
pub(crate) fn peer_key(state: &CommonState) -> Result<PublicKey, Handshake> {
    if state.alpn_protocol() != Some(ALPN) {
        return Err(Handshake::Alpn);
    }
    let [spki] = state.peer_certificates().unwrap_or_default() else { return Err(Handshake::NoRawKey) };
    raw_key(spki).ok_or(Handshake::NoRawKey)
}

/// What the hello signs of a channel. `export` is the connection's exporter.
pub(crate) fn channel(
    export: impl FnOnce([u8; 32], &[u8]) -> Result<[u8; 32], TlsError>,
    initiator_tls: PublicKey,
    responder_tls: PublicKey,
) -> Result<Channel, Error> {
    let exporter = export([0; 32], EXPORTER).map_err(|_| Error::Handshake(Handshake::NotTls))?;
    Ok(Channel { exporter, initiator_tls, responder_tls })
}

/// Which key may be at the other end.
enum Expected {
    OneOf(Known),
    This(PublicKey),
}

struct Verifier(Expected);

impl Verifier {
    fn check(&self, entity: &CertificateDer<'_>, more: &[CertificateDer<'_>]) -> Result<(), TlsError> {
        let key = raw_key(entity).filter(|_| more.is_empty());
        let key = key.ok_or(TlsError::InvalidCertificate(CertificateError::BadEncoding))?;
        let is_known = match &self.0 {
            Expected::This(expected) => key == *expected,
            Expected::OneOf(known) => known.read().is_ok_and(|known| known.contains(&key)),
        };
        is_known.then_some(()).ok_or(TlsError::InvalidCertificate(CertificateError::UnknownIssuer))
    }
}

fn check_signature(
    bytes: &[u8],
    entity: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, TlsError> {
    let bad = || TlsError::InvalidCertificate(CertificateError::BadSignature);
    let signature = signed.signature().try_into().map_err(|_| bad())?;
    if signed.scheme != SignatureScheme::ED25519 {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    raw_key(entity).ok_or_else(bad)?.verify(bytes, signature, "tls").map_err(|_| bad())?;
    Ok(HandshakeSignatureValid::assertion())
}

/// TLS 1.2 is not on offer, so nothing of it is ever verified.
const NO_TLS12: TlsError = TlsError::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme);

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        entity: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        self.check(entity, more).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Err(NO_TLS12)
    }

    fn verify_tls13_signature(
        &self,
        bytes: &[u8],
        entity: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        check_signature(bytes, entity, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        entity: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        self.check(entity, more).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Err(NO_TLS12)
    }

    fn verify_tls13_signature(
        &self,
        bytes: &[u8],
        entity: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        check_signature(bytes, entity, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

/// An Ed25519 key in its one encoding, admitted.
fn raw_key(spki: &CertificateDer<'_>) -> Option<PublicKey> {
    let key = spki.strip_prefix(&SPKI)?;
    PublicKey::admit(key.try_into().ok()?).ok()
}

/// Our key, for rustls.
#[derive(Clone)]
struct TlsKey(Arc<SecretKey>);

impl SigningKey for TlsKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SignatureScheme::ED25519).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl Signer for TlsKey {
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, TlsError> {
        Ok(self.0.sign(bytes).to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl fmt::Debug for TlsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsKey")
    }
}

/// What ended a handshake.
pub(crate) fn fault(error: &io::Error) -> Handshake {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(error) => tls_fault(error),
        None => Handshake::BrokenOff,
    }
}

fn tls_fault(error: &TlsError) -> Handshake {
    match error {
        TlsError::AlertReceived(_) => Handshake::Alert,
        TlsError::NoApplicationProtocol => Handshake::Alpn,
        TlsError::NoCertificatesPresented => Handshake::NoRawKey,
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => Handshake::UnknownKey,
        TlsError::InvalidCertificate(CertificateError::BadSignature) => Handshake::Signature,
        TlsError::InvalidCertificate(_) => Handshake::NoRawKey,
        TlsError::PeerIncompatible(of) => incompatible(of),
        TlsError::PeerMisbehaved(PeerMisbehaved::InvalidKeyShare) => Handshake::Group,
        _ => Handshake::NotTls,
    }
}

fn incompatible(fault: &PeerIncompatible) -> Handshake {
    use PeerIncompatible as Not;
    match fault {
        Not::IncorrectCertificateTypeExtension | Not::UnsolicitedCertificateTypeExtension => {
            Handshake::NoRawKey
        }
        Not::NoCipherSuitesInCommon => Handshake::Cipher,
        Not::NullCompressionRequired => Handshake::NotTls,
        Not::NoKxGroupsInCommon | Not::NamedGroupsExtensionRequired | Not::KeyShareExtensionRequired => {
            Handshake::Group
        }
        Not::NoSignatureSchemesInCommon
        | Not::NoCertificateRequestSignatureSchemesInCommon
        | Not::SignatureAlgorithmsExtensionRequired => Handshake::Signature,
        _ => Handshake::Version,
    }
}
