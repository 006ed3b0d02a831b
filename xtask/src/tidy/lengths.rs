//! The longest files and functions, for information: length is a smell, not a limit (STYLE, rule 5).

use super::rust::{closing, find_word};
use super::tree::{Tree, line_at};

const SHOWN: usize = 10;

/// Prints both lists.
pub(super) fn print(tree: &Tree) {
    let files = tree.rust().map(|(file, _)| (file.text.lines().count(), file.path.clone()));
    show("longest files, in lines (information only)", files.collect());
    let functions = tree.rust().flat_map(|(file, scanned)| {
        let named = functions(&scanned.code).into_iter();
        named.map(|(lines, line, name)| (lines, format!("{}:{line} {name}", file.path)))
    });
    show("longest functions, in lines (information only)", functions.collect());
}

fn show(title: &str, mut entries: Vec<(usize, String)>) {
    entries.sort_by(|a, b| b.cmp(a));
    println!("{title}");
    for (lines, name) in entries.iter().take(SHOWN) {
        println!("  {lines:>5}  {name}");
    }
}

/// Length, first line and name of each function with a body.
fn functions(code: &str) -> Vec<(usize, usize, String)> {
    let length = |at: usize| {
        let rest = &code[at + "fn ".len()..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let body = at + code[at..].find(['{', ';'])?;
        if name.is_empty() || code[body..].starts_with(';') {
            return None;
        }
        let (first, last) = (line_at(code, at), line_at(code, closing(code, body)?));
        Some((last - first + 1, first, name))
    };
    find_word(code, "fn ").filter_map(length).collect()
}

#[cfg(test)]
mod tests {
    use super::functions;

    #[test]
    fn counts_from_signature_to_closing_brace() {
        let code = "trait T { fn a(); }\nfn b() {\n    if x {\n    }\n}\nlet f: fn (u8) = c;\n";
        assert_eq!(functions(code), [(4, 2, "b".to_owned())]);
    }
}
