//! RFC 8785 (JCS) JSON in the profile of the record: one byte form per meaning.
//!
//! No floats, no negative numbers, no duplicate or unordered keys, no white space. What is not in that form
//! is refused, never repaired. The decoder is total: it never panics and allocates at most a small multiple
//! of its input, whose length the caller has bounded.

use std::collections::BTreeMap;

use crate::limits::JCS_DEPTH_MAX;

/// Largest integer both sides of a JSON exchange read alike: 2^53 − 1.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// A value of the profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer in `0..=INTEGER_MAX`.
    Integer(u64),
    /// A string without the forbidden control characters.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; its keys are ASCII, so byte order is the order RFC 8785 asks for.
    Object(BTreeMap<String, Value>),
}

/// Why bytes are not JCS of the profile, with the byte offset where that showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotCanonical {
    /// What is wrong.
    pub fault: Fault,
    /// Offset of the byte, counted from 0.
    pub offset: usize,
}

/// The faults, by the names that the vectors use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The bytes end inside a value.
    Truncated,
    /// Bytes follow the value.
    TrailingBytes,
    /// White space, or any byte that cannot stand here.
    UnexpectedByte,
    /// Nested deeper than the profile allows.
    TooDeep,
    /// Not UTF-8.
    NotUtf8,
    /// A control character or noncharacter that the profile forbids.
    ForbiddenCharacter,
    /// An escape that is not the shortest form, or none at all.
    EscapeNotShortest,
    /// A key twice in one object.
    DuplicateKey,
    /// Keys not in ascending order.
    KeysOutOfOrder,
    /// A key that is empty or has other characters than `a-z 0-9 _ -`.
    BadKey,
    /// A fraction, exponent, sign or leading zero.
    NumberNotInteger,
    /// An integer above 2^53 − 1.
    NumberTooLarge,
}

impl Fault {
    /// The kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Truncated => "truncated",
            Fault::TrailingBytes => "trailing-bytes",
            Fault::UnexpectedByte => "unexpected-byte",
            Fault::TooDeep => "too-deep",
            Fault::NotUtf8 => "not-utf8",
            Fault::ForbiddenCharacter => "forbidden-character",
            Fault::EscapeNotShortest => "escape-not-shortest",
            Fault::DuplicateKey => "duplicate-key",
            Fault::KeysOutOfOrder => "keys-out-of-order",
            Fault::BadKey => "bad-key",
            Fault::NumberNotInteger => "number-not-integer",
            Fault::NumberTooLarge => "number-too-large",
        }
    }
}

impl std::fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.fault.name(), self.offset)
    }
}

impl Value {
    /// A string value.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// An object from its members.
    pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The one byte form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_value(self, &mut out);
        out
    }

    /// Reads exactly one value that fills `bytes`.
    ///
    /// # Errors
    /// [`NotCanonical`] with the first fault; bytes that decode are always the bytes [`Value::encode`] gives.
    pub fn decode(bytes: &[u8]) -> Result<Value, NotCanonical> {
        let mut decoder = Decoder { bytes, at: 0 };
        let value = decoder.value(0)?;
        if decoder.at < bytes.len() {
            return Err(decoder.fault(Fault::TrailingBytes));
        }
        Ok(value)
    }
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Integer(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Value::Text(text) => write_text(text, out),
        Value::Array(values) => {
            out.push(b'[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(value, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write_value(value, out);
            }
            out.push(b'}');
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Whether the profile lets this character stand in a string: all of Unicode but the controls (save line
/// feed and tab), delete and the noncharacters.
fn is_allowed(c: char) -> bool {
    let code = c as u32;
    let control = (code < 0x20 && c != '\n' && c != '\t') || code == 0x7f;
    let noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    !control && !noncharacter
}

/// Whether text may stand in a signed value: see the profile.
pub fn is_allowed_text(text: &str) -> bool {
    text.chars().all(is_allowed)
}

struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Decoder<'_> {
    fn fault(&self, fault: Fault) -> NotCanonical {
        NotCanonical { fault, offset: self.at }
    }

    fn peek(&self) -> Result<u8, NotCanonical> {
        self.bytes.get(self.at).copied().ok_or_else(|| self.fault(Fault::Truncated))
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotCanonical> {
        if self.peek()? != byte {
            return Err(self.fault(Fault::UnexpectedByte));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        if depth > JCS_DEPTH_MAX {
            return Err(self.fault(Fault::TooDeep));
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.text().map(Value::Text),
            b'0'..=b'9' | b'-' => self.integer().map(Value::Integer),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => Err(self.fault(Fault::UnexpectedByte)),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, NotCanonical> {
        word.bytes().try_for_each(|byte| self.expect(byte))?;
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        self.expect(b'[')?;
        let mut values = Vec::new();
        if self.take(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::Array(values));
            }
            self.expect(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, NotCanonical> {
        self.expect(b'{')?;
        let mut members: BTreeMap<String, Value> = BTreeMap::new();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.key(members.last_key_value().map(|(last, _)| last.as_str()))?;
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn key(&mut self, last: Option<&str>) -> Result<String, NotCanonical> {
        let start = self.at;
        let key = self.text()?;
        let fault =
            if key.is_empty() || !key.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')) {
                Fault::BadKey
            } else {
                match last.map(|last| last.cmp(&key)) {
                    None | Some(std::cmp::Ordering::Less) => return Ok(key),
                    Some(std::cmp::Ordering::Equal) => Fault::DuplicateKey,
                    Some(std::cmp::Ordering::Greater) => Fault::KeysOutOfOrder,
                }
            };
        Err(NotCanonical { fault, offset: start })
    }

    fn integer(&mut self) -> Result<u64, NotCanonical> {
        let start = self.at;
        let not_integer = NotCanonical { fault: Fault::NumberNotInteger, offset: start };
        let mut n: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at) {
            n = n * 10 + u64::from(digit - b'0');
            if n > INTEGER_MAX {
                return Err(NotCanonical { fault: Fault::NumberTooLarge, offset: start });
            }
            self.at += 1;
        }
        let digits = self.at - start;
        let leading_zero = digits > 1 && self.bytes.get(start) == Some(&b'0');
        let goes_on = matches!(self.bytes.get(self.at), Some(b'.' | b'e' | b'E' | b'-' | b'+'));
        if digits == 0 || leading_zero || goes_on {
            return Err(not_integer);
        }
        Ok(n)
    }

    fn text(&mut self) -> Result<String, NotCanonical> {
        self.expect(b'"')?;
        let mut text = String::new();
        loop {
            let run = self.bytes.get(self.at..).unwrap_or_default();
            let plain = run.iter().position(|b| matches!(b, b'"' | b'\\'));
            let Some(plain) = plain else { return Err(self.fault(Fault::Truncated)) };
            self.plain(run.get(..plain).unwrap_or_default(), &mut text)?;
            if self.take(b'"') {
                return Ok(text);
            }
            text.push(self.escape()?);
        }
    }

    fn plain(&mut self, run: &[u8], text: &mut String) -> Result<(), NotCanonical> {
        let run = std::str::from_utf8(run)
            .map_err(|error| NotCanonical { fault: Fault::NotUtf8, offset: self.at + error.valid_up_to() })?;
        // Line feed and tab are allowed characters, but their one form is the escape.
        let forbidden = |c: char| !is_allowed(c) || c == '\n' || c == '\t';
        if let Some(offset) = run.find(forbidden) {
            return Err(NotCanonical { fault: Fault::ForbiddenCharacter, offset: self.at + offset });
        }
        self.at += run.len();
        text.push_str(run);
        Ok(())
    }

    fn escape(&mut self) -> Result<char, NotCanonical> {
        let start = self.at;
        self.expect(b'\\')?;
        let c = match self.peek()? {
            b'"' => '"',
            b'\\' => '\\',
            b'n' => '\n',
            b't' => '\t',
            // `\b`, `\f`, `\r` and `\u00xx` stand for characters that the profile forbids; the rest of
            // `\u` and `\/` is never the shortest form.
            b'b' | b'f' | b'r' => {
                return Err(NotCanonical { fault: Fault::ForbiddenCharacter, offset: start });
            }
            _ => return Err(NotCanonical { fault: Fault::EscapeNotShortest, offset: start }),
        };
        self.at += 1;
        Ok(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_fault() {
        for (bytes, fault) in [
            (&b"{\"a\":1"[..], Fault::Truncated),
            (b"1 ", Fault::TrailingBytes),
            (b" 1", Fault::UnexpectedByte),
            (b"{\"a\": 1}", Fault::UnexpectedByte),
            (b"[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", Fault::TooDeep),
            (b"\"\xff\"", Fault::NotUtf8),
            (b"\"\x01\"", Fault::ForbiddenCharacter),
            (b"\"\\r\"", Fault::ForbiddenCharacter),
            (b"\"\\/\"", Fault::EscapeNotShortest),
            (b"\"\\u0041\"", Fault::EscapeNotShortest),
            (b"\"a\nb\"", Fault::ForbiddenCharacter),
            (b"{\"a\":1,\"a\":1}", Fault::DuplicateKey),
            (b"{\"b\":1,\"a\":1}", Fault::KeysOutOfOrder),
            (b"{\"A\":1}", Fault::BadKey),
            (b"{\"\":1}", Fault::BadKey),
            (b"1.5", Fault::NumberNotInteger),
            (b"1e3", Fault::NumberNotInteger),
            (b"-1", Fault::NumberNotInteger),
            (b"01", Fault::NumberNotInteger),
            (b"9007199254740992", Fault::NumberTooLarge),
            (b"99999999999999999999999999", Fault::NumberTooLarge),
            (b"", Fault::Truncated),
        ] {
            let found = Value::decode(bytes).map_err(|error| error.fault);
            assert_eq!(found, Err(fault), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn decodes_what_it_encodes() {
        let value = Value::object([
            ("text", Value::text("a\"\\\n\t\u{2014}\u{1f642}")),
            (
                "list",
                Value::Array(vec![
                    Value::Integer(0),
                    Value::Integer(INTEGER_MAX),
                    Value::Bool(true),
                    Value::Null,
                ]),
            ),
            ("empty", Value::Object(BTreeMap::new())),
        ]);
        let bytes = value.encode();
        assert_eq!(Value::decode(&bytes), Ok(value));
    }
}
