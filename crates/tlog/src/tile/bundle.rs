//! Entry bundles: `u16be length ‖ bytes` for each entry, up to 256 of them.

use crate::limits::{ENTRY_BYTES_MAX, TILE_WIDTH};
use crate::rejection::{Fault, Form, Rejection};

/// The entries of one bundle, in order. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBundle<'a> {
    entries: Vec<&'a [u8]>,
}

impl<'a> EntryBundle<'a> {
    /// Takes entries to be written.
    ///
    /// # Errors
    /// [`Fault::BadLength`] for none or more than 256; [`Fault::TooLarge`] for an entry over
    /// [`ENTRY_BYTES_MAX`].
    pub fn new(entries: Vec<&'a [u8]>) -> Result<EntryBundle<'a>, Rejection> {
        if entries.is_empty() || entries.len() as u64 > TILE_WIDTH {
            return Err(refuse(Fault::BadLength, 0));
        }
        if entries.iter().any(|entry| entry.len() > ENTRY_BYTES_MAX) {
            return Err(refuse(Fault::TooLarge, 0));
        }
        Ok(EntryBundle { entries })
    }

    /// Reads the bundle of a path, which says how many entries are due.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] with [`Fault::Truncated`], [`Fault::TooLarge`], [`Fault::Trailing`], or
    /// [`Fault::BadLength`] for a width that no bundle has.
    pub fn parse(bytes: &'a [u8], width: usize) -> Result<EntryBundle<'a>, Rejection> {
        if width == 0 || width as u64 > TILE_WIDTH {
            return Err(refuse(Fault::BadLength, 0));
        }
        let mut entries = Vec::with_capacity(width);
        let mut rest = bytes;
        for _ in 0..width {
            let at = bytes.len() - rest.len();
            let (length, after) = rest.split_first_chunk().ok_or(refuse(Fault::Truncated, at))?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length > ENTRY_BYTES_MAX {
                return Err(refuse(Fault::TooLarge, at));
            }
            let (entry, after) = after.split_at_checked(length).ok_or(refuse(Fault::Truncated, at))?;
            entries.push(entry);
            rest = after;
        }
        if rest.is_empty() {
            Ok(EntryBundle { entries })
        } else {
            Err(refuse(Fault::Trailing, bytes.len() - rest.len()))
        }
    }

    /// The entries.
    pub fn entries(&self) -> &[&'a [u8]] {
        &self.entries
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in &self.entries {
            // At most 16 KiB each.
            bytes.extend((entry.len() as u16).to_be_bytes());
            bytes.extend(*entry);
        }
        bytes
    }
}

fn refuse(fault: Fault, offset: usize) -> Rejection {
    Rejection::Malformed { form: Form::EntryBundle, fault, offset }
}
