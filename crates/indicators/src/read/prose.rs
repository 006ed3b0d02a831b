//! Running text: reports, blog posts, tickets, defanged or not (FORMATS, section 12).
//!
//! Words are no candidates; `read` counts only what is shaped like a value. Where a shape has two readings
//! (`setup.sh`, `John.In`, a version with four numbers) it is counted as `ambiguous` and not taken, unless
//! defanging shows that somebody meant a name. Absent: HTML, PDF, mail, and values broken over two lines.

use std::borrow::Cow;
use std::io::BufRead;
use std::net::Ipv6Addr;

use super::ReadError;
use super::lines::for_each_line;
use super::prose_token::{any_mark, find_url, for_each_part, pieces, url_len};
use super::top_level::{is_file_extension, is_top_level};
use crate::canon::{Declared, refang};
use crate::{Candidate, Intake, Kind, Marking, Reason};

/// Reads running text.
pub(crate) fn read(input: &mut dyn BufRead, intake: &mut Intake<'_>) -> Result<(), ReadError> {
    for_each_line(input, intake, |intake, line, number| {
        let mut after_version = false;
        for piece in pieces(line) {
            if may_hold_value(piece) {
                Finder { intake: &mut *intake, line: number, after_version }.piece(piece);
            }
            after_version = is_version_word(piece);
        }
        Ok(())
    })
}

/// Whether a line among the first is a heading, a fence or a table of AsciiDoc, or a fence of Markdown: then
/// even lines with nothing but a name on them are part of a text, and may be file names. A heading of Markdown
/// proves nothing: it looks like the comment of a list.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let marks = [&b"== "[..], b"=== ", b"|===", b"```"];
    let is_mark = |line: &[u8]| marks.iter().any(|mark| line.starts_with(mark)) || line == b"----";
    head.split(|byte| *byte == b'\n').take(LINES_LOOKED_AT).any(|line| is_mark(line.trim_ascii_end()))
}

/// A cheap look for what every value holds: a dot or colon, a mark, or enough digits for a hash.
fn may_hold_value(piece: &[u8]) -> bool {
    piece.len() >= SHORTEST_BYTES
        && (piece.len() >= HASH_DIGITS[0]
            || piece.iter().any(|byte| matches!(byte, b'.' | b':' | b'@' | b'[' | b'(' | b'{' | 0x80..)))
}

fn is_version_word(piece: &[u8]) -> bool {
    if piece.len() > b"versions:".len() || !matches!(piece.first(), Some(b'v' | b'V')) {
        return false;
    }
    let word = piece.strip_suffix(b":").or(piece.strip_suffix(b".")).unwrap_or(piece);
    [&b"version"[..], b"versions", b"ver", b"v"].iter().any(|version| word.eq_ignore_ascii_case(version))
}

/// Looks for values in one piece of a line.
struct Finder<'i, 'r> {
    intake: &'i mut Intake<'r>,
    line: u64,
    after_version: bool,
}

impl Finder<'_, '_> {
    fn piece(&mut self, piece: &[u8]) {
        let mut rest = piece;
        if memchr::memchr2(b':', b'[', piece).is_none() {
            return self.parts(piece);
        }
        while let Some(start) = find_url(rest) {
            self.parts(&rest[..start]);
            let length = url_len(&rest[start..]);
            if length > 0 {
                self.offer(Declared::Kind(Kind::Url), &rest[start..start + length]);
            }
            // A bare scheme is a word; what is looked at next must lie behind it either way.
            rest = &rest[start + length.max(1)..];
        }
        if let Some(start) = other_url(rest) {
            let length = url_len(&rest[start..]);
            return self.offer(Declared::Kind(Kind::Url), &rest[start..start + length]);
        }
        self.parts(rest);
    }

    fn parts(&mut self, piece: &[u8]) {
        for_each_part(piece, |part| self.part(part));
    }

    fn part(&mut self, part: &[u8]) {
        let has_colons = memchr::memchr_iter(b':', part).take(2).count() == 2;
        if has_colons && is_ipv6(&Restored::of(part).text) {
            return self.offer(Declared::Address, part);
        }
        if let Some(slash) = cut_at(part, b'/') {
            return self.with_path(part, slash);
        }
        let mut rest = part;
        while let Some(colon) = cut_at(rest, b':') {
            self.simple(&rest[..colon]);
            rest = &rest[colon + 1..];
        }
        self.simple(rest);
    }

    /// A network, or a URL that lost its scheme: told to the intake as a URL, which refuses it by name.
    fn with_path(&mut self, part: &[u8], slash: usize) {
        let head = Restored::of(&part[..slash]);
        let rest = &part[slash + 1..];
        let is_length = matches!(rest.len(), 1..=3) && rest.iter().all(u8::is_ascii_digit);
        let host = head.text.split(':').next().unwrap_or_default();
        if is_length && (is_ipv4_shaped(&head.text) || is_ipv6(&head.text)) {
            self.offer(Declared::Address, part);
        } else if is_ipv4_shaped(host) || matches!(name_shape(host, head.is_defanged), Shape::Name) {
            self.offer(Declared::Kind(Kind::Url), part);
        }
    }

    /// A part without colons and slashes: an address, a hash or a name.
    fn simple(&mut self, part: &[u8]) {
        if part.len() < SHORTEST_BYTES {
            return;
        }
        let restored = Restored::of(part);
        let text = restored.text.trim_matches('.');
        if let Some((local, host)) = text.rsplit_once('@') {
            let fits = !local.is_empty() && !local.contains('@') && is_name(host);
            if fits {
                self.offer(Declared::Kind(Kind::Email), part);
            }
        } else if is_ipv4_shaped(text) {
            self.address(part);
        } else if is_hash(text) {
            self.offer(Declared::Hash, part);
        } else {
            match name_shape(text, restored.is_defanged) {
                Shape::Name => self.offer(Declared::Kind(Kind::Domain), part),
                Shape::Ambiguous => self.intake.refuse(self.line, Reason::Ambiguous, part),
                Shape::Other => self.hash_in_file_name(text),
            }
        }
    }

    fn address(&mut self, part: &[u8]) {
        if self.after_version {
            self.intake.refuse(self.line, Reason::Ambiguous, part);
        } else {
            self.offer(Declared::Address, part);
        }
    }

    /// Samples are often named by their hash: `….exe`.
    fn hash_in_file_name(&mut self, text: &str) {
        if let Some((stem, _)) = text.split_once('.')
            && is_hash(stem)
        {
            self.offer(Declared::Hash, stem.as_bytes());
        }
    }

    /// The text goes on as it was written; canon restores it again and counts that it did.
    fn offer(&mut self, declared: Declared, text: &[u8]) {
        self.intake.offer(Candidate { declared, text, line: self.line, marking: Marking::default() });
    }
}

/// A piece with its defanging undone, for looking at its shape.
struct Restored<'p> {
    text: Cow<'p, str>,
    is_defanged: bool,
}

impl Restored<'_> {
    fn of(part: &[u8]) -> Restored<'_> {
        let is_plain =
            |byte: &u8| byte.is_ascii() && !matches!(byte, b'[' | b'(' | b'{' | b']' | b' ' | b':');
        if part.iter().all(is_plain)
            && let Ok(text) = std::str::from_utf8(part)
        {
            return Restored { text: Cow::Borrowed(text), is_defanged: false };
        }
        let text = String::from_utf8_lossy(part);
        match refang(&text) {
            Some(restored) => Restored { text: Cow::Owned(restored), is_defanged: true },
            None => Restored { text, is_defanged: false },
        }
    }
}

/// Where a byte first stands outside of a defanged mark.
fn cut_at(part: &[u8], wanted: u8) -> Option<usize> {
    memchr::memchr(wanted, part)?;
    let mut at = 0;
    while let Some(byte) = part.get(at) {
        if let Some(length) = any_mark(part, at) {
            at += length;
        } else if *byte == wanted {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

/// `ftp://…` and the like: no items, but somebody's indicators, so they are counted.
fn other_url(piece: &[u8]) -> Option<usize> {
    let colon = memchr::memmem::find(piece, b"://")?;
    let scheme = piece[..colon].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let has_host = piece.get(colon + 3).is_some_and(u8::is_ascii_alphanumeric);
    (scheme >= 2 && has_host).then_some(colon - scheme)
}

/// What a text may be, by its form alone.
enum Shape {
    Name,
    Ambiguous,
    Other,
}

fn name_shape(text: &str, is_defanged: bool) -> Shape {
    if !is_name(text) {
        return Shape::Other;
    }
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_ambiguous = !is_defanged && (is_file_extension(last) || is_capitalised(last));
    if is_ambiguous { Shape::Ambiguous } else { Shape::Name }
}

/// At least two labels, the last one a top-level domain.
fn is_name(text: &str) -> bool {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let Some((stem, last)) = text.rsplit_once('.') else { return false };
    stem.split('.').all(is_label) && is_top_level(last)
}

fn is_label(label: &str) -> bool {
    let fits = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    !label.is_empty() && label.chars().all(fits)
}

/// `by John.In the beginning`: a last label that begins with a capital may begin a sentence.
fn is_capitalised(label: &str) -> bool {
    let mut letters = label.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
}

/// Four groups of one to three digits; whether they are an address is canon's decision.
fn is_ipv4_shaped(text: &str) -> bool {
    let is_group =
        |group: &str| matches!(group.len(), 1..=3) && group.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 4 && text.split('.').all(is_group)
}

/// An address of at least two groups with a digit in it; `a::b` is as likely to be source code.
fn is_ipv6(text: &str) -> bool {
    let address = text.split('/').next().unwrap_or(text);
    let colons = address.bytes().filter(|byte| *byte == b':').count();
    let has_digit = address.bytes().any(|byte| byte.is_ascii_digit());
    colons >= 2 && has_digit && address.len() >= 6 && address.parse::<Ipv6Addr>().is_ok()
}

fn is_hash(text: &str) -> bool {
    HASH_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Digits of MD5, SHA-1, SHA-256 and SHA-512.
const HASH_DIGITS: [usize; 4] = [32, 40, 64, 128];

/// Shorter than any name, address or hash.
const SHORTEST_BYTES: usize = 4;

/// Lines in which a mark is looked for.
const LINES_LOOKED_AT: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert!(looks_like(b"== Indicators\n\n----\na.example\n"));
        assert!(looks_like(b"# Report\n\n```\na[.]example\n```\n"));
        assert!(!looks_like(b"# Reference: a list\na.example\n"));
        assert!(!looks_like(b""));
    }

    #[test]
    fn shapes() {
        assert!(is_name("a.example.com") && is_name("*.a.com") && is_name("x.onion"));
        assert!(!is_name("document.write") && !is_name("a..com") && !is_name("com") && !is_name("e.g"));
        assert!(is_capitalised("In") && !is_capitalised("COM") && !is_capitalised("com"));
        assert!(is_ipv6("2001:db8::1") && is_ipv6("2001:db8::/32"));
        assert!(
            !is_ipv6("12:30:45")
                && !is_ipv6("std::cout")
                && !is_ipv6("be::ad")
                && !is_ipv6("00:11:22:33:44:55")
        );
    }
}
