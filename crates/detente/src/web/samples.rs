//! What tests of pages share: a place, a hostile text, and pages as they were looked at and found right.

use std::path::Path;

use detente_accord::Time;
use maud::Markup;

use super::layout::{Here, Place, Shell, page};
use super::look::refuse_inline;

/// 22 November 2026, 04:36:30.
pub(crate) const NOW: Time = Time(1_795_322_190_000);

/// What a peer may write into any field that it controls: markup, attributes, links, marks that can't be seen.
pub(crate) const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)> ' javascript:alert(1) \u{202e}gnp.exe\u{0}\u{200b} https://evil.example/";

pub(crate) fn place() -> Place {
    Place {
        path: "3f9c21aa".into(),
        title: "HAMBURG-1".into(),
        force: "rev 4, in force".into(),
        us: "cert-a".into(),
        checkpoint: Some((131, "ab".repeat(32))),
        exercises: Vec::new(),
        notices: Vec::new(),
    }
}

/// The page in its frame.
pub(crate) fn framed(title: &str, here: Here, body: &Markup) -> String {
    let shell = Shell {
        title: title.to_owned(),
        officer: Some("Desk 2".to_owned()),
        accord: Some(place()),
        here,
        now: NOW,
    };
    page(&shell, body).into_string()
}

/// Compares a page with the one that stands in `snapshots/`, a tag a line so that a change can be read.
/// `DETENTE_SNAPSHOTS=write` writes it anew: look at it before it is committed.
pub(crate) fn same_as_before(name: &str, page: &str) {
    refuse_inline(page);
    // Their names are hashes of what they say: they change with every rule of the style sheet.
    let plain = page.replace(super::assets::css_path(), "STYLE").replace(super::assets::js_path(), "SCRIPT");
    let lines = plain.replace("><", ">\n<") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/snapshots").join(format!("{name}.html"));
    if std::env::var("DETENTE_SNAPSHOTS").is_ok_and(|word| word == "write") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &lines).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = lines.lines().zip(before.lines()).find(|(now, before)| now != before);
    assert!(lines == before, "{name} is not as before: {differs:?}");
}

/// No field of a peer reached the page as anything but text: no tag but ours, no address, no mark that can't be seen.
pub(crate) fn refuse_hostile(page: &str) {
    for word in ["<img", "<a href=\"https:", "\u{202e}", "\u{200b}", "\u{0}"] {
        assert!(!page.contains(word), "{word:?}");
    }
    // Text has no `<`, values have no `"` and no `>`: so these are the tags.
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let names: String = tag.split('"').step_by(2).collect();
        assert!(!names.contains(" on") && !names.contains(" style="), "{tag:.120}");
        assert!(!tag.starts_with("script") || tag.starts_with("script src=\"/assets/"), "{tag:.120}");
        for (name, value) in tag.split(" ").filter_map(|part| part.split_once("=\"")) {
            let leads = matches!(name, "href" | "action" | "src");
            assert!(!leads || value.starts_with(['/', '#', '"']), "{tag:.120}");
        }
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}
