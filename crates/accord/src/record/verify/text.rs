//! The verdict for people. Every string from a bundle is escaped: it may hold what would change how the rest looks.

use std::fmt::Write as _;

use super::verdict::{Judged, Outcome, Verdict};
use crate::Time;
use crate::jcs::Value;

impl Verdict {
    /// The verdict as text. The first line is the answer, and has the reason if it is not `verified`. `instant` puts
    /// a time into words.
    pub fn to_text(&self, instant: impl Fn(Time) -> String) -> String {
        let mut text = self.first_line();
        for judged in &self.claims {
            write_claim(&mut text, judged, &instant);
        }
        text
    }

    fn first_line(&self) -> String {
        let decisive = self.claims.iter().find(|judged| judged.outcome == self.outcome);
        match (self.outcome, decisive) {
            (Outcome::Verified, _) | (_, None) => format!("{}\n", self.outcome.words()),
            (outcome, Some(judged)) => format!("{}: {}\n", outcome.words(), judged.reason.name()),
        }
    }
}

fn write_claim(text: &mut String, judged: &Judged, instant: &impl Fn(Time) -> String) {
    // Writing to a string never fails.
    let _ = writeln!(text, "\n{}: {}", judged.claim, judged.outcome.words());
    if judged.outcome != Outcome::Verified {
        let _ = writeln!(text, "  {} ({})", judged.reason.sentence(), judged.reason.name());
    }
    for line in &judged.shown {
        let _ = writeln!(text, "  {line}");
    }
    if !judged.labels.is_empty() {
        let _ = writeln!(text, "  labels: {}", judged.labels.join(", "));
    }
    if judged.claim.starts_with("said ") || judged.claim.starts_with("acknowledged ") {
        let end = |seconds: Option<u64>| {
            seconds.map_or("not proved".to_owned(), |s| instant(Time(s.saturating_mul(1000))))
        };
        if !judged.labels.is_empty() {
            let _ = writeln!(text, "  not before: {}", end(judged.not_before));
            let _ = writeln!(text, "  not after: {}", end(judged.not_after));
        }
    }
    if !judged.not_proved.is_empty() {
        let _ = writeln!(text, "  not proved: {}", judged.not_proved.join(", "));
    }
}

/// A value as JSON, escaped for a terminal.
pub(super) fn value(value: &Value) -> String {
    escape(&String::from_utf8_lossy(&value.encode()))
}

/// A text with controls, direction marks and invisible characters as `\u{…}`.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Characters that a terminal does not show as themselves: controls, line and paragraph separators, marks of
/// direction, zero-width ones, tags, variation selectors, private use.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
            | 0xfff0..=0xfffb | 0xe000..=0xf8ff | 0xe0000..=0xe0fff | 0xf0000..=0x10ffff)
}

/// The digits of a hash.
pub(super) fn hex(hash: &[u8; 32]) -> String {
    crate::record::path::hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_hide_or_turn_text_is_escaped() {
        let hostile = "a\u{1b}[31m\u{202e}b\u{200b}\u{feff}\u{85}\n\u{e0041}ü א";
        assert_eq!(escape(hostile), "a\\u{1b}[31m\\u{202e}b\\u{200b}\\u{feff}\\u{85}\\u{a}\\u{e0041}ü א");
    }
}
