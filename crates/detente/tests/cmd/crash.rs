//! The program killed at every write: one ask gets one answer or none, and no half of a file stays.

use std::process::Command;

use crate::world::{Ran, Stage, World, program};

/// Runs a command of a home and kills it at the `when`-th call of `syscall`. `None` where it came to its end
/// before that.
fn killed(world: &World, home: &str, args: &[&str], syscall: &str, when: usize) -> bool {
    let plain = program(world.path());
    let inject = format!("inject={syscall}:signal=KILL:when={when}");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={syscall}"), "-e", &inject])
        .arg(plain.get_program())
        .args(["--home", home])
        .args(args)
        .current_dir(world.path())
        .output()
        .unwrap()
        .status;
    // A tracer ends as its program did.
    !status.success()
}

fn can_trace() -> bool {
    let can =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|s| s.success());
    if !can {
        println!("SKIPPED: needs strace");
    }
    can
}

/// Kills `args` at every call of each of these, until it comes to its end; `judge` looks at what is left. Gives
/// the number of kills.
fn check(stage: Stage, home: &str, args: &[&str], judge: impl Fn(&World, &str)) -> usize {
    let mut kills = 0;
    for syscall in ["pwrite64", "fsync", "ftruncate", "rename", "unlink"] {
        let mut when = 1;
        loop {
            let world = World::at(stage);
            if !killed(&world, home, args, syscall, when) {
                break;
            }
            kills += 1;
            judge(&world, &format!("{syscall} {when}"));
            // The many page writes of one transaction are alike: every third is enough.
            when += if syscall == "pwrite64" { 3 } else { 1 };
        }
    }
    kills
}

fn left(world: &World) -> i64 {
    world.b(&["peer", "show", "cert-a", "--json"]).ok().json()["budget_left_items"].as_i64().unwrap()
}

#[test]
fn an_answer_killed_anywhere_is_given_once_or_burnt() {
    if !can_trace() {
        return;
    }
    let args = ["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"];
    let kills = check(Stage::Asked, "b", &args, |world, at| {
        let before = world.file("answer.dtn").exists().then(|| world.bytes("answer.dtn"));
        let again: Ran = world.b(&args);
        match again.code {
            0 => {
                assert!(before.is_none_or(|before| before == world.bytes("answer.dtn")), "two answers, {at}");
                world.a(&["open", "answer.dtn"]).ok();
                assert_eq!(left(world), 200_000 - 256, "{at}");
            }
            3 => {
                assert!(again.err.contains("(ask-burnt)"), "{at}: {again:?}");
                assert!(before.is_none(), "burnt although it left, {at}");
                assert_eq!(left(world), 200_000 - 256, "{at}");
            }
            _ => panic!("{at}: {again:?}"),
        }
    });
    assert!(kills > 10, "{kills} kills");
}

#[test]
fn an_ask_killed_anywhere_can_be_opened_if_it_left() {
    if !can_trace() {
        return;
    }
    let args = ["ask", "ours.txt", "--peer", "cert-b", "-o", "ask.dtn"];
    let kills = check(Stage::Paired, "a", &args, |world, at| {
        if !world.file("ask.dtn").exists() {
            world.a(&args).ok();
        }
        world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
        let opened = world.a(&["open", "answer.dtn", "--json"]);
        assert_eq!(opened.code, 0, "{at}: {opened:?}");
        assert_eq!(opened.json()["common_count"], 3, "{at}");
    });
    assert!(kills > 10, "{kills} kills");
}

#[test]
fn an_opening_killed_anywhere_can_be_done_again() {
    if !can_trace() {
        return;
    }
    let args = ["open", "answer.dtn", "-o", "result.dtn"];
    let kills = check(Stage::Answered, "a", &args, |world, at| {
        let before = world.file("result.dtn").exists().then(|| world.bytes("result.dtn"));
        let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--json"]);
        assert_eq!(opened.code, 0, "{at}: {opened:?}");
        assert_eq!(opened.json()["common_count"], 3, "{at}");
        assert!(before.is_none_or(|before| before == world.bytes("result.dtn")), "two results, {at}");
        world.b(&["receipt", "add", "result.dtn"]).ok();
    });
    assert!(kills > 10, "{kills} kills");
}
