//! The configuration of a node: flag before environment before file before default.
//!
//! First what was said and where ([`RawConfig`]), then what it means ([`Config`]), which cannot be had unchecked.

mod keys;
mod raw;
mod sources;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Uri;

pub(crate) use raw::{FILE_BYTES_MAX, Origin, RawConfig, Said};
pub(crate) use sources::{place, sources};

use crate::exit::{Exit, Failure};

/// Longest wait at the end: a service manager kills after 90 s.
const STOP_WAIT_MS_MAX: u64 = 60_000;

/// Why a configuration cannot be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong {
    /// Where it was said.
    pub(crate) origin: Origin,
    /// What is wrong with it.
    pub(crate) why: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Failure {
        let failure = Failure::new(Exit::Configuration, format!("{}: {}", wrong.origin, wrong.why));
        match wrong.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Where the metrics are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Metrics {
    /// A Unix socket.
    Socket(PathBuf),
    /// An address of this computer.
    At(SocketAddr),
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// Text.
    Text,
    /// JSON, an object a line.
    Json,
}

/// TLS of the pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tls {
    /// PEM, ours first.
    pub(crate) certificate: PathBuf,
    /// PEM.
    pub(crate) key: PathBuf,
}

/// The configuration of a node, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Config {
    /// The home.
    pub(crate) home: PathBuf,
    /// The file that was read, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// Where peers reach us; nowhere if none is named.
    pub(crate) peer: Option<SocketAddr>,
    /// The addresses that our card names; none: the one of `peer`.
    pub(crate) announce: Vec<SocketAddr>,
    /// Where pages and API are. Port 0 takes a free one.
    pub(crate) web: SocketAddr,
    /// What a browser types, where it is said.
    pub(crate) web_origin: Option<String>,
    /// TLS of the pages.
    pub(crate) tls: Option<Tls>,
    /// Where the metrics are.
    pub(crate) metrics: Option<Metrics>,
    /// What is logged.
    pub(crate) log: String,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// How long what is under way may take when the node stops.
    pub(crate) stop_wait: Duration,
    /// Whether to start also where the kernel enforces less than it could.
    pub(crate) weaker_kernel: bool,
}

impl Config {
    /// Checks what was said.
    ///
    /// # Errors
    /// The first value that cannot be, with where it was said.
    pub(crate) fn check(raw: &RawConfig, home: &Path, file: Option<&Path>) -> Result<Config, Wrong> {
        let config = Config {
            home: home.to_owned(),
            file: file.map(Path::to_owned),
            peer: raw.value("peer", address)?,
            announce: raw.values("announce", address)?,
            web: raw.value("web", address)?.ok_or_else(|| raw.wrong("web", "web needs an address"))?,
            web_origin: raw.value("web_origin", origin)?,
            tls: tls(raw)?,
            metrics: raw.value("metrics", metrics)?,
            log: raw.value("log", filter)?.unwrap_or_default(),
            log_format: raw.value("log_format", log_format)?.unwrap_or(LogFormat::Auto),
            stop_wait: raw.value("stop_wait_ms", stop_wait)?.unwrap_or_default(),
            weaker_kernel: raw.value("confinement", weaker)?.unwrap_or(false),
        };
        config.agrees(raw).map(|()| config)
    }

    /// What does not go together.
    fn agrees(&self, raw: &RawConfig) -> Result<(), Wrong> {
        if self.web.ip().is_loopback() {
            return Ok(());
        }
        let why = "pages at an address that is not of this computer alone need TLS";
        match (&self.tls, &self.web_origin) {
            (None, _) => Err(Wrong {
                hint: Some("set web_certificate_file and web_key_file".into()),
                ..raw.wrong("web", why)
            }),
            (Some(_), None) => Err(Wrong {
                hint: Some("for example web_origin = \"https://desk.cert-a.example\"".into()),
                ..raw.wrong("web", "pages at this address need the name under which browsers know them")
            }),
            _ => Ok(()),
        }
    }
}

impl RawConfig {
    fn wrong(&self, name: &str, why: impl Into<String>) -> Wrong {
        Wrong { origin: self.said(name).origin, why: why.into(), hint: None }
    }

    fn values<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, Wrong> {
        let said = self.said(name);
        let parsed = said.parts.iter().map(|text| {
            parse(text).map_err(|form| self.wrong(name, format!("{name} is {form}, not {text:?}")))
        });
        parsed.collect()
    }

    fn value<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, Wrong> {
        Ok(self.values(name, parse)?.into_iter().next())
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "an address with a port, such as 127.0.0.1:7480 or [::]:7470")
}

fn origin(text: &str) -> Result<String, &'static str> {
    let form = "an origin, such as https://desk.cert-a.example, without a path";
    let uri: Uri = text.parse().map_err(|_| form)?;
    let is_origin = matches!(uri.scheme_str(), Some("https" | "http"))
        && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.path() == "/"
        && uri.query().is_none()
        && !text.ends_with('/');
    if is_origin { Ok(text.to_ascii_lowercase()) } else { Err(form) }
}

fn metrics(text: &str) -> Result<Metrics, &'static str> {
    let form = "the path of a socket from the root on, or an address of this computer with a port";
    match text.parse::<SocketAddr>() {
        Ok(at) if at.ip().is_loopback() => Ok(Metrics::At(at)),
        Ok(_) => Err(form),
        Err(_) if text.contains('/') => Ok(Metrics::Socket(PathBuf::from(text))),
        Err(_) => Err(form),
    }
}

fn filter(text: &str) -> Result<String, &'static str> {
    let form = "a level (error, warn, info, debug, trace), or levels by part";
    let read: Result<tracing_subscriber::EnvFilter, _> = text.parse();
    read.map(|_| text.to_owned()).map_err(|_| form)
}

fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("auto, text or json"),
    }
}

fn stop_wait(text: &str) -> Result<Duration, &'static str> {
    let form = "a number of milliseconds, 60000 at most";
    let ms: u64 = text.parse().map_err(|_| form)?;
    if ms <= STOP_WAIT_MS_MAX { Ok(Duration::from_millis(ms)) } else { Err(form) }
}

fn weaker(text: &str) -> Result<bool, &'static str> {
    match text {
        "required" => Ok(false),
        "weaker" => Ok(true),
        _ => Err("required or weaker"),
    }
}

fn tls(raw: &RawConfig) -> Result<Option<Tls>, Wrong> {
    let file = |name| raw.value(name, |text| Ok(PathBuf::from(text)));
    match (file("web_certificate_file")?, file("web_key_file")?) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(Tls { certificate, key })),
        (Some(_), None) => Err(raw.wrong("web_certificate_file", "a certificate needs web_key_file too")),
        (None, Some(_)) => Err(raw.wrong("web_key_file", "a key needs web_certificate_file too")),
    }
}

#[cfg(test)]
mod tests;
