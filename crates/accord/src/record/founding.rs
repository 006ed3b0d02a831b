//! Founding an accord: from two offers without a word being chosen, or from a text written together.

use super::charter::{BARE_DOMAIN, Charter, Pq, Quorum};
use super::offer::Offer;
use super::party::Party;
use super::rules::Rules;
use crate::Rejection;

/// What founders write together before any log exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Titled {
    /// The domain that all names begin with; it need not resolve.
    pub domain: String,
    /// The title, not empty.
    pub title: String,
    /// Parties and observers, in any order; ids and keys all different.
    pub parties: Vec<Party>,
    /// How many must hold an entry; [`Quorum::default_for`] gives the default.
    pub quorum: Quorum,
    /// The rules.
    pub rules: Rules,
}

impl Charter {
    /// The charter of two parties that exchanged offers. Nothing in it is chosen, so both compute the same bytes.
    ///
    /// # Errors
    /// [`Rejection::SameParty`] for equal ids; [`Rejection::BadField`] for an offer of an observer;
    /// [`Rejection::BadKey`] if the two share a key.
    pub fn bare(one: &Offer, other: &Offer) -> Result<Charter, Rejection> {
        let parties = [one.party().clone(), other.party().clone()];
        if let [a, b] = &parties
            && a.id() == b.id()
        {
            return Err(Rejection::SameParty { party: a.id().to_string() });
        }
        let rules = Rules::bare(parties.iter().map(Party::id));
        let quorum = Quorum::default_for(parties.len(), Pq::Carried);
        Charter::from_parts(BARE_DOMAIN, "", parties.to_vec(), quorum, &rules)
    }

    /// The charter that its founders wrote together.
    ///
    /// # Errors
    /// [`Rejection::SameParty`] for an id that stands twice, [`Rejection::BadField`] for an empty title,
    /// otherwise those of [`Charter::decode`].
    pub fn titled(text: &Titled) -> Result<Charter, Rejection> {
        if text.title.is_empty() {
            return Err(Rejection::BadField { part: "charter", field: "title" });
        }
        let mut ids: Vec<_> = text.parties.iter().map(Party::id).collect();
        ids.sort_unstable();
        if let Some([twice, _]) = ids.array_windows().find(|[a, b]| a == b) {
            return Err(Rejection::SameParty { party: twice.to_string() });
        }
        Charter::from_parts(&text.domain, &text.title, text.parties.clone(), text.quorum, &text.rules)
    }
}
