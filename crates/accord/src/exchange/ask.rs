//! The ask: the asker's signed terms and its blinded elements.

use std::collections::BTreeMap;

use detente_indicators::Kind;
use detente_psi::size::SizeClass;
use detente_psi::voprf::{self, Asker, AskerParameters};
use detente_psi::{Input, Message, Output, Par, Time};

use super::{List, RunSecrets, items};
use crate::file::{self, File, Header};
use crate::limits::{ASKED_CLASS_MAX, CLOCK_TOLERANCE_MS, HELD_CLASS_MAX};
use crate::{Card, Entropy, Form, ListCommitment, PartyId, Proposal, Rejection, Suite, Terms, Us, budget};

/// What the asker wants to ask. No defaults: it decides what is disclosed.
pub struct AskOrder<'a> {
    /// Whom.
    pub peer: &'a Card,
    /// With which list.
    pub list: &'a List<'a>,
    /// How many items of each kind it has; committed to, not shown.
    pub counts: &'a BTreeMap<Kind, u64>,
    /// The kinds that are compared, in table order.
    pub kinds: Vec<Kind>,
    /// The canon profile.
    pub profile: [u8; 32],
    /// SHA-256 of each warninglist applied.
    pub warninglists: Vec<[u8; 32]>,
    /// Why; shown to the peer.
    pub purpose: String,
    /// Matches above which a person is asked before the result is written; `None` for no such number.
    pub cap: Option<u64>,
    /// Now.
    pub made: Time,
    /// When the terms run out.
    pub until: Time,
}

/// Signs the terms of an ask and commits to its list. Draws the secrets of the run.
///
/// # Errors
/// [`Rejection::AskTooLarge`].
pub fn propose(
    us: &Us<'_>,
    order: AskOrder<'_>,
    entropy: &mut Entropy,
) -> Result<(Proposal, RunSecrets), Rejection> {
    let count = order.list.len() as u64;
    let too_large = Rejection::AskTooLarge { asked: count, allowed: ASKED_CLASS_MAX };
    let class =
        SizeClass::for_count(count).filter(|class| class.get() <= ASKED_CLASS_MAX).ok_or(too_large)?;
    let n_answer_max = SizeClass::from_u64(HELD_CLASS_MAX).unwrap_or(SizeClass::MIN);
    let secrets = RunSecrets::draw(entropy);
    let list = ListCommitment {
        root: secrets.list_salt.root(order.list, class),
        class,
        seed: secrets.seed_commitment(),
        nonce: entropy.draw(),
    };
    let terms = Terms {
        asker: us.card.id().clone(),
        answerer: order.peer.id().clone(),
        made: order.made,
        suite: Suite::Voprf,
        form: Form::Items,
        kinds: order.kinds,
        profile: order.profile,
        warninglists: order.warninglists,
        n_ask: class,
        n_answer_max,
        cap: order.cap.unwrap_or(class.get()),
        until: order.until,
        purpose: order.purpose,
    };
    Ok((Proposal::make(us, order.peer, terms, list, order.counts, entropy), secrets))
}

/// Makes the ask file; deterministic.
///
/// # What the peer learns
/// The terms, the size class, and that we asked. Nothing about the items: the blinding hides them perfectly.
///
/// # Errors
/// [`Rejection::Matching`] if the list is not sorted, or larger than the class of the proposal;
/// [`Rejection::NotOffered`] for terms of another suite than that of files.
pub fn ask_file(
    us: &Us<'_>,
    proposal: &Proposal,
    secrets: &RunSecrets,
    list: &List<'_>,
    par: &dyn Par,
) -> Result<Vec<u8>, Rejection> {
    let items = items(list)?;
    let (_, body) = start(proposal, secrets, &items, par)?;
    let terms = proposal.terms();
    let header = Header {
        kind: file::Kind::Ask,
        terms: proposal.terms_id(),
        from: terms.asker.clone(),
        to: terms.answerer.clone(),
        n: terms.n_ask.get(),
        prev: None,
        accept: None,
        pk: None,
    };
    Ok(file::write(&header, Some(&proposal.to_value()), &body, us.node))
}

/// The asker's machine after it has said its ask, and the ask's body.
pub(super) fn start<'a>(
    proposal: &Proposal,
    secrets: &'a RunSecrets,
    items: &'a detente_psi::Items,
    par: &'a dyn Par,
) -> Result<(Asker<'a>, Vec<u8>), Rejection> {
    proposal.check_for_files()?;
    let mut asker = Asker::new(AskerParameters {
        terms_id: proposal.terms_id(),
        class: proposal.list().class,
        seed: &secrets.seed,
        nonce: proposal.list().nonce,
        items,
        par,
    })?;
    asker.handle(proposal.terms().made, Input::Start)?;
    match asker.poll() {
        Some(Output::Send(Message::Voprf(voprf::Message::Ask(ask)))) => Ok((asker, ask.body.into_owned())),
        _ => unreachable!("a machine that was started says its ask"),
    }
}

/// An ask as it came in, its form checked.
pub struct ReceivedAsk<'a> {
    file: File<'a>,
    proposal: Proposal,
}

impl<'a> ReceivedAsk<'a> {
    /// Reads an ask and checks that header, statements and length agree.
    ///
    /// # Errors
    /// The fault by name; [`Rejection::NotOffered`] for terms of another suite than that of files.
    pub fn read(bytes: &'a [u8]) -> Result<ReceivedAsk<'a>, Rejection> {
        let mut file = File::read(bytes, file::Kind::Ask)?;
        let statements = file.statements.take().ok_or(Rejection::BadPrefix)?;
        let proposal = Proposal::read(statements, &file.header.terms)?;
        proposal.check_for_files()?;
        let terms = proposal.terms();
        let header = &file.header;
        for (field, agrees) in [
            ("from", header.from == terms.asker),
            ("to", header.to == terms.answerer),
            ("n", header.n == terms.n_ask.get()),
        ] {
            if !agrees {
                return Err(Rejection::Contradiction { field });
            }
        }
        file.check_body_length(voprf::ask_bytes(terms.n_ask))?;
        Ok(ReceivedAsk { file, proposal })
    }

    /// Who signed it, or claims to have.
    pub fn author(&self) -> &PartyId {
        &self.file.header.from
    }

    /// What it proposes.
    pub fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// BLAKE3-256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        self.file.hash()
    }

    /// Size of the file in bytes.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    pub(super) fn body(&self) -> &'a [u8] {
        self.file.body
    }

    /// Checks that `asker` signed it and that it is for `us`.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`], [`Rejection::NotAddressedToUs`], [`Rejection::Contradiction`].
    pub fn verify(&self, asker: &Card, us: &Card) -> Result<(), Rejection> {
        self.file.verify(asker.node())?;
        if self.file.header.to != *us.id() {
            return Err(Rejection::NotAddressedToUs { to: self.file.header.to.to_string() });
        }
        self.proposal.verify(asker, us)
    }

    /// Checks our rules: times, profile, sizes, budget.
    ///
    /// # Errors
    /// [`Rejection::Expired`], [`Rejection::NotYet`], [`Rejection::OtherProfile`],
    /// [`Rejection::AskTooLarge`], [`Rejection::OverBudget`].
    pub fn check_rules(&self, now: Time, profile: &[u8; 32], budget_left: u64) -> Result<(), Rejection> {
        let terms = self.proposal.terms();
        if now > terms.until {
            return Err(Rejection::Expired { until_ms: terms.until.0 });
        }
        if terms.made.0 > now.0.saturating_add(CLOCK_TOLERANCE_MS) {
            return Err(Rejection::NotYet);
        }
        if terms.profile != *profile {
            return Err(Rejection::OtherProfile);
        }
        let asked = terms.n_ask.get();
        if asked > ASKED_CLASS_MAX {
            return Err(Rejection::AskTooLarge { asked, allowed: ASKED_CLASS_MAX });
        }
        budget::check(terms.n_ask, budget_left)
    }
}
