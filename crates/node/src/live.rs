//! Live matches: terms, consent and lists on both records first, then the frames of the suite `vole` over a link,
//! then receipts on both records.
//!
//! | step | who | what is durable before the next one |
//! |---|---|---|
//! | 1 | A | `terms` on A's record; seed and list in A's home; then `list` on A's record |
//! | 2 | B | by its policy `terms refuse`; or seed and list in B's home, then `terms consent` and `list` |
//! | 3 | both | that the seed is used: before the first frame of each side leaves |
//! | 4 | both | what came of it in the home, then `receipt` with the hash of all frames, or `receipt abort` |
//!
//! A run whose seed is used ends in one of these two, also when the node was killed: what is found half-way at a start
//! is broken off on the record, and its seed never answers again. Each step is found from the record and the home
//! alone, so that doing it again after a crash does what was left.

mod acts;
mod both;
mod limits;
mod list;
mod on_record;
mod order;
mod pipe;
mod policy;
mod reach;
mod run;
mod say;
mod tasks;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use detente_accord::exchange::RunSecrets;
use detente_accord::record::{Matching, Stage as Step};
use detente_accord::{Form, ListCommitment, PartyId, Suite, Terms, Time};
use detente_psi::size::SizeClass;
use detente_store::{Access, Home, MatchPolicy, StoredRun};
use tokio::sync::{Notify, Semaphore, watch};

pub use acts::{decide, propose, views, waiting};
pub use limits::RUNS_MAX;
pub use list::{Listed, Place};
pub use order::{Choice, Decision, Order, Reveal};
pub use reach::{Near, Reach};
pub use view::{Asked, Found, Learned, Outcome, Role, RunId, RunView, Stage};

use crate::Error;
use crate::engine::NodeHandle;
use on_record::OnRecord;
use policy::Ledger;

/// The live matches of a running node. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    node: NodeHandle,
    home: PathBuf,
    us: PartyId,
    reach: reach::Out,
    pool: Arc<rayon::ThreadPool>,
    slots: Arc<Semaphore>,
    board: Mutex<Board>,
    changed: watch::Sender<u64>,
    poke: Notify,
}

/// What is known in memory alone. All of it may be lost.
#[derive(Default)]
struct Board {
    /// Runs that have a task, with what it works on.
    running: BTreeMap<RunId, Option<(&'static str, f32)>>,
    /// Matches about which nothing is due any more.
    settled: BTreeSet<RunId>,
    /// Matches that officers were told of.
    announced: BTreeSet<RunId>,
}

impl Live {
    /// Begins the live matches of a node, on the runtime that this is called on: takes up what was left by the last
    /// start, and answers peers from now on.
    ///
    /// # Errors
    /// [`Error::Stopped`]; [`Error::Unknown`] if the threads do not start.
    pub async fn begin(node: NodeHandle, reach: Reach) -> Result<Live, Error> {
        let (home, us) = node.home(|home, _| Ok((home.path().to_owned(), home.card().id().clone()))).await?;
        let pool = rayon::ThreadPoolBuilder::new()
            .thread_name(|n| format!("match-{n}"))
            .build()
            .map_err(|error| Error::Unknown(format!("the threads of matches did not start: {error}")))?;
        let (out, offered) = reach.split();
        let inner = Arc::new(Inner {
            node,
            home,
            us,
            reach: out,
            pool: Arc::new(pool),
            slots: Arc::new(Semaphore::new(RUNS_MAX)),
            board: Mutex::default(),
            changed: watch::channel(0).0,
            poke: Notify::new(),
        });
        tokio::spawn(tasks::watch_records(inner.clone()));
        tokio::spawn(tasks::take_up(inner.clone(), offered));
        Ok(Live(inner))
    }

    /// Proposes a match: terms and list are on our record when this returns, and go to the peer from there.
    ///
    /// # Errors
    /// [`Error::Rejected`] by name for an order that cannot be: an uncompared peer, a list that is too large, a code
    /// that is not offered; those of saying something.
    pub async fn start(&self, order: Order) -> Result<RunId, Error> {
        self.0.start(order).await
    }

    /// All runs, newest first: those that stand on a record, and what has become of them here.
    ///
    /// # Errors
    /// [`Error::Stopped`]; those of the disk.
    pub async fn runs(&self) -> Result<Vec<RunView>, Error> {
        let mut views = self.0.views().await?;
        views.sort_by_key(|view| std::cmp::Reverse((view.made, view.id)));
        Ok(views)
    }

    /// One run as it changes; `None`: there is no such run. The sender is gone when the run has ended for good.
    pub async fn watch(&self, run: RunId) -> Option<watch::Receiver<RunView>> {
        let first = self.0.view(run).await.ok()?;
        let (sender, receiver) = watch::channel(first);
        let (inner, mut changes) = (self.0.clone(), self.0.changed.subscribe());
        let mut records = self.0.node.changes();
        tokio::spawn(async move {
            loop {
                let Ok(view) = inner.view(run).await else { return };
                let is_final = view.stage == Stage::Ended && view.receipts.len() > 1;
                sender.send_if_modified(|held| std::mem::replace(held, view.clone()) != view);
                let woken = tokio::select! {
                    () = sender.closed() => return,
                    changed = changes.changed() => changed.is_ok(),
                    changed = records.changed() => changed.is_ok(),
                };
                if is_final || !woken {
                    return;
                }
            }
        });
        Some(receiver)
    }

    /// Raised whenever any run has changed. The numbers mean nothing.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    /// What waits for an officer of ours, oldest first.
    ///
    /// # Errors
    /// As [`Live::runs`].
    pub async fn asked(&self) -> Result<Vec<Asked>, Error> {
        let rows = self.0.rows().await?;
        let mut asked = Vec::new();
        for (on, rules) in self.0.all().await? {
            if !is_for_officer(&on, rows.get(&on.id)) {
                continue;
            }
            let (ledger, policy) = self.0.ledger(on.peer(), &rules).await?;
            if matches!(policy, MatchPolicy::Ask(_)) {
                let now = (self.0.node.world().now)();
                asked.push(acts::asked(&on, ledger.left, &policy, now));
            }
        }
        asked.sort_by_key(|asked| (asked.view.made, asked.view.id));
        Ok(asked)
    }

    /// Decides about what they ask. What follows from it is on our record when this returns.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a run that waits for nobody, or a standing list that is not there;
    /// [`Error::MatchRefused`] by name where our limits are against it: over budget, a list that is too large, terms
    /// that ran out.
    pub async fn decide(&self, run: RunId, decision: Decision) -> Result<(), Error> {
        let rows = self.0.rows().await?;
        let found = self.0.all().await?.into_iter().find(|(on, _)| on.id == run);
        let (on, rules) = found
            .filter(|(on, _)| is_for_officer(on, rows.get(&run)))
            .ok_or_else(|| Error::Unknown(format!("no match {run} waits for a decision")))?;
        match decision {
            Decision::Refuse(reason) => self.0.refuse(&on, &reason).await,
            Decision::Accept(choice) => {
                let (ledger, _) = self.0.ledger(on.peer(), &rules).await?;
                policy::judge(&on, &rules, &ledger, (self.0.node.world().now)())
                    .map_err(Error::MatchRefused)?;
                self.0.accept(&on, &rules, choice).await?.map_err(Error::MatchRefused)
            }
        }
    }

    /// What came of a run that has ended; `None` while it has not.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a run that is not ours; those of the disk.
    pub async fn result(&self, run: RunId) -> Result<Option<Found>, Error> {
        let view = self.0.view(run).await?;
        let row = self.0.read_home(move |home| Ok(home.live_run(&run.0)?)).await?;
        let on = self.0.all().await?.into_iter().find_map(|(on, _)| (on.id == run).then_some(on));
        let (Some(on), Some(ended)) = (on, row.and_then(|row| row.ended)) else { return Ok(None) };
        let learned = match &ended.common {
            Some(bytes) => {
                let common = Listed::from_bytes(bytes).ok_or_else(tasks::damaged)?;
                let count = common.items().ok_or_else(tasks::damaged)?.len() as u64;
                Some(Learned { common, over_cap: count > on.terms.cap })
            }
            None => None,
        };
        Ok(Some(Found {
            view,
            learned,
            they_learned: say::learned(&on),
            wall_ms: ended.wall_ms,
            bytes: ended.bytes,
            transcript: ended.transcript,
        }))
    }
}

/// Whether a match waits for our decision.
fn is_for_officer(on: &OnRecord, row: Option<&StoredRun>) -> bool {
    on.role == Role::Answerer && on.step == Step::Proposed && on.asked.is_some() && row.is_none()
}

impl Inner {
    async fn start(&self, order: Order) -> Result<RunId, Error> {
        let (peer, record) = (order.peer.clone(), order.record);
        let of_peer = peer.clone();
        self.read_home(move |home| acts::require_compared(home, &of_peer)).await?;
        let rules = self.node.look(record, |a| Ok(a.state().rules().matching.clone())).await?;
        let (terms, list) = acts::terms(order, &self.us, &rules, (self.node.world().now)())?;
        let (list, secrets, commitment) = self.commit(list, terms.n_ask).await?;
        let counts = list.counts().ok_or_else(tasks::damaged)?;
        let id = self.node.act(record, move |accord, moment| say::terms(accord, &terms, moment)).await?;
        self.keep((id, *record.bytes(), peer, true), (secrets, list), 0).await?;
        let said = self
            .node
            .act(record, move |accord, moment| {
                let on = on_record::all(accord, |one| one == id)?.into_iter().next();
                let on = on.ok_or_else(|| Error::Unknown("the terms are not there".into()))?;
                say::asked_list(accord, &on, &commitment, &counts, moment)
            })
            .await;
        self.tell();
        said.map(|()| id)
    }

    /// Consents with a list, on the record; or gives why our limits are against it.
    async fn accept(
        &self,
        on: &OnRecord,
        rules: &Matching,
        choice: Choice,
    ) -> Result<Result<(), &'static str>, Error> {
        let Some(list) = self.chosen(choice).await? else { return Ok(Err("no-list")) };
        let (list, class) = match acts::answering(on, rules, &list)? {
            Ok(answering) => answering,
            Err(reason) => return Ok(Err(reason)),
        };
        let (list, secrets, commitment) = self.commit(list, class).await?;
        let counts = list.counts().ok_or_else(tasks::damaged)?;
        let peer = on.peer().clone();
        let of = (on.id, *on.record.bytes(), peer, false);
        self.keep(of, (secrets, list), on.terms.charge_items()).await?;
        let (record, on) = (on.record, on.clone());
        self.node
            .act(record, move |accord, moment| say::consent(accord, &on, &commitment, &counts, moment))
            .await?;
        self.tell();
        Ok(Ok(()))
    }

    async fn chosen(&self, choice: Choice) -> Result<Option<Listed>, Error> {
        match choice {
            Choice::Given(list) => Ok(Some(list)),
            Choice::Kept(name) => {
                let body = self.read_home(move |home| Ok(home.kept_list(&name)?)).await?;
                body.map(|body| Listed::from_bytes(&body).ok_or_else(tasks::damaged)).transpose()
            }
        }
    }

    /// Draws the secrets of a run and commits to its list, off the runtime.
    async fn commit(
        &self,
        list: Listed,
        class: SizeClass,
    ) -> Result<(Listed, RunSecrets, ListCommitment), Error> {
        let mut entropy = (self.node.world().entropy)();
        off_runtime(move || {
            let (secrets, commitment) = acts::commit(&list, class, &mut entropy)?;
            Ok((list, secrets, commitment))
        })
        .await
    }

    async fn keep(
        &self,
        of: (RunId, [u8; 32], PartyId, bool),
        (secrets, list): (RunSecrets, Listed),
        charge_items: u64,
    ) -> Result<(), Error> {
        self.node
            .home(move |home, moment| {
                let run = acts::stored(of, secrets, charge_items, moment.now);
                Ok(home.put_run(&run, &list.to_bytes())?)
            })
            .await
    }

    /// What stands in the ledger about a peer, and what its policy is.
    async fn ledger(&self, peer: &PartyId, rules: &Matching) -> Result<(Ledger, MatchPolicy), Error> {
        let (id, now, rules) = (peer.clone(), (self.node.world().now)(), rules.clone());
        self.read_home(move |home| Ok((acts::ledger(home, &id, &rules, now)?, home.match_policy(&id)?))).await
    }

    /// All matches of all accords.
    async fn all(&self) -> Result<Vec<(OnRecord, Matching)>, Error> {
        let mut all = Vec::new();
        for found in self.node.accords().await? {
            if found.parties.contains(&self.us) {
                all.extend(self.standing(found.record, false).await?);
            }
        }
        Ok(all)
    }

    async fn views(&self) -> Result<Vec<RunView>, Error> {
        let rows = self.rows().await?;
        let mut views = Vec::new();
        for (on, rules) in self.all().await? {
            let row = rows.get(&on.id);
            let policy = match is_for_officer(&on, row) {
                true => self.ledger(on.peer(), &rules).await?.1,
                false => MatchPolicy::Refuse,
            };
            let progress = self.board().running.get(&on.id).copied().flatten();
            views.push(see(&on, row, &policy, progress, (self.node.world().now)()));
        }
        Ok(views)
    }

    async fn view(&self, run: RunId) -> Result<RunView, Error> {
        let found = self.views().await?.into_iter().find(|view| view.id == run);
        found.ok_or_else(|| Error::Unknown(format!("there is no match {run} here")))
    }

    async fn rows(&self) -> Result<BTreeMap<RunId, StoredRun>, Error> {
        let rows = self.read_home(|home| Ok(home.live_runs()?)).await?;
        Ok(rows.into_iter().map(|row| (RunId(row.id), row)).collect())
    }

    async fn list_of(&self, id: RunId) -> Result<Listed, Error> {
        let bytes = self.read_home(move |home| Ok(home.run_list(&id.0)?)).await?;
        bytes.and_then(|bytes| Listed::from_bytes(&bytes)).ok_or_else(tasks::damaged)
    }

    /// Looks at the home beside its writer: a look is no change, and never waits for one.
    async fn read_home<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Home) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.home.clone();
        off_runtime(move || look(&Home::open(&path, Access::Read)?)).await
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a run a task of its own, unless it has one.
    fn enter(&self, id: RunId) -> bool {
        let mut board = self.board();
        let is_new = !board.running.contains_key(&id);
        if is_new {
            board.running.insert(id, None);
        }
        is_new
    }

    fn leave(&self, id: RunId) {
        self.board().running.remove(&id);
        self.poke.notify_one();
        self.tell();
    }

    fn is_running(&self, id: RunId) -> bool {
        self.board().running.contains_key(&id)
    }

    fn report(&self, id: RunId, phase: &'static str, progress: f32) {
        if let Some(known) = self.board().running.get_mut(&id) {
            *known = Some((phase, progress));
        }
        self.tell();
    }

    fn settle(&self, id: RunId) {
        self.board().settled.insert(id);
        self.tell();
    }

    /// Tells once that a match waits for an officer.
    fn announce(&self, id: RunId) {
        if self.board().announced.insert(id) {
            self.tell();
        }
    }

    fn tell(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// A run as faces see it; `progress` is what its task works on, where it has one.
fn see(
    on: &OnRecord,
    row: Option<&StoredRun>,
    policy: &MatchPolicy,
    progress: Option<(&'static str, f32)>,
    now: Time,
) -> RunView {
    let outcome = outcome(on, row, now);
    let stage = match (&outcome, progress, on.step) {
        (Some(_), ..) => Stage::Ended,
        (None, Some(_), _) => Stage::Running,
        (None, None, Step::Proposed) if row.is_none() && matches!(policy, MatchPolicy::Ask(_)) => {
            if on.role == Role::Answerer { Stage::Asked } else { Stage::Proposed }
        }
        (None, None, Step::Proposed) => Stage::Proposed,
        (None, None, _) => Stage::Agreed,
    };
    let done = outcome.as_ref().is_some_and(|outcome| matches!(outcome, Outcome::Done(_)));
    RunView {
        id: on.id,
        record: on.record,
        peer: on.peer().clone(),
        role: on.role,
        reveal: if on.terms.form == Form::Both { Reveal::Both } else { Reveal::Ours },
        code: code(&on.terms),
        kinds: on.terms.kinds.clone(),
        cap: on.terms.cap,
        purpose: on.terms.purpose.clone(),
        asked: on.terms.n_ask,
        held: on.held.as_ref().map(|(_, list)| list.class),
        made: on.terms.made,
        until: on.terms.until,
        stage,
        phase: progress.map(|(phase, _)| phase).filter(|_| stage == Stage::Running),
        progress: if done { 1.0 } else { progress.map_or(0.0, |(_, progress)| progress) },
        outcome,
        run: on.number(),
        entries: on.entries(),
        receipts: on.receipts.clone(),
        charged_items: row.filter(|row| row.begun.is_some()).map_or(0, |row| row.charge_items),
    }
}

/// How a run ended: as the home says, else as the record does.
fn outcome(on: &OnRecord, row: Option<&StoredRun>, now: Time) -> Option<Outcome> {
    if let Some(ended) = row.and_then(|row| row.ended.as_ref()) {
        return Outcome::from_text(&ended.outcome);
    }
    let (reason, step) = on.ended.clone().unwrap_or_default();
    match on.step {
        Step::Refused => Some(Outcome::Refused(reason)),
        Step::Aborted => Some(Outcome::Aborted { reason, step: step.unwrap_or_default() }),
        Step::Revealed => Some(Outcome::Done(None)),
        Step::Proposed | Step::Consented if now > on.terms.until => Some(Outcome::Lapsed),
        _ => None,
    }
}

fn code(terms: &Terms) -> &'static str {
    match &terms.suite {
        Suite::Vole(vole) => vole.code().name(),
        Suite::Voprf => "",
    }
}

/// Work that would hold the runtime up.
async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)?
}
