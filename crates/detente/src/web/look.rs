//! Tests of what all pages have in common: colours that can be read, and nothing inline.

use std::collections::BTreeMap;

use super::assets::{CSS, JS};
use detente_accord::Time;

use super::layout::{Here, Place, Shell, page};

/// The colours of the style sheet: light, dark.
fn palettes() -> [BTreeMap<&'static str, [f64; 3]>; 2] {
    let roots: Vec<&str> = CSS.split(":root {").skip(1).take(2).collect();
    let read = |root: &'static str| {
        let block = root.split('}').next().unwrap();
        let colours = block.split(';').filter_map(|line| line.trim().split_once(": #"));
        colours.map(|(name, hex)| (name.trim(), rgb(hex))).collect()
    };
    [read(roots[0]), read(roots[1])]
}

fn rgb(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_lines_stand_out_from_the_paper_in_light_and_dark() {
    for palette in palettes() {
        assert_eq!(palette.len(), 9);
        for ground in ["--paper", "--raised"] {
            for text in ["--ink", "--muted", "--accent", "--ok", "--warn", "--stop"] {
                let got = contrast(palette[text], palette[ground]);
                assert!(got >= 4.5, "{text} on {ground}: {got:.2}");
            }
            let line = contrast(palette["--line"], palette[ground]);
            assert!(line >= 3.0, "--line on {ground}: {line:.2}");
        }
    }
    // The text of a button stands on the accent.
    assert!((contrast(rgb("ffffff"), rgb("000000")) - 21.0).abs() < 0.01);
}

#[test]
fn the_style_sheet_asks_nobody_for_anything_and_the_script_makes_no_markup() {
    for word in ["url(", "@import", "http:", "https:", "expression("] {
        assert!(!CSS.contains(word), "{word}");
    }
    for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:", "https:"]
    {
        assert!(!JS.contains(word), "{word}");
    }
    assert!(CSS.lines().count() < 340 && JS.lines().count() < 190);
}

/// What no page may have.
pub(super) fn refuse_inline(page: &str) {
    let lower = page.to_lowercase();
    for word in
        [" style=", "<style", "javascript:", " onclick=", " onload=", " onerror=", " onsubmit=", "<base"]
    {
        assert!(!lower.contains(word), "{word}");
    }
    for tag in lower.split("<script").skip(1) {
        assert!(tag.starts_with(" src=\"/assets/") && tag.contains("></script>"), "{tag:.80}");
    }
    assert_eq!(lower.matches("<h1").count(), 1);
    for form in lower.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        assert!(!form.starts_with(" method=\"post\"") || form.contains("name=\"form_mark\""), "{form:.80}");
    }
}

#[test]
fn the_frame_has_nothing_inline() {
    let place = Place {
        path: "3f9c21aa".into(),
        title: "HAM<BURG>-1\u{202e}".into(),
        force: "rev 4, in force".into(),
        us: "cert-a".into(),
        checkpoint: Some((17, "ab".repeat(32))),
        exercises: vec!["x1".into()],
        notices: Vec::new(),
    };
    let shell = Shell {
        title: "Desk".into(),
        officer: Some("Desk 2".into()),
        accord: Some(place),
        here: Here::Desk,
        now: Time(1_795_322_190_000),
    };
    let text = page(&shell, &maud::html! { p { "text" } }).into_string();
    refuse_inline(&text);
    assert!(text.contains("HAM&lt;BURG&gt;-1<span class=\"mark\">\\u{202e}</span>"));
    assert!(text.contains("<a href=\"/a/3f9c21aa/desk\" aria-current=\"page\">Desk</a>"));
    assert!(text.contains("data-events=\"/a/3f9c21aa/events\""));
    assert!(text.contains("2026-11-22 04:36:30 UTC"));
}
