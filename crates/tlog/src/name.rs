//! The name of a key. A log's key has the log's origin as its name, so origins are names as well.

use std::fmt;

use crate::limits::NAME_BYTES_MAX;
use crate::rejection::{Fault, Form, Rejection};

/// A name: 1 to 255 bytes of UTF-8 without Unicode space, control character or `+`. Names are compared byte by
/// byte; one that only looks the same is another name, and so an unknown one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KeyName(String);

impl KeyName {
    /// Takes a text.
    ///
    /// # Errors
    /// [`Fault::BadName`].
    pub fn parse(text: &str) -> Result<KeyName, Rejection> {
        if text.len() > NAME_BYTES_MAX || !is_name(text) {
            return Err(Rejection::Malformed { form: Form::KeyName, fault: Fault::BadName, offset: 0 });
        }
        Ok(KeyName(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// C2SP signed-note: not empty, no Unicode space, no plus. A control character cannot stand in a note.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}
