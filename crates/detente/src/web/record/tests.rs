use detente_accord::record::verify::{Judged, Reason};

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn entry(position: &str, by: &str, says: &str, code: &str) -> Entry {
    Entry {
        position: position.into(),
        number: None,
        by: by.into(),
        says: says.into(),
        code: code.into(),
        no_effect: None,
        single: false,
        exercise: None,
        claimed: Some(NOW),
        proved: (None, Some(NOW)),
        held_by: vec!["cert-b".into()],
        acknowledged_by: Vec::new(),
        content: Body::None,
        ours: by == "cert-a",
        concurrent_with: Vec::new(),
        thread: None,
        is_open: false,
    }
}

fn denial() -> Entry {
    let quote = ("what it answers, word for word".into(), vec!["Don't hack into the emails".into()]);
    Entry {
        number: Some("cert-b>cert-a 2026/006".into()),
        proved: (Some(Time(NOW.0 - 3_600_000)), Some(NOW)),
        acknowledged_by: vec!["cert-a".into()],
        content: Body::Readable(vec![quote]),
        thread: Some("/a/3f9c21aa/thread/cert-a/0/9".into()),
        ..entry("cert-b/0/14", "cert-b", "denies", "RPL")
    }
}

fn view() -> View {
    let column = |log: &str, entries| Column { log: log.into(), entries };
    let late = Entry {
        no_effect: Some("the offer has lapsed (lapsed)".into()),
        single: true,
        content: Body::Sealed,
        concurrent_with: vec!["cert-a/0/18".into()],
        ..entry("cert-b/0/15", "cert-b", "accepts an undertaking", "UND")
    };
    let ours = Entry {
        exercise: Some("ex-1".into()),
        content: Body::Deleted,
        held_by: Vec::new(),
        proved: (None, None),
        ..entry("cert-a/0/18", "cert-a", "asks", "INQ")
    };
    let line = |log: &str, held, known, forked| LogLine { log: log.into(), held, known, forked };
    View {
        place: place(),
        now: NOW,
        logs: vec![
            line("cert-a/0", 19, 19, false),
            line("cert-b/0", 16, 18, false),
            line("cert-c/0", 4, 4, true),
        ],
        blocks: vec![
            vec![column("cert-b/0", vec![denial()])],
            vec![column("cert-a/0", vec![ours]), column("cert-b/0", vec![late])],
        ],
        with_receipts: false,
        earlier: Some("/a/3f9c21aa/record?until=100".into()),
        later: None,
        mark: Some("form-mark".into()),
    }
}

#[test]
fn the_record_is_as_it_was_looked_at() {
    let text = framed("Record", Here::Record, &page(&view()));
    same_as_before("record", &text);
    for words in [
        "GAP: 2 more exist and are not here",
        "two versions of this log exist",
        "content deleted, commitment kept",
        "sealed: fingerprint on record, content not shown",
        "no effect: ",
        "released by one person",
        "time not proved",
        "logged; not yet held by others",
        "acknowledged by cert-a",
        "cert-b wrote, what it answers, word for word",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn what_crossed_stands_side_by_side() {
    let text = page(&view()).into_string();
    let beside = text.split("<div class=\"concurrent\">").nth(1).unwrap();
    assert_eq!(beside.matches("<section aria-label=\"log ").count(), 2);
    assert!(text.contains("concurrent with cert-a/0/18"));
}

#[test]
fn whoever_may_only_read_gets_no_form() {
    let text = page(&View { mark: None, ..view() }).into_string();
    assert!(!text.contains("<form") && text.contains("detente verify FILE"));
}

fn one() -> One {
    let judged = Judged {
        claim: "said cert-b/0/14".into(),
        outcome: Outcome::Verified,
        reason: Reason::Ok,
        labels: vec!["acknowledged(cert-a)".into(), "held(1)".into(), "logged".into()],
        not_before: Some(1_795_318_590),
        not_after: Some(1_795_322_190),
        not_proved: vec!["content"],
        shown: vec!["cert-b says: reply".into()],
    };
    One {
        place: place(),
        now: NOW,
        entry: Entry { is_open: true, ..denial() },
        statement: Some("0c".repeat(32)),
        leaf: "0d".repeat(32),
        verdict: Some(Verdict { outcome: Outcome::Verified, claims: vec![judged] }),
        accord: "3f".repeat(32),
    }
}

#[test]
fn one_entry_says_what_its_bundle_shows_before_it_is_taken_away() {
    let text = framed("Entry cert-b/0/14", Here::Record, &super::one(&one()));
    same_as_before("entry", &text);
    let (told, button) =
        (text.find("shows every word above").unwrap(), text.find("record/cert-b/0/14/bundle").unwrap());
    assert!(told < button && text.contains("checked here at 04:36Z"));
    let none = One { verdict: None, ..one() };
    let text = super::one(&none).into_string();
    assert!(text.contains("No signed head covers this entry yet") && !text.contains("/bundle"));
}

#[test]
fn what_a_peer_wrote_is_text_and_nothing_else() {
    let hostile = |entry: Entry| Entry {
        content: Body::Readable(vec![(HOSTILE.into(), vec![HOSTILE.into()])]),
        exercise: Some(HOSTILE.into()),
        ..entry
    };
    let mut view = view();
    view.place.title = HOSTILE.into();
    view.blocks = vec![vec![Column { log: "cert-b/0".into(), entries: vec![hostile(denial())] }]];
    refuse_hostile(&framed("Record", Here::Record, &page(&view)));
    let mut one = one();
    one.entry = hostile(one.entry);
    if let Some(verdict) = &mut one.verdict {
        for judged in &mut verdict.claims {
            (judged.claim, judged.shown) = (HOSTILE.into(), vec![HOSTILE.into()]);
            judged.labels = vec![HOSTILE.into()];
        }
    }
    refuse_hostile(&framed("Entry", Here::Record, &super::one(&one)));
}
