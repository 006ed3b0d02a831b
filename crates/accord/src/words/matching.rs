//! The words for what a match shows and does not show.

use detente_psi::size::SizeClass;

use crate::{Form, Suite, Terms};

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
    match (&terms.suite, terms.form) {
        (_, Form::Both) => both_learn(terms),
        (Suite::Voprf, Form::Items) => asker_learns(terms, ""),
        (Suite::Vole(_), Form::Items) => asker_learns(terms, &slack(terms)),
    }
}

fn asker_learns(terms: &Terms, slack: &str) -> String {
    format!(
        "{asker} learns which of its own items {answerer} also holds, and the size class of {answerer}'s \
         list{slack}. {answerer} learns that {asker} asked, and that {asker} asks about {size}; not which are in \
         common, nor how many.",
        asker = terms.asker,
        answerer = terms.answerer,
        size = size_in_words(terms.n_ask),
    )
}

/// What an asker that breaks the protocol can test.
fn slack(terms: &Terms) -> String {
    let (asker, most) = (&terms.asker, grouped(terms.charge_items()));
    format!("; if {asker} does not keep to the protocol, it can test up to {most} items")
}

fn both_learn(terms: &Terms) -> String {
    format!(
        "{asker} and {answerer} each learn which of their own items the other also holds, and the size class of \
         the other's list; {asker} asks about {size}{slack}, and {answerer} 1.7 times its class in the same way. \
         Both lists are told in chunks by turns: whoever stops early knows at most one chunk more than the other.",
        asker = terms.asker,
        answerer = terms.answerer,
        size = size_in_words(terms.n_ask),
        slack = slack(terms),
    )
}

/// What the answerer learned, told to the asker after the match.
pub fn they_learned(terms: &Terms) -> String {
    if terms.form == Form::Both {
        return format!(
            "which of their own items are also on our list, that we asked, and that we hold {}",
            size_in_words(terms.n_ask)
        );
    }
    format!(
        "that we asked, and that we hold {}. Not which are in common, nor how many",
        size_in_words(terms.n_ask)
    )
}

/// What the other side learns of a list of ours of this class in a live match, told before it runs.
pub fn they_learn_live(them: &str, ours: SizeClass) -> String {
    format!(
        "which of its own items are also on our list, and that we hold {}. Nothing about the rest of our list, as \
         long as {them} keeps to what both signed; if it does not, it can test up to 1.7 times as many items",
        size_in_words(ours)
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
