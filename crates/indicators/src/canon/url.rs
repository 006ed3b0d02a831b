//! Type 5: http and https URLs, by the WHATWG parser and then by canon/1: no user information, no fragment,
//! no default port, the host as a name or an address of its own, the path decoded where that cannot change
//! its meaning, the query as it stands.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use ::url::{Host, Url};

use super::{address, name, open, refang, seal};
use crate::{Kind, Reason};

/// A whole URL. A host that is a special-use address drops the URL as the address would be dropped.
pub(super) fn url(text: &str, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let start = open(Kind::Url, out);
    let body = out.len();
    let mut text = Cow::Borrowed(text);
    // What one pass decodes can be decoded again (`%%341`) or look defanged (`[%2E]`): the item is the text
    // that a further pass leaves alone, or else its printed form would not be canonical.
    for _ in 0..PASSES_MAX {
        out.truncate(body);
        let decoded = append(&text, special_use, out)?;
        let printed = String::from_utf8_lossy(&out[body..]);
        let next = match refang(&printed) {
            Some(restored) => restored,
            None if decoded => printed.into_owned(),
            None => {
                seal(start, out, Reason::BadUrl)?;
                return Ok(Kind::Url);
            }
        };
        text = Cow::Owned(next);
    }
    Err(Reason::BadUrl)
}

/// Whether the text begins as a URL of whatever scheme: `scheme://`.
pub(super) fn is_shaped_like_one(text: &str) -> bool {
    text.split_once(':').is_some_and(|(_, after)| after.starts_with("//")) && scheme(text).is_some()
}

/// One pass; tells whether anything in the path was decoded.
fn append(text: &str, special_use: bool, out: &mut Vec<u8>) -> Result<bool, Reason> {
    let text = without_line_breaks(text);
    check_scheme(&text)?;
    let url = Url::parse(&text).map_err(|_| Reason::BadUrl)?;
    out.extend_from_slice(url.scheme().as_bytes());
    out.extend_from_slice(b"://");
    append_host(&url, special_use, out)?;
    if let Some(port) = url.port() {
        out.push(b':');
        out.extend_from_slice(port.to_string().as_bytes());
    }
    let decoded = append_path(url.path().as_bytes(), out);
    if let Some(query) = url.query() {
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
    }
    Ok(decoded)
}

/// The WHATWG parser removes tabs and line feeds wherever they stand; so they cannot hide the scheme.
fn without_line_breaks(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|character| character <= ' ');
    if text.contains(['\t', '\n', '\r']) {
        Cow::Owned(text.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(text)
    }
}

fn check_scheme(text: &str) -> Result<(), Reason> {
    let Some(scheme) = scheme(text) else { return Err(Reason::BadUrl) };
    if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        return Ok(());
    }
    // `example.com:8080/x` begins like a scheme by the letter of the standard; it is a URL without one.
    let is_scheme = !scheme.contains('.') && text[scheme.len()..].starts_with("://");
    Err(if is_scheme { Reason::BadScheme } else { Reason::BadUrl })
}

/// What stands before the first colon, if it can be a scheme.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let starts_well = scheme.bytes().next()?.is_ascii_alphabetic();
    let goes_on_well =
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (starts_well && goes_on_well).then_some(scheme)
}

fn append_host(url: &Url, special_use: bool, out: &mut Vec<u8>) -> Result<(), Reason> {
    match url.host() {
        None => Err(Reason::BadUrl),
        Some(Host::Domain(domain)) => name::append(domain, out).map_err(|_| Reason::BadUrl),
        Some(Host::Ipv4(address)) => append_v4(u32::from(address), special_use, out),
        Some(Host::Ipv6(address)) => match address::embedded_v4(address) {
            Some(embedded) => append_v4(embedded, special_use, out),
            None if !special_use && address::is_special_v6(u128::from(address), 128) => {
                Err(Reason::SpecialUse)
            }
            None => {
                out.extend_from_slice(format!("[{address}]").as_bytes());
                Ok(())
            }
        },
    }
}

fn append_v4(address: u32, special_use: bool, out: &mut Vec<u8>) -> Result<(), Reason> {
    if !special_use && address::is_special_v4(address, 32) {
        return Err(Reason::SpecialUse);
    }
    out.extend_from_slice(Ipv4Addr::from(address).to_string().as_bytes());
    Ok(())
}

/// Decodes escapes of unreserved characters (RFC 3986, section 2.3) and writes the others in upper case.
fn append_path(path: &[u8], out: &mut Vec<u8>) -> bool {
    let mut decoded = false;
    let mut rest = path;
    while let Some(escape) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..escape]);
        rest = &rest[escape..];
        match escaped_byte(rest) {
            Some(byte) if is_unreserved(byte) => {
                out.push(byte);
                decoded = true;
                rest = &rest[3..];
            }
            Some(_) => {
                out.extend(rest[..3].iter().map(u8::to_ascii_uppercase));
                rest = &rest[3..];
            }
            None => {
                out.push(b'%');
                rest = &rest[1..];
            }
        }
    }
    out.extend_from_slice(rest);
    decoded
}

fn escaped_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    u8::try_from(digit(1)? << 4 | digit(2)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Passes after which a URL that still changes is refused: each real one needs two.
const PASSES_MAX: usize = 8;
