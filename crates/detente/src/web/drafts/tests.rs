use detente_accord::talks::Owed;

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn waiting() -> Waiting {
    Waiting {
        name: "3f9c21aa".into(),
        kind: "denial".into(),
        act: "denial".into(),
        to: Some("cert-b".into()),
        signed_by: vec![Office::parse("desk").unwrap()],
        made: NOW,
    }
}

fn told() -> Preview {
    let starts = |is_us, at| Starts {
        by: "cert-b".into(),
        is_us,
        what: Owed::Acknowledgement,
        length_ms: 14_400_000,
        at,
    };
    Preview {
        readers: vec![("cert-b".into(), Reads::Content), ("audit".into(), Reads::Existence)],
        stays: vec!["3 files, until they are opened to somebody".into()],
        starts: vec![starts(false, None), starts(true, Some(NOW))],
        meets: vec![Owed::Answer],
    }
}

fn view(text: &str, told: Result<Preview, String>, may: May) -> View {
    View {
        place: place(),
        seen: Seen {
            waiting: waiting(),
            public: vec![("search made".into(), text.into())],
            values: vec![("text".into(), vec![text.into()])],
            told,
            takes_two: true,
            canonical: String::new(),
        },
        drafter: Some(text.into()),
        may,
        mark: "form-mark".into(),
        faults: vec![],
    }
}

fn shown(view: &View) -> String {
    framed("Draft", Here::Drafts, &super::page(view))
}

fn release(by_touch: bool) -> May {
    May::Release { offices: vec!["chief".into()], subject: "ab".repeat(32), by_touch }
}

#[test]
fn a_draft_says_who_reads_it_before_the_button_that_releases_it() {
    let page = shown(&view("yes", Ok(told()), release(true)));
    same_as_before("draft", &page);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("Will be readable by: ") < at("Release: say it"));
    assert!(page.contains("audit (existence, type and times only)"));
    assert!(page.contains("cert-b owes: ack within 4 h after their node receives it"));
    assert!(page.contains("data-passkey=\"get\" data-options=\"/touch\""));
    assert!(page.contains("detente release 3f9c21aa --as chief"));
}

#[test]
fn where_a_click_is_enough_no_passkey_is_asked_for() {
    let page = shown(&view("yes", Ok(told()), release(false)));
    assert!(
        !page.contains("data-passkey") && page.contains("<button type=\"submit\">Release: say it</button>")
    );
}

#[test]
fn whoever_drafted_it_does_not_release_it() {
    let page = shown(&view("yes", Ok(told()), May::Discard("Another officer releases it.")));
    assert!(!page.contains("Release: say it") && page.contains("Another officer releases it."));
    let reader = shown(&view("yes", Err("it came too late".into()), May::Read));
    assert!(!reader.contains("<form") && reader.contains("it came too late"));
}

#[test]
fn the_list_and_the_question_before_the_end() {
    let list = super::list(&List { place: place(), waiting: vec![waiting()] });
    same_as_before("drafts", &framed("Drafts", Here::Drafts, &list));
    let discard = framed("Discard", Here::Drafts, &discard_page(&place(), &waiting(), "form-mark"));
    assert!(discard.contains("was never said") && discard.contains("Keep it"));
    crate::web::look::refuse_inline(&discard);
}

#[test]
fn text_of_others_stays_text() {
    refuse_hostile(&shown(&view(HOSTILE, Err(HOSTILE.into()), release(true))));
}
