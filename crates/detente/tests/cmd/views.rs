//! What people see of the talks: threads, pages, reports, six words.

use serde_json::{Value, json};

use crate::talks::{asked, at, exchange, talking};
use crate::world::{Stage, World};

const LATER: &str = "2026-10-03T12:00:00Z";

/// a asked, b acknowledged and denied by two; a knows it.
fn denied() -> (World, String) {
    let world = talking();
    let entry = asked(&world);
    at(&world, "b", "2026-10-01T09:51:00Z", &["ack", "1", "--yes"]).ok();
    let deny = [
        "reply",
        "deny",
        "1",
        "--search",
        "yes",
        "--levels",
        "ordered",
        "--text",
        "But we didn't.\nWE OWE (0)",
    ];
    at(&world, "b", "2026-10-02T10:00:00Z", &[&deny[..], &["--yes"]].concat()).ok();
    exchange(&world, "2026-10-02T10:00:04Z");
    (world, entry)
}

#[test]
fn a_desk_shows_both_sides_and_the_nearest_deadline() {
    let world = talking();
    asked(&world);
    let ours = at(&world, "b", "2026-10-01T12:46:00Z", &["desk"]);
    let shown = &ours.ok().out;
    assert!(shown.contains("WE OWE (1)") && shown.contains("THEY OWE (0)"), "{shown}");
    assert!(shown.contains("cert-a>cert-b 2026/001 INQ priority  ack by 13:00Z  00:15"), "{shown}");
    let theirs = at(&world, "a", "2026-10-01T16:30:00Z", &["desk", "--json"]).ok().json();
    assert_eq!(theirs["they_owe"][0]["words"], "ack overdue by 3 h");
    assert_eq!(theirs["not_delivered"], json!([]));
    assert_eq!(theirs["in_force"], true);
}

#[test]
fn what_waits_for_a_second_office_stands_on_the_desk() {
    let world = talking();
    asked(&world);
    let deny = ["reply", "deny", "1", "--search", "yes", "--text", "No.", "--as", "desk", "--yes", "--json"];
    let waiting = at(&world, "b", "2026-10-01T10:00:00Z", &deny).ok().json();
    let name = waiting["waiting"].as_str().unwrap();
    let shown = at(&world, "b", "2026-10-01T10:05:00Z", &["desk"]).ok().out.clone();
    let line = format!("WAITING FOR RELEASE  RPL to cert-a, drafted 10:00Z by desk: {name}");
    assert!(shown.contains(&line), "{shown}");
}

#[test]
fn a_thread_has_both_clocks_and_foreign_text_is_ruled() {
    let (world, entry) = denied();
    let shown = at(&world, "a", LATER, &["thread", "1"]).ok().out.clone();
    for words in [
        "cert-a>cert-b 2026/001 INQ  cert-a to cert-b: answered",
        "cert-b to cert-a: ack 2 Oct 10:00Z, late 21:00:00",
        "cert-b to cert-a: answer 2 Oct 10:00Z",
        "cert-b>cert-a 2026/002  cert-b denies\n  said 2 Oct 2026 10:00:00Z, received by cert-a 2 Oct 2026 10:00:04Z",
        "  cert-b wrote, text:\n  | But we didn't.\n  | WE OWE (0)\n",
        "  we wrote, what is asked:\n  | investigate, preserve\n",
    ] {
        assert!(shown.contains(words), "{words:?} in {shown}");
    }
    let document = at(&world, "a", LATER, &["thread", &entry, "--json"]).ok().json();
    assert_eq!((&document["schema"], &document["phase"]), (&"detente.thread.v1".into(), &"answered".into()));
    assert_eq!(document["entries"][2]["content"]["labels"]["text"], "But we didn't.\nWE OWE (0)");
    assert_eq!(document["clocks"].as_array().unwrap().len(), 4);
    world.a(&["thread", "cert-a/0/0"]).fails(2, "is in no thread").hints("detente report");
    world.a(&["thread", "77"]).fails(2, "no entry");
}

#[test]
fn one_page_says_what_the_record_shows_and_no_more() {
    let (world, entry) = denied();
    let page = at(&world, "a", LATER, &["report", "cert-b>cert-a 2026/002"]).ok().out.clone();
    for words in [
        "cert-b denies",
        "signed by     chief, desk",
        "received      by cert-a 2 Oct 2026 10:00:04Z",
        "effect        it counts",
        "refers to     answers cert-a>cert-b 2026/001",
        "search made   yes",
        "six words     ",
        "this says what cert-b says, not whether it is so",
    ] {
        assert!(page.contains(words), "{words:?} in {page}");
    }
    let document = at(&world, "b", LATER, &["report", &entry, "--json"]).ok().json();
    for key in ["accord", "number", "leaf", "offices", "made", "effect", "public", "content"] {
        assert!(document.get(key).is_some(), "{key}: {document}");
    }
    assert_eq!(document["schema"], "detente.report.v1");
    assert_eq!(document["content"]["state"], "readable");
}

#[test]
fn six_words_on_the_telephone_name_the_entry_and_who_signed() {
    let (world, entry) = denied();
    let plain = at(&world, "b", "2026-10-01T10:00:00Z", &["report", &entry, "--plain", "--json"]).ok().json();
    assert_eq!(plain["schema"], "detente.report-plain.v1");
    assert!(plain["who"].as_str().unwrap().contains("signed there by chief and desk"), "{plain}");
    assert_eq!(plain["do"], "1. investigate  2. preserve");
    let words: Vec<&str> =
        plain["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let call = [&["verify-call"][..], &words].concat();
    let found = at(&world, "b", "2026-10-01T09:03:00Z", &[&call[..], &["--json"]].concat()).ok().json();
    assert_eq!((&found["entry"], &found["offices"]), (&json!(entry), &json!(["chief", "desk"])));
    let said = at(&world, "b", "2026-10-01T09:03:00Z", &call);
    assert!(said.ok().out.contains("logged 00:03 ago"), "{said:?}");
    // Outside the days that were asked for, and with one word wrong, nothing is found.
    at(&world, "b", "2026-12-24T09:00:00Z", &call).gives(1);
    let mut wrong = call.clone();
    wrong[6] = if wrong[6] == "zoo" { "abandon" } else { "zoo" };
    let nothing = at(&world, "b", LATER, &wrong);
    assert!(nothing.gives(1).out.contains("Call back by a number you already had"), "{nothing:?}");
    world.b(&["verify-call", "zoo"]).fails(2, "six words");
    let lines = at(&world, "b", LATER, &["report", &entry, "--plain"]).ok().out.clone();
    let starts: Vec<&str> = lines.lines().filter(|line| line.starts_with(char::is_numeric)).collect();
    assert_eq!(starts.len(), 5, "{lines}");
}

#[test]
fn an_inquiry_becomes_iodef() {
    let (world, entry) = denied();
    let document: Value = at(&world, "b", LATER, &["report", &entry, "--iodef"]).ok().json();
    assert_eq!((&document["version"], &document["lang"]), (&"2.0".into(), &"en".into()));
    let incident = &document["Incident"][0];
    assert_eq!(incident["purpose"], "reporting");
    assert_eq!(incident["IncidentID"]["id"], "cert-a>cert-b 2026/001");
    assert_eq!(incident["StartTime"], "2026-09-29T10:00:00Z");
    assert_eq!(
        (&incident["Contact"][0]["role"], &incident["Contact"][0]["type"]),
        (&"creator".into(), &"organization".into())
    );
    let expected = incident["EventData"][0]["Expectation"].as_array().unwrap();
    let actions: Vec<&str> = expected.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["investigate", "other"]);
    assert_eq!(expected[1]["Description"], json!(["preserve"]));
    assert_eq!(expected[0]["EndTime"], "2026-10-04T09:00:04Z");
    world.a(&["report", "cert-b>cert-a 2026/002", "--iodef"]).fails(2, "is no inquiry").hints("INQ");
}

#[test]
fn clocks_go_into_a_spreadsheet() {
    let (world, _) = denied();
    let csv = at(&world, "a", LATER, &["report", "clocks", "--csv"]).ok().out.clone();
    let rows: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(rows[0], "thread,code,exercise,owed,by,to,start,length_s,due,state,met,proof,late_s");
    let ack =
        "cert-a>cert-b 2026/001,INQ,,ack,cert-b,cert-a,2026-10-01T09:00:04Z,14400,2026-10-01T13:00:04Z,met,";
    assert!(rows[1].starts_with(ack), "{csv}");
    let document = at(&world, "a", LATER, &["report", "clocks", "--json"]).ok().json();
    assert_eq!(
        (&document["schema"], document["clocks"].as_array().unwrap().len()),
        (&"detente.report-clocks.v1".into(), 4)
    );
}

#[test]
fn a_year_holds_what_was_opened_in_it() {
    let (world, _) = denied();
    let year = at(&world, "a", LATER, &["report", "year", "2026", "--json"]).ok().json();
    assert_eq!((&year["schema"], &year["year"]), (&"detente.report-year.v1".into(), &2026.into()));
    assert_eq!((&year["questions"][0]["answered"], &year["threads"][0]["code"]), (&1.into(), &"INQ".into()));
    let next = at(&world, "a", LATER, &["report", "year", "2027", "--json"]).ok().json();
    assert_eq!((&next["questions"], &next["threads"]), (&json!([]), &json!([])));
    assert!(at(&world, "a", LATER, &["report", "year"]).ok().out.starts_with("REVIEW OF 2026\n"));
}

#[test]
fn the_note_for_an_overseer_is_made_from_the_rules() {
    let world = talking();
    let note =
        ["oversight-note", "--purpose", "compare", "--value", "earlier", "--concerns", "names", "--json"];
    let note = at(&world, "a", LATER, &note).ok().json();
    assert_eq!((&note["schema"], &note["hold_days"]), (&"detente.oversight-note.v1".into(), &30.into()));
    assert_eq!(note["until"], "2026-11-02T12:00:00Z");
    let nature = note["four_fields"]["shared"].as_str().unwrap();
    assert!(nature.contains("262 144 items in one match") && nature.contains("items, both"), "{nature}");
    world.a(&["oversight-note", "--purpose", "x"]).gives(2);
    // The notice that starts the hold takes the four fields as they were written.
    let write = ["oversight-note", "--purpose", "p", "--value", "v", "--concerns", "c", "-o", "note.json"];
    at(&world, "a", LATER, &write).ok();
    let issue = [
        "notice",
        "issue",
        "--kind",
        "oversight-hold",
        "--hold",
        "30",
        "--from",
        "note.json",
        "--yes",
        "--json",
    ];
    let said = at(&world, "a", LATER, &issue).ok().json();
    let page = at(&world, "a", LATER, &["report", said["entry"].as_str().unwrap(), "--json"]).ok().json();
    assert_eq!(page["content"]["labels"]["four_fields"]["purpose"], "p");
    assert!(
        page["content"]["labels"]["four_fields"]["shared"].as_str().unwrap().contains("262 144"),
        "{page}"
    );
}

#[test]
fn norms_between_pairs_are_a_grid() {
    let world = talking();
    assert_eq!(world.a(&["norm", "table"]).ok().out, "No norms yet.\n");
    let table = world.a(&["norm", "table", "--json"]).ok().json();
    assert_eq!((&table["schema"], &table["cells"]), (&"detente.norm-table.v1".into(), &json!([])));
}

#[test]
fn a_card_takes_its_contact_from_a_published_file() {
    let world = World::at(Stage::Paired);
    world.write(
        "security.txt",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nContact: mailto:soc@a.example\nContact: tel:+49-30-0\n\
         Expires: 2027-01-01T00:00:00Z\n-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n",
    );
    let tried = world.a(&["card", "import", "security.txt", "--dry-run", "--json"]).ok().json();
    assert_eq!((&tried["changed"], &tried["signature"]), (&false.into(), &"not-checked".into()));
    assert!(!world.a(&["card"]).ok().out.contains("soc@a.example"));
    let said = world.a(&["card", "import", "security.txt"]);
    assert!(said.ok().out.contains("OpenPGP, taken off and not checked"), "{said:?}");
    assert!(world.a(&["card"]).ok().out.contains("\"contact\":\"soc@a.example, +49-30-0\""));
    world
        .a(&["card", "import", "ours.txt"])
        .fails(2, "neither a security.txt nor an RFC 2350 text (unknown-kind)");
}
