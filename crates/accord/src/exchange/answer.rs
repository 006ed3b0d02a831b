//! The answer: the answerer's signed acceptance, evaluated elements, proofs and tags.

use std::borrow::Cow;
use std::collections::BTreeMap;

use detente_indicators::Kind;
use detente_psi::size::SizeClass;
use detente_psi::voprf::{self, Answerer, AnswererParameters, Ask};
use detente_psi::{Input, Message, Output, Par, Time};

use super::{List, ReceivedAsk, RunSecrets, items};
use crate::file::{self, File, Header};
use crate::{Acceptance, Card, Entropy, ListCommitment, PartyId, Proposal, Rejection, Us, session_id};

/// Signs the acceptance of an ask and commits to our list. Draws the secrets of the run: only after the ask
/// was claimed durably, so that one ask can never get two of them.
///
/// # Errors
/// [`Rejection::ListTooLarge`].
pub fn accept(
    us: &Us<'_>,
    proposal: &Proposal,
    list: &List<'_>,
    counts: &BTreeMap<Kind, u64>,
    made: Time,
    entropy: &mut Entropy,
) -> Result<(Acceptance, RunSecrets), Rejection> {
    let class = held_class(proposal, list.len() as u64)?;
    let secrets = RunSecrets::draw(entropy);
    let commitment = ListCommitment {
        root: secrets.list_salt.root(list, class),
        class,
        seed: secrets.seed_commitment(),
        nonce: entropy.draw(),
    };
    Ok((Acceptance::make(us, proposal, made, commitment, counts, entropy), secrets))
}

/// The class in which a list of `held` items answers these terms.
///
/// # Errors
/// [`Rejection::ListTooLarge`].
pub(crate) fn held_class(proposal: &Proposal, held: u64) -> Result<SizeClass, Rejection> {
    let bound = proposal.terms().n_answer_max;
    let too_large = Rejection::ListTooLarge { held, allowed: bound.get() };
    SizeClass::for_count(held).filter(|class| *class <= bound).ok_or(too_large)
}

/// The answer file with its run's public key.
pub struct Making {
    /// The file.
    pub file: Vec<u8>,
    /// The public key of the run.
    pub pk: [u8; 32],
}

/// Makes the answer file; deterministic.
///
/// # What the peer learns
/// Which of its own items are on our list, and our size class.
///
/// # Errors
/// [`Rejection::Matching`] if an element of the ask is malformed, or our list does not fit our acceptance.
pub fn answer_file(
    us: &Us<'_>,
    ask: &ReceivedAsk<'_>,
    acceptance: &Acceptance,
    secrets: &RunSecrets,
    list: &List<'_>,
    par: &dyn Par,
) -> Result<Making, Rejection> {
    let items = items(list)?;
    let proposal = ask.proposal();
    let mut answerer = Answerer::new(AnswererParameters {
        terms_id: proposal.terms_id(),
        accept_id: acceptance.accept_id(),
        asker_nonce: proposal.list().nonce,
        answerer_nonce: acceptance.list().nonce,
        asker_class: proposal.list().class,
        answerer_class: acceptance.list().class,
        seed: &secrets.seed,
        items: &items,
        par,
    })?;
    let message = Message::Voprf(voprf::Message::Ask(Ask { body: Cow::Borrowed(ask.body()) }));
    answerer.handle(acceptance.made(), Input::Message(message))?;
    let Some(Output::Send(Message::Voprf(voprf::Message::Answer(answer)))) = answerer.poll() else {
        unreachable!("a machine that took an ask says its answer")
    };
    let header = Header {
        kind: file::Kind::Answer,
        terms: proposal.terms_id(),
        from: us.card.id().clone(),
        to: proposal.terms().asker.clone(),
        n: acceptance.list().class.get(),
        prev: Some(ask.hash()),
        accept: Some(acceptance.accept_id()),
        pk: Some(answer.pk),
    };
    let file = file::write(&header, Some(&acceptance.to_value()), &answer.body, us.node);
    Ok(Making { file, pk: answer.pk })
}

/// An answer as it came in, its form checked.
pub struct ReceivedAnswer<'a> {
    file: File<'a>,
    acceptance: Acceptance,
    accept_id: [u8; 32],
    pk: [u8; 32],
    prev: [u8; 32],
}

impl<'a> ReceivedAnswer<'a> {
    /// Reads an answer and checks that header and statements agree.
    ///
    /// # Errors
    /// The fault by name.
    pub fn read(bytes: &'a [u8]) -> Result<ReceivedAnswer<'a>, Rejection> {
        let mut file = File::read(bytes, file::Kind::Answer)?;
        let statements = file.statements.take().ok_or(Rejection::BadPrefix)?;
        let header = &file.header;
        let (Some(accept_id), Some(pk), Some(prev)) = (header.accept, header.pk, header.prev) else {
            return Err(Rejection::BadPrefix);
        };
        let acceptance = Acceptance::read(statements, &accept_id)?;
        for (field, agrees) in [
            ("from", header.from == *acceptance.answerer()),
            ("to", header.to == *acceptance.asker()),
            ("n", header.n == acceptance.list().class.get()),
        ] {
            if !agrees {
                return Err(Rejection::Contradiction { field });
            }
        }
        Ok(ReceivedAnswer { file, acceptance, accept_id, pk, prev })
    }

    /// Who signed it, or claims to have.
    pub fn author(&self) -> &PartyId {
        &self.file.header.from
    }

    /// The terms that it answers.
    pub fn terms_id(&self) -> [u8; 32] {
        self.file.header.terms
    }

    /// What was accepted.
    pub fn acceptance(&self) -> &Acceptance {
        &self.acceptance
    }

    /// The public key of the run.
    pub fn pk(&self) -> [u8; 32] {
        self.pk
    }

    /// BLAKE3-256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        self.file.hash()
    }

    /// Size of the file in bytes.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    /// Checks that `answerer` signed the file and that it is for us.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`], [`Rejection::NotAddressedToUs`].
    pub fn verify(&self, answerer: &Card, us: &Card) -> Result<(), Rejection> {
        self.file.verify(answerer.node())?;
        if self.file.header.to != *us.id() {
            return Err(Rejection::NotAddressedToUs { to: self.file.header.to.to_string() });
        }
        Ok(())
    }

    /// Checks that it answers our ask.
    ///
    /// # Errors
    /// [`Rejection::OtherPredecessor`], [`Rejection::Contradiction`], [`Rejection::OtherProfile`],
    /// [`Rejection::BadSignature`] of the consent, [`Rejection::BadLength`].
    pub fn check_answers(
        &self,
        proposal: &Proposal,
        ask_hash: &[u8; 32],
        answerer: &Card,
    ) -> Result<(), Rejection> {
        if self.prev != *ask_hash {
            return Err(Rejection::OtherPredecessor);
        }
        self.acceptance.verify(proposal, answerer)?;
        let classes = (proposal.list().class, self.acceptance.list().class);
        self.file.check_body_length(voprf::answer_bytes(classes.0, classes.1))
    }

    /// The session id of the run.
    pub(super) fn session_id(&self, proposal: &Proposal) -> [u8; 32] {
        session_id(proposal, &self.acceptance)
    }

    pub(super) fn message(&self) -> Message<'a> {
        Message::Voprf(voprf::Message::Answer(voprf::Answer {
            accept_id: self.accept_id,
            class: self.acceptance.list().class,
            pk: self.pk,
            body: Cow::Borrowed(self.file.body),
        }))
    }
}
