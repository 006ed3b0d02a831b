//! Running text cut into the pieces that can hold a value, defanged or not.
//!
//! Works on bytes, so that broken UTF-8 costs no more than the piece it stands in. What a defanged mark
//! means is the business of [`canon`](crate::canon); here it only must not end a piece.

/// A defanged mark such as `[.]`, `(dot)`, `[. .]`, `[://]` beginning at `at`: its length.
pub(crate) fn mark_len(text: &[u8], at: usize) -> Option<usize> {
    let close = match text.get(at)? {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let inside = text.get(at + 1..)?;
    let inside = inside.get(..MARK_BYTES_MAX.min(inside.len()))?;
    let end = inside.iter().position(|byte| *byte == close)?;
    let is_mark = match inside[..end].trim_ascii() {
        b"." | b":" | b"://" | b"/" | b"@" | b". ." => true,
        word => word.eq_ignore_ascii_case(b"dot") || word.eq_ignore_ascii_case(b"at"),
    };
    is_mark.then_some(end + 2)
}

/// A mark that joins what stands on both sides of it. `foo (.) bar` is prose.
fn joining_mark(text: &[u8], at: usize) -> Option<usize> {
    let length = mark_len(text, at)?;
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied()?;
    let after = text.get(at + length).copied()?;
    let joins = |byte: u8| is_word(byte) || matches!(byte, b'*' | b'[' | b']' | b'/' | b':');
    (joins(before) && joins(after)).then_some(length)
}

/// `[.` or `.]` with its other bracket missing, between two word characters.
fn half_mark(text: &[u8], at: usize) -> Option<usize> {
    let pair = text.get(at..at + 2)?;
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied()?;
    let after = text.get(at + 2).copied()?;
    let is_half = matches!(pair, b"[." | b".]");
    (is_half && is_word(before) && is_word(after)).then_some(2)
}

/// The length of a whole or half mark at `at`.
#[inline]
pub(crate) fn any_mark(text: &[u8], at: usize) -> Option<usize> {
    // Asked of every byte, so the bytes that begin no mark are sent away at once.
    match text.get(at)? {
        b'[' | b'(' | b'{' => joining_mark(text, at).or_else(|| half_mark(text, at)),
        b'.' if text.get(at + 1) == Some(&b']') => half_mark(text, at),
        _ => None,
    }
}

/// The pieces of a line: runs without white space, quotes, angle brackets, bars and backticks.
pub(crate) struct Pieces<'l> {
    line: &'l [u8],
    at: usize,
}

/// Cuts a line into pieces.
pub(crate) fn pieces(line: &[u8]) -> Pieces<'_> {
    Pieces { line, at: 0 }
}

impl<'l> Iterator for Pieces<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        while let Some(length) = break_len(self.line, self.at) {
            self.at += length;
        }
        let start = self.at;
        while let Some(byte) = self.line.get(self.at) {
            if IS_PLAIN[usize::from(*byte)] {
                self.at += 1;
            } else if let Some(length) = any_mark(self.line, self.at) {
                self.at += length;
            } else if let Some(length) = break_len(self.line, self.at) {
                match blanks_around_scheme(self.line, start, self.at) {
                    Some(resumed) => self.at = resumed,
                    None => {
                        let piece = &self.line[start..self.at];
                        self.at += length;
                        return Some(piece);
                    }
                }
            } else {
                self.at += 1;
            }
        }
        let piece = &self.line[start..self.at];
        (!piece.is_empty()).then_some(piece)
    }
}

/// Bytes that neither end a piece nor begin anything that might.
const IS_PLAIN: [bool; 256] = {
    let mut plain = table(b"\"'`<>|[({.\x7f\xc2\xe2\xe3");
    let mut byte = 0;
    while byte < plain.len() {
        plain[byte] = !plain[byte] && byte > 0x20;
        byte += 1;
    }
    plain
};

/// The length of what ends a piece at `at`: ASCII marks, and the spaces and quotes of Unicode that reports
/// use.
fn break_len(line: &[u8], at: usize) -> Option<usize> {
    match line.get(at..)? {
        [0..=0x20 | 0x7f | b'"' | b'\'' | b'`' | b'<' | b'>' | b'|', ..] => Some(1),
        // No-break space, « and ».
        [0xc2, 0xa0 | 0xab | 0xbb, ..] => Some(2),
        // Spaces of several widths, ‘ ’ “ ”, bullets.
        [0xe2, 0x80, 0x80..=0x8f | 0x98..=0x9f | 0xa2 | 0xa3 | 0xa8..=0xaf | 0xb9 | 0xba, ..] => Some(3),
        // Ideographic space, comma and brackets; the stop may be a defanged dot.
        [0xe3, 0x80, 0x80 | 0x81 | 0x88..=0x91, ..] => Some(3),
        _ => None,
    }
}

/// `hxxp :// a.example`: where the piece goes on behind the blanks at `at`.
fn blanks_around_scheme(line: &[u8], start: usize, at: usize) -> Option<usize> {
    let piece = &line[start..at];
    // Nearly every blank ends a piece; the two that may not are found by one byte.
    if !matches!(piece.last()?, b'p' | b'P' | b's' | b'S' | b'x' | b'X' | b'/') {
        return None;
    }
    let rest = line.get(at..)?;
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if blanks == 0 || blanks > MARK_BYTES_MAX {
        return None;
    }
    let resumed = at + blanks;
    let after = line.get(resumed..)?;
    let is_scheme = |text: &[u8]| scheme_at(text, 0).is_some_and(|length| length == text.len());
    let split_before = after.starts_with(b"://") && is_scheme(piece);
    let split_behind = piece.strip_suffix(b"://").is_some_and(|scheme| is_scheme(scheme.trim_ascii_end()))
        && looks_like_host(after);
    (split_before || split_behind).then_some(resumed)
}

/// A word with a dot in it, defanged or not.
fn looks_like_host(text: &[u8]) -> bool {
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.first().is_some_and(|byte| is_word(*byte)) && memchr::memchr3(b'.', b'[', b'(', word).is_some()
}

/// The length of `http`, `hxxps`, `h**p` and the like at `at`.
fn scheme_at(text: &[u8], at: usize) -> Option<usize> {
    let word = text.get(at..at + 4)?;
    let middle = |byte: u8| matches!(byte, b't' | b'T' | b'x' | b'X' | b'*');
    let last = |byte: u8| matches!(byte, b'p' | b'P' | b'x' | b'X');
    let is_scheme = matches!(word[0], b'h' | b'H') && middle(word[1]) && middle(word[2]) && last(word[3]);
    let has_s = matches!(text.get(at + 4), Some(b's' | b'S'));
    is_scheme.then_some(4 + usize::from(has_s))
}

/// Where in the piece an `http` URL begins, defanged or not.
pub(crate) fn find_url(piece: &[u8]) -> Option<usize> {
    memchr::memchr2_iter(b'h', b'H', piece).find(|at| url_begins(piece, *at))
}

fn url_begins(piece: &[u8], at: usize) -> bool {
    const COLONS: [&[u8]; 7] = [b"://", b"[:]/", b"[://]", b"[:/", b":\\\\", b":[//]", b":[/]"];
    scheme_at(piece, at).is_some_and(|length| {
        let after = piece.get(at + length..).unwrap_or_default().trim_ascii_start();
        COLONS.iter().any(|colon| after.starts_with(colon))
    })
}

/// Where the URL that begins the text ends, trailing punctuation left out; 0 if nothing follows the scheme.
pub(crate) fn url_len(text: &[u8]) -> usize {
    let host = host_start(text);
    let mut at = host;
    let mut in_host = true;
    while let Some(byte) = text.get(at) {
        if let Some(length) = mark_len(text, at).or_else(|| any_mark(text, at)) {
            at += length;
            continue;
        }
        let ends = match byte {
            // The brackets of an IPv6 address.
            b'[' if at == host => {
                at += memchr::memchr(b']', &text[at..]).unwrap_or(0);
                false
            }
            b'[' | b']' | b'{' | b'}' => true,
            b',' => in_host || url_begins(text, at + 1),
            b'(' | b')' | b';' | b'!' | b'=' | b'&' => in_host,
            _ => false,
        };
        if ends {
            break;
        }
        in_host = in_host && !matches!(byte, b'/' | b'\\' | b'?' | b'#');
        at += 1;
    }
    if at == host { 0 } else { trimmed_len(&text[..at]) }
}

/// Where the host begins: behind the scheme and its colon and slashes, whatever was done to them.
fn host_start(text: &[u8]) -> usize {
    let mut at = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'*').count();
    while let Some(byte) = text.get(at) {
        match mark_len(text, at) {
            Some(length) => at += length,
            None if matches!(byte, b':' | b'/' | b'\\' | b' ' | b'\t') => at += 1,
            // `[:` with its other bracket missing.
            None if text[at..].starts_with(b"[:") => at += 2,
            None => break,
        }
    }
    at
}

/// The length without trailing punctuation. `…/wiki/Name_(thing)` keeps its bracket.
fn trimmed_len(url: &[u8]) -> usize {
    let count = |wanted: u8| memchr::memchr_iter(wanted, url).count();
    let opened = count(b'(');
    let mut closed = count(b')');
    let mut url = url;
    loop {
        url = match url {
            [rest @ .., b'.' | b',' | b':' | b';' | b'!' | b'*'] => rest,
            [rest @ .., b')'] if closed > opened => {
                closed -= 1;
                rest
            }
            _ => return url.len(),
        };
    }
}

/// Calls `each` with the parts of a piece without a URL, cut at everything that no name, address or hash
/// holds; dots, colons, slashes and defanged marks stay inside.
pub(crate) fn for_each_part(piece: &[u8], mut each: impl FnMut(&[u8])) {
    let mut start = 0;
    let mut at = 0;
    while let Some(byte) = piece.get(at) {
        if !IS_SEPARATOR[usize::from(*byte)] && *byte != b'.' {
            at += 1;
        } else if let Some(length) = any_mark(piece, at) {
            at += length;
        } else if *byte != b'.' {
            offer_part(&piece[start..at], &mut each);
            at += 1;
            start = at;
        } else {
            at += 1;
        }
    }
    offer_part(&piece[start..], &mut each);
}

fn offer_part(part: &[u8], each: &mut impl FnMut(&[u8])) {
    let mut part = part;
    loop {
        part = match part {
            [rest @ .., b'.' | b':' | b'*' | b'-' | b'_' | b'/' | b'\\'] => rest,
            [b'*', b'.', _, ..] => break,
            [b'.' | b'*' | b'-' | b':', rest @ ..] if !part.starts_with(b"::") => rest,
            _ => break,
        };
    }
    if !part.is_empty() {
        each(part);
    }
}

/// Bytes that stand in no name, address or hash, unless as part of a mark.
const IS_SEPARATOR: [bool; 256] = table(b",;=()[]{}!?#$^~&%");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Longest mark looked for, brackets included; also the most blanks around `://`.
const MARK_BYTES_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(line: &str) -> Vec<String> {
        pieces(line.as_bytes()).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    }

    #[test]
    fn pieces_of_a_line() {
        assert_eq!(cut("  a b\tc\u{a0}d “e” |`f`|<g>'h' "), ["a", "b", "c", "d", "e", "f", "g", "h"]);
        assert_eq!(cut("x a[. .]example y"), ["x", "a[. .]example", "y"]);
        assert_eq!(cut("foo (.) bar"), ["foo", "(.)", "bar"]);
        assert_eq!(cut("see hxxp :// a[.]example now"), ["see", "hxxp :// a[.]example", "now"]);
        assert_eq!(cut("http a"), ["http", "a"]);
        assert_eq!(cut(""), Vec::<String>::new());
    }

    #[test]
    fn urls_in_a_piece() {
        for (piece, expected) in [
            ("http://a.example/x,", "http://a.example/x"),
            ("link:https://a.example/x[text]", "https://a.example/x"),
            ("(hxxp[:]//a[.]example/x).", "hxxp[:]//a[.]example/x"),
            ("hXXps[://]a(dot)example", "hXXps[://]a(dot)example"),
            ("h**p://a[.example/(1)", "h**p://a[.example/(1)"),
            ("http://a.example/1,http://b.example/2", "http://a.example/1"),
            ("http://[2001:db8::1]/x]", "http://[2001:db8::1]/x"),
            ("**http://a.example**", "http://a.example"),
            ("http://a.example,#tag", "http://a.example"),
            ("http://a.example/x,y;z=(1)", "http://a.example/x,y;z=(1)"),
            ("hxxp:[//]a.example)", "hxxp:[//]a.example"),
        ] {
            let start = find_url(piece.as_bytes()).expect(piece);
            let rest = &piece.as_bytes()[start..];
            assert_eq!(String::from_utf8_lossy(&rest[..url_len(rest)]), expected);
        }
        assert_eq!(find_url(b"http"), None);
        assert_eq!(find_url(b"a.example:80"), None);
    }

    #[test]
    fn parts_of_a_piece() {
        for (piece, expected) in [
            ("a[.]example,b(.)example;", &["a[.]example", "b(.)example"][..]),
            ("(a.example).", &["a.example"]),
            ("*a.example*", &["a.example"]),
            ("*.a.example", &["*.a.example"]),
            ("a[.example", &["a[.example"]),
            ("a.]example", &["a.]example"]),
            ("[a.example]", &["a.example"]),
            ("user=a[at]b[dot]example", &["user", "a[at]b[dot]example"]),
        ] {
            let mut found = Vec::new();
            for_each_part(piece.as_bytes(), |part| found.push(String::from_utf8_lossy(part).into_owned()));
            assert_eq!(found, expected, "{piece}");
        }
    }
}
