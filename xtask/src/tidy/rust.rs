//! Rust text by what it is: code, comments, literals, tests. No parser: enough to keep the rules from
//! stumbling over a word in a comment.

/// A Rust file, taken apart. All texts have the length and the lines of the file.
pub(super) struct Scanned {
    /// Code alone; comments and the insides of literals are blanks.
    pub(super) code: String,
    /// As `code`, without what exists in tests only.
    pub(super) product: String,
    /// The string literals of the product, each with its offset.
    pub(super) strings: Vec<(usize, String)>,
    /// Names of modules in files of their own that exist in tests only.
    pub(super) test_modules: Vec<String>,
}

impl Scanned {
    /// The same file where it exists in tests only.
    pub(super) fn into_test(self) -> Scanned {
        let product = blank(&self.code);
        Scanned { product, strings: Vec::new(), ..self }
    }
}

/// Takes a file apart.
pub(super) fn scan(text: &str) -> Scanned {
    let (code, strings) = split(text);
    let (product, test_modules) = without_tests(&code);
    // What was blanked as a test has lost its quotes too.
    let strings = strings.into_iter().filter(|(at, _)| product.as_bytes().get(*at) == Some(&b'"')).collect();
    Scanned { code, product, strings, test_modules }
}

/// Where `word` stands in `text` with no identifier character on either side.
pub(super) fn find_word<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (&text[..*at], &text[at + word.len()..]);
        let starts = !word.starts_with(is_part) || !before.ends_with(is_part);
        let ends = !word.ends_with(is_part) || !after.starts_with(is_part);
        starts && ends
    })
}

/// The offset just past the bracket that closes the one at `open`.
pub(super) fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// Code with comments and literals blanked, and the string literals with the offsets of their quotes.
fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut strings) = (String::with_capacity(text.len()), Vec::new());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = &text[..at];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = string(rest, before) {
            let quote = rest.find('"').unwrap_or(0);
            strings.push((at + quote, rest[..length].to_owned()));
            length
        } else if let Some(length) = character(rest) {
            length
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            // Beyond ASCII only literals and comments matter; the length in bytes must stay.
            match length {
                1 => code.push_str(&rest[..1]),
                _ => code.extend(std::iter::repeat_n(' ', length)),
            }
            at += length;
            continue;
        };
        let literal = blank(&rest[..length]);
        match rest.find('"').filter(|quote| *quote < length && !rest.starts_with('/')) {
            Some(quote) => {
                code.push_str(&literal[..quote]);
                code.push('"');
                code.push_str(&literal[quote + 1..]);
            }
            None => code.push_str(&literal),
        }
        at += length;
    }
    (code, strings)
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of the string literal that begins here, prefix and hashes included.
fn string(rest: &str, before: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix);
        after.is_some_and(|after| after.trim_start_matches('#').starts_with('"'))
    })?;
    if !prefix.is_empty() && before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let after = &rest[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let raw = prefix.ends_with('r');
    if hashes > 0 && !raw {
        return None;
    }
    let body = prefix.len() + hashes + 1;
    let end = if raw {
        let close = format!("\"{}", "#".repeat(hashes));
        rest[body..].find(&close).map(|at| body + at + close.len())
    } else {
        escaped_end(&rest.as_bytes()[body..], b'"').map(|at| body + at)
    };
    Some(end.unwrap_or(rest.len()))
}

/// The length of a character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return escaped_end(inside.as_bytes(), b'\'').map(|at| at + 1);
    }
    let end = 1 + first.len_utf8();
    rest[end..].starts_with('\'').then_some(end + 1)
}

/// Just past the first `quote` that no backslash precedes.
fn escaped_end(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Blanks every item under `#[cfg(test)]`, and names the modules among them that stand in other files.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let (mut product, mut modules) = (code.to_owned(), Vec::new());
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let item = at + attribute.len();
        let Some(end) = code[item..].find(['{', ';']).map(|offset| item + offset) else { continue };
        let end = if code[end..].starts_with('{') {
            closing(code, end).unwrap_or(code.len())
        } else {
            let words: Vec<&str> = code[item..end].split_whitespace().collect();
            if let [.., "mod", name] = words.as_slice() {
                modules.push((*name).to_owned());
            }
            end + 1
        };
        product.replace_range(at..end, &blank(&code[at..end]));
    }
    (product, modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_from_comments_literals_and_tests() {
        let text = "fn a() -> &'static str { \"// no { comment\" } // {\n/* /* { */ { */ let c = '\"'; let r = r#\"a\"b\"#;\n\
                    #[cfg(test)]\nmod tests { fn b() { \"x\" } }\n#[cfg(test)]\nmod vectors;\nfn é() {}\n";
        let scanned = scan(text);
        assert_eq!(scanned.code.len(), text.len());
        assert_eq!(scanned.code.lines().count(), text.lines().count());
        assert!(!scanned.code.contains("comment"));
        assert!(scanned.code.contains("fn b()") && !scanned.product.contains("fn b()"));
        let strings: Vec<&str> = scanned.strings.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(strings, ["\"// no { comment\"", "r#\"a\"b\"#"]);
        assert_eq!(scanned.test_modules, ["vectors"]);
        assert_eq!(
            closing(&scanned.code, scanned.code.find('{').unwrap()),
            scanned.code.find("} ").map(|at| at + 1)
        );
    }

    #[test]
    fn words_end_where_identifiers_do() {
        assert_eq!(find_word("Items Item ItemX std::Item", "Item").collect::<Vec<_>>(), [6, 22]);
    }
}
