use detente_accord::record::Scope as Of;

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn view() -> View {
    let row = |label: &str, parts: &[&str]| {
        (label.to_owned(), parts.iter().map(|part| (*part).to_owned()).collect())
    };
    View {
        place: place(),
        now: NOW,
        rows: vec![
            row(
                "RECORD HAMBURG-1",
                &["2 logs, entries cert-a 1–131, cert-b 1–100, no gaps", "cosigned by 2 of 2 witnesses"],
            ),
            row("QUESTIONS ASKED", &["cert-a→cert-b 14 (answered 11, disagreement recorded 2, open 1)"]),
            row("OFF-RECORD CONTACTS", &["5: 3 reported by both", "reported by cert-a only (7 Jul)"]),
        ],
        observers: vec![Observer {
            id: "oversight-a".into(),
            named_by: "cert-a".into(),
            scope: Scope { of: Of::FullExceptSealed, delay_d: 365 },
        }],
        own: None,
        content: Some(Content { readable: 120, sealed: 9, deleted: 1, missing: 0 }),
        mark: Some("form-mark".into()),
        acts: vec![("Add a note", "/a/3f9c21aa/drafts".into())],
    }
}

#[test]
fn the_view_is_as_it_was_looked_at_and_says_what_it_cannot_see() {
    let text = framed("Observer’s view", Here::Observer, &page(&view()));
    same_as_before("observer", &text);
    for words in ["contacts nobody reported", "What it cannot see", "365 days after it was said", "No scores"]
    {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn an_observer_gets_no_form() {
    let own = Some(Scope { of: Of::Metadata, delay_d: 30 });
    let text = page(&View { mark: None, own, content: None, ..view() }).into_string();
    assert!(!text.contains("<form"));
    assert!(text.contains("type, act, references, sizes and times of every entry, and no content"));
    assert!(text.contains("too long to count"));
}

#[test]
fn what_a_peer_wrote_is_text_and_nothing_else() {
    let rows = vec![(format!("RECORD {HOSTILE}"), vec![HOSTILE.to_owned()])];
    refuse_hostile(&framed("Observer’s view", Here::Observer, &page(&View { rows, ..view() })));
}
