//! Warninglists in the form of MISP (FORMATS, section 4).

use crate::Item;

/// One list.
pub struct Warninglist {
    name: String,
}

impl Warninglist {
    /// The name it gives itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it hits this item.
    pub fn hits(&self, _item: Item<'_>) -> bool {
        false
    }
}
