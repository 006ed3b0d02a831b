//! Opening an answer, and the result file: what the asker commits to about the outcome.

use detente_psi::Common;
use detente_psi::{Input, Output, Par, Ro};
use detente_tlog as tlog;

use super::ask::start;
use super::{List, ReceivedAnswer, RunSecrets, items};
use crate::file::{self, File, Header};
use crate::{Card, PartyId, Proposal, Rejection, Us};

/// Body of a result in the form `items`: commitment to the count, and root of the openings.
const BODY_BYTES: usize = 64;

/// What opening an answer gives.
pub struct Opened {
    /// Ranks of the common items in our list, ascending.
    pub common: Vec<usize>,
    /// The result file, for the answerer.
    pub file: Vec<u8>,
}

/// Checks every proof of an answer, finds the common items and makes the result file; deterministic.
///
/// # What the peer learns
/// From the result file: that we opened the answer. Neither which items are in common nor how many: the
/// file's size follows from the terms, and its two hashes are salted.
///
/// # Errors
/// [`Rejection::Matching`]: the answer is malformed or its proofs do not hold; nothing was unblinded then.
pub fn open(
    us: &Us<'_>,
    proposal: &Proposal,
    answer: &ReceivedAnswer<'_>,
    secrets: &RunSecrets,
    list: &List<'_>,
    par: &dyn Par,
) -> Result<Opened, Rejection> {
    let items = items(list)?;
    let (mut asker, _) = start(proposal, secrets, &items, par)?;
    asker.handle(answer.acceptance().made(), Input::Message(answer.message()))?;
    let Some(Output::Done(common)) = asker.poll() else {
        unreachable!("a machine that took an answer is done");
    };
    debug_assert_eq!(common.sid(), &answer.session_id(proposal));
    let slots = proposal.list().class.min(answer.acceptance().list().class).get();
    let body = result_body(proposal, secrets, list, &common, slots);
    let header = Header {
        kind: file::Kind::Result,
        terms: proposal.terms_id(),
        from: us.card.id().clone(),
        to: proposal.terms().answerer.clone(),
        n: 0,
        prev: Some(answer.hash()),
        accept: Some(answer.acceptance().accept_id()),
        pk: None,
    };
    Ok(Opened { common: common.ranks().collect(), file: file::write(&header, None, &body, us.node) })
}

/// `RO_A("fm cnt"; u64 count, salt) ‖ root` over `slots` leaves in ascending order: one for each match, the
/// rest fillers, so that the tree tells no count. A salt for each leaf: opening one opens no other.
fn result_body(
    proposal: &Proposal,
    secrets: &RunSecrets,
    list: &List<'_>,
    common: &Common,
    slots: u64,
) -> [u8; BODY_BYTES] {
    let ro = Ro::for_ask(&proposal.terms_id());
    let rho = secrets.seed.asker_randomness(&ro, &proposal.list().nonce);
    let rho = rho.as_bytes();
    let count = (common.ranks().len() as u64).to_le_bytes();
    let count_commitment = ro.hash("fm cnt", &[&count, &ro.hash("fm cnt salt", &[rho])]);

    let opening = |rank: usize| {
        let salt = ro.hash("fm open salt", &[rho, &common.item_index(rank).to_le_bytes()]);
        ro.hash("fm open", &[&salt, &secrets.list_salt.leaf(list[rank])])
    };
    let mut leaves: Vec<[u8; 32]> = common.ranks().map(opening).collect();
    let fillers = slots.saturating_sub(leaves.len() as u64);
    leaves.extend((0..fillers).map(|i| ro.hash("fm nil", &[rho, &i.to_le_bytes()])));
    leaves.sort_unstable();

    let mut body = [0; BODY_BYTES];
    body[..32].copy_from_slice(&count_commitment);
    body[32..].copy_from_slice(tlog::root(&leaves).as_bytes());
    body
}

/// A result as it came in, its form checked.
pub struct ReceivedResult<'a> {
    file: File<'a>,
    prev: [u8; 32],
    accept_id: [u8; 32],
}

impl<'a> ReceivedResult<'a> {
    /// Reads a result and checks its form.
    ///
    /// # Errors
    /// The fault by name.
    pub fn read(bytes: &'a [u8]) -> Result<ReceivedResult<'a>, Rejection> {
        let file = File::read(bytes, file::Kind::Result)?;
        let (Some(prev), Some(accept_id)) = (file.header.prev, file.header.accept) else {
            return Err(Rejection::BadPrefix);
        };
        if file.header.n != 0 {
            return Err(Rejection::Contradiction { field: "n" });
        }
        file.check_body_length(BODY_BYTES as u64)?;
        Ok(ReceivedResult { file, prev, accept_id })
    }

    /// Who signed it, or claims to have.
    pub fn author(&self) -> &PartyId {
        &self.file.header.from
    }

    /// The terms of its run.
    pub fn terms_id(&self) -> [u8; 32] {
        self.file.header.terms
    }

    /// BLAKE3-256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        self.file.hash()
    }

    /// Size of the file in bytes.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    /// Checks that `asker` signed it and that it is for us.
    ///
    /// # Errors
    /// [`Rejection::BadSignature`], [`Rejection::NotAddressedToUs`].
    pub fn verify(&self, asker: &Card, us: &Card) -> Result<(), Rejection> {
        self.file.verify(asker.node())?;
        if self.file.header.to != *us.id() {
            return Err(Rejection::NotAddressedToUs { to: self.file.header.to.to_string() });
        }
        Ok(())
    }

    /// Checks that it follows our answer.
    ///
    /// # Errors
    /// [`Rejection::OtherPredecessor`], [`Rejection::Contradiction`].
    pub fn check_follows(
        &self,
        proposal: &Proposal,
        accept_id: &[u8; 32],
        answer_hash: &[u8; 32],
    ) -> Result<(), Rejection> {
        if self.file.header.from != proposal.terms().asker {
            return Err(Rejection::Contradiction { field: "from" });
        }
        if self.accept_id != *accept_id {
            return Err(Rejection::Contradiction { field: "accept" });
        }
        if self.prev == *answer_hash { Ok(()) } else { Err(Rejection::OtherPredecessor) }
    }
}
