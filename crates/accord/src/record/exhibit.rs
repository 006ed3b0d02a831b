//! Exhibits: files that a party commits to, and opens to others one by one.
//!
//! The label `items` of a commitment is a list of salted commitments, one for each item; what describes an item
//! stands under a salt of its own and is kept by the author. So an item that was opened can be checked against what
//! was committed, and says nothing of the others but how many there are. The sealed files of the statement are its
//! fields first, then the parts of the items in their order.

use super::leaf::Leaf;
use super::sealed::is_class;
use crate::commitment::Opening;
use crate::fields::Fields;
use crate::jcs::Value;
use crate::limits::{ATTACHED_PART_BYTES_MAX, EXHIBIT_ITEMS_MAX, LEAF_SEALED_MAX, SEALED_CLASS_BYTES_MIN};
use crate::{Rejection, b64};

const PART: &str = "exhibit";

/// The label under which a commitment lists its items, and under which an opening shows them.
pub const ITEMS: &str = "items";

/// What describes one item: it is committed to, and shown to whom the item is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExhibitItem {
    /// Its place among the items, from 0.
    pub index: u64,
    /// What it is, as a code: log, file, image, pcap, statement, match-receipt.
    pub kind: String,
    /// The name of the file.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub size: u64,
    /// Which of the statement's sealed files is its first part.
    pub first: u64,
}

/// Some items of a commitment, with what shows that they are its items.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedItems {
    /// The field `items` of the commitment.
    pub list: Opening,
    /// What describes each item that is opened, ascending by index.
    pub items: Vec<Opening>,
}

impl ExhibitItem {
    /// The label under which it is committed to.
    pub fn label(index: u64) -> String {
        format!("item-{index}")
    }

    /// How many sealed files it takes.
    pub fn parts(&self) -> u64 {
        parts(self.size)
    }

    /// Which of the statement's sealed files are its parts.
    pub fn places(&self) -> std::ops::Range<usize> {
        let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        place(self.first)..place(self.first.saturating_add(self.parts()))
    }

    /// Its description under a salt.
    pub fn opening(&self, salt: [u8; 32]) -> Opening {
        let value = Value::object([
            ("first", Value::Integer(self.first)),
            ("index", Value::Integer(self.index)),
            ("kind", Value::text(self.kind.as_str())),
            ("media", Value::text(self.media.as_str())),
            ("name", Value::text(self.name.as_str())),
            ("sha256", Value::text(b64::encode(&self.sha256))),
            ("size", Value::Integer(self.size)),
        ]);
        Opening { salt, label: ExhibitItem::label(self.index), value }
    }

    /// Reads a description.
    ///
    /// # Errors
    /// [`Rejection::BadField`].
    pub fn read(opening: &Opening) -> Result<ExhibitItem, Rejection> {
        let mut fields = Fields::of(opening.value.clone(), PART)?;
        let item = ExhibitItem {
            first: fields.integer("first")?,
            index: fields.integer("index")?,
            kind: fields.text("kind")?,
            media: fields.text("media")?,
            name: fields.text("name")?,
            sha256: fields.bytes("sha256")?,
            size: fields.integer("size")?,
        };
        let fits = opening.label == ExhibitItem::label(item.index)
            && item.index < EXHIBIT_ITEMS_MAX as u64
            && item.first >= 1
            && item.size >= 1
            && item.first.saturating_add(item.parts()) <= LEAF_SEALED_MAX as u64;
        if !fits {
            return Err(fields.bad("item"));
        }
        fields.finish()?;
        Ok(item)
    }
}

/// How many sealed files so many bytes take.
pub fn parts(size: u64) -> u64 {
    size.div_ceil(ATTACHED_PART_BYTES_MAX as u64)
}

/// The size class that is public of an item: the sum of the classes of its sealed parts, in bytes.
pub fn size_class(size: u64) -> u64 {
    let part = ATTACHED_PART_BYTES_MAX as u64;
    let class = |bytes: u64| (bytes + 4).max(SEALED_CLASS_BYTES_MIN as u64).next_power_of_two();
    let (full, rest) = (size / part, size % part);
    full * class(part) + if rest == 0 { 0 } else { class(rest) }
}

/// The value of the label `items` of a commitment: what each item is committed to by.
pub fn listed(items: &[Opening], record: &[u8; 32], author: &crate::PartyId) -> Value {
    let commitment = |item: &Opening| Value::text(b64::encode(&item.commitment(record, author)));
    Value::Array(items.iter().map(commitment).collect())
}

impl OpenedItems {
    /// The value of the label `items` of an opening: `{"list":[salt,label,value],"opened":[[salt,label,value]…]}`.
    pub fn to_value(&self) -> Value {
        Value::object([
            ("list", self.list.to_value()),
            ("opened", Value::Array(self.items.iter().map(Opening::to_value).collect())),
        ])
    }

    /// Reads that value. Whether it belongs to a commitment is another question: see [`OpenedItems::check`].
    ///
    /// # Errors
    /// [`Rejection::BadField`].
    pub fn read(value: &Value) -> Result<OpenedItems, Rejection> {
        let mut fields = Fields::of(value.clone(), PART)?;
        let list = Opening::from_value(fields.take("list")?, PART)?;
        let items = fields.array("opened", EXHIBIT_ITEMS_MAX)?;
        let items = items.into_iter().map(|value| Opening::from_value(value, PART));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        fields.finish()?;
        Ok(OpenedItems { list, items })
    }

    /// The items, once it is certain that the commitment is to them.
    ///
    /// # Errors
    /// [`Rejection::SealedContradicts`] naming what does not open: `items`, or `item-N`; [`Rejection::BadField`] for
    /// descriptions out of form.
    pub fn check(&self, commit: &Leaf) -> Result<Vec<ExhibitItem>, Rejection> {
        let (record, author) = (&commit.said.accord, &commit.said.party);
        let contradicts = |label: &str| Rejection::SealedContradicts { label: label.to_owned() };
        let committed = commit.said.commits.get(ITEMS);
        if self.list.label != ITEMS || committed != Some(&self.list.commitment(record, author)) {
            return Err(contradicts(ITEMS));
        }
        let Value::Array(listed) = &self.list.value else { return Err(contradicts(ITEMS)) };
        let mut items: Vec<ExhibitItem> = Vec::new();
        for opening in &self.items {
            let item = ExhibitItem::read(opening)?;
            let due = usize::try_from(item.index).ok().and_then(|index| listed.get(index));
            let opens = Value::text(b64::encode(&opening.commitment(record, author)));
            let sealed = commit.said.sealed.get(item.places()).unwrap_or_default();
            let is_there =
                sealed.len() as u64 == item.parts() && sealed.iter().all(|part| is_class(part.size));
            let ascends = items.last().is_none_or(|last| last.index < item.index);
            if due != Some(&opens) || !is_there || !ascends {
                return Err(contradicts(&opening.label));
            }
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests;
