//! TLS of the pages, where the configuration names a certificate: TLS 1.3 alone. The files are read again at a
//! reload; one that cannot be read leaves what was there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

use crate::config::Tls;
use crate::exit::{Exit, Failure};

/// What handshakes are made with now.
pub(super) type Current = watch::Receiver<Arc<ServerConfig>>;

/// The certificate in use, and how to change it.
pub(crate) struct Certificate {
    files: Tls,
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// Files that hold none; a key that others can read.
    pub(super) fn read(files: &Tls) -> Result<Certificate, Failure> {
        let current = watch::Sender::new(Arc::new(config(files)?));
        Ok(Certificate { files: files.clone(), current })
    }

    /// Reads both again.
    ///
    /// # Errors
    /// As [`Certificate::read`]; the old ones stay.
    pub(super) fn reload(&self) -> Result<(), Failure> {
        self.current.send_replace(Arc::new(config(&self.files)?));
        Ok(())
    }

    pub(super) fn current(&self) -> Current {
        self.current.subscribe()
    }
}

fn config(files: &Tls) -> Result<ServerConfig, Failure> {
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(&files.certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|error| unusable(&files.certificate, &error))?;
    refuse_open(&files.key)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    let built = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
    let mut config = built.map_err(|error| unusable(&files.certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn refuse_open(key: &Path) -> Result<(), Failure> {
    let mode = fs::metadata(key).map_err(|error| unusable(key, &error))?.permissions().mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Permission, format!("{} can be read by others", key.display()))
            .hint("chmod 600")),
    }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Configuration, format!("{}: {why}", path.display()))
        .hint("web_certificate_file and web_key_file are PEM files that fit together")
}
