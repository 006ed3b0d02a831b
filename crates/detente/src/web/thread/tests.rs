use detente_accord::PartyId;
use detente_accord::talks::{Due, Owed};

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn party(id: &str) -> PartyId {
    PartyId::parse(id).unwrap()
}

fn clock(what: Owed, start: Option<Time>, hours: u64) -> Clock {
    let due = Due::new(what, &party("cert-a"), &party("cert-b"), start, hours * 3_600_000);
    Clock { state: due.state(NOW, &[]), is_capped: false, due }
}

fn asked(text: &str) -> Entry {
    Entry {
        name: "cert-b>cert-a 2026/010".into(),
        place: "cert-b/0/17".into(),
        who: "cert-b".into(),
        says: "asks",
        said: NOW,
        received: vec![("cert-a".into(), NOW)],
        not_received: String::new(),
        marks: vec![],
        public: vec![("kind".into(), "incident".into()), ("norm cited".into(), text.into())],
        written: Written::Readable(vec![("text".into(), vec![text.into()])]),
        offers: vec![
            Offer { act: ("reply", "acknowledge"), words: "Acknowledge", entry: "cert-b/0/17".into() },
            Offer { act: ("denial", "denial"), words: "Deny", entry: "cert-b/0/17".into() },
        ],
    }
}

fn denied() -> Entry {
    Entry {
        name: "cert-a>cert-b 2026/003".into(),
        place: "cert-a/0/9".into(),
        who: "we".into(),
        says: "denies",
        received: vec![],
        not_received: "no receipt yet".into(),
        marks: vec![talks::SINGLE, talks::CONCURRENT],
        public: vec![],
        written: Written::Not(talks::SEALED),
        offers: vec![],
        ..asked("")
    }
}

fn view(text: &str) -> View {
    View {
        place: place(),
        now: NOW,
        number: "cert-b>cert-a 2026/010 INQ".into(),
        head: "cert-b to us: answered".into(),
        exercise: None,
        clocks: vec![
            clock(Owed::Acknowledgement, Some(NOW), 1),
            clock(Owed::Answer, Some(Time(NOW.0 - 90 * 3_600_000)), 72),
            clock(Owed::Supply, None, 72),
        ],
        entries: vec![asked(text), denied()],
        refused: vec![("cert-b>cert-a 2026/011".into(), "phase")],
    }
}

#[test]
fn a_matter_stands_there_with_both_clocks() {
    let page = framed("cert-b>cert-a 2026/010 INQ", Here::Inquiries, &super::page(&view("Did you?")));
    same_as_before("thread", &page);
    assert!(page.contains("<strong>we</strong> deny <span class=\"tag\">released by one person</span>"));
    assert!(page.contains("overdue by 18 h") && page.contains("supply: clock not started"));
    assert!(page.contains("no effect: phase") && page.contains("no receipt yet"));
}

#[test]
fn text_of_others_stays_text() {
    let mut view = view(HOSTILE);
    view.exercise = Some(HOSTILE.into());
    refuse_hostile(&framed("Matter", Here::Inquiries, &super::page(&view)));
}

#[test]
fn what_we_do_is_said_as_we_say_it() {
    let said = [
        "asks",
        "denies",
        "has received entries (its node)",
        "says an answer will follow",
        "does not accept a reservation",
        "gives what was wanted",
        "corrects what it said",
        "replies to a claim",
        "publishes its claim",
    ];
    assert_eq!(
        said.map(ours),
        [
            "ask",
            "deny",
            "have received entries (our node)",
            "say an answer will follow",
            "do not accept a reservation",
            "give what was wanted",
            "correct what we said",
            "reply to a claim",
            "publish our claim"
        ]
    );
}
