//! Which fields of which Zeek log hold values, and of what type (FORMATS, section 8). TSV and JSON logs
//! have the same fields.

use super::http_url::RequestPart;
use crate::Kind;
use crate::canon::Declared;

/// The logs whose fields are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Log {
    Conn,
    Dns,
    Http,
    Ssl,
    X509,
    Files,
    Smtp,
    /// Logs of which only the addresses are taken: ntlm, weird, notice.
    Addresses,
    /// Any other log: its addresses, and what has a name that means one thing everywhere.
    Other,
}

impl Log {
    /// The log with this `#path` or `_path`. A rotated log may be named `dns.2018-03-24`.
    pub(crate) fn of(path: &[u8]) -> Log {
        let stem = path.split(|byte| *byte == b'.').next().unwrap_or(path);
        match stem {
            b"conn" => Log::Conn,
            b"dns" => Log::Dns,
            b"http" => Log::Http,
            b"ssl" => Log::Ssl,
            b"x509" => Log::X509,
            b"files" => Log::Files,
            b"smtp" => Log::Smtp,
            b"ntlm" | b"weird" | b"notice" => Log::Addresses,
            _ => Log::Other,
        }
    }

    /// The log whose records have these fields, for JSON without `_path`.
    pub(crate) fn guess(fields: impl Iterator<Item = Field> + Clone) -> Log {
        let has = |wanted: Field| fields.clone().any(|field| field == wanted);
        if has(Field::Query) {
            Log::Dns
        } else if has(Field::Uri) || has(Field::Method) {
            Log::Http
        } else if has(Field::ServerName) || has(Field::CertificateChain) {
            Log::Ssl
        } else if has(Field::SanDns) || has(Field::Fingerprint) {
            Log::X509
        } else if has(Field::MailFrom) || has(Field::RcptTo) {
            Log::Smtp
        } else {
            Log::Other
        }
    }
}

/// The fields that hold a value in some log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Field {
    Address,
    RespPort,
    Query,
    Answers,
    Host,
    Uri,
    Method,
    Referrer,
    ServerName,
    CertificateChain,
    ClientFingerprint,
    SanDns,
    SanIp,
    SanEmail,
    Fingerprint,
    Md5,
    Sha1,
    Sha256,
    MailFrom,
    RcptTo,
    From,
    To,
    Cc,
    ReplyTo,
    OriginatingIp,
    Path,
}

impl Field {
    /// The field with this name.
    pub(crate) fn of(name: &[u8]) -> Option<Field> {
        Some(match name {
            b"id.orig_h" | b"id.resp_h" | b"src" | b"dst" | b"client_addr" | b"server_addr"
            | b"assigned_addr" | b"tx_hosts" | b"rx_hosts" => Field::Address,
            b"id.resp_p" => Field::RespPort,
            b"query" => Field::Query,
            b"answers" => Field::Answers,
            b"host" => Field::Host,
            b"uri" => Field::Uri,
            b"method" => Field::Method,
            b"referrer" => Field::Referrer,
            b"server_name" => Field::ServerName,
            b"cert_chain_fps" | b"client_cert_chain_fps" => Field::CertificateChain,
            b"ja3" | b"ja3s" | b"ja4" | b"ja4s" => Field::ClientFingerprint,
            b"san.dns" => Field::SanDns,
            b"san.ip" => Field::SanIp,
            b"san.email" => Field::SanEmail,
            b"fingerprint" => Field::Fingerprint,
            b"md5" => Field::Md5,
            b"sha1" => Field::Sha1,
            b"sha256" => Field::Sha256,
            b"mailfrom" => Field::MailFrom,
            b"rcptto" => Field::RcptTo,
            b"from" => Field::From,
            b"to" => Field::To,
            b"cc" => Field::Cc,
            b"reply_to" => Field::ReplyTo,
            b"x_originating_ip" => Field::OriginatingIp,
            b"path" => Field::Path,
            _ => return None,
        })
    }

    /// What this field is in this log; `None` where it holds no value.
    pub(crate) fn take(self, log: Log) -> Option<Take> {
        let name = Take::Value(Declared::Host);
        let fits = match self {
            Field::Address => matches!(log, Log::Conn | Log::Addresses | Log::Other),
            Field::Query | Field::Answers => matches!(log, Log::Dns | Log::Other),
            Field::RespPort | Field::Method | Field::Referrer => log == Log::Http,
            Field::Host | Field::Uri => matches!(log, Log::Http | Log::Other),
            Field::ServerName | Field::CertificateChain | Field::ClientFingerprint => {
                matches!(log, Log::Ssl | Log::Other)
            }
            Field::Fingerprint => log == Log::X509,
            Field::SanDns | Field::SanIp | Field::SanEmail => matches!(log, Log::X509 | Log::Other),
            Field::Md5 | Field::Sha1 | Field::Sha256 => matches!(log, Log::Files | Log::Other),
            _ => log == Log::Smtp,
        };
        fits.then_some(match self {
            Field::Address | Field::SanIp | Field::OriginatingIp | Field::Path => {
                Take::Value(Declared::Address)
            }
            Field::RespPort => Take::Request(RequestPart::Port),
            Field::Method => Take::Request(RequestPart::Method),
            Field::Uri => Take::Request(RequestPart::Uri),
            Field::Host => Take::Host,
            // Queries are names even where they look like addresses (`in-addr.arpa` is not one).
            Field::Query => Take::Value(Declared::Kind(Kind::Domain)),
            Field::Answers => Take::Value(Declared::Unknown),
            Field::Referrer => Take::Value(Declared::Kind(Kind::Url)),
            Field::ServerName | Field::SanDns => name,
            Field::CertificateChain | Field::ClientFingerprint | Field::Fingerprint => {
                Take::Value(Declared::NotCarried)
            }
            Field::Md5 => Take::Value(Declared::Kind(Kind::Md5)),
            Field::Sha1 => Take::Value(Declared::Kind(Kind::Sha1)),
            Field::Sha256 => Take::Value(Declared::Kind(Kind::Sha256)),
            Field::SanEmail
            | Field::MailFrom
            | Field::RcptTo
            | Field::From
            | Field::To
            | Field::Cc
            | Field::ReplyTo => Take::Mailbox,
        })
    }
}

/// What to do with the text of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Take {
    /// It is a value of this type.
    Value(Declared),
    /// It holds addresses of mail header form.
    Mailbox,
    /// A name or an address, and the host of a URL.
    Host,
    /// A part of a URL and nothing by itself.
    Request(RequestPart),
}

/// What a column of this type is in a log whose fields are not listed. Strings are left alone: what they
/// mean depends on the log.
pub(crate) fn take_by_type(log: Log, kind: &[u8]) -> Option<Take> {
    if !matches!(log, Log::Conn | Log::Addresses | Log::Other) {
        return None;
    }
    let inner = kind.strip_suffix(b"]").and_then(|kind| kind.split(|byte| *byte == b'[').nth(1));
    matches!(inner.unwrap_or(kind), b"addr" | b"subnet").then_some(Take::Value(Declared::Address))
}
