//! Erasing content: a redaction says that it is to go, and every holder deletes it and says so.

use detente_accord::record::{Position, Rel};
use detente_accord::{Entropy, Time};

use crate::{Accord, Error, say};

impl Accord<'_> {
    /// Says that the content of these entries is to go, deletes it here, and says that it is gone here.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an entry that is not here; [`Error::NotAllowed`] for one that is not ours; those of
    /// the disk.
    pub fn redact(
        &mut self,
        entries: &[Position],
        ground: &str,
        now: Time,
        entropy: &mut Entropy,
    ) -> Result<Vec<Position>, Error> {
        if entries.iter().any(|position| position.log.party != *self.us.id()) {
            return Err(Error::NotAllowed("only its author redacts an entry"));
        }
        let refs =
            entries.iter().map(|position| self.reference(Rel::To, position)).collect::<Result<_, _>>()?;
        self.say_all(vec![say::redaction(refs, ground)], now, entropy)?;
        self.erase_redacted(now, entropy)
    }

    /// Deletes the content of every entry that was redacted and is still here, and says so: one entry for each
    /// redaction. May be repeated; what is gone is passed over.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn erase_redacted(&mut self, now: Time, entropy: &mut Entropy) -> Result<Vec<Position>, Error> {
        let due: Vec<(Position, Position)> = self
            .state
            .redactions()
            .iter()
            .filter(|(_, redaction)| !redaction.erased_by.contains(self.us.id()))
            .map(|(entry, redaction)| (entry.clone(), redaction.asked.clone()))
            .collect();
        let mut asked: Vec<Position> = Vec::new();
        for (entry, redaction) in &due {
            let sealed: Vec<[u8; 32]> = self
                .held
                .leaf(entry)
                .map(|leaf| leaf.said.sealed.iter().map(|item| item.sha256).collect())
                .unwrap_or_default();
            self.record.erase(entry.log.party.as_str(), entry.log.epoch, entry.seq, &sealed)?;
            if !asked.contains(redaction) {
                asked.push(redaction.clone());
            }
        }
        let drafts = asked
            .iter()
            .map(|redaction| Ok(say::erased(self.reference(Rel::To, redaction)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        if !drafts.is_empty() {
            match self.say_all(drafts, now, entropy) {
                // The redaction stands in a log that we ended: it is obeyed, and cannot be referred to.
                Err(Error::NoEffect { .. }) => {}
                said => drop(said?),
            }
        }
        Ok(due.into_iter().map(|(entry, _)| entry).collect())
    }
}
