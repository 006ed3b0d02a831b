//! Finding the accord that a person means, and reading the names of its parts.

use clap::Args;
use detente_accord::PartyId;
use detente_accord::record::{LogId, Office, Position};
use detente_accord::words::grouped;
use detente_node::{Access, Accord, Sought};
use detente_store::Home;

use crate::exit::Failure;
use crate::tui::quoted;

/// Which accord, where a home has several.
#[derive(Args, Clone, Debug)]
pub(crate) struct AccordFlag {
    /// The accord: first digits of its id, its title, or the other side of a bare one
    #[arg(long, value_name = "ACCORD")]
    pub(crate) accord: Option<String>,
}

impl AccordFlag {
    /// Opens it.
    pub(crate) fn open<'h>(&self, home: &'h Home, access: Access) -> Result<Accord<'h>, Failure> {
        let sought = self.accord.as_deref().map_or(Sought::Only, Sought::Named);
        let found = detente_node::find(home, &sought)?;
        Ok(Accord::open(home, &found.path, access)?)
    }
}

/// A party id as typed.
pub(crate) fn party(text: &str) -> Result<PartyId, Failure> {
    PartyId::parse(text).ok_or_else(|| {
        Failure::usage(format!("{} is not the id of a party", quoted(text)))
            .hint("detente accord show lists them")
    })
}

/// The name of an office as typed.
pub(crate) fn office(text: &str) -> Result<Office, Failure> {
    Office::parse(text).ok_or_else(|| {
        Failure::usage(format!("{} is not the name of an office", quoted(text)))
            .hint("the desk, or a name that was given with: detente accord offer --office NAME=ROLES")
    })
}

/// `party/epoch`.
pub(crate) fn log(text: &str) -> Result<LogId, Failure> {
    let read = || {
        let (party, epoch) = text.split_once('/')?;
        Some(LogId::new(PartyId::parse(party)?, epoch.parse().ok()?))
    };
    read()
        .ok_or_else(|| Failure::usage(format!("{} is not a log", quoted(text))).hint("for example cert-b/0"))
}

/// `party/epoch/seq`.
pub(crate) fn entry(text: &str) -> Result<Position, Failure> {
    let read = || {
        let (place, seq) = text.rsplit_once('/')?;
        Some(Position::new(log(place).ok()?, seq.parse().ok()?))
    };
    read().ok_or_else(|| {
        Failure::usage(format!("{} is not an entry", quoted(text))).hint("for example cert-b/0/17")
    })
}

/// `1 entry`, `2 entries`.
pub(crate) fn entries(n: u64) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped(n)) }
}
