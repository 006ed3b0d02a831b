//! One ask, one claim, one answer: whatever two processes or a crash do.

use std::path::Path;

use detente_accord::file;
use detente_store::{Access, Error, Home};

use crate::child::{self, Process};
use crate::world::{NOW, Other, Place, answer, answer_receipt, ask, claim, domains, owner};

/// The ask that b makes to the owner, about these items.
fn ask_of_b(items: &[&str], seed: u8) -> (detente_accord::Proposal, Vec<u8>) {
    let b = Other::new("b", 2);
    let (proposal, _, file) = ask(&b.us(), &owner().card, &domains(items), seed);
    (proposal, file)
}

/// Opens for writing, again and again while another holds the home.
fn open_in_turn(path: &Path) -> Home {
    loop {
        match Home::open(path, Access::Write) {
            Ok(home) => return home,
            Err(Error::Locked { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn the_first_claim_wins_and_stays() {
    let place = Place::new();
    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    assert!(place.open().claim(&claim(&proposal, &bytes)).unwrap());
    assert!(!place.open().claim(&claim(&proposal, &bytes)).unwrap());
    assert!(!place.open().claim(&claim(&proposal, b"other bytes under the same terms")).unwrap());
    let kept = place.open().answer(&proposal.terms_id()).unwrap().unwrap();
    assert_eq!(kept.ask_hash, file::hash(&bytes));
    assert!(kept.answer.is_none());
}

#[test]
fn one_nonce_is_claimed_under_one_terms() {
    let place = Place::new();
    let (first, bytes) = ask_of_b(&["one.example"], 1);
    let b = Other::new("b", 2);
    // The same list and nonce under terms of another purpose.
    let mut terms = first.terms().clone();
    terms.purpose = "another".into();
    let mut entropy = detente_accord::Entropy::from_random([8; 32]);
    let second = detente_accord::Proposal::make(
        &b.us(),
        &owner().card,
        terms,
        first.list().clone(),
        &std::collections::BTreeMap::new(),
        &mut entropy,
    );
    assert_ne!(first.terms_id(), second.terms_id());
    let mut home = place.open();
    assert!(!home.knows_asker_nonce(&second.list().nonce, &second.terms_id()).unwrap());
    assert!(home.claim(&claim(&first, &bytes)).unwrap());
    assert!(home.knows_asker_nonce(&second.list().nonce, &second.terms_id()).unwrap());
    assert!(!home.knows_asker_nonce(&first.list().nonce, &first.terms_id()).unwrap(), "its own terms");
    assert!(!home.claim(&claim(&second, &bytes)).unwrap());
    assert!(home.answer(&second.terms_id()).unwrap().is_none());
}

#[test]
fn of_many_threads_one_claims() {
    let place = Place::new();
    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    let path = place.home();
    let won = std::thread::scope(|scope| {
        let claims: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| open_in_turn(&path).claim(&claim(&proposal, &bytes)).unwrap()))
            .collect();
        claims.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}

#[test]
fn of_two_processes_one_claims() {
    let place = Place::new();
    let mut processes: Vec<Process> =
        (0..3).map(|_| Process::start("claims::task_claim", "claim", &place.home())).collect();
    let mut said: Vec<String> = processes.iter_mut().map(Process::says).collect();
    said.sort();
    assert_eq!(said, ["false", "false", "true"]);
}

#[test]
fn task_claim() {
    if let Some((_, path)) = child::task().filter(|(task, _)| task == "claim") {
        let (proposal, bytes) = ask_of_b(&["one.example"], 1);
        let won = open_in_turn(&path).claim(&claim(&proposal, &bytes)).unwrap();
        child::say(&won.to_string());
        child::wait();
    }
}

#[test]
fn a_claim_survives_a_kill_and_burns_its_terms() {
    let place = Place::new();
    let mut process = Process::start("claims::task_claim_and_hold", "claim-and-hold", &place.home());
    assert_eq!(process.says(), "true");
    process.kill();

    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    let mut home = place.open();
    let kept = home.answer(&proposal.terms_id()).unwrap().unwrap();
    assert!(kept.answer.is_none(), "begun and never finished");
    assert_eq!(kept.ask, bytes);
    assert!(!home.claim(&claim(&proposal, &bytes)).unwrap(), "no second acceptance after a crash");
    assert_eq!(home.charges(&kept.peer).unwrap().iter().map(|charge| charge.items).sum::<u64>(), 256);
}

#[test]
fn task_claim_and_hold() {
    if let Some((_, path)) = child::task().filter(|(task, _)| task == "claim-and-hold") {
        let (proposal, bytes) = ask_of_b(&["one.example"], 1);
        let mut home = Home::open(&path, Access::Write).unwrap();
        let won = home.claim(&claim(&proposal, &bytes)).unwrap();
        // The home stays open: nothing is tidied up before the kill.
        child::say(&won.to_string());
        child::wait();
    }
}

#[test]
fn an_answer_survives_a_kill_whole() {
    let place = Place::new();
    let mut process = Process::start("claims::task_answer_and_hold", "answer-and-hold", &place.home());
    assert_eq!(process.says(), "answered");
    process.kill();
    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    let made = answer(&owner().us(), &bytes, &domains(&["one.example"]), 3);
    let home = place.open();
    let kept = home.answer(&proposal.terms_id()).unwrap().unwrap();
    let (acceptance, secrets, file, hash) = kept.answer.unwrap();
    assert!(acceptance == made.acceptance && file == made.file && hash == file::hash(&made.file));
    assert_eq!(*secrets.to_bytes(), *made.secrets.to_bytes());
    assert_eq!(home.receipts().unwrap().len(), 1);
}

#[test]
fn task_answer_and_hold() {
    if let Some((_, path)) = child::task().filter(|(task, _)| task == "answer-and-hold") {
        let (proposal, bytes) = ask_of_b(&["one.example"], 1);
        let mut home = Home::open(&path, Access::Write).unwrap();
        assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
        let made = answer(&home.us(), &bytes, &domains(&["one.example"]), 3);
        let receipt = answer_receipt(&home.us(), &proposal, &bytes, &made);
        home.put_answer(&proposal.terms_id(), &made.answered(), &receipt).unwrap();
        child::say("answered");
        child::wait();
    }
}

#[test]
fn a_stored_answer_is_never_replaced() {
    let place = Place::new();
    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    let mut home = place.open();
    assert!(home.claim(&claim(&proposal, &bytes)).unwrap());
    let items = domains(&["one.example"]);
    let (first, second) = (answer(&home.us(), &bytes, &items, 3), answer(&home.us(), &bytes, &items, 4));
    assert_ne!(first.file, second.file);
    let terms_id = proposal.terms_id();
    let receipt = answer_receipt(&home.us(), &proposal, &bytes, &first);
    home.put_answer(&terms_id, &first.answered(), &receipt).unwrap();
    let receipt = answer_receipt(&home.us(), &proposal, &bytes, &second);
    let again = home.put_answer(&terms_id, &second.answered(), &receipt);
    assert!(again.is_err(), "a second answer is an error, not silence");
    let (_, _, file, _) = home.answer(&terms_id).unwrap().unwrap().answer.unwrap();
    assert!(file == first.file);
    assert_eq!(home.receipts().unwrap().len(), 1, "and its receipt is not kept either");
}

#[test]
fn evidence_is_kept_once() {
    let place = Place::new();
    let (proposal, bytes) = ask_of_b(&["one.example"], 1);
    let b = Other::new("b", 2).card;
    let mut home = place.open();
    for _ in 0..2 {
        home.keep_evidence(b.id(), "second-ask", &proposal.terms_id(), &bytes, NOW).unwrap();
    }
    home.keep_evidence(b.id(), "second-ask", &proposal.terms_id(), b"others", NOW).unwrap();
    drop(home);
    let database = rusqlite::Connection::open(place.home().join("home.db")).unwrap();
    let kept: Vec<Vec<u8>> = database
        .prepare("SELECT file FROM evidence ORDER BY length(file) DESC")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(kept, [bytes, b"others".to_vec()]);
}
