//! The talks of an accord: what was promised, asked, answered and denied, as threads of statements, each with a
//! state that every party computes alike.
//!
//! A thread is a state machine whose steps stand in a table ([`Step`]), one file a machine. Whether an act is
//! allowed is judged by what its author had seen of the thread when it wrote: so acts that cross do not depend on
//! the order in which they arrive. No clock is read: what has lapsed by a time is asked with that time.

mod act;
mod around;
mod due;
mod event;
mod refusal;
mod step;

mod thread;
mod views;

pub mod desk;
pub mod inquiry;
pub mod overview;
pub mod room;
pub mod suspension;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use around::{Around, Now, Setting};
pub use due::{Due, DueState, Owed, Span};
pub use event::{Event, Proof, When};
pub use refusal::Refusal;
pub use step::{Phase, Side, Sides, Step, step};
pub use thread::{Machine, Thread};

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
}

impl Talks {
    /// Takes the next entry in causal order, whose form, references and signatures were checked.
    ///
    /// # Errors
    /// Why it has no effect. Then it changed nothing.
    pub(crate) fn take(&mut self, event: &Event, order: &Order, around: &Around<'_>) -> Result<(), Refusal> {
        if self.is_of_room(event)? {
            let room = self.rooms.entry(event.exercise().map(str::to_owned));
            return room.or_insert_with(|| Views::starting_with(Room::default())).take(event, order, around);
        }
        let Some(root) = self.root_of(event)? else { return Ok(()) };
        match self.threads.get_mut(&root) {
            Some(thread) => {
                if thread.exercise() != event.exercise() {
                    return Err(Refusal::ExerciseMixed);
                }
                thread.take(event, order, around)?;
            }
            None => {
                self.threads.insert(root.clone(), Thread::open(event, around)?);
            }
        }
        self.thread_of.insert(event.position.clone(), root);
        Ok(())
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

    /// When the response clocks between two parties stand still.
    pub fn pauses(&self, one: &crate::PartyId, other: &crate::PartyId) -> Vec<Span> {
        let suspensions = self.threads.values().filter_map(|thread| match thread {
            Thread::Suspension(views) => views.whole().span(one, other),
            _ => None,
        });
        due::merged(suspensions.collect())
    }

    /// The first entry of the thread that an event belongs to: its own place if it opens one; nothing for
    /// statements that belong to no thread.
    fn root_of(&self, event: &Event) -> Result<Option<Position>, Refusal> {
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
}
