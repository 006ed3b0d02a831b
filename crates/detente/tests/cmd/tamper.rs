//! The three files with a flipped byte, through the program: damage is named, nothing is kept, and the true
//! file is taken afterwards.

use crate::world::{Ran, Stage, World};

/// Flips a bit at sampled places of `file` and has `take` judge each.
fn check(world: &World, file: &str, take: impl Fn(&World, &str) -> Ran) {
    let bytes = world.bytes(file);
    let length = bytes.len();
    let header = [0, 7, 8, 9, 10, 12, 15, 16, 20, 60, 200, 700, 1030];
    let body = (0..16).map(|i| 1040 + i * (length - 1040 - 64) / 16);
    let signature = [length - 64, length - 33, length - 32, length - 1];
    let before = world.listing();
    for place in header.into_iter().chain(body).chain(signature) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        world.write("flipped.dtn", &flipped);
        let ran = take(world, "flipped.dtn");
        let code = if place < 8 { 2 } else { 5 };
        ran.fails(code, "flipped.dtn: ");
        let no_file =
            ran.err.contains("(bad-magic)") || ran.err.contains("neither a result file nor a receipt");
        assert_eq!(place < 8, no_file, "byte {place}: {ran:?}");
    }
    std::fs::remove_file(world.file("flipped.dtn")).unwrap();
    assert_eq!(world.listing(), before, "something was left behind");
    take(world, file).ok();
}

#[test]
fn a_flipped_byte_of_an_ask_is_damage() {
    let world = World::at(Stage::Asked);
    check(&world, "ask.dtn", |world, file| {
        world.b(&["answer", file, "theirs.txt", "--yes", "-o", "answer.dtn"])
    });
    assert!(world.file("answer.dtn").exists());
}

#[test]
fn a_flipped_byte_of_an_answer_is_damage() {
    let world = World::at(Stage::Answered);
    check(&world, "answer.dtn", |world, file| {
        world.a(&["open", file, "-o", "result.dtn", "--csv", "common.csv"])
    });
    assert!(world.file("result.dtn").exists());
}

#[test]
fn a_flipped_byte_of_a_result_is_damage() {
    let world = World::at(Stage::Opened);
    check(&world, "result.dtn", |world, file| world.b(&["receipt", "add", file]));
    assert!(world.b(&["receipt", "list"]).out.contains("closed"));
}

#[test]
fn a_flipped_byte_of_a_card_is_never_added() {
    let world = World::at(Stage::Paired);
    let card = world.bytes("b.card");
    for place in (0..card.len() - 1).step_by(23) {
        let mut flipped = card.clone();
        flipped[place] ^= 4;
        world.write("flipped.card", &flipped);
        let ran = world.home("a", &["peer", "add", "flipped.card"]);
        assert!(ran.code == 5 || ran.code == 2, "byte {place}: {ran:?}");
    }
    assert_eq!(world.a(&["peer", "list", "--json"]).json()["peers"].as_array().unwrap().len(), 1);
}
