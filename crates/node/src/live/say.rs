//! What a node says of a live match on its record.

use detente_accord::live::{
    Closing, abort_draft, consent_draft, list_draft, receipt_draft, refusal_draft, terms_draft,
};
use detente_accord::record::{Draft, Position, Rel};
use detente_accord::{ListCommitment, Terms, words};
use detente_indicators::Kind;
use std::collections::BTreeMap;

use super::on_record::OnRecord;
use super::view::{Role, RunId};
use crate::engine::Moment;
use crate::{Accord, Error};

/// Says terms. Gives their id and their entry.
pub(crate) fn terms(accord: &mut Accord<'_>, terms: &Terms, moment: &mut Moment) -> Result<RunId, Error> {
    let entry = say(accord, terms_draft(terms), moment)?;
    let leaf = accord.held().leaf(&entry).ok_or_else(|| Error::Unknown("the terms are not there".into()))?;
    Ok(RunId(leaf.statement_id()))
}

/// Says our list of a match that we proposed.
pub(crate) fn asked_list(
    accord: &mut Accord<'_>,
    on: &OnRecord,
    list: &ListCommitment,
    counts: &BTreeMap<Kind, u64>,
    moment: &mut Moment,
) -> Result<(), Error> {
    let refs = vec![accord.reference(Rel::To, &on.entry)?];
    say(accord, list_draft(&on.terms.answerer, refs, list, counts), moment).map(drop)
}

/// Consents, and says the list that answers.
pub(crate) fn consent(
    accord: &mut Accord<'_>,
    on: &OnRecord,
    list: &ListCommitment,
    counts: &BTreeMap<Kind, u64>,
    moment: &mut Moment,
) -> Result<(), Error> {
    let terms = accord.reference(Rel::To, &on.entry)?;
    let consent = say(accord, consent_draft(&on.terms, terms.clone()), moment)?;
    let refs = vec![terms, accord.reference(Rel::To, &consent)?];
    say(accord, list_draft(&on.terms.asker, refs, list, counts), moment).map(drop)
}

/// Refuses.
pub(crate) fn refusal(
    accord: &mut Accord<'_>,
    on: &OnRecord,
    reason: &str,
    moment: &mut Moment,
) -> Result<(), Error> {
    let entry = accord.reference(Rel::To, &on.entry)?;
    say(accord, refusal_draft(&on.terms.asker, entry, reason), moment).map(drop)
}

/// What is signed about the end of a run.
pub(crate) enum End {
    /// It came to its end: the transcript, and how many items are in common if we learned that.
    Done([u8; 32], Option<u64>),
    /// It was broken off, after the seed was used or before: reason and step.
    Broken { reason: String, step: String, was_begun: bool },
}

/// Signs a receipt, or says that the run was broken off.
pub(crate) fn end(
    accord: &mut Accord<'_>,
    on: &OnRecord,
    end: &End,
    moment: &mut Moment,
) -> Result<(), Error> {
    let (Some(refs), Some(run)) = (on.refs(accord)?, on.number()) else { return Ok(()) };
    let charge = match end {
        End::Broken { was_begun: false, .. } => (0, 0),
        _ => (on.terms.charge_items(), 1),
    };
    let closing = Closing { to: on.peer(), run, charge };
    let draft = match end {
        End::Done(transcript, common) => receipt_draft(&closing, refs, transcript, *common, &learned(on)),
        End::Broken { reason, step, .. } => abort_draft(&closing, refs, reason, step),
    };
    say(accord, draft, moment).map(drop)
}

/// What the other side learned, as our receipt says it.
pub(crate) fn learned(on: &OnRecord) -> String {
    match (on.role, &on.held) {
        (Role::Answerer, Some((_, held))) => words::they_learn_live(on.terms.asker.as_str(), held.class),
        _ => words::they_learned(&on.terms),
    }
}

fn say(accord: &mut Accord<'_>, draft: Draft, moment: &mut Moment) -> Result<Position, Error> {
    let said = accord.say_all(vec![draft], moment.now, &mut moment.entropy)?;
    said.positions.into_iter().next().ok_or_else(|| Error::Unknown("nothing was said".into()))
}
