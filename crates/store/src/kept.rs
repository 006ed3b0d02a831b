//! Standing lists, and what a peer that asks is given: nothing, an officer's decision, or an answer from one of them.

use detente_accord::{PartyId, Time};
use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use crate::{Error, Home};

/// A standing list without its items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptList {
    /// Its name.
    pub name: String,
    /// When it was kept.
    pub kept: Time,
    /// How many items it has.
    pub items: u64,
}

/// What happens when a peer proposes a live match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MatchPolicy {
    /// It runs with this standing list, within the budget.
    Allow(String),
    /// An officer decides; a standing list may be proposed to them.
    Ask(Option<String>),
    /// It is refused.
    Refuse,
}

impl MatchPolicy {
    /// Its name in flags, JSON and the home.
    pub fn name(&self) -> &'static str {
        match self {
            MatchPolicy::Allow(_) => "allow",
            MatchPolicy::Ask(_) => "ask",
            MatchPolicy::Refuse => "refuse",
        }
    }

    /// The standing list that it names.
    pub fn list(&self) -> Option<&str> {
        match self {
            MatchPolicy::Allow(list) => Some(list),
            MatchPolicy::Ask(list) => list.as_deref(),
            MatchPolicy::Refuse => None,
        }
    }

    /// The policy of this name; `None` if there is none, or it needs a list and has none.
    pub fn from_parts(name: &str, list: Option<String>) -> Option<MatchPolicy> {
        match name {
            "allow" => list.map(MatchPolicy::Allow),
            "ask" => Some(MatchPolicy::Ask(list)),
            "refuse" => Some(MatchPolicy::Refuse),
            _ => None,
        }
    }
}

impl Home {
    /// Keeps a standing list, in the caller's own form; one of the same name is replaced.
    ///
    /// # Errors
    /// As of any write.
    pub fn keep_list(&mut self, list: &KeptList, body: &[u8]) -> Result<(), Error> {
        self.run(|db| {
            db.execute(
                "INSERT OR REPLACE INTO kept_list VALUES (?1, ?2, ?3, ?4)",
                params![list.name, list.kept.0, list.items, body],
            )
        })?;
        self.erase_deleted();
        Ok(())
    }

    /// The standing lists, by name.
    ///
    /// # Errors
    /// As of any read.
    pub fn kept_lists(&self) -> Result<Vec<KeptList>, Error> {
        self.run(|db| {
            db.prepare("SELECT name, kept_ms, items FROM kept_list ORDER BY name")?
                .query_map([], |row| {
                    Ok(KeptList { name: row.get(0)?, kept: Time(row.get(1)?), items: row.get(2)? })
                })?
                .collect()
        })
    }

    /// The body of a standing list.
    ///
    /// # Errors
    /// As of any read.
    pub fn kept_list(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let body = self.run(|db| {
            db.query_row("SELECT body FROM kept_list WHERE name = ?1", [name], |row| row.get::<_, Vec<u8>>(0))
                .optional()
        })?;
        Ok(body.map(Zeroizing::new))
    }

    /// Forgets a standing list. Gives whether there was one.
    ///
    /// # Errors
    /// As of any write.
    pub fn remove_list(&mut self, name: &str) -> Result<bool, Error> {
        let removed = self.run(|db| db.execute("DELETE FROM kept_list WHERE name = ?1", [name]))?;
        self.erase_deleted();
        Ok(removed > 0)
    }

    /// What a peer that proposes a match is given; nothing was said: an officer decides.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it no longer reads.
    pub fn match_policy(&self, peer: &PartyId) -> Result<MatchPolicy, Error> {
        let row = self.run(|db| {
            db.query_row("SELECT policy, list FROM match_policy WHERE peer = ?1", [peer.as_str()], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })
            .optional()
        })?;
        match row {
            None => Ok(MatchPolicy::Ask(None)),
            Some((name, list)) => MatchPolicy::from_parts(&name, list)
                .ok_or_else(|| self.damaged("what a peer may match no longer reads")),
        }
    }

    /// Sets what a peer that proposes a match is given.
    ///
    /// # Errors
    /// As of any write.
    pub fn set_match_policy(&mut self, peer: &PartyId, policy: &MatchPolicy) -> Result<(), Error> {
        self.run(|db| {
            db.execute(
                "INSERT OR REPLACE INTO match_policy VALUES (?1, ?2, ?3)",
                params![peer.as_str(), policy.name(), policy.list()],
            )
        })?;
        Ok(())
    }
}
