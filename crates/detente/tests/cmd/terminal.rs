//! What a terminal would see: no progress where there is none, foreign text escaped, pipes that close.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::world::{Stage, World, program, ran};

/// Words that could take over a terminal or turn the reading direction.
const HOSTILE: &str = "CERT\u{202e}-B\u{200b} \u{2066}x";

#[test]
fn without_a_terminal_there_is_no_progress_and_no_colour() {
    let world = World::at(Stage::Paired);
    let runs = [
        world.run(&["try", "ours.txt", "theirs.txt"]),
        world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", "ask.dtn"]),
        world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]),
        world.a(&["open", "answer.dtn"]),
        world.run(&["--help"]),
        world.run(&["try", "--nonsense"]),
    ];
    for ran in runs {
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{ran:?}");
        assert!(!ran.err.contains('\r') && !ran.err.contains('%'), "{ran:?}");
    }
}

#[test]
fn quiet_leaves_the_answer_and_errors() {
    let world = World::at(Stage::Answered);
    let opened = world.a(&["open", "answer.dtn", "--quiet"]);
    assert_eq!(opened.ok().err, "");
    assert!(opened.out.contains("1.2.3.4"), "{opened:?}");
    world.a(&["open", "none.dtn", "--quiet"]).fails(2, "cannot read none.dtn");
    let asked = world.a(&["ask", "ours.txt", "--peer", "cert-b", "--quiet", "-o", "x.dtn"]);
    assert_eq!(asked.ok().err, "");
}

#[test]
fn a_hostile_name_is_shown_in_quotes_with_escapes() {
    let world = World::at(Stage::Paired);
    world.b(&["card", "--set-name", HOSTILE, "--set-contact", HOSTILE, "-o", "b.card"]).ok();
    let added = world.a(&["peer", "add", "b.card"]);
    assert!(added.ok().out.contains(r#""CERT\u{202e}-B\u{200b} \u{2066}x" (cert-b)"#), "{added:?}");
    world.a(&["ask", "ours.txt", "--peer", "cert-b", "--purpose", HOSTILE, "-o", "ask.dtn"]).ok();
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]);
    assert!(answered.ok().err.contains(r#""CERT\u{202e}-B"#), "the purpose: {answered:?}");
    let run = answered.out.split("run ").nth(1).unwrap()[..32].to_owned();
    for ran in [
        world.a(&["peer", "list"]),
        world.a(&["peer", "show", "cert-b"]),
        world.a(&["open", "answer.dtn"]),
        world.b(&["receipt", "show", &run]),
        world.b(&["receipt", "verify", &run]),
        world.a(&["peer", "remove", "cert-b"]),
        world.a(&["ask", "ours.txt", "--peer", HOSTILE, "-o", "x.dtn"]),
        answered,
    ] {
        for mark in ['\u{202e}', '\u{200b}', '\u{2066}', '\u{1b}'] {
            assert!(!ran.out.contains(mark) && !ran.err.contains(mark), "{ran:?}");
        }
    }
}

#[test]
fn names_of_columns_and_files_cannot_take_over_a_terminal() {
    let world = World::empty();
    world.write("two.csv", "\u{1b}[31mone,\u{202e}two\n1.2.3.4,a.example\n9.9.9.9,b.example\n");
    world.write("e\u{1b}[2Jvil.txt", "");
    world.write("words\u{202e}.txt", "1.2.3.4\n");
    for args in [
        &["list", "show", "two.csv"][..],
        &["list", "show", "e\u{1b}[2Jvil.txt"],
        &["list", "show", "none\u{1b}[2J.txt"],
        &["list", "show", "words\u{202e}.txt"],
        &["list", "show", "."],
        &["--home", "none\u{1b}[2J", "card"],
    ] {
        let ran = world.run(args);
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let world = World::empty();
    let mut list = String::new();
    for i in 0..40_000 {
        list += &format!("host-{i}.example\n");
    }
    world.write("long", list);
    for args in [
        &["list", "canon", "long"][..],
        &["--help"],
        &["completions", "zsh"],
        &["list", "canon", "long", "--json"],
    ] {
        let mut child = program(world.path()).args(args).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn the_home_comes_from_the_flag_then_the_environment_then_xdg() {
    let world = World::at(Stage::Paired);
    let words = |command: &mut Command| ran(command.args(["card", "--words"])).ok().out.clone();
    let (a, b) = (world.a(&["card", "--words"]).out, world.b(&["card", "--words"]).out);
    assert_eq!(words(program(world.path()).env("DETENTE_HOME", world.file("b"))), b);
    assert_eq!(words(program(world.path()).env("DETENTE_HOME", world.file("b")).args(["--home", "a"])), a);
    std::fs::create_dir(world.file("data")).unwrap();
    crate::world::copy(&world.file("b"), &world.file("data/detente"));
    assert_eq!(words(program(world.path()).env("XDG_DATA_HOME", world.file("data"))), b);
    std::fs::create_dir_all(world.file("nobody/.local/share")).unwrap();
    crate::world::copy(&world.file("a"), &world.file("nobody/.local/share/detente"));
    assert_eq!(words(&mut program(world.path())), a);
    let nowhere = ran(program(world.path()).env_remove("HOME").args(["card"]));
    nowhere.fails(2, "no place for the home").hints("--home");
}

#[test]
fn binary_output_goes_to_a_pipe_alone() {
    let world = World::at(Stage::Paired);
    let output = program(world.path())
        .args(["--home", "a", "ask", "ours.txt", "--peer", "cert-b", "-o", "-"])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.stdout.starts_with(b"DETENTE\x01"));
    assert!(String::from_utf8(output.stderr).unwrap().contains("They learn"));
}

/// Runs a command on a terminal of its own, with these lines typed. `None`, said aloud, where there is no
/// `script` to make one.
fn on_terminal(world: &World, command: &str, typed: &str) -> Option<(i32, String)> {
    on_terminal_with(world, command, typed, &[])
}

/// The same with these variables in its surroundings.
pub(crate) fn on_terminal_with(
    world: &World,
    command: &str,
    typed: &str,
    variables: &[(&str, &str)],
) -> Option<(i32, String)> {
    use std::io::Write;
    let line = format!("{} {command}", env!("CARGO_BIN_EXE_detente"));
    let child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(world.path())
        .env("TERM", "xterm")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("SKIPPED: needs script (util-linux)");
        return None;
    };
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some((output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap()))
}

#[test]
fn on_a_terminal_the_terms_are_asked_about() {
    let world = World::at(Stage::Asked);
    let answer = "--home b answer ask.dtn theirs.txt -o answer.dtn";
    let Some((code, screen)) = on_terminal(&world, answer, "no\n") else { return };
    assert!(screen.contains("Accept these terms and answer? [yes/no]"), "{screen}");
    assert!(screen.contains("the terms were not accepted; nothing was answered"), "{screen}");
    assert_eq!((code, world.file("answer.dtn").exists()), (3, false));
    // The list carries no marking, so there is a second question.
    let Some((code, screen)) = on_terminal(&world, answer, "yes\nyes\n") else { return };
    assert_eq!((code, world.file("answer.dtn").exists()), (0, true), "{screen}");
}

#[test]
fn on_a_terminal_the_words_are_asked_for() {
    let world = World::at(Stage::Paired);
    world.a(&["peer", "remove", "cert-b"]).ok();
    let words = world.b(&["card", "--words"]).out;
    let Some((code, screen)) = on_terminal(&world, "--home a peer add b.card", &format!("{words}call\n"))
    else {
        return;
    };
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("compared by calling back"), "{screen}");
    let Some((code, screen)) = on_terminal(&world, "--home a peer add b.card", "\n") else { return };
    assert_eq!(code, 0, "{screen}");
    assert_eq!(
        world.a(&["peer", "list", "--json"]).json()["peers"][0]["compared"],
        "call",
        "it stays compared"
    );
}

#[test]
fn a_terminal_gets_no_binary() {
    let world = World::at(Stage::Paired);
    let ask = "--home a ask ours.txt --peer cert-b --yes -o -";
    let Some((code, screen)) = on_terminal(&world, ask, "") else { return };
    assert!(screen.contains("this is a binary file, not for a terminal"), "{screen}");
    assert_eq!(code, 2);
    assert!(!world.a(&["peer", "show", "cert-b"]).out.contains("Open ask"), "it never left");
}
