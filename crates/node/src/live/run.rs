//! One run on its own thread: the machine of our side, drained into the pipe and fed from it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use detente_accord::Time;
use detente_accord::exchange::RunSecrets;
use detente_psi::run::Direction;
use detente_psi::vole::{Answerer, Asker, Message, Parameters, Plan};
use detente_psi::{Common, Cpu, Input, Items, Output, Par, Rejection};
use rayon::prelude::*;

use super::both;
use super::limits::{LINK_BYTES_PER_SECOND, PROGRESS};
use super::pipe::{Broken, Pipe};
use super::view::Role;

/// What both sides signed, and what we bring along.
pub(crate) struct Job {
    pub(crate) role: Role,
    /// Whether the second run follows, in which the answerer asks.
    pub(crate) is_both: bool,
    pub(crate) plan: Plan,
    pub(crate) terms_id: [u8; 32],
    pub(crate) accept_id: [u8; 32],
    pub(crate) proposer_nonce: [u8; 32],
    pub(crate) answerer_nonce: [u8; 32],
    pub(crate) secrets: RunSecrets,
    pub(crate) items: Items,
    pub(crate) pool: Arc<rayon::ThreadPool>,
    pub(crate) now: Arc<dyn Fn() -> Time + Send + Sync>,
}

/// What came of it.
pub(crate) struct Done {
    /// The ranks of the common items, if we were to learn them.
    pub(crate) common: Option<Vec<usize>>,
    pub(crate) wall: Duration,
    pub(crate) bytes: u64,
    pub(crate) transcript: [u8; 32],
}

/// Why it did not come to its end.
pub(crate) struct Stopped {
    /// A code that can stand on a record.
    pub(crate) reason: &'static str,
    /// The step.
    pub(crate) step: &'static str,
    /// What we learned until then, where both were to learn.
    pub(crate) common: Option<Vec<usize>>,
    pub(crate) wall: Duration,
    pub(crate) bytes: u64,
}

/// Is told how far a run has come: the step, and from 0 to 1.
pub(crate) type Report = Box<dyn FnMut(&'static str, f32) + Send>;

/// Why a machine stopped.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Stop {
    Rejected(Rejection),
    Broken(Broken),
    /// The other side did not keep to the turns of chunks.
    Chunks(&'static str),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Stop {
        Stop::Rejected(rejection)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Stop {
        Stop::Broken(broken)
    }
}

impl Stop {
    fn name(&self) -> &'static str {
        match self {
            Stop::Rejected(rejection) => rejection.name(),
            Stop::Broken(Broken(name)) | Stop::Chunks(name) => name,
        }
    }
}

/// Runs to the end, on the calling thread: not one of the runtime's. `first` is a frame that came already.
pub(crate) fn run(job: &Job, pipe: Pipe, first: Option<Vec<u8>>, report: Report) -> Result<Done, Stopped> {
    let mut way = Way::new(pipe, first, report, total_bytes(job));
    let pool = job.pool.clone();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        pool.install(|| if job.is_both { both::run(job, &mut way) } else { one(job, &mut way) })
    }));
    let (wall, bytes) = (way.begun.elapsed(), way.bytes);
    let stopped = |reason, common| Stopped { reason, step: way.step, common, wall, bytes };
    match ran {
        Ok(Ok((common, transcript))) => Ok(Done { common, wall, bytes, transcript }),
        Ok(Err((stop, common))) => Err(stopped(stop.name(), common)),
        Err(_) => Err(stopped("internal", None)),
    }
}

/// What a run gives: the common items, and the transcript; or why it stopped, and what was learned until then.
pub(super) type Ran = Result<(Option<Vec<usize>>, [u8; 32]), (Stop, Option<Vec<usize>>)>;

/// The run after which the proposer alone knows.
fn one(job: &Job, way: &mut Way) -> Ran {
    let mut machine = Machine::new(job, Direction::ProposerReceives, job.plan).map_err(nothing)?;
    let common = machine.drive(way, false).map_err(nothing)?;
    way.pipe.finish_now().map_err(|broken| nothing(broken.into()))?;
    Ok((common.map(|common| common.ranks().collect()), machine.transcript()))
}

pub(super) fn nothing(stop: Stop) -> (Stop, Option<Vec<usize>>) {
    (stop, None)
}

fn total_bytes(job: &Job) -> u64 {
    let one = job.plan.bytes_to_answerer() + job.plan.bytes_to_asker();
    if job.is_both { 2 * one } else { one }
}

/// The pipe with what is counted on it.
pub(super) struct Way {
    pub(super) pipe: Pipe,
    first: Option<Vec<u8>>,
    report: Report,
    total: u64,
    bytes: u64,
    begun: Instant,
    reported: Option<Instant>,
    pub(super) step: &'static str,
}

impl Way {
    fn new(pipe: Pipe, first: Option<Vec<u8>>, report: Report, total: u64) -> Way {
        let begun = Instant::now();
        Way { pipe, first, report, total, bytes: 0, begun, reported: None, step: "start" }
    }

    pub(super) fn send(&mut self, number: u16, body: Vec<u8>) -> Result<(), Broken> {
        self.count(body.len());
        self.pipe.send_now(number, body)
    }

    pub(super) fn receive(&mut self) -> Result<(u16, Vec<u8>), Broken> {
        let (number, body) = match self.first.take() {
            Some(frame) => super::pipe::cut(frame).ok_or(Broken("frame-out-of-form"))?,
            None => self.pipe.receive_now()?,
        };
        self.count(body.len());
        Ok((number, body))
    }

    pub(super) fn works_on(&mut self, step: &'static str) {
        let is_new = self.step != step;
        self.step = step;
        if is_new || self.reported.is_none_or(|then| then.elapsed() >= PROGRESS) {
            self.reported = Some(Instant::now());
            (self.report)(step, (self.bytes as f32 / self.total.max(1) as f32).min(1.0));
        }
    }

    fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }
}

/// The machine of our side in one of the runs.
pub(super) enum Machine<'a> {
    Asker(Box<Asker<'a>>, Arc<dyn Fn() -> Time + Send + Sync>),
    Answerer(Box<Answerer<'a>>, Arc<dyn Fn() -> Time + Send + Sync>),
}

impl<'a> Machine<'a> {
    /// Our side of the run in this direction.
    pub(super) fn new(job: &'a Job, direction: Direction, plan: Plan) -> Result<Machine<'a>, Stop> {
        let is_first = direction == Direction::ProposerReceives;
        let (asker_nonce, answerer_nonce) = match is_first {
            true => (job.proposer_nonce, job.answerer_nonce),
            false => (job.answerer_nonce, job.proposer_nonce),
        };
        let parameters = Parameters {
            terms_id: job.terms_id,
            accept_id: job.accept_id,
            direction,
            plan,
            time_limit: plan.time_limit(LINK_BYTES_PER_SECOND),
            asker_nonce,
            answerer_nonce,
            seed: &job.secrets.seed,
            items: &job.items,
            par: &InPool,
            cpu: Cpu::detect(),
        };
        let now = job.now.clone();
        Ok(match (job.role == Role::Proposer) == is_first {
            true => Machine::Asker(Box::new(Asker::new(parameters)?), now),
            false => Machine::Answerer(Box::new(Answerer::new(parameters)?), now),
        })
    }

    /// Runs until it is over, or with `hold_tags` until tags are due: ours to send, or theirs to come.
    pub(super) fn drive(&mut self, way: &mut Way, hold_tags: bool) -> Result<Option<Common>, Stop> {
        let driven = self.exchange(way, hold_tags);
        if let Err(Stop::Rejected(_)) = driven {
            // The other side should not wait for more; that it cannot be told changes nothing any more.
            let _ = way.send(Message::Abort.number(), Vec::new());
        }
        driven
    }

    fn exchange(&mut self, way: &mut Way, hold_tags: bool) -> Result<Option<Common>, Stop> {
        if matches!(self, Machine::Answerer(..)) && self.phase() == "base-ot" {
            self.handle(way, Input::Start)?;
        }
        loop {
            while let Some(output) = self.poll(way)? {
                match output {
                    Output::Send(detente_psi::Message::Vole(message)) => {
                        way.send(message.number(), message.into_body())?;
                    }
                    Output::Send(_) => return Err(Broken("internal").into()),
                    Output::Working => {}
                    Output::Done(common) => return Ok(Some(common)),
                }
                if hold_tags && self.tags_are_due() {
                    return Ok(None);
                }
            }
            if self.is_over() {
                return Ok(None);
            }
            let (number, body) = way.receive()?;
            let message = Message::from_parts(number, body.into()).ok_or(Broken("unknown-message"))?;
            self.handle(way, Input::Message(detente_psi::Message::Vole(message)))?;
        }
    }

    fn tags_are_due(&self) -> bool {
        match self {
            Machine::Asker(asker, _) => asker.phase() == "matching",
            Machine::Answerer(answerer, _) => answerer.phase() == "tags",
        }
    }

    pub(super) fn handle(&mut self, way: &mut Way, input: Input<'_>) -> Result<(), Rejection> {
        way.works_on(self.phase());
        match self {
            Machine::Asker(asker, now) => asker.handle(now(), input),
            Machine::Answerer(answerer, now) => answerer.handle(now(), input),
        }
    }

    pub(super) fn poll(&mut self, way: &mut Way) -> Result<Option<Output>, Rejection> {
        way.works_on(self.phase());
        match self {
            Machine::Asker(asker, _) => asker.poll(),
            Machine::Answerer(answerer, _) => answerer.poll(),
        }
    }

    pub(super) fn transcript(&self) -> [u8; 32] {
        match self {
            Machine::Asker(asker, _) => asker.transcript(),
            Machine::Answerer(answerer, _) => answerer.transcript(),
        }
    }

    fn phase(&self) -> &'static str {
        match self {
            Machine::Asker(asker, _) => asker.phase(),
            Machine::Answerer(answerer, _) => answerer.phase(),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Machine::Asker(asker, _) => asker.is_over(),
            Machine::Answerer(answerer, _) => answerer.is_over(),
        }
    }
}

/// Runs jobs in the pool that the caller is in.
struct InPool;

impl Par for InPool {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..jobs).into_par_iter().for_each(job);
    }
}
