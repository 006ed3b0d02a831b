//! docs/tutorial.md is run as it stands: each command at its time, and what it prints compared with the page.

use std::path::Path;

use crate::world::{World, program, ran};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tutorial.md");
/// Set, it writes what the commands print into the page instead of comparing.
const WRITE: &str = "DETENTE_WRITE_TUTORIAL";
/// What is different in each run stands as this on the page.
const ANYTHING: char = '…';

#[test]
fn the_tutorial_runs_as_it_stands() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let world = World::empty();
    let mut time = "2026-05-02T09:00:00Z".to_owned();
    let mut written = Vec::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        written.push(line.to_owned());
        if let Some(set) = line.strip_prefix("<!-- time: ").and_then(|rest| rest.strip_suffix(" -->")) {
            set.clone_into(&mut time);
        }
        if line == "<!-- homes -->" {
            homes(&world, &time);
        }
        if line == "<!-- packets -->" {
            packets(&world, &time);
        }
        let Some((home, command)) = prompt(line) else { continue };
        let mut command = command.to_owned();
        while command.ends_with('\\') {
            let more = lines.next().unwrap();
            written.push(more.to_owned());
            command = format!("{} {}", command.trim_end_matches('\\').trim_end(), more.trim());
        }
        let expected: Vec<&str> = std::iter::from_fn(|| {
            lines.next_if(|line| prompt(line).is_none() && *line != "```" && !line.is_empty())
        })
        .collect();
        let printed = run(&world, &time, home, &command);
        if std::env::var_os(WRITE).is_some() {
            written.extend(printed.lines().map(|line| line.trim_end().to_owned()));
        } else {
            compare(&command, &expected, &printed).unwrap();
        }
    }
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(Path::new(PAGE), written.join("\n") + "\n").unwrap();
    }
}

/// Two homes whose owners compared their cards.
fn homes(world: &World, time: &str) {
    for home in ["blue", "red"] {
        run(world, time, home, &format!("detente init {home}"));
        run(world, time, home, &format!("detente card -o {home}.card"));
    }
    for (one, other) in [("blue", "red"), ("red", "blue")] {
        let words = run(world, time, other, "detente card --words");
        let add = format!("detente peer add {other}.card --words \"{}\" --compared call", words.trim());
        run(world, time, one, &add);
    }
}

/// `blue$ detente …`
fn prompt(line: &str) -> Option<(&str, &str)> {
    let (home, command) = line.split_once("$ ")?;
    (home == "blue" || home == "red").then_some((home, command))
}

fn run(world: &World, time: &str, home: &str, command: &str) -> String {
    let mut words = words(command);
    assert_eq!(words.remove(0), "detente", "{command}");
    let mut program = program(world.path());
    program.env("DETENTE_NOW", time).args(["--home", home]).args(&words);
    let ran = ran(&mut program);
    assert_eq!(ran.code, 0, "{command}: {ran:?}");
    ran.out
}

/// What each side has goes to the other, twice: so that both hold the other's receipts.
fn packets(world: &World, time: &str) {
    for _ in 0..2 {
        for (from, to) in [("blue", "red"), ("red", "blue")] {
            run(world, time, from, &format!("detente sync out --to {to} -o packet.dtn"));
            run(world, time, to, "detente sync in packet.dtn");
        }
    }
}

/// Words as a shell splits them: double quotes keep blanks together.
pub(crate) fn words(command: &str) -> Vec<String> {
    let parts: Vec<&str> = command.split('"').collect();
    let mut words: Vec<String> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 1 {
            words.push((*part).to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// What a command does not print.
pub(crate) type Mismatch = String;

/// Whether it prints these lines in this order, with others between them.
pub(crate) fn compare(command: &str, expected: &[&str], printed: &str) -> Result<(), Mismatch> {
    let whole = printed;
    let mut printed = printed.lines().map(str::trim_end).filter(|line| !line.is_empty());
    for line in expected {
        if line.trim() == ANYTHING.to_string() {
            continue;
        }
        let found = printed.by_ref().find(|printed| fits(line.trim_end(), printed));
        if found.is_none() {
            return Err(format!("{command} does not print {line:?} there: {whole}"));
        }
    }
    Ok(())
}

/// Whether a printed line is the expected one, where `…` stands for anything.
fn fits(expected: &str, printed: &str) -> bool {
    let mut rest = printed;
    let parts: Vec<&str> = expected.split(ANYTHING).collect();
    for (at, part) in parts.iter().enumerate() {
        let found = if at == 0 { rest.starts_with(part).then_some(0) } else { rest.find(part) };
        let Some(found) = found else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.is_empty() || expected.ends_with(ANYTHING)
}
