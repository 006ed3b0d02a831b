//! Steps of a machine as data: who may do what, where it stands, and where that leads.

use super::{Around, Event, Refusal};
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
    /// An observer.
    Observer,
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

    /// The one party that it is addressed to.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`]: whoever is addressed is no party of the accord.
    pub fn one_party(&self, around: &Around<'_>) -> Result<&PartyId, Refusal> {
        let party = self.addressee.as_ref().filter(|to| around.parties.contains(*to));
        party.ok_or(Refusal::NotPermitted)
    }

    /// Whether the author of an act is on that side. Who watches is not part of everybody.
    pub fn is(&self, side: Side, event: &Event) -> bool {
        let party = event.by();
        let is_opener = *party == self.opener;
        let is_addressee = self.addressee.as_ref().map_or(!is_opener && !event.watches, |to| to == party);
        match side {
            Side::Opener => is_opener,
            Side::Addressee => is_addressee,
            Side::Either => is_opener || is_addressee,
            Side::Anybody => true,
            Side::Observer => event.watches,
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
    let mut of_side = of_act().filter(|step| sides.is(step.by, event)).peekable();
    if of_side.peek().is_none() {
        return Err(Refusal::NotYours);
    }
    let found = of_side.find(|step| step.from.contains(&phase));
    found.map(|step| step.to).ok_or(Refusal::Phase { phase: phase.word() })
}

/// One row of a machine.
pub(super) const fn row<P: Copy>(
    kind: &'static str,
    act: &'static str,
    by: Side,
    from: &'static [P],
    to: Option<P>,
) -> Step<P> {
    Step { act: (kind, act), by, from, to }
}

/// Declares the phases of a machine, each with its word; `ALL` holds them in table order.
macro_rules! phases {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        impl $name {
            /// Every one, in table order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
        }

        impl crate::talks::Phase for $name {
            fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }
    };
}

pub(super) use phases;
