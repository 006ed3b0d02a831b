//! The drafting room.

mod cases;
mod clauses;
mod machines;
mod silence;
mod texts;

use std::collections::BTreeSet;

use detente_accord::PartyId;
use detente_accord::jcs::Value;
use detente_accord::record::{Position, Rules};
use detente_accord::talks::room::{Cell, CellState, Room};

use crate::world::{DAY, HOUR, Saying, Shape, World, id, saying};

/// A room with a charter in force, in which parties speak in short. Everybody receives everything at once, unless
/// it is [`Table::quiet`].
pub(crate) struct Table {
    pub(crate) world: World,
    names: Vec<&'static str>,
    quiet: bool,
}

impl Table {
    pub(crate) fn of(parties: &[&'static str]) -> Table {
        Table::with(parties, |_| ())
    }

    /// The same by these rules; all have signed the charter.
    pub(crate) fn with(parties: &[&'static str], rules: fn(&mut Rules)) -> Table {
        let mut table = Table::unsigned(parties, rules);
        for party in parties {
            let charter = Position::new(detente_accord::record::LogId::new(id(party), 0), 0);
            table.took(&saying(party, "acceptance", "sign").about(&[&charter]));
        }
        table
    }

    pub(crate) fn unsigned(parties: &[&'static str], rules: fn(&mut Rules)) -> Table {
        let world = World::found(&Shape::of(parties).rules(rules));
        Table { world, names: parties.to_vec(), quiet: false }
    }

    /// From now on nobody receives what is said.
    pub(crate) fn quiet(&mut self) {
        self.quiet = true;
    }

    pub(crate) fn days(&mut self, days: u64) {
        self.world.wait(days * DAY);
    }

    /// Says it; what becomes of it.
    pub(crate) fn says(&mut self, saying: &Saying) -> (Position, &'static str) {
        self.world.wait(HOUR / 60);
        let at = if self.quiet { self.world.post(saying) } else { self.world.send(saying) };
        let effect = self.world.effect(&at);
        (at, effect)
    }

    /// Says what takes effect.
    pub(crate) fn took(&mut self, saying: &Saying) -> Position {
        let (at, effect) = self.says(saying);
        assert_eq!(effect, "took", "{} {} {}", saying.party, saying.act.kind, saying.act.name);
        at
    }

    pub(crate) fn norm(&mut self, by: &'static str, code: &str) -> Position {
        self.took(&norm(by, code))
    }

    pub(crate) fn agree(&mut self, norm: &Position, parties: &[&'static str]) {
        for party in parties {
            self.took(&saying(party, "acceptance", "agree").about(&[norm]));
        }
    }

    pub(crate) fn all_agree(&mut self, norm: &Position) {
        self.agree(norm, &self.names.clone());
    }

    pub(crate) fn reserve(&mut self, by: &'static str, norm: &Position, effect: &str) -> Position {
        self.took(&reserve(by, norm, effect))
    }

    pub(crate) fn accept(&mut self, by: &'static str, what: &Position) -> Position {
        self.took(&saying(by, "acceptance", "accept").about(&[what]))
    }

    pub(crate) fn object(&mut self, by: &'static str, what: &Position, effect: &str) -> Position {
        self.took(&object(by, what, effect))
    }

    pub(crate) fn withdraw(&mut self, by: &'static str, what: &Position) -> Position {
        self.took(&withdraw(by, what, "withdraw"))
    }

    pub(crate) fn room<T>(&self, look: impl FnOnce(&Room) -> T) -> T {
        look(self.world.state().talks().room())
    }

    pub(crate) fn cell(&self, norm: &Position, one: &str, other: &str) -> Cell {
        let pair = BTreeSet::from([id(one), id(other)]);
        self.world.look(|state, now| {
            let cells = state.talks().room().table(&pair, self.world.charter.is_bare(), now);
            cells.into_iter().find(|cell| cell.norm == *norm).unwrap()
        })
    }

    /// Each pair and what its cell says: `ab modified by b`.
    pub(crate) fn cells(&self, norm: &Position) -> Vec<String> {
        let all: BTreeSet<PartyId> = self.names.iter().map(|name| id(name)).collect();
        self.world.look(|state, now| {
            let cells = state.talks().room().table(&all, self.world.charter.is_bare(), now);
            cells.iter().filter(|cell| cell.norm == *norm).map(short).collect()
        })
    }
}

fn short(cell: &Cell) -> String {
    let (one, other) = &cell.pair;
    let by: Vec<String> = cell.state.modifiers().iter().map(|modifier| modifier.by.to_string()).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(",")) };
    let why = match &cell.state {
        CellState::NotInForce(why) => format!(": {}", why.word()),
        _ => String::new(),
    };
    format!("{one}{other} {}{by}{why}", cell.state.name())
}

pub(crate) fn norm(by: &'static str, code: &str) -> Saying {
    saying(by, "norm", "propose").with("code", Value::text(code)).word("kind", "prohibition")
}

pub(crate) fn reserve(by: &'static str, norm: &Position, effect: &str) -> Saying {
    let said = saying(by, "reservation", "formulate").about(&[norm]);
    said.word("kind", "reservation").word("effect", effect).with("reciprocal", Value::Bool(true))
}

pub(crate) fn object(by: &'static str, what: &Position, effect: &str) -> Saying {
    saying(by, "objection", "raise").about(&[what]).word("ground", "vague").word("effect", effect)
}

pub(crate) fn withdraw(by: &'static str, what: &Position, act: &str) -> Saying {
    saying(by, "withdrawal", act).about(&[what]).to("*")
}
