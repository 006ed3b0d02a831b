//! The talks by files alone: two parties with two offices each say things to each other.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::terminal::on_terminal_with;
use crate::world::{Ran, Stage, World, copy, holding, program, ran};

/// Two parties with a second office each, whose accord is open.
pub(crate) fn talking() -> World {
    static KEPT: OnceLock<std::path::PathBuf> = OnceLock::new();
    let kept = KEPT.get_or_init(|| {
        let world = found();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cmd-{}-talks", std::process::id()));
        copy(world.path(), &kept);
        kept
    });
    let world = World::empty();
    copy(kept, world.path());
    world
}

fn found() -> World {
    let world = World::at(Stage::Paired);
    let offer = ["accord", "offer", "--office", "chief=hod,ro", "-o"];
    world.a(&[&offer[..], &["a.offer"]].concat()).ok();
    world.b(&[&offer[..], &["b.offer"]].concat()).ok();
    world.a(&["accord", "new", "--ours", "a.offer", "--with", "b.offer", "-o", "charter.dtn"]).ok();
    for home in ["a", "b"] {
        at(&world, home, "2026-09-30T08:00:00Z", &["accord", "sign", "charter.dtn", "--yes"]).ok();
    }
    exchange(&world, "2026-09-30T09:00:00Z");
    exchange(&world, "2026-09-30T09:01:00Z");
    world
}

/// Runs with one of the homes at a time.
pub(crate) fn at(world: &World, home: &str, time: &str, args: &[&str]) -> Ran {
    ran(program(world.path()).env("DETENTE_NOW", time).args(["--home", home]).args(args))
}

/// One packet each way.
pub(crate) fn exchange(world: &World, time: &str) {
    for (from, to, other) in [("a", "cert-b", "b"), ("b", "cert-a", "a")] {
        at(world, from, time, &["sync", "out", "--to", to, "-o", "packet.dtn"]).ok();
        at(world, other, time, &["sync", "in", "packet.dtn"]).ok();
    }
}

const INQUIRE: [&str; 13] = [
    "inquire",
    "--to",
    "cert-b",
    "--kind",
    "incident",
    "--prec",
    "priority",
    "--ask",
    "investigate,preserve",
    "--started",
    "2026-09-29T10:00Z±1d",
    "--text",
    "We saw logins to three mailboxes.",
];

/// a asks; b has it. Gives the entry.
pub(crate) fn asked(world: &World) -> String {
    let said = at(world, "a", "2026-10-01T09:00:00Z", &[&INQUIRE[..], &["--yes", "--json"]].concat());
    exchange(world, "2026-10-01T09:00:04Z");
    said.ok().json()["entry"].as_str().unwrap().to_owned()
}

fn content_of(world: &World, home: &str, entry: &str) -> Value {
    world.home(home, &["record", "show", "--json"]).ok().json()["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|shown| shown["entry"] == entry)
        .unwrap()["content"]
        .clone()
}

fn keys(document: &Value) -> Vec<&String> {
    document.as_object().unwrap().keys().collect()
}

#[test]
fn an_inquiry_is_asked_acknowledged_denied_by_two_and_closed() {
    let world = talking();
    let said = at(&world, "a", "2026-10-01T09:00:00Z", &[&INQUIRE[..], &["--yes"]].concat());
    assert_eq!(
        said.ok().err,
        "a rehearsal: the time is taken to be 2026-10-01T09:00:00Z\n\
         Will be readable by: cert-b. Will not leave: nothing is kept back. Starts a clock: cert-b has 4 h to \
         acknowledge, 24 h to send a holding reply, 72 h to answer and 30 d for the final answer after their node \
         receives it. Signed by: desk, chief.\n"
    );
    assert_eq!(said.out, "Said      cert-a>cert-b 2026/001, entry cert-a/0/2: inquiry release to cert-b\n");
    exchange(&world, "2026-10-01T09:00:04Z");
    let content = content_of(&world, "b", "cert-a/0/2").to_string();
    assert!(content.contains("three mailboxes") && content.contains("\"pm\":86400"), "{content}");

    let acked = at(&world, "b", "2026-10-01T09:51:00Z", &["ack", "1", "--yes", "--json"]).ok().json();
    assert_eq!(
        (&acked["type"], &acked["act"], &acked["to"]),
        (&"reply".into(), &"acknowledge".into(), &"cert-a".into())
    );
    assert_eq!((&acked["offices"], &acked["single"]), (&json!(["desk"]), &false.into()));
    exchange(&world, "2026-10-01T09:52:00Z");

    // One office drafts, another releases.
    let deny = [
        "reply",
        "deny",
        "cert-a>cert-b 2026/001",
        "--levels",
        "ordered,coordinated",
        "--not-addressed",
        "encouraged",
        "--search",
        "yes",
        "--text",
        "But we didn't.",
        "--as",
        "desk",
    ];
    let drafted =
        at(&world, "b", "2026-10-02T10:00:00Z", &[&deny[..], &["--yes", "--json"]].concat()).ok().json();
    assert_eq!((&drafted["entry"], &drafted["offices"]), (&Value::Null, &json!(["desk"])));
    let name = drafted["waiting"].as_str().unwrap().to_owned();
    let listed = world.b(&["drafts"]);
    assert_eq!(
        listed.ok().out,
        format!("{name}  denial denial to cert-a, drafted 2026-10-02 10:00Z, signed by desk\n")
    );
    assert!(world.b(&["drafts", &name]).ok().out.contains("text          \"But we didn't.\""));
    at(&world, "b", "2026-10-02T11:00:00Z", &["release", &name, "--as", "desk", "--yes"])
        .fails(3, "needs two officers (needs-two-officers)");
    let released = at(&world, "b", "2026-10-02T11:00:00Z", &["release", &name, "--as", "chief", "--yes"]);
    assert!(
        released.ok().err.contains("Meets a clock: holding reply, answer, final answer."),
        "{released:?}"
    );
    assert!(released.out.starts_with("Said      cert-b>cert-a 2026/002, entry cert-b/0/"), "{released:?}");
    assert_eq!(world.b(&["drafts"]).ok().out, "Nothing waits for a release.\n");
    world.b(&["release", &name, "--yes"]).fails(2, "waits");
    exchange(&world, "2026-10-02T11:00:04Z");
    let shown = world.a(&["record", "show", "--json"]).ok().json();
    for entry in shown["entries"].as_array().unwrap() {
        assert_eq!(entry["effect"], "took", "{entry}");
    }

    at(
        &world,
        "a",
        "2026-10-03T09:00:00Z",
        &["inquire", "close", "1", "--outcome", "disagreement-recorded", "--yes"],
    )
    .ok();
    exchange(&world, "2026-10-03T09:00:04Z");
    at(&world, "b", "2026-10-03T10:00:00Z", &["reply", "answer", "1", "no-finding", "--yes"])
        .fails(3, "the thread is closed (wrong-phase); nothing was said");
}

#[test]
fn what_is_not_ours_to_say_is_refused_by_name() {
    let world = talking();
    let entry = asked(&world);
    let size = |home: &str| {
        world.home(home, &["record", "show", "--json"]).ok().json()["entries"].as_array().unwrap().len()
    };
    let before = size("a");
    at(&world, "a", "2026-10-01T10:00:00Z", &["reply", "acknowledge", &entry, "--yes"])
        .fails(3, "it is the act of another side (not-yours); nothing was said");
    at(&world, "b", "2026-10-01T10:00:00Z", &["inquire", "close", &entry, "--outcome", "resolved", "--yes"])
        .fails(3, "(not-yours)");
    at(&world, "b", "2026-10-01T10:00:00Z", &["reply", "deny", &entry, "--as", "nobody", "--yes"])
        .fails(2, "nobody is no active office of ours");
    at(&world, "b", "2026-10-01T10:00:00Z", &["ack", "cert-a/0/0", "--yes"]).fails(2, "of another type");
    at(&world, "b", "2026-10-01T10:00:00Z", &["ack", "7", "--yes"])
        .fails(2, "has the number \"7\"")
        .hints("record show");
    at(
        &world,
        "a",
        "2026-10-01T10:00:00Z",
        &[&INQUIRE[..2], &["nobody"], &INQUIRE[3..], &["--yes"]].concat(),
    )
    .fails(2, "nobody else in this accord");
    // Nobody to ask.
    at(&world, "b", "2026-10-01T10:00:00Z", &["ack", &entry])
        .fails(2, "no terminal to ask on")
        .hints("--draft");
    at(&world, "a", "2026-10-01T10:00:00Z", &[&INQUIRE[..], &["--tlp", "WHITE", "--yes"]].concat()).gives(2);
    assert_eq!(size("a"), before);
}

#[test]
fn a_draft_outlives_the_process_and_leaves_no_trace_when_discarded() {
    let world = talking();
    let entry = asked(&world);
    let secret = "a-sentence-that-nobody-else-writes";
    let draft = ["reply", "answer", &entry, "no-finding", "--text", secret, "--draft", "--json"];
    let first = at(&world, "b", "2026-10-01T12:00:00Z", &draft).ok().json();
    let second = at(&world, "b", "2026-10-01T12:01:00Z", &draft).ok().json();
    let keys = keys(&first);
    assert_eq!(
        keys,
        [
            "act", "clocks", "entry", "number", "offices", "readers", "schema", "single", "to", "type",
            "waiting"
        ]
    );
    assert_eq!((&first["schema"], &first["single"]), (&"detente.said.v1".into(), &false.into()));
    assert_eq!(first["readers"], json!([{ "party": "cert-a", "reads": "content" }]));
    let listed = world.b(&["drafts", "--json"]).ok().json();
    assert_eq!(listed["schema"], "detente.drafts.v1");
    assert_eq!(listed["drafts"].as_array().unwrap().len(), 2);
    assert_eq!(listed["drafts"][0]["signed_by"], json!(["chief"]), "{listed}");
    // Nothing of it is on the record, and the other side gets nothing.
    exchange(&world, "2026-10-01T12:02:00Z");
    assert!(holding(&world.file("a"), secret.as_bytes()).is_empty());

    let released = at(
        &world,
        "b",
        "2026-10-01T13:00:00Z",
        &["release", first["waiting"].as_str().unwrap(), "--yes", "--json"],
    );
    assert_eq!(released.ok().json()["offices"], json!(["chief", "desk"]));
    let gone = world.b(&["discard", second["waiting"].as_str().unwrap(), "--json"]).ok().json();
    assert_eq!(gone["schema"], "detente.discard.v1");
    assert_eq!(world.b(&["drafts", "--json"]).ok().json()["drafts"], json!([]));
    world.b(&["discard", second["waiting"].as_str().unwrap()]).fails(2, "waits");
    exchange(&world, "2026-10-01T13:00:04Z");
    let answered = released.json()["entry"].as_str().unwrap().to_owned();
    assert!(content_of(&world, "a", &answered).to_string().contains(secret));
    // What was said can be deleted, and the draft of it holds it back nowhere.
    at(&world, "b", "2026-10-01T14:00:00Z", &["record", "redact", &answered, "--ground", "gdpr-17"]).ok();
    assert_eq!(holding(&world.file("b"), secret.as_bytes()), Vec::<String>::new());
}

#[test]
fn content_comes_from_a_file_of_labels() {
    let world = talking();
    world.write(
        "inquiry.json",
        r#"{"text": "We ask.", "asked": ["explain"], "meta": {"tlp": "AMBER+STRICT"}}"#,
    );
    world.write("label.json", r#"{"nonsense": 1}"#);
    world.write("number.json", r#"{"text": 1.5}"#);
    world.write("white.json", r#"{"meta": {"tlp": "WHITE"}}"#);
    let ask = ["inquire", "--to", "cert-b", "--kind", "clarification", "--yes", "--from"];
    let now = "2026-10-01T09:00:00Z";
    let said =
        at(&world, "a", now, &[&ask[..], &["inquiry.json", "--lang", "de", "--json"]].concat()).ok().json();
    let content = content_of(&world, "a", said["entry"].as_str().unwrap()).to_string();
    assert!(content.contains(r#"{"lang":"de","tlp":"AMBER+STRICT"}"#), "{content}");
    assert_eq!(said["offices"], json!(["desk"]), "a routine inquiry takes one");
    for (file, why) in [
        ("label.json", "no label"),
        ("number.json", "not a whole one"),
        ("white.json", "no acceptable tlp"),
        ("ours.txt", "not JSON"),
    ] {
        at(&world, "a", now, &[&ask[..], &[file]].concat()).fails(2, why);
    }
}

/// Everything that can be said, in an order in which it can be.
const SAID: [(&str, &str); 37] = [
    ("a", "notice issue --kind activity --to cert-b --text scanning"),
    ("b", "ack cert-a/0/2"),
    ("a", "notice update 1 --text on"),
    ("a", "notice close 1"),
    ("a", "undertake offer --to cert-b --starts 2026-10-06 --until 2026-12-03 --review 2027-01-15 --text so"),
    ("b", "undertake accept 4 --without-prejudice"),
    ("a", "inquire --to cert-b --kind clarification --text what"),
    ("b", "reply deny 5 --levels ordered --text no"),
    ("a", "contest 3 --text so --without-prejudice"),
    ("a", "contest note 3"),
    ("b", "correct 3 --set text=No. --text spelling"),
    ("a", "inquire close 5 --outcome disagreement-recorded"),
    ("a", "contact report --to cert-b --at 2026-10-01T07:00Z --channel dinner --topics e2,e3"),
    ("b", "contact report --to cert-a --at 2026-10-01T07:00Z --channel dinner --topics e2"),
    (
        "a",
        "claim put --to cert-b --level operator --object AS64500 --likelihood likely --alternatives one,other",
    ),
    ("b", "claim answer 10 --text sold"),
    ("a", "claim maintain 10"),
    ("a", "claim withdraw 10 --reason wrong"),
    (
        "a",
        "disclose propose cert-b>cert-a_2026/003 --to cert-b --audience public --ground own-words-only --text we",
    ),
    ("b", "disclose answer 13 add --text too"),
    ("a", "disclose release 13 --ground agreed --cites cert-b>cert-a_2026/007"),
    ("a", "exercise announce --id spring --starts 2026-10-01T10:05Z --until 2026-10-03 --title Spring"),
    ("a", "exercise start 1"),
    ("a", "inquire --to cert-b --kind clarification --exercise spring --text what"),
    ("b", "reply answer EX-spring_cert-a>cert-b_2026/001 acted --exercise spring"),
    ("a", "exercise end 1"),
    ("a", "norm propose --code E2 --kind prohibition --title Mailboxes --text no"),
    ("b", "norm bracket 4 --id b1 --span no --alternatives never"),
    ("a", "norm unbracket 1 --how drop"),
    ("b", "norm unbracket 1 --how drop"),
    ("b", "reserve 4 --kind reservation --effect modify --text but"),
    ("a", "reserve accept 3"),
    ("b", "declare --kind pledge --open --text we"),
    ("a", "declare join 4"),
    ("a", "accord suspend --days 10 --to cert-b --reason rest"),
    ("a", "accord resume 15"),
    ("b", "cancel cert-b>*_2026/004 --reason twice"),
];

#[test]
fn everything_can_be_said_and_takes_effect_on_both_sides() {
    let world = talking();
    for (minute, (home, said)) in SAID.iter().enumerate() {
        let time = format!("2026-10-01T{:02}:{:02}:00Z", 9 + minute / 20, 3 * (minute % 20));
        let words: Vec<String> = said.split(' ').map(|word| word.replace('_', " ")).collect();
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--yes", "--json"]).collect();
        let ran = at(&world, home, &time, &args);
        assert_eq!(ran.code, 0, "{said}: {ran:?}");
        let document = ran.json();
        assert_eq!(document["schema"], "detente.said.v1", "{said}");
        assert!(document["entry"].is_string() && document["number"].is_string(), "{said}: {document}");
        println!("{said} -> {} {}", document["entry"], document["number"]);
        exchange(&world, &time);
    }
    let (ours, theirs) = (entries_of(&world, "a"), entries_of(&world, "b"));
    for entry in ours.iter().chain(&theirs) {
        assert_eq!(entry["effect"], "took", "{entry}");
    }
    assert!(ours.len() > 2 * SAID.len(), "each was acknowledged: {}", ours.len());
}

fn entries_of(world: &World, home: &str) -> Vec<Value> {
    world.home(home, &["record", "show", "--json"]).ok().json()["entries"].as_array().unwrap().clone()
}

#[test]
fn a_draft_that_was_said_waits_no_more_whatever_a_crash_left() {
    let world = talking();
    let entry = asked(&world);
    let now = "2026-10-01T12:00:00Z";
    let draft = ["reply", "answer", &entry, "no-finding", "--text", "nothing", "--draft", "--json"];
    let name = at(&world, "b", now, &draft).ok().json()["waiting"].as_str().unwrap().to_owned();
    let accord = fs::read_dir(world.file("b/accords")).unwrap().next().unwrap().unwrap().path();
    let content = accord.join("content.db");
    // A crash between the entry and the end of the draft leaves both.
    let keep = rusqlite::Connection::open(&content).unwrap();
    let body: Vec<u8> = keep.query_row("SELECT body FROM waiting", [], |row| row.get(0)).unwrap();
    drop(keep);
    at(&world, "b", now, &["release", &name, "--yes"]).ok();
    let left = rusqlite::Connection::open(&content).unwrap();
    left.execute("INSERT INTO waiting VALUES (?1, ?2)", rusqlite::params![name, body]).unwrap();
    drop(left);
    assert_eq!(world.b(&["drafts"]).ok().out, "Nothing waits for a release.\n");
    at(&world, "b", now, &["release", &name, "--yes"]).fails(2, "waits");
    let after = rusqlite::Connection::open(&content).unwrap();
    let rows: u64 = after.query_row("SELECT count(*) FROM waiting", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}

#[test]
fn one_office_denies_nothing_where_the_rules_want_two() {
    let world = World::at(Stage::Paired);
    world.b(&["accord", "offer", "-o", "b.offer"]).ok();
    world.a(&["accord", "rules", "--with", "b.offer", "-o", "rules.json"]).ok();
    let mut rules: Value = serde_json::from_slice(&world.bytes("rules.json")).unwrap();
    rules["rules"]["officers"]["never_single"] = json!(["denial"]);
    world.write("rules.json", rules.to_string());
    let new =
        ["accord", "new", "--with", "b.offer", "--title", "T", "--rules", "rules.json", "-o", "charter.dtn"];
    world.a(&new).ok();
    for home in ["a", "b"] {
        at(&world, home, "2026-09-30T08:00:00Z", &["accord", "sign", "charter.dtn", "--yes"]).ok();
    }
    exchange(&world, "2026-09-30T09:00:00Z");
    exchange(&world, "2026-09-30T09:01:00Z");
    let asked = at(&world, "a", "2026-10-01T09:00:00Z", &[&INQUIRE[..], &["--yes"]].concat());
    assert!(asked.ok().err.ends_with("Signed by: desk; released by one person.\n"), "{asked:?}");
    exchange(&world, "2026-10-01T09:00:04Z");
    let deny = ["reply", "deny", "1", "--levels", "ordered", "--text", "no", "--yes"];
    at(&world, "b", "2026-10-01T10:00:00Z", &deny)
        .fails(3, "a statement of type denial would have no effect: needs two officers (needs-two-officers)")
        .hints("--office");
    let answer = ["reply", "answer", "1", "no-finding", "--yes", "--json"];
    let said = at(&world, "b", "2026-10-01T10:00:00Z", &answer).ok().json();
    assert_eq!((&said["offices"], &said["single"]), (&json!(["desk"]), &true.into()));
}

#[test]
fn on_a_terminal_an_editor_takes_the_words_and_a_person_decides() {
    let world = talking();
    world.write("editor.sh", "printf '{\"text\": \"From an editor.\"}' > \"$1\"\n");
    let variables = [("EDITOR", "sh editor.sh"), ("DETENTE_NOW", "2026-10-01T09:00:00Z")];
    let ask = "--home a inquire --to cert-b --kind clarification";
    let Some((code, screen)) = on_terminal_with(&world, ask, "no\n", &variables) else { return };
    assert!(
        screen.contains("Will be readable by: cert-b.") && screen.contains("Release it? [yes/no]"),
        "{screen}"
    );
    assert!(screen.contains("it was not released; nothing was said"), "{screen}");
    assert_eq!(code, 3);
    let Some((code, screen)) = on_terminal_with(&world, ask, "yes\n", &variables) else { return };
    assert_eq!(code, 0, "{screen}");
    let said = entries_of(&world, "a").pop().unwrap();
    assert_eq!(said["content"].to_string(), r#"[["text","From an editor."]]"#, "{said}");
    // An editor that writes nothing says nothing, and leaves no file.
    let variables = [("EDITOR", "true"), ("DETENTE_NOW", "2026-10-01T09:00:00Z")];
    let Some((code, screen)) = on_terminal_with(&world, ask, "", &variables) else { return };
    assert!(screen.contains("nothing was written; nothing was said"), "{screen}");
    assert_eq!(code, 3);
    let left = fs::read_dir(world.file("a")).unwrap().flatten();
    assert!(!left.map(|file| file.file_name()).any(|name| name.to_string_lossy().starts_with("editing-")));
}

#[test]
fn an_exercise_and_real_traffic_do_not_mix() {
    let world = talking();
    let real = asked(&world);
    let spring =
        ["exercise", "announce", "--id", "spring", "--starts", "2026-10-01T09:00Z", "--until", "2026-10-02"];
    let ask =
        ["inquire", "--to", "cert-b", "--kind", "clarification", "--exercise", "spring", "--yes", "--json"];
    at(&world, "a", "2026-10-01T08:00:00Z", &ask)
        .fails(3, "no exercise of this id is running (no-such-exercise)");
    at(&world, "a", "2026-10-01T08:00:00Z", &[&spring[..], &["--yes"]].concat()).ok();
    at(&world, "a", "2026-10-01T10:00:00Z", &["exercise", "start", "1", "--yes"]).ok();
    let said = at(&world, "a", "2026-10-01T10:01:00Z", &ask).ok().json();
    assert_eq!(said["number"], "EX-spring cert-a>cert-b 2026/001");
    exchange(&world, "2026-10-01T10:02:00Z");
    let entry = said["entry"].as_str().unwrap();
    let answer = |entry, more: &[&str]| {
        at(
            &world,
            "b",
            "2026-10-01T10:03:00Z",
            &[&["reply", "answer", entry, "acted", "--yes"], more].concat(),
        )
    };
    answer(entry, &[]).fails(3, "an exercise and real traffic do not mix (exercise-mixed)");
    answer(&real, &["--exercise", "spring"]).fails(3, "(exercise-mixed)");
    answer(entry, &["--exercise", "spring"]).ok();
}

#[test]
fn a_person_answers_a_comcheck_with_its_word() {
    let world = talking();
    let now = "2026-10-01T09:00:00Z";
    let send = ["comcheck", "send", "--to", "cert-b", "--word", "lantern", "--yes", "--json"];
    let sent = at(&world, "a", now, &send).ok().json();
    assert_eq!((&sent["number"], &sent["offices"]), (&Value::Null, &json!([])), "a machine entry");
    exchange(&world, now);
    let entry = sent["entry"].as_str().unwrap();
    assert!(content_of(&world, "b", entry).to_string().contains("lantern"));
    let answer = ["comcheck", "answer", entry, "--word", "lantern", "--yes", "--json"];
    let said = at(&world, "b", "2026-10-01T09:30:00Z", &answer);
    assert_eq!(said.ok().json()["act"], "human-answer");
    assert!(said.err.contains("Meets a clock: a person's answer."), "{said:?}");
    exchange(&world, "2026-10-01T09:31:00Z");
    at(&world, "b", "2026-10-01T09:40:00Z", &["comcheck", "score", entry, "--score", "ok", "--yes"])
        .fails(3, "(ref-author)");
    at(&world, "a", "2026-10-01T09:40:00Z", &["comcheck", "score", entry, "--score", "ok", "--yes"]).ok();
}

#[test]
fn evidence_is_committed_to_opened_item_by_item_and_checked_where_it_arrives() {
    let world = talking();
    world.write("one.log", "the first file");
    world.write("two.log", "the second file");
    let now = "2026-10-01T09:00:00Z";
    let commit = ["evidence", "commit", "one.log", "two.log", "--to", "cert-b", "--kind", "log", "--yes"];
    let said = at(&world, "a", now, &commit);
    assert!(
        said.ok().err.contains(
            "Will be readable by: cert-b (existence, type and times only). Will not leave: 2 files, until they are \
             opened to somebody."
        ),
        "{said:?}"
    );
    exchange(&world, now);
    assert_eq!(
        world.b(&["evidence", "list", "1"]).ok().out,
        "Sealed: fingerprints on record, content not shown.\n"
    );
    at(&world, "b", now, &["evidence", "open", "1", "0", "--to", "cert-a", "--yes"]).gives(2);
    at(&world, "a", now, &["evidence", "open", "1", "7", "--to", "cert-b", "--yes"]).gives(2);
    let opened = at(&world, "a", now, &["evidence", "open", "1", "1", "--to", "cert-b", "--yes", "--json"]);
    assert_eq!(opened.ok().json()["act"], "open");
    exchange(&world, now);
    let listed = world.b(&["evidence", "list", "1", "--json"]).ok().json();
    assert_eq!(listed["schema"], "detente.evidence.v1");
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["item"], &items[0]["name"], &items[0]["here"]),
        (&1.into(), &"two.log".into(), &true.into())
    );
    let taken = world.b(&["evidence", "take", "1", "1", "-o", "taken.log", "--json"]).ok().json();
    assert_eq!(taken["schema"], "detente.evidence-take.v1");
    assert_eq!(world.bytes("taken.log"), b"the second file");
    world.b(&["evidence", "take", "1", "0", "-o", "x.log"]).fails(2, "item 0 was not opened to us");
    assert_eq!(holding(&world.file("b"), b"the first file"), Vec::<String>::new());
}

#[test]
fn a_norm_pack_comes_to_the_table_with_its_brackets() {
    let world = talking();
    let now = "2026-10-01T09:00:00Z";
    let import = ["norm", "import", "starter", "--set", "election"];
    at(&world, "a", now, &[&import[..], &["--norm", "E99", "--yes"]].concat())
        .fails(2, "the pack has no norm \"E99\"")
        .hints("E1, E2");
    at(&world, "a", now, &[&import[..], &["--norm", "E2", "--choose", "E2", "--yes"]].concat())
        .fails(2, "is not NORM.ID=VALUE");
    at(&world, "a", now, &[&import[..], &["--norm", "E2"]].concat()).fails(2, "no terminal to ask on");
    let imported =
        at(&world, "a", now, &[&import[..], &["--norm", "E2", "--norm", "E3", "--yes", "--json"]].concat());
    assert!(imported.ok().err.contains("Proposes 2 norms (E2, E3) and opens 2 brackets."), "{imported:?}");
    let document = imported.json();
    assert_eq!(
        (&document["schema"], &document["pack"]),
        (&"detente.norm-import.v1".into(), &"starter".into())
    );
    let norms = document["norms"].as_array().unwrap();
    assert_eq!((&norms[0]["code"], &norms[0]["number"]), (&"E2".into(), &"cert-a>* 2026/001".into()));
    assert_eq!(norms[1]["brackets"].as_array().unwrap().len(), 1);
    exchange(&world, now);
    for entry in entries_of(&world, "b") {
        assert_eq!(entry["effect"], "took", "{entry}");
    }
    let table = at(&world, "b", now, &["norm", "table"]);
    assert!(
        table.ok().out.ends_with("\nE2: 1 bracket left, 0 parked\nE3: 1 bracket left, 0 parked\n"),
        "{table:?}"
    );
    at(&world, "b", now, &["norm", "unbracket", "4", "--how", "park", "--yes"]).ok();
    exchange(&world, now);
    let document = at(&world, "b", now, &["norm", "table", "--json"]).ok().json();
    let parked = |at: usize| (&document["brackets"][at]["open"], &document["brackets"][at]["parked"]);
    assert_eq!((parked(0), parked(1)), ((&json!(1), &json!(0)), (&json!(0), &json!(1))), "{document}");
}
