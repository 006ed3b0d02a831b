//! Peers, budgets, asks and receipts: kept as given, read back the same.

use detente_accord::budget;
use detente_accord::limits::{BUDGET_WINDOW_MS, DAY_MS};
use detente_accord::{PartyId, Time, file};
use detente_store::{Claim, Compared, Error, Peer};
use rusqlite::Connection;

use crate::world::{NOW, Other, Place, answer, ask, claim, domains, opened, owner, stored_ask};

fn peer(number: u8, compared: Option<(Compared, Time)>) -> Peer {
    let id = ["b", "c", "d"][usize::from(number) - 2];
    Peer { card: Other::new(id, number).card, added: NOW, compared, budget: 1000 * u64::from(number) }
}

#[test]
fn peers_are_read_back_as_they_were_kept() {
    let place = Place::new();
    let ways = [Compared::InPerson, Compared::Call, Compared::ThirdParty];
    for (number, way) in (2..).zip(ways) {
        place.open().put_peer(&peer(number, Some((way, Time(NOW.0 + 1))))).unwrap();
    }
    let peers = place.open().peers().unwrap();
    assert_eq!(peers.iter().map(|peer| peer.card.id().as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
    for ((number, way), kept) in (2..).zip(ways).zip(peers) {
        assert_eq!(kept.compared, Some((way, Time(NOW.0 + 1))));
        assert_eq!((kept.added, kept.budget), (NOW, 1000 * number));
    }
}

#[test]
fn a_peer_that_was_not_compared_stays_so() {
    let place = Place::new();
    place.open().put_peer(&peer(2, None)).unwrap();
    assert_eq!(place.open().peers().unwrap()[0].compared, None);
}

#[test]
fn removing_a_peer_keeps_its_ledger() {
    let place = Place::new();
    let b = Other::new("b", 2);
    let (proposal, _, bytes) = ask(&b.us(), &owner().card, &domains(&["one.example"]), 1);
    let mut home = place.open();
    home.put_peer(&peer(2, None)).unwrap();
    assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
    assert!(home.remove_peer(b.card.id()).unwrap());
    assert!(!home.remove_peer(b.card.id()).unwrap());
    assert!(home.peer(b.card.id()).unwrap().is_none());
    assert_eq!(home.charges(b.card.id()).unwrap().len(), 1, "a peer that comes back owes what it asked");
}

#[test]
fn charges_of_a_peer_count_its_own_claims_by_class_and_time() {
    let place = Place::new();
    let (b, c) = (Other::new("b", 2), Other::new("c", 3));
    let mut home = place.open();
    for (seed, day) in [(1, 0), (2, 10)] {
        let (proposal, _, bytes) = ask(&b.us(), &owner().card, &domains(&["one.example"]), seed);
        let at = Time(NOW.0 + day * DAY_MS);
        let claim = Claim { proposal: &proposal, ask: &bytes, ask_hash: file::hash(&bytes), at };
        assert!(home.claim(&claim).unwrap());
    }
    let (proposal, _, bytes) = ask(&c.us(), &owner().card, &domains(&["one.example"]), 3);
    assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
    let charges = home.charges(b.card.id()).unwrap();
    let left = |at: u64| budget::left(600, &charges, Time(at));
    assert_eq!(left(NOW.0 + 10 * DAY_MS), 600 - 512);
    assert_eq!(left(NOW.0 + BUDGET_WINDOW_MS), 600 - 256);
    assert_eq!(left(NOW.0 + BUDGET_WINDOW_MS + 10 * DAY_MS), 600);
    assert!(home.charges(&PartyId::parse("nobody").unwrap()).unwrap().is_empty());
}

#[test]
fn an_ask_is_read_back_and_can_be_taken_back_until_it_is_opened() {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let items = domains(&["one.example", "two.example"]);
    let stored = stored_ask(&a.us(), &b.card, &items, 1);
    let mut home = place.open();
    home.put_ask(&stored).unwrap();
    let kept = home.ask(&stored.terms_id).unwrap().unwrap();
    assert!(
        kept.proposal == stored.proposal && kept.file == stored.file && kept.file_hash == stored.file_hash
    );
    assert_eq!(*kept.secrets.to_bytes(), *stored.secrets.to_bytes());
    assert_eq!(kept.items.as_deref(), Some(&items.concat()));
    assert!(kept.opened.is_none());
    home.remove_ask(&stored.terms_id).unwrap();
    assert!(home.ask(&stored.terms_id).unwrap().is_none());

    home.put_ask(&stored).unwrap();
    let made = answer(&b.us(), &stored.file, &domains(&["two.example"]), 2);
    let (opened, receipt) = opened(&a.us(), &stored, &items, &made);
    home.close_ask(&stored.terms_id, &opened, &receipt).unwrap();
    home.remove_ask(&stored.terms_id).unwrap();
    let kept = home.ask(&stored.terms_id).unwrap().unwrap();
    assert!(kept.items.is_none() && kept.places.is_none(), "the list is let go");
    let kept = kept.opened.unwrap();
    assert!(kept.answer == made.file && kept.result == opened.result && kept.acceptance == made.acceptance);
    assert_eq!(home.asks(Some(b.card.id())).unwrap().len(), 1);
    assert!(home.asks(Some(a.card.id())).unwrap().is_empty());
    let receipts = home.receipts().unwrap();
    assert_eq!(receipts.len(), 1);
    let shown = receipts[0].read().unwrap().verify(&a.card, &b.card).unwrap();
    assert_eq!(shown.files.len(), 3);
}

#[test]
fn a_run_key_is_known_in_every_run_but_its_own() {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let items = domains(&["one.example"]);
    let stored = stored_ask(&a.us(), &b.card, &items, 1);
    let made = answer(&b.us(), &stored.file, &items, 2);
    let mut home = place.open();
    home.put_ask(&stored).unwrap();
    assert!(!home.knows_run_key(&made.pk, &[0; 32]).unwrap());
    let (opened, receipt) = opened(&a.us(), &stored, &items, &made);
    home.close_ask(&stored.terms_id, &opened, &receipt).unwrap();
    assert!(!home.knows_run_key(&made.pk, &stored.terms_id).unwrap(), "its own run");
    assert!(home.knows_run_key(&made.pk, &[0; 32]).unwrap());

    // A key of our own that comes back to us as another's.
    let (proposal, _, bytes) = ask(&b.us(), &a.card, &items, 3);
    assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
    let ours = answer(&a.us(), &bytes, &items, 4);
    let receipt = crate::world::answer_receipt(&a.us(), &proposal, &bytes, &ours);
    home.put_answer(&proposal.terms_id(), &ours.answered(), &receipt).unwrap();
    assert!(home.knows_run_key(&ours.pk, &[0; 32]).unwrap());
}

#[test]
fn the_same_terms_are_asked_once() {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let stored = stored_ask(&a.us(), &b.card, &domains(&["one.example"]), 1);
    let mut home = place.open();
    home.put_ask(&stored).unwrap();
    assert!(matches!(home.put_ask(&stored), Err(Error::Database(_))));
    assert_eq!(home.asks(None).unwrap().len(), 1);
}

/// Damages one column of one table and asserts that reading says so.
fn check_damaged(sql: &str, read: impl Fn(&detente_store::Home) -> Option<Error>) {
    let place = Place::new();
    let (a, b) = (owner(), Other::new("b", 2));
    let mut home = place.open();
    home.put_peer(&peer(2, Some((Compared::Call, NOW)))).unwrap();
    home.put_ask(&stored_ask(&a.us(), &b.card, &domains(&["one.example"]), 1)).unwrap();
    let (proposal, _, bytes) = ask(&b.us(), &a.card, &domains(&["one.example"]), 1);
    assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
    assert!(read(&home).is_none(), "before the damage");
    drop(home);
    Connection::open(place.home().join("home.db")).unwrap().execute(sql, []).unwrap();
    let error = read(&place.open());
    assert!(matches!(error, Some(Error::Damaged { .. })), "{sql}: {error:?}");
    assert!(error.unwrap().hint().unwrap().contains("detente home import"));
}

#[test]
fn damaged_rows_are_named_and_never_believed() {
    let terms_of = |home: &detente_store::Home| home.asks(None).err();
    check_damaged("UPDATE ask SET proposal = x'00'", terms_of);
    check_damaged("UPDATE ask SET secrets = x'00'", terms_of);
    check_damaged("UPDATE ask SET peer = 'NOT AN ID'", terms_of);
    check_damaged("UPDATE peer SET card = x'00'", |home| home.peers().err());
    check_damaged("UPDATE peer SET compared = 'trust me'", |home| home.peers().err());
    let answer_of = |home: &detente_store::Home| {
        let b = Other::new("b", 2);
        let (proposal, _, _) = ask(&b.us(), &owner().card, &domains(&["one.example"]), 1);
        home.answer(&proposal.terms_id()).err()
    };
    check_damaged("UPDATE answer SET proposal = x'00'", answer_of);
}
