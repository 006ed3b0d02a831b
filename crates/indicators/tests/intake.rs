//! The intake against a plain model: whatever is remembered, batched or seen twice, the counts, the items, their
//! places and their markings are those of doing it one by one.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::options;
use detente_indicators::canon::{Declared, canonicalise};
use detente_indicators::limits::PLACES_PER_ITEM_MAX;
use detente_indicators::warninglist::Warninglist;
use detente_indicators::{
    Candidate, Counts, Intake, Item, Kind, List, Marking, Note, Options, Pap, Place, Reason, Tlp,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Value {
    text: String,
    declared: Declared,
    marking: Marking,
}

const WARNINGLIST: &str = r#"{"name":"w","type":"hostname","list":["hit.example"]}"#;

#[derive(Default)]
struct Model {
    items: BTreeMap<Vec<u8>, (Marking, Vec<Place>, Vec<Note>)>,
    counts: Counts,
    rejects: Vec<(u64, Reason)>,
}

impl Model {
    fn offer(&mut self, options: &Options, line: u64, value: &Value) {
        self.counts.read += 1;
        let mut bytes = Vec::new();
        let reason = match canonicalise(value.declared, &value.text, options.special_use, &mut bytes) {
            Err(reason) => reason,
            Ok((kind, _)) if options.types.as_ref().is_some_and(|types| !types.contains(&kind)) => {
                Reason::TypeNotAsked
            }
            Ok((Kind::Domain, _)) if Item::from_bytes(&bytes).unwrap().printed().ends_with("hit.example") => {
                *self.counts.warninglists.entry("w".to_owned()).or_default() += 1;
                Reason::Warninglist
            }
            Ok((_, notes)) => {
                let place = Place { source: 0, line };
                let known = self.items.get_mut(&bytes);
                match known {
                    None => {
                        self.items.insert(bytes, (value.marking, vec![place], notes.iter().collect()));
                        return;
                    }
                    Some((marking, places, _)) => {
                        *marking = marking.and(value.marking);
                        if places.len() <= PLACES_PER_ITEM_MAX {
                            places.push(place);
                        }
                        Reason::Duplicate
                    }
                }
            }
        };
        self.rejects.push((line, reason));
        *self.counts.dropped.entry(reason).or_default() += 1;
    }

    fn finish(&mut self, options: &Options) {
        for (marking, _, _) in self.items.values_mut() {
            *marking = marking.and(options.marking);
        }
        self.counts.warninglists.entry("w".to_owned()).or_default();
        self.counts.held_back = self.items.values().filter(|item| item.0.is_held_back()).count() as u64;
        self.items.retain(|_, item| !item.0.is_held_back());
        self.counts.items = self.items.len() as u64;
        for (bytes, (marking, _, notes)) in &self.items {
            *self.counts.kinds.entry(Item::from_bytes(bytes).unwrap().kind().unwrap()).or_default() += 1;
            self.counts.unmarked += u64::from(*marking == Marking::default());
            for note in notes {
                *self.counts.notes.entry(*note).or_default() += 1;
            }
        }
    }
}

fn check(
    values: &[Value],
    make_options: impl Fn() -> Options,
    with_rejects: bool,
) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    let mut rejects = Vec::new();
    let warninglist = Warninglist::parse(WARNINGLIST.as_bytes()).unwrap();
    let mut intake = Intake::new(make_options()).with_warninglists(vec![warninglist]);
    if with_rejects {
        intake = intake.with_rejects(|reject| rejects.push((reject.line, reject.reason)));
    }
    intake.begin_source("s");
    for (line, value) in (1..).zip(values) {
        model.offer(&make_options(), line, value);
        let Value { text, declared, marking } = value;
        intake.offer(Candidate { declared: *declared, text: text.as_bytes(), line, marking: *marking });
    }
    let list = intake.finish();
    model.finish(&make_options());
    prop_assert!(list.counts().add_up());
    prop_assert_eq!(list.counts(), &model.counts);
    prop_assert!(list.items().map(Item::bytes).eq(model.items.keys().map(Vec::as_slice)));
    for (rank, (bytes, (marking, places, _))) in model.items.iter().enumerate() {
        prop_assert_eq!(&*list.places(rank), &places[..]);
        prop_assert_eq!(list.marking(rank), *marking);
        prop_assert_eq!(list.rank(Item::from_bytes(bytes).unwrap()), Some(rank));
    }
    if with_rejects {
        prop_assert_eq!(rejects, model.rejects);
    }
    Ok(())
}

fn marking() -> impl Strategy<Value = Marking> {
    let tlp = prop_oneof![6 => Just(None), 1 => Just(Some(Tlp::Green)), 1 => Just(Some(Tlp::Red))];
    let pap = prop_oneof![8 => Just(None), 1 => Just(Some(Pap::Green)), 1 => Just(Some(Pap::Red))];
    (tlp, pap).prop_map(|(tlp, pap)| Marking { tlp, pap })
}

fn value(distinct: u32) -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        6 => (0..distinct).prop_map(|n| format!("n{n}.example")),
        1 => (0..distinct).prop_map(|n| format!("*.N{n}.example.")),
        1 => (0..distinct).prop_map(|n| format!("n{n}[.]example")),
        1 => (0..distinct).prop_map(|n| format!("8.{}.{}.0/23", n % 7, n % 256)),
        1 => (0..distinct).prop_map(|n| format!("10.{}.8.8", n % 256)),
        1 => (0..distinct).prop_map(|n| format!("word{n}")),
        1 => (0..distinct).prop_map(|n| format!("a{n}.hit.example")),
        1 => (0..distinct).prop_map(|n| format!("https://example.com/a/rather/long/path/to/have/in/a/list/{n}")),
    ];
    let declared = prop_oneof![
        8 => Just(Declared::Unknown), 1 => Just(Declared::Host), 1 => Just(Declared::Kind(Kind::Domain))
    ];
    (text, declared, marking()).prop_map(|(text, declared, marking)| Value { text, declared, marking })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_list_of_mostly_distinct_values(
        values in proptest::collection::vec(value(100_000), 0..4_000), with_rejects: bool, marking in marking(),
    ) {
        check(&values, || Options { marking, ..options() }, with_rejects)?;
    }

    #[test]
    fn a_log_of_few_values(values in proptest::collection::vec(value(30), 0..2_000), with_rejects: bool) {
        check(&values, options, with_rejects)?;
    }

    #[test]
    fn a_list_that_turns_into_a_log_and_back(
        first in proptest::collection::vec(value(100_000), 2_000),
        then in proptest::collection::vec(value(20), 2_000),
        last in proptest::collection::vec(value(100_000), 500),
        times in 1_usize..12,
    ) {
        let values: Vec<Value> = [first, vec![then; times].concat(), last].concat();
        check(&values, || Options { types: Some(BTreeSet::from([Kind::Domain, Kind::Url])), ..options() }, false)?;
    }
}

fn offered(values: &[(&str, Marking)]) -> List {
    let mut intake = Intake::new(options());
    intake.begin_source("s");
    for (line, (text, marking)) in (1..).zip(values) {
        intake.offer(Candidate {
            declared: Declared::Unknown,
            text: text.as_bytes(),
            line,
            marking: *marking,
        });
    }
    intake.finish()
}

#[test]
fn the_strictest_marking_of_all_occurrences_holds() {
    let none = Marking::default();
    let red = Marking { tlp: None, pap: Some(Pap::Red) };
    let list = offered(&[("a.example", none), ("b.example", none), ("A.example", red), ("a.example", none)]);
    let counts = list.counts();
    assert_eq!((counts.read, counts.items, counts.held_back), (4, 1, 1));
    assert_eq!(counts.dropped[&Reason::Duplicate], 2);
    assert_eq!(counts.kinds[&Kind::Domain], 1);
    assert_eq!(list.items().map(Item::printed).collect::<Vec<_>>(), ["b.example"]);
    assert!(counts.add_up());
}

#[test]
fn tlp_red_can_be_held_back_later() {
    let red = Marking { tlp: Some(Tlp::Red), pap: None };
    let mut list = offered(&[
        ("*.a.example", red),
        ("b.example", Marking::default()),
        ("8.8.8.8", red),
        ("b.example", red),
        ("c.example", Marking::default()),
    ]);
    assert_eq!(list.len(), 4);
    assert_eq!(list.hold_back_tlp_red(), 3);
    assert_eq!(list.hold_back_tlp_red(), 0);
    let counts = list.counts();
    assert_eq!((counts.items, counts.held_back, counts.unmarked), (1, 3, 1));
    assert_eq!(counts.kinds, BTreeMap::from([(Kind::Domain, 1)]));
    assert!(counts.notes.is_empty());
    assert!(counts.add_up());
    assert_eq!(*list.places(0), [Place { source: 0, line: 5 }]);
    assert!(list.places(1).is_empty());
}

#[test]
fn a_list_of_stored_items() {
    let list = offered(&[("b.example", Marking::default()), ("a.example", Marking::default())]);
    let again = List::from_items(list.items().chain(list.items()));
    assert!(again.items().eq(list.items()));
    assert_eq!(again.counts().dropped[&Reason::Duplicate], 2);
    assert!(again.counts().add_up());
}

#[test]
fn bytes_that_are_not_utf_8_are_counted_and_dropped() {
    let mut intake = Intake::new(options());
    for text in [&b"a\xffb\xfe.example"[..], b"http://example.com/\xff", b"ok.example"] {
        intake.offer(Candidate { declared: Declared::Unknown, text, line: 1, marking: Marking::default() });
    }
    let list = intake.finish();
    assert_eq!(list.counts().dropped[&Reason::NotUtf8], 2);
    assert_eq!(list.counts().replaced_utf8, 3);
    assert!(list.counts().add_up());
}

#[test]
fn long_common_beginnings_sort_like_any_other() {
    let path = "x".repeat(700);
    let urls: Vec<String> =
        (0..200).map(|n| format!("http://example.com/{path}{}", (n * 7919) % 1_000)).collect();
    let values: Vec<(&str, Marking)> = urls.iter().map(|url| (url.as_str(), Marking::default())).collect();
    let list = offered(&values);
    assert!(list.items().is_sorted());
    assert_eq!(list.len(), 200);
}
