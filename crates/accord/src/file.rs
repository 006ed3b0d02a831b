//! The container of the three files: prefix, header, statements, body, signature.
//!
//! Everything but the body is readable; the body's length follows from the statements alone. A reader
//! checks form, agreement and signature before anything else is believed.

use crate::fields;
use crate::jcs::Value;
use crate::limits::{HEADER_BYTES_MAX, HEADER_STEP_BYTES, STATEMENTS_BYTES_MAX};
use crate::{PartyId, PublicKey, Rejection, SecretKey, b64};

/// The first bytes of every file: name and version of the format.
pub const MAGIC: &[u8; 8] = b"DETENTE\x01";
const CONTEXT: &[u8] = b"detente-psi file v1";
const PREFIX_BYTES: usize = 16;
const SIGNATURE_BYTES: usize = 64;
const PART: &str = "header";

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// From asker to answerer: terms and blinded elements.
    Ask,
    /// From answerer to asker: acceptance, evaluated elements, proofs, tags.
    Answer,
    /// From asker to answerer: commitment to the outcome.
    Result,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Kind::Ask => 1,
            Kind::Answer => 2,
            Kind::Result => 3,
        }
    }

    fn from_number(number: u64) -> Option<Kind> {
        [Kind::Ask, Kind::Answer, Kind::Result].into_iter().find(|kind| u64::from(kind.number()) == number)
    }

    /// `an ask`, `an answer`, `a result`.
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::Ask => "an ask",
            Kind::Answer => "an answer",
            Kind::Result => "a result",
        }
    }

    /// The name in statements.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Ask => "ask",
            Kind::Answer => "answer",
            Kind::Result => "result",
        }
    }
}

/// The header of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Which file.
    pub kind: Kind,
    /// The run's terms id.
    pub terms: [u8; 32],
    /// The author.
    pub from: PartyId,
    /// The addressee.
    pub to: PartyId,
    /// Class of the ask, class of the answer, or number of slots of the result.
    pub n: u64,
    /// BLAKE3-256 of the whole file before this one; none in an ask.
    pub prev: Option<[u8; 32]>,
    /// The acceptance id; none in an ask.
    pub accept: Option<[u8; 32]>,
    /// The run's public key; in an answer alone.
    pub pk: Option<[u8; 32]>,
}

impl Header {
    /// Canonical bytes, padded to a multiple of [`HEADER_STEP_BYTES`].
    fn encode(&self) -> Vec<u8> {
        let hash = |bytes: &[u8; 32]| Value::text(b64::encode(bytes));
        let mut members: std::collections::BTreeMap<String, Value> = [
            ("kind", Value::Integer(u64::from(self.kind.number()))),
            ("terms", hash(&self.terms)),
            ("from", Value::text(self.from.as_str())),
            ("to", Value::text(self.to.as_str())),
            ("n", Value::Integer(self.n)),
            ("pad", Value::text("")),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        for (key, value) in [("prev", &self.prev), ("accept", &self.accept), ("pk", &self.pk)] {
            if let Some(bytes) = value {
                members.insert(key.to_owned(), hash(bytes));
            }
        }
        let bare = Value::Object(members.clone()).encode().len();
        members.insert(
            "pad".to_owned(),
            Value::text("0".repeat(bare.next_multiple_of(HEADER_STEP_BYTES) - bare)),
        );
        Value::Object(members).encode()
    }

    fn decode(bytes: &[u8]) -> Result<Header, Rejection> {
        let mut fields = fields::decode(bytes, PART)?;
        let kind = Kind::from_number(fields.integer("kind")?).ok_or(fields.bad("kind"))?;
        let mut header = Header {
            kind,
            terms: fields.bytes("terms")?,
            from: fields.party("from")?,
            to: fields.party("to")?,
            n: fields.integer("n")?,
            prev: None,
            accept: None,
            pk: None,
        };
        if kind != Kind::Ask {
            header.prev = Some(fields.bytes("prev")?);
            header.accept = Some(fields.bytes("accept")?);
        }
        if kind == Kind::Answer {
            header.pk = Some(fields.bytes("pk")?);
        }
        let pad = fields.text("pad")?;
        if !bytes.len().is_multiple_of(HEADER_STEP_BYTES)
            || pad.len() >= HEADER_STEP_BYTES
            || !pad.bytes().all(|b| b == b'0')
        {
            return Err(fields.bad("pad"));
        }
        fields.finish()?;
        Ok(header)
    }
}

/// A file whose form was checked; its signature was not: see [`File::verify`].
pub struct File<'a> {
    /// The header.
    pub header: Header,
    /// The statement part; `None` in a result.
    pub statements: Option<Value>,
    /// The body.
    pub body: &'a [u8],
    signed: &'a [u8],
    signature: [u8; 64],
    hash: [u8; 32],
}

/// Writes and signs a file.
pub fn write(header: &Header, statements: Option<&Value>, body: &[u8], node: &SecretKey) -> Vec<u8> {
    let header_bytes = header.encode();
    let statements = statements.map(Value::encode).unwrap_or_default();
    let mut file = Vec::with_capacity(
        PREFIX_BYTES + header_bytes.len() + statements.len() + body.len() + SIGNATURE_BYTES,
    );
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&[header.kind.number(), 0]);
    file.extend_from_slice(&(header_bytes.len() as u16).to_le_bytes());
    file.extend_from_slice(&(statements.len() as u16).to_le_bytes());
    file.extend_from_slice(&[0, 0]);
    file.extend_from_slice(&header_bytes);
    file.extend_from_slice(&statements);
    file.extend_from_slice(body);
    let signature = node.sign(&signed_message(&file));
    file.extend_from_slice(&signature);
    file
}

fn signed_message(signed: &[u8]) -> Vec<u8> {
    [CONTEXT, blake3::hash(signed).as_bytes()].concat()
}

/// BLAKE3-256 of a whole file.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// Whether these are the first bytes of such a file.
pub fn looks_like_file(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl<'a> File<'a> {
    /// Splits a file into its parts.
    ///
    /// # Errors
    /// [`Rejection::BadMagic`] if the first eight bytes are others; [`Rejection::OtherKind`] if it is a
    /// well-formed file of another kind; the fault by name otherwise.
    pub fn read(bytes: &'a [u8], wanted: Kind) -> Result<File<'a>, Rejection> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Rejection::BadMagic)?;
        let short = Rejection::BadLength { expected: PREFIX_BYTES as u64, came: bytes.len() as u64 };
        let (prefix, rest) = rest.split_first_chunk::<8>().ok_or(short)?;
        let [kind, flags, h0, h1, s0, s1, zero0, zero1] = *prefix;
        if [flags, zero0, zero1] != [0, 0, 0] {
            return Err(Rejection::BadPrefix);
        }
        let header_len = usize::from(u16::from_le_bytes([h0, h1]));
        let statements_len = usize::from(u16::from_le_bytes([s0, s1]));
        if header_len > HEADER_BYTES_MAX || statements_len > STATEMENTS_BYTES_MAX {
            return Err(Rejection::BadPrefix);
        }
        let expected = PREFIX_BYTES + header_len + statements_len + SIGNATURE_BYTES;
        let short = Rejection::BadLength { expected: expected as u64, came: bytes.len() as u64 };
        let (header, rest) = rest.split_at_checked(header_len).ok_or(short.clone())?;
        let (statements, rest) = rest.split_at_checked(statements_len).ok_or(short.clone())?;
        let (body, signature) = rest.split_last_chunk::<SIGNATURE_BYTES>().ok_or(short)?;

        let header = Header::decode(header)?;
        if header.kind.number() != kind || (header.kind == Kind::Result) != statements.is_empty() {
            return Err(Rejection::BadPrefix);
        }
        if header.kind != wanted {
            return Err(Rejection::OtherKind { wanted: wanted.in_words(), came: header.kind.in_words() });
        }
        let decode = |bytes| {
            Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: "statement part", fault })
        };
        let statements = if statements.is_empty() { None } else { Some(decode(statements)?) };
        let signed = bytes.get(..bytes.len() - SIGNATURE_BYTES).unwrap_or_default();
        Ok(File { header, statements, body, signed, signature: *signature, hash: hash(bytes) })
    }

    /// BLAKE3-256 of the whole file.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Size of the whole file in bytes.
    pub fn size(&self) -> u64 {
        (self.signed.len() + SIGNATURE_BYTES) as u64
    }

    /// Checks that the body has the length that the statements imply.
    ///
    /// # Errors
    /// [`Rejection::BadLength`], in bytes of the whole file.
    pub fn check_body_length(&self, implied: u64) -> Result<(), Rejection> {
        let (expected, came) = (self.size() - self.body.len() as u64 + implied, self.size());
        if expected == came { Ok(()) } else { Err(Rejection::BadLength { expected, came }) }
    }

    /// Checks the author's signature over everything before it.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`].
    pub fn verify(&self, node: &PublicKey) -> Result<(), Rejection> {
        node.verify(&signed_message(self.signed), &self.signature, "file")
    }
}
