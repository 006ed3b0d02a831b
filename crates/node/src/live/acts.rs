//! The same acts for a command that has the home to itself: proposing and deciding. A node that runs on the home
//! afterwards finds them on the record and in the home, and goes on from there.

use std::collections::BTreeMap;

use detente_accord::exchange::RunSecrets;
use detente_accord::record::Matching;
use detente_accord::{
    Entropy, Form, ListCommitment, PartyId, Rejection, Suite, Terms, Time, budget, is_purpose, live, words,
};
use detente_psi::size::SizeClass;
use detente_psi::vole::Code;
use detente_store::{Home, MatchPolicy, StoredRun};

use super::on_record::{self, OnRecord};
use super::policy::{self, Ledger};
use super::view::{Asked, RunId, RunView};
use super::{Choice, Decision, Listed, Order, Reveal, see};
use super::{is_for_officer, say, tasks::damaged};
use crate::engine::Moment;
use crate::{Accord, Error};

/// Proposes a match: terms and list are on our record when this returns, seed and list in our home.
///
/// # Errors
/// As [`Live::start`](super::Live::start).
pub fn propose(
    home: &mut Home,
    accord: &mut Accord<'_>,
    order: Order,
    mut moment: Moment,
) -> Result<RunId, Error> {
    require_compared(home, &order.peer)?;
    let rules = accord.state().rules().matching.clone();
    let (terms, list) = terms(order, home.card().id(), &rules, moment.now)?;
    let (secrets, commitment) = commit(&list, terms.n_ask, &mut moment.entropy)?;
    let counts = list.counts().ok_or_else(damaged)?;
    let id = say::terms(accord, &terms, &mut moment)?;
    let record = *accord.charter().record_id().bytes();
    let run = stored((id, record, terms.answerer.clone(), true), secrets, 0, moment.now);
    home.put_run(&run, &list.to_bytes())?;
    let on = one(accord, id)?;
    say::asked_list(accord, &on, &commitment, &counts, &mut moment)?;
    Ok(id)
}

/// Decides about a match that waits for an officer.
///
/// # Errors
/// As [`Live::decide`](super::Live::decide).
pub fn decide(
    home: &mut Home,
    accord: &mut Accord<'_>,
    run: RunId,
    decision: Decision,
    mut moment: Moment,
) -> Result<(), Error> {
    let on = one(accord, run)?;
    if !is_for_officer(&on, home.live_run(&run.0)?.as_ref()) {
        return Err(Error::Unknown(format!("no match {run} waits for a decision")));
    }
    let choice = match decision {
        Decision::Refuse(reason) => return say::refusal(accord, &on, &reason, &mut moment),
        Decision::Accept(choice) => choice,
    };
    let rules = accord.state().rules().matching.clone();
    let ledger = ledger(home, on.peer(), &rules, moment.now)?;
    policy::judge(&on, &rules, &ledger, moment.now).map_err(Error::MatchRefused)?;
    let list = match choice {
        Choice::Given(list) => list,
        Choice::Kept(name) => {
            let body = home.kept_list(&name)?.ok_or(Error::MatchRefused("no-list"))?;
            Listed::from_bytes(&body).ok_or_else(damaged)?
        }
    };
    let (list, class) = answering(&on, &rules, &list)?.map_err(Error::MatchRefused)?;
    let (secrets, commitment) = commit(&list, class, &mut moment.entropy)?;
    let counts = list.counts().ok_or_else(damaged)?;
    let record = *on.record.bytes();
    let run = stored((on.id, record, on.peer().clone(), false), secrets, on.terms.charge_items(), moment.now);
    home.put_run(&run, &list.to_bytes())?;
    say::consent(accord, &on, &commitment, &counts, &mut moment)
}

/// The matches of an accord as they stand here, in the order of their terms. What a running node works on is not in it.
///
/// # Errors
/// Those of the disk.
pub fn views(home: &Home, accord: &Accord<'_>, now: Time) -> Result<Vec<RunView>, Error> {
    let rows: BTreeMap<RunId, StoredRun> =
        home.live_runs()?.into_iter().map(|row| (RunId(row.id), row)).collect();
    let view = |on: OnRecord| {
        let policy = home.match_policy(on.peer())?;
        Ok(see(&on, rows.get(&on.id), &policy, None, now))
    };
    on_record::all(accord, |_| true)?.into_iter().map(view).collect()
}

/// What waits for an officer in an accord, oldest first.
///
/// # Errors
/// Those of the disk.
pub fn waiting(home: &Home, accord: &Accord<'_>, now: Time) -> Result<Vec<Asked>, Error> {
    let rules = &accord.state().rules().matching;
    let mut waiting = Vec::new();
    for on in on_record::all(accord, |_| true)? {
        let policy = home.match_policy(on.peer())?;
        let is_open = is_for_officer(&on, home.live_run(&on.id.0)?.as_ref()) && now <= on.terms.until;
        if is_open && matches!(policy, MatchPolicy::Ask(_)) {
            let left = ledger(home, on.peer(), rules, now)?.left;
            waiting.push(asked(&on, left, &policy, now));
        }
    }
    Ok(waiting)
}

/// What an officer sees of a match that waits.
pub(super) fn asked(on: &OnRecord, left: u64, policy: &MatchPolicy, now: Time) -> Asked {
    Asked {
        view: see(on, None, policy, None, now),
        learns: words::learns(&on.terms),
        charge_items: on.terms.charge_items(),
        budget_left_items: left,
        list: policy.list().map(str::to_owned),
    }
}

fn one(accord: &Accord<'_>, run: RunId) -> Result<OnRecord, Error> {
    let found = on_record::all(accord, |id| id == run)?.into_iter().next();
    found.ok_or_else(|| Error::Unknown(format!("there is no match {run} here")))
}

/// The terms of an order, and its list.
pub(super) fn terms(
    order: Order,
    us: &PartyId,
    rules: &Matching,
    now: Time,
) -> Result<(Terms, Listed), Error> {
    let count = order.list.items().ok_or_else(damaged)?.len() as u64;
    let most = policy::class_of(rules.items_max);
    let too_large = Rejection::AskTooLarge { asked: count, allowed: most.get() };
    let n_ask = SizeClass::for_count(count).filter(|class| *class <= most).ok_or(too_large)?;
    if !is_purpose(&order.purpose) {
        return Err(Error::Unknown("the purpose is too long or holds control characters".into()));
    }
    let terms = Terms {
        asker: us.clone(),
        answerer: order.peer,
        made: now,
        suite: Suite::vole(n_ask, order.code.unwrap_or(Code::Qc))?,
        form: match order.reveal {
            Reveal::Ours => Form::Items,
            Reveal::Both => Form::Both,
        },
        kinds: order.kinds,
        profile: order.profile,
        warninglists: order.warninglists,
        n_ask,
        n_answer_max: most,
        cap: order.cap.unwrap_or(rules.cap),
        until: order.until,
        purpose: order.purpose,
    };
    Ok((terms, order.list))
}

/// The part of a list that answers terms, and its class; or why our limits are against it.
pub(super) fn answering(
    on: &OnRecord,
    rules: &Matching,
    list: &Listed,
) -> Result<Result<(Listed, SizeClass), &'static str>, Error> {
    let list = list.narrowed_to(&on.terms.kinds).ok_or_else(damaged)?;
    let count = list.items().ok_or_else(damaged)?.len() as u64;
    let Some(class) = SizeClass::for_count(count) else { return Ok(Err("list-too-large")) };
    Ok(policy::judge_list(on, rules, class).map(|()| (list, class)))
}

/// Draws the secrets of a run and commits to its list.
pub(super) fn commit(
    list: &Listed,
    class: SizeClass,
    entropy: &mut Entropy,
) -> Result<(RunSecrets, ListCommitment), Error> {
    let secrets = RunSecrets::draw(entropy);
    let items = list.items().ok_or_else(damaged)?;
    let commitment = live::commitment(&items, class, &secrets, entropy);
    Ok((secrets, commitment))
}

/// A run before it began.
pub(super) fn stored(
    (id, record, peer, is_proposer): (RunId, [u8; 32], PartyId, bool),
    secrets: RunSecrets,
    charge_items: u64,
    made: Time,
) -> StoredRun {
    StoredRun { id: id.0, record, peer, is_proposer, made, charge_items, secrets, begun: None, ended: None }
}

/// # Errors
/// [`Error::Rejected`] for a peer that is not known, or whose key nobody compared.
pub(super) fn require_compared(home: &Home, peer: &PartyId) -> Result<(), Error> {
    let from = peer.to_string();
    match home.peer(peer)? {
        Some(peer) if peer.compared.is_some() => Ok(()),
        Some(_) => Err(Rejection::NotCompared { from }.into()),
        None => Err(Rejection::UnknownPeer { from }.into()),
    }
}

/// What stands in the ledger about a peer.
pub(super) fn ledger(home: &Home, peer: &PartyId, rules: &Matching, now: Time) -> Result<Ledger, Error> {
    let charges = home.charges(peer)?;
    let budget = home.peer(peer)?.map_or(0, |peer| peer.budget);
    let in_window = |at: Time| at.0.saturating_add(detente_accord::limits::BUDGET_WINDOW_MS) > now.0;
    let runs = charges.iter().filter(|charge| in_window(charge.at)).count() as u64;
    Ok(Ledger { left: budget::left(budget.min(rules.items_30d), &charges, now), runs })
}
