//! What our own rules refuse: exit 3, a reason by name, what to do next, and nothing left behind.

use detente_accord::file::{self, File, Header, Kind};
use detente_accord::{PartyId, SecretKey};

use crate::world::{Ran, Stage, World};

/// Asserts that `run` is refused with this reason and changes nothing but what the home keeps.
#[track_caller]
fn check(world: &World, reason: &str, run: impl FnOnce(&World) -> Ran) -> Ran {
    let before = world.listing();
    let ran = run(world);
    ran.fails(3, reason);
    assert_eq!(world.listing(), before, "something was left behind");
    ran
}

/// `a` knows `b` without having compared words.
fn uncompared() -> World {
    let world = World::at(Stage::Asked);
    for (home, peer) in [("a", "b"), ("b", "a")] {
        world.home(home, &["peer", "remove", &format!("cert-{peer}")]).ok();
        let added = world.home(home, &["peer", "add", &format!("{peer}.card")]);
        assert!(added.ok().out.contains("not compared"), "{added:?}");
        assert!(added.err.contains("warning: the key of this peer was not compared"), "{added:?}");
    }
    world
}

#[test]
fn peers_that_were_not_compared_are_neither_asked_nor_answered() {
    let world = uncompared();
    let ask = ["ask", "ours.txt", "--peer", "cert-b", "-o", "x.dtn"];
    check(&world, "(not-compared)", |world| world.a(&ask)).hints("compare the six words");
    let answer = ["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    check(&world, "ask.dtn: the key of cert-a was never compared with them (not-compared)", |world| {
        world.b(&answer)
    })
    .hints("peer add CARD --words");
}

#[test]
fn answers_and_results_of_peers_that_are_no_longer_compared_are_refused() {
    let world = World::at(Stage::Opened);
    for (home, peer) in [("a", "b"), ("b", "a")] {
        world.home(home, &["peer", "remove", &format!("cert-{peer}")]).ok();
        world.home(home, &["peer", "add", &format!("{peer}.card")]).ok();
    }
    check(&world, "(not-compared)", |world| world.a(&["open", "answer.dtn"]));
    check(&world, "(not-compared)", |world| world.b(&["receipt", "add", "result.dtn"]));
}

#[test]
fn strangers_are_refused() {
    let world = World::at(Stage::Asked);
    world.b(&["peer", "remove", "cert-a"]).ok();
    let answer = ["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    check(&world, "we hold no card of cert-a (unknown-peer)", |world| world.b(&answer))
        .hints("peer add CARD");
    check(&world, "(unknown-peer)", |world| world.a(&["ask", "ours.txt", "--peer", "nobody", "-o", "x.dtn"]));
}

#[test]
fn an_ask_over_budget_is_refused_and_the_budget_can_be_raised() {
    let world = World::at(Stage::Asked);
    world.b(&["peer", "set", "cert-a", "--budget", "255"]).ok();
    let answer = ["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"];
    let words = "the ask would charge 256 items, 255 are left of the peer's budget (over-budget)";
    check(&world, words, |world| world.b(&answer)).hints("peer set PEER --budget N");
    world.b(&["peer", "set", "cert-a", "--budget", "256"]).ok();
    world.b(&answer).ok();
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", "more.dtn"]).ok();
    let answer = ["answer", "more.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    check(&world, "256 items, 0 are left", |world| world.b(&answer));
    world
        .b(&["peer", "set", "cert-a", "--budget", "3700001"])
        .fails(2, "a budget is at most 3 700 000 items");
}

#[test]
fn a_peer_that_is_removed_and_added_again_keeps_what_it_was_charged() {
    let world = World::at(Stage::Answered);
    world.b(&["peer", "remove", "cert-a"]).ok();
    world.compare("b", "a");
    assert_eq!(world.b(&["peer", "show", "cert-a", "--json"]).json()["budget_left_items"], 200_000 - 256);
}

#[test]
fn an_ask_to_somebody_else_is_refused() {
    let world = World::at(Stage::Asked);
    world.make("c", "CERT-C");
    world.compare("c", "a");
    let answer = ["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    check(&world, "the file is addressed to cert-b, not to us (not-addressed-to-us)", |world| {
        world.home("c", &answer)
    });
}

#[test]
fn an_impostor_with_the_right_name_is_damage() {
    let world = World::at(Stage::Paired);
    world.make("impostor", "CERT-A");
    world.compare("impostor", "b");
    world.home("impostor", &["ask", "ours.txt", "--peer", "cert-b", "-o", "forged.dtn"]).ok();
    let answer = ["answer", "forged.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    world.b(&answer).fails(5, "the signature of the file does not verify (bad-signature)");
    assert!(!world.file("x.dtn").exists());
}

#[test]
fn terms_that_nobody_accepts_are_not_answered_and_not_burnt() {
    let world = World::at(Stage::Asked);
    let answer = ["answer", "ask.dtn", "theirs.txt", "-o", "answer.dtn"];
    let refused = check(&world, "nobody accepted the terms; nothing was answered", |world| world.b(&answer));
    refused.hints("--yes");
    assert!(refused.err.contains("They learn"), "what would be disclosed is said first: {refused:?}");
    assert_eq!(world.b(&["peer", "show", "cert-a", "--json"]).json()["budget_left_items"], 200_000);
    world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
}

#[test]
fn quiet_still_says_what_will_be_disclosed() {
    let world = World::at(Stage::Asked);
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "--quiet", "-o", "answer.dtn"]);
    assert!(answered.ok().err.contains("They learn"), "{answered:?}");
}

#[test]
fn a_second_ask_under_one_terms_is_refused_and_kept_as_evidence() {
    let world = World::at(Stage::Answered);
    // The same terms and another body: what a home that was copied, and signs again, would send.
    let (ask, forged) = (world.bytes("ask.dtn"), second_ask(&world));
    assert_ne!(ask, forged);
    world.write("second.dtn", &forged);
    let answer = ["answer", "second.dtn", "theirs.txt", "--yes", "-o", "x.dtn"];
    check(&world, "these terms were answered before, with other bytes (ask-replayed)", |world| {
        world.b(&answer)
    })
    .hints("ask them for a new ask");
    assert_eq!(evidence(&world, "b"), [("second-ask".to_owned(), "cert-a".to_owned(), forged)]);
}

/// The ask with one element changed in place, signed again with a's own node key.
fn second_ask(world: &World) -> Vec<u8> {
    resign(world, "ask.dtn", Kind::Ask, "a", |_, body| body[5] ^= 1)
}

/// A file that was changed and signed by whoever has this home.
fn resign(
    world: &World,
    name: &str,
    kind: Kind,
    home: &str,
    change: impl FnOnce(&mut Header, &mut Vec<u8>),
) -> Vec<u8> {
    let bytes = world.bytes(name);
    let File { mut header, statements, body, .. } = File::read(&bytes, kind).unwrap();
    let mut body = body.to_vec();
    change(&mut header, &mut body);
    let key = std::fs::read_to_string(world.file(&format!("{home}/keys/node.key"))).unwrap();
    let seed = detente_accord::b64::decode(key.split(' ').nth(2).unwrap().trim()).unwrap();
    file::write(&header, statements.as_ref(), &body, &SecretKey::from_seed(&seed))
}

/// What the home keeps of files that contradict each other.
fn evidence(world: &World, home: &str) -> Vec<(String, String, Vec<u8>)> {
    let database = rusqlite::Connection::open(world.file(&format!("{home}/home.db"))).unwrap();
    let mut rows = database.prepare("SELECT kind, peer, file FROM evidence").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_second_answer_to_one_ask_is_refused_and_kept_as_evidence() {
    let world = World::at(Stage::Asked);
    // b answers twice from two copies of its home: two acceptances of one ask.
    crate::world::copy(&world.file("b"), &world.file("b2"));
    for (home, name) in [("b", "one.dtn"), ("b2", "two.dtn")] {
        world.home(home, &["answer", "ask.dtn", "theirs.txt", "--yes", "-o", name]).ok();
    }
    world.a(&["open", "one.dtn", "-o", "result.dtn"]).ok();
    let ran = check(&world, "a second, different answer to one ask (second-answer)", |world| {
        world.a(&["open", "two.dtn", "-o", "x.dtn"])
    });
    ran.hints("the first answer stands; the second is kept as evidence");
    assert_eq!(
        evidence(&world, "a"),
        [("second-answer".to_owned(), "cert-b".to_owned(), world.bytes("two.dtn"))]
    );
    world.a(&["open", "one.dtn"]).ok();
}

#[test]
fn a_second_result_for_one_answer_is_refused_and_kept_as_evidence() {
    let world = World::at(Stage::Opened);
    world.b(&["receipt", "add", "result.dtn"]).ok();
    let second = resign(&world, "result.dtn", Kind::Result, "a", |_, body| body[0] ^= 1);
    world.write("second.dtn", &second);
    check(&world, "a second, different result for one answer (second-result)", |world| {
        world.b(&["receipt", "add", "second.dtn"])
    });
    assert_eq!(evidence(&world, "b"), [("second-result".to_owned(), "cert-a".to_owned(), second)]);
}

#[test]
fn a_run_key_that_was_seen_before_is_damage() {
    let world = World::at(Stage::Opened);
    let bytes = world.bytes("answer.dtn");
    let seen = File::read(&bytes, Kind::Answer).unwrap().header.pk;
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", "again.dtn"]).ok();
    world.b(&["answer", "again.dtn", "theirs.txt", "--yes", "-o", "good.dtn"]).ok();
    world.write("reused.dtn", resign(&world, "good.dtn", Kind::Answer, "b", |header, _| header.pk = seen));
    world.a(&["open", "reused.dtn"]).fails(5, "the key of this run was seen in an earlier run (key-reused)");
    world.a(&["open", "good.dtn"]).ok();
    world.a(&["open", "answer.dtn"]).ok();
}

#[test]
fn an_answer_to_an_ask_of_another_home_is_refused() {
    let world = World::at(Stage::Answered);
    // The same party from an older copy of its home, which never asked.
    let copy = World::at(Stage::Paired);
    crate::world::copy(&copy.file("a"), &world.file("older"));
    let open = ["open", "answer.dtn", "-o", "x.dtn"];
    check(&world, "we have no open ask with these terms (unknown-ask)", |world| world.home("older", &open))
        .hints("it may belong to another home");
}

#[test]
fn the_answer_of_one_peer_does_not_open_the_ask_to_another() {
    let world = World::at(Stage::Asked);
    world.make("c", "CERT-C");
    world.compare("c", "a");
    world.compare("a", "c");
    world.a(&["ask", "ours.txt", "--peer", "cert-c", "-o", "to-c.dtn"]).ok();
    world.home("c", &["answer", "to-c.dtn", "theirs.txt", "--yes", "-o", "from-c.dtn"]).ok();
    // c's answer under b's name: the header's author is changed and the file signed by c.
    let b = PartyId::parse("cert-b").unwrap();
    let forged = resign(&world, "from-c.dtn", Kind::Answer, "c", |header, _| header.from = b);
    world.write("forged.dtn", forged);
    world
        .a(&["open", "forged.dtn"])
        .fails(5, "header and statements of the file disagree about from (contradiction)");
    world.a(&["open", "from-c.dtn"]).ok();
}

#[test]
fn wrong_words_are_refused() {
    let world = World::at(Stage::Paired);
    world.a(&["peer", "remove", "cert-b"]).ok();
    let words = world.a(&["card", "--words"]).out;
    let add = ["peer", "add", "b.card", "--words", words.trim(), "--compared", "call"];
    check(&world, "the words do not belong to this card (words-differ)", |world| world.a(&add))
        .hints("do not use this card");
    assert!(world.a(&["peer", "list"]).out.contains("no peers yet"));
    let add = ["peer", "add", "b.card", "--words", "one", "--compared", "post"];
    world.a(&add).fails(2, "\"post\" is no way to compare").hints("in-person");
    world.a(&["peer", "add", "b.card", "--words", "one"]).gives(2);
}

#[test]
fn older_cards_and_other_identities_are_refused() {
    let world = World::at(Stage::Paired);
    world.b(&["card", "--set-name", "CERT-B of Somewhere", "-o", "newer.card"]).ok();
    let added = world.a(&["peer", "add", "newer.card"]);
    assert!(added.ok().out.contains("card revision 2, compared by calling back"), "{added:?}");
    check(&world, "the card has revision 1, we hold revision 2 (older-card)", |world| {
        world.a(&["peer", "add", "b.card"])
    })
    .hints("ask them for their newest card");
    world.make("impostor", "CERT-B");
    let add = ["peer", "add", "impostor.card"];
    check(&world, "the card names another identity key for a party we know (other-identity)", |world| {
        world.a(&add)
    })
    .hints("detente peer remove");
}

#[test]
fn one_s_own_card_and_one_s_own_id_are_no_peer() {
    let world = World::at(Stage::Paired);
    world.a(&["peer", "add", "a.card"]).fails(2, "this is your own card");
    world.make("namesake", "cert a");
    check(&world, "the peer has the same id as you: cert-a", |world| {
        world.a(&["peer", "add", "namesake.card"])
    });
}

#[test]
fn an_ask_that_would_stand_too_long_is_usage() {
    let world = World::at(Stage::Paired);
    for days in ["0", "91"] {
        world
            .a(&["ask", "ours.txt", "--peer", "cert-b", "--days", days, "-o", "x.dtn"])
            .fails(2, "an ask stands for 1 to 90 days");
    }
    let purpose = "p".repeat(1025);
    world
        .a(&["ask", "ours.txt", "--peer", "cert-b", "--purpose", &purpose, "-o", "x.dtn"])
        .fails(2, "the purpose is longer than 1 KiB");
    let purpose = "a\u{1b}[2Jb";
    world
        .a(&["ask", "ours.txt", "--peer", "cert-b", "--purpose", purpose, "-o", "x.dtn"])
        .fails(2, "control characters");
}

#[test]
fn a_result_for_a_run_we_did_not_answer_is_refused() {
    let world = World::at(Stage::Opened);
    let copy = World::at(Stage::Paired);
    crate::world::copy(&copy.file("b"), &world.file("older"));
    let add = ["receipt", "add", "result.dtn"];
    check(&world, "we answered no ask with these terms (unknown-answer)", |world| world.home("older", &add));
}
