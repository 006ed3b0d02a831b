//! Every action beside every way to come without the right to it. What is due stands in tables of its own.

use detente_accord::Time;
use detente_accord::record::Office;

use super::*;

const NOW: Time = Time(100 * 24 * 60 * 60 * 1000);
const DAY: u64 = 24 * 60 * 60 * 1000;
const ME: OfficerId = [1; 16];
const OTHER: OfficerId = [2; 16];

/// Actions by name, the roles that may, whether an office acts, and how many persons it takes; 0: a session is enough.
const ACTIONS: [(&str, &str, bool, u8); 16] = [
    ("read", "observer officer admin", false, 0),
    ("draft", "officer admin", true, 0),
    ("say", "officer admin", true, 1),
    ("release", "officer admin", true, 2),
    ("discard", "officer admin", true, 0),
    ("start-match", "officer admin", true, 2),
    ("consent-match", "officer admin", true, 2),
    ("refuse-match", "officer admin", true, 0),
    ("export", "officer admin", true, 2),
    ("enrol-peer", "admin", false, 2),
    ("revoke-peer", "admin", false, 2),
    ("set-peer", "admin", false, 1),
    ("rotate-key", "admin", true, 2),
    ("lower-marking", "officer admin", true, 2),
    ("erase", "officer admin", true, 2),
    ("read-audit", "officer admin", false, 0),
];

/// What is tried, and what is due where one person is enough; where it takes two; where it takes two and there is one.
const TRIES: [(&str, &str, &str, &str); 12] = [
    ("prepared by another, approved by me", "one", "two", "single"),
    ("prepared by another, no approval", "approval-missing", "approval-missing", "approval-missing"),
    (
        "prepared by another, approved by another alone",
        "approval-missing",
        "approval-missing",
        "approval-missing",
    ),
    (
        "prepared by another, approved for another text",
        "approval-other-text",
        "approval-other-text",
        "approval-other-text",
    ),
    (
        "prepared by another, one approval of two for another text",
        "approval-other-text",
        "approval-other-text",
        "approval-other-text",
    ),
    ("prepared by another, approved a day ago", "one", "two", "single"),
    ("prepared by another, approved before that", "approval-expired", "approval-expired", "approval-expired"),
    (
        "prepared by another too long ago, approved by me",
        "approval-expired",
        "approval-expired",
        "approval-expired",
    ),
    ("prepared by me, approved by me", "one", "approval-own", "single"),
    ("prepared by me, approved by me twice", "one", "approval-twice", "single"),
    ("prepared by me, approved by me and another", "one", "approval-own", "single"),
    ("prepared by nobody we know, approved by me", "one", "approval-own", "single"),
];

struct Try {
    prepared: Option<Prepared>,
    approvals: Vec<Approval>,
}

fn subject(text: &str) -> Subject {
    Subject::new(Action::Release, &[7; 32], text)
}

fn attempt(name: &str) -> Try {
    let by = |by: OfficerId| Some(Prepared { by, at: Time(NOW.0 - 5) });
    let old = |prepared: Option<Prepared>| prepared.map(|one| Prepared { at: Time(NOW.0 - DAY - 1), ..one });
    let mine = |text: &str, ago: u64| Approval::new(ME, subject(text), Time(NOW.0 - ago));
    let theirs = Approval::new(OTHER, subject("text"), NOW);
    let (prepared, approvals) = match TRIES.iter().position(|row| row.0 == name).unwrap() {
        0 => (by(OTHER), vec![mine("text", 0)]),
        1 => (by(OTHER), vec![]),
        2 => (by(OTHER), vec![theirs]),
        3 => (by(OTHER), vec![mine("texts", 0)]),
        4 => (by(OTHER), vec![mine("text", 0), Approval::new(OTHER, subject("another"), NOW)]),
        5 => (by(OTHER), vec![mine("text", DAY)]),
        6 => (by(OTHER), vec![mine("text", DAY + 1)]),
        7 => (old(by(OTHER)), vec![mine("text", 0)]),
        8 => (by(ME), vec![mine("text", 0)]),
        9 => (by(ME), vec![mine("text", 0), mine("text", 1)]),
        10 => (by(ME), vec![theirs, mine("text", 0)]),
        _ => (None, vec![mine("text", 0)]),
    };
    Try { prepared, approvals }
}

fn due(row: &(&str, &str, bool, u8), role: Role, office: &str, is_single: bool, tried: usize) -> String {
    let (name, roles, takes_office, persons) = *row;
    if !roles.split(' ').any(|one| one == role.name()) {
        return "not-your-role".into();
    }
    if takes_office && office != "mine" {
        return "not-your-office".into();
    }
    // A statement drafted at the command line waits on disk: whoever has the command line counts.
    let at_command_line = TRIES[tried].0.starts_with("prepared by nobody") && name == "release";
    match (persons, is_single) {
        (0, _) => "one".into(),
        (1, _) => TRIES[tried].1.into(),
        (_, true) => TRIES[tried].3.into(),
        (_, false) if at_command_line => "two".into(),
        (_, false) => TRIES[tried].2.into(),
    }
}

fn outcome(decided: Result<Persons, Refusal>) -> String {
    match decided {
        Ok(Persons::One) => "one".into(),
        Ok(Persons::Two) => "two".into(),
        Ok(Persons::Single) => "single".into(),
        Err(refusal) => refusal.name().into(),
    }
}

#[test]
fn every_action_is_decided_as_the_table_says() {
    let (desk, chief) = (Office::parse("desk").unwrap(), Office::parse("chief").unwrap());
    let mut cases = 0;
    for row in &ACTIONS {
        for role in Role::ALL {
            for office in ["mine", "another", "none"] {
                for is_single in [false, true] {
                    for (tried, (name, ..)) in TRIES.iter().enumerate() {
                        let Try { prepared, approvals } = attempt(name);
                        let decided = judge(&Case {
                            action: Action::named(row.0).unwrap(),
                            role,
                            by: ME,
                            offices: std::slice::from_ref(&desk),
                            office: match office {
                                "mine" => Some(&desk),
                                "another" => Some(&chief),
                                _ => None,
                            },
                            prepared,
                            approvals: &approvals,
                            subject: subject("text"),
                            is_single,
                            now: NOW,
                        });
                        let due = due(row, role, office, is_single, tried);
                        assert_eq!(
                            outcome(decided),
                            due,
                            "{} as {}, office {office}, {name}",
                            row.0,
                            role.name()
                        );
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!((cases, Action::all().count()), (16 * 3 * 3 * 2 * 12, ACTIONS.len()));
}

#[test]
fn a_subject_is_the_action_the_accord_and_every_byte_of_the_text() {
    let one = Subject::new(Action::Release, &[7; 32], "text");
    assert_eq!(one, Subject::new(Action::Release, &[7; 32], "text"));
    assert_ne!(one, Subject::new(Action::Say, &[7; 32], "text"));
    assert_ne!(one, Subject::new(Action::Release, &[8; 32], "text"));
    assert_ne!(one, Subject::new(Action::Release, &[7; 32], "texT"));
    assert_eq!(Subject::parse(&one.text()), Some(one));
}
