//! The part of STIX patterning that lists of indicators use (FORMATS, section 5): one observation of `=`
//! and `IN` comparisons joined by AND and OR.
//!
//! Absent on purpose: several observations, FOLLOWEDBY, qualifiers, NOT, `!=`, order, LIKE, MATCHES,
//! subsets, EXISTS. Not one of 32,608 published patterns needed them, and a reader that understood half of
//! one would change what it says. Such a pattern is refused whole.

use crate::canon::Declared;
use crate::limits::{PATTERN_BYTES_MAX, PATTERN_DEPTH_MAX};
use crate::read::held::Fate;
use crate::{Kind, Reason};

/// A value of a pattern: what becomes of it, and its text.
pub(crate) type Value = (Fate, Vec<u8>);

/// The values of one pattern. A pattern outside the subset is a single value, the pattern itself, refused.
pub(crate) fn values(pattern: &[u8]) -> Vec<Value> {
    let refused = || vec![(Fate::Refuse(Reason::PatternNotCarried), pattern.to_vec())];
    if pattern.len() > PATTERN_BYTES_MAX {
        return refused();
    }
    let mut parser = Parser { lexer: Lexer { rest: pattern }, ahead: None, depth: 0 };
    match parser.observation() {
        Some(expression) => carried(expression, pattern),
        None => refused(),
    }
}

/// A comparison of one object path with one value or with any of several.
struct Comparison {
    path: Vec<u8>,
    values: Vec<Vec<u8>>,
}

enum Expression {
    Comparison(Comparison),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

/// Every alternative of an OR is carried for itself; the halves of an AND are not.
fn carried(expression: Expression, pattern: &[u8]) -> Vec<Value> {
    match expression {
        Expression::Comparison(comparison) => comparison_values(comparison),
        Expression::Or(parts) => parts.into_iter().flat_map(|part| carried(part, pattern)).collect(),
        Expression::And(parts) => conjunction(parts)
            .unwrap_or_else(|| vec![(Fate::Refuse(Reason::PatternNotCarried), pattern.to_vec())]),
    }
}

fn comparison_values(comparison: Comparison) -> Vec<Value> {
    let fate = Path::of(&comparison.path).fate();
    comparison.values.into_iter().map(|value| (fate, value)).collect()
}

/// The two conjunctions that say one thing: the type and value of one reference, and a file's hash with its
/// name. `None` for every other.
fn conjunction(parts: Vec<Expression>) -> Option<Vec<Value>> {
    let mut comparisons = Vec::new();
    for part in parts {
        match part {
            Expression::Comparison(comparison) => comparisons.push(comparison),
            Expression::And(_) | Expression::Or(_) => return None,
        }
    }
    typed_reference(&mut comparisons).or_else(|| named_hash(comparisons))
}

/// `network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1'`
fn typed_reference(comparisons: &mut Vec<Comparison>) -> Option<Vec<Value>> {
    if comparisons.len() != 2 {
        return None;
    }
    let typed = comparisons.iter().position(|comparison| comparison.path.ends_with(b".type"))?;
    let stem = comparisons[typed].path.strip_suffix(b".type")?;
    let other = &comparisons[1 - typed];
    if other.path.strip_suffix(b".value") != Some(stem) || !is_traffic_reference(stem) {
        return None;
    }
    let declared = match comparisons[typed].values.as_slice() {
        [kind] => match kind.as_slice() {
            b"ipv4-addr" | b"ipv6-addr" => Declared::Address,
            b"domain-name" => Declared::Kind(Kind::Domain),
            _ => return None,
        },
        _ => return None,
    };
    let values = comparisons.swap_remove(1 - typed).values;
    Some(values.into_iter().map(|value| (Fate::Offer(declared), value)).collect())
}

/// `file:hashes.'SHA-256' = '…' AND file:name = '…'`; the name only narrows what the hash says already.
fn named_hash(comparisons: Vec<Comparison>) -> Option<Vec<Value>> {
    if comparisons.len() != 2 {
        return None;
    }
    let names = |comparison: &Comparison| comparison.path == b"file:name";
    let hash = comparisons.iter().position(|comparison| !names(comparison))?;
    if !names(&comparisons[1 - hash]) || !comparisons[hash].path.starts_with(b"file:hashes.") {
        return None;
    }
    comparisons.into_iter().nth(hash).map(comparison_values)
}

fn is_traffic_reference(stem: &[u8]) -> bool {
    matches!(stem, b"network-traffic:dst_ref" | b"network-traffic:src_ref")
}

/// What an object path names.
enum Path {
    Carried(Declared),
    Known,
    Other,
}

impl Path {
    fn of(path: &[u8]) -> Path {
        match path {
            b"domain-name:value" => Path::Carried(Declared::Kind(Kind::Domain)),
            b"url:value" => Path::Carried(Declared::Kind(Kind::Url)),
            b"ipv4-addr:value" | b"ipv6-addr:value" => Path::Carried(Declared::Address),
            b"network-traffic:dst_ref.value" | b"network-traffic:src_ref.value" => {
                Path::Carried(Declared::Host)
            }
            b"email-addr:value" | b"email-message:from_ref.value" | b"email-message:sender_ref.value" => {
                Path::Carried(Declared::Kind(Kind::Email))
            }
            b"file:extensions.windows-pebinary-ext.imphash" => Path::Carried(Declared::Kind(Kind::Imphash)),
            b"autonomous-system:number" => Path::Known,
            _ => match path.strip_prefix(b"file:hashes.") {
                Some(name) => hash_kind(name).map_or(Path::Known, |kind| Path::Carried(Declared::Kind(kind))),
                None if path.starts_with(b"x509-certificate:hashes.") => Path::Known,
                None => Path::Other,
            },
        }
    }

    fn fate(&self) -> Fate {
        match self {
            Path::Carried(declared) => Fate::Offer(*declared),
            Path::Known => Fate::Offer(Declared::NotCarried),
            Path::Other => Fate::Refuse(Reason::PatternNotCarried),
        }
    }
}

/// The kind of a hash by its name in STIX, which is written `SHA-256`, `SHA256` and `sha256`.
pub(crate) fn hash_kind(name: &[u8]) -> Option<Kind> {
    let folded: Vec<u8> = name.iter().filter(|byte| **byte != b'-').map(u8::to_ascii_lowercase).collect();
    match folded.as_slice() {
        b"md5" => Some(Kind::Md5),
        b"sha1" => Some(Kind::Sha1),
        b"sha256" => Some(Kind::Sha256),
        b"sha512" => Some(Kind::Sha512),
        b"imphash" => Some(Kind::Imphash),
        _ => None,
    }
}

/// A token. Paths are one token: nothing inside them is read but their text, with the quotes dropped.
#[derive(PartialEq, Eq)]
enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Equals,
    And,
    Or,
    In,
    Path(Vec<u8>),
    Literal(Vec<u8>),
}

struct Lexer<'p> {
    rest: &'p [u8],
}

impl Lexer<'_> {
    /// The next token; `None` at the end and where nothing of the subset begins.
    fn token(&mut self) -> Option<Token> {
        self.rest = self.rest.trim_ascii_start();
        let first = *self.rest.first()?;
        let token = match first {
            b'[' => Token::Open,
            b']' => Token::Close,
            b'(' => Token::OpenList,
            b')' => Token::CloseList,
            b',' => Token::Comma,
            b'=' => {
                self.rest = self.rest.strip_prefix(b"==").or(self.rest.strip_prefix(b"="))?;
                return Some(Token::Equals);
            }
            b'\'' => return self.literal(),
            b'0'..=b'9' | b'-' => return Some(Token::Literal(self.number())),
            _ => return self.word(),
        };
        self.rest = &self.rest[1..];
        Some(token)
    }

    /// A quoted string, in which only the quote and the backslash are escaped.
    fn literal(&mut self) -> Option<Token> {
        let mut text = Vec::new();
        let mut rest = self.rest[1..].iter();
        loop {
            match rest.next()? {
                b'\'' => break,
                b'\\' => match rest.next()? {
                    byte @ (b'\'' | b'\\') => text.push(*byte),
                    _ => return None,
                },
                byte => text.push(*byte),
            }
        }
        self.rest = rest.as_slice();
        Some(Token::Literal(text))
    }

    fn number(&mut self) -> Vec<u8> {
        let digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        let length = self.rest.iter().take_while(|byte| digit(byte)).count();
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        number.to_vec()
    }

    /// A keyword, or an object path such as `file:hashes.'SHA-256'`.
    fn word(&mut self) -> Option<Token> {
        let mut text = Vec::new();
        while let Some(byte) = self.rest.first() {
            match byte {
                b'\'' => match self.literal()? {
                    Token::Literal(quoted) => text.extend_from_slice(&quoted),
                    _ => return None,
                },
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b':' | b'.' => {
                    text.push(*byte);
                    self.rest = &self.rest[1..];
                }
                // An index, as in `to_refs[*].value`.
                b'[' if text.contains(&b':') => {
                    let end = self.rest.iter().position(|byte| *byte == b']')?;
                    text.extend_from_slice(&self.rest[..=end]);
                    self.rest = &self.rest[end + 1..];
                }
                _ => break,
            }
        }
        match text.as_slice() {
            b"AND" => Some(Token::And),
            b"OR" => Some(Token::Or),
            b"IN" => Some(Token::In),
            b"true" | b"false" => Some(Token::Literal(text)),
            _ => text.contains(&b':').then_some(Token::Path(text)),
        }
    }
}

struct Parser<'p> {
    lexer: Lexer<'p>,
    ahead: Option<Token>,
    depth: usize,
}

impl Parser<'_> {
    fn observation(&mut self) -> Option<Expression> {
        self.expect(Token::Open)?;
        let expression = self.disjunction()?;
        self.expect(Token::Close)?;
        let ended = self.ahead.is_none() && self.lexer.rest.trim_ascii().is_empty();
        ended.then_some(expression)
    }

    /// AND binds more tightly than OR.
    fn disjunction(&mut self) -> Option<Expression> {
        let mut parts = vec![self.conjunction()?];
        while self.accept(Token::Or) {
            parts.push(self.conjunction()?);
        }
        Some(joined(parts, Expression::Or))
    }

    fn conjunction(&mut self) -> Option<Expression> {
        let mut parts = vec![self.operand()?];
        while self.accept(Token::And) {
            parts.push(self.operand()?);
        }
        Some(joined(parts, Expression::And))
    }

    fn operand(&mut self) -> Option<Expression> {
        match self.next()? {
            Token::OpenList => {
                self.depth += 1;
                if self.depth > PATTERN_DEPTH_MAX {
                    return None;
                }
                let inner = self.disjunction()?;
                self.expect(Token::CloseList)?;
                self.depth -= 1;
                Some(inner)
            }
            Token::Path(path) => self.comparison(path),
            _ => None,
        }
    }

    fn comparison(&mut self, path: Vec<u8>) -> Option<Expression> {
        let values = match self.next()? {
            Token::Equals => vec![self.literal()?],
            Token::In => self.literal_list()?,
            _ => return None,
        };
        Some(Expression::Comparison(Comparison { path, values }))
    }

    fn literal_list(&mut self) -> Option<Vec<Vec<u8>>> {
        self.expect(Token::OpenList)?;
        let mut values = vec![self.literal()?];
        while self.accept(Token::Comma) {
            values.push(self.literal()?);
        }
        self.expect(Token::CloseList)?;
        Some(values)
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        match self.next()? {
            Token::Literal(text) => Some(text),
            _ => None,
        }
    }

    fn next(&mut self) -> Option<Token> {
        self.ahead.take().or_else(|| self.lexer.token())
    }

    fn accept(&mut self, wanted: Token) -> bool {
        let next = self.next();
        let accepted = next.as_ref() == Some(&wanted);
        if !accepted {
            self.ahead = next;
        }
        accepted
    }

    fn expect(&mut self, wanted: Token) -> Option<()> {
        self.accept(wanted).then_some(())
    }
}

/// A single part stands for itself, so that parentheses around one comparison change nothing.
fn joined(mut parts: Vec<Expression>, join: impl Fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.swap_remove(0) } else { join(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Vec<String> {
        let shown = |(fate, text): Value| {
            let text = String::from_utf8(text).expect("the tests are UTF-8");
            match fate {
                Fate::Offer(Declared::Kind(kind)) => format!("{kind} {text}"),
                Fate::Offer(declared) => format!("{declared:?} {text}"),
                Fate::Refuse(reason) => reason.to_string(),
            }
        };
        values(pattern.as_bytes()).into_iter().map(shown).collect()
    }

    const NOT_CARRIED: [&str; 1] = ["pattern-not-carried"];

    #[test]
    fn one_comparison() {
        assert_eq!(shown("[domain-name:value = 'a.example']"), ["domain a.example"]);
        assert_eq!(shown("[domain-name:value='a.example']"), ["domain a.example"]);
        assert_eq!(
            shown(" [ ( url:value == 'http://a.example/?q=\\'\\\\' ) ] "),
            ["url http://a.example/?q='\\"]
        );
        assert_eq!(shown("[ipv4-addr:value = '192.0.2.0/24']"), ["Address 192.0.2.0/24"]);
        assert_eq!(shown("[email-message:from_ref.value = 'a@b.example']"), ["email a@b.example"]);
        assert_eq!(shown("[network-traffic:dst_ref.value = '192.0.2.1']"), ["Host 192.0.2.1"]);
    }

    #[test]
    fn hash_names_are_folded() {
        for name in ["'SHA-256'", "SHA256", "sha256", "'SHA256'", "'sha-256'"] {
            assert_eq!(shown(&format!("[file:hashes.{name} = 'ab']")), ["sha256 ab"]);
        }
        assert_eq!(shown("[file:hashes.MD5 = 'ab']"), ["md5 ab"]);
        assert_eq!(shown("[file:hashes.'SHA-1' = 'ab']"), ["sha1 ab"]);
        assert_eq!(shown("[file:hashes.SSDEEP = 'ab']"), ["NotCarried ab"]);
        assert_eq!(shown("[x509-certificate:hashes.'SHA-1' = 'ab']"), ["NotCarried ab"]);
    }

    #[test]
    fn alternatives_are_values_of_their_own() {
        assert_eq!(shown("[url:value IN ('a', 'b')]"), ["url a", "url b"]);
        assert_eq!(
            shown("[domain-name:value = 'a' OR (url:value = 'b' OR process:name = 'c')]"),
            ["domain a", "url b", "pattern-not-carried"]
        );
    }

    #[test]
    fn conjunctions_that_say_one_thing() {
        let pair =
            "network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1'";
        assert_eq!(shown(&format!("[{pair}]")), ["Address 192.0.2.1"]);
        assert_eq!(shown(&format!("[({pair}) OR url:value = 'u']")), ["Address 192.0.2.1", "url u"]);
        assert_eq!(
            shown(
                "[network-traffic:src_ref.value = 'a.example' AND network-traffic:src_ref.type = 'domain-name']"
            ),
            ["domain a.example"]
        );
        assert_eq!(shown("[file:name = 'x.exe' AND file:hashes.MD5 = 'ab']"), ["md5 ab"]);
    }

    #[test]
    fn conjunctions_that_do_not() {
        for pattern in [
            "[domain-name:value = 'a' AND ipv4-addr:value = '192.0.2.1']",
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.1']",
            "[network-traffic:dst_ref.type = 'mac-addr' AND network-traffic:dst_ref.value = 'x']",
            "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]",
            "[file:name = 'x' AND file:hashes.MD5 = 'ab' AND file:size = 3]",
            "[(url:value = 'a' OR url:value = 'b') AND file:name = 'x']",
        ] {
            assert_eq!(shown(pattern), NOT_CARRIED, "{pattern}");
        }
    }

    #[test]
    fn outside_the_subset() {
        for pattern in [
            "",
            "[]",
            "domain-name:value = 'a'",
            "[domain-name:value = 'a'",
            "[domain-name:value = 'a']]",
            "[domain-name:value = 'a' OR]",
            "[domain-name:value = 'a\\x']",
            "[domain-name:value = a]",
            "[domain-name:value != 'a']",
            "[domain-name:value NOT = 'a']",
            "[NOT domain-name:value = 'a']",
            "[domain-name:value LIKE '%a']",
            "[domain-name:value MATCHES 'a']",
            "[domain-name:value > 'a']",
            "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
            "[url:value = 'a'] OR [url:value = 'b']",
            "[url:value = 'a'] FOLLOWEDBY [url:value = 'b']",
            "[url:value = 'a'] WITHIN 5 SECONDS",
            "[url:value = 'a'] START t'2020-01-01T00:00:00Z' STOP t'2020-01-02T00:00:00Z'",
            "[EXISTS url:value]",
            "[url:value = h'ab']",
        ] {
            assert_eq!(shown(pattern), NOT_CARRIED, "{pattern}");
        }
    }

    #[test]
    fn length_and_nesting_are_bounded() {
        let nested = |depth: usize| format!("[{}url:value = 'a'{}]", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(shown(&nested(PATTERN_DEPTH_MAX)), ["url a"]);
        assert_eq!(shown(&nested(PATTERN_DEPTH_MAX + 1)), NOT_CARRIED);
        assert_eq!(shown(&"(".repeat(PATTERN_BYTES_MAX)), NOT_CARRIED);
        let long = format!("[url:value = '{}']", "a".repeat(PATTERN_BYTES_MAX));
        assert_eq!(shown(&long), NOT_CARRIED);
    }
}
