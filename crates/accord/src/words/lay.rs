//! Lines of a screen: text in columns, without colours, for a terminal of any width.

/// Narrowest screen that is laid out for.
const COLUMNS_MIN: usize = 60;

/// How wide a text stands.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text, filled with spaces.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A ruler.
pub(super) fn ruler(columns: usize) -> String {
    "-".repeat(columns.max(COLUMNS_MIN))
}

/// `left` and, at the right end, `right`; below each other where they don't fit side by side.
pub(super) fn ends(left: &str, right: &str, columns: usize) -> Vec<String> {
    let gap = columns.saturating_sub(width(left) + width(right));
    if gap < 2 {
        return vec![left.to_owned(), right.to_owned()];
    }
    vec![format!("{left}{}{right}", " ".repeat(gap))]
}

/// A label and parts behind it, with ` · ` between them; what doesn't fit goes on under itself, word by word if a
/// part alone is too long.
pub fn labelled(label: &str, at: usize, parts: &[String], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = padded(label, at.saturating_sub(1)) + " ";
    let mut is_fresh = true;
    for part in parts {
        let joint = if is_fresh { "" } else { " · " };
        if !is_fresh && width(&line) + width(joint) + width(part) > columns {
            lines.push(line);
            (line, is_fresh) = (" ".repeat(at), true);
        }
        let joint = if is_fresh { "" } else { " · " };
        line += joint;
        for (n, word) in part.split(' ').enumerate() {
            if n > 0 && width(&line) + 1 + width(word) > columns {
                lines.push(line);
                line = " ".repeat(at) + word;
            } else {
                line += if n > 0 { " " } else { "" };
                line += word;
            }
        }
        is_fresh = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Text of somebody else: in a ruled block headed by its author, so that it can't pose as our own words.
pub fn ruled(head: &str, text: &[String], columns: usize) -> Vec<String> {
    let wrapped = text.iter().flat_map(|line| labelled("  |", 4, std::slice::from_ref(line), columns));
    let inside = wrapped.map(|line| match line.strip_prefix("    ") {
        Some(rest) => format!("  | {rest}"),
        None => line,
    });
    std::iter::once(format!("  {head}:")).chain(inside).collect()
}

/// Two blocks side by side if they fit, else below each other.
pub(super) fn beside(left: &[String], right: &[String], columns: usize) -> Vec<String> {
    let widest = |lines: &[String]| lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let at = (widest(left) + 3).max(columns / 2);
    if at + widest(right) > columns {
        return left.iter().chain(right).cloned().collect();
    }
    let none = String::new();
    let line = |n: usize| {
        let (left, right) = (left.get(n).unwrap_or(&none), right.get(n).unwrap_or(&none));
        format!("{}{right}", padded(left, at)).trim_end().to_owned()
    };
    (0..left.len().max(right.len())).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_on_under_themselves() {
        let parts = ["one two".to_owned(), "three four five six".to_owned(), "seven".to_owned()];
        assert_eq!(
            labelled("LINE", 6, &parts, 20),
            ["LINE  one two", "      three four", "      five six", "      seven"]
        );
        assert_eq!(labelled("LINE", 6, &parts, 80), ["LINE  one two · three four five six · seven"]);
    }

    #[test]
    fn every_line_of_foreign_text_is_ruled() {
        let text = ["one two three".to_owned(), String::new(), "WE OWE (0)".to_owned()];
        assert_eq!(
            ruled("b wrote", &text, 13),
            ["  b wrote:", "  | one two", "  | three", "  |", "  | WE OWE", "  | (0)"]
        );
    }

    #[test]
    fn blocks_stand_beside_each_other_where_they_fit() {
        let (left, right) = (["a".to_owned(), "b".to_owned()], ["c".to_owned()]);
        assert_eq!(beside(&left, &right, 20), ["a         c", "b"]);
        assert_eq!(beside(&left, &["c".repeat(19)], 20), ["a", "b", "ccccccccccccccccccc"]);
    }
}
