//! Peers: their cards, how their keys were compared, and the budget each has.

use detente_accord::limits::BUDGET_ITEMS_DEFAULT;
use detente_accord::{Card, PartyId, Time};
use rusqlite::{OptionalExtension as _, Row, params};

use crate::{Error, Home};

/// How people compared a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compared {
    /// Face to face.
    InPerson,
    /// By calling back on a known number.
    Call,
    /// Through somebody both sides trust.
    ThirdParty,
}

impl Compared {
    /// The name in flags, JSON and the home.
    pub fn name(self) -> &'static str {
        match self {
            Compared::InPerson => "in-person",
            Compared::Call => "call",
            Compared::ThirdParty => "third-party",
        }
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Compared> {
        [Compared::InPerson, Compared::Call, Compared::ThirdParty].into_iter().find(|way| way.name() == name)
    }

    /// In a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Compared::InPerson => "in person",
            Compared::Call => "by calling back",
            Compared::ThirdParty => "through a third party",
        }
    }
}

/// A peer as our home knows it.
pub struct Peer {
    /// Its card.
    pub card: Card,
    /// When the card first came.
    pub added: Time,
    /// How and when the key was compared; `None`: not compared.
    pub compared: Option<(Compared, Time)>,
    /// Items it may ask of us in 30 days.
    pub budget: u64,
}

impl Home {
    /// Keeps a peer; the caller has checked that its card may replace the one held.
    ///
    /// # Errors
    /// As of any write: [`Error::DiskFull`], [`Error::ReadOnly`] …
    pub fn put_peer(&mut self, peer: &Peer) -> Result<(), Error> {
        let (how, at) = peer.compared.map(|(how, at)| (how.name(), at.0)).unzip();
        let row = params![peer.card.id().as_str(), peer.card.bytes(), peer.added.0, how, at, peer.budget];
        self.run(|db| {
            db.execute(
                "INSERT INTO peer (id, card, added_ms, compared, compared_ms, budget_items)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET card = ?2, compared = ?4, compared_ms = ?5, budget_items = ?6",
                row,
            )
        })?;
        Ok(())
    }

    /// The peer with this id.
    ///
    /// # Errors
    /// [`Error::Damaged`] if its card no longer reads.
    pub fn peer(&self, id: &PartyId) -> Result<Option<Peer>, Error> {
        let row = self
            .run(|db| db.query_row(&format!("{SELECT} WHERE id = ?1"), [id.as_str()], read_row).optional())?;
        row.map(|row| self.read_peer(row)).transpose()
    }

    /// All peers, by id.
    ///
    /// # Errors
    /// As [`Home::peer`].
    pub fn peers(&self) -> Result<Vec<Peer>, Error> {
        let rows = self.run(|db| {
            db.prepare(&format!("{SELECT} ORDER BY id"))?
                .query_map([], read_row)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter().map(|row| self.read_peer(row)).collect()
    }

    /// Forgets a peer's card. What was said with it stays.
    ///
    /// # Errors
    /// As of any write.
    pub fn remove_peer(&mut self, id: &PartyId) -> Result<bool, Error> {
        self.transact(|db| {
            db.execute("DELETE FROM match_policy WHERE peer = ?1", [id.as_str()])?;
            Ok(db.execute("DELETE FROM peer WHERE id = ?1", [id.as_str()])? > 0)
        })
    }

    fn read_peer(&self, (card, added, compared, budget): PeerRow) -> Result<Peer, Error> {
        let damaged = |detail: String| Error::Damaged { path: self.path().to_owned(), detail };
        let card = Card::read(&card).map_err(|error| damaged(error.to_string()))?;
        let compared = match compared {
            (Some(how), Some(at)) => {
                let how =
                    Compared::from_name(&how).ok_or_else(|| damaged("unknown way of comparing".into()))?;
                Some((how, Time(at)))
            }
            _ => None,
        };
        Ok(Peer { card, added: Time(added), compared, budget: budget.unwrap_or(BUDGET_ITEMS_DEFAULT) })
    }
}

const SELECT: &str = "SELECT card, added_ms, compared, compared_ms, budget_items FROM peer";

type PeerRow = (Vec<u8>, u64, (Option<String>, Option<u64>), Option<u64>);

fn read_row(row: &Row<'_>) -> rusqlite::Result<PeerRow> {
    Ok((row.get(0)?, row.get(1)?, (row.get(2)?, row.get(3)?), row.get(4)?))
}
