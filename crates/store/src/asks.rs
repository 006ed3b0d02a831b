//! Our own asks: everything that opening the answer needs, kept before the ask leaves.

use detente_accord::exchange::RunSecrets;
use detente_accord::{Acceptance, PartyId, Proposal, Time};
use rusqlite::{OptionalExtension as _, Row, params};
use zeroize::Zeroizing;

use crate::home::one_row;
use crate::{Error, Home};

/// Where the items of a list stood: sources, and for each item its places. Items and places are as secret
/// as the list; both go when the answer is opened, save those of the common items.
pub struct Places(pub Vec<u8>);

/// One of our asks.
pub struct StoredAsk {
    /// The run's terms id.
    pub terms_id: [u8; 32],
    /// Whom we asked.
    pub peer: PartyId,
    /// What we proposed, with all openings.
    pub proposal: Proposal,
    /// Seed and salts.
    pub secrets: RunSecrets,
    /// The ask file.
    pub file: Vec<u8>,
    /// BLAKE3-256 of the ask file.
    pub file_hash: [u8; 32],
    /// The encoded items, one after the other; gone once opened.
    pub items: Option<Zeroizing<Vec<u8>>>,
    /// Their places; gone once opened.
    pub places: Option<Places>,
    /// What came of it.
    pub opened: Option<Opened>,
}

/// What opening an answer gave.
pub struct Opened {
    /// What the answerer accepted.
    pub acceptance: Acceptance,
    /// The run's public key.
    pub pk: [u8; 32],
    /// The answer file.
    pub answer: Vec<u8>,
    /// BLAKE3-256 of the answer file.
    pub answer_hash: [u8; 32],
    /// The result file.
    pub result: Vec<u8>,
    /// The common items with their places, in the caller's own form.
    pub common: Zeroizing<Vec<u8>>,
    /// When.
    pub at: Time,
}

impl Home {
    /// Keeps an ask. After this it is on disk.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_ask(&mut self, ask: &StoredAsk) -> Result<(), Error> {
        let terms = ask.proposal.terms();
        let secrets = ask.secrets.to_bytes();
        let row = params![
            ask.terms_id,
            ask.peer.as_str(),
            terms.made.0,
            terms.until.0,
            ask.proposal.to_private_value().encode(),
            secrets.as_slice(),
            ask.file,
            ask.file_hash,
            ask.items.as_ref().map(|items| items.as_slice()),
            ask.places.as_ref().map(|places| places.0.as_slice()),
        ];
        self.run(|db| {
            db.execute(
                "INSERT INTO ask (terms_id, peer, made_ms, until_ms, proposal, secrets, file, file_hash, items, places)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                row,
            )
        })?;
        Ok(())
    }

    /// Takes back an ask that never left.
    ///
    /// # Errors
    /// As of any write.
    pub fn remove_ask(&mut self, terms_id: &[u8; 32]) -> Result<(), Error> {
        self.run(|db| db.execute("DELETE FROM ask WHERE terms_id = ?1 AND opened_ms IS NULL", [terms_id]))?;
        self.erase_deleted();
        Ok(())
    }

    /// The ask with these terms.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it no longer reads.
    pub fn ask(&self, terms_id: &[u8; 32]) -> Result<Option<StoredAsk>, Error> {
        let row = self.run(|db| {
            db.query_row(&format!("{SELECT} WHERE terms_id = ?1"), [terms_id], AskRow::read).optional()
        })?;
        row.map(|row| row.into_ask().ok_or_else(|| self.damaged("an ask no longer reads"))).transpose()
    }

    /// Our asks to a peer, or to all, in the order they were made.
    ///
    /// # Errors
    /// As [`Home::ask`].
    pub fn asks(&self, peer: Option<&PartyId>) -> Result<Vec<StoredAsk>, Error> {
        let rows = self.run(|db| {
            db.prepare(&format!("{SELECT} WHERE ?1 IS NULL OR peer = ?1 ORDER BY made_ms, terms_id"))?
                .query_map([peer.map(PartyId::as_str)], AskRow::read)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.into_iter()
            .map(|row| row.into_ask().ok_or_else(|| self.damaged("an ask no longer reads")))
            .collect()
    }

    /// Whether the public key of a run was seen in another run, asked or answered.
    ///
    /// # Errors
    /// As of any read.
    pub fn knows_run_key(&self, pk: &[u8; 32], but: &[u8; 32]) -> Result<bool, Error> {
        self.run(|db| {
            db.query_row(
                "SELECT EXISTS (SELECT 1 FROM ask WHERE pk = ?1 AND terms_id <> ?2)
                     OR EXISTS (SELECT 1 FROM answer WHERE pk = ?1)",
                [pk, but],
                |row| row.get(0),
            )
        })
    }

    /// Keeps what opening gave, with its receipt, and lets go of the list: one transaction.
    ///
    /// # Errors
    /// As of any write.
    pub fn close_ask(
        &mut self,
        terms_id: &[u8; 32],
        opened: &Opened,
        receipt: &crate::StoredReceipt,
    ) -> Result<(), Error> {
        self.transact(|db| {
            let changed = db.execute(
                "UPDATE ask SET acceptance = ?2, answer = ?3, answer_hash = ?4, result = ?5, common = ?6,
                     opened_ms = ?7, pk = ?8, items = NULL, places = NULL
                 WHERE terms_id = ?1 AND opened_ms IS NULL",
                params![
                    terms_id,
                    opened.acceptance.to_private_value().encode(),
                    opened.answer,
                    opened.answer_hash,
                    opened.result,
                    opened.common.as_slice(),
                    opened.at.0,
                    opened.pk,
                ],
            )?;
            one_row(changed)?;
            receipt.insert(db)
        })?;
        self.erase_deleted();
        Ok(())
    }

    pub(crate) fn damaged(&self, detail: &str) -> Error {
        Error::Damaged { path: self.path().to_owned(), detail: detail.to_owned() }
    }
}

const SELECT: &str = "SELECT terms_id, peer, proposal, secrets, file, file_hash, items, places,
    acceptance, answer, answer_hash, result, common, opened_ms, pk FROM ask";

struct AskRow {
    terms_id: [u8; 32],
    peer: String,
    proposal: Vec<u8>,
    secrets: Zeroizing<Vec<u8>>,
    file: Vec<u8>,
    file_hash: [u8; 32],
    items: Option<Zeroizing<Vec<u8>>>,
    places: Option<Vec<u8>>,
    acceptance: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
    answer_hash: Option<[u8; 32]>,
    result: Option<Vec<u8>>,
    common: Option<Zeroizing<Vec<u8>>>,
    opened_ms: Option<u64>,
    pk: Option<[u8; 32]>,
}

impl AskRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<AskRow> {
        Ok(AskRow {
            terms_id: row.get(0)?,
            peer: row.get(1)?,
            proposal: row.get(2)?,
            secrets: Zeroizing::new(row.get(3)?),
            file: row.get(4)?,
            file_hash: row.get(5)?,
            items: row.get::<_, Option<Vec<u8>>>(6)?.map(Zeroizing::new),
            places: row.get(7)?,
            acceptance: row.get(8)?,
            answer: row.get(9)?,
            answer_hash: row.get(10)?,
            result: row.get(11)?,
            common: row.get::<_, Option<Vec<u8>>>(12)?.map(Zeroizing::new),
            opened_ms: row.get(13)?,
            pk: row.get(14)?,
        })
    }

    /// `None` if anything in it no longer reads.
    fn into_ask(self) -> Option<StoredAsk> {
        let proposal = Proposal::read_stored(&self.proposal).ok()?;
        let opened = match self.opened_ms {
            Some(at) => Some(Opened {
                acceptance: Acceptance::read_stored(&self.acceptance?).ok()?,
                pk: self.pk?,
                answer: self.answer?,
                answer_hash: self.answer_hash?,
                result: self.result?,
                common: self.common?,
                at: Time(at),
            }),
            None => None,
        };
        Some(StoredAsk {
            terms_id: self.terms_id,
            peer: PartyId::parse(&self.peer)?,
            proposal,
            secrets: RunSecrets::from_bytes(&self.secrets)?,
            file: self.file,
            file_hash: self.file_hash,
            items: self.items,
            places: self.places.map(Places),
            opened,
        })
    }
}
