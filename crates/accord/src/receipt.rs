//! Receipts: what a party signs about the files of a run, and the document that shows it to others.
//!
//! A receipt binds terms, sizes, the commitments to both lists and the bytes of every file; it holds no
//! item and no body.

use std::collections::BTreeMap;

use detente_psi::Time;

use crate::entropy::Entropy;
use crate::fields;
use crate::file::Kind;
use crate::jcs::Value;
use crate::limits::RECEIPT_BYTES_MAX;
use crate::statement::{Draft, Reference, Statement, Type};
use crate::{Acceptance, Card, PartyId, Proposal, Rejection, Us, b64, session_id, words};

const PART: &str = "receipt";

/// One file as its receipt names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileFact {
    /// Which of the three.
    pub kind: Kind,
    /// BLAKE3-256 of the whole file.
    pub hash: [u8; 32],
    /// Its size in bytes.
    pub size: u64,
}

/// The first 16 bytes of the session id: the number that people see.
pub fn run_number(session_id: &[u8; 32]) -> [u8; 16] {
    let mut run = [0; 16];
    run.copy_from_slice(&session_id[..16]);
    run
}

/// BLAKE3-256 over the hashes of ask, answer and result.
pub fn transcript(files: &[FileFact; 3]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(&file.hash);
    }
    *hasher.finalize().as_bytes()
}

/// A run that both sides signed: what every receipt of it refers to.
#[derive(Clone, PartialEq, Eq)]
pub struct Run {
    /// What the asker signed.
    pub proposal: Proposal,
    /// What the answerer signed.
    pub acceptance: Acceptance,
}

impl Run {
    /// The run number.
    pub fn number(&self) -> [u8; 16] {
        run_number(&session_id(&self.proposal, &self.acceptance))
    }

    fn refs(&self) -> Vec<Reference> {
        let (asker, answerer) = (&self.proposal.terms().asker, self.acceptance.answerer());
        let (terms, _) = self.proposal.statement_ids();
        let (consent, _) = self.acceptance.statement_ids();
        vec![
            Reference { party: asker.clone(), rel: "to", id: terms },
            Reference { party: answerer.clone(), rel: "to", id: consent },
        ]
    }

    fn refs_with_lists(&self) -> Vec<Reference> {
        let (asker, answerer) = (&self.proposal.terms().asker, self.acceptance.answerer());
        let (_, asked) = self.proposal.statement_ids();
        let (_, held) = self.acceptance.statement_ids();
        let mut refs = self.refs();
        refs.push(Reference { party: asker.clone(), rel: "cites", id: asked });
        refs.push(Reference { party: answerer.clone(), rel: "cites", id: held });
        refs
    }

    fn other(&self, party: &PartyId) -> PartyId {
        let asker = &self.proposal.terms().asker;
        if party == asker { self.acceptance.answerer().clone() } else { asker.clone() }
    }

    /// Signs that we made or took in this file.
    pub fn sign_handover(&self, us: &Us<'_>, file: FileFact, made: Time, entropy: &mut Entropy) -> Statement {
        let public = [
            ("run", Value::text(b64::encode(&self.number()))),
            ("file", Value::text(file.kind.name())),
            ("blake3", Value::text(b64::encode(&file.hash))),
            ("size", Value::Integer(file.size)),
        ];
        self.draft(us, Type::Handover, self.refs(), public.into(), BTreeMap::new(), made)
            .say(entropy)
            .sign(us.card.id(), us.desk)
    }

    /// Signs the closing receipt. `common` is what we learned: the number of matches as the asker, nothing
    /// as the answerer; it is committed to, not shown.
    pub fn sign_closing(
        &self,
        us: &Us<'_>,
        files: &[FileFact; 3],
        common: Option<u64>,
        made: Time,
        entropy: &mut Entropy,
    ) -> Statement {
        let public = [
            ("act", Value::text("receipt")),
            ("run", Value::text(b64::encode(&self.number()))),
            ("transcript", Value::text(b64::encode(&transcript(files)))),
            ("charge_items", Value::Integer(self.proposal.terms().n_ask.get())),
            ("charge_runs", Value::Integer(1)),
        ];
        let outcome = common.map_or(Value::Null, |n| Value::object([("common", Value::Integer(n))]));
        let learned = Value::text(words::learns(self.proposal.terms()));
        let labels = BTreeMap::from([("outcome", outcome), ("learned", learned)]);
        self.draft(us, Type::Receipt, self.refs_with_lists(), public.into(), labels, made)
            .say(entropy)
            .sign(us.card.id(), us.desk)
    }

    fn draft(
        &self,
        us: &Us<'_>,
        kind: Type,
        refs: Vec<Reference>,
        public: BTreeMap<&str, Value>,
        labels: BTreeMap<&'static str, Value>,
        made: Time,
    ) -> Draft {
        Draft {
            accord: *self.proposal.accord(),
            party: us.card.id().clone(),
            to: self.other(us.card.id()),
            kind,
            made,
            refs,
            public: public.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            labels,
        }
    }
}

/// A party's receipt of one run, as it is shown to the other side or an auditor: the statements of both
/// sides, one signed handover a file, and the closing receipt once the result is known.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The run.
    pub run: Run,
    /// Who signed this receipt.
    pub author: PartyId,
    /// The handovers: ask, answer, and result once there is one.
    pub handovers: Vec<Statement>,
    /// The closing receipt.
    pub closing: Option<Statement>,
}

/// What a verified receipt shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The files, with the time at which the author says it had each.
    pub files: Vec<(FileFact, Time)>,
    /// When the author says it closed the run.
    pub closed: Option<Time>,
}

impl Receipt {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut members = BTreeMap::from([
            ("v".to_owned(), Value::Integer(1)),
            ("kind".to_owned(), Value::text("detente/receipt")),
            ("author".to_owned(), Value::text(self.author.as_str())),
            ("terms".to_owned(), self.run.proposal.to_value()),
            ("acceptance".to_owned(), self.run.acceptance.to_value()),
            ("handovers".to_owned(), Value::Array(self.handovers.iter().map(closed).collect())),
        ]);
        if let Some(closing) = &self.closing {
            members.insert("receipt".to_owned(), closed(closing));
        }
        Value::Object(members).encode()
    }

    /// Reads a receipt document and checks its shape.
    ///
    /// # Errors
    /// [`Rejection::BadMagic`] if this is no receipt at all, otherwise the fault by name.
    pub fn read(bytes: &[u8]) -> Result<Receipt, Rejection> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if bytes.len() > RECEIPT_BYTES_MAX || !bytes.starts_with(b"{\"acceptance\":") {
            return Err(Rejection::BadMagic);
        }
        let mut fields = fields::decode(bytes, PART)?;
        fields.constant("kind", "detente/receipt")?;
        if fields.integer("v")? != 1 {
            return Err(fields.bad("v"));
        }
        let author = fields.party("author")?;
        let (terms, acceptance) = (fields.take("terms")?, fields.take("acceptance")?);
        let proposal = Proposal::read_unnamed(terms)?;
        // Its handovers are about files.
        proposal.check_for_files()?;
        let run = Run { proposal, acceptance: Acceptance::read_unnamed(acceptance)? };
        let handovers = fields.array("handovers", 3)?;
        let handovers = handovers.into_iter().map(Statement::from_value).collect::<Result<_, _>>()?;
        let closing = fields.take_optional("receipt").map(Statement::from_value).transpose()?;
        fields.finish()?;
        Ok(Receipt { run, author, handovers, closing })
    }

    /// Checks every signature and every reference of the receipt against the cards of both sides.
    ///
    /// # Errors
    /// The fault by name: the receipt shows nothing then.
    pub fn verify(&self, asker: &Card, answerer: &Card) -> Result<Shown, Rejection> {
        let mismatch = |part| Rejection::ReceiptMismatch { part };
        self.run.proposal.verify(asker, answerer)?;
        self.run.acceptance.verify(&self.run.proposal, answerer)?;
        let author = [asker, answerer].into_iter().find(|card| *card.id() == self.author);
        let author = author.ok_or(mismatch("author"))?;

        let wanted = [Kind::Ask, Kind::Answer, Kind::Result];
        let mut files = Vec::new();
        for (handover, kind) in self.handovers.iter().zip(wanted) {
            let (file, made) = self.read_handover(handover, author)?;
            if file.kind != kind {
                return Err(mismatch("files"));
            }
            files.push((file, made));
        }
        let facts: Vec<FileFact> = files.iter().map(|(file, _)| *file).collect();
        let closed = match (&self.closing, <[FileFact; 3]>::try_from(facts)) {
            (Some(closing), Ok(facts)) => Some(self.read_closing(closing, author, &facts)?),
            (None, Err(facts)) if facts.len() == 2 => None,
            _ => return Err(mismatch("files")),
        };
        Ok(Shown { files, closed })
    }

    fn read_handover(&self, handover: &Statement, author: &Card) -> Result<(FileFact, Time), Rejection> {
        handover.verify(author.id(), author.desk())?;
        let envelope = handover.envelope(Type::Handover)?;
        let mut public = envelope.public;
        if envelope.refs != self.run.refs() || envelope.party != self.author {
            return Err(Rejection::ReceiptMismatch { part: "terms" });
        }
        if public.bytes("run")? != self.run.number() {
            return Err(Rejection::ReceiptMismatch { part: "run" });
        }
        let kind = match public.text("file")?.as_str() {
            "ask" => Kind::Ask,
            "answer" => Kind::Answer,
            "result" => Kind::Result,
            _ => return Err(public.bad("file")),
        };
        let file = FileFact { kind, hash: public.bytes("blake3")?, size: public.integer("size")? };
        public.finish()?;
        Ok((file, envelope.made))
    }

    fn read_closing(
        &self,
        closing: &Statement,
        author: &Card,
        files: &[FileFact; 3],
    ) -> Result<Time, Rejection> {
        closing.verify(author.id(), author.desk())?;
        let envelope = closing.envelope(Type::Receipt)?;
        let mut public = envelope.public;
        if envelope.refs != self.run.refs_with_lists() || envelope.party != self.author {
            return Err(Rejection::ReceiptMismatch { part: "terms" });
        }
        public.constant("act", "receipt")?;
        public.constant("to", self.run.other(&self.author).as_str())?;
        if public.bytes("run")? != self.run.number() {
            return Err(Rejection::ReceiptMismatch { part: "run" });
        }
        if public.bytes("transcript")? != transcript(files) {
            return Err(Rejection::ReceiptMismatch { part: "files" });
        }
        let charged = (public.integer("charge_items")?, public.integer("charge_runs")?);
        if charged != (self.run.proposal.terms().n_ask.get(), 1) {
            return Err(Rejection::ReceiptMismatch { part: "charge" });
        }
        public.finish()?;
        Ok(envelope.made)
    }
}

fn closed(statement: &Statement) -> Value {
    statement.clone().opening_only(&[]).to_value()
}
