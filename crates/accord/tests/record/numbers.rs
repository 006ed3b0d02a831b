//! Numbers for people, the chair by month, and offices through time.

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Chair, KeySet, KeySetFields, NoEffect, Numbers, Offices, SeatState, is_in_chair,
};
use detente_accord::{Time, b64};

use crate::founders::{id, keys, office, secret};
use crate::statements::{Draft, NOW, good, offices, rules};

/// 2026-12-31 23:59:59.999.
const END_OF_2026: Time = Time(1_798_761_599_999);
const START_OF_2027: Time = Time(END_OF_2026.0 + 1);

fn at(time: Time, kind: &str, act: &str, to: &str) -> Draft {
    let mut draft = good(Act::of(kind, act).unwrap());
    draft.time = time;
    if !to.is_empty() {
        draft.set("to", Value::text(to));
    }
    *draft.member("aud") = Value::text("all");
    draft
}

/// Feeds entries and asserts the number of the last one.
fn check(numbers: &mut Numbers, draft: &Draft, expected: Option<&str>) {
    let found = numbers.take(&draft.leaf()).map(|number| number.to_string());
    assert_eq!(found.as_deref(), expected);
}

#[test]
fn a_series_counts_author_addressee_and_year() {
    let mut numbers = Numbers::default();
    let to_b = at(END_OF_2026, "inquiry", "release", "b");
    check(&mut numbers, &to_b, Some("a>b 2026/001"));
    check(&mut numbers, &at(END_OF_2026, "ack", "", ""), None);
    check(&mut numbers, &at(END_OF_2026, "inquiry", "release", "c"), Some("a>c 2026/001"));
    check(&mut numbers, &to_b, Some("a>b 2026/002"));
    check(&mut numbers, &at(END_OF_2026, "norm", "propose", "*"), Some("a>* 2026/001"));
    let next = at(START_OF_2027, "inquiry", "release", "b");
    check(&mut numbers, &next, Some("a>b 2027/001"));
    // A clock set back opens no closed year.
    check(&mut numbers, &to_b, Some("a>b 2027/002"));
    for n in 3..=1000 {
        check(&mut numbers, &next, Some(&format!("a>b 2027/{n:03}")));
    }
}

#[test]
fn machine_entries_move_the_year_too() {
    let mut numbers = Numbers::default();
    check(&mut numbers, &at(START_OF_2027, "ack", "", ""), None);
    check(&mut numbers, &at(END_OF_2026, "inquiry", "release", "b"), Some("a>b 2027/001"));
}

#[test]
fn exercises_run_in_their_own_series() {
    let mut numbers = Numbers::default();
    let mut exercise = at(NOW, "inquiry", "release", "b");
    *exercise.member("exercise") = Value::Bool(true);
    exercise.set("ex", Value::text("hamburg-1"));
    check(&mut numbers, &exercise, Some("EX-hamburg-1 a>b 2027/001"));
    check(&mut numbers, &at(NOW, "inquiry", "release", "b"), Some("a>b 2027/001"));
    check(&mut numbers, &exercise, Some("EX-hamburg-1 a>b 2027/002"));
}

#[test]
fn what_has_no_effect_is_numbered_if_its_addressee_can_be_read() {
    let mut numbers = Numbers::default();
    let mut odd = at(NOW, "inquiry", "release", "b");
    odd.set("zz", Value::Integer(1));
    odd.signers.clear();
    check(&mut numbers, &odd, Some("a>b 2027/001"));
    for unreadable in [Value::text("B"), Value::Integer(1)] {
        let mut draft = odd.clone();
        draft.set("to", unreadable);
        check(&mut numbers, &draft, None);
    }
    let mut unknown = odd.clone();
    *unknown.member("type") = Value::text("asset");
    check(&mut numbers, &unknown, None);
    check(&mut numbers, &odd, Some("a>b 2027/002"));
}

#[test]
fn the_chair_rotates_by_month() {
    let three = ["a", "b", "c"].map(id);
    let mut rules = rules();
    let in_chair = |rules: &_, time| {
        let held: Vec<_> = three.iter().filter(|party| is_in_chair(rules, &three, party, time)).collect();
        let [one] = held.as_slice() else { panic!("{held:?}") };
        one.to_string()
    };
    // 12 · 2026 + 11 = 24323 = 3 · 8107 + 2; January 2027 is the next.
    assert_eq!(in_chair(&rules, END_OF_2026), "c");
    assert_eq!(in_chair(&rules, START_OF_2027), "a");
    assert_eq!(in_chair(&rules, Time(START_OF_2027.0 + 31 * 86_400_000)), "b");
    rules.chair = Chair::Party(id("b"));
    assert_eq!(in_chair(&rules, END_OF_2026), "b");
    // With two, either of them.
    let two = ["a", "b"].map(id);
    rules.chair = Chair::Rotating;
    assert!(two.iter().all(|party| is_in_chair(&rules, &two, party, NOW)));
    assert!(!is_in_chair(&rules, &two, &id("c"), NOW));
}

fn officer(act: &str, name: &str) -> Draft {
    let mut draft = good(Act::of("officer", act).unwrap());
    draft.set("office", Value::text(name));
    draft
}

fn nominate(name: &str, seed: u8) -> Draft {
    let mut draft = officer("nominate", name);
    draft.set("key", Value::text(b64::encode(secret(seed).public().bytes())));
    draft
}

#[test]
fn officers_come_and_go_by_what_the_log_says() {
    let mut offices = offices();
    let mut say = |draft: &Draft, expected| assert_eq!(offices.take(&draft.leaf()), expected);
    let wrong = Err(NoEffect::WrongState);
    say(&officer("activate", "night"), wrong.clone());
    say(&officer("leave", "night"), wrong.clone());
    say(&nominate("night", 150), Ok(()));
    say(&officer("leave", "night"), wrong.clone());
    say(&officer("activate", "night"), Ok(()));
    say(&officer("activate", "night"), wrong.clone());
    say(&officer("return", "night"), wrong.clone());
    for (act, expected) in [
        ("leave", Ok(())),
        ("leave", wrong.clone()),
        ("return", Ok(())),
        ("suspend", Ok(())),
        ("return", Ok(())),
        ("end", Ok(())),
        ("return", wrong.clone()),
        ("leave", wrong.clone()),
        ("end", wrong.clone()),
        ("key-lost", Ok(())),
        ("key-lost", wrong),
    ] {
        say(&officer(act, "night"), expected);
    }
    assert_eq!(offices.seat(&office("night")).unwrap().state, SeatState::KeyLost);
    assert_eq!(offices.seat(&office("desk")).unwrap().state, SeatState::Active);
    // An office whose key was lost gets another by nomination.
    offices.take(&nominate("night", 151).leaf()).unwrap();
    assert_eq!(offices.nominated(&office("night")), Some(&secret(151).public()));
    offices.take(&officer("activate", "night").leaf()).unwrap();
    assert_eq!(offices.seat(&office("night")).unwrap().key, secret(151).public());
    assert_eq!(offices.nominated(&office("night")), None);
}

#[test]
fn a_nominated_key_has_no_other_purpose() {
    let mut offices = offices();
    // The key of the desk, and the recovery key.
    for seed in [9, 2] {
        assert_eq!(offices.take(&nominate("night", seed).leaf()), Err(NoEffect::KeyTaken));
    }
    assert_eq!(offices.take(&nominate("night", 150).leaf()), Ok(()));
    assert_eq!(offices.take(&nominate("day", 150).leaf()), Err(NoEffect::KeyTaken));
    // The nomination may be replaced.
    assert_eq!(offices.take(&nominate("night", 152).leaf()), Ok(()));
    assert_eq!(offices.take(&nominate("day", 150).leaf()), Ok(()));
    let mut watching = nominate("evening", 153);
    watching.set("roles", Value::Array(vec![Value::text("ob")]));
    assert_eq!(offices.take(&watching.leaf()), Err(NoEffect::FieldForm { field: "roles" }));
}

#[test]
fn a_new_epoch_replaces_the_offices_it_names() {
    let mut offices = offices();
    offices.take(&nominate("night", 150).leaf()).unwrap();
    offices.take(&officer("activate", "night").leaf()).unwrap();
    offices.take(&officer("key-lost", "desk").leaf()).unwrap();
    let next = KeySet::new(KeySetFields {
        log_ed: secret(160).public(),
        log_pq: None,
        mirror_ed: secret(161).public(),
        mirror_pq: None,
        roles: [(office("desk"), secret(162).public()), (office("stranger"), secret(163).public())].into(),
    })
    .unwrap();
    offices.rotate(&next);
    let seat = |offices: &Offices, name| offices.seat(&office(name)).cloned().unwrap();
    assert_eq!(seat(&offices, "desk").key, secret(162).public());
    assert_eq!(seat(&offices, "desk").state, SeatState::Active);
    assert_eq!(seat(&offices, "night").key, secret(150).public());
    assert_eq!(seat(&offices, "chief").key, *keys(3, &["chief"]).roles().get(&office("chief")).unwrap());
    assert_eq!(offices.seat(&office("stranger")), None);
}
