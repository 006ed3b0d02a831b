//! Help, topics, completions, man pages.

use crate::world::{World, program, ran};

/// Every command that does something.
const COMMANDS: [&str; 174] = [
    "try",
    "demo",
    "init",
    "card",
    "peer add",
    "peer list",
    "peer show",
    "peer set",
    "peer remove",
    "ask",
    "answer",
    "open",
    "match list",
    "match asked",
    "match accept",
    "match refuse",
    "match openings",
    "match check-openings",
    "accord offer",
    "accord new",
    "accord rules",
    "accord sign",
    "accord list",
    "accord show",
    "accord rotate",
    "accord freeze",
    "accord invite",
    "accord consent",
    "accord sign-on",
    "accord leave",
    "sync out",
    "sync in",
    "bundle export",
    "verify",
    "record show",
    "record fsck",
    "record recover",
    "record redact",
    "record erase",
    "record evidence",
    "record backup",
    "desk",
    "overview",
    "thread",
    "report",
    "report year",
    "report clocks",
    "verify-call",
    "norm table",
    "oversight-note",
    "card import",
    "receipt add",
    "receipt list",
    "receipt show",
    "receipt verify",
    "receipt replay",
    "list show",
    "list canon",
    "list keep",
    "list kept",
    "list forget",
    "home export",
    "home import",
    "bench psi",
    "completions",
    "help",
    "inquire",
    "inquire supply",
    "inquire grant",
    "inquire follow-up",
    "inquire accept",
    "inquire close",
    "reply acknowledge",
    "reply holding",
    "reply more",
    "reply extend",
    "reply answer",
    "reply deny",
    "ack",
    "notice issue",
    "notice acknowledge",
    "notice update",
    "notice close",
    "contest",
    "contest note",
    "contest corroborate",
    "undertake offer",
    "undertake accept",
    "undertake decline",
    "undertake review",
    "undertake end",
    "undertake say-broken",
    "contact report",
    "contact supplement",
    "comcheck send",
    "comcheck answer",
    "comcheck alternate",
    "comcheck score",
    "claim put",
    "claim answer",
    "claim maintain",
    "claim amend",
    "claim publish",
    "claim withdraw",
    "evidence commit",
    "evidence list",
    "evidence take",
    "evidence open",
    "evidence destroy",
    "disclose propose",
    "disclose answer",
    "disclose release",
    "note",
    "note gap",
    "note ask",
    "note grant",
    "note decline",
    "exercise announce",
    "exercise start",
    "exercise end",
    "exercise review",
    "correct",
    "withdraw",
    "cancel",
    "norm import",
    "norm propose",
    "norm amend",
    "norm agree",
    "norm review",
    "norm bracket",
    "norm unbracket",
    "norm draft",
    "norm revise",
    "norm clean",
    "norm silence",
    "norm break",
    "norm confirm",
    "norm adopt",
    "norm open",
    "norm sign",
    "norm provisional",
    "reserve",
    "reserve accept",
    "reserve decline",
    "reserve part",
    "object",
    "object maintain",
    "declare",
    "declare join",
    "declare approve",
    "declare oppose",
    "declare recharacterise",
    "accord suspend",
    "accord resume",
    "accord withdraw",
    "drafts",
    "release",
    "discard",
    "serve",
    "officer add",
    "officer list",
    "officer remove",
    "officer link",
    "officer key",
    "officer approvals",
    "officer audit",
    "node status",
    "node reload",
    "node stop",
    "config show",
    "config check",
    "doctor",
    "backup",
    "restore",
];

fn help(command: &str) -> String {
    let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    // A wide terminal must not make the lines wider.
    let folder = World::empty();
    let ran = ran(program(folder.path()).env("COLUMNS", "300").args(args));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
    ran.out
}

#[test]
fn every_command_s_help_fits_and_has_an_example() {
    for command in COMMANDS.into_iter().chain([
        "",
        "accord",
        "bundle",
        "match",
        "peer",
        "receipt",
        "record",
        "list",
        "home",
        "bench",
        "sync",
        "reply",
        "notice",
        "undertake",
        "contact",
        "comcheck",
        "claim",
        "evidence",
        "disclose",
        "exercise",
        "norm",
        "node",
        "officer",
        "config",
    ]) {
        let help = help(command);
        for line in help.lines() {
            assert!(line.chars().count() <= 110, "{command}: {line}");
        }
        // The list of all commands grows with them.
        let most = if command.is_empty() { 80 } else { 60 };
        assert!(help.lines().count() <= most, "{command}: {} lines", help.lines().count());
        let groups =
            ["accord", "bundle", "match", "peer", "receipt", "record", "list", "home", "bench", "sync"];
        if COMMANDS.contains(&command) && !groups.contains(&command) {
            assert!(
                help.contains("Example:\n  detente ") || help.contains("Examples:\n  detente "),
                "{command}: {help}"
            );
        }
    }
}

#[test]
fn examples_in_help_are_of_that_command() {
    for command in COMMANDS {
        let help = help(command);
        let Some((_, examples)) = help.split_once("Example") else { continue };
        assert!(examples.contains(&format!("detente {command}")), "{command}: {examples}");
    }
}

#[test]
fn the_list_of_commands_is_complete() {
    let top = help("");
    for command in COMMANDS {
        let first = command.split(' ').next().unwrap();
        assert!(top.lines().any(|line| line.trim_start().starts_with(&format!("{first} "))), "{first}");
    }
}

#[test]
fn help_goes_deep() {
    let world = World::empty();
    let codes = world.run(&["help", "exit-codes"]);
    for code in [
        "  0  done",
        "  1  the honest negative",
        "  2  usage",
        "  3  refused",
        "  5  ",
        " 75  ",
        " 77  ",
        " 78  ",
    ] {
        assert!(codes.ok().out.contains(code), "{code:?} in {}", codes.out);
    }
    let limits = world.run(&["help", "limits"]);
    for limit in ["49 152", "1 048 576", "200 000", "3 700 000", "14 days", "90"] {
        assert!(limits.ok().out.contains(limit), "{limit}");
    }
    assert!(world.run(&["help", "peer", "add"]).ok().out.contains("six words"));
    assert!(world.run(&["help"]).ok().out.contains("Usage"));
    world
        .run(&["help", "nonsense"])
        .fails(2, "there is no command or topic \"nonsense\"")
        .hints("exit-codes");
}

#[test]
fn no_command_at_all_prints_help_and_is_usage() {
    let ran = World::empty().run(&[]);
    assert_eq!(ran.code, 2);
    assert!((ran.out + &ran.err).contains("Usage: detente"));
}

#[test]
fn five_shells_get_completions() {
    let world = World::empty();
    for (shell, mark) in [
        ("bash", "complete -F _detente"),
        ("zsh", "#compdef detente"),
        ("fish", "complete -c detente"),
        ("elvish", "edit:completion:arg-completer[detente]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let ran = world.run(&["completions", shell]);
        assert!(ran.ok().out.contains(mark), "{shell}");
        assert!(ran.out.contains("receipt") && ran.out.contains("peer"), "{shell}");
    }
    assert_eq!(world.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn every_command_gets_a_man_page() {
    let world = World::empty();
    std::fs::create_dir(world.file("man")).unwrap();
    world.run(&["man", "man"]).ok();
    for command in COMMANDS.into_iter().filter(|command| *command != "help") {
        let page = world.bytes(&format!("man/detente-{}.1", command.replace(' ', "-")));
        assert!(String::from_utf8(page).unwrap().contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(world.file("man/detente.1").exists());
    world.run(&["man", "no/such/folder"]).fails(2, "cannot write man pages into no/such/folder");
}

#[test]
fn version_names_what_two_sides_must_share() {
    let ran = World::empty().run(&["--version"]);
    for part in ["detente 0.", "file format 1", "suite voprf", "canon profile "] {
        assert!(ran.ok().out.contains(part), "{part}: {ran:?}");
    }
}
