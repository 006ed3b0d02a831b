//! The talks of an accord: what was promised, asked, answered and denied, as threads of statements, each with a
//! state that every party computes alike.
//!
//! A thread is a state machine whose steps stand in a table ([`Step`]), one file a machine. Whether an act is
//! allowed is judged by what its author had seen of the thread when it wrote: so acts that cross do not depend on
//! the order in which they arrive. No clock is read: what has lapsed by a time is asked with that time.

mod act;
mod around;
mod aside;
mod due;
mod event;
mod refusal;
mod step;

mod thread;
mod views;

pub mod claim;
pub mod comcheck;
pub mod compare;
pub mod contact;
pub mod delivery;
pub mod desk;
pub mod disclosure;
pub mod exercise;
pub mod exhibit;
pub mod inquiry;
pub mod notice;
pub mod observer;
pub mod overview;
pub mod remark;
pub mod room;
pub mod stance;
pub mod suspension;
pub mod undertaking;
pub mod verification;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use detente_psi::Time;

pub use around::{Around, Now, Setting};
pub use due::{Course, Due, DueState, Owed, Span};
pub use event::{Event, Proof, When};
pub use refusal::Refusal;
pub use step::{Phase, Side, Sides, Step, step};
pub use thread::{Machine, Thread};

use crate::PartyId;
use crate::record::{Order, Position};
use room::Room;
use views::Views;

/// All threads of an accord.
#[derive(Clone, Default)]
pub struct Talks {
    threads: BTreeMap<Position, Thread>,
    /// To which thread, by its first entry, an entry belongs.
    thread_of: BTreeMap<Position, Position>,
    /// The drafting room; each exercise has one of its own.
    rooms: BTreeMap<Option<String>, Views<Room>>,
    /// What is read where nothing was said yet.
    empty: Room,
    /// Threads that are looked at from outside them, so that nobody looks through all.
    suspensions: Vec<Position>,
    exercises: Vec<Position>,
    holds: Vec<Position>,
    nominations: Vec<Position>,
    /// Who has proposed or agreed to a match.
    matched: BTreeSet<PartyId>,
    /// When the withdrawal of a party from the accord takes effect.
    left: BTreeMap<PartyId, Time>,
}

impl Talks {
    /// Takes the next entry in causal order, whose form, references and signatures were checked.
    ///
    /// # Errors
    /// Why it has no effect. Then it changed nothing.
    pub(crate) fn take(&mut self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        self.check(event, order, around)?;
        if self.is_of_room(event)? {
            let room = self.rooms.entry(event.exercise().map(str::to_owned));
            return room.or_insert_with(|| Views::starting_with(Room::default())).take(event, order, around);
        }
        if let Some(root) = self.root_of(event)? {
            self.take_in(&root, event, order, around)?;
            self.thread_of.insert(event.position.clone(), root);
        }
        if event.act.kind == "terms" && event.exercise().is_none() {
            self.matched.insert(event.by().clone());
        }
        if event.is("member", "withdraw") {
            self.leave(event, around);
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        root: &Position,
        event: &Event,
        order: &Order,
        around: &Around<'_>,
    ) -> Result<(), Refusal> {
        let suspended = match self.threads.get(root).and_then(Thread::opening) {
            Some(opening) if !self.suspensions.is_empty() => self.pauses_of(opening, event),
            _ => Vec::new(),
        };
        let around = Around { suspended: &suspended, ..*around };
        if let Some(thread) = self.threads.get_mut(root) {
            if thread.exercise() != event.exercise() {
                return Err(Refusal::ExerciseMixed);
            }
            return thread.take(event, order, &around);
        }
        let thread = Thread::open(event, &around)?;
        let index = match &thread {
            Thread::Suspension(_) => Some(&mut self.suspensions),
            Thread::Exercise(_) => Some(&mut self.exercises),
            Thread::Observer(_) => Some(&mut self.nominations),
            Thread::Notice(views) if views.whole().kind == "oversight-hold" => Some(&mut self.holds),
            _ => None,
        };
        index.into_iter().for_each(|index| index.push(root.clone()));
        self.threads.insert(root.clone(), thread);
        Ok(())
    }

    /// Whether no other entry is judged by the times of this one, outside its thread.
    pub(crate) fn is_apart(&self, root: &Position) -> bool {
        let looked_at = [&self.exercises, &self.holds, &self.nominations];
        self.suspensions.is_empty() && self.left.is_empty() && !looked_at.iter().any(|all| all.contains(root))
    }

    /// Whether somebody holds its own hand.
    pub(crate) fn has_holds(&self) -> bool {
        !self.holds.is_empty()
    }

    /// Whether an entry is of a drafting room.
    pub(crate) fn is_in_room(&self, position: &Position) -> bool {
        let mut rooms = self.rooms.values();
        rooms.any(|room| room.events().iter().any(|event| event.position == *position))
    }

    /// Computes a thread again, with other times of its entries. Nothing if not all of them count then; the talks are
    /// to be thrown away.
    pub(crate) fn retake(
        &mut self,
        root: &Position,
        order: &Order,
        times: impl Fn(&Position) -> (BTreeMap<PartyId, Time>, Option<Time>),
    ) -> Option<()> {
        let events: Vec<Arc<Event>> = self.threads.remove(root)?.events().to_vec();
        for event in events {
            let mut event = event.as_ref().clone();
            (event.received, event.witnessed) = times(&event.position);
            self.take_in(root, &event, order, &event.around(order)).ok()?;
        }
        Some(())
    }

    /// What holds in every thread, and outside them.
    fn check(&self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        if event.watches && !act::may_be_an_observers(event) {
            return Err(Refusal::NotPermitted);
        }
        self.check_exercise(event, order)?;
        if self.is_held(event) {
            return Err(Refusal::OnHold);
        }
        if event.is("observer", "nominate") {
            self.check_nomination(event, order, around)?;
        }
        Ok(())
    }

    /// An exercise that a statement names was announced to its author, and has not ended as far as it knows.
    fn check_exercise(&self, event: &Event, order: &Order) -> Result<(), Refusal> {
        let announced = |id: &str| self.known_exercises(event, order).any(|known| known == id);
        if event.is("exercise", "announce") && event.word("id").is_some_and(announced) {
            return Err(Refusal::Once);
        }
        match event.exercise() {
            None => Ok(()),
            Some(id) if announced(id) => Ok(()),
            Some(_) => Err(Refusal::NoSuchExercise),
        }
    }

    /// The ids of the exercises that were on as far as the author of an event had seen.
    fn known_exercises<'t>(&'t self, event: &'t Event, order: &'t Order) -> impl Iterator<Item = &'t str> {
        let had_seen = |earlier: &Event| order.had_seen(&event.position, &earlier.position);
        self.exercises.iter().filter_map(move |at| {
            let Some(Thread::Exercise(views)) = self.threads.get(at) else { return None };
            let ends = |earlier: &Event| earlier.act.name == "end" || earlier.act.kind == "withdrawal";
            let seen = || views.events().iter().filter(|earlier| had_seen(earlier));
            let is_on = seen().next().is_some() && !seen().any(|earlier| ends(earlier));
            is_on.then_some(views.whole().id.as_str())
        })
    }

    /// Whether its author holds its own hand: until its overseers have had their time it neither signs a text nor
    /// enters upon a first match.
    fn is_held(&self, event: &Event) -> bool {
        let first_match = || !self.matched.contains(event.by());
        let holdable = match (event.act.kind, event.act.name) {
            ("acceptance", "sign" | "provisional") => true,
            ("terms", "terms" | "consent") => first_match(),
            _ => false,
        };
        let holds = |at: &Position| match self.threads.get(at) {
            Some(thread @ Thread::Notice(views)) => {
                let notice = views.whole();
                notice.sides.opener == *event.by()
                    && thread.exercise() == event.exercise()
                    && notice.holds(event.latest())
            }
            _ => false,
        };
        holdable && self.holds.iter().any(holds)
    }

    /// There is place for one observer more, as far as its author had seen, and it was not nominated already.
    fn check_nomination(&self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        let had_seen = |earlier: &&Arc<Event>| order.had_seen(&event.position, &earlier.position);
        let ends = |earlier: &Arc<Event>| {
            // An objection may be taken back, and the observer stays.
            let is_root = |at: &Position| self.nominations.contains(at);
            matches!(earlier.act.name, "refuse" | "end")
                || (earlier.act.kind == "withdrawal" && earlier.first_target().is_some_and(|at| is_root(&at)))
        };
        let mut number = around.observers.len() as u64;
        for views in self.nominations.iter().filter_map(|at| self.observer(at)) {
            let mut seen = views.events().iter().filter(had_seen).peekable();
            let is_on = seen.peek().is_some() && !seen.skip(1).any(ends);
            let observer = views.whole();
            if !is_on || event.said() >= observer.until {
                continue;
            }
            if Some(observer.party.as_str()) == event.word("party") && observer.sides.opener == *event.by() {
                return Err(Refusal::Once);
            }
            number += 1;
        }
        if number < around.rules.observers.max { Ok(()) } else { Err(Refusal::NotPermitted) }
    }

    /// Observers that were nominated, in the order of their nominations.
    pub fn nominated(&self) -> impl Iterator<Item = &observer::Observer> {
        self.nominations.iter().filter_map(|at| self.observer(at)).map(Views::whole)
    }

    fn observer(&self, at: &Position) -> Option<&Views<observer::Observer>> {
        match self.threads.get(at) {
            Some(Thread::Observer(views))
                if views.opening().is_none_or(|opening| opening.exercise().is_none()) =>
            {
                Some(views)
            }
            _ => None,
        }
    }

    /// A party leaves when the last of the others has known it for the time of notice.
    fn leave(&mut self, event: &Event, around: &Around<'_>) {
        let others = around.parties.iter().filter(|party| *party != event.by());
        let known = others.map(|party| event.reached(party).time).max().unwrap_or(event.said());
        let effective = Time(known.0.saturating_add(around.rules.leave_notice.ms()));
        self.left.entry(event.by().clone()).or_insert(effective);
    }

    /// When the withdrawal of a party takes effect.
    pub fn left(&self, party: &PartyId) -> Option<Time> {
        self.left.get(party).copied()
    }

    /// Every thread by its first entry.
    pub fn threads(&self) -> &BTreeMap<Position, Thread> {
        &self.threads
    }

    /// The drafting room.
    pub fn room(&self) -> &Room {
        self.rooms.get(&None).map_or(&self.empty, Views::whole)
    }

    /// The drafting room of an exercise.
    pub fn room_of_exercise(&self, id: &str) -> Option<&Room> {
        self.rooms.get(&Some(id.to_owned())).map(Views::whole)
    }

    /// What counts in the drafting room, in causal order.
    pub fn room_events(&self) -> &[Arc<Event>] {
        self.rooms.get(&None).map_or(&[], Views::events)
    }

    /// Whether an event is one of the drafting room.
    fn is_of_room(&self, event: &Event) -> Result<bool, Refusal> {
        let of_target = || {
            let target = event.first_target()?;
            self.rooms.iter().find(|(_, room)| room.whole().subject(&target).is_some()).map(|(of, _)| of)
        };
        match (act::is_of_room(event), of_target()) {
            (Some(false), _) | (None, None) => Ok(false),
            (_, Some(of)) if of.as_deref() != event.exercise() => Err(Refusal::ExerciseMixed),
            _ => Ok(true),
        }
    }

    /// The thread that an entry belongs to, with its first entry.
    pub fn thread_of(&self, position: &Position) -> Option<(&Position, &Thread)> {
        self.threads.get_key_value(self.thread_of.get(position)?)
    }

    /// When the accord was terminated.
    pub fn ended(&self) -> Option<Time> {
        let ended = self.room().ended()?;
        self.room_events().iter().find(|event| event.position == *ended).map(|event| event.latest())
    }

    /// Parties that have given notice, and whose notice still runs at that time.
    pub(crate) fn leaving(&self, at: Time) -> impl Iterator<Item = &PartyId> {
        self.left.iter().filter(move |(_, left)| at < **left).map(|(party, _)| party)
    }

    /// When the response clocks between two parties stand still.
    pub fn pauses(&self, one: &PartyId, other: &PartyId) -> Vec<Span> {
        // What is played in an exercise stops no real clock.
        let suspensions = self.suspensions.iter().filter_map(|at| match self.threads.get(at) {
            Some(Thread::Suspension(views))
                if views.opening().is_none_or(|opening| opening.exercise().is_none()) =>
            {
                views.whole().span(one, other)
            }
            _ => None,
        });
        due::merged(suspensions.collect())
    }

    /// The same for the two sides of a thread; for one that is addressed to all, between its opener and whoever acts.
    fn pauses_of(&self, opening: &Event, event: &Event) -> Vec<Span> {
        let other = opening.to().unwrap_or_else(|| event.by().clone());
        self.pauses(opening.by(), &other)
    }

    /// All threads, one a line: the same on every node that holds the same set.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let threads = self.threads.iter().map(|(root, thread)| {
            let events: Vec<String> =
                thread.events().iter().map(|event| event.position.to_string()).collect();
            format!("thread {root} {} {}", events.join(","), thread.text())
        });
        let rooms = self.rooms.iter().map(|(of, room)| format!("room {of:?} {:?}", room.whole()));
        threads.chain(rooms).chain(self.left.iter().map(|(party, at)| format!("left {party} {}", at.0)))
    }

    /// The first entry of the thread that an event belongs to: its own place if it opens one; nothing for
    /// statements that belong to no thread.
    fn root_of(&self, event: &Event) -> Result<Option<Position>, Refusal> {
        if event.is("contact", "report") {
            return Ok(Some(self.reported(event).unwrap_or(&event.position).clone()));
        }
        if Thread::opens(event) {
            return Ok(Some(event.position.clone()));
        }
        if !act::is_follow_up(event) {
            return Ok(None);
        }
        let Some(target) = event.first_target() else { return Ok(None) };
        match self.thread_of.get(&target) {
            Some(root) => Ok(Some(root.clone())),
            // What corrects or withdraws an entry outside the talks is of no thread either.
            None if act::is_about_any(event) => Ok(None),
            None => Err(Refusal::TargetWithoutEffect),
        }
    }

    /// The thread of the contact that a report answers: the report that it cites.
    fn reported(&self, event: &Event) -> Option<&Position> {
        let (root, thread) = self.thread_of(&event.first_target()?)?;
        matches!(thread, Thread::Contact(_)).then_some(root)
    }
}
