//! A run: events in the order of simulated time, until all is mended and at rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use detente_accord::record::{Draft, Position, RecordId};
use detente_accord::{PartyId, Time};
use detente_node::exchange::{Exchange, Fate, Input, Output};
use detente_node::{Error, What};

use crate::check::Ledger;
use crate::dice::Dice;
use crate::home::{NAMES, Template};
use crate::party::{Nature, Party, Runs};
use crate::plan::{Fault, Mode, Plan};
use crate::sabotage::Sabotage;
use crate::trace::{Trace, mark};

/// For a dial that nobody answers.
const DIAL_MS: u64 = 10_000;
/// For every wait within an exchange.
const STREAM_MS: u64 = 5_000;
/// From healing to rest, at most. In `safety` clocks and refusals may cost one long wait more.
const REST_MS_MAX: [u64; 2] = [60_000, 900_000];
/// Two nodes at rest stay so.
const QUIET_MS: u64 = 20_000;

/// What goes over a connection.
#[derive(Clone)]
enum Frame {
    Ping,
    Pong,
    /// An exchange begins, with a packet.
    Ask(u64, Vec<u8>),
    /// The other's answer: whether it took the packet, and its own; or that it declines.
    Answer(u64, Option<(bool, Vec<u8>)>),
    /// Whether the first took that.
    End(u64, bool),
    Bye,
}

impl Frame {
    fn text(&self) -> String {
        match self {
            Frame::Ping => "ping".into(),
            Frame::Pong => "pong".into(),
            Frame::Ask(stream, packet) => format!("ask {stream} {}", mark(packet)),
            Frame::Answer(stream, Some((took, packet))) => format!("answer {stream} {took} {}", mark(packet)),
            Frame::Answer(stream, None) => format!("declined {stream}"),
            Frame::End(stream, took) => format!("end {stream} {took}"),
            Frame::Bye => "bye".into(),
        }
    }

    fn packet(&mut self) -> Option<&mut Vec<u8>> {
        match self {
            Frame::Ask(_, packet) | Frame::Answer(_, Some((_, packet))) => Some(packet),
            _ => None,
        }
    }
}

enum Event {
    Wake {
        node: usize,
        boot: u64,
    },
    Act {
        node: usize,
    },
    Dialled {
        from: usize,
        to: usize,
        boot: u64,
    },
    Unanswered {
        from: usize,
        to: usize,
        boot: u64,
    },
    Arrives {
        from: usize,
        to: usize,
        line: u64,
        frame: Frame,
    },
    /// A wait within an exchange has lasted too long.
    Asked {
        node: usize,
        peer: usize,
        boot: u64,
        stream: u64,
    },
    Served {
        node: usize,
        peer: usize,
        boot: u64,
        stream: u64,
    },
    Fault(Fault),
    Back {
        node: usize,
        boot: u64,
    },
    Recover {
        node: usize,
        boot: u64,
    },
    Heal,
}

/// What a run came to.
pub(crate) struct Ended {
    pub(crate) hash: String,
    pub(crate) lines: Vec<String>,
    /// What was wrong, if anything was.
    pub(crate) wrong: Option<String>,
    /// From healing to rest.
    pub(crate) rest_ms: u64,
    /// Exchanges that were begun, entries that stand.
    pub(crate) exchanges: u64,
    pub(crate) entries: u64,
}

/// A run.
pub(crate) struct Run {
    plan: Plan,
    sabotage: Option<Sabotage>,
    record: RecordId,
    dice: Dice,
    clock: Arc<AtomicU64>,
    queue: BTreeMap<(u64, u64), Event>,
    events: u64,
    parties: Vec<Party>,
    inputs: VecDeque<(usize, usize, Input)>,
    cuts: BTreeMap<(usize, usize), bool>,
    calm: bool,
    lines: u64,
    begun: u64,
    /// Names under which packets were refused.
    refused: BTreeSet<&'static str>,
    ledger: Ledger,
    trace: Trace,
    wrong: Option<String>,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Run {
    /// One of at most three nodes, if need be without a defence.
    pub(crate) fn sabotaged(seed: u64, sabotage: Option<Sabotage>) -> Run {
        Run::of(Plan::of(seed, Mode::Safety, 3), seed, sabotage, false)
    }

    /// One of at most so many nodes.
    pub(crate) fn new(seed: u64, mode: Mode, nodes_max: usize, keep_trace: bool) -> Run {
        Run::of(Plan::of(seed, mode, nodes_max), seed, None, keep_trace)
    }

    fn of(plan: Plan, seed: u64, sabotage: Option<Sabotage>, keep_trace: bool) -> Run {
        let template = Template::of(plan.nodes);
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let clock: Arc<AtomicU64> = Arc::default();
        let party = |node: usize| {
            let nature = Nature::new(clock.clone(), seed.rotate_left(17) ^ (node as u64) << 48);
            Party::new(node, template.copy(node, folder.path()), nature)
        };
        Run {
            parties: (0..plan.nodes).map(party).collect(),
            plan,
            sabotage,
            record: template.record,
            dice: Dice::new(seed),
            clock,
            queue: BTreeMap::new(),
            events: 0,
            inputs: VecDeque::new(),
            cuts: BTreeMap::new(),
            calm: false,
            lines: 0,
            begun: 0,
            refused: BTreeSet::new(),
            ledger: Ledger::default(),
            trace: Trace::new(keep_trace),
            wrong: None,
            folder,
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
        }
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Ended {
        for node in 0..self.plan.nodes {
            self.start(node);
        }
        for (at, node) in self.plan.acts.clone() {
            self.at(at, Event::Act { node });
        }
        for (at, fault) in self.plan.faults.clone() {
            self.at(at, Event::Fault(fault));
        }
        self.at(self.plan.healed_at, Event::Heal);
        let rest_ms = self.until_rest();
        self.end(rest_ms)
    }

    fn now(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    fn at(&mut self, at: u64, event: Event) {
        self.events += 1;
        self.queue.insert((at, self.events), event);
    }

    /// Another number each time.
    fn number(&mut self) -> u64 {
        self.events += 1;
        self.events
    }

    fn note(&mut self, what: &dyn std::fmt::Display) {
        let now = self.now();
        self.trace.line(now, what);
    }

    fn lacks(&self, defence: Sabotage) -> bool {
        self.sabotage == Some(defence)
    }

    fn fail(&mut self, what: String) {
        self.note(&format!("wrong: {what}"));
        self.wrong.get_or_insert(what);
    }

    /// Takes events until all rest for a while, or time is up. Gives when rest began, after healing.
    fn until_rest(&mut self) -> u64 {
        let healed = self.plan.healed_at;
        let patience = healed + REST_MS_MAX[usize::from(self.plan.mode == Mode::Safety)];
        let mut rests_since = None;
        while let Some(((at, _), event)) = self.queue.pop_first() {
            self.clock.store(at, Ordering::Relaxed);
            self.take(event);
            if self.wrong.is_some() {
                return 0;
            }
            let rests = self.calm && self.inputs.is_empty() && self.all_rest();
            rests_since = if rests { rests_since.or(Some(at)) } else { None };
            match rests_since {
                Some(since) if at >= since + QUIET_MS => return since.saturating_sub(healed),
                None if at > patience => {
                    self.fail(format!("no rest {} s after healing", (at - healed) / 1000));
                    return 0;
                }
                _ => {}
            }
        }
        self.fail("nothing happens any more".into());
        0
    }

    fn all_rest(&self) -> bool {
        let rests = |party: &Party| party.is_up() && party.machines.values().all(Exchange::is_at_rest);
        self.parties.iter().all(rests)
    }

    fn take(&mut self, event: Event) {
        let is_now =
            |run: &Run, node: usize, boot: u64| run.parties[node].is_up() && run.parties[node].boot == boot;
        match event {
            Event::Wake { node, boot } if is_now(self, node, boot) => {
                self.parties[node].wake_at = None;
                if self.lacks(Sabotage::NeverSilent) {
                    let peers: Vec<usize> = self.parties[node].machines.keys().copied().collect();
                    self.inputs.extend(peers.into_iter().map(|peer| (node, peer, Input::Heard)));
                }
                let now = Time(self.now());
                let due = self.parties[node].machines.iter();
                let due = due.filter(|(_, machine)| machine.deadline().is_some_and(|at| at <= now));
                let due: Vec<usize> = due.map(|(peer, _)| *peer).collect();
                self.inputs.extend(due.into_iter().map(|peer| (node, peer, Input::Tick)));
                self.drain();
                self.wake(node);
            }
            Event::Dialled { from, to, boot } if is_now(self, from, boot) => self.dialled(from, to),
            Event::Unanswered { from, to, boot } if is_now(self, from, boot) => {
                self.feed(from, to, Input::Unreachable);
            }
            Event::Arrives { from, to, line, frame } if self.parties[to].lines.get(&from) == Some(&line) => {
                self.arrives(from, to, frame);
            }
            Event::Asked { node, peer, boot, stream } if is_now(self, node, boot) => {
                let runs = self.parties[node].asking.get(&peer).copied();
                let Some(runs) = runs.filter(|runs| runs.stream == stream) else { return };
                self.parties[node].asking.remove(&peer);
                self.feed(node, peer, Input::Done(self.record, stream, self.no_word(runs)));
            }
            Event::Served { node, peer, boot, stream } if is_now(self, node, boot) => {
                let runs = self.parties[node].serving.get(&peer).copied();
                let Some(runs) = runs.filter(|runs| runs.stream == stream) else { return };
                self.parties[node].serving.remove(&peer);
                self.feed(node, peer, Input::Served(self.record, self.no_word(runs)));
            }
            Event::Act { node } if self.parties[node].is_up() => self.act(node),
            Event::Fault(fault) => self.fault(fault),
            Event::Back { node, boot } if self.parties[node].boot == boot && !self.parties[node].is_up() => {
                self.start(node);
            }
            Event::Recover { node, boot } if is_now(self, node, boot) => self.recover(node),
            Event::Heal => self.heal(),
            _ => {}
        }
    }

    fn no_word(&self, runs: Runs) -> Fate {
        if self.lacks(Sabotage::SentIsTaken) { Fate::Taken(runs.stamp) } else { Fate::Lost }
    }

    /// Hands a machine an input, and does what follows.
    fn feed(&mut self, node: usize, peer: usize, input: Input) {
        self.inputs.push_back((node, peer, input));
        self.drain();
    }

    fn drain(&mut self) {
        while let Some((node, peer, input)) = self.inputs.pop_front() {
            let now = Time(self.now());
            let Some(machine) = self.parties[node].machines.get_mut(&peer) else { continue };
            machine.handle(now, input);
            let outputs: Vec<Output> = std::iter::from_fn(|| machine.poll()).collect();
            for output in outputs {
                self.act_on(node, peer, output);
            }
            self.wake(node);
        }
    }

    /// Sees to it that a node wakes when a machine of its wants to.
    fn wake(&mut self, node: usize) {
        let party = &self.parties[node];
        let Some(due) = party.machines.values().filter_map(Exchange::deadline).min() else { return };
        let at = due.0.max(self.now());
        if party.wake_at.is_none_or(|wake| at < wake) {
            let boot = party.boot;
            self.parties[node].wake_at = Some(at);
            self.at(at, Event::Wake { node, boot });
        }
    }

    fn act_on(&mut self, node: usize, peer: usize, output: Output) {
        match output {
            Output::Dial if self.lacks(Sabotage::OneDial) && !self.parties[node].dialled.insert(peer) => {}
            Output::Dial => {
                let (boot, at) = (self.parties[node].boot, self.now() + self.dice.within(5..=80));
                self.at(at, Event::Dialled { from: node, to: peer, boot });
            }
            Output::HangUp => {
                self.send(node, peer, Frame::Bye);
                self.parties[node].drop_line(peer);
            }
            Output::Ping => self.send(node, peer, Frame::Ping),
            Output::Begin(_, stream) => self.begin(node, peer, stream),
            Output::Serve(_, stream) => self.serve(node, peer, stream),
            Output::Decline(_, stream, _) => {
                self.send(node, peer, Frame::Answer(stream, None));
            }
            Output::Abandon(_) => {
                self.parties[node].asking.remove(&peer);
                self.parties[node].serving.remove(&peer);
            }
        }
    }

    fn cut(&self, one: usize, other: usize) -> Option<bool> {
        self.cuts.get(&(one.min(other), one.max(other))).copied()
    }

    fn dialled(&mut self, from: usize, to: usize) {
        let boot = self.parties[from].boot;
        match self.cut(from, to) {
            Some(true) => {
                let at = self.now() + DIAL_MS;
                return self.at(at, Event::Unanswered { from, to, boot });
            }
            cut => {
                let standing = self.parties[from].lines.get(&to);
                let same = standing.is_some() && standing == self.parties[to].lines.get(&from);
                let refused = cut.is_some() || !self.parties[to].is_up() || !self.plan.reachable[from][to];
                if refused || same {
                    return self.feed(from, to, Input::Unreachable);
                }
            }
        }
        self.lines += 1;
        let line = self.lines;
        self.note(&format!("{} - {} line {line}", NAMES[from], NAMES[to]));
        for (node, peer) in [(from, to), (to, from)] {
            self.parties[node].drop_line(peer);
            self.parties[node].lines.insert(peer, line);
            self.inputs.push_back((node, peer, Input::Connected));
        }
        self.drain();
    }

    fn send(&mut self, from: usize, to: usize, mut frame: Frame) {
        let Some(line) = self.parties[from].lines.get(&to).copied() else { return };
        if self.cut(from, to).is_some() {
            return;
        }
        let (lost, doubled, changed) = match self.calm {
            true => (0, 0, 0),
            false => (self.plan.lost, self.plan.doubled, self.plan.changed),
        };
        if self.dice.per_mille(lost) {
            return;
        }
        if self.dice.per_mille(changed)
            && let Some(packet) = frame.packet().filter(|packet| !packet.is_empty())
        {
            let at = self.dice.below(packet.len() as u64) as usize;
            packet[at] ^= 1 << self.dice.below(8);
        }
        for _ in 0..1 + u64::from(self.dice.per_mille(doubled)) {
            let at = self.now() + self.dice.within(1..=self.plan.delay_ms_max);
            self.at(at, Event::Arrives { from, to, line, frame: frame.clone() });
        }
    }

    fn arrives(&mut self, from: usize, to: usize, frame: Frame) {
        if !matches!(frame, Frame::Ping | Frame::Pong) {
            self.note(&format!("{} > {} {}", NAMES[from], NAMES[to], frame.text()));
        }
        self.feed(to, from, Input::Heard);
        match frame {
            Frame::Ping => self.send(to, from, Frame::Pong),
            Frame::Pong => {}
            Frame::Bye => {
                self.parties[to].drop_line(from);
                self.feed(to, from, Input::Closed);
            }
            // A stream is begun once; what came on it twice must change nothing.
            Frame::Ask(stream, packet) if !self.parties[to].streams.insert((from, stream)) => {
                self.take_in(to, &packet);
                self.drain();
            }
            Frame::Ask(stream, packet) => {
                self.parties[to].asked.insert((from, stream), packet);
                self.feed(to, from, Input::Asked(self.record, stream));
            }
            Frame::Answer(stream, reply) => self.answered(to, from, stream, reply),
            Frame::End(stream, took) => {
                let Some(runs) = self.parties[to].serving.get(&from).copied() else { return };
                if runs.stream == stream {
                    self.parties[to].serving.remove(&from);
                    self.feed(to, from, Input::Served(self.record, fate(took, runs.stamp)));
                }
            }
        }
    }

    fn begin(&mut self, node: usize, peer: usize, stream: u64) {
        self.begun += 1;
        let (packet, stamp) = self.packet(node, peer, What::Lacking);
        self.parties[node].asking.insert(peer, Runs { stream, stamp });
        let (boot, at) = (self.parties[node].boot, self.now() + STREAM_MS);
        self.at(at, Event::Asked { node, peer, boot, stream });
        self.send(node, peer, Frame::Ask(stream, packet));
    }

    fn serve(&mut self, node: usize, peer: usize, stream: u64) {
        let ours = self.parties[node].asking.get(&peer).map(|runs| runs.stream);
        let theirs = self.parties[peer].serving.get(&node).map(|runs| runs.stream);
        if ours.is_some() && ours == theirs {
            self.fail(format!("two exchanges at once between {} and {}", NAMES[node], NAMES[peer]));
        }
        let asked = self.parties[node].asked.remove(&(peer, stream)).unwrap_or_default();
        let took = self.take_in(node, &asked);
        let (packet, stamp) = self.packet(node, peer, What::Lacking);
        self.parties[node].serving.insert(peer, Runs { stream, stamp });
        let (boot, at) = (self.parties[node].boot, self.now() + STREAM_MS);
        self.at(at, Event::Served { node, peer, boot, stream });
        self.send(node, peer, Frame::Answer(stream, Some((took, packet))));
    }

    fn answered(&mut self, node: usize, peer: usize, stream: u64, reply: Option<(bool, Vec<u8>)>) {
        let Some(runs) = self.parties[node].asking.get(&peer).copied() else { return };
        if runs.stream != stream && !self.lacks(Sabotage::AnyAnswer) {
            return;
        }
        let stream = runs.stream;
        self.parties[node].asking.remove(&peer);
        let ours = match reply {
            None => Fate::Declined,
            Some((took, packet)) => {
                let we_took = self.take_in(node, &packet);
                self.send(node, peer, Frame::End(stream, we_took));
                fate(took, runs.stamp)
            }
        };
        self.feed(node, peer, Input::Done(self.record, stream, ours));
    }

    /// A packet for a peer, and the stamp of what it was made from.
    fn packet(&mut self, node: usize, peer: usize, what: What) -> (Vec<u8>, u64) {
        let (handle, to) = (self.parties[node].handle(), self.parties[peer].id.clone());
        let made = handle.act(self.record, move |accord, moment| {
            let packet = accord.packet_for(&to, what, moment.now, &mut moment.entropy)?;
            Ok((packet.bytes, accord.stamp_for(&to, moment.now)?.unwrap_or_default()))
        });
        self.runtime.block_on(made).unwrap()
    }

    /// Whether a node took a packet.
    fn take_in(&mut self, node: usize, packet: &[u8]) -> bool {
        let (handle, packet) = (self.parties[node].handle(), packet.to_vec());
        let taken = handle.act(self.record, move |accord, moment| {
            accord.take(&packet, moment.now, &mut moment.entropy).map(|taken| taken.new.len())
        });
        let taken = self.runtime.block_on(taken);
        let took = taken.is_ok();
        match taken {
            Ok(new) => self.note(&format!("{} took {new}", NAMES[node])),
            Err(error) => self.refuses(node, &error),
        }
        self.changed(node);
        took
    }

    fn refuses(&mut self, node: usize, error: &Error) {
        self.note(&format!("{} refuses: {error}", NAMES[node]));
        self.refused.insert(error.name());
        if !matches!(error, Error::Refused(_) | Error::Rejected(_)) {
            self.fail(format!("{} could not take a packet: {error}", NAMES[node]));
        } else if self.plan.changed == 0 && !self.restores() {
            self.fail(format!("{} refused what nobody had changed: {error}", NAMES[node]));
        }
    }

    fn restores(&self) -> bool {
        self.plan.faults.iter().any(|(_, fault)| matches!(fault, Fault::Restore { .. }))
    }

    /// Tells the machines of a node what it could bring each peer now.
    fn changed(&mut self, node: usize) {
        let peers: Vec<usize> = self.parties[node].machines.keys().copied().collect();
        let ids: Vec<PartyId> = peers.iter().map(|peer| self.parties[*peer].id.clone()).collect();
        let handle = self.parties[node].handle();
        let stamps = handle.act(self.record, move |accord, moment| {
            ids.iter().map(|id| accord.stamp_for(id, moment.now)).collect::<Result<Vec<_>, _>>()
        });
        let stamps = self.runtime.block_on(stamps).unwrap();
        for (peer, stamp) in peers.into_iter().zip(stamps) {
            if self.lacks(Sabotage::NothingIsNew) && !self.parties[node].told.insert(peer) {
                continue;
            }
            let stands = Input::Stands(self.record, stamp.unwrap_or_default());
            self.inputs.push_back((node, peer, stands));
        }
    }

    fn act(&mut self, node: usize) {
        if self.lacks(Sabotage::NotOnDisk) {
            self.copy(node);
        }
        let mut kind = self.dice.below(10);
        if kind == 0 && self.restores() {
            // A home older than a peer's new keys cannot tell that peer's cosignature, and so not count its answer.
            kind = 2;
        }
        let redacts = self.dice.below(1 << 20);
        let handle = self.parties[node].handle();
        let said = handle.act(self.record, move |accord, moment| {
            let (now, entropy) = (moment.now, &mut moment.entropy);
            match kind {
                0 => accord.rotate(now, entropy).map(drop)?,
                1 => {
                    let seq = redacts % accord.own_size().max(1);
                    let own = Position::new(accord.own_log().clone(), seq);
                    accord.redact(&[own], "gdpr", now, entropy).map(drop)?;
                }
                _ => accord.say_all(vec![Draft::new("ack", [])], now, entropy).map(drop)?,
            }
            Ok(())
        });
        let said = self.runtime.block_on(said);
        self.note(&format!("{} says {kind} {:?}", NAMES[node], said.as_ref().map_err(Error::name)));
        self.look(node);
        self.changed(node);
        self.drain();
    }

    /// Enters what a node holds into the ledger.
    fn look(&mut self, node: usize) {
        let view = self.view(node);
        if let Err(wrong) = self.ledger.look(node, &view, self.parties[node].recovers) {
            self.fail(wrong);
        }
    }

    fn view(&mut self, node: usize) -> crate::check::View {
        let handle = self.parties[node].handle();
        let seen = handle.look(self.record, crate::check::View::of);
        self.runtime.block_on(seen).unwrap()
    }

    fn fault(&mut self, fault: Fault) {
        self.note(&format!("{fault:?}"));
        match fault {
            Fault::Cut { one, other, silent } => {
                self.cuts.insert((one.min(other), one.max(other)), silent);
                if !silent {
                    for (node, peer) in [(one, other), (other, one)] {
                        self.closed(node, peer);
                    }
                }
            }
            Fault::Mend { one, other } => {
                self.cuts.remove(&(one.min(other), one.max(other)));
            }
            Fault::Crash { node, for_ms } => self.crash(node, for_ms),
            Fault::Copy { node } => self.copy(node),
            Fault::Restore { node } => self.restore(node),
            Fault::Skew { node, ms } => self.parties[node].nature.skew.store(ms, Ordering::Relaxed),
        }
    }

    fn closed(&mut self, node: usize, peer: usize) {
        if self.parties[node].lines.contains_key(&peer) {
            self.parties[node].drop_line(peer);
            self.feed(node, peer, Input::Closed);
        }
    }

    fn start(&mut self, node: usize) {
        let now = Time(self.now());
        let gives_way = !self.lacks(Sabotage::BothGoOn);
        self.parties[node].start(node, self.plan.nodes, now, gives_way);
        self.note(&format!("{} starts", NAMES[node]));
        self.look(node);
        self.changed(node);
        self.drain();
        if self.parties[node].recovers && !self.lacks(Sabotage::NoRecovery) {
            let (boot, at) = (self.parties[node].boot, self.now() + 1000);
            self.at(at, Event::Recover { node, boot });
        }
    }

    /// The process is gone, and its disk is as it was in that moment.
    fn crash(&mut self, node: usize, for_ms: u64) {
        if !self.parties[node].is_up() {
            return;
        }
        self.look(node);
        let name = format!("{}-{}", NAMES[node], self.number());
        let copy = self.folder.path().join(name);
        match self.parties[node].copy.take_if(|_| self.sabotage == Some(Sabotage::NotOnDisk)) {
            Some(before) => std::fs::rename(before, &copy).unwrap(),
            None => crate::world::copy_folder(&self.parties[node].path, &copy),
        }
        self.down(node, copy);
        let (boot, at) = (self.parties[node].boot, self.now() + for_ms);
        self.at(at, Event::Back { node, boot });
    }

    fn down(&mut self, node: usize, home: std::path::PathBuf) {
        self.parties[node].kill(&self.runtime);
        let old = std::mem::replace(&mut self.parties[node].path, home);
        std::fs::remove_dir_all(old).unwrap();
        // Whoever is left on the line is told, if the line carries that.
        for peer in 0..self.plan.nodes {
            if self.cut(node, peer).is_none() {
                self.closed(peer, node);
            }
        }
    }

    fn copy(&mut self, node: usize) {
        if self.parties[node].is_up() && !self.parties[node].recovers {
            let name = format!("{}-copy-{}", NAMES[node], self.number());
            let copy = self.folder.path().join(name);
            crate::world::copy_folder(&self.parties[node].path, &copy);
            self.parties[node].copy = Some(copy);
        }
    }

    /// A home that goes back to an old copy has lost what nobody else holds; it signs nothing until it was recovered.
    fn restore(&mut self, node: usize) {
        let Some(copy) = self.parties[node].copy.take().filter(|_| self.parties[node].is_up()) else {
            return;
        };
        let others: Vec<usize> =
            (0..self.plan.nodes).filter(|other| *other != node && self.parties[*other].is_up()).collect();
        let views = others.into_iter().map(|other| self.view(other)).collect::<Vec<_>>();
        self.ledger.forget(node, &views);
        // What was on its way is lost with the line: nobody may learn of it later.
        (0..self.plan.nodes).for_each(|peer| self.closed(peer, node));
        if self.lacks(Sabotage::OldCopySigns) {
            self.down(node, copy);
            self.parties[node].recovers = true;
            self.start(node);
            return self.act(node);
        }
        for entry in std::fs::read_dir(copy.join("accords")).unwrap() {
            let _ = std::fs::remove_file(entry.unwrap().path().join("signer.json"));
        }
        self.down(node, copy);
        self.parties[node].recovers = true;
        self.start(node);
    }

    /// Takes up our own log again from what all peers hold.
    fn recover(&mut self, node: usize) {
        let peers: Vec<usize> = (0..self.plan.nodes).filter(|peer| *peer != node).collect();
        let is_near =
            |peer: &usize| self.cut(node, *peer).is_none() && self.parties[*peer].lines.contains_key(&node);
        let boot = self.parties[node].boot;
        let answers = peers.iter().all(|peer| is_near(peer) && self.parties[*peer].is_up());
        let again = self.now() + 1000;
        let by_hand = self.lacks(Sabotage::NobodyAsked);
        if !answers && !by_hand {
            return self.at(again, Event::Recover { node, boot });
        }
        let asked = peers.iter().filter(|_| !by_hand);
        let packets: Vec<Vec<u8>> = asked.map(|peer| self.packet(*peer, node, What::Everything).0).collect();
        let handle = self.parties[node].handle();
        let recovered = handle.act(self.record, move |accord, moment| {
            accord.recover(&packets, by_hand, moment.now, &mut moment.entropy)
        });
        let recovered = self.runtime.block_on(recovered);
        let words = recovered.as_ref().map_err(ToString::to_string).map(|done| (done.before, done.size));
        self.note(&format!("{} recovers: {words:?}", NAMES[node]));
        match recovered {
            Ok(_) => self.parties[node].recovers = false,
            Err(_) => self.at(again, Event::Recover { node, boot }),
        }
        self.changed(node);
        self.drain();
    }

    fn heal(&mut self) {
        self.note(&"healed");
        self.calm = true;
        self.cuts.clear();
        for node in 0..self.plan.nodes {
            self.parties[node].nature.skew.store(0, Ordering::Relaxed);
            if !self.parties[node].is_up() {
                self.start(node);
            }
        }
    }

    fn end(mut self, rest_ms: u64) -> Ended {
        let mut entries = 0;
        if self.wrong.is_none() {
            let views: Vec<_> = (0..self.plan.nodes).map(|node| self.view(node)).collect();
            entries = views[0].entries();
            self.note(&mark(views[0].digest.as_bytes()));
            if let Err(wrong) = self.ledger.end(&views) {
                self.fail(wrong);
            }
        }
        for party in &mut self.parties {
            if party.is_up() {
                party.kill(&self.runtime);
            }
        }
        let (hash, lines) = self.trace.end();
        Ended { hash, lines, wrong: self.wrong, rest_ms, exchanges: self.begun, entries }
    }
}

impl Party {
    fn drop_line(&mut self, peer: usize) {
        self.lines.remove(&peer);
        self.asking.remove(&peer);
        self.serving.remove(&peer);
        self.asked.retain(|(from, _), _| *from != peer);
        self.streams.retain(|(from, _)| *from != peer);
    }
}

fn fate(took: bool, stamp: u64) -> Fate {
    if took { Fate::Taken(stamp) } else { Fate::Refused }
}
