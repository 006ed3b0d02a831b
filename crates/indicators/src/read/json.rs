//! A pull reader of JSON (RFC 8259) for documents of any size and for single log lines.
//!
//! It never recurses on the input, buffers nothing but the scalar it was asked for, and cuts that one off
//! past what can still become an item. Against the usual parsers three things are absent on purpose:
//! strings are bytes and may be broken UTF-8 (the intake replaces and counts it), numbers keep the digits
//! they were written with (`1e400000` is text like any other), and duplicate keys are no error (every
//! reader here lets the later scalar win, as PHP and Python do).

use std::io::{self, BufRead};

use super::{Format, ReadError};
use crate::limits::{HELD_BYTES_MAX, JSON_DEPTH_MAX, VALUE_BYTES_MAX};

/// Why JSON could not be read on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The source failed.
    Io(io::Error),
    /// The input ended inside a value.
    Truncated,
    /// Not JSON at this byte, counted from 0.
    Syntax(u64),
    /// JSON, but not of the shape that the format has; what it is not.
    Unexpected(&'static str),
    /// Nested deeper than [`JSON_DEPTH_MAX`].
    TooDeep,
    /// One record holds more than [`HELD_BYTES_MAX`]; said by the readers that have to keep one whole.
    TooLarge,
}

impl Fault {
    /// The error for a whole document of this format.
    pub(crate) fn into_error(self, format: Format) -> ReadError {
        let detail = match self {
            Fault::Io(error) => return error.into(),
            Fault::TooLarge => return ReadError::TooLarge { bytes_max: HELD_BYTES_MAX as u64 },
            Fault::Truncated => "the document ends inside a value".to_owned(),
            Fault::Syntax(position) => format!("no JSON at byte {position}"),
            Fault::Unexpected(what) => what.to_owned(),
            Fault::TooDeep => format!("nested deeper than {JSON_DEPTH_MAX}"),
        };
        ReadError::MalformedDocument { format, detail }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

pub(crate) type Parsed<T> = Result<T, Fault>;

/// What the next value is. A scalar has been read; of a container only the bracket has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// A string or a number; its characters are in [`Json::text`].
    Text,
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `[`: go on with [`Json::element`].
    Array,
    /// `{`: go on with [`Json::key`].
    Object,
}

/// Reads JSON value by value.
pub(crate) struct Json<R> {
    input: R,
    position: u64,
    /// One bit a level, the innermost lowest: set for an object.
    objects: u32,
    depth: usize,
    /// Whether the innermost container has had no entry yet.
    fresh: bool,
    text: Vec<u8>,
}

// The bit set above must have room for every level.
const _: () = assert!(JSON_DEPTH_MAX <= 32);

/// Kept of a scalar: one byte more than an item may have, so that a cut one is refused for its length.
const TEXT_BYTES_MAX: usize = VALUE_BYTES_MAX + 1;

impl<R: BufRead> Json<R> {
    /// A reader at the start of `input`; `text` is scratch space that a caller may reuse.
    pub(crate) fn new(input: R, text: Vec<u8>) -> Json<R> {
        Json { input, position: 0, objects: 0, depth: 0, fresh: true, text }
    }

    /// Gives the scratch space back.
    pub(crate) fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// The characters of the last string, number or key, unescaped.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether nothing but white space is left.
    pub(crate) fn at_end(&mut self) -> Parsed<bool> {
        Ok(self.peek()?.is_none())
    }

    /// Reads the next value, or the opening bracket of one.
    pub(crate) fn value(&mut self) -> Parsed<Shape> {
        self.value_keeping(true)
    }

    /// Goes to the next entry of the innermost object and reads its key; `None` is the closing brace.
    pub(crate) fn key(&mut self) -> Parsed<Option<&[u8]>> {
        let more = self.key_keeping(true)?;
        Ok(more.then_some(self.text.as_slice()))
    }

    /// Goes to the next entry of the innermost array; `false` is the closing bracket.
    pub(crate) fn element(&mut self) -> Parsed<bool> {
        self.entry(b']')
    }

    /// Reads past the next value.
    pub(crate) fn skip(&mut self) -> Parsed<()> {
        let floor = self.depth;
        self.value_keeping(false)?;
        self.skip_to(floor)
    }

    /// Reads past the rest of a value of which [`Json::value`] gave the shape.
    pub(crate) fn skip_rest(&mut self, shape: Shape) -> Parsed<()> {
        match shape {
            Shape::Array | Shape::Object => self.skip_to(self.depth - 1),
            _ => Ok(()),
        }
    }

    /// Reads the next value as text: a number by its digits, a boolean as `1` or `0`; `None` for `null`
    /// and for a container, which is skipped.
    pub(crate) fn scalar(&mut self) -> Parsed<Option<&[u8]>> {
        let shape = self.value()?;
        match shape {
            Shape::Text => return Ok(Some(&self.text)),
            Shape::Bool(truth) => return Ok(Some(if truth { b"1" } else { b"0" })),
            Shape::Null | Shape::Array | Shape::Object => self.skip_rest(shape)?,
        }
        Ok(None)
    }

    /// Reads the next value as a boolean, which MISP also writes as a number or a string.
    pub(crate) fn flag(&mut self) -> Parsed<Option<bool>> {
        Ok(match self.scalar()? {
            Some(b"1" | b"true" | b"True") => Some(true),
            Some(b"0" | b"false" | b"False" | b"") => Some(false),
            _ => None,
        })
    }

    /// Calls `each` with every scalar of the next value: of itself, or of an array's entries.
    pub(crate) fn scalars(&mut self, mut each: impl FnMut(&[u8])) -> Parsed<()> {
        match self.value()? {
            Shape::Text => each(&self.text),
            Shape::Array => {
                while self.element()? {
                    if let Some(text) = self.scalar()? {
                        each(text);
                    }
                }
            }
            other => self.skip_rest(other)?,
        }
        Ok(())
    }

    fn value_keeping(&mut self, keep: bool) -> Parsed<Shape> {
        let byte = self.peek()?.ok_or(Fault::Truncated)?;
        self.fresh = false;
        match byte {
            b'"' => {
                self.advance(1);
                self.string(keep)?;
                Ok(Shape::Text)
            }
            b'{' => self.open(true),
            b'[' => self.open(false),
            b't' => self.literal(b"true", Shape::Bool(true)),
            b'f' => self.literal(b"false", Shape::Bool(false)),
            b'n' => self.literal(b"null", Shape::Null),
            b'-' | b'0'..=b'9' => {
                self.number(keep)?;
                Ok(Shape::Text)
            }
            _ => Err(self.syntax()),
        }
    }

    fn key_keeping(&mut self, keep: bool) -> Parsed<bool> {
        if !self.entry(b'}')? {
            return Ok(false);
        }
        self.expect(b'"')?;
        self.string(keep)?;
        self.expect(b':')?;
        Ok(true)
    }

    /// Steps over the comma to the next entry, or over the closing bracket.
    fn entry(&mut self, close: u8) -> Parsed<bool> {
        let byte = self.peek()?.ok_or(Fault::Truncated)?;
        if byte == close {
            self.advance(1);
            self.depth -= 1;
            self.objects >>= 1;
            self.fresh = false;
            return Ok(false);
        }
        if self.fresh {
            return Ok(true);
        }
        self.expect(b',')?;
        Ok(true)
    }

    fn open(&mut self, object: bool) -> Parsed<Shape> {
        if self.depth == JSON_DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        self.advance(1);
        self.depth += 1;
        self.objects = self.objects << 1 | u32::from(object);
        self.fresh = true;
        Ok(if object { Shape::Object } else { Shape::Array })
    }

    fn skip_to(&mut self, floor: usize) -> Parsed<()> {
        while self.depth > floor {
            let inside_object = self.objects & 1 == 1;
            let more = if inside_object { self.key_keeping(false)? } else { self.element()? };
            if more {
                self.value_keeping(false)?;
            }
        }
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Parsed<()> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.advance(1);
                Ok(())
            }
            Some(_) => Err(self.syntax()),
            None => Err(Fault::Truncated),
        }
    }

    fn literal(&mut self, word: &[u8], shape: Shape) -> Parsed<Shape> {
        for expected in word {
            match self.fill()?.first() {
                Some(byte) if byte == expected => self.advance(1),
                Some(_) => return Err(self.syntax()),
                None => return Err(Fault::Truncated),
            }
        }
        Ok(shape)
    }

    /// Takes every character that a number may hold. That `1.2.3` passes does no harm: no number is an
    /// item, and the text is judged as text.
    fn number(&mut self, keep: bool) -> Parsed<()> {
        if keep {
            self.text.clear();
        }
        loop {
            let buffer = fill(&mut self.input)?;
            let length = buffer.iter().take_while(|byte| is_number(**byte)).count();
            let ends = length < buffer.len() || buffer.is_empty();
            if keep {
                append(&mut self.text, &buffer[..length]);
            }
            self.advance(length);
            if ends {
                return Ok(());
            }
        }
    }

    /// Reads on to the closing quote; the opening one has been read.
    fn string(&mut self, keep: bool) -> Parsed<()> {
        if keep {
            self.text.clear();
        }
        loop {
            let buffer = fill(&mut self.input)?;
            if buffer.is_empty() {
                return Err(Fault::Truncated);
            }
            let run = buffer.iter().position(|byte| ENDS_RUN[usize::from(*byte)]);
            let length = run.unwrap_or(buffer.len());
            if keep {
                append(&mut self.text, &buffer[..length]);
            }
            let stop = buffer.get(length).copied();
            self.advance(length);
            match stop {
                None => {}
                Some(b'"') => {
                    self.advance(1);
                    return Ok(());
                }
                Some(b'\\') => {
                    self.advance(1);
                    self.escape(keep)?;
                }
                // A control character: RFC 8259 wants it escaped, and a bare line feed means that a line
                // was cut.
                Some(_) => return Err(self.syntax()),
            }
        }
    }

    fn escape(&mut self, keep: bool) -> Parsed<()> {
        let plain = match self.byte()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(keep),
            _ => return Err(self.syntax()),
        };
        if keep {
            append(&mut self.text, &[plain]);
        }
        Ok(())
    }

    /// Decodes `\uXXXX`; half a surrogate pair becomes U+FFFD.
    fn unicode_escape(&mut self, keep: bool) -> Parsed<()> {
        let mut unit = self.hex_unit()?;
        while (0xD800..0xDC00).contains(&unit) && self.fill()?.first() == Some(&b'\\') {
            self.advance(1);
            if self.fill()?.first() != Some(&b'u') {
                self.append_char(keep, char::REPLACEMENT_CHARACTER);
                return self.escape(keep);
            }
            self.advance(1);
            let low = self.hex_unit()?;
            if (0xDC00..0xE000).contains(&low) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            } else {
                self.append_char(keep, char::REPLACEMENT_CHARACTER);
                unit = low;
            }
        }
        self.append_char(keep, char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn append_char(&mut self, keep: bool, character: char) {
        if keep {
            append(&mut self.text, character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn hex_unit(&mut self) -> Parsed<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16).ok_or_else(|| self.syntax())?;
            unit = unit << 4 | digit;
        }
        Ok(unit)
    }

    fn byte(&mut self) -> Parsed<u8> {
        let byte = *self.fill()?.first().ok_or(Fault::Truncated)?;
        self.advance(1);
        Ok(byte)
    }

    /// The next byte that is not white space, left where it stands.
    fn peek(&mut self) -> Parsed<Option<u8>> {
        loop {
            let buffer = fill(&mut self.input)?;
            let Some(first) = buffer.first().copied() else { return Ok(None) };
            if !is_space(first) {
                return Ok(Some(first));
            }
            let blank = buffer.iter().take_while(|byte| is_space(**byte)).count();
            self.advance(blank);
        }
    }

    fn fill(&mut self) -> Parsed<&[u8]> {
        fill(&mut self.input)
    }

    fn advance(&mut self, count: usize) {
        self.input.consume(count);
        self.position += count as u64;
    }

    fn syntax(&self) -> Fault {
        Fault::Syntax(self.position)
    }
}

fn fill<R: BufRead>(input: &mut R) -> Parsed<&[u8]> {
    // A second call is free of cost where there is something in the buffer; the first cannot be returned
    // from inside the loop because the borrow would outlive it.
    loop {
        match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    Ok(input.fill_buf()?)
}

fn append(text: &mut Vec<u8>, run: &[u8]) {
    let room = TEXT_BYTES_MAX.saturating_sub(text.len());
    text.extend_from_slice(&run[..run.len().min(room)]);
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn is_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

/// The bytes at which a run of plain string characters ends: quote, backslash, control characters.
const ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `input` once whole and once byte by byte, and expects the same from both.
    fn all_scalars(input: &[u8]) -> Result<Vec<String>, String> {
        let whole = collect(Json::new(input, Vec::new()));
        let bytewise = collect(Json::new(io::BufReader::with_capacity(1, input), Vec::new()));
        assert_eq!(whole, bytewise);
        whole
    }

    fn collect<R: BufRead>(mut json: Json<R>) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        walk(&mut json, &mut found).map_err(|fault| format!("{fault:?}"))?;
        Ok(found)
    }

    fn walk<R: BufRead>(json: &mut Json<R>, found: &mut Vec<String>) -> Parsed<()> {
        match json.value()? {
            Shape::Text => found.push(String::from_utf8_lossy(json.text()).into_owned()),
            Shape::Bool(truth) => found.push(truth.to_string()),
            Shape::Null => found.push("null".to_owned()),
            Shape::Array => {
                while json.element()? {
                    walk(json, found)?;
                }
            }
            Shape::Object => {
                while let Some(key) = json.key()? {
                    found.push(format!("{}:", String::from_utf8_lossy(key)));
                    walk(json, found)?;
                }
            }
        }
        Ok(())
    }

    #[test]
    fn scalars_and_containers() {
        let found = all_scalars(br#" {"a":[1,-2.5e3,"x"], "b" : {"c":true,"d":null}, "e":[] , "f":{}} "#);
        let expected = ["a:", "1", "-2.5e3", "x", "b:", "c:", "true", "d:", "null", "e:", "f:"];
        assert_eq!(found.expect("valid"), expected);
    }

    #[test]
    fn escapes() {
        let found = all_scalars(
            br#"["\"\\\/\b\f\n\r\t", "\u00e9\ud83d\ude00", "\ud800x", "\ud800\u0041", "\ud800\n", "\udc00"]"#,
        );
        let expected = ["\"\\/\u{8}\u{c}\n\r\t", "é😀", "\u{fffd}x", "\u{fffd}A", "\u{fffd}\n", "\u{fffd}"];
        assert_eq!(found.expect("valid"), expected);
    }

    #[test]
    fn what_is_not_json() {
        for bad in [
            "",
            "{",
            "[",
            "[1",
            "[1,",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "tru",
            "[tru]",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "nul",
            "]",
            "{]",
            "[}",
            "[1,]",
            "{\"a\":1,}",
            "\u{0}",
        ] {
            assert!(all_scalars(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn depth_is_bounded_even_when_skipped() {
        for open in ["[", "{\"a\":"] {
            let deep = open.repeat(1_000_000);
            let skipped = Json::new(deep.as_bytes(), Vec::new()).skip();
            assert!(matches!(skipped, Err(Fault::TooDeep)));
        }
    }

    #[test]
    fn a_long_string_is_cut_and_a_skipped_one_not_kept() {
        let long = format!("[\"{}\", \"next\"]", "x".repeat(3 * TEXT_BYTES_MAX));
        let mut json = Json::new(long.as_bytes(), Vec::new());
        assert_eq!(json.value().expect("array"), Shape::Array);
        assert!(json.element().expect("one"));
        assert_eq!(json.scalar().expect("text").map(<[u8]>::len), Some(TEXT_BYTES_MAX));
        assert!(json.element().expect("two"));
        assert_eq!(json.scalar().expect("text"), Some(&b"next"[..]));
        assert!(!json.element().expect("end"));
        assert!(json.at_end().expect("end"));
    }

    #[test]
    fn skipping_reads_past_anything() {
        let text = br#"{"a":{"b":[1,{"c":"]}"}],"d":"\"}"},"e":7}"#;
        let mut json = Json::new(&text[..], Vec::new());
        assert_eq!(json.value().expect("object"), Shape::Object);
        assert_eq!(json.key().expect("a"), Some(&b"a"[..]));
        json.skip().expect("skipped");
        assert_eq!(json.key().expect("e"), Some(&b"e"[..]));
        assert_eq!(json.scalar().expect("7"), Some(&b"7"[..]));
        assert_eq!(json.key().expect("end"), None);
    }
}
