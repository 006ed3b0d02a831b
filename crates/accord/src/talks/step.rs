//! Steps of a machine as data: who may do what, where it stands, and where that leads.

use super::{Event, Refusal};
use crate::PartyId;

/// One row of a machine: from any of these phases, this act of this side leads there.
#[derive(Clone, Copy, Debug)]
pub struct Step<P: 'static> {
    /// Type and name of the act.
    pub act: (&'static str, &'static str),
    /// Whose act it is.
    pub by: Side,
    /// Where it has a place.
    pub from: &'static [P],
    /// Where it leads; nothing if the thread stays where it is.
    pub to: Option<P>,
}

/// Whose act it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Whoever opened the thread.
    Opener,
    /// To whom the opening entry is addressed; anybody else where that is everybody.
    Addressee,
    /// One of these two.
    Either,
    /// Anybody of the accord.
    Anybody,
}

/// The two sides of a thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sides {
    /// Who opened it.
    pub opener: PartyId,
    /// To whom; nobody in particular if it is addressed to all.
    pub addressee: Option<PartyId>,
}

impl Sides {
    /// Those of the entry that opens a thread.
    pub fn of(event: &Event) -> Sides {
        Sides { opener: event.by().clone(), addressee: event.to() }
    }

    /// Whether a party is on that side.
    pub fn is(&self, side: Side, party: &PartyId) -> bool {
        let is_opener = *party == self.opener;
        let is_addressee = self.addressee.as_ref().map_or(!is_opener, |to| to == party);
        match side {
            Side::Opener => is_opener,
            Side::Addressee => is_addressee,
            Side::Either => is_opener || is_addressee,
            Side::Anybody => true,
        }
    }
}

/// A phase of a machine.
pub trait Phase: Copy + PartialEq + 'static {
    /// Its word: the one in the domain's tables and on every screen.
    fn word(self) -> &'static str;
}

/// Where an act leads from a phase: to another, or nowhere else.
///
/// # Errors
/// [`Refusal::NotInThread`], [`Refusal::NotYours`], [`Refusal::Phase`], in this order.
pub fn step<P: Phase>(
    steps: &'static [Step<P>],
    phase: P,
    sides: &Sides,
    event: &Event,
) -> Result<Option<P>, Refusal> {
    let of_act = || steps.iter().filter(|step| event.is(step.act.0, step.act.1));
    if of_act().next().is_none() {
        return Err(Refusal::NotInThread);
    }
    let mut of_side = of_act().filter(|step| sides.is(step.by, event.by())).peekable();
    if of_side.peek().is_none() {
        return Err(Refusal::NotYours);
    }
    let found = of_side.find(|step| step.from.contains(&phase));
    found.map(|step| step.to).ok_or(Refusal::Phase { phase: phase.word() })
}
