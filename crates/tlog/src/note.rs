//! Signed notes (C2SP signed-note): a text, a blank line, and one line for each signature.

use crate::b64;
use crate::cosign::CosignTime;
use crate::key::{KeyId, VerifierKey};
use crate::limits::{NAME_BYTES_MAX, NOTE_BYTES_MAX, SIGNATURE_LINES_MAX};
use crate::name::is_name;
use crate::rejection::{Fault, Form, Rejection};
use crate::verify;

/// A note in form, nothing of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<SignatureLine<'a>>,
}

/// One line `— name base64(key id ‖ signature)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine<'a> {
    line: &'a str,
    name: &'a str,
    key_id: KeyId,
    signature: Vec<u8>,
}

/// A signature line that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which of the keys that were given, from 0.
    pub key: usize,
    /// Which signature line of the note, from 0.
    pub line: usize,
    /// When a cosigner says it signed; none for a log's Ed25519 line.
    pub time: Option<CosignTime>,
}

impl<'a> Note<'a> {
    /// Reads a note; the text ends where the last blank line begins.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::TooLarge`], [`Fault::NotUtf8`], [`Fault::ControlCharacter`],
    /// [`Fault::NoBlankLine`], [`Fault::NoSignatures`], [`Fault::Truncated`], [`Fault::TooManyLines`],
    /// [`Fault::BadSignatureLine`], [`Fault::BadName`] or [`Fault::NotBase64`].
    pub fn parse(bytes: &'a [u8]) -> Result<Note<'a>, Rejection> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(refuse(Fault::TooLarge, NOTE_BYTES_MAX));
        }
        let all = std::str::from_utf8(bytes).map_err(|error| refuse(Fault::NotUtf8, error.valid_up_to()))?;
        if let Some(at) = bytes.iter().position(|byte| *byte < 0x20 && *byte != b'\n') {
            return Err(refuse(Fault::ControlCharacter, at));
        }
        let blank = all.rfind("\n\n").ok_or(refuse(Fault::NoBlankLine, 0))?;
        let (text, lines_at) = (&all[..=blank], blank + 2);
        Ok(Note { text, signatures: signature_lines(&all[lines_at..], lines_at)? })
    }

    /// The text, with its last line feed: what is signed.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// This note with the lines of others that it does not have: of two by the same key its own stays. Nothing is
    /// verified. `None` if another has another text.
    pub fn merged(&self, others: &[Note<'_>]) -> Option<String> {
        let mut lines: Vec<&SignatureLine<'_>> = self.signatures.iter().collect();
        for line in others.iter().flat_map(|other| &other.signatures) {
            if !lines.iter().any(|known| (known.name, known.key_id) == (line.name, line.key_id)) {
                lines.push(line);
            }
        }
        let same = others.iter().all(|other| other.text == self.text);
        same.then(|| assemble(self.text, lines.iter().map(|line| line.line)))
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[SignatureLine<'a>] {
        &self.signatures
    }

    /// Verifies every line that is by one of `keys`. Lines by other keys are left aside: they say nothing here.
    ///
    /// Each signature is verified by itself. A batch check is cofactored and may accept what a single one
    /// rejects, which would let two verifiers of one evidence disagree.
    ///
    /// # Errors
    /// [`Rejection::DuplicateSignature`] for a second line by a known key, before anything is verified;
    /// [`Rejection::BadSignature`] if a known line does not hold, whatever the others do;
    /// [`Rejection::NoKnownSignature`] if there is none.
    pub fn verify(&self, keys: &[&VerifierKey]) -> Result<Vec<Verified>, Rejection> {
        let known = self.known(keys)?;
        if known.is_empty() {
            return Err(Rejection::NoKnownSignature);
        }
        let check = |(line, key): (usize, usize)| {
            let time = verify::signature(keys[key], self.text, &self.signatures[line].signature)
                .ok_or(Rejection::BadSignature { line })?;
            Ok(Verified { key, line, time })
        };
        known.into_iter().map(check).collect()
    }

    /// The pairs of line and key, each key at most once.
    fn known(&self, keys: &[&VerifierKey]) -> Result<Vec<(usize, usize)>, Rejection> {
        let mut known: Vec<(usize, usize)> = Vec::new();
        for (line, signature) in self.signatures.iter().enumerate() {
            let Some(key) = keys.iter().position(|key| signature.is_by(key)) else { continue };
            if known.iter().any(|(_, other)| *other == key) {
                return Err(Rejection::DuplicateSignature { line });
            }
            known.push((line, key));
        }
        Ok(known)
    }

    /// The note with one more signature line, which replaces the one of the same name and key id. `line` is what
    /// a signing key gave, with its line feed.
    ///
    /// # Errors
    /// Those of a signature line in `line`; [`Fault::TooManyLines`] beyond [`SIGNATURE_LINES_MAX`].
    pub fn merge(&self, line: &str) -> Result<String, Rejection> {
        let added = signature_lines(line, 0)?;
        let replaced = |old: &&SignatureLine<'_>| {
            !added.iter().any(|new| (new.name, new.key_id) == (old.name, old.key_id))
        };
        let lines: Vec<&str> =
            self.signatures.iter().filter(replaced).chain(&added).map(|line| line.line).collect();
        if lines.len() > SIGNATURE_LINES_MAX {
            return Err(refuse(Fault::TooManyLines, 0));
        }
        Ok(assemble(self.text, lines))
    }

    /// The note with nothing but this signature line; `None` if it has no such line.
    pub(crate) fn with_only(&self, line: usize) -> Option<String> {
        Some(assemble(self.text, [self.signatures.get(line)?.line]))
    }
}

impl SignatureLine<'_> {
    /// Whose line it says it is.
    pub fn name(&self) -> &str {
        self.name
    }

    /// By which key of that name.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The time that a cosignature begins with, whether it holds or not. A log's Ed25519 line has none, but its
    /// first bytes would pass for one: ask by which key it is first.
    pub fn stated_time(&self) -> Option<CosignTime> {
        let (time, _) = self.signature.split_first_chunk()?;
        CosignTime::new(u64::from_be_bytes(*time)).ok()
    }

    /// The line, without its line feed.
    pub fn line(&self) -> &str {
        self.line
    }

    /// The bytes behind the key id: a signature, with a time before it for cosigners.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether it says it is by this key.
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name().as_str() && self.key_id == key.id()
    }
}

/// A note of this text and these lines, each without its line feed.
pub(crate) fn assemble<'l>(text: &str, lines: impl IntoIterator<Item = &'l str>) -> String {
    let mut note = format!("{text}\n");
    for line in lines {
        note.push_str(line);
        note.push('\n');
    }
    note
}

/// A signature line with its line feed.
pub(crate) fn write_line(name: &str, key_id: KeyId, signature: &[u8]) -> String {
    let bytes = [key_id.bytes().as_slice(), signature].concat();
    format!("{DASH}{name} {}\n", b64::encode(&bytes))
}

fn signature_lines(text: &str, text_at: usize) -> Result<Vec<SignatureLine<'_>>, Rejection> {
    if text.is_empty() {
        return Err(refuse(Fault::NoSignatures, text_at));
    }
    let lines = text.strip_suffix('\n').ok_or(refuse(Fault::Truncated, text_at + text.len()))?;
    let mut found = Vec::new();
    let mut at = text_at;
    for line in lines.split('\n') {
        if found.len() == SIGNATURE_LINES_MAX {
            return Err(refuse(Fault::TooManyLines, at));
        }
        found.push(signature_line(line).map_err(|fault| refuse(fault, at))?);
        at += line.len() + 1;
    }
    Ok(found)
}

fn signature_line(line: &str) -> Result<SignatureLine<'_>, Fault> {
    let (name, base64) =
        line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(Fault::BadSignatureLine)?;
    if name.len() > NAME_BYTES_MAX || !is_name(name) {
        return Err(Fault::BadName);
    }
    let bytes = b64::decode(base64).ok_or(Fault::NotBase64)?;
    let (id, signature) = bytes.split_first_chunk::<4>().ok_or(Fault::BadSignatureLine)?;
    if signature.is_empty() {
        return Err(Fault::BadSignatureLine);
    }
    Ok(SignatureLine { line, name, key_id: KeyId::from_bytes(*id), signature: signature.to_vec() })
}

fn refuse(fault: Fault, offset: usize) -> Rejection {
    Rejection::Malformed { form: Form::Note, fault, offset }
}

/// U+2014 and a space.
const DASH: &str = "— ";
