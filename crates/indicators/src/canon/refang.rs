//! Restoring defanged text, the only step that changes what was written to something that was meant.
//!
//! Inside one token only: `foo (.) bar` stays prose. `[.]` is restored anywhere in the token, words such as
//! `[dot]` and `(at)` only up to the path of a URL, where they are likelier to be themselves.

/// The text as it was before it was made harmless, or `None` if nothing shows that it was.
///
/// Restored: `hxxp` and its kin before `://`; `[.]` `(.)` `{.}` `[dot]` `(dot)` and a dot beside a single
/// square bracket; `[:]` `[://]` `[/]`; `[@]` `[at]` `(at)`; full-width dots before the path; blanks around
/// `://`. Text that still changes after eight rounds is left as it was.
pub fn refang(text: &str) -> Option<String> {
    if !may_be_defanged(text) {
        return None;
    }
    let mut current = once(text)?;
    // A restored dot can complete another pattern (`[[.].]`), and the result must be stable, because the
    // printed form of an item gives the same item again.
    for _ in 0..ROUNDS_MAX {
        match once(&current) {
            Some(next) => current = next,
            None => return Some(current),
        }
    }
    None
}

/// A cheap look for what a pattern begins with.
fn may_be_defanged(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3(b'[', b'(', b'{', bytes).is_some()
        || scheme_end(text).is_some()
        || memchr::memchr2(b' ', b']', bytes).is_some()
        || (!text.is_ascii() && text.contains(FULL_WIDTH_STOPS))
}

/// One round; `None` if it changes nothing.
fn once(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 4);
    let mut rest = text;
    let mut changed = false;
    if let Some((scheme, after)) = restored_scheme(text) {
        out.push_str(scheme);
        rest = after;
        changed = true;
    }
    let mut in_host = true;
    while let Some(character) = rest.chars().next() {
        if let Some((plain, length)) = pattern(rest, &out, in_host) {
            out.push_str(plain);
            rest = &rest[length..];
            changed = true;
            continue;
        }
        in_host = in_host && !ends_host(character, &out);
        out.push(character);
        rest = &rest[character.len_utf8()..];
    }
    changed.then_some(out)
}

/// The first `/`, `?` or `#` that is not part of `://`.
fn ends_host(character: char, before: &str) -> bool {
    match character {
        '/' => !before.ends_with(':') && !before.ends_with(":/"),
        '?' | '#' => true,
        _ => false,
    }
}

/// `hxxp`, `h**p`, `httx` … with or without `s`, before a colon: the scheme meant, and what follows it.
fn restored_scheme(text: &str) -> Option<(&'static str, &str)> {
    let end = scheme_end(text)?;
    let scheme = if end == 5 { "https" } else { "http" };
    Some((scheme, &text[end..]))
}

fn scheme_end(text: &str) -> Option<usize> {
    let word = text.get(..4)?;
    let is_defanged = DEFANGED_SCHEMES.iter().any(|defanged| word.eq_ignore_ascii_case(defanged));
    if !is_defanged {
        return None;
    }
    let end = if text[4..].starts_with(['s', 'S']) { 5 } else { 4 };
    let after = &text[end..];
    let after = &after[blanks(after)..];
    let colon = [":/", "[:]", "[://]", ":\\", "[:"].iter().any(|colon| after.starts_with(colon));
    colon.then_some(end)
}

/// The restored text for a pattern at the beginning of `rest`, and how many bytes it replaces.
fn pattern(rest: &str, before: &str, in_host: bool) -> Option<(&'static str, usize)> {
    match rest.as_bytes()[0] {
        b'[' => bracketed(rest, ']', in_host).or_else(|| loose_open(rest, before, in_host)),
        b'(' => bracketed(rest, ')', in_host),
        b'{' => bracketed(rest, '}', in_host),
        b'.' if in_host && rest.starts_with(".]") => loose_close(rest, before),
        b' ' if in_host && rest[blanks(rest)..].starts_with("://") && !before.contains(' ') => {
            Some(("", blanks(rest)))
        }
        b':' if in_host && rest.starts_with("://") => {
            let blanks = blanks(&rest[3..]);
            (blanks > 0).then_some(("://", 3 + blanks))
        }
        0x80.. if in_host && rest.starts_with(FULL_WIDTH_STOPS) => Some((".", 3)),
        _ => None,
    }
}

/// Bytes of the white space at the beginning, of which at most [`BLANKS_MAX`] characters count: this is asked
/// at every blank, and must not look at all that follow each time.
fn blanks(text: &str) -> usize {
    text.chars().take(BLANKS_MAX).take_while(|c| c.is_whitespace()).map(char::len_utf8).sum()
}

fn bracketed(rest: &str, close: char, in_host: bool) -> Option<(&'static str, usize)> {
    let end = rest.char_indices().take(INSIDE_CHARS_MAX).find(|&(_, c)| c == close)?.0;
    let inside = rest[1..end].trim();
    let square = close == ']';
    let plain = match inside {
        "." if square || close == ')' || in_host => ".",
        ":" if square => ":",
        "://" if square => "://",
        "/" if square => "/",
        "@" if square || in_host => "@",
        ". ." if in_host => ".",
        word if in_host && word.eq_ignore_ascii_case("dot") => ".",
        word if in_host && word.eq_ignore_ascii_case("at") => "@",
        _ => return None,
    };
    Some((plain, end + 1))
}

/// `example[.com`
fn loose_open(rest: &str, before: &str, in_host: bool) -> Option<(&'static str, usize)> {
    let after = rest.strip_prefix("[.")?;
    let fits = in_host && ends_in_word(before) && starts_with_word(after);
    fits.then_some((".", 2))
}

/// `example.]com`
fn loose_close(rest: &str, before: &str) -> Option<(&'static str, usize)> {
    let after = rest.strip_prefix(".]")?;
    (ends_in_word(before) && starts_with_word(after)).then_some((".", 2))
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(char::is_alphanumeric)
}

fn starts_with_word(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphanumeric)
}

/// What is written for `http`.
const DEFANGED_SCHEMES: [&str; 5] = ["hxxp", "h**p", "httx", "hxtp", "htxp"];

const FULL_WIDTH_STOPS: [char; 2] = ['\u{3002}', '\u{ff0e}'];

/// Longest text between brackets that is looked at, the brackets included.
const INSIDE_CHARS_MAX: usize = 8;

/// Rounds after which text is taken as not defanged but hostile.
const ROUNDS_MAX: usize = 8;

/// More blanks around `://` than anybody writes.
const BLANKS_MAX: usize = 8;
