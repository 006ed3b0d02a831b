//! The asks we answered: claimed first, answered after, never answered twice.

use detente_accord::budget::Charge;
use detente_accord::exchange::RunSecrets;
use detente_accord::{Acceptance, PartyId, Proposal, Time};
use rusqlite::{OptionalExtension as _, Row, params};
use zeroize::Zeroizing;

use crate::home::one_row;
use crate::{Error, Home, StoredReceipt};

/// What is written before anything secret of the answer exists.
pub struct Claim<'a> {
    /// What the asker proposed.
    pub proposal: &'a Proposal,
    /// The ask file.
    pub ask: &'a [u8],
    /// BLAKE3-256 of the ask file.
    pub ask_hash: [u8; 32],
    /// When.
    pub at: Time,
}

/// The finished answer to a claimed ask.
pub struct Answered<'a> {
    /// What we accepted.
    pub acceptance: &'a Acceptance,
    /// Seed and salts.
    pub secrets: &'a RunSecrets,
    /// The run's public key.
    pub pk: [u8; 32],
    /// The answer file.
    pub file: &'a [u8],
    /// BLAKE3-256 of the answer file.
    pub file_hash: [u8; 32],
    /// When.
    pub at: Time,
}

/// An ask as our home knows it.
pub struct StoredAnswer {
    /// The run's terms id.
    pub terms_id: [u8; 32],
    /// Who asked.
    pub peer: PartyId,
    /// What the asker proposed.
    pub proposal: Proposal,
    /// The ask file.
    pub ask: Vec<u8>,
    /// BLAKE3-256 of the ask file.
    pub ask_hash: [u8; 32],
    /// Acceptance, seed and salts, answer file and its hash; `None`: the answer was never finished.
    pub answer: Option<(Acceptance, RunSecrets, Vec<u8>, [u8; 32])>,
    /// When the ask was claimed.
    pub claimed: Time,
    /// BLAKE3-256 of the result file, once it came.
    pub result_hash: Option<[u8; 32]>,
}

impl Home {
    /// Claims an ask, durably, before its answer is begun. `false` if its terms or its nonce were claimed
    /// before: two processes, or a restart, cannot both claim it.
    ///
    /// # Errors
    /// As of any write.
    pub fn claim(&mut self, claim: &Claim<'_>) -> Result<bool, Error> {
        let row = params![
            claim.proposal.terms_id(),
            claim.proposal.list().nonce,
            claim.proposal.terms().asker.as_str(),
            claim.at.0,
            claim.proposal.terms().n_ask.get(),
            claim.proposal.to_value().encode(),
            claim.ask,
            claim.ask_hash,
        ];
        let claimed = self.run(|db| {
            db.execute(
                "INSERT INTO answer
                     (terms_id, asker_nonce, peer, claimed_ms, charge_items, proposal, ask, ask_hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                row,
            )
        })?;
        Ok(claimed == 1)
    }

    /// Keeps a finished answer with its receipt. Only after this may the file leave.
    ///
    /// # Errors
    /// As of any write.
    pub fn put_answer(
        &mut self,
        terms_id: &[u8; 32],
        answered: &Answered<'_>,
        receipt: &StoredReceipt,
    ) -> Result<(), Error> {
        let secrets = answered.secrets.to_bytes();
        self.transact(|db| {
            let changed = db.execute(
                "UPDATE answer SET acceptance = ?2, secrets = ?3, pk = ?4, file = ?5, file_hash = ?6, answered_ms = ?7
                 WHERE terms_id = ?1 AND file IS NULL",
                params![
                    terms_id,
                    answered.acceptance.to_private_value().encode(),
                    secrets.as_slice(),
                    answered.pk,
                    answered.file,
                    answered.file_hash,
                    answered.at.0,
                ],
            )?;
            one_row(changed)?;
            receipt.insert(db)
        })
    }

    /// The ask with these terms that we claimed.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it no longer reads.
    pub fn answer(&self, terms_id: &[u8; 32]) -> Result<Option<StoredAnswer>, Error> {
        let row = self.run(|db| {
            db.query_row(&format!("{SELECT} WHERE terms_id = ?1"), [terms_id], AnswerRow::read).optional()
        })?;
        row.map(|row| row.into_answer().ok_or_else(|| self.damaged("an answer no longer reads"))).transpose()
    }

    /// Whether an ask with this nonce was claimed under other terms.
    ///
    /// # Errors
    /// As of any read.
    pub fn knows_asker_nonce(&self, nonce: &[u8; 32], but: &[u8; 32]) -> Result<bool, Error> {
        self.run(|db| {
            db.query_row(
                "SELECT EXISTS (SELECT 1 FROM answer WHERE asker_nonce = ?1 AND terms_id <> ?2)",
                [nonce, but],
                |row| row.get(0),
            )
        })
    }

    /// What the asks of a peer were charged: claimed ones that were never finished included, and live matches that
    /// began, or may begin still.
    ///
    /// # Errors
    /// As of any read.
    pub fn charges(&self, peer: &PartyId) -> Result<Vec<Charge>, Error> {
        self.run(|db| {
            db.prepare(
                "SELECT claimed_ms, charge_items FROM answer WHERE peer = ?1
                 UNION ALL
                 SELECT coalesce(begun_ms, made_ms), charge_items FROM live_run
                 WHERE peer = ?1 AND (begun_ms IS NOT NULL OR ended_ms IS NULL)",
            )?
            .query_map([peer.as_str()], |row| Ok(Charge { at: Time(row.get(0)?), items: row.get(1)? }))?
            .collect()
        })
    }

    /// Keeps the result of a run we answered, with its receipt.
    ///
    /// # Errors
    /// As of any write.
    pub fn close_answer(
        &mut self,
        terms_id: &[u8; 32],
        result: &[u8],
        result_hash: [u8; 32],
        at: Time,
        receipt: &StoredReceipt,
    ) -> Result<(), Error> {
        self.transact(|db| {
            let changed = db.execute(
                "UPDATE answer SET result = ?2, result_hash = ?3, closed_ms = ?4
                 WHERE terms_id = ?1 AND result IS NULL",
                params![terms_id, result, result_hash, at.0],
            )?;
            one_row(changed)?;
            receipt.insert(db)
        })
    }

    /// Keeps a signed file that contradicts one we hold; the same one twice is kept once.
    ///
    /// # Errors
    /// As of any write.
    pub fn keep_evidence(
        &mut self,
        peer: &PartyId,
        kind: &str,
        terms_id: &[u8; 32],
        file: &[u8],
        at: Time,
    ) -> Result<(), Error> {
        self.run(|db| {
            db.execute(
                "INSERT INTO evidence VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                params![at.0, peer.as_str(), kind, terms_id, file],
            )
        })?;
        Ok(())
    }
}

const SELECT: &str = "SELECT terms_id, peer, proposal, ask, ask_hash, acceptance, secrets, file, file_hash,
    claimed_ms, result_hash FROM answer";

struct AnswerRow {
    terms_id: [u8; 32],
    peer: String,
    proposal: Vec<u8>,
    ask: Vec<u8>,
    ask_hash: [u8; 32],
    acceptance: Option<Vec<u8>>,
    secrets: Option<Zeroizing<Vec<u8>>>,
    file: Option<Vec<u8>>,
    file_hash: Option<[u8; 32]>,
    claimed_ms: u64,
    result_hash: Option<[u8; 32]>,
}

impl AnswerRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<AnswerRow> {
        Ok(AnswerRow {
            terms_id: row.get(0)?,
            peer: row.get(1)?,
            proposal: row.get(2)?,
            ask: row.get(3)?,
            ask_hash: row.get(4)?,
            acceptance: row.get(5)?,
            secrets: row.get::<_, Option<Vec<u8>>>(6)?.map(Zeroizing::new),
            file: row.get(7)?,
            file_hash: row.get(8)?,
            claimed_ms: row.get(9)?,
            result_hash: row.get(10)?,
        })
    }

    /// `None` if anything in it no longer reads.
    fn into_answer(self) -> Option<StoredAnswer> {
        let answer = match (self.acceptance, self.secrets, self.file, self.file_hash) {
            (Some(acceptance), Some(secrets), Some(file), Some(hash)) => Some((
                Acceptance::read_stored(&acceptance).ok()?,
                RunSecrets::from_bytes(&secrets)?,
                file,
                hash,
            )),
            _ => None,
        };
        Some(StoredAnswer {
            terms_id: self.terms_id,
            peer: PartyId::parse(&self.peer)?,
            proposal: Proposal::read_stored(&self.proposal).ok()?,
            ask: self.ask,
            ask_hash: self.ask_hash,
            answer,
            claimed: Time(self.claimed_ms),
            result_hash: self.result_hash,
        })
    }
}
