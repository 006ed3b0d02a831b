//! Text that somebody else chose: apart from ours, with what can't be seen made visible. Nothing in it becomes a link.

use maud::{Markup, html};

use crate::tui::is_invisible;

/// The text, isolated from its surroundings; control and direction marks stand there as escapes.
pub(crate) fn foreign(text: &str) -> Markup {
    html! { bdi { @for part in parts(text) { (part) } } }
}

/// Runs of plain text, and of escapes.
fn parts(text: &str) -> Vec<Markup> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        if c != '\n' && c != '\t' && (c.is_control() || is_invisible(c)) {
            parts.push(html! { (plain) });
            plain.clear();
            parts.push(html! { span.mark { (c.escape_unicode()) } });
        } else {
            plain.push(c);
        }
    }
    parts.push(html! { (plain) });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_shown_and_markup_is_text() {
        assert_eq!(
            foreign("a\u{202e}b<script>").into_string(),
            "<bdi>a<span class=\"mark\">\\u{202e}</span>b&lt;script&gt;</bdi>"
        );
        assert_eq!(foreign("Süd — 北\n").into_string(), "<bdi>Süd — 北\n</bdi>");
    }
}
