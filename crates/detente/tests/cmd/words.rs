//! The words that never stand on a screen.

use std::fs;
use std::path::Path;

use detente_accord::record::{Act, StatementType};
use detente_accord::words::talks::LEVELS;
use detente_accord::words::{PAIRS, forbidden};

/// String literals of a source file, and its documentation where help is made from it, lower case: what can
/// come to stand before a person.
fn texts(source: &str, is_help: bool) -> Vec<String> {
    // What tests say is for us.
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut texts = Vec::new();
    let mut code = String::new();
    for line in source.lines() {
        match line.trim_start().strip_prefix("///") {
            Some(text) if is_help => texts.push(text.to_lowercase()),
            Some(_) => {}
            None if line.trim_start().starts_with("//") => {}
            None => code += &format!("{line}\n"),
        }
    }
    let mut rest = code.as_str();
    while let Some(start) = rest.find('"') {
        // The character '"' opens nothing.
        if rest[..start].ends_with('\'') && rest[start + 1..].starts_with('\'') {
            rest = &rest[start + 2..];
            continue;
        }
        let mut end = start + 1;
        while end < rest.len() && !rest[end..].starts_with('"') {
            end += if rest[end..].starts_with('\\') { 2 } else { 1 };
            while end < rest.len() && !rest.is_char_boundary(end) {
                end += 1;
            }
        }
        let text = &rest[start + 1..end.min(rest.len())];
        // A backslash at the end of a line joins it with the next.
        texts.push(text.split("\\\n").map(str::trim_start).collect::<Vec<_>>().concat().to_lowercase());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    texts
}

fn holds_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + word.len()..].chars().next())
    })
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Names of types, acts and codes of the record, steps of responsibility: faces translate them.
fn is_on_the_wire(text: &str) -> bool {
    let types = StatementType::all().iter().any(|kind| kind.name == text);
    types || Act::all().iter().any(|act| act.name == text) || LEVELS.contains(&text)
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let source = "/// The Victim.\nfn f() { say('\"', \"a \\\"b\\\" is \\\n     infected\"); } // lied\n#[cfg(test)] \"guilty\"";
    let texts = texts(source, true);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(holds_word(&texts[0], "victim"));
    assert!(holds_word(&texts[1], "infected"));
    assert!(!holds_word("disinfected", "infected") && holds_word("is it infected?", "infected"));
}

#[test]
fn no_forbidden_word_stands_before_a_person() {
    let crates = fs::canonicalize(env!("CARGO_MANIFEST_DIR")).unwrap();
    let mut found = Vec::new();
    for name in ["detente", "node", "accord", "store", "indicators", "psi", "tlog"] {
        sources(&crates.join("..").join(name).join("src"), &mut found);
    }
    assert!(found.len() > 60, "{} sources", found.len());
    for (path, source) in found {
        // The table itself must name them.
        let source = match source.find("pub const PAIRS") {
            Some(start) => source[..start].to_owned() + source[start..].split_once("];").unwrap().1,
            None => source,
        };
        for text in texts(&source, path.contains("/src/cli/")) {
            if is_on_the_wire(&text) {
                continue;
            }
            for word in forbidden() {
                assert!(!holds_word(&text, word), "{path} says {word:?}: {text:?}");
            }
        }
    }
}

#[test]
fn the_table_says_no_word_that_it_forbids() {
    for pair in PAIRS {
        assert!(!pair.say.is_empty());
        for word in forbidden() {
            assert!(!holds_word(pair.say, word), "{:?} says {word:?}", pair.say);
        }
    }
}
