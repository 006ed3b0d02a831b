//! The words for what a match shows and does not show.

use detente_psi::size::SizeClass;

use crate::Terms;

/// The lesson of the demonstration, and of every match.
pub const NOT_ATTRIBUTION: &str =
    "a match is not attribution: it says that two lists name the same thing, not who did what";

/// What no software can do about a match.
pub const LIMITS: &str = "a party can ask about guesses; a match tells the other side only what the terms \
say, and it shows nothing about who did what";

/// `between 32 769 and 40 960 items`.
pub fn size_in_words(class: SizeClass) -> String {
    match class.lower_bound() {
        0 => format!("at most {} items", grouped(class.get())),
        low => format!("between {} and {} items", grouped(low), grouped(class.get())),
    }
}

/// A number in groups of three digits.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// What each side learns under these terms; the sentence that both sign.
pub fn learns(terms: &Terms) -> String {
    format!(
        "{asker} learns which of its own items {answerer} also holds, and the size class of {answerer}'s \
         list. {answerer} learns that {asker} asked, and that {asker} asks about {size}; not which are in \
         common, nor how many.",
        asker = terms.asker,
        answerer = terms.answerer,
        size = size_in_words(terms.n_ask),
    )
}

/// What the answerer learned, told to the asker after the match.
pub fn they_learned(terms: &Terms) -> String {
    format!(
        "that we asked, and that we hold {}. Not which are in common, nor how many",
        size_in_words(terms.n_ask)
    )
}

/// What the asker learns, told to the answerer.
pub fn they_learn(asker: &str, ours: SizeClass) -> String {
    format!(
        "which of its own items are also on our list, and that we hold {}. Nothing about the rest of our \
         list, as long as the elliptic-curve problem it rests on stays hard and {asker} stays within what it \
         asked",
        size_in_words(ours)
    )
}
