//! The words that people read: one table for every face.
//!
//! "says", not "confirmed"; "no answer by", not "denied"; "in common", not "infected".

pub mod cells;
pub mod desk;
pub mod labels;
mod lay;
mod matching;
mod nature;
pub mod overview;
pub mod preview;
pub mod said;
pub mod talks;
pub mod time;

pub use lay::{labelled, ruled};
pub use matching::{
    LIMITS, NOT_ATTRIBUTION, grouped, learns, size_in_words, they_learn, they_learn_live, they_learned,
};
pub use nature::nature;

/// What stands on a screen, in a page or in an export, and what does not.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// What stands there.
    pub say: &'static str,
    /// Never, whatever is meant.
    pub never: &'static [&'static str],
    /// Not for this; the word has other uses.
    pub not_for_this: &'static [&'static str],
}

const fn pair(
    say: &'static str,
    never: &'static [&'static str],
    not_for_this: &'static [&'static str],
) -> Pair {
    Pair { say, never, not_for_this }
}

/// The handbook's table of words.
pub const PAIRS: [Pair; 22] = [
    pair("B says it did not", &["lied", "refuted", "confirmed innocent", "guilty"], &[]),
    pair("B denies (scope)", &["hacked"], &[]),
    pair("no answer by 14:00Z", &["ignored", "admitted"], &["refused"]),
    pair("adopted: nobody objected by 17:00Z", &["agreed by all", "agreed by everybody"], &[]),
    pair("invitation lapsed", &[], &["declined"]),
    pair("offer lapsed", &[], &["declined"]),
    pair("appears to originate from", &["attack from", "attack from country"], &[]),
    pair("asking party, asked party", &["victim", "attacker"], &[]),
    pair("in common, not in common", &["infected"], &["clean"]),
    pair("checked here at 04:36Z", &["green padlock", "trusted by"], &["verified", "trusted"]),
    pair("not delivered (their node has not answered since)", &[], &["sent"]),
    pair("sealed: fingerprint on record, content not shown", &["encrypted evidence"], &["secret"]),
    pair("same as a registered item", &["stolen"], &[]),
    pair("overdue by 3 h", &["in breach"], &[]),
    pair("content deleted, commitment kept", &[], &["erased", "missing"]),
    pair("two versions of B's log exist", &["cheated"], &[]),
    pair("what the threat model says", &["impenetrable", "unhackable"], &[]),
    pair("the name of the algorithm", &["military grade"], &[]),
    pair("what each side learns", &["zero knowledge"], &[]),
    pair("tamper-evident", &["tamper-proof"], &[]),
    pair("what is stored, and for how long", &["gdpr compliant"], &[]),
    pair("tendered: the content lies ready for them", &["dodged"], &[]),
];

/// Every word that never stands before a person, once.
pub fn forbidden() -> std::collections::BTreeSet<&'static str> {
    PAIRS.iter().flat_map(|pair| pair.never.iter().copied()).collect()
}
