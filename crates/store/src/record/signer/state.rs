//! The state file of the signer (RECORD, section 15): a few hundred bytes for each log.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use detente_accord::b64;
use detente_accord::jcs::Value;
use detente_tlog::{Checkpoint, Hash, KeyName, TREE_SIZE_MAX, TreeSize};

use super::super::files::hash;
use super::super::{Error, private};

/// The head of a log that was signed last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignedHead {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// `{"v":1,"instance":…,"origins":{origin:{"size":…,"root":…,"body":…}}}`, canonical.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct State {
    pub(super) instance: [u8; 16],
    pub(super) origins: BTreeMap<KeyName, SignedHead>,
}

/// What stands at the place of the state file.
pub(super) enum ReadState {
    Missing,
    Unreadable,
    Read(State),
}

impl SignedHead {
    pub(super) fn of(head: &Checkpoint) -> SignedHead {
        SignedHead { size: head.size().get(), root: *head.root() }
    }
}

impl State {
    pub(super) fn new(instance: [u8; 16]) -> State {
        State { instance, origins: BTreeMap::new() }
    }

    /// Reads the file. One that is not in its one form is unreadable, never repaired.
    pub(super) fn read(path: &Path) -> Result<ReadState, Error> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(ReadState::Missing),
            Err(error) => return Err(Error::io(path, error)),
        };
        private::refuse_open_mode(path)?;
        Ok(State::decode(&bytes).map_or(ReadState::Unreadable, ReadState::Read))
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let origins = self.origins.iter().map(|(origin, head)| {
            let value = Value::object([
                ("body", Value::text(b64::encode(&body(origin, head).unwrap_or_default()))),
                ("root", Value::text(b64::encode(head.root.as_bytes()))),
                ("size", Value::Integer(head.size)),
            ]);
            (origin.as_str().to_owned(), value)
        });
        let origins = Value::Object(origins.collect());
        let instance = Value::text(b64::encode(&self.instance));
        Value::object([("instance", instance), ("origins", origins), ("v", Value::Integer(1))]).encode()
    }

    /// Names of logs are keys here, which accord's profile of JCS does not have; so this form has a reader of its
    /// own, and as everywhere what was read must encode to the same bytes.
    fn decode(bytes: &[u8]) -> Option<State> {
        let mut rest = std::str::from_utf8(bytes).ok()?.strip_prefix("{\"instance\":\"")?;
        let instance = b64::decode(take(&mut rest, "\",\"origins\":{")?)?;
        let mut state = State::new(instance);
        while let Some(member) = rest.trim_start_matches(',').strip_prefix('"') {
            rest = member;
            let (origin, head) = decode_member(&mut rest)?;
            state.origins.insert(origin, head);
        }
        (rest == "},\"v\":1}" && state.encode() == bytes).then_some(state)
    }
}

/// Reads `origin":{"body":"…","root":"…","size":…}`. The body is the hash of what the other two say: one more place
/// where a flipped bit shows, as it is compared when all is encoded again.
fn decode_member(rest: &mut &str) -> Option<(KeyName, SignedHead)> {
    let origin = take(rest, "\":{\"body\":\"")?.replace("\\\"", "\"").replace("\\\\", "\\");
    take(rest, "\",\"root\":\"")?;
    let root = b64::decode(take(rest, "\",\"size\":")?).map(Hash::from_bytes)?;
    let size = take(rest, "}")?.parse().ok().filter(|size| *size <= TREE_SIZE_MAX)?;
    Some((KeyName::parse(&origin).ok()?, SignedHead { size, root }))
}

/// What stands before `end`, which is taken too.
fn take<'a>(rest: &mut &'a str, end: &str) -> Option<&'a str> {
    let (before, after) = rest.split_once(end)?;
    *rest = after;
    Some(before)
}

/// SHA-256 of the text of the note.
fn body(origin: &KeyName, head: &SignedHead) -> Option<[u8; 32]> {
    let checkpoint = Checkpoint::new(origin.clone(), TreeSize::new(head.size).ok()?, head.root).ok()?;
    Some(hash(checkpoint.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let origins = [("a.example/0", 5), ("b.example/0", 0), ("c.example/0", TREE_SIZE_MAX)];
        let head = |size| match size {
            0 => SignedHead { size, root: Hash::of_empty_tree() },
            _ => SignedHead { size, root: Hash::from_bytes([9; 32]) },
        };
        let origins = origins.map(|(origin, size)| (KeyName::parse(origin).unwrap(), head(size)));
        State { instance: [3; 16], origins: origins.into() }
    }

    #[test]
    fn has_one_form() {
        let empty = State::new([0; 16]).encode();
        assert_eq!(empty, br#"{"instance":"AAAAAAAAAAAAAAAAAAAAAA==","origins":{},"v":1}"#);
        assert_eq!(State::decode(&state().encode()), Some(state()));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let bytes = state().encode();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // The instance is compared with the database's; everything else has its hash beside it.
            match State::decode(&flipped) {
                None => {}
                Some(read) => assert!(read.instance != [3; 16], "bit {bit}"),
            }
        }
    }
}
