//! Lists of substrings and of regular expressions.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

/// One automaton for all substrings, without regard to case.
pub(super) fn parts(entries: &[String]) -> Result<AhoCorasick, (usize, String)> {
    if let Some(empty) = entries.iter().position(|entry| entry.is_empty()) {
        return Err((empty, "an empty text stands in every value".to_owned()));
    }
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true);
    builder.build(entries).map_err(|error| (entries.len().saturating_sub(1), error.to_string()))
}

/// PHP patterns: a delimiter, the pattern, the delimiter again and flags.
pub(super) fn regexes(entries: &[String]) -> Result<Vec<Regex>, (usize, String)> {
    let compiled = entries.iter().map(|entry| regex(entry.trim()));
    compiled.enumerate().map(|(at, regex)| regex.map_err(|detail| (at, detail))).collect()
}

fn regex(entry: &str) -> Result<Regex, String> {
    let delimiter = entry.chars().next().filter(|first| first.is_ascii_punctuation() && *first != '\\');
    let delimiter = delimiter.ok_or("no delimiter before the pattern")?;
    let rest = &entry[1..];
    let (pattern, flags) = rest.rsplit_once(delimiter).ok_or("no delimiter behind the pattern")?;
    let mut builder = RegexBuilder::new(pattern);
    for flag in flags.chars() {
        match flag {
            'i' => _ = builder.case_insensitive(true),
            'm' => _ = builder.multi_line(true),
            's' => _ = builder.dot_matches_new_line(true),
            'x' => _ = builder.ignore_whitespace(true),
            // All matches instead of one, and UTF-8: both are so here anyway.
            'g' | 'u' => {}
            other => return Err(format!("the flag {other} is not supported")),
        }
    }
    // The regex crate refuses look-around and back-references, which could take exponential time.
    builder.build().map_err(|_| "the pattern is not supported".to_owned())
}
