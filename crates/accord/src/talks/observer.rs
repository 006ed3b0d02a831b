//! Observers that the parties agree on later: nominated, accepted, with a scope that all of them widen and any of
//! them narrows.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::stance::{self, Stance};
use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Phase, Refusal, Side, Sides, Step};
use crate::PartyId;
use crate::record::{Accept, Scope};
use ObserverPhase::{Active, Ended, Nominated, Refused, Suspended};

phases! {
    /// Where an observer stands.
    ObserverPhase {
        /// Nominated; not everybody who has to has accepted it.
        Nominated = "nominated",
        /// Refused.
        Refused = "refused",
        /// It watches.
        Active = "active",
        /// It is shown nothing new.
        Suspended = "suspended",
        /// It has ended.
        Ended = "ended",
    }
}

const WATCHING: &[ObserverPhase] = &[Active, Suspended];
const STANDING: &[ObserverPhase] = &[Nominated, Active, Suspended];

/// The machine. Who has accepted decides whether it is active, and whose word its scope takes: see [`Observer`].
pub const STEPS: &[Step<ObserverPhase>] = &[
    row("observer", "accept", Side::Addressee, &[Nominated, Active], None),
    row("observer", "refuse", Side::Addressee, &[Nominated], Some(Refused)),
    row("observer", "scope", Side::Either, WATCHING, None),
    row("observer", "suspend", Side::Either, &[Active], Some(Suspended)),
    row("observer", "end", Side::Either, WATCHING, Some(Ended)),
    row("objection", "raise", Side::Addressee, STANDING, None),
    row("objection", "maintain", Side::Addressee, STANDING, None),
    row("withdrawal", "withdraw", Side::Opener, STANDING, Some(Ended)),
    row("withdrawal", "cancel", Side::Opener, STANDING, Some(Ended)),
];

/// What an observer reads, and after how many days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sight {
    /// What it reads.
    pub scope: Scope,
    /// How many days content waits before it is shown to it.
    pub delay_d: u64,
}

impl Sight {
    fn of(event: &Event) -> Sight {
        let scope = event.word("scope").and_then(Scope::parse).unwrap_or(Scope::ExistenceOnly);
        Sight { scope, delay_d: event.integer("delay_d").unwrap_or(0) }
    }

    /// Whether it shows nothing that the other does not show, and nothing sooner.
    fn is_within(self, other: Sight) -> bool {
        let rank = |scope: Scope| Scope::ALL.iter().position(|known| *known == scope);
        rank(self.scope) <= rank(other.scope) && self.delay_d >= other.delay_d
    }
}

/// An observer that was nominated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observer {
    /// Who nominated it, to all.
    pub sides: Sides,
    /// Where it stands.
    pub phase: ObserverPhase,
    /// The observer.
    pub party: PartyId,
    /// `national` or `joint`.
    pub sort: String,
    /// What it reads now.
    pub sight: Sight,
    /// Until when.
    pub until: Time,
    /// The hash of its offer.
    pub offer: Option<[u8; 32]>,
    /// Parties that have accepted it, the one that nominated it among them.
    pub accepted: BTreeSet<PartyId>,
    /// When it became active.
    pub since: Option<Time>,
    /// Objections.
    pub stances: Vec<Stance>,
    /// Whether it takes everybody's consent.
    by_all: bool,
    /// What each of them last said that it should read.
    wished: BTreeMap<PartyId, Sight>,
}

impl Observer {
    fn become_active(&mut self, event: &Event, around: &Around<'_>) {
        let all = !self.by_all || around.parties.is_subset(&self.accepted);
        if self.phase == Nominated && all {
            (self.phase, self.since) = (Active, Some(event.latest()));
        }
    }

    fn wish(&mut self, event: &Event) {
        let wish = Sight::of(event);
        self.wished.insert(event.by().clone(), wish);
        let all = self.accepted.iter().all(|party| self.wished.get(party) == Some(&wish));
        if wish.is_within(self.sight) || all {
            self.sight = wish;
        }
        if all && self.phase == Suspended {
            self.phase = Active;
        }
    }

    /// Whether it watches at a time: neither suspended, ended nor beyond its term.
    pub fn watches(&self, at: Time) -> bool {
        self.phase == Active && at < self.until
    }
}

impl Machine for Observer {
    fn open(event: &Event, around: &Around<'_>) -> Result<Observer, Refusal> {
        let party = event.word("party").and_then(PartyId::parse).ok_or(Refusal::NotPermitted)?;
        if around.parties.contains(&party) || around.observers.contains(&party) {
            return Err(Refusal::NotPermitted);
        }
        let until = Time(event.integer("until").unwrap_or(0));
        if until <= event.said() {
            return Err(Refusal::OutOfBounds { field: "until" });
        }
        let sort = event.word("sort").unwrap_or_default().to_owned();
        let mut observer = Observer {
            sides: Sides::of(event),
            phase: Nominated,
            party,
            by_all: around.rules.observers.accept == Accept::All || sort == "joint",
            sort,
            sight: Sight::of(event),
            until,
            offer: event.hash("offer"),
            accepted: BTreeSet::from([event.by().clone()]),
            since: None,
            stances: Vec::new(),
            wished: BTreeMap::new(),
        };
        observer.become_active(event, around);
        Ok(observer)
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        let accepted = self.accepted.contains(event.by());
        match (event.act.kind, event.act.name) {
            ("observer", "accept") if accepted => Err(Refusal::Once),
            // Who never accepted it shows it nothing, and has no say in what others show.
            ("observer", "scope" | "suspend" | "end") if !accepted => Err(Refusal::NotYours),
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, around: &Around<'_>) {
        match (event.act.kind, event.act.name) {
            ("observer", "accept") => {
                self.accepted.insert(event.by().clone());
                self.become_active(event, around);
            }
            ("observer", "scope") if WATCHING.contains(&self.phase) => self.wish(event),
            ("objection", _) => stance::take(&mut self.stances, event),
            ("withdrawal", _) => stance::take_back(&mut self.stances, event.first_target().as_ref()),
            _ => {}
        }
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, now: &Now<'_>) -> &'static str {
        let over = WATCHING.contains(&self.phase) && now.time >= self.until;
        if over { Ended.word() } else { self.phase.word() }
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        Vec::new()
    }
}
