//! What nodes hand each other over a link: a packet or none, and an answer with a packet or none.
//!
//! One exchange is three pieces. The initiator asks, and pushes what the other lacks if there is anything; the responder
//! takes it in, says what became of it, and gives what the initiator lacks; the initiator says what became of that. So
//! one reachable side is enough. The packets are judged by whoever takes them in; here stands the form alone.

use super::names::RecordId;
use crate::Rejection;

/// The longest message of an exchange: what one peer may have unread in memory here. Longer ones are refused.
pub const HANDED_BYTES_MAX: usize = 64 << 20;
/// The longest name of a refusal.
pub const REASON_BYTES_MAX: usize = 64;

const ASKED: u8 = 1;
const ANSWERED: u8 = 2;
const CLOSING: u8 = 3;
const RECORD_BYTES: usize = 32;

/// What the initiator says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked<'a> {
    /// Of which accord.
    pub record: RecordId,
    /// What it wants in return: all there is, rather than what it has not shown to hold.
    pub everything: bool,
    /// What the responder lacks; empty if that is nothing.
    pub packet: &'a [u8],
}

/// What the responder says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered<'a> {
    /// What became of the packet.
    pub outcome: Outcome,
    /// What the initiator lacks; empty if that is nothing.
    pub packet: &'a [u8],
}

/// What the initiator says at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Closing {
    /// What became of the responder's packet.
    pub outcome: Outcome,
}

/// What became of a packet that was handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// None came.
    Nothing,
    /// It was taken in: its entries are stored and cosigned.
    Taken,
    /// It was not, or there is no such accord; the stable name of the reason.
    Refused(Reason),
}

/// The name of a refusal: 1 to [`REASON_BYTES_MAX`] of `[a-z0-9-]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason(String);

impl Reason {
    /// The name, if it is one.
    pub fn parse(name: &str) -> Option<Reason> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=REASON_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_name);
        fits.then(|| Reason(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> Asked<'a> {
    /// The one form of it.
    pub fn encode(&self) -> Vec<u8> {
        let head = [ASKED, u8::from(self.everything)];
        [&head[..], self.record.bytes(), self.packet].concat()
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Rejection::BadMagic`] for something else; [`Rejection::BadField`] with the part that is not in form.
    pub fn decode(bytes: &'a [u8]) -> Result<Asked<'a>, Rejection> {
        let bad = |field| Rejection::BadField { part: "asked", field };
        let rest = begin(bytes, ASKED)?;
        let (want, rest) = rest.split_first().ok_or(bad("want"))?;
        let everything = match want {
            0 => false,
            1 => true,
            _ => return Err(bad("want")),
        };
        let (record, packet) = rest.split_at_checked(RECORD_BYTES).ok_or(bad("record"))?;
        let record: [u8; RECORD_BYTES] = record.try_into().map_err(|_| bad("record"))?;
        Ok(Asked { record: RecordId::from_bytes(record), everything, packet })
    }
}

impl<'a> Answered<'a> {
    /// The one form of it.
    pub fn encode(&self) -> Vec<u8> {
        [&[ANSWERED][..], &self.outcome.encode(), self.packet].concat()
    }

    /// Reads it.
    ///
    /// # Errors
    /// As [`Asked::decode`].
    pub fn decode(bytes: &'a [u8]) -> Result<Answered<'a>, Rejection> {
        let (outcome, packet) = Outcome::decode(begin(bytes, ANSWERED)?, "answered")?;
        Ok(Answered { outcome, packet })
    }
}

impl Closing {
    /// The one form of it.
    pub fn encode(&self) -> Vec<u8> {
        [&[CLOSING][..], &self.outcome.encode()].concat()
    }

    /// Reads it.
    ///
    /// # Errors
    /// As [`Asked::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Closing, Rejection> {
        match Outcome::decode(begin(bytes, CLOSING)?, "closing")? {
            (outcome, []) => Ok(Closing { outcome }),
            _ => Err(Rejection::BadField { part: "closing", field: "length" }),
        }
    }
}

impl Outcome {
    /// Its number, the length of the reason, the reason.
    fn encode(&self) -> Vec<u8> {
        let (number, reason) = match self {
            Outcome::Nothing => (0, ""),
            Outcome::Taken => (1, ""),
            Outcome::Refused(reason) => (2, reason.as_str()),
        };
        // A reason is shorter than 256 bytes by its type.
        let head = [number, u8::try_from(reason.len()).unwrap_or(0)];
        [&head[..], reason.as_bytes()].concat()
    }

    fn decode<'a>(bytes: &'a [u8], part: &'static str) -> Result<(Outcome, &'a [u8]), Rejection> {
        let bad = |field| Rejection::BadField { part, field };
        let (number, rest) = bytes.split_first().ok_or(bad("outcome"))?;
        let (length, rest) = rest.split_first().ok_or(bad("reason"))?;
        let (reason, rest) = rest.split_at_checked(usize::from(*length)).ok_or(bad("reason"))?;
        let outcome = match (number, reason) {
            (0, []) => Outcome::Nothing,
            (1, []) => Outcome::Taken,
            (2, reason) => {
                let reason = std::str::from_utf8(reason).ok().and_then(Reason::parse);
                Outcome::Refused(reason.ok_or(bad("reason"))?)
            }
            (0 | 1, _) => return Err(bad("reason")),
            _ => return Err(bad("outcome")),
        };
        Ok((outcome, rest))
    }
}

fn begin(bytes: &[u8], kind: u8) -> Result<&[u8], Rejection> {
    if bytes.len() > HANDED_BYTES_MAX {
        return Err(Rejection::BadLength { expected: HANDED_BYTES_MAX as u64, came: bytes.len() as u64 });
    }
    match bytes.split_first() {
        Some((first, rest)) if *first == kind => Ok(rest),
        _ => Err(Rejection::BadMagic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(part: &'static str, field: &'static str) -> Rejection {
        Rejection::BadField { part, field }
    }

    #[test]
    fn what_is_written_is_read() {
        for packet in [&b""[..], b"packet"] {
            for everything in [false, true] {
                let asked = Asked { record: RecordId::from_bytes([7; 32]), everything, packet };
                assert_eq!(Asked::decode(&asked.encode()), Ok(asked));
            }
            let refused = Outcome::Refused(Reason::parse("own-log-ahead").unwrap());
            for outcome in [Outcome::Nothing, Outcome::Taken, refused] {
                let answered = Answered { outcome, packet };
                let closing = Closing { outcome: answered.outcome.clone() };
                assert_eq!(Closing::decode(&closing.encode()), Ok(closing));
                assert_eq!(Answered::decode(&answered.encode()), Ok(answered));
            }
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let asked = |bytes: &[u8]| Asked::decode(bytes).err();
        assert_eq!(asked(b""), Some(Rejection::BadMagic));
        assert_eq!(asked(&[2, 0]), Some(Rejection::BadMagic));
        assert_eq!(asked(&[1]), Some(bad("asked", "want")));
        assert_eq!(asked(&[&[1, 2][..], &[0; 32]].concat()), Some(bad("asked", "want")));
        assert_eq!(asked(&[&[1, 0][..], &[0; 31]].concat()), Some(bad("asked", "record")));
        let answered = |bytes: &[u8]| Answered::decode(bytes).err();
        assert_eq!(answered(&[1, 0, 0]), Some(Rejection::BadMagic));
        assert_eq!(answered(&[2]), Some(bad("answered", "outcome")));
        assert_eq!(answered(&[2, 3, 0]), Some(bad("answered", "outcome")));
        assert_eq!(answered(&[2, 1]), Some(bad("answered", "reason")));
        assert_eq!(answered(&[2, 1, 1, b'a']), Some(bad("answered", "reason")));
        assert_eq!(answered(&[2, 2, 0]), Some(bad("answered", "reason")));
        assert_eq!(answered(&[2, 2, 2, b'a']), Some(bad("answered", "reason")));
        assert_eq!(answered(&[2, 2, 1, b'A']), Some(bad("answered", "reason")));
        assert_eq!(answered(&[2, 2, 65]), Some(bad("answered", "reason")));
        let long = [&[2, 2, 65][..], &[b'a'; 65]].concat();
        assert_eq!(answered(&long), Some(bad("answered", "reason")));
        assert_eq!(Closing::decode(&[3, 1, 0, 0]), Err(bad("closing", "length")));
        assert_eq!(Closing::decode(&[3, 1]), Err(bad("closing", "reason")));
    }
}
