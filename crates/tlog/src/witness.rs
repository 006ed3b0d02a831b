//! The rules of a witness (C2SP tlog-witness, add-checkpoint), as a function of a body and of what was seen before.
//! The bodies are those of HTTP; what carries them is not known here.

use crate::b64;
use crate::checkpoint::Checkpoint;
use crate::consistency::check_consistency;
use crate::cursor::Cursor;
use crate::hash::Hash;
use crate::key::VerifierKey;
use crate::limits::{ADD_CHECKPOINT_BYTES_MAX, TREE_SIZE_MAX};
use crate::name::KeyName;
use crate::note::Note;
use crate::position::TreeSize;
use crate::rejection::{Fault, Form, Rejection};

/// The last head of a log that was accepted or signed here. It is kept durably and replaced in one step: two
/// updates from one head must not both succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves.
    pub size: TreeSize,
    /// The root over them.
    pub root: Hash,
}

impl Head {
    /// Before anything was seen.
    pub fn of_empty_tree() -> Head {
        Head { size: TreeSize::EMPTY, root: Hash::of_empty_tree() }
    }

    /// The head that follows this one, if `proof` shows that it extends it. A signer asks this before every
    /// signature, of its own log as of a peer's.
    ///
    /// # Errors
    /// [`Rejection::SameSizeOtherRoot`]: a fork, of which both notes are to be kept; [`Rejection::TreeShrank`];
    /// the lengths and [`Rejection::RootDiffers`] of [`check_consistency`].
    pub fn advance(&self, checkpoint: &Checkpoint, proof: &[Hash]) -> Result<Head, Rejection> {
        let next = Head { size: checkpoint.size(), root: *checkpoint.root() };
        if next.size == self.size && next.root != self.root {
            return Err(Rejection::SameSizeOtherRoot);
        }
        check_consistency(self.size, &self.root, next.size, &next.root, proof)?;
        Ok(next)
    }
}

/// The body of add-checkpoint, in form, nothing of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint<'a> {
    old: TreeSize,
    proof: Vec<Hash>,
    note: Note<'a>,
    checkpoint: Checkpoint,
}

impl<'a> AddCheckpoint<'a> {
    /// Reads `old <size>`, up to 63 hashes, a blank line and a note.
    ///
    /// # Errors
    /// [`Rejection::Malformed`]: those of the lines, of a note and of a checkpoint, and [`Fault::OldAboveNew`].
    pub fn parse(body: &'a [u8]) -> Result<AddCheckpoint<'a>, Rejection> {
        let mut lines = Cursor::new(Form::AddCheckpoint, body, ADD_CHECKPOINT_BYTES_MAX)?;
        let old = lines.field("old")?;
        let old = TreeSize::new(lines.number(old, TREE_SIZE_MAX)?)?;
        let proof = lines.proof()?;
        let note = Note::parse(lines.rest())?;
        // A wrong root of the empty tree is told apart from a malformed body, and so judged later.
        let checkpoint = Checkpoint::parse_any_root(note.text())?;
        if old > checkpoint.size() {
            let fault = Fault::OldAboveNew;
            return Err(Rejection::Malformed { form: Form::AddCheckpoint, fault, offset: 0 });
        }
        Ok(AddCheckpoint { old, proof, note, checkpoint })
    }

    /// Puts a body together. The note goes in byte for byte.
    pub fn write(old: TreeSize, proof: &[Hash], note: &[u8]) -> Vec<u8> {
        let mut text = format!("old {old}\n");
        for hash in proof {
            text += &b64::encode(hash.as_bytes());
            text += "\n";
        }
        text += "\n";
        [text.as_bytes(), note].concat()
    }
}

/// What the witness knows of a log: its keys, and the head it accepted last.
pub struct KnownLog<'k> {
    /// The log's keys of type 0x01.
    pub keys: Vec<&'k VerifierKey>,
    /// [`Head::of_empty_tree`] on first contact.
    pub head: Head,
}

/// How add-checkpoint ends, in the order in which it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not in form.
    Malformed(Rejection),
    /// The log is not known here.
    UnknownOrigin,
    /// The log has not signed it, or a line by the log does not hold.
    NotSigned(Rejection),
    /// The proof begins at another size than the one accepted last, which is told.
    Conflict(TreeSize),
    /// In form and signed, but it does not extend what was accepted last. With a valid signature of the log this
    /// is a fork or a fault of the log: the body is worth keeping.
    Inconsistent(Rejection),
    /// It extends it. The new head is stored durably before anything is answered or signed.
    Accepted(Checkpoint),
}

impl Answer {
    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        match self {
            Answer::Malformed(_) => 400,
            Answer::UnknownOrigin => 404,
            Answer::NotSigned(_) => 403,
            Answer::Conflict(_) => 409,
            Answer::Inconsistent(_) => 422,
            Answer::Accepted(_) => 200,
        }
    }

    /// Media type and body, where the protocol fixes them: the size of a conflict.
    pub fn body(&self) -> Option<(&'static str, String)> {
        match self {
            Answer::Conflict(size) => Some((SIZE_MEDIA_TYPE, format!("{size}\n"))),
            _ => None,
        }
    }
}

/// Judges a body. `log` gives what is known of an origin.
pub fn add_checkpoint<'k>(body: &[u8], log: impl FnOnce(&KeyName) -> Option<KnownLog<'k>>) -> Answer {
    let request = match AddCheckpoint::parse(body) {
        Ok(request) => request,
        Err(rejection) => return Answer::Malformed(rejection),
    };
    let Some(log) = log(request.checkpoint.origin()) else { return Answer::UnknownOrigin };
    if let Err(rejection) = request.note.verify(&log.keys) {
        return Answer::NotSigned(rejection);
    }
    if request.old != log.head.size {
        return Answer::Conflict(log.head.size);
    }
    match log.head.advance(&request.checkpoint, &request.proof) {
        Ok(_) => Answer::Accepted(request.checkpoint),
        Err(rejection) => Answer::Inconsistent(rejection),
    }
}

/// What an answer means to the one who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Taken. The body holds signature lines, or nothing yet.
    Taken,
    /// To be sent again with a proof from this size.
    From(TreeSize),
    /// The witness has seen another tree than we have: never sent again, people look at it. Deployed witnesses
    /// say so with 422, or with 409 and no size.
    Alarm,
    /// Refused for what was sent; the same again is refused again.
    Refused,
    /// The witness failed; again after a pause.
    Later,
}

impl Reply {
    /// Reads an answer.
    pub fn of(status: u16, media_type: &str, body: &[u8]) -> Reply {
        match status {
            200 => Reply::Taken,
            409 => conflict_size(media_type, body).map_or(Reply::Alarm, Reply::From),
            422 => Reply::Alarm,
            500..=599 => Reply::Later,
            _ => Reply::Refused,
        }
    }
}

fn conflict_size(media_type: &str, body: &[u8]) -> Option<TreeSize> {
    let mut lines = Cursor::new(Form::AddCheckpoint, body, SIZE_BYTES_MAX).ok()?;
    let line = lines.line().ok()?;
    let size = TreeSize::new(lines.number(line, TREE_SIZE_MAX).ok()?).ok()?;
    (media_type == SIZE_MEDIA_TYPE && lines.is_at_end()).then_some(size)
}

const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// Sixteen digits and a line feed.
const SIZE_BYTES_MAX: usize = 17;
