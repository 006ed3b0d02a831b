//! Both learn: two runs with the roles changed, under one agreement, whose tags travel in alternating chunks.
//!
//! | frame | content |
//! |---|---|
//! | 1 … 6 | both runs one after the other, until the tags of each are due |
//! | 16 commit | commitment to our coin, then the hash of each chunk of our tags |
//! | 17 open | our coin, our share of the tags' mask |
//! | 18 chunk | the next chunk; the proposer's first, in the order that both coins toss |
//!
//! The list of tags is cut into as many chunks on both sides, of at most 2^14 tags: who stops knows one chunk more at
//! most. Tags are outputs of a pseudo-random function, so a chunk of neighbours is a random sample of the list; that
//! all of them ascend is checked on the whole list.

use detente_psi::run::{Direction, sid};
use detente_psi::vole::{Code, Message, Plan};
use detente_psi::{Input, Output, TAG_BYTES};
use sha2::{Digest, Sha256};

use super::limits::CHUNK_TAGS;
use super::pipe::Broken;
use super::run::{Job, Machine, Ran, Stop, Way, nothing};
use super::view::Role;

const COMMIT: u16 = 16;
const OPEN: u16 = 17;
const CHUNK: u16 = 18;
/// The share of the mask before the first tag.
const SHARE_BYTES: usize = 16;

/// The plan of the second run: the other list asks. The younger code is taken where it is offered for that list too.
pub(crate) fn plan_back(plan: &Plan) -> Result<Plan, detente_psi::Rejection> {
    let code = if plan.code().is_offered(plan.answerer()) { plan.code() } else { Code::Qc };
    Plan::new(plan.answerer(), plan.asker(), code)
}

/// Runs both.
pub(super) fn run(job: &Job, way: &mut Way) -> Ran {
    let back = plan_back(&job.plan).map_err(|rejection| nothing(rejection.into()))?;
    let mut first = held(job, way, Direction::ProposerReceives, job.plan).map_err(nothing)?;
    let mut second = held(job, way, Direction::ProposerSends, back).map_err(nothing)?;
    let (asks, answers) = match job.role {
        Role::Proposer => (&mut first, &mut second),
        Role::Answerer => (&mut second, &mut first),
    };
    let tags = own_tags(way, answers).map_err(nothing)?;
    let common = exchange(job, way, asks, &tags)?;
    way.pipe.finish_now().map_err(|broken| (broken.into(), Some(common.clone())))?;
    let transcript = Sha256::new()
        .chain_update(b"detente match both v1")
        .chain_update(first.transcript())
        .chain_update(second.transcript());
    Ok((Some(common), transcript.finalize().into()))
}

/// One of the runs, until tags are due.
fn held<'a>(job: &'a Job, way: &mut Way, direction: Direction, plan: Plan) -> Result<Machine<'a>, Stop> {
    let mut machine = Machine::new(job, direction, plan)?;
    machine.drive(way, true)?;
    Ok(machine)
}

/// Message 7 of the run in which we answer: our share of the mask, then our tags, ascending.
fn own_tags(way: &mut Way, machine: &mut Machine<'_>) -> Result<Vec<u8>, Stop> {
    let mut tags = Vec::new();
    while let Some(output) = machine.poll(way)? {
        if let Output::Send(detente_psi::Message::Vole(Message::Tags(part))) = output {
            tags.extend_from_slice(&part);
        }
    }
    Ok(tags)
}

/// Both lists of tags, chunk by chunk. Gives what is in common; where it stops, what was learned until then.
fn exchange(
    job: &Job,
    way: &mut Way,
    asks: &mut Machine<'_>,
    own: &[u8],
) -> Result<Vec<usize>, (Stop, Option<Vec<usize>>)> {
    let agreed = agree(job, way, own).map_err(nothing)?;
    let mut theirs: Vec<Option<Vec<u8>>> = vec![None; agreed.rounds];
    let taken = take_turns(job, way, &agreed, own, &mut theirs);
    let whole: Option<Vec<&[u8]>> = theirs.iter().map(Option::as_deref).collect();
    match (taken, whole) {
        (Ok(()), Some(chunks)) => {
            let body = [&agreed.their_share[..], &chunks.concat()].concat();
            let plan = asked_plan(job).map_err(nothing)?;
            find(way, asks, plan.cut_tags(&body)).map_err(nothing)
        }
        (Err(stop), _) => {
            let chunks: Vec<&[u8]> = theirs.iter().flatten().map(Vec::as_slice).collect();
            Err((stop, partial(asks, &agreed.their_share, &chunks)))
        }
        (Ok(()), None) => Err(nothing(Stop::Chunks("chunk-missing"))),
    }
}

/// What both sides tossed and committed to.
struct Agreed {
    rounds: usize,
    order: Vec<usize>,
    their_hashes: Vec<u8>,
    their_share: [u8; SHARE_BYTES],
}

fn agree(job: &Job, way: &mut Way, own: &[u8]) -> Result<Agreed, Stop> {
    way.works_on("tags");
    let rounds = rounds(&job.plan);
    let (share, tags) = own.split_first_chunk::<SHARE_BYTES>().ok_or(Broken("internal"))?;
    let coin = coin(job);
    let mut commit = coin_commitment(&coin, job.role).to_vec();
    for round in 0..rounds {
        commit.extend_from_slice(&chunk_hash(job, own_direction(job), round, chunk(tags, round, rounds)));
    }
    way.send(COMMIT, commit)?;
    let theirs = expect(way, COMMIT, 32 * (rounds + 1))?;
    let (their_commitment, their_hashes) =
        theirs.split_first_chunk::<32>().ok_or(Stop::Chunks("commitment-broken"))?;
    way.send(OPEN, [&coin[..], share].concat())?;
    let opened = expect(way, OPEN, 32 + SHARE_BYTES)?;
    let (their_coin, their_share) =
        opened.split_first_chunk::<32>().ok_or(Stop::Chunks("commitment-broken"))?;
    if coin_commitment(their_coin, other(job.role)) != *their_commitment {
        return Err(Stop::Chunks("commitment-broken"));
    }
    let coins = if job.role == Role::Proposer { (&coin, their_coin) } else { (their_coin, &coin) };
    Ok(Agreed {
        rounds,
        order: order(coins, rounds),
        their_hashes: their_hashes.to_vec(),
        their_share: their_share.try_into().map_err(|_| Stop::Chunks("commitment-broken"))?,
    })
}

fn take_turns(
    job: &Job,
    way: &mut Way,
    agreed: &Agreed,
    own: &[u8],
    theirs: &mut [Option<Vec<u8>>],
) -> Result<(), Stop> {
    let tags = own.get(SHARE_BYTES..).unwrap_or_default();
    let count = asked_plan(job)?.answerer().get() as usize;
    for round in &agreed.order {
        let ours = chunk(tags, *round, agreed.rounds).to_vec();
        if job.role == Role::Proposer {
            way.send(CHUNK, ours)?;
            receive_chunk(job, way, agreed, *round, count, theirs)?;
        } else {
            receive_chunk(job, way, agreed, *round, count, theirs)?;
            way.send(CHUNK, ours)?;
        }
        way.works_on("tags");
    }
    Ok(())
}

/// Takes the peer's next chunk if it is the one it committed to.
fn receive_chunk(
    job: &Job,
    way: &mut Way,
    agreed: &Agreed,
    round: usize,
    count: usize,
    theirs: &mut [Option<Vec<u8>>],
) -> Result<(), Stop> {
    let came = expect(way, CHUNK, range(count, round, agreed.rounds).len() * TAG_BYTES)?;
    let hash = chunk_hash(job, opposite(own_direction(job)), round, &came);
    if agreed.their_hashes.chunks_exact(32).nth(round) != Some(&hash[..]) {
        return Err(Stop::Chunks("chunk-differs"));
    }
    if let Some(place) = theirs.get_mut(round) {
        *place = Some(came);
    }
    Ok(())
}

/// The next frame, of this number and length.
fn expect(way: &mut Way, number: u16, bytes: usize) -> Result<Vec<u8>, Stop> {
    match way.receive()? {
        (found, body) if found == number && body.len() == bytes => Ok(body),
        (0, _) => Err(detente_psi::Rejection::PeerAborted.into()),
        (found, _) if found == number => Err(Stop::Chunks("chunk-length")),
        _ => Err(Stop::Chunks("out-of-turn")),
    }
}

/// Gives the machine in which we ask its message 7.
fn find(way: &mut Way, asks: &mut Machine<'_>, parts: Vec<&[u8]>) -> Result<Vec<usize>, Stop> {
    for part in parts {
        let message = detente_psi::Message::Vole(Message::Tags(part.into()));
        asks.handle(way, Input::Message(message))?;
        while let Some(output) = asks.poll(way)? {
            if let Output::Done(common) = output {
                return Ok(common.ranks().collect());
            }
        }
    }
    Err(Stop::Chunks("chunk-missing"))
}

/// What is in common among the chunks that came.
fn partial(asks: &mut Machine<'_>, share: &[u8; SHARE_BYTES], chunks: &[&[u8]]) -> Option<Vec<usize>> {
    match asks {
        Machine::Asker(asker, _) => Some(asker.partial(share, chunks).ok()?.ranks().collect()),
        Machine::Answerer(..) => None,
    }
}

/// The plan of the run in which we ask.
fn asked_plan(job: &Job) -> Result<Plan, Stop> {
    match job.role {
        Role::Proposer => Ok(job.plan),
        Role::Answerer => Ok(plan_back(&job.plan)?),
    }
}

fn rounds(plan: &Plan) -> usize {
    (plan.asker().max(plan.answerer()).get() as usize).div_ceil(CHUNK_TAGS)
}

fn range(count: usize, round: usize, rounds: usize) -> std::ops::Range<usize> {
    count * round / rounds..count * (round + 1) / rounds
}

fn chunk(tags: &[u8], round: usize, rounds: usize) -> &[u8] {
    let tags_range = range(tags.len() / TAG_BYTES, round, rounds);
    tags.get(tags_range.start * TAG_BYTES..tags_range.end * TAG_BYTES).unwrap_or_default()
}

/// The direction of the run whose tags are ours.
fn own_direction(job: &Job) -> Direction {
    match job.role {
        Role::Proposer => Direction::ProposerSends,
        Role::Answerer => Direction::ProposerReceives,
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::ProposerReceives => Direction::ProposerSends,
        Direction::ProposerSends => Direction::ProposerReceives,
    }
}

fn other(role: Role) -> Role {
    match role {
        Role::Proposer => Role::Answerer,
        Role::Answerer => Role::Proposer,
    }
}

fn chunk_hash(job: &Job, direction: Direction, round: usize, chunk: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"detente match chunk v1")
        .chain_update(sid(&job.terms_id, &job.accept_id, direction))
        .chain_update((round as u64).to_le_bytes())
        .chain_update(chunk)
        .finalize()
        .into()
}

/// Our coin: from the seed of the run, so that the run can be replayed.
fn coin(job: &Job) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"detente match coin v1")
        .chain_update(job.secrets.seed.as_bytes())
        .chain_update(sid(&job.terms_id, &job.accept_id, own_direction(job)))
        .finalize()
        .into()
}

fn coin_commitment(coin: &[u8; 32], role: Role) -> [u8; 32] {
    let side = if role == Role::Proposer { b"p" } else { b"a" };
    Sha256::new()
        .chain_update(b"detente match coin commitment v1")
        .chain_update(side)
        .chain_update(coin)
        .finalize()
        .into()
}

/// The order of chunks: by their hashes under both coins.
fn order((proposer, answerer): (&[u8; 32], &[u8; 32]), rounds: usize) -> Vec<usize> {
    let key = |round: &usize| -> [u8; 32] {
        Sha256::new()
            .chain_update(b"detente match order v1")
            .chain_update(proposer)
            .chain_update(answerer)
            .chain_update((*round as u64).to_le_bytes())
            .finalize()
            .into()
    };
    let mut order: Vec<usize> = (0..rounds).collect();
    order.sort_by_cached_key(key);
    order
}
