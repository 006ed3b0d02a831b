//! The type of a value that nothing declares: URL, e-mail, network, IPv6, IPv4, file hash, domain, in this
//! order. A value has the type it is shaped like; if the rule of that type refuses it, no other is tried.

use super::{address, email, hash, name, url, without_port};
use crate::{Kind, Notes, Reason};

/// Applies the rule of the first type whose shape fits.
pub(super) fn by_grammar(
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    match shape(text) {
        Some(Shape::Url) => url::url(text, special_use, out),
        Some(Shape::Email) => email::email(text, out),
        Some(Shape::Address) => address::address_or_network(text, special_use, out, notes),
        Some(Shape::Hash) => hash::by_length(text, out),
        Some(Shape::Name) => name::domain(without_port(text), out, notes),
        None => {
            Err(if holds_several(text, special_use) { Reason::Ambiguous } else { Reason::NotAnIndicator })
        }
    }
}

enum Shape {
    Url,
    Email,
    Address,
    Hash,
    Name,
}

fn shape(text: &str) -> Option<Shape> {
    if url::is_shaped_like_one(text) {
        return Some(Shape::Url);
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return None;
    }
    if let Some((local, domain)) = text.rsplit_once('@') {
        // A slash may stand in a local part, but `host/path@x` is likelier a path.
        let is_one = !local.is_empty() && !domain.is_empty() && !local.contains(['@', '/']);
        return is_one.then_some(Shape::Email);
    }
    let before_length = text.split_once('/').map_or(text, |(network, _)| network);
    if address::is_shaped_like_one(before_length) {
        let is_one = before_length.len() == text.len()
            || text[before_length.len() + 1..].bytes().all(|byte| byte.is_ascii_digit());
        return is_one.then_some(Shape::Address);
    }
    if hash::is_shaped_like_one(text) {
        return Some(Shape::Hash);
    }
    is_name_shaped(without_port(text)).then_some(Shape::Name)
}

/// Letters of any script, digits, `-`, `_` and a dot, after at most one `*.`.
fn is_name_shaped(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let has_dot = name.contains(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']);
    has_dot
        && name.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// Several values in one place, of which no one is the value: `name|address`, `a, b`.
fn holds_several(text: &str, special_use: bool) -> bool {
    let mut parts = 0;
    let mut scratch = Vec::new();
    for part in text.split([',', ';', '|', ' ', '\t']).filter(|part| !part.is_empty()) {
        parts += 1;
        scratch.clear();
        let is_value = shape(part).is_some()
            && by_grammar(part, special_use, &mut scratch, &mut Notes::default())
                .map_or_else(|reason| reason == Reason::SpecialUse, |_| true);
        if parts > PARTS_MAX || !is_value {
            return false;
        }
    }
    parts >= 2
}

/// Parts after which a text is prose and not a list of values.
const PARTS_MAX: usize = 16;
