//! What a record says of live matches: read from its entries, nothing remembered beside them.

use std::collections::BTreeMap;

use detente_accord::jcs::Value;
use detente_accord::live::{RunRefs, read_list, read_terms};
use detente_accord::record::{Position, RecordId, Rel, Stage as Step};
use detente_accord::{ListCommitment, PartyId, Suite, Terms, words};
use detente_psi::run::{Direction, accept_id, sid, terms_id};

use super::view::{Role, RunId};
use crate::{Accord, Content, Error};

/// A live match on a record.
#[derive(Clone)]
pub(crate) struct OnRecord {
    pub(crate) id: RunId,
    pub(crate) record: RecordId,
    pub(crate) role: Role,
    pub(crate) terms: Terms,
    /// Whether the sentence that the proposer signed is the one that these terms have.
    pub(crate) says_what_it_is: bool,
    pub(crate) entry: Position,
    pub(crate) step: Step,
    pub(crate) consent: Option<Position>,
    pub(crate) asked: Option<(Position, ListCommitment)>,
    pub(crate) held: Option<(Position, ListCommitment)>,
    pub(crate) receipts: Vec<PartyId>,
    pub(crate) closings: Vec<Position>,
    /// Why it was refused or broken off, by code, and the step.
    pub(crate) ended: Option<(String, Option<String>)>,
    /// The ids of terms and acceptance, once both lists stand.
    pub(crate) ids: Option<([u8; 32], [u8; 32])>,
}

impl OnRecord {
    /// The other side.
    pub(crate) fn peer(&self) -> &PartyId {
        match self.role {
            Role::Proposer => &self.terms.answerer,
            Role::Answerer => &self.terms.asker,
        }
    }

    /// The number of the run.
    pub(crate) fn number(&self) -> Option<[u8; 16]> {
        let (terms, accept) = self.ids?;
        let sid = sid(&terms, &accept, Direction::ProposerReceives);
        Some(detente_accord::receipt::run_number(&sid))
    }

    /// Its entries so far.
    pub(crate) fn entries(&self) -> Vec<Position> {
        let lists = [&self.asked, &self.held].into_iter().flatten().map(|(entry, _)| entry);
        let first = std::iter::once(&self.entry).chain(&self.consent);
        first.chain(lists).chain(&self.closings).cloned().collect()
    }

    /// What a receipt of it refers to.
    pub(crate) fn refs(&self, accord: &Accord<'_>) -> Result<Option<RunRefs>, Error> {
        let (Some(consent), Some((asked, _)), Some((held, _))) = (&self.consent, &self.asked, &self.held)
        else {
            return Ok(None);
        };
        Ok(Some(RunRefs {
            terms: accord.reference(Rel::To, &self.entry)?,
            consent: accord.reference(Rel::To, consent)?,
            asked: accord.reference(Rel::Cites, asked)?,
            held: accord.reference(Rel::Cites, held)?,
        }))
    }
}

/// The live matches of an accord in which we are a side, in the order of their terms. Those whose terms are not
/// offered in this version, or whose content has not come, are left out.
pub(crate) fn all(accord: &Accord<'_>, wanted: impl Fn(RunId) -> bool) -> Result<Vec<OnRecord>, Error> {
    let mut found = Vec::new();
    for known in accord.state().matches() {
        let is_wanted =
            || accord.held().leaf(&known.terms).is_some_and(|leaf| wanted(RunId(leaf.statement_id())));
        if [&known.asker, &known.answerer].contains(&accord.us().id())
            && is_wanted()
            && let Some(one) = read(accord, known)?
        {
            found.push(one);
        }
    }
    Ok(found)
}

fn read(accord: &Accord<'_>, known: &detente_accord::record::Match) -> Result<Option<OnRecord>, Error> {
    let Some(leaf) = accord.held().leaf(&known.terms) else { return Ok(None) };
    let record = accord.charter().record_id();
    if leaf.said.accord != *record.bytes() {
        return Ok(None);
    }
    let Content::Readable(content) = accord.content(&known.terms)? else { return Ok(None) };
    let Ok(terms) = read_terms(leaf, text(&content, "purpose")) else { return Ok(None) };
    if !matches!(terms.suite, Suite::Vole(_)) {
        return Ok(None);
    }
    let list_of = |party: &PartyId| {
        let (_, entry, _) = known.lists.iter().find(|(author, ..)| author == party)?;
        let leaf = accord.held().leaf(entry)?;
        Some((entry.clone(), read_list(leaf).ok()?, leaf.statement_id()))
    };
    let (asked, held) = (list_of(&known.asker), list_of(&known.answerer));
    let consent_id = known.consent.as_ref().and_then(|entry| accord.held().leaf(entry));
    let ids = match (&asked, &held, consent_id) {
        (Some((.., asked)), Some((.., held)), Some(consent)) => {
            Some((terms_id(&leaf.statement_id(), asked), accept_id(&consent.statement_id(), held)))
        }
        _ => None,
    };
    let says_what_it_is = text(&content, "learns") == words::learns(&terms)
        && asked.as_ref().is_none_or(|(_, list, _)| list.class == terms.n_ask);
    Ok(Some(OnRecord {
        id: RunId(leaf.statement_id()),
        record,
        role: if known.asker == *accord.us().id() { Role::Proposer } else { Role::Answerer },
        terms,
        says_what_it_is,
        entry: known.terms.clone(),
        step: known.stage,
        consent: known.consent.clone(),
        asked: asked.map(|(entry, list, _)| (entry, list)),
        held: held.map(|(entry, list, _)| (entry, list)),
        receipts: known.receipts.iter().map(|(party, _)| party.clone()).collect(),
        closings: known.closings.clone(),
        ended: known.ended.clone(),
        ids,
    }))
}

fn text(content: &BTreeMap<String, Value>, label: &str) -> String {
    match content.get(label) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
