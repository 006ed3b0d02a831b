//! The bytes of an evidence file.

use super::{Evidence, EvidenceKind, FullForm, PartName};
use crate::b64;
use crate::cursor::{Cursor, decimal};
use crate::limits::{
    ENTRY_BYTES_MAX, EVIDENCE_BYTES_MAX, EVIDENCE_PARTS_MAX, NOTE_BYTES_MAX, PATH_HASHES_MAX,
    PROOF_FILE_BYTES_MAX, TREE_SIZE_MAX,
};
use crate::name::KeyName;
use crate::position::TreeSize;
use crate::rejection::{Fault, Form, Rejection};

impl<'a> Evidence<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::TooLarge`] (the file or a part), [`Fault::Truncated`],
    /// [`Fault::Trailing`], [`Fault::NotUtf8`], [`Fault::UnexpectedLine`], [`Fault::BadName`],
    /// [`Fault::NotDecimal`], [`Fault::NumberTooLarge`], [`Fault::NotBase64`], [`Fault::TooManyLines`],
    /// [`Fault::BadLength`] (a hash that is none) or [`Fault::OutOfOrder`] (other parts than the kind has).
    pub fn parse(bytes: &'a [u8]) -> Result<Evidence<'a>, Rejection> {
        let mut lines = Cursor::new(Form::Evidence, bytes, EVIDENCE_BYTES_MAX)?;
        lines.expect(MAGIC)?;
        let kind = lines.field("kind")?;
        let kind = EvidenceKind::ALL.into_iter().find(|known| known.name() == kind);
        let kind = kind.ok_or(lines.refuse(Fault::UnexpectedLine))?;
        let origin = name(&mut lines, "origin")?;
        let cosigner = kind.has_cosigner().then(|| name(&mut lines, "cosigner")).transpose()?;
        let mut line = lines.line()?;
        let full_form = match line.strip_prefix("proof ") {
            Some(numbers) if may_have_full_form(kind) => {
                let full_form = full_form(&mut lines, numbers)?;
                line = lines.line()?;
                Some(full_form)
            }
            _ => None,
        };
        if kind == EvidenceKind::ForkGrow && full_form.is_none() {
            return Err(lines.refuse(Fault::UnexpectedLine));
        }
        let lengths = part_lengths(&mut lines, line)?;
        if !is_in_order(kind, &lengths) {
            return Err(lines.refuse(Fault::OutOfOrder));
        }
        let parts = cut(&lengths, lines.rest(), bytes.len() - lines.rest().len())?;
        Ok(Evidence { kind, origin, cosigner, full_form, parts })
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("{MAGIC}\nkind {}\norigin {}\n", self.kind.name(), self.origin);
        if let Some(cosigner) = &self.cosigner {
            head += &format!("cosigner {cosigner}\n");
        }
        if let Some(FullForm { older, newer, hashes }) = &self.full_form {
            head += &format!("proof {older} {newer} {}\n", hashes.len());
            hashes.iter().for_each(|hash| head += &format!("{}\n", b64::encode(hash.as_bytes())));
        }
        for (name, bytes) in &self.parts {
            head += &format!("part {} {}\n", name.name(), bytes.len());
        }
        head += "\n";
        let mut bytes = head.into_bytes();
        self.parts.iter().for_each(|(_, part)| bytes.extend(*part));
        bytes
    }
}

fn name(lines: &mut Cursor<'_>, word: &str) -> Result<KeyName, Rejection> {
    let text = lines.field(word)?;
    KeyName::parse(text).map_err(|_| lines.refuse(Fault::BadName))
}

fn may_have_full_form(kind: EvidenceKind) -> bool {
    matches!(kind, EvidenceKind::ForkGrow | EvidenceKind::DoubleCosign)
}

/// `<older> <newer> <count>`, and as many lines.
fn full_form(lines: &mut Cursor<'_>, numbers: &str) -> Result<FullForm, Rejection> {
    let numbers: Vec<&str> = numbers.split(' ').collect();
    let [older, newer, count] = numbers[..] else { return Err(lines.refuse(Fault::UnexpectedLine)) };
    let older = TreeSize::new(lines.number(older, TREE_SIZE_MAX)?)?;
    let newer = TreeSize::new(lines.number(newer, TREE_SIZE_MAX)?)?;
    let count = lines.number(count, PATH_HASHES_MAX as u64)?;
    let mut hashes = Vec::new();
    for _ in 0..count {
        let line = lines.line()?;
        hashes.push(lines.hash(line)?);
    }
    Ok(FullForm { older, newer, hashes })
}

/// The lines `part <name> <length>`, of which `line` is the first, up to the blank line.
fn part_lengths<'a>(lines: &mut Cursor<'a>, mut line: &'a str) -> Result<Vec<(PartName, usize)>, Rejection> {
    let mut lengths = Vec::new();
    while !line.is_empty() {
        if lengths.len() == EVIDENCE_PARTS_MAX {
            return Err(lines.refuse(Fault::TooManyLines));
        }
        lengths.push(part_length(line).map_err(|fault| lines.refuse(fault))?);
        line = lines.line()?;
    }
    Ok(lengths)
}

fn part_length(line: &str) -> Result<(PartName, usize), Fault> {
    let words = line.strip_prefix("part ").and_then(|rest| rest.split_once(' '));
    let (name, length) = words.ok_or(Fault::UnexpectedLine)?;
    let name = PartName::ALL.into_iter().find(|known| known.name() == name).ok_or(Fault::UnexpectedLine)?;
    let length = decimal(length, u64::MAX)?;
    let (is_exact, max) = match name {
        PartName::NoteA | PartName::NoteB => (false, NOTE_BYTES_MAX),
        PartName::ProofA | PartName::ProofB => (false, PROOF_FILE_BYTES_MAX),
        PartName::LeafA | PartName::LeafB => (false, ENTRY_BYTES_MAX),
        PartName::HashA | PartName::HashB => (true, 32),
    };
    match usize::try_from(length) {
        Ok(length) if is_exact && length != max => Err(Fault::BadLength),
        Ok(length) if length <= max => Ok((name, length)),
        _ => Err(Fault::TooLarge),
    }
}

/// Whether a kind has just these parts.
fn is_in_order(kind: EvidenceKind, lengths: &[(PartName, usize)]) -> bool {
    use PartName::{HashA, HashB, LeafA, LeafB, NoteA, NoteB, ProofA, ProofB};
    let names: Vec<PartName> = lengths.iter().map(|(name, _)| *name).collect();
    match kind {
        EvidenceKind::ForkSame | EvidenceKind::ForkGrow | EvidenceKind::DoubleCosign => {
            names == [NoteA, NoteB]
        }
        EvidenceKind::ForkLeaf => matches!(names[..], [ProofA, ProofB, LeafA | HashA, LeafB | HashB]),
        EvidenceKind::Misplaced | EvidenceKind::BadLeaf => names == [ProofA, LeafA],
        EvidenceKind::Regress => names == [ProofA, ProofB, LeafA, LeafB],
        EvidenceKind::Clock => names == [NoteA, ProofA, LeafA],
    }
}

fn cut<'a>(
    lengths: &[(PartName, usize)],
    mut rest: &'a [u8],
    mut at: usize,
) -> Result<Vec<(PartName, &'a [u8])>, Rejection> {
    let refuse = |fault, offset| Rejection::Malformed { form: Form::Evidence, fault, offset };
    let mut parts = Vec::new();
    for (name, length) in lengths {
        let (part, after) = rest.split_at_checked(*length).ok_or(refuse(Fault::Truncated, at))?;
        parts.push((*name, part));
        (rest, at) = (after, at + length);
    }
    if rest.is_empty() { Ok(parts) } else { Err(refuse(Fault::Trailing, at)) }
}

const MAGIC: &str = "detente/evidence@v1";
