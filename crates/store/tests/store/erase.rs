//! What a home lets go of is gone from its files.

use crate::world::{Other, Place, answer, domains, holding, opened, owner, stored_ask};

const CANARY: &str = "canary-of-the-asked-list.example";

/// Keeps an ask with the canary, has `meanwhile` happen beside it, opens it, and gives the files that still
/// hold the canary while the home is open, and after it was closed.
fn check(close: impl FnOnce(&mut detente_store::Home, &detente_store::StoredAsk, &[Vec<u8>]), reader: bool) {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let names: Vec<String> = (0..200).map(|i| format!("filler-{i}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain([CANARY]).collect();
    let items = domains(&names);
    let stored = stored_ask(&a.us(), &b.card, &items, 1);
    place.open().put_ask(&stored).unwrap();
    for needle in [CANARY, "canary-place.csv"] {
        assert_eq!(holding(&place.home(), needle.as_bytes()).len(), 1, "the home needs the list until then");
    }

    let mut home = place.open();
    let beside = reader.then(|| {
        let beside = detente_store::Home::open(&place.home(), detente_store::Access::Read).unwrap();
        beside.asks(None).unwrap();
        beside
    });
    close(&mut home, &stored, &items);
    for needle in [CANARY, "canary-place.csv", "filler-7.example", "filler-199.example"] {
        let holding = holding(&place.home(), needle.as_bytes());
        assert!(holding.is_empty(), "{needle} is still in {holding:?}, home open");
    }
    drop((home, beside));
    assert!(holding(&place.home(), CANARY.as_bytes()).is_empty());
}

fn open_it(home: &mut detente_store::Home, stored: &detente_store::StoredAsk, items: &[Vec<u8>]) {
    let b = Other::new("b", 2);
    let made = answer(&b.us(), &stored.file, &domains(&["held.example"]), 2);
    let (opened, receipt) = opened(&owner().us(), stored, items, &made);
    home.close_ask(&stored.terms_id, &opened, &receipt).unwrap();
}

#[test]
fn an_opened_ask_leaves_no_item_in_the_home() {
    check(open_it, false);
}

#[test]
fn an_opened_ask_leaves_no_item_even_while_another_process_reads() {
    check(open_it, true);
}

#[test]
fn an_ask_that_was_taken_back_leaves_no_item_in_the_home() {
    check(|home, stored, _| home.remove_ask(&stored.terms_id).unwrap(), false);
}

#[test]
fn an_ask_kept_and_opened_in_one_process_leaves_no_item() {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let items = domains(&[CANARY, "two.example"]);
    let stored = stored_ask(&a.us(), &b.card, &items, 1);
    let mut home = place.open();
    home.put_ask(&stored).unwrap();
    assert!(!holding(&place.home(), CANARY.as_bytes()).is_empty());
    open_it(&mut home, &stored, &items);
    let holding = holding(&place.home(), CANARY.as_bytes());
    assert!(holding.is_empty(), "still in {holding:?}");
}
