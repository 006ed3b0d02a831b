//! Reading a text line by line, with the place of each fault.

use crate::b64;
use crate::hash::Hash;
use crate::limits::PATH_HASHES_MAX;
use crate::rejection::{Fault, Form, Rejection};

/// A place in bytes that should be lines, each ended by a line feed.
pub(crate) struct Cursor<'a> {
    form: Form,
    bytes: &'a [u8],
    /// Where the next line begins.
    at: usize,
    /// Where the line that was read last begins.
    line_at: usize,
}

impl<'a> Cursor<'a> {
    /// Begins at the first byte.
    ///
    /// # Errors
    /// [`Fault::TooLarge`].
    pub(crate) fn new(form: Form, bytes: &'a [u8], bytes_max: usize) -> Result<Cursor<'a>, Rejection> {
        if bytes.len() > bytes_max {
            return Err(Rejection::Malformed { form, fault: Fault::TooLarge, offset: bytes_max });
        }
        Ok(Cursor { form, bytes, at: 0, line_at: 0 })
    }

    /// The next line, without its line feed.
    ///
    /// # Errors
    /// [`Fault::Truncated`], [`Fault::NotUtf8`].
    pub(crate) fn line(&mut self) -> Result<&'a str, Rejection> {
        self.line_at = self.at;
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(self.refuse(Fault::Truncated));
        };
        self.at += length + 1;
        std::str::from_utf8(&rest[..length]).map_err(|_| self.refuse(Fault::NotUtf8))
    }

    /// Takes a line that must be exactly this one.
    ///
    /// # Errors
    /// [`Fault::UnexpectedLine`], and those of [`Cursor::line`].
    pub(crate) fn expect(&mut self, line: &str) -> Result<(), Rejection> {
        if self.line()? == line { Ok(()) } else { Err(self.refuse(Fault::UnexpectedLine)) }
    }

    /// Takes a line `<word> <rest>` and gives the rest.
    ///
    /// # Errors
    /// As [`Cursor::expect`].
    pub(crate) fn field(&mut self, word: &str) -> Result<&'a str, Rejection> {
        let line = self.line()?;
        let rest = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
        rest.ok_or_else(|| self.refuse(Fault::UnexpectedLine))
    }

    /// The number that a text of the last line is.
    ///
    /// # Errors
    /// [`Fault::NotDecimal`], [`Fault::NumberTooLarge`].
    pub(crate) fn number(&self, text: &str, max: u64) -> Result<u64, Rejection> {
        decimal(text, max).map_err(|fault| self.refuse(fault))
    }

    /// The hash that a text of the last line is.
    ///
    /// # Errors
    /// [`Fault::NotBase64`].
    pub(crate) fn hash(&self, text: &str) -> Result<Hash, Rejection> {
        b64::decode_exact(text).map(Hash::from_bytes).ok_or_else(|| self.refuse(Fault::NotBase64))
    }

    /// Hashes of a proof, one a line, up to the blank line that ends them.
    ///
    /// # Errors
    /// [`Fault::TooManyLines`] at the 64th, and those of a line and a hash.
    pub(crate) fn proof(&mut self) -> Result<Vec<Hash>, Rejection> {
        let mut hashes = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(hashes);
            }
            if hashes.len() == PATH_HASHES_MAX {
                return Err(self.refuse(Fault::TooManyLines));
            }
            hashes.push(self.hash(line)?);
        }
    }

    /// What no line has taken yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Whether all is read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// A rejection at the line that was read last.
    pub(crate) fn refuse(&self, fault: Fault) -> Rejection {
        Rejection::Malformed { form: self.form, fault, offset: self.line_at }
    }
}

/// A number in ASCII decimal without sign and leading zeros, at most `max`.
pub(crate) fn decimal(text: &str, max: u64) -> Result<u64, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() > 1 && text.starts_with('0') {
        return Err(Fault::NotDecimal);
    }
    // Digits alone fail to be a u64 by being too many.
    text.parse().ok().filter(|number| *number <= max).ok_or(Fault::NumberTooLarge)
}
