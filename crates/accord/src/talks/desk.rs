//! What an officer sees at a glance: what we owe and what is owed to us by nearest deadline, what runs by itself,
//! what has not arrived, and what is wrong with the line. Computed from the record and a time; nothing is typed.

use std::collections::BTreeSet;

use detente_psi::Time;

use super::delivery::{Delivery, delivery, last_receipt};
use super::room::{Outcome, Silence, Standing, Subject, TextPhase};
use super::{Due, DueState, Now, Span, Thread};
use crate::PartyId;
use crate::limits::SIGNS_EVERY_MS;
use crate::record::{Charter, Cosigner, Held, Leaf, LogId, Number, Position, State, integer, text};
use crate::words::said;

/// The screen of a party.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The time it is for.
    pub now: Time,
    /// Where the accord stands.
    pub force: Force,
    /// What is wrong: stands on top.
    pub alarms: Vec<Alarm>,
    /// One for each other party.
    pub lines: Vec<Line>,
    /// What we owe, nearest deadline first.
    pub we_owe: Vec<Duty>,
    /// What is owed to us, nearest deadline first.
    pub they_owe: Vec<Duty>,
    /// Texts and norms under silence, nearest deadline first.
    pub silences: Vec<Pending>,
    /// Reservations that we may object to, nearest deadline first; a counter-proposal waits without one.
    pub reservations: Vec<Pending>,
    /// Exercises that were announced and not ended.
    pub exercises: Vec<Exercise>,
    /// What we said and a peer's node has not received, oldest first.
    pub undelivered: Vec<Undelivered>,
}

/// Where an accord stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Force {
    /// The revision of the text in force, if one took the place of the charter.
    pub rev: Option<u64>,
    /// Whether a text is in force.
    pub in_force: bool,
    /// Who signed the charter, and how many parties there are.
    pub signed: (usize, usize),
    /// Whether an adopted text ended it.
    pub ended: bool,
}

/// Something that time decides unless somebody speaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The entry.
    pub entry: Position,
    /// Its number.
    pub number: Option<Number>,
    /// What it is about: the number of a text, the codes of norms.
    pub about: String,
    /// Whose it is.
    pub by: PartyId,
    /// Until when somebody may speak.
    pub until: Option<Time>,
}

/// Something that is wrong and that no later line may hide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alarm {
    /// A log has two versions, or was stopped.
    TwoVersions {
        /// Which.
        log: LogId,
    },
    /// Our node has signed nothing for longer than the rules allow: its timer is dead.
    Timer {
        /// When it last did.
        last: Option<Time>,
    },
    /// The key of an office of ours has passed its end.
    KeyExpired {
        /// The office.
        office: String,
        /// Its end.
        at: Time,
    },
    /// A time in the record is ahead of our clock by more than the rules allow: one of the two is off.
    Clock {
        /// By how much, in milliseconds.
        by_ms: u64,
        /// Whose cosignature or statement it is.
        of: String,
    },
}

/// The line to one peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The peer.
    pub peer: PartyId,
    /// The last receipt of its node, by that node's clock.
    pub receipt: Option<Time>,
    /// The last time a person there signed something, by their account.
    pub person: Option<Time>,
    /// When the next check of the line is due.
    pub comcheck: Option<Time>,
    /// The suspension that is said, if one has not ended.
    pub suspended: Option<Span>,
}

/// Something that is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    /// The entry that opened the thread.
    pub thread: Position,
    /// Its number.
    pub number: Option<Number>,
    /// The code of its format.
    pub code: &'static str,
    /// Its type.
    pub kind: String,
    /// `routine`, `priority`, `immediate`, where it has one.
    pub precedence: Option<String>,
    /// The clock.
    pub due: Due,
    /// How it stands.
    pub state: DueState,
    /// When it ends.
    pub at: Option<Time>,
    /// What to know about it.
    pub notes: Vec<Note>,
    /// The exercise it belongs to.
    pub exercise: Option<String>,
}

/// What to know about a duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// Said that an answer follows.
    Holding {
        /// Since.
        since: Time,
    },
    /// More time was asked for, and granted or not.
    Extension {
        /// Whether it was granted.
        granted: bool,
    },
    /// The end of the accord cuts it short.
    Capped,
    /// Something in the thread was released by one person.
    Single,
}

/// An exercise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exercise {
    /// The entry that announced it.
    pub thread: Position,
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub phase: &'static str,
    /// Until when.
    pub until: Option<Time>,
}

/// A statement of ours that has not arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undelivered {
    /// The entry.
    pub entry: Position,
    /// Its number.
    pub number: Option<Number>,
    /// The code of its format.
    pub code: &'static str,
    /// To whom.
    pub to: PartyId,
    /// When it was logged here.
    pub said: Time,
    /// Whether a signature of theirs covers it: they know that it exists.
    pub known_to_exist: bool,
    /// Whether their node has been silent so long that it is tendered.
    pub tendered: bool,
    /// The last sign of their node.
    pub last_sign: Option<Time>,
}

impl Desk {
    /// The screen of `us` at a time.
    pub fn of(state: &State, held: &Held, charter: &Charter, us: &PartyId, time: Time) -> Desk {
        let now = Now { time, rules: state.rules(), talks: state.talks() };
        let seen = Seen { state, held, us, now };
        let mut duties: Vec<Duty> =
            state.talks().threads().iter().flat_map(|(root, thread)| seen.duties(root, thread)).collect();
        duties.sort_by_key(|duty| (duty.at.unwrap_or(Time(u64::MAX)), duty.thread.clone()));
        let (we_owe, others): (Vec<Duty>, Vec<Duty>) =
            duties.into_iter().partition(|duty| duty.due.by == *us);
        let peers = state.parties().into_iter().filter(|party| *party != us);
        Desk {
            now: time,
            force: Force::of(state, charter),
            alarms: seen.alarms(),
            lines: peers.map(|peer| seen.line(peer)).collect(),
            we_owe,
            they_owe: others.into_iter().filter(|duty| duty.due.to == *us).collect(),
            silences: seen.silences(),
            reservations: seen.reservations(),
            exercises: seen.exercises(),
            undelivered: seen.undelivered(),
        }
    }
}

impl Force {
    /// Where this accord stands.
    pub fn of(state: &State, charter: &Charter) -> Force {
        let room = state.talks().room();
        let in_force = room.texts().values().filter(|text| text.phase == TextPhase::InForce);
        Force {
            rev: in_force.map(|text| text.rev).max(),
            in_force: room.is_in_force(charter.is_bare()),
            signed: (room.signed().len(), state.parties().len()),
            ended: room.ended().is_some(),
        }
    }
}

struct Seen<'a> {
    state: &'a State,
    held: &'a Held,

    us: &'a PartyId,
    now: Now<'a>,
}

impl<'a> Seen<'a> {
    /// Every leaf of a party that can be read, with its place, in the order of its logs.
    fn leaves_of(&self, party: &'a PartyId) -> impl DoubleEndedIterator<Item = &'a Leaf> {
        let logs = self.held.logs.iter().filter(move |(log, _)| log.party == *party);
        logs.flat_map(|(_, entries)| entries.iter().filter_map(|entry| entry.leaf.as_deref()))
    }

    /// The nearest clock of each side of a thread, of those that run, stand still or have run out.
    fn duties(&self, root: &Position, thread: &Thread) -> Vec<Duty> {
        let mut nearest: Vec<(Due, DueState, Option<Time>)> = Vec::new();
        for due in thread.dues(&self.now) {
            let pauses = self.now.pauses(&due.by, &due.to);
            let state = due.state(self.now.time, &pauses);
            if !matches!(state, DueState::Running { .. } | DueState::Overdue { .. } | DueState::Paused { .. })
            {
                continue;
            }
            let at = due.at(&pauses);
            let rank = |at: Option<Time>| at.unwrap_or(Time(u64::MAX));
            match nearest.iter_mut().find(|(other, ..)| (&other.by, &other.to) == (&due.by, &due.to)) {
                Some(other) if rank(other.2) > rank(at) => *other = (due, state, at),
                Some(_) => {}
                None => nearest.push((due, state, at)),
            }
        }
        let duty = |(due, state, at): (Due, DueState, Option<Time>)| {
            let pauses = self.now.pauses(&due.by, &due.to);
            let opening = thread.opening();
            Duty {
                thread: root.clone(),
                number: self.state.number(root).cloned(),
                code: opening.map_or("–", |event| said::code(event.act.kind, event.act.name)),
                kind: opening.map_or_else(String::new, |event| event.act.kind.to_owned()),
                precedence: opening.and_then(|event| event.word("prec")).map(str::to_owned),
                notes: self.notes(thread, due.is_capped(&pauses)),
                exercise: thread.exercise().map(str::to_owned),
                due,
                state,
                at,
            }
        };
        nearest.into_iter().map(duty).collect()
    }

    fn notes(&self, thread: &Thread, capped: bool) -> Vec<Note> {
        let mut notes = Vec::new();
        let has = |kind: &str, act: &str| thread.events().iter().any(|event| event.is(kind, act));
        if let Thread::Inquiry(views) = thread {
            let is_holding = |event: &&std::sync::Arc<super::Event>| event.is("reply", "holding");
            let holding = thread.events().iter().find(is_holding);
            notes.extend(
                holding.map(|event| Note::Holding { since: event.reached(&views.whole().sides.opener).time }),
            );
            match (has("reply", "extend-ask"), has("inquiry", "extend-grant")) {
                (_, true) => notes.push(Note::Extension { granted: true }),
                (true, _) => notes.push(Note::Extension { granted: false }),
                _ => {}
            }
        }
        notes.extend(capped.then_some(Note::Capped));
        let single = thread.events().iter().any(|event| self.state.is_single(&event.position));
        notes.extend(single.then_some(Note::Single));
        notes
    }

    fn silences(&self) -> Vec<Pending> {
        let room = self.now.talks.room();
        let running = room.silences().values().filter(|one| one.outcome(self.now.time) == Outcome::Running);
        let row = |one: &Silence| Pending {
            entry: one.position.clone(),
            number: self.state.number(&one.position).cloned(),
            about: self.about(&one.on),
            by: one.chair.clone(),
            until: Some(one.until),
        };
        let mut rows: Vec<Pending> = running.map(row).collect();
        rows.sort_by_key(|row| (row.until, row.entry.clone()));
        rows
    }

    /// What a silence or a reservation is about, by the name that people know.
    fn about(&self, subject: &Subject) -> String {
        let room = self.now.talks.room();
        match subject {
            Subject::Text(at) => {
                room.texts().get(at).map_or_else(|| at.to_string(), |text| format!("text rev {}", text.rev))
            }
            Subject::Norm(at) => {
                room.norms().get(at).map_or_else(|| at.to_string(), |norm| format!("norm {}", norm.code))
            }
            _ => String::new(),
        }
    }

    /// Reservations of others on which we may still speak; observers may not.
    fn reservations(&self) -> Vec<Pending> {
        if !self.state.parties().contains(self.us) {
            return Vec::new();
        }
        let room = self.now.talks.room();
        let mut rows = Vec::new();
        for one in room.reservations().values().filter(|one| one.by != *self.us) {
            let pending: Vec<(&Position, Option<Time>)> = one
                .norms
                .keys()
                .filter_map(|norm| match one.standing(norm, self.us, &self.now) {
                    Standing::Pending { until } => Some((norm, until)),
                    _ => None,
                })
                .collect();
            let Some((_, until)) = pending.first() else { continue };
            let norms = pending.iter().map(|(norm, _)| self.about(&Subject::Norm((*norm).clone())));
            rows.push(Pending {
                entry: one.position.clone(),
                number: self.state.number(&one.position).cloned(),
                about: format!("{} on {}", one.kind.name(), norms.collect::<Vec<_>>().join(", ")),
                by: one.by.clone(),
                until: *until,
            });
        }
        rows.sort_by_key(|row| (row.until.unwrap_or(Time(u64::MAX)), row.entry.clone()));
        rows
    }

    fn line(&self, peer: &'a PartyId) -> Line {
        let person =
            self.leaves_of(peer).filter(|leaf| !leaf.sigs.is_empty()).map(|leaf| leaf.said.made).max();
        let every = self.now.rules.clocks.comcheck_every.ms();
        let between = |leaf: &&Leaf| {
            leaf.said.kind == "comcheck"
                && text(leaf, "act") == Some("send")
                && text(leaf, "to").is_some_and(|to| to == peer.as_str() || to == self.us.as_str())
        };
        let checks = self.leaves_of(peer).chain(self.leaves_of(self.us)).filter(between);
        let opened = || self.leaves_of(self.us).next().map(|leaf| leaf.place.time);
        let last = checks.map(|leaf| leaf.place.time).max().or_else(opened);
        let pauses = self.now.pauses(self.us, peer);
        Line {
            peer: peer.clone(),
            receipt: last_receipt(self.held, peer),
            person,
            comcheck: last.map(|last| Time(last.0.saturating_add(every))),
            suspended: pauses.into_iter().find(|span| span.until.is_none_or(|until| until > self.now.time)),
        }
    }

    fn exercises(&self) -> Vec<Exercise> {
        let announced = self.state.talks().threads().iter().filter_map(|(root, thread)| {
            let opening = thread.opening().filter(|event| event.is("exercise", "announce"))?;
            let id = opening.word("id").unwrap_or_default().to_owned();
            let until = opening.integer("until").map(Time);
            Some(Exercise { thread: root.clone(), id, phase: thread.phase(&self.now), until })
        });
        announced.filter(|exercise| matches!(exercise.phase, "announced" | "running")).collect()
    }

    fn undelivered(&self) -> Vec<Undelivered> {
        let parties: BTreeSet<PartyId> = self.state.parties().into_iter().cloned().collect();
        let events = self.state.talks().threads().values().flat_map(Thread::events);
        let mut found: Vec<Undelivered> = Vec::new();
        for event in events.filter(|event| event.by() == self.us) {
            let readers = match event.to() {
                Some(to) => vec![to],
                None => parties.iter().filter(|party| *party != self.us).cloned().collect(),
            };
            for to in readers {
                let stands = delivery(self.state, &event.position, &to, &self.now);
                let Some(stands) = stands.filter(|stands| !matches!(stands, Delivery::Delivered { .. }))
                else {
                    continue;
                };
                found.push(Undelivered {
                    entry: event.position.clone(),
                    number: self.state.number(&event.position).cloned(),
                    code: said::code(event.act.kind, event.act.name),
                    said: event.said(),
                    known_to_exist: stands == Delivery::Known,
                    tendered: matches!(stands, Delivery::Tendered { .. }),
                    last_sign: last_receipt(self.held, &to),
                    to,
                });
            }
        }
        found.sort_by_key(|one| (one.said, one.entry.clone()));
        found
    }

    fn alarms(&self) -> Vec<Alarm> {
        let forks = self.state.freezes().logs().map(|log| Alarm::TwoVersions { log: log.clone() });
        forks.chain(self.clock()).chain(self.timer()).chain(self.expired()).collect()
    }

    /// The time furthest ahead of ours, if it is too far.
    fn clock(&self) -> Option<Alarm> {
        let cosigned = self.held.notes.values().flat_map(|note| &note.cosigners);
        let cosigned = cosigned.map(|(who, seconds)| (seconds.saturating_mul(1000), cosigner_name(who)));
        let logged = self.held.logs.iter().filter_map(|(log, entries)| {
            let leaf = entries.last()?.leaf.as_deref()?;
            Some((leaf.place.time.0, log.party.to_string()))
        });
        let (at, of) = cosigned.chain(logged).max()?;
        let by_ms = at.saturating_sub(self.now.time.0);
        (by_ms > self.now.rules.skew.ms()).then_some(Alarm::Clock { by_ms, of })
    }

    fn timer(&self) -> Option<Alarm> {
        let last = self.leaves_of(self.us).map(|leaf| leaf.place.time).max();
        let silent = last.is_none_or(|last| self.now.time.0.saturating_sub(last.0) > SIGNS_EVERY_MS);
        silent.then_some(Alarm::Timer { last })
    }

    /// Offices of ours whose last nomination has an end that has passed.
    fn expired(&self) -> Vec<Alarm> {
        let ends = self
            .leaves_of(self.us)
            .filter(|leaf| leaf.said.kind == "officer" && text(leaf, "act") == Some("nominate"));
        let mut last: std::collections::BTreeMap<String, Option<u64>> = std::collections::BTreeMap::new();
        for leaf in ends {
            last.insert(text(leaf, "office").unwrap_or_default().to_owned(), integer(leaf, "until"));
        }
        let over = |(office, end): (String, Option<u64>)| {
            let at = Time(end?);
            (at <= self.now.time).then_some(Alarm::KeyExpired { office, at })
        };
        last.into_iter().filter_map(over).collect()
    }
}

fn cosigner_name(who: &Cosigner) -> String {
    match who {
        Cosigner::Mirror(party) | Cosigner::Observer(party) => party.to_string(),
        Cosigner::Witness(name) => name.clone(),
    }
}
