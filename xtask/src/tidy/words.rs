//! The words that never stand on a screen or in the manual, from the table that the product itself uses.
//!
//! SECURITY.md and the decisions speak about threats and are left out. A line of the manual may show such a
//! word in quotes, to say that it is not used.

use super::Finding;
use super::tree::{Tree, line_at};

const TABLE: &str = "crates/accord/src/words.rs";

/// What is shown to people comes from these.
const SCREENS: [&str; 3] = ["crates/detente", "crates/store", "crates/accord"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(table) = tree.file(TABLE) else {
        return vec![Finding { rule: "words", path: TABLE.into(), line: 0, detail: "is not there".into() }];
    };
    let forbidden = forbidden(&table.text);
    let mut findings = Vec::new();
    if forbidden.is_empty() {
        findings.push(Finding { rule: "words", path: TABLE.into(), line: 0, detail: "has no PAIRS".into() });
    }
    let mut add = |path: &str, line: usize, word: &str| {
        let detail = format!("{word:?} is a word we do not use");
        findings.push(Finding { rule: "words", path: path.to_owned(), line, detail });
    };
    for (file, scanned) in SCREENS.iter().flat_map(|folder| tree.product(folder)) {
        for (at, string) in scanned.strings.iter().filter(|_| file.path != TABLE) {
            // A word alone is a name on the wire; faces translate it, and a test of the program looks at those.
            let found =
                forbidden.iter().filter(|word| string.trim_matches('"') != *word && says(string, word));
            found.for_each(|word| add(&file.path, line_at(&file.text, *at), word));
        }
    }
    for file in tree.files().iter().filter(|file| is_manual(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            let found = forbidden.iter().filter(|word| says(&without_quoted(line), word));
            found.for_each(|word| add(&file.path, number + 1, word));
        }
    }
    findings
}

fn is_manual(path: &str) -> bool {
    let page = path == "README.md" || path.starts_with("docs/") && path.ends_with(".md");
    page && !path.starts_with("docs/decisions/") && !path.starts_with("docs/security")
}

/// What the rows of the table never say: the strings of the first list of each.
fn forbidden(text: &str) -> Vec<String> {
    let table = text.split("pub const PAIRS").nth(1).and_then(|rest| rest.split("\n];").next());
    let rows = table.unwrap_or_default().split("pair(").skip(1);
    let lists = rows.filter_map(|row| row.split_once("&[")?.1.split_once(']').map(|(list, _)| list));
    lists.flat_map(|list| list.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Whether the text says it as whole words, in any case.
fn says(text: &str, word: &str) -> bool {
    super::rust::find_word(&text.to_lowercase(), word).next().is_some()
}

/// The line without what stands in quotes or in code.
fn without_quoted(line: &str) -> String {
    let parts = line.split(['"', '`', '\u{201c}', '\u{201d}']);
    parts.step_by(2).collect::<Vec<&str>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::found;

    const TABLE: (&str, &str) = (
        super::TABLE,
        "/// Words.\npub const PAIRS: [Pair; 2] = [\n    pair(\"in common\", &[\"infected\"], &[\"clean\"]),\n    pair(\n        \"appears\",\n        &[\"attack from\", \"struck\"],\n        &[],\n    ),\n];\n",
    );

    fn check(path: &str, text: &str, due: usize) {
        assert_eq!(found(super::check, &[TABLE, (path, text)]).len(), due, "{text}");
    }

    #[test]
    fn refuses_the_words_on_screens_and_in_the_manual() {
        check("crates/detente/src/cli/open.rs", "fn a() { say(\"Infected hosts: 3\") }", 1);
        check("README.md", "It shows an attack from somewhere.\n", 1);
        check("docs/manual.md", "infected\n", 1);
    }

    #[test]
    fn comments_tests_quotes_and_threat_models_are_free() {
        check("crates/detente/src/cli/open.rs", "// infected\n", 0);
        check(
            "crates/detente/src/cli/open.rs",
            "#[cfg(test)]\nmod tests { const A: &str = \"infected\"; }",
            0,
        );
        check("crates/detente/src/cli/open.rs", "fn a() { say(\"disinfected\") }", 0);
        check("crates/accord/src/record.rs", "const KIND: &str = \"infected\";", 0);
        check("crates/accord/src/record.rs", "const KIND: &str = \"clean\";", 0);
        check("docs/manual.md", "we say \"in common\", not \"infected\" or `attack from`\n", 0);
        check("docs/decisions/1.md", "infected\n", 0);
        check("SECURITY.md", "infected\n", 0);
    }
}
