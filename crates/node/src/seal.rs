//! Sealing what a statement says, and keeping it beside the log before its entry is there.

use detente_accord::commitment::Opening;
use detente_accord::jcs::Value;
use detente_accord::limits::ATTACHED_PART_BYTES_MAX;
use detente_accord::record::sealed::{
    Belongs, ItemKey, Sealed, WrappedFor, WrappedKey, seal_fields, seal_part,
};
use detente_accord::record::{Committed, Leaf, Sees};
use detente_accord::{Entropy, PartyId};
use detente_store::record::{Field, ItemKeyFor};

use crate::{Accord, Error};

/// A sealed file, with its key for each who may open it at once.
pub(crate) struct ForReaders {
    pub(crate) sealed: Sealed,
    pub(crate) keys: Vec<(PartyId, WrappedKey)>,
}

impl Accord<'_> {
    /// Seals the fields of a statement if they say anything to anybody; then its attachments, part by part, for
    /// nobody yet.
    pub(crate) fn seal(
        &self,
        committed: &Committed,
        readers: &[(PartyId, Sees)],
        entropy: &mut Entropy,
    ) -> Result<Vec<ForReaders>, Error> {
        let record = self.charter.record_id();
        let belongs = Belongs { record: &record, party: self.us.id(), nonce: committed.nonce() };
        let says = committed.openings().iter().any(|opening| opening.value != Value::Null);
        let is_read = readers.iter().any(|(_, sees)| sees.reads_content());
        let mut all = Vec::new();
        if says && (is_read || !committed.attachments().is_empty()) {
            let sealed = seal_fields(belongs, committed.openings(), entropy)?;
            let keys = self.wrap_for(readers, &sealed, entropy)?;
            all.push(ForReaders { sealed, keys });
        }
        for attachment in committed.attachments() {
            for part in attachment.bytes.chunks(ATTACHED_PART_BYTES_MAX) {
                all.push(ForReaders { sealed: seal_part(belongs, part, entropy)?, keys: Vec::new() });
            }
        }
        Ok(all)
    }

    /// The key of a sealed file for everybody who may read it at once. Whose time or whose offer comes later gets it
    /// then: see `out`.
    fn wrap_for(
        &self,
        readers: &[(PartyId, Sees)],
        sealed: &Sealed,
        entropy: &mut Entropy,
    ) -> Result<Vec<(PartyId, WrappedKey)>, Error> {
        let mut keys = Vec::new();
        for (reader, _) in readers.iter().filter(|(_, sees)| *sees == Sees::Content { after_d: 0 }) {
            let key = self.wrapped(&sealed.key, reader, &sealed.item.sha256, entropy)?;
            keys.extend(key.map(|key| (reader.clone(), key)));
        }
        Ok(keys)
    }

    /// A key of ours wrapped for a reader; nothing if its sealing key is not here.
    pub(crate) fn wrapped(
        &self,
        key: &ItemKey,
        reader: &PartyId,
        sha256: &[u8; 32],
        entropy: &mut Entropy,
    ) -> Result<Option<WrappedKey>, Error> {
        let Some(sealing) = self.offer_of(reader).and_then(|offer| offer.sealing()) else { return Ok(None) };
        let record = self.charter.record_id();
        let wrapped_for = WrappedFor { record: &record, author: self.us.id(), reader, sha256 };
        Ok(Some(WrappedKey::wrap(key, sealing, wrapped_for, entropy)?))
    }

    /// Keeps what an entry of ours says, and its sealed files with their keys.
    pub(crate) fn keep_content(
        &mut self,
        leaf: &Leaf,
        openings: &[Opening],
        sealed: &[ForReaders],
    ) -> Result<(), Error> {
        self.put_openings(leaf, openings)?;
        self.keep_sealed(sealed)
    }

    /// Keeps sealed files with their keys.
    pub(crate) fn keep_sealed(&mut self, sealed: &[ForReaders]) -> Result<(), Error> {
        for ForReaders { sealed, keys } in sealed {
            let sha256 = &sealed.item.sha256;
            self.record.put_sealed(&sealed.file)?;
            self.record.put_item_key(sha256, ItemKeyFor::Us, sealed.key.expose())?;
            for (reader, key) in keys {
                self.record.put_item_key(sha256, ItemKeyFor::Recipient(reader.as_str()), key.bytes())?;
            }
        }
        Ok(())
    }

    /// Keeps the fields of an entry.
    pub(crate) fn put_openings(&mut self, leaf: &Leaf, openings: &[Opening]) -> Result<(), Error> {
        let values: Vec<Vec<u8>> = openings.iter().map(|opening| opening.value.encode()).collect();
        let field = |(opening, value)| -> Field<'_> {
            let opening: &Opening = opening;
            let value: &Vec<u8> = value;
            Field {
                party: leaf.said.party.as_str(),
                epoch: leaf.place.epoch,
                seq: leaf.place.seq,
                label: &opening.label,
                salt: &opening.salt,
                value,
            }
        };
        let fields: Vec<Field<'_>> = openings.iter().zip(&values).map(field).collect();
        Ok(self.record.put_fields(&fields)?)
    }
}
