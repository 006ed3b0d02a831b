use detente_accord::PartyId;
use detente_accord::record::{LogId, Number, Position, Series};
use detente_accord::talks::desk::{Alarm, Exercise, Force, Note};
use detente_accord::talks::{Due, Owed};

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

const HOUR: u64 = 3_600_000;

fn party(id: &str) -> PartyId {
    PartyId::parse(id).unwrap()
}

fn at(id: &str, seq: u64) -> Position {
    Position::new(LogId::new(party(id), 0), seq)
}

fn number(author: &str, to: &str, number: u64) -> Option<Number> {
    let series = Series { author: party(author), to: Some(party(to)), exercise: None };
    Some(Number { series, year: 2026, number })
}

fn duty(kind: &str, code: &'static str, what: Owed, starts: u64, length: u64) -> Duty {
    let due = Due::new(what, &party("cert-a"), &party("cert-b"), Some(Time(NOW.0 - starts)), length);
    let state = due.state(NOW, &[]);
    Duty {
        thread: at("cert-b", 17),
        number: number("cert-b", "cert-a", 10),
        code,
        kind: kind.into(),
        precedence: Some("immediate".into()),
        at: due.at(&[]),
        due,
        state,
        notes: vec![Note::Holding { since: NOW }],
        exercise: None,
    }
}

fn pending(about: &str, until: Option<Time>) -> Pending {
    Pending {
        entry: at("cert-b", 9),
        number: number("cert-b", "cert-a", 3),
        about: about.into(),
        by: party("cert-b"),
        until,
    }
}

fn view() -> View {
    let undelivered = Undelivered {
        entry: at("cert-a", 20),
        number: number("cert-a", "cert-b", 14),
        code: "INQ",
        to: party("cert-b"),
        said: NOW,
        known_to_exist: false,
        tendered: true,
        last_sign: Some(Time(NOW.0 - 30 * HOUR)),
    };
    let line = Line {
        peer: party("cert-b"),
        receipt: Some(Time(NOW.0 - 41 * 60_000)),
        person: Some(Time(NOW.0 - 6 * 24 * HOUR)),
        comcheck: Some(Time(NOW.0 + 8 * 24 * HOUR)),
        suspended: None,
    };
    View {
        place: place(),
        desk: Desk {
            now: NOW,
            force: Force { rev: Some(4), in_force: true, signed: (2, 2), ended: false },
            alarms: vec![Alarm::Clock { by_ms: 40_000, of: "cert-b".into() }],
            lines: vec![line],
            we_owe: vec![
                duty("inquiry", "INQ", Owed::Acknowledgement, 2 * HOUR, HOUR),
                duty("notice", "NTC", Owed::Acknowledgement, 0, HOUR),
            ],
            they_owe: vec![duty("inquiry", "INQ", Owed::Answer, 0, 72 * HOUR)],
            silences: vec![pending("Annex 2 rev 3", Some(Time(NOW.0 + 36 * HOUR)))],
            reservations: vec![pending("E3", None)],
            exercises: vec![Exercise {
                thread: at("cert-a", 2),
                id: "x1".into(),
                phase: "running",
                until: Some(NOW),
            }],
            undelivered: vec![undelivered],
        },
        around: Around {
            accord: "HAMBURG-1".into(),
            local: None,
            alarms: vec!["our record can't be written: the disk may be full or read-only".into()],
            waiting: vec![Waiting {
                name: "3f9c21aa".into(),
                what: "RPL to cert-b".into(),
                signed_by: "desk".into(),
                made: NOW,
            }],
        },
        may_act: true,
    }
}

#[test]
fn what_has_to_be_done_stands_there_with_its_clock() {
    let page = framed("Desk", Here::Desk, &super::page(&view()));
    same_as_before("desk", &page);
    assert!(page.contains("<strong class=\"overdue\">overdue by 1 h</strong>"));
    assert!(page.contains("href=\"/a/3f9c21aa/say/reply/acknowledge?entry=cert-b/0/17\">Acknowledge</a>"));
    assert!(page.contains("href=\"/a/3f9c21aa/say/notice/acknowledge?entry=cert-b/0/17\">Acknowledge</a>"));
    assert!(page.contains("a clock is off: cert-b signed"));
}

#[test]
fn who_only_reads_gets_no_button_that_says_something() {
    let page = framed("Desk", Here::Desk, &super::page(&View { may_act: false, ..view() }));
    assert!(!page.contains("/say/"));
}

#[test]
fn text_of_others_stays_text() {
    let mut view = view();
    view.desk.silences = vec![pending(HOSTILE, Some(NOW))];
    view.desk.exercises.iter_mut().for_each(|one| one.id = HOSTILE.into());
    view.around.alarms = vec![HOSTILE.into()];
    refuse_hostile(&framed("Desk", Here::Desk, &super::page(&view)));
}
