//! What the types of MISP attributes are to us (FORMATS, section 1). The CSV export has the same types.

use crate::Kind;
use crate::canon::Declared;

/// How the value of one attribute type is taken apart.
pub(crate) struct Mapping {
    split: Split,
    /// Types such as `link` that stand beside the indicators.
    pub(crate) only_with_all: bool,
}

/// Composite values are split at the first `|`: a file name may hold none, a registry value many.
enum Split {
    Whole(Declared),
    First(Declared),
    Second(Declared),
    Both(Declared, Declared),
    Pattern,
}

/// A part of a value.
pub(crate) enum Part<'v> {
    /// The value of a candidate.
    Text(&'v [u8]),
    /// The value is a STIX pattern.
    Pattern,
}

impl Mapping {
    /// The candidates in a value of this type.
    pub(crate) fn values<'v>(&self, value: &'v [u8]) -> impl Iterator<Item = (Part<'v>, Declared)> + use<'v> {
        let bar = memchr::memchr(b'|', value);
        let first = bar.map_or(value, |bar| &value[..bar]);
        // Without a bar the value is not what the type says; the type's own rule then refuses it.
        let second = bar.map_or(value, |bar| &value[bar + 1..]);
        let (one, two) = match self.split {
            Split::Whole(declared) => ((Part::Text(value), declared), None),
            Split::First(declared) => ((Part::Text(first), declared), None),
            Split::Second(declared) => ((Part::Text(second), declared), None),
            Split::Both(left, right) => ((Part::Text(first), left), bar.map(|_| (Part::Text(second), right))),
            Split::Pattern => ((Part::Pattern, Declared::Unknown), None),
        };
        std::iter::once(one).chain(two)
    }
}

/// The mapping of an attribute type. Every type that is not listed is known and not carried.
pub(crate) fn mapping(kind: &[u8]) -> Mapping {
    let only_with_all = kind == b"link";
    let split = match kind {
        b"ip-src" | b"ip-dst" => Split::Whole(Declared::Address),
        b"ip-src|port" | b"ip-dst|port" => Split::First(Declared::Address),
        b"domain" | b"hostname" => Split::Whole(Declared::Kind(Kind::Domain)),
        b"hostname|port" => Split::First(Declared::Kind(Kind::Domain)),
        b"domain|ip" => Split::Both(Declared::Kind(Kind::Domain), Declared::Address),
        b"url" | b"link" => Split::Whole(Declared::Kind(Kind::Url)),
        b"email"
        | b"email-src"
        | b"email-dst"
        | b"email-reply-to"
        | b"whois-registrant-email"
        | b"dns-soa-email"
        | b"target-email" => Split::Whole(Declared::Kind(Kind::Email)),
        b"malware-sample" => Split::Second(Declared::Kind(Kind::Md5)),
        b"stix2-pattern" => Split::Pattern,
        _ => match kind.strip_prefix(b"filename|") {
            Some(algorithm) => Split::Second(file_hash(algorithm)),
            None => Split::Whole(file_hash(kind)),
        },
    };
    Mapping { split, only_with_all }
}

fn file_hash(algorithm: &[u8]) -> Declared {
    match algorithm {
        b"md5" => Declared::Kind(Kind::Md5),
        b"sha1" => Declared::Kind(Kind::Sha1),
        b"sha256" => Declared::Kind(Kind::Sha256),
        b"sha512" => Declared::Kind(Kind::Sha512),
        b"imphash" => Declared::Kind(Kind::Imphash),
        _ => Declared::NotCarried,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, value: &str) -> Vec<String> {
        let shown = |(part, declared)| match part {
            Part::Text(text) => format!("{declared:?} {}", String::from_utf8_lossy(text)),
            Part::Pattern => "pattern".to_owned(),
        };
        mapping(kind.as_bytes()).values(value.as_bytes()).map(shown).collect()
    }

    #[test]
    fn types_and_their_parts() {
        for (kind, value, expected) in [
            ("ip-dst", "192.0.2.1", &["Address 192.0.2.1"][..]),
            ("ip-src|port", "192.0.2.1|443", &["Address 192.0.2.1"]),
            ("hostname|port", "a.example|443", &["Kind(Domain) a.example"]),
            ("domain|ip", "a.example|192.0.2.1", &["Kind(Domain) a.example", "Address 192.0.2.1"]),
            ("domain|ip", "a.example", &["Kind(Domain) a.example"]),
            ("filename|sha256", "x|ab|cd", &["Kind(Sha256) ab|cd"]),
            ("filename|ssdeep", "x|3:ab", &["NotCarried 3:ab"]),
            ("malware-sample", "x.exe|ab", &["Kind(Md5) ab"]),
            ("email-reply-to", "a@b.example", &["Kind(Email) a@b.example"]),
            ("sha512", "ab", &["Kind(Sha512) ab"]),
            ("imphash", "ab", &["Kind(Imphash) ab"]),
            ("regkey|value", "a|b|c", &["NotCarried a|b|c"]),
            ("x509-fingerprint-sha1", "ab", &["NotCarried ab"]),
            ("uri", "/x", &["NotCarried /x"]),
            ("no-such-type", "x", &["NotCarried x"]),
            ("stix2-pattern", "[x]", &["pattern"]),
        ] {
            assert_eq!(shown(kind, value), expected, "{kind}");
        }
        assert!(mapping(b"link").only_with_all);
        assert!(!mapping(b"url").only_with_all);
    }
}
