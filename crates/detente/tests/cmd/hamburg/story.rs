//! The story, row by row, and the end state that everybody computes.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::dialogue::{Dialogue, HOMES};
use crate::world::{World, copy, holding};

/// What later rows, and the tests that depart from the story, go back to.
#[derive(Clone, Default)]
pub(super) struct Entries {
    pub(super) exhibit: String,
    pub(super) inquiry: String,
    pub(super) opened: String,
    pub(super) denial: String,
    pub(super) offer: String,
    pub(super) suspension: String,
}

/// Norms E2, E3, E4, E7, E8 in force, E3 as B's counter-proposal modifies it.
pub(super) fn talks(d: &Dialogue) {
    let norms = ["E2", "E3", "E4", "E7", "E8"];
    let choices = norms.map(|norm| format!("{norm}.b1=a"));
    let each = norms.iter().flat_map(|norm| ["--norm", *norm]);
    let chosen = choices.iter().flat_map(|choice| ["--choose", choice.as_str()]);
    let import: Vec<&str> =
        ["norm", "import", "starter", "--due", "2027-06-01", "--yes"].into_iter().collect();
    let import: Vec<&str> = import.into_iter().chain(each).chain(chosen).collect();
    d.at("2026-09-02T09:00:00Z", "a", &import).ok();
    d.carry("2026-09-02T09:00:00Z", "a");
    let time = "2026-09-04T09:00:00Z";
    let except = "E3 does not prevent comment on material that is already in the public domain.";
    let reserve = ["reserve", "E3", "--kind", "counter-proposal", "--effect", "modify", "--text", except];
    let reservation = d.says(time, "b", "cert-b>* 2026/002", &reserve);
    let time = "2026-09-05T09:00:00Z";
    d.says(time, "a", "cert-a>* 2026/007", &["reserve", "accept", &reservation]);
    for (time, home) in [("2026-09-06T09:00:00Z", "a"), ("2026-09-06T10:00:00Z", "b")] {
        for norm in norms {
            d.at(time, home, &["norm", "agree", norm, "--yes"]).ok();
        }
        d.carry(time, home);
    }
}

/// The match, the evidence, the inquiry.
pub(super) fn asked(d: &Dialogue, e: &mut Entries) {
    d.at("2026-10-01T08:30:00Z", "a", &["ask", "ours.txt", "--peer", "cert-b", "--yes", "-o", "ask.dtn"])
        .ok();
    d.carry("2026-10-01T08:30:00Z", "a");
    d.at("2026-10-01T08:32:00Z", "b", &["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
    d.carry("2026-10-01T08:32:00Z", "b");
    d.at("2026-10-01T08:35:00Z", "a", &["open", "answer.dtn", "-o", "result.dtn"]).ok();
    d.carry("2026-10-01T08:35:00Z", "a");
    d.at("2026-10-01T08:35:10Z", "b", &["receipt", "add", "result.dtn"]).ok();
    d.carry("2026-10-01T08:35:10Z", "b");
    let files = ["log1", "log2", "log3", "log4", "log5"];
    for file in files.iter().chain(&["sealed"]) {
        d.world.write(file, format!("{file}: what was collected\n").repeat(40));
    }
    let commit = [&["evidence", "commit"], &files[..], &["--sealed", "sealed", "--to", "cert-b"]].concat();
    e.exhibit = d.says("2026-10-01T08:50:00Z", "a", "cert-a>cert-b 2026/004", &commit);
    let inquire = [
        "inquire",
        "--to",
        "cert-b",
        "--kind",
        "incident",
        "--prec",
        "priority",
        "--norm",
        "E2",
        "--about",
        "cert-a>cert-b 2026/003",
        "--about",
        &e.exhibit,
        "--ask",
        "investigate,preserve,explain",
        "--text",
        "Don't hack into the emails",
        "--evidence",
        "sealed",
        "--without-prejudice",
    ];
    e.inquiry = d.says("2026-10-01T09:00:00Z", "a", "cert-a>cert-b 2026/005", &inquire);
}

/// From the acknowledgement to the denial.
pub(super) fn answered(d: &Dialogue, e: &mut Entries) {
    d.says("2026-10-01T09:51:00Z", "b", "cert-b>cert-a 2026/004", &["ack", &e.inquiry]);
    let more = ["reply", "more", &e.inquiry, "--text", "Which accounts?"];
    d.says("2026-10-02T08:10:00Z", "b", "cert-b>cert-a 2026/005", &more);
    let open = ["evidence", "open", &e.exhibit, "0", "1", "--to", "cert-b", "--tlp", "amber+strict"];
    e.opened = d.says("2026-10-03T09:58:00Z", "a", "cert-a>cert-b 2026/006", &open);
    let supply = ["inquire", "supply", &e.inquiry, "--text", "Accounts 1 and 2."];
    d.says("2026-10-03T10:00:00Z", "a", "cert-a>cert-b 2026/007", &supply);
    let deny = [
        "reply",
        "deny",
        &e.inquiry,
        "--text",
        "But we didn't.",
        "--organs",
        "organs of B",
        "--period",
        "1 to 30 September",
        "--levels",
        "ordered,coordinated,executed",
        "--not-addressed",
        "encouraged,ignored",
        "--search",
        "yes",
    ];
    e.denial = d.says("2026-10-05T14:50:00Z", "b", "cert-b>cert-a 2026/006", &deny);
}

/// From the contest to the disclosure.
pub(super) fn settled(d: &Dialogue, e: &mut Entries) {
    let contest = ["contest", &e.denial, "--text", "So you say.", "--without-prejudice"];
    d.says("2026-10-06T09:00:00Z", "a", "cert-a>cert-b 2026/008", &contest);
    let offer = [
        "undertake",
        "offer",
        "--to",
        "cert-b",
        "--starts",
        "2026-10-06",
        "--until",
        "2026-12-03",
        "--review",
        "2027-01-15",
        "--text",
        "Just make sure you don't",
        "--without-prejudice",
        "--about",
        &e.inquiry,
    ];
    e.offer = d.says("2026-10-06T11:00:00Z", "a", "cert-a>cert-b 2026/009", &offer);
    let accept = ["undertake", "accept", &e.offer, "--text", "Ok", "--without-prejudice"];
    d.says("2026-10-09T16:00:00Z", "b", "cert-b>cert-a 2026/007", &accept);
    let close = ["inquire", "close", &e.inquiry, "--outcome", "disagreement-recorded"];
    d.says("2026-10-09T17:00:00Z", "a", "cert-a>cert-b 2026/010", &close);
    let dinner = [
        "contact",
        "report",
        "--to",
        "cert-b",
        "--at",
        "2026-10-12T19:00Z",
        "--notes",
        "no",
        "--channel",
        "dinner",
    ];
    d.says("2026-10-13T07:00:00Z", "a", "cert-a>cert-b 2026/011", &dinner);
    let propose = [
        "disclose",
        "propose",
        &e.inquiry,
        &e.denial,
        "--to",
        "cert-b",
        "--audience",
        "public",
        "--ground",
        "own-words-only",
        "--words",
        "ours",
        "--text",
        "we raised it twice",
    ];
    let proposed = d.says("2026-10-19T10:00:00Z", "a", "cert-a>cert-b 2026/012", &propose);
    let add = ["disclose", "answer", &proposed, "add", "--text", "and we denied it"];
    let added = d.says("2026-10-23T12:00:00Z", "b", "cert-b>cert-a 2026/008", &add);
    let release = ["disclose", "release", &proposed, "--ground", "agreed", "--about", &added];
    d.says("2026-10-26T09:00:00Z", "a", "cert-a>cert-b 2026/013", &release);
}

/// The observer, the suspension, the resumption.
pub(super) fn observed(d: &Dialogue, e: &mut Entries) {
    let ask = ["note", "ask", &e.exhibit, "--to", "cert-a", "--text", "the sealed file"];
    let asked = d.says("2026-10-27T10:00:00Z", "oa", "oversight-a>cert-a 2026/001", &ask);
    d.says("2026-10-27T15:00:00Z", "a", "cert-a>oversight-a 2026/001", &["note", "grant", &asked]);
    let open = ["evidence", "open", &e.exhibit, "5", "--to", "oversight-a"];
    d.says("2026-10-27T15:00:00Z", "a", "cert-a>oversight-a 2026/002", &open);
    let note = ["note", &e.exhibit, "--to", "cert-a", "--text", "same file, recomputed"];
    d.says("2026-10-28T09:00:00Z", "oa", "oversight-a>cert-a 2026/002", &note);
    let suspend = ["accord", "suspend", "--to", "cert-a", "--days", "90"];
    e.suspension = d.says("2026-11-20T12:00:00Z", "b", "cert-b>cert-a 2026/009", &suspend);
    let resume = ["accord", "resume", &e.suspension];
    d.says("2027-01-22T12:00:00Z", "b", "cert-b>cert-a 2027/001", &resume);
}

/// How far the story is told.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// The inquiry is with B.
    Asked,
    /// It is denied.
    Answered,
    /// B has suspended and resumed.
    End,
}

/// The story up to a stage. What leads there is run once for all tests, and copied.
pub(super) fn told(stage: Stage) -> (Dialogue, Entries) {
    static STAGES: [OnceLock<(PathBuf, Entries)>; 3] = [const { OnceLock::new() }; 3];
    let (kept, entries) = STAGES[stage as usize].get_or_init(|| {
        let (dialogue, entries) = tell(stage);
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
            "cmd-{}-hamburg-{}",
            std::process::id(),
            stage as usize
        ));
        copy(dialogue.world.path(), &kept);
        (kept, entries)
    });
    let world = World::empty();
    copy(kept, world.path());
    (Dialogue { world }, entries.clone())
}

fn tell(stage: Stage) -> (Dialogue, Entries) {
    match stage {
        Stage::Asked => {
            let (dialogue, mut entries) = (Dialogue::found(), Entries::default());
            talks(&dialogue);
            asked(&dialogue, &mut entries);
            (dialogue, entries)
        }
        Stage::Answered => {
            let (dialogue, mut entries) = told(Stage::Asked);
            answered(&dialogue, &mut entries);
            (dialogue, entries)
        }
        Stage::End => {
            let (dialogue, mut entries) = told(Stage::Answered);
            settled(&dialogue, &mut entries);
            observed(&dialogue, &mut entries);
            (dialogue, entries)
        }
    }
}

/// The end of the story.
pub(super) const END: &str = "2027-01-22T13:00:00Z";

#[test]
fn everybody_computes_the_end_state_of_the_handbook() {
    let (d, e) = told(Stage::End);
    for (home, _) in HOMES {
        let overview = d.json(END, home, &["overview"]);
        let series = overview["series"].as_array().unwrap();
        let count = |name: &str| -> u64 {
            let of = series.iter().filter(|series| series["series"] == name);
            of.map(|series| series["statements"].as_u64().unwrap()).sum()
        };
        let pairs = ["cert-a>cert-b", "cert-b>cert-a", "oversight-a>cert-a", "cert-a>oversight-a"];
        assert_eq!(pairs.map(count), [13, 10, 2, 2], "{home}");
        let question = &overview["questions"][0];
        let said = ["questions", "disagreement_recorded", "late", "never_answered", "open"];
        assert_eq!(said.map(|key| question[key].as_u64()), [1, 1, 1, 0, 0].map(Some), "{home}");
        assert_eq!(overview["questions"].as_array().unwrap().len(), 1);
        let denied = json!([{"party": "cert-b", "denials": 1, "contested": 1, "withdrawn": 0}]);
        assert_eq!(overview["denials"], denied, "{home}");
        assert_eq!((&overview["claims"]["put"], &overview["gaps"]), (&json!(0), &json!(false)));
        assert_eq!((&overview["contacts"]["all"], &overview["contacts"]["both"]), (&json!(1), &json!(0)));
        assert_eq!(overview["contacts"]["one_sided"][0]["reported_by"], "cert-a");
        let shared = ["matches", "files", "handed_over", "sealed", "sealed_opened"];
        assert_eq!(shared.map(|key| overview["shared"][key].as_u64()), [1, 5, 2, 1, 1].map(Some));
        assert_eq!(overview["suspended"][0]["days"], 60);
        let thread = d.at(END, home, &["thread", &e.inquiry]).out;
        assert!(thread.contains("answer 5 Oct 2026 14:50Z, late 04:00:00"), "{thread}");
        let review = d.at(END, home, &["thread", &e.offer]).out;
        assert!(review.contains("review by 27 Jan"), "{review}");
    }
}

#[test]
fn the_table_of_pairs_says_what_was_accepted() {
    let (d, _) = told(Stage::Asked);
    let table = d.json("2026-10-01T09:30:00Z", "oa", &["norm", "table"]);
    let states: Vec<(&str, &str)> = table["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["code"].as_str().unwrap(), cell["state"].as_str().unwrap()))
        .collect();
    let written = "as-written";
    let expected =
        ["E2", "E3", "E4", "E7", "E8"].map(|code| (code, if code == "E3" { "modified" } else { written }));
    assert_eq!(states, expected, "{table:#}");
}

#[test]
fn who_reads_what_is_as_the_scopes_say() {
    let (d, e) = told(Stage::End);
    // B got the two extracts that were opened to it; the observer the sealed file; nobody the rest.
    for (home, item, is_theirs) in [
        ("b", "0", true),
        ("b", "1", true),
        ("b", "2", false),
        ("b", "5", false),
        ("oa", "5", true),
        ("oa", "0", false),
    ] {
        let taken = d.at(END, home, &["evidence", "take", &e.exhibit, item, "-o", "taken"]);
        assert_eq!(taken.code == 0, is_theirs, "{home} {item}: {taken:?}");
        if is_theirs {
            let original = if item == "5" {
                "sealed".to_owned()
            } else {
                format!("log{}", item.parse::<u8>().unwrap() + 1)
            };
            assert_eq!(d.world.bytes("taken"), d.world.bytes(&original), "{home} {item}");
            std::fs::remove_file(d.world.file("taken")).unwrap();
        }
    }
    for (home, secret) in [("b", "sealed: what was collected"), ("oa", "log1: what was collected")] {
        assert_eq!(holding(&d.world.file(home), secret.as_bytes()), Vec::<String>::new(), "{home}");
    }
}

/// For the independent verifiers: every log of the story as one bundle.
#[test]
fn the_story_leaves_as_a_bundle_that_verifies() {
    let (d, _) = told(Stage::End);
    let shown = d.json(END, "oa", &["accord", "show"]);
    let accord = shown["accord"].as_str().unwrap();
    let log = |log: &str| -> u64 {
        let logs = shown["logs"].as_array().unwrap();
        let of = logs.iter().find(|entry| entry["log"] == log).unwrap();
        of["held_by"].as_object().unwrap().values().filter_map(Value::as_u64).max().unwrap()
    };
    let ranges = ["cert-a/0", "cert-b/0"].map(|name| format!("{name}/0..{}", log(name)));
    let export = ["bundle", "export", "--entries", &ranges[0], "--entries", &ranges[1], "-o", "h.tar"];
    d.at(END, "a", &export).ok();
    d.world.run(&["verify", "h.tar", "--accord", accord]).ok();
    if let Some(folder) = std::env::var_os("DETENTE_TEST_BUNDLES") {
        let file = Path::new(&folder).join("hamburg-1");
        std::fs::copy(d.world.file("h.tar"), file.with_extension("tar")).unwrap();
        std::fs::write(file.with_extension("accord"), format!("{accord}\n")).unwrap();
    }
}
