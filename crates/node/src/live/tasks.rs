//! The tasks of live matches: one that looks at the records whenever they change and does what is due, one that takes
//! up the streams of peers, and one for each run.

use std::sync::Arc;
use std::time::Duration;

use detente_accord::{PartyId, Suite};
use detente_psi::Items;
use detente_psi::vole::Plan;
use detente_store::{EndedRun, MatchPolicy, StoredRun};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::limits::{FIRST_FRAME, GATHER, RETRY};
use super::on_record::{self, OnRecord};
use super::pipe::{Broken, Pipe, cut};
use super::reach::In;
use super::run::{self, Done, Job, Stopped};
use super::view::{Outcome, Role, RunId};
use super::{Choice, Inner, policy, say};
use crate::Error;
use detente_accord::record::{Matching, RecordId, Stage as Step};

/// The first frame of a run, from the proposer: ids of terms and acceptance.
const OPEN_RUN: u16 = 32;
/// What answers it where the run does not begin: the reason.
const NOT_BEGUN: u16 = 33;

/// Does what is due, whenever something has changed. Ends with the node.
pub(super) async fn watch_records(inner: Arc<Inner>) {
    let mut changes = inner.node.changes();
    loop {
        match inner.sweep().await {
            Ok(()) => {}
            Err(Error::Stopped) => return,
            Err(error) => tracing::warn!(error = error.name(), "live matches were not looked at"),
        }
        sleep(GATHER).await;
        let woken = tokio::select! {
            changed = changes.changed() => changed.is_ok(),
            () = inner.poke.notified() => true,
            () = sleep(RETRY) => true,
        };
        if !woken {
            return;
        }
    }
}

/// Takes up the streams that peers open.
pub(super) async fn take_up(inner: Arc<Inner>, mut offered: In) {
    while let Some((peer, pipe)) = offered.next().await {
        let inner = inner.clone();
        tokio::spawn(async move { inner.answer(&peer, pipe).await });
    }
}

impl Inner {
    async fn sweep(self: &Arc<Inner>) -> Result<(), Error> {
        for found in self.node.accords().await? {
            if !found.parties.contains(&self.us) {
                continue;
            }
            let standing = self.standing(found.record, true).await?;
            // After the record: what stands there by us has its row, all but terms of this moment.
            let rows = self.rows().await?;
            for (on, rules) in standing {
                let (id, row) = (on.id, rows.get(&on.id));
                if let Err(error) = self.step(on, row, &rules).await {
                    if matches!(error, Error::Stopped) {
                        return Err(error);
                    }
                    tracing::warn!(run = %id, error = error.name(), "a live match does not go on");
                }
            }
        }
        Ok(())
    }

    /// The matches of an accord with its rules; with `open` only those about which something may be due.
    pub(super) async fn standing(
        &self,
        record: RecordId,
        open: bool,
    ) -> Result<Vec<(OnRecord, Matching)>, Error> {
        let settled = if open { self.board().settled.clone() } else { Default::default() };
        self.node
            .look(record, move |accord| {
                let rules = &accord.state().rules().matching;
                let found = on_record::all(accord, |id| !settled.contains(&id))?;
                Ok(found.into_iter().map(|on| (on, rules.clone())).collect())
            })
            .await
    }

    /// What is due of one match.
    async fn step(
        self: &Arc<Inner>,
        on: OnRecord,
        row: Option<&StoredRun>,
        rules: &Matching,
    ) -> Result<(), Error> {
        let now = (self.node.world().now)();
        match row {
            None if on.role == Role::Answerer && on.step == Step::Proposed => {
                self.by_policy(&on, rules).await
            }
            None if on.step == Step::Proposed => Ok(()),
            None => {
                self.settle(on.id);
                Ok(())
            }
            Some(row) => match (&row.ended, row.begun) {
                (Some(ended), begun) => self.close(on, ended, begun.is_some()).await,
                (None, Some(_)) if self.is_running(on.id) => Ok(()),
                // The node was stopped in the middle. The seed is used: it never answers again.
                (None, Some(_)) => self.give_up(on.id, "interrupted", "restart").await,
                (None, None) => match on.step {
                    Step::Refused => {
                        let reason = on.ended.map_or_else(String::new, |(reason, _)| reason);
                        self.end(on.id, &Outcome::Refused(reason)).await
                    }
                    Step::Aborted => {
                        let (reason, step) = on.ended.unwrap_or_default();
                        let step = step.unwrap_or_default();
                        self.end(on.id, &Outcome::Aborted { reason, step }).await
                    }
                    Step::Proposed | Step::Consented if now > on.terms.until => {
                        self.end(on.id, &Outcome::Lapsed).await
                    }
                    Step::Running if now > on.terms.until => self.give_up(on.id, "expired", "start").await,
                    Step::Running if on.role == Role::Proposer => {
                        self.propose(on);
                        Ok(())
                    }
                    _ => Ok(()),
                },
            },
        }
    }

    /// Answers what a peer proposed, as its policy says, or leaves it to an officer.
    async fn by_policy(&self, on: &OnRecord, rules: &Matching) -> Result<(), Error> {
        // Without their list there is nothing to consent to yet.
        if on.asked.is_none() || (self.node.world().now)() > on.terms.until {
            return Ok(());
        }
        let (ledger, policy) = self.ledger(on.peer(), rules).await?;
        if let Err(reason) = policy::judge(on, rules, &ledger, (self.node.world().now)()) {
            return self.refuse(on, reason).await;
        }
        match policy {
            MatchPolicy::Refuse => self.refuse(on, "policy").await,
            MatchPolicy::Ask(_) => {
                self.announce(on.id);
                Ok(())
            }
            MatchPolicy::Allow(list) => match self.accept(on, rules, Choice::Kept(list)).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(reason)) => self.refuse(on, reason).await,
                Err(error) => Err(error),
            },
        }
    }

    pub(super) async fn refuse(&self, on: &OnRecord, reason: &str) -> Result<(), Error> {
        let (on, reason) = (on.clone(), reason.to_owned());
        self.node.act(on.record, move |accord, moment| say::refusal(accord, &on, &reason, moment)).await
    }

    /// Puts on the record how a run ended, once.
    async fn close(&self, on: OnRecord, ended: &EndedRun, was_begun: bool) -> Result<(), Error> {
        let is_open = matches!(on.step, Step::Running | Step::Result);
        let has_ours = on.receipts.contains(&self.us);
        let end = match (Outcome::from_text(&ended.outcome), ended.transcript) {
            (Some(Outcome::Done(common)), Some(transcript)) if is_open && !has_ours => {
                say::End::Done(transcript, common)
            }
            (Some(Outcome::Aborted { reason, step }), _) if is_open && !has_ours => {
                say::End::Broken { reason, step, was_begun }
            }
            _ => {
                self.settle(on.id);
                return Ok(());
            }
        };
        self.node.act(on.record, move |accord, moment| say::end(accord, &on, &end, moment)).await
    }

    async fn give_up(&self, id: RunId, reason: &str, step: &str) -> Result<(), Error> {
        let outcome = Outcome::Aborted { reason: reason.to_owned(), step: step.to_owned() };
        self.end(id, &outcome).await
    }

    /// Keeps how a run ended that gave nothing.
    async fn end(&self, id: RunId, outcome: &Outcome) -> Result<(), Error> {
        self.keep_end(id, outcome, None, (Duration::ZERO, 0), None).await
    }

    async fn keep_end(
        &self,
        id: RunId,
        outcome: &Outcome,
        common: Option<zeroize::Zeroizing<Vec<u8>>>,
        (wall, bytes): (Duration, u64),
        transcript: Option<[u8; 32]>,
    ) -> Result<(), Error> {
        let outcome = outcome.to_text();
        let wall_ms = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
        self.node
            .home(move |home, moment| {
                let ended = EndedRun { at: moment.now, outcome, common, wall_ms, bytes, transcript };
                Ok(home.end_run(&id.0, &ended)?)
            })
            .await?;
        self.tell();
        Ok(())
    }

    /// Begins a run that both consented to, as its proposer, in a task of its own.
    fn propose(self: &Arc<Inner>, on: OnRecord) {
        if !self.enter(on.id) {
            return;
        }
        let inner = self.clone();
        tokio::spawn(async move {
            if let Err(error) = inner.propose_run(&on).await
                && !matches!(error, Error::Stopped)
            {
                tracing::warn!(run = %on.id, error = error.name(), "a live match did not begin");
                sleep(RETRY).await;
            }
            inner.leave(on.id);
        });
    }

    async fn propose_run(self: &Arc<Inner>, on: &OnRecord) -> Result<(), Error> {
        let Some((pipe, first, _slot)) = self.meet(on).await? else { return Ok(()) };
        let back = self.charge_back(on).await?;
        let id = on.id;
        // The first frame of ours that says anything leaves after this.
        let is_fresh =
            self.node.home(move |home, moment| Ok(home.begin_run(&id.0, moment.now, back)?)).await?;
        if !is_fresh {
            return Ok(());
        }
        self.run(on, pipe, Some(first)).await
    }

    /// What the other side is charged with where it learns too.
    async fn charge_back(&self, on: &OnRecord) -> Result<u64, Error> {
        match (&on.held, on.terms.form) {
            (Some((_, held)), detente_accord::Form::Both) => Ok(on.terms.charge_of(held.class)),
            _ => Ok(0),
        }
    }

    /// Opens a stream and names the run; gives the first frame of the suite. `None`: not now.
    async fn meet(
        &self,
        on: &OnRecord,
    ) -> Result<Option<(Pipe, Vec<u8>, tokio::sync::OwnedSemaphorePermit)>, Error> {
        let Some(ids) = on.ids else { return Ok(None) };
        let slot = self.slots.clone().acquire_owned().await.map_err(|_| Error::Stopped)?;
        let first = match self.reach.open(on.peer()).await {
            Ok(mut pipe) => match self.name_run(on, ids, &mut pipe).await {
                Ok(first) => Ok((pipe, first)),
                Err(broken) => Err(broken),
            },
            Err(broken) => Err(broken),
        };
        match first {
            Ok((pipe, first)) => match cut(first) {
                Some((NOT_BEGUN, reason)) => self.not_begun(on, &reason).await.map(|()| None),
                Some((number, mut body)) => {
                    body.extend_from_slice(&number.to_le_bytes());
                    Ok(Some((pipe, body, slot)))
                }
                None => Ok(None),
            },
            Err(Broken(name)) => {
                tracing::debug!(run = %on.id, error = name, "the peer of a live match is not reached");
                drop(slot);
                sleep(RETRY).await;
                Ok(None)
            }
        }
    }

    async fn name_run(
        &self,
        on: &OnRecord,
        (terms, accept): ([u8; 32], [u8; 32]),
        pipe: &mut Pipe,
    ) -> Result<Vec<u8>, Broken> {
        let plan = plan(on).ok_or(Broken("internal"))?;
        pipe.expect_bytes(frame_bytes_max(&plan));
        let number = OPEN_RUN.to_le_bytes();
        pipe.send([&on.id.0[..], &terms, &accept, &number].concat()).await?;
        let first = timeout(FIRST_FRAME, pipe.receive()).await.map_err(|_| Broken("too-slow"))??;
        first.ok_or(Broken("link-lost"))
    }

    /// The other side would not begin. What passes is tried again; what does not ends the run.
    async fn not_begun(&self, on: &OnRecord, reason: &[u8]) -> Result<(), Error> {
        match reason {
            b"busy" | b"not-yet" => {
                sleep(RETRY).await;
                Ok(())
            }
            // Their word is not put on our record.
            _ => self.give_up(on.id, "peer-would-not-begin", "start").await,
        }
    }

    /// Takes up a stream of a peer: its first frame names the run.
    async fn answer(self: Arc<Inner>, peer: &PartyId, mut pipe: Pipe) {
        let Ok(Ok(Some(frame))) = timeout(FIRST_FRAME, pipe.receive()).await else { return };
        let Some(ids) = read_open(frame) else { return };
        match self.may_answer(peer, ids).await {
            Ok(Ok((on, slot))) => {
                let ran = self.answer_run(&on, pipe).await;
                drop(slot);
                self.leave(on.id);
                if let Err(error) = ran {
                    tracing::warn!(run = %on.id, error = error.name(), "a live match was not answered");
                }
            }
            Ok(Err(reason)) => {
                let mut refusal = reason.as_bytes().to_vec();
                refusal.extend_from_slice(&NOT_BEGUN.to_le_bytes());
                if pipe.send(refusal).await.is_ok() {
                    pipe.finish().await;
                }
            }
            Err(error) => tracing::warn!(error = error.name(), "a live match was not answered"),
        }
    }

    /// Whether the run that a peer names may begin now: we consented to exactly it, and its seed is fresh.
    async fn may_answer(
        &self,
        peer: &PartyId,
        (id, terms, accept): (RunId, [u8; 32], [u8; 32]),
    ) -> Result<Result<(OnRecord, tokio::sync::OwnedSemaphorePermit), &'static str>, Error> {
        let row = self.read_home(move |home| Ok(home.live_run(&id.0)?)).await?;
        let Some(row) = row.filter(|row| row.peer == *peer && !row.is_proposer) else {
            return Ok(Err("unknown-run"));
        };
        let record = RecordId::from_bytes(row.record);
        let on = self.standing(record, false).await?.into_iter().map(|(on, _)| on).find(|on| on.id == id);
        let Some(on) = on.filter(|on| on.step == Step::Running && on.ids == Some((terms, accept))) else {
            return Ok(Err("not-yet"));
        };
        if row.begun.is_some() || row.ended.is_some() {
            return Ok(Err("seed-used"));
        }
        if (self.node.world().now)() > on.terms.until {
            return Ok(Err("expired"));
        }
        match self.slots.clone().try_acquire_owned() {
            Ok(slot) if self.enter(id) => Ok(Ok((on, slot))),
            _ => Ok(Err("busy")),
        }
    }

    async fn answer_run(self: &Arc<Inner>, on: &OnRecord, pipe: Pipe) -> Result<(), Error> {
        let (id, charge) = (on.id, on.terms.charge_items());
        let is_fresh =
            self.node.home(move |home, moment| Ok(home.begin_run(&id.0, moment.now, charge)?)).await?;
        match plan(on) {
            Some(plan) if is_fresh => {
                pipe.expect_bytes(frame_bytes_max(&plan));
                self.run(on, pipe, None).await
            }
            _ => Ok(()),
        }
    }

    /// Runs the machine on a thread of its own, and keeps what came of it.
    async fn run(self: &Arc<Inner>, on: &OnRecord, pipe: Pipe, first: Option<Vec<u8>>) -> Result<(), Error> {
        let job = self.job(on).await?;
        let (reply, ended) = oneshot::channel();
        let (inner, id) = (self.clone(), on.id);
        let report: run::Report = Box::new(move |phase, progress| inner.report(id, phase, progress));
        std::thread::Builder::new()
            .name("match".to_owned())
            .spawn(move || {
                // Whoever waited may be gone with the runtime.
                let _ = reply.send(run::run(&job, pipe, first, report));
            })
            .map_err(|error| Error::Unknown(format!("the thread of a match did not start: {error}")))?;
        match ended.await.map_err(|_| Error::Stopped)? {
            Ok(done) => self.keep_done(on, done).await,
            Err(stopped) => self.keep_stopped(on, stopped).await,
        }
    }

    async fn keep_done(&self, on: &OnRecord, done: Done) -> Result<(), Error> {
        let count = done.common.as_ref().map(|ranks| ranks.len() as u64);
        let common = self.common(on.id, done.common).await?;
        let cost = (done.wall, done.bytes);
        self.keep_end(on.id, &Outcome::Done(count), common, cost, Some(done.transcript)).await
    }

    async fn keep_stopped(&self, on: &OnRecord, stopped: Stopped) -> Result<(), Error> {
        let common = self.common(on.id, stopped.common).await?;
        let outcome = Outcome::Aborted { reason: stopped.reason.to_owned(), step: stopped.step.to_owned() };
        self.keep_end(on.id, &outcome, common, (stopped.wall, stopped.bytes), None).await
    }

    /// The common items with their places, from the list that the home has still.
    async fn common(
        &self,
        id: RunId,
        ranks: Option<Vec<usize>>,
    ) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Error> {
        let Some(ranks) = ranks else { return Ok(None) };
        let list = self.list_of(id).await?;
        let common = list.only(&ranks).ok_or_else(damaged)?;
        Ok(Some(common.to_bytes()))
    }

    async fn job(&self, on: &OnRecord) -> Result<Job, Error> {
        let id = on.id;
        let row = self.read_home(move |home| Ok(home.live_run(&id.0)?)).await?.ok_or_else(damaged)?;
        let list = self.list_of(id).await?;
        let items = list.items().ok_or_else(damaged)?;
        let (Some((_, asked)), Some((_, held)), Some((terms_id, accept_id))) = (&on.asked, &on.held, on.ids)
        else {
            return Err(damaged());
        };
        Ok(Job {
            role: on.role,
            is_both: on.terms.form == detente_accord::Form::Both,
            plan: plan(on).ok_or_else(damaged)?,
            terms_id,
            accept_id,
            proposer_nonce: asked.nonce,
            answerer_nonce: held.nonce,
            secrets: row.secrets,
            items: Items::new(&items).map_err(detente_accord::Rejection::from)?,
            pool: self.pool.clone(),
            now: self.node.world().now.clone(),
        })
    }
}

/// The public numbers of the first run.
pub(super) fn plan(on: &OnRecord) -> Option<Plan> {
    let (Suite::Vole(terms), Some((_, held))) = (&on.terms.suite, &on.held) else { return None };
    Plan::new(on.terms.n_ask, held.class, terms.code()).ok()
}

/// The longest frame of the run, or of both runs.
fn frame_bytes_max(plan: &Plan) -> usize {
    let back = super::both::plan_back(plan).map_or(0, |back| back.longest_body());
    usize::try_from(plan.longest_body().max(back) + 2).unwrap_or(usize::MAX)
}

fn read_open(frame: Vec<u8>) -> Option<(RunId, [u8; 32], [u8; 32])> {
    let (OPEN_RUN, body) = cut(frame)? else { return None };
    let [id, terms, accept] = <[[u8; 32]; 3]>::try_from(body.as_chunks::<32>().0).ok()?;
    (body.len() == 96).then_some((RunId(id), terms, accept))
}

pub(super) fn damaged() -> Error {
    Error::Unknown("what the home keeps of this match no longer reads".to_owned())
}
